// What a till shows: whether it can accept, what it has stored, what waits for a network. In the words of terminal SDKs.
import Foundation
internal import SkillingCore

/// Whether a payment could be accepted offline now, as far as the till alone can know.
public enum CanAcceptOffline: Hashable, Sendable {
    /// How far "yes" reaches.
    public struct Headroom: Hashable, Sendable {
        /// The most for one payment now.
        public let largest: Money
        /// The most where the payer's key asks for no authentication.
        public let largestUnauthenticated: Money
        /// Until when nothing that the till holds runs out.
        public let until: Date
        /// What runs out then.
        public let endsBy: Reason
    }

    /// It can.
    case yes(Headroom)
    /// It cannot, for every one of these reasons; their words say what to do.
    case no([Reason])

    init(_ core: SkillingCore.AcceptanceAnswer) {
        guard let room = core.headroom, core.canAccept else {
            self = .no(core.reasons.map(Reason.init))
            return
        }
        self = .yes(
            Headroom(
                largest: Money(room.largest), largestUnauthenticated: Money(room.largestUnauthenticated),
                until: Date(unix: room.until), endsBy: Reason(room.endsBy)))
    }
}

/// The till's offline payments.
public struct OfflineStatus: Hashable, Sendable {
    /// Since when calls to servers bring no answer; nil: online.
    public let offlineSince: Date?
    /// Accepted and not confirmed by the acquirer.
    public let offlinePaymentsCount: Int
    /// Their sums.
    public let offlinePaymentAmountsByCurrency: [Currency: Money]
    /// When the oldest of them was stored.
    public let storedAt: Date?
    /// Something waits for a network, receipts of voids and refusals too.
    public let requiresUpload: Bool

    init(_ core: SkillingCore.OfflineStatus) {
        offlineSince = core.offlineSince.map(Date.init(unix:))
        offlinePaymentsCount = Int(clamping: core.offlinePaymentsCount)
        offlinePaymentAmountsByCurrency = Dictionary(
            core.offlinePaymentAmountsByCurrency.map { (Currency($0.currency), Money($0)) }, uniquingKeysWith: { $1 })
        storedAt = core.storedAt.map(Date.init(unix:))
        requiresUpload = core.requiresUpload
    }
}

/// Where a payment's deposit stands.
public enum DepositState: Hashable, Sendable {
    /// Nothing is owed for it.
    case none
    /// It waits for a network.
    case due
    /// The acquirer's last word.
    case answered(BankState)

    init(_ core: SkillingCore.DepositState) {
        self =
            switch core {
            case .none: .none
            case .due: .due
            case .answered(let state): .answered(BankState(state))
            }
    }
}

/// A payment in the till's store.
public struct StoredPayment: Hashable, Sendable, Identifiable {
    /// Where a page ended.
    public struct Cursor: Hashable, Sendable {
        let row: Int64
    }

    /// Of the payment.
    public let id: PaymentID
    /// Hand the last one's in for the next page.
    public let cursor: Cursor
    /// What it answered.
    public let request: RequestID?
    /// How much.
    public let amount: Money
    /// What the latest receipt says; nil where it has none.
    public let outcome: Answered.Outcome?
    /// Where its deposit stands.
    public let deposit: DepositState
    /// When it was answered; nil for one that is kept as evidence only.
    public let storedAt: Date?
    /// It waits for a network.
    public let requiresUpload: Bool

    init(_ core: SkillingCore.StoredPayment) {
        id = PaymentID(hex: core.paymentId)
        cursor = Cursor(row: core.cursor)
        request = core.requestId.map(RequestID.init(hex:))
        amount = Money(core.amount)
        outcome = core.outcome.map(Answered.Outcome.init)
        deposit = DepositState(core.deposit)
        storedAt = core.offlineDetails.storedAt.map(Date.init(unix:))
        requiresUpload = core.offlineDetails.requiresUpload
    }
}

/// How many payments, and how much.
public struct AmountCount: Hashable, Sendable {
    /// Payments.
    public let count: Int
    /// Their sum.
    public let amount: Money

    init(_ core: SkillingCore.AmountCount) {
        (count, amount) = (Int(clamping: core.count), Money(core.amount))
    }
}

/// What one currency came to.
public struct Totals: Hashable, Sendable {
    /// Which.
    public let currency: Currency
    /// Accepted and not voided since.
    public let accepted: AmountCount
    /// Accepted then, voided since.
    public let voided: AmountCount
    /// Declined with a receipt.
    public let declined: AmountCount
    /// Of the accepted: not confirmed by the acquirer yet.
    public let toDeposit: AmountCount

    init(_ core: SkillingCore.TerminalTotals) {
        currency = Currency(core.currency)
        (accepted, voided) = (AmountCount(core.accepted), AmountCount(core.voided))
        (declined, toDeposit) = (AmountCount(core.declined), AmountCount(core.toDeposit))
    }
}

/// The certificate that new requests are made under.
public struct Certificate: Hashable, Sendable {
    /// The merchant's name with the place.
    public let merchant: String
    /// Hex.
    public let merchantID: String
    /// Hex.
    public let terminalID: String
    /// ISO 18245.
    public let category: Int
    /// ISO 3166-1 alpha-2.
    public let country: String
    /// Exclusive.
    public let validUntil: Date

    init(_ core: SkillingCore.CertificateView) {
        (merchant, merchantID, terminalID) = (core.merchant, core.merchantId, core.terminalId)
        (category, country) = (Int(core.category), core.country)
        validUntil = Date(unix: core.validUntil)
    }
}
