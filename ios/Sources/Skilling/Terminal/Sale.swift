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
    /// Until when it may be answered; nil for a printed code.
    public let answerBefore: Date?

    init(_ core: SkillingCore.OpenRequest) {
        id = RequestID(hex: core.requestId)
        message = core.bytes
        amount = core.amount.map(Money.init)
        answerBefore = core.answerBefore.map(Date.init(unix:))
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
    }

    /// The payment.
    public let payment: PaymentID
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
        outcome =
            switch core.outcome {
            case .accepted: .accepted
            case .voided: .voided
            case .declined(let reason): .declined(Reason(reason))
            }
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

/// What came of a tap.
public struct TapReport: Hashable, Sendable {
    /// How a tap ended.
    public enum End: Hashable, Sendable {
        /// All is done; the phone may leave.
        case done
        /// Time was over while the payer had not agreed.
        case stillWaiting
        /// The phone left or its answer broke off: tap again.
        case torn
        /// The phone has no wallet, or it is not in front.
        case noWallet
        /// The phone cannot pay here.
        case notUsable
    }

    /// What became of the sale's token, if one came.
    public let sale: SaleOutcome?
    /// Earlier requests that this tap settled, and how.
    public let settled: [RequestID: SaleOutcome]
    /// The phone's refusal of the sale.
    public let refusal: Reason?
    /// How it ended.
    public let end: End

    init(_ core: SkillingCore.TapReport) {
        sale = core.sale.map(SaleOutcome.init)
        settled = Dictionary(
            core.settled.map { (RequestID(hex: $0.requestId), SaleOutcome($0.outcome)) }, uniquingKeysWith: { $1 })
        refusal = core.refusal.map(Reason.init)
        end =
            switch core.end {
            case .done: .done
            case .stillWaiting: .stillWaiting
            case .torn: .torn
            case .noWallet: .noWallet
            case .notUsable: .notUsable
            }
    }
}

/// What a run of deposits brought, in payments.
public struct DepositReport: Hashable, Sendable {
    /// Paid.
    public let paid: Int
    /// Given back to the payer.
    public let givenBack: Int
    /// Refused for good.
    public let refused: Int
    /// Still to be deposited or pending.
    public let stillDue: Int
    /// Why the run ended early, if it did.
    public let failure: CallFailure?

    init(_ core: SkillingCore.DepositReport) {
        paid = Int(clamping: core.paid)
        givenBack = Int(clamping: core.givenBack)
        refused = Int(clamping: core.refused)
        stillDue = Int(clamping: core.stillDue)
        failure = core.failure.map(CallFailure.init)
    }
}
