// What a till makes and learns: requests, outcomes, receipts.
import Foundation
internal import SkillingCore

/// A request of this till, durable.
public struct OpenRequest: Hashable, Sendable, Identifiable {
    /// Its id.
    public let id: RequestID
    /// To be drawn as a ``QRCode`` or sent to a phone by a tap.
    public let message: Data
    /// Nil for a printed code.
    public let amount: Money?
    /// By the till's clock.
    public let madeAt: Date
    /// Until when it may be answered; nil for a printed code.
    public let answerBefore: Date?
    /// The till's own number for it.
    public let reference: String?

    init(_ core: SkillingCore.OpenRequest) {
        id = RequestID(hex: core.requestId)
        message = core.bytes
        amount = core.amount.map(Money.init)
        madeAt = Date(unix: core.madeAt)
        answerBefore = core.answerBefore.map(Date.init(unix:))
        reference = core.reference
    }
}

/// A payment with a receipt.
public struct Answered: Hashable, Sendable {
    /// What a receipt says.
    public enum Outcome: Hashable, Sendable {
        /// Paid.
        case accepted
        /// Was accepted; never claimed.
        case voided
        /// Refused.
        case declined(Reason)

        init(_ core: SkillingCore.ReceiptOutcome) {
            self =
                switch core {
                case .accepted: .accepted
                case .voided: .voided
                case .declined(let reason): .declined(Reason(reason))
                }
        }
    }

    /// The payment.
    public let payment: PaymentID
    /// What it answered; nil where the till does not hold that request.
    public let request: RequestID?
    /// How much.
    public let amount: Money
    /// What the receipt says.
    public let outcome: Outcome
    /// When the payment was first answered.
    public let at: Date
    /// The receipt to give or draw.
    public let receipt: Data

    init(_ core: SkillingCore.Answered) {
        payment = PaymentID(hex: core.paymentId)
        amount = Money(core.amount)
        at = Date(unix: core.at)
        receipt = core.receipt
        request = core.requestId.map(RequestID.init(hex:))
        outcome = Outcome(core.outcome)
    }
}

/// What became of a token.
public enum SaleOutcome: Hashable, Sendable {
    /// **Paid**; give the receipt. `completesSale`: it is the sale that was asked about, and not another request of the shop.
    case accepted(Answered, completesSale: Bool)
    /// Answered before: give the stored receipt. Completes no other sale.
    case again(Answered)
    /// A payment for a printed code: show the amount to the cashier, then confirm or reject.
    case confirmAmount(PaymentID, Money)
    /// Not paid, for good: the receipt must be given.
    case declined(Answered)
    /// Not paid, and nothing is signed.
    case refused(Reason)

    init(_ core: SkillingCore.Outcome) {
        self =
            switch core {
            case .accepted(let answered, let completes): .accepted(Answered(answered), completesSale: completes)
            case .again(let answered): .again(Answered(answered))
            case .confirmAmount(let payment, let amount): .confirmAmount(PaymentID(hex: payment), Money(amount))
            case .declined(let answered): .declined(Answered(answered))
            case .refused(let reason, _, _): .refused(Reason(reason))
            }
    }
}
