// Enrolment, sync and what they bring.
import Foundation
internal import SkillingCore

/// A bank this phone is enrolled at.
public struct Bank: Hashable, Sendable, Identifiable {
    /// Names it on this phone; means nothing elsewhere.
    public struct ID: Hashable, Sendable {
        /// For keeping it outside.
        public let number: Int64
        /// Takes what ``number`` gave.
        public init(number: Int64) { self.number = number }
    }

    /// For the calls of ``SkillingWallet``.
    public let id: ID
    /// In the trust bundle; nil if it stands there no more.
    public let name: String?
    /// By the bank's clock; nil before the first sync.
    public let syncedAt: Date?
    /// A call was sent and no answer came: sync repeats it.
    public let isCallOpen: Bool

    init(_ core: SkillingCore.Bank) {
        id = ID(number: core.number)
        name = core.name
        syncedAt = core.syncedAt.map(Date.init(unix:))
        isCallOpen = core.isCallOpen
    }
}

/// An allowance that is wanted.
public struct Want: Hashable, Sendable {
    /// The most in all; the bank may grant less.
    public let limit: Money
    /// Only these ISO 18245 categories; nil: any.
    public let categories: [Int]?

    /// Takes both.
    public init(limit: Money, categories: [Int]? = nil) {
        (self.limit, self.categories) = (limit, categories)
    }

    var core: SkillingCore.Want {
        .init(limit: limit.core, categories: categories?.map { UInt32(clamping: $0) })
    }
}

/// What a run of syncs brought.
public struct SyncReport: Hashable, Sendable {
    /// A want that came to nothing.
    public struct NotGranted: Hashable, Sendable {
        /// What was wanted.
        public let currency: Currency
        /// The bank's code; nil where what it sent is not what was asked for.
        public let reason: Reason?
    }

    /// Calls that were answered.
    public let calls: Int
    /// What the bank said, payment by payment.
    public let payments: [PaymentID: BankState]
    /// Allowances that came; each may pay from now on.
    public let granted: [AllowanceID]
    /// Wants that the bank answered with no.
    public let notGranted: [NotGranted]
    /// Why the run ended early, if it did. What was done before it stands.
    public let failure: CallFailure?

    init(_ core: SkillingCore.SyncReport) {
        calls = Int(core.calls)
        payments = Dictionary(
            core.payments.map { (PaymentID(hex: $0.paymentId), BankState($0.state)) }, uniquingKeysWith: { $1 })
        granted = core.granted.map(AllowanceID.init(hex:))
        notGranted = core.notGranted.map { NotGranted(currency: Currency($0.currency), reason: $0.reason.map(Reason.init)) }
        failure = core.failure.map(CallFailure.init)
    }
}

/// What a refresh brought.
public struct RefreshReport: Hashable, Sendable {
    /// A newer trust bundle is held.
    public let isBundleNew: Bool
    /// Currencies with a newer outage bulletin.
    public let outages: [Currency]
    /// Why the rest was not fetched; what was fetched before it is kept.
    public let failure: CallFailure?

    init(isBundleNew: Bool, outages: [UInt32], failure: SkillingCore.CallFailure?) {
        self.isBundleNew = isBundleNew
        self.outages = outages.map(Currency.init)
        self.failure = failure.map(CallFailure.init)
    }
}
