// What paying is made of: the review, what was agreed to, the token, the receipt.
import Foundation
internal import SkillingCore

/// Where a payment stands.
public enum PaymentStage: String, Hashable, Sendable, CaseIterable {
    /// Number and amount are spent; whether anybody saw the token is not known.
    case committed
    /// The token was handed to the radio or drawn.
    case presented
    /// No receipt came before the session was over: the next sync tells.
    case unconfirmed
    /// The till said "paid".
    case accepted
    /// The till took it back; the amount came back.
    case voided
    /// The till refused it; the amount came back.
    case declined
    /// The bank paid it.
    case settled
    /// The bank gave the amount back.
    case givenBack
}

/// A payment token, durable: it may be drawn.
public struct PaymentToken: Hashable, Sendable {
    /// Of which payment.
    public let payment: PaymentID
    /// The message to draw as a ``QRCode``.
    public let message: Data
    /// It was given before: the same bytes.
    public let isRepeat: Bool

    init(_ core: SkillingCore.PaymentToken) {
        (payment, message, isRepeat) = (PaymentID(hex: core.paymentId), core.bytes, core.isRepeat)
    }
}

/// A verified request as the payer must see it before they agree. Only what is in here may be shown as the merchant's.
public struct Review: Sendable {
    /// The allowance that would pay.
    public struct Paying: Hashable, Sendable {
        /// Which.
        public let allowance: AllowanceID
        /// What is left of it afterwards.
        public let remainingAfter: Money
        /// How many payments are left afterwards.
        public let paymentsAfter: Int
    }

    /// Whether it can be paid.
    public enum Answer: Hashable, Sendable {
        /// It can.
        case pays(Paying)
        /// A printed code: let the payer type an amount, then call ``SkillingWallet/enter(_:in:)``.
        case needsAmount
        /// It cannot, and why: for the payer alone, the till hears less.
        case cannot(Reason)
    }

    /// Of the request.
    public let request: RequestID
    /// The merchant's name with the place: one line, text of the merchant.
    public let merchant: String
    /// ISO 18245.
    public let category: Int
    /// ISO 3166-1 alpha-2.
    public let country: String
    /// ISO 4217.
    public let currency: Currency
    /// How many decimals are shown.
    public let decimals: Int
    /// Nil until the payer typed one.
    public let amount: Money?
    /// The till's number for it.
    public let reference: String?
    /// Since when the till says that it is offline.
    public let offlineSince: Date?
    /// Until when it may be answered; nil for a printed code.
    public let answerBefore: Date?
    /// Whether it can be paid.
    public let answer: Answer
    /// The same amount went to the same merchant then, and nobody has said what became of it: agreeing pays a second time. Let the
    /// payer confirm that.
    public let sameAgainPaidAt: Date?

    let core: SkillingCore.Review

    init(_ core: SkillingCore.Review) throws {
        let view = try core.view()
        self.core = core
        request = RequestID(hex: view.requestId)
        merchant = view.merchant
        category = Int(view.category)
        country = view.country
        currency = Currency(view.currency)
        decimals = Int(view.decimals)
        amount = view.amount.map(Money.init)
        reference = view.reference
        offlineSince = view.offlineSince.map(Date.init(unix:))
        answerBefore = view.answerBefore.map(Date.init(unix:))
        sameAgainPaidAt = view.sameAgain.map { Date(unix: $0.paidAt) }
        if let pays = view.pays {
            answer = .pays(
                Paying(
                    allowance: AllowanceID(hex: pays.allowanceId), remainingAfter: Money(pays.remainingAfter),
                    paymentsAfter: Int(pays.paymentsAfter)))
        } else if let cannot = view.cannotPay, !cannot.isAmountNeeded {
            answer = .cannot(Reason(cannot.reason))
        } else {
            answer = .needsAmount
        }
    }
}

/// What the wallet says to a request.
public enum Reviewed: Sendable {
    /// It was answered before and no receipt came: show the same token again. The payer pays once.
    case answered(PaymentToken)
    /// It is new: show this.
    case new(Review)
}

/// The payer agreed to one request: good for ``SkillingWallet/pay(_:)`` or for the next tap that asks for it, whichever is first.
public struct Authorised: Sendable {
    /// The allowance that pays.
    public let allowance: AllowanceID
    /// Until when it counts, inclusive.
    public let until: Date

    let core: SkillingCore.Authorised

    init(_ core: SkillingCore.Authorised) throws {
        let view = try core.view()
        (self.core, allowance, until) = (core, AllowanceID(hex: view.allowanceId), Date(unix: view.until))
    }
}

/// The payer armed the wallet for the next request.
public struct Armed: Hashable, Sendable {
    /// The only allowance that pays.
    public let allowance: AllowanceID
    /// The most that is paid.
    public let ceiling: Money
    /// Until when it counts, inclusive.
    public let until: Date
}

/// A receipt that was taken.
public struct ReceiptTaken: Hashable, Sendable {
    /// Of which payment.
    public let payment: PaymentID
    /// Where it stands now.
    public let stage: PaymentStage
}

extension PaymentStage {
    init(_ core: SkillingCore.Stage) {
        self =
            switch core {
            case .committed: .committed
            case .presented: .presented
            case .unconfirmed: .unconfirmed
            case .accepted: .accepted
            case .voided: .voided
            case .declined: .declined
            case .settled: .settled
            case .givenBack: .givenBack
            }
    }

    var core: SkillingCore.Stage {
        switch self {
        case .committed: .committed
        case .presented: .presented
        case .unconfirmed: .unconfirmed
        case .accepted: .accepted
        case .voided: .voided
        case .declined: .declined
        case .settled: .settled
        case .givenBack: .givenBack
        }
    }
}
