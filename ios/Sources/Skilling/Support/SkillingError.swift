import Foundation
internal import SkillingCore

/// Everything that this library throws. Nothing personal is in it: no names, amounts, keys, ids or bytes of messages.
///
/// `code` is stable for ever and for logs, support and your own branching; ``errorDescription`` is for the payer, in their language;
/// ``detail`` and ``advice`` are for developers, in English. Nothing was changed unless a kind says so.
public struct SkillingError: Error, Hashable, Sendable {
    /// What an app can act on.
    public enum Kind: Hashable, Sendable {
        /// A rule refuses: show ``SkillingError/errorDescription``.
        case refused(Reason)
        /// No message of this system, or not the one expected: scan again.
        case malformed(rule: String, offset: UInt64)
        /// The payer said no. Nothing is owed.
        case payerRefused
        /// Too many failed attempts: let the payer unlock the phone.
        case lockedOut
        /// The phone has no passcode: ask the payer to set one in Settings, then sync.
        case noPasscode
        /// The pay key is gone: sync.
        case keyGone
        /// The app is not in front, or the wallet was not told (``SkillingWallet/setInFront(_:)``).
        case notInFront
        /// A printed code: let the payer type an amount.
        case amountNeeded
        /// What was agreed to has passed: review again.
        case consentPassed
        /// The wallet's folder was put back to an older state: sync.
        case rolledBack
        /// Signed by nobody that is trusted here.
        case notTrusted
        /// Older than what is held.
        case outdated
        /// The receipt fits no open payment.
        case receiptFitsNone
        /// There is none of that id.
        case notFound
        /// A call to a server brought nothing; try again after so many seconds, or not at all where nil.
        case online(status: UInt32?, againAfter: TimeInterval?)
        /// Another thread or process is using it: try again.
        case busy
        /// The store failed; see ``StorageProblem``.
        case storage(StorageProblem)
        /// Your own implementation of a port failed, threw what nobody declared, answered wrongly or too late.
        case portFailed
        /// An argument is out of bounds: a fault of the caller.
        case invalidArgument
        /// It was shut down: open it again.
        case shutDown
        /// The till lacks something; ``SkillingError/code`` says what.
        case tillNotReady
        /// The till says no; ``SkillingError/code`` says why (another till's request, not accepted, another amount, not printed).
        case tillRefused
        /// The camera cannot be used.
        case cameraUnavailable
        /// The caller's task was cancelled. What was begun goes on: read ``SkillingWallet/events``.
        case waitCancelled
        /// This Swift package met a native library of another build; ``SkillingError/detail`` says which.
        case versionMismatch(package: String, library: String)
        /// Something happened that nobody foresaw.
        case internalFault
    }

    /// What a store could not do.
    public enum StorageProblem: Hashable, Sendable {
        /// Free space, shut down, open again.
        case full
        /// Written by a newer version: update the app.
        case newerSchema
        /// Unreadable: it was set aside and nothing was deleted. Opening again makes a new one.
        case setAside
        /// The phone was not unlocked since it started: later.
        case vaultLocked
        /// The key is gone or was sealed on another phone: start anew in another folder.
        case vaultCannotOpen
        /// Shut down and open again.
        case reopenNeeded
        /// Somebody else changed a stored value.
        case damaged
        /// Reading or writing failed.
        case failed
    }

    /// What to act on.
    public let kind: Kind
    /// Stable, such as `wallet.key_gone`.
    public let code: String
    /// What happened, for developers.
    public let detail: String
    /// What to do next, for developers.
    public let advice: String

    init(_ kind: Kind, code: String, detail: String, advice: String) {
        (self.kind, self.code, self.detail, self.advice) = (kind, code, detail, advice)
    }

    static func badArgument(_ what: String) -> SkillingError {
        SkillingError(.invalidArgument, code: "argument.invalid", detail: what, advice: "Correct the call.")
    }

    static let cameraUnavailable = SkillingError(
        .cameraUnavailable, code: "camera_unavailable", detail: "there is no camera, or it may not be used",
        advice: "Ask for the camera, or let the payer tap instead.")
    static let waitCancelled = SkillingError(
        .waitCancelled, code: "wait_cancelled", detail: "the caller's task was cancelled",
        advice: "Nothing: what was begun goes on, and events tell what came of it.")

    /// Whatever was thrown, a panic of the core included (of a type that nobody can name).
    init(_ error: any Error) {
        switch error {
        case let error as SkillingError: self = error
        case let error as CoreError: self.init(core: error)
        case is CancellationError: self = .waitCancelled
        default:
            self.init(
                .internalFault, code: "internal_fault", detail: "something that nobody foresaw",
                advice: "Shut down and open again; then tell support.")
        }
    }

    private init(core error: CoreError) {
        let (kind, info): (Kind, ErrorInfo) =
            switch error {
            case .Refused(let info, let reason): (.refused(Reason(reason)), info)
            case .Malformed(let info, let rule, let offset): (.malformed(rule: rule, offset: offset), info)
            case .PayerRefused(let info): (.payerRefused, info)
            case .LockedOut(let info): (.lockedOut, info)
            case .NoScreenLock(let info): (.noPasscode, info)
            case .KeyGone(let info): (.keyGone, info)
            case .NotInFront(let info): (.notInFront, info)
            case .AmountNeeded(let info): (.amountNeeded, info)
            case .ConsentPassed(let info): (.consentPassed, info)
            case .RolledBack(let info): (.rolledBack, info)
            case .NotTrusted(let info): (.notTrusted, info)
            case .Outdated(let info): (.outdated, info)
            case .UnexpectedGrant(let info): (.notTrusted, info)
            case .ReceiptFitsNone(let info): (.receiptFitsNone, info)
            case .NotFound(let info, _): (.notFound, info)
            case .Online(let info, let failure): (CallFailure(failure).kind, info)
            case .Busy(let info): (.busy, info)
            case .Storage(let info, let problem): (.storage(.init(problem)), info)
            case .PortFailed(let info, _, _): (.portFailed, info)
            case .NoRandomness(let info): (.internalFault, info)
            case .InvalidArgument(let info, _): (.invalidArgument, info)
            case .ShutDown(let info): (.shutDown, info)
            case .TillNotReady(let info, _): (.tillNotReady, info)
            case .MadeByAnotherTill(let info, _), .NotAccepted(let info), .OtherAmount(let info), .NotPrinted(let info):
                (.tillRefused, info)
            case .VersionMismatch(let info, let package, let library): (.versionMismatch(package: package, library: library), info)
            }
        self.init(kind, code: info.code, detail: info.detail, advice: info.action)
    }
}

extension SkillingError: LocalizedError {
    /// For the payer.
    public var errorDescription: String? {
        switch kind {
        case .refused(let reason): reason.payerText
        case .malformed: Texts.text("error.malformed")
        case .payerRefused: Texts.text("skilling_payer_payer_refused")
        case .lockedOut: Texts.text("error.locked_out")
        case .noPasscode: Texts.text("error.no_passcode")
        case .keyGone: Texts.text("error.key_gone")
        case .notInFront: Texts.text("error.not_in_front")
        case .amountNeeded: Texts.text("error.amount_needed")
        case .consentPassed: Texts.text("error.consent_passed")
        case .rolledBack: Texts.text("error.rolled_back")
        case .notTrusted, .outdated: Texts.text("error.not_trusted")
        case .receiptFitsNone: Texts.text("error.receipt_fits_none")
        case .notFound: Texts.text("error.not_found")
        case .online: Texts.text("error.offline")
        case .busy: Texts.text("skilling_payer_wallet_busy")
        case .storage(.full): Texts.text("error.storage_full")
        case .storage(.newerSchema), .versionMismatch: Texts.text("error.update")
        case .storage(.vaultLocked): Texts.text("error.phone_locked")
        case .storage: Texts.text("error.storage")
        case .cameraUnavailable: Texts.text("error.camera")
        case .waitCancelled: Texts.text("error.wait_cancelled")
        case .portFailed, .invalidArgument, .shutDown, .tillNotReady, .tillRefused, .internalFault: Texts.text("error.other")
        }
    }

    /// For developers.
    public var recoverySuggestion: String? { advice }
}

extension SkillingError.StorageProblem {
    init(_ core: SkillingCore.StorageProblem) {
        self =
            switch core {
            case .full: .full
            case .newerSchema: .newerSchema
            case .setAside: .setAside
            case .vaultLocked: .vaultLocked
            case .vaultCannotOpen: .vaultCannotOpen
            case .reopenNeeded: .reopenNeeded
            case .damaged: .damaged
            case .failed: .failed
            }
    }
}

/// A call to a server that brought nothing. Nothing is lost: the same call is repeated later.
public struct CallFailure: Hashable, Sendable {
    /// What happened.
    public enum Problem: Hashable, Sendable {
        /// No connection, or it broke.
        case unreachable
        /// No answer in time.
        case timedOut
        /// The answer is longer than any may be.
        case tooLong
        /// The server answered with an error.
        case status(UInt32, reason: Reason?)
        /// The answer is not the server's: refresh.
        case badAnswer
    }

    /// What happened.
    public let problem: Problem
    /// Wait at least so many seconds; nil: the same again brings the same.
    public let againAfter: TimeInterval?

    init(_ core: SkillingCore.CallFailure) {
        problem =
            switch core.problem {
            case .unreachable: .unreachable
            case .timedOut: .timedOut
            case .tooLong: .tooLong
            case .status(let status, let reason): .status(status, reason: reason.map(Reason.init))
            case .badAnswer: .badAnswer
            }
        againAfter = core.againAfterMillis.map { TimeInterval($0) / 1000 }
    }

    var kind: SkillingError.Kind {
        if case .status(let status, let reason) = problem {
            return reason.map(SkillingError.Kind.refused) ?? .online(status: status, againAfter: againAfter)
        }
        return .online(status: nil, againAfter: againAfter)
    }
}
