import Foundation
internal import SkillingCore

/// Something that happened at the till. Comes again, after a restart too, until it is acknowledged.
public struct TerminalEvent: Hashable, Sendable, Identifiable {
    /// What can happen.
    public enum Kind: Hashable, Sendable {
        /// Paid.
        case paymentAccepted(PaymentID, Money)
        /// Taken back.
        case paymentVoided(PaymentID, Money)
        /// Refused with a receipt.
        case paymentDeclined(PaymentID, Money, Reason)
        /// The acquirer said this of it.
        case paymentSettled(PaymentID, Money, BankState)
        /// Two payments convict a payer's key: a fraud proof is kept. The later of the two.
        case fraudNotice(PaymentID)
    }

    /// Rises; never used twice.
    public let id: Int64
    /// By the till's clock.
    public let at: Date
    /// So many events before this one gave way, because nobody acknowledged them: read the list instead. Usually 0.
    public let lostBefore: Int
    /// What.
    public let kind: Kind

    init(_ core: SkillingCore.TerminalEvent) {
        (id, at, lostBefore) = (core.id, Date(unix: core.at), Int(clamping: core.lostBefore))
        kind =
            switch core.kind {
            case .paymentAccepted(let id, let amount): .paymentAccepted(PaymentID(hex: id), Money(amount))
            case .paymentVoided(let id, let amount): .paymentVoided(PaymentID(hex: id), Money(amount))
            case .paymentDeclined(let id, let amount, let reason):
                .paymentDeclined(PaymentID(hex: id), Money(amount), Reason(reason))
            case .paymentSettled(let id, let amount, let state):
                .paymentSettled(PaymentID(hex: id), Money(amount), BankState(state))
            case .fraudNotice(let id): .fraudNotice(PaymentID(hex: id))
            }
    }
}

extension SkillingTerminal {
    /// What happened and was not acknowledged, then what happens, of every till that shares the store. Written together with what it
    /// tells of; given again until ``acknowledge(_:)``. At most 1,000 are kept. Ends with the till or the reader's task.
    public var events: AsyncStream<TerminalEvent> {
        queued(bell) { [weak self] last in
            guard let core = self?.core else { return nil }
            return await batch { try core.events(after: last, most: 64).map(TerminalEvent.init) }
        } id: {
            $0.id
        }
    }

    /// This event and all before it were dealt with.
    public func acknowledge(_ event: TerminalEvent) async throws(SkillingError) {
        try await aside { [core] in try core.acknowledge(id: event.id) }
    }
}
