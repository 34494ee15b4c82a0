// What a till's calls to its acquirer brought.
import Foundation
internal import SkillingCore

/// What a run of deposits brought, in payments.
public struct DepositReport: Hashable, Sendable {
    /// Paid.
    public let paid: Int
    /// Given back to the payer.
    public let givenBack: Int
    /// The bank has yet to decide.
    public let pending: Int
    /// Disputed.
    public let disputed: Int
    /// Refused for good.
    public let refused: Int
    /// Still to be deposited or pending.
    public let stillDue: Int
    /// Why the run ended early, if it did.
    public let failure: CallFailure?

    init(_ core: SkillingCore.DepositReport) {
        paid = Int(clamping: core.paid)
        givenBack = Int(clamping: core.givenBack)
        pending = Int(clamping: core.pending)
        disputed = Int(clamping: core.disputed)
        refused = Int(clamping: core.refused)
        stillDue = Int(clamping: core.stillDue)
        failure = core.failure.map(CallFailure.init)
    }
}

/// What a till's refresh brought.
public struct TerminalRefreshReport: Hashable, Sendable {
    /// Kinds of message that are new, such as `trust_bundle`.
    public let isNew: [String]
    /// What was not fetched, by path. Empty: everything came.
    public let failures: [String: CallFailure]

    init(_ core: SkillingCore.TerminalRefreshReport) {
        isNew = core.taken.filter(\.isNew).map(\.kind)
        failures = Dictionary(core.failures.map { ($0.path, CallFailure($0.failure)) }, uniquingKeysWith: { $1 })
    }
}

/// What came of a renewal.
public enum RenewalResult: Hashable, Sendable {
    /// The new certificate is in use, until then.
    case until(Date)
    /// Nothing changed; the same call is repeated next time.
    case failed(CallFailure)

    init(_ core: SkillingCore.RenewalResult) {
        self =
            switch core {
            case .until(let end): .until(Date(unix: end))
            case .failed(let failure): .failed(CallFailure(failure))
            }
    }
}

/// Everything that a till does while there is a network.
public struct TerminalSyncReport: Hashable, Sendable {
    /// Bundle, status lists and bulletins.
    public let refresh: TerminalRefreshReport
    /// Nil: the certificate is not due.
    public let renewal: RenewalResult?
    /// The deposits.
    public let deposit: DepositReport

    /// Everything was asked and answered.
    public var isComplete: Bool {
        if case .failed = renewal { return false }
        return refresh.failures.isEmpty && deposit.failure == nil
    }
}
