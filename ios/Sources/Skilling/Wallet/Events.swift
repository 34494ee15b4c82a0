import Foundation
internal import SkillingCore

/// Something to tell the payer, or to act on. Comes again, after a restart too, until it is acknowledged.
public struct WalletEvent: Hashable, Sendable, Identifiable {
    /// What can happen.
    public enum Kind: Hashable, Sendable {
        /// A token was handed to the radio or drawn.
        case presented(PaymentID, Money)
        /// The till said "paid".
        case accepted(PaymentID, Money)
        /// The till took it back; the amount came back.
        case voided(PaymentID, Money)
        /// The till refused it; the amount came back.
        case declined(PaymentID, Money, Reason)
        /// The bank paid it.
        case settled(PaymentID, Money)
        /// The bank gave the amount back.
        case givenBack(PaymentID, Money)
        /// The bank disputes or refuses it.
        case contested(PaymentID, Money, BankState)
        /// Under a tenth of an allowance is left.
        case allowanceLow(AllowanceID, remaining: Money)
        /// A new allowance came.
        case allowanceGranted(AllowanceID, limit: Money)
        /// Go online and sync.
        case syncNeeded(SyncReason)
        /// Somebody says that this phone's payments contradict each other, or that it is blocked: the person should ask the bank.
        case fraudNotice(Reason, PaymentID?)
    }

    /// Why a sync is needed now.
    public enum SyncReason: String, Hashable, Sendable {
        /// The wallet was put back to an older state: nothing signs until a sync.
        case rolledBack
        /// The key of an allowance is gone.
        case keyGone
        /// An allowance is nearly spent.
        case allowanceLow
    }

    /// Rises; never used twice.
    public let id: Int64
    /// By the phone's clock.
    public let at: Date
    /// So many events before this one gave way, because nobody acknowledged them: read the list instead. Usually 0.
    public let lostBefore: Int
    /// What.
    public let kind: Kind

    init(_ core: SkillingCore.WalletEvent) {
        (id, at, lostBefore) = (core.id, Date(unix: core.at), Int(clamping: core.lostBefore))
        kind = Kind(core.kind)
    }
}

extension WalletEvent.Kind {
    init(_ core: SkillingCore.EventKind) {
        func payment(_ hex: String) -> PaymentID { PaymentID(hex: hex) }
        self =
            switch core {
            case .paymentPresented(let id, let amount): .presented(payment(id), Money(amount))
            case .paymentAccepted(let id, let amount): .accepted(payment(id), Money(amount))
            case .paymentVoided(let id, let amount): .voided(payment(id), Money(amount))
            case .paymentDeclined(let id, let amount, let reason): .declined(payment(id), Money(amount), Reason(reason))
            case .paymentSettled(let id, let amount): .settled(payment(id), Money(amount))
            case .paymentGivenBack(let id, let amount): .givenBack(payment(id), Money(amount))
            case .paymentContested(let id, let amount, let state): .contested(payment(id), Money(amount), BankState(state))
            case .allowanceLow(let id, let remaining): .allowanceLow(AllowanceID(hex: id), remaining: Money(remaining))
            case .allowanceGranted(let id, let limit): .allowanceGranted(AllowanceID(hex: id), limit: Money(limit))
            case .syncNeeded(let reason): .syncNeeded(.init(reason))
            case .fraudNotice(let reason, let id): .fraudNotice(Reason(reason), id.map(payment))
            }
    }
}

extension WalletEvent.SyncReason {
    init(_ core: SkillingCore.SyncReason) {
        self =
            switch core {
            case .rolledBack: .rolledBack
            case .keyGone: .keyGone
            case .allowanceLow: .allowanceLow
            }
    }
}

extension SkillingWallet {
    /// What happened and was not acknowledged, then what happens. Written together with what it tells of, so that none is lost when the
    /// process dies; given again until ``acknowledge(_:)``. Ends with the wallet or the reader's task.
    public var events: AsyncStream<WalletEvent> {
        queued(bell) { [weak self] last in
            guard let core = self?.core else { return nil }
            return await batch { try core.events(after: last, most: 64).map(WalletEvent.init) }
        } id: {
            $0.id
        }
    }

    /// This event and all before it were dealt with.
    public func acknowledge(_ event: WalletEvent) async throws(SkillingError) {
        try await aside { [core] in try core.acknowledge(id: event.id) }
    }

    /// What a support desk needs, and nothing personal: versions, counts, key protection; one `name: value` a line.
    public func diagnostics() async throws(SkillingError) -> String {
        try await aside { [core] in "package: \(SkillingVersion.package)\n" + (try core.diagnostics().report) }
    }
}
