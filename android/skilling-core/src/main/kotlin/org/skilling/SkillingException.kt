// Everything that can go wrong, each kind something that an app can act on. The bindings' own exceptions never reach an app.
package org.skilling

import org.skilling.core.ffi.CoreException
import org.skilling.core.ffi.ErrorInfo
import org.skilling.core.ffi.InternalException

/**
 * Why something was not done. Nothing was changed unless a kind says so. Holds no names, amounts, keys or messages: it may be logged.
 *
 * @property code stable and unique, such as `wallet.key_gone`
 * @property advice what to do next, for developers; payers are shown [Refused.reason]'s words or the app's own
 */
public sealed class SkillingException(
    public val code: String,
    detail: String,
    public val advice: String,
    cause: Throwable? = null,
) : Exception("$code: $detail", cause) {
    /** A rule refuses the request. Show [reason]'s words. */
    public class Refused internal constructor(info: ErrorInfo, public val reason: Reason) : Of(info)

    /** No message of this protocol, or not the one expected: scan again. [rule] is broken at byte [offset]. */
    public class Malformed internal constructor(info: ErrorInfo, public val rule: String, public val offset: Long) : Of(info)

    /** The payer said no. Nothing is owed. */
    public class PayerRefused internal constructor(info: ErrorInfo) : Of(info)

    /** Too many failed attempts: the payer must unlock the phone first. */
    public class LockedOut internal constructor(info: ErrorInfo) : Of(info)

    /** The phone has no screen lock, which pay keys need: the payer sets one up in its settings, then sync. */
    public class NoScreenLock internal constructor(info: ErrorInfo) : Of(info)

    /** The pay key is gone: its allowance pays no more. Sync to get a new one. */
    public class KeyGone internal constructor(info: ErrorInfo) : Of(info)

    /** The app is not in front on an unlocked phone, or the wallet was not told. */
    public class NotInFront internal constructor(info: ErrorInfo) : Of(info)

    /** A printed code: let the payer type an amount. */
    public class AmountNeeded internal constructor(info: ErrorInfo) : Of(info)

    /** What the payer agreed to has passed or was used: show the review again. */
    public class ConsentPassed internal constructor(info: ErrorInfo) : Of(info)

    /** The store was put back to an older state: nothing signs until a sync. */
    public class RolledBack internal constructor(info: ErrorInfo) : Of(info)

    /** Signed by nobody that is trusted here: discard it. */
    public class NotTrusted internal constructor(info: ErrorInfo) : Of(info)

    /** Older than what is held. */
    public class Outdated internal constructor(info: ErrorInfo) : Of(info)

    /** No grant was asked for with this key, or it is held already. */
    public class UnexpectedGrant internal constructor(info: ErrorInfo) : Of(info)

    /** The receipt fits no payment that is open. */
    public class ReceiptFitsNone internal constructor(info: ErrorInfo) : Of(info)

    /** There is none of that id. */
    public class NotFound internal constructor(info: ErrorInfo) : Of(info)

    /** A call to a server brought nothing. */
    public class Online internal constructor(private val info: ErrorInfo, public val failure: CallFailure) : Of(info) {
        /** With what [line] knows better. */
        @InternalSkillingApi
        public fun told(line: HostTransport): Online = Online(info, line.told(failure))
    }

    /** Another thread or process is using it: try again in a moment. */
    public class Busy internal constructor(info: ErrorInfo) : Of(info)

    /** The store failed. */
    public class Storage internal constructor(info: ErrorInfo, public val problem: StorageProblem) : Of(info)

    /**
     * The app's own implementation of [port] failed, threw what it does not declare, answered wrongly or too late.
     *
     * @property fault its own number, where it reported a fault
     */
    public class PortFailed internal constructor(info: ErrorInfo, public val port: String, public val fault: Int?) : Of(info)

    /** The operating system gives no random bytes: stop. */
    public class NoRandomness internal constructor(info: ErrorInfo) : Of(info)

    /** An argument is out of bounds: a fault of the app. */
    public class InvalidArgument internal constructor(info: ErrorInfo, public val argument: String) : Of(info)

    /** It was closed. */
    public class Closed internal constructor(info: ErrorInfo) : Of(info)

    /** The till lacks something before it can do this. */
    public class TillNotReady internal constructor(info: ErrorInfo, public val lacks: TillLacks) : Of(info)

    /** The request was made by another till of the shop: do this there. */
    public class MadeByAnotherTill internal constructor(info: ErrorInfo, public val terminalId: String) : Of(info)

    /** Only an accepted payment can be voided. */
    public class NotAccepted internal constructor(info: ErrorInfo) : Of(info)

    /** The amount confirmed is not the payment's: show it again. */
    public class OtherAmount internal constructor(info: ErrorInfo) : Of(info)

    /** The payment answers no printed code: there is nothing to confirm. */
    public class NotPrinted internal constructor(info: ErrorInfo) : Of(info)

    /** Kotlin and native library are of different releases; the message says which. */
    public class VersionMismatch internal constructor(info: ErrorInfo) : Of(info)

    /** The native library is not in the app, or not for this processor. */
    public class LibraryMissing internal constructor(cause: Throwable) :
        SkillingException("library.missing", "the native library cannot be loaded", "Pack libskilling_ffi.so and JNA for this processor.", cause)

    /** A fault of Skilling itself: close, open again, and report it with the diagnostics. */
    public class Internal internal constructor(cause: Throwable?) :
        SkillingException("internal", "the core failed", "Close, open again, and report this with the diagnostics.", cause)

    /** Those that the core gives. */
    public sealed class Of(info: ErrorInfo) : SkillingException(info.code, info.detail, info.action)

    internal companion object {
        fun of(error: CoreException): SkillingException = when (error) {
            is CoreException.Refused -> Refused(error.info, error.reason.toPublic())
            is CoreException.Malformed -> Malformed(error.info, error.rule, error.offset.toLong())
            is CoreException.PayerRefused -> PayerRefused(error.info)
            is CoreException.LockedOut -> LockedOut(error.info)
            is CoreException.NoScreenLock -> NoScreenLock(error.info)
            is CoreException.KeyGone -> KeyGone(error.info)
            is CoreException.NotInFront -> NotInFront(error.info)
            is CoreException.AmountNeeded -> AmountNeeded(error.info)
            is CoreException.ConsentPassed -> ConsentPassed(error.info)
            is CoreException.RolledBack -> RolledBack(error.info)
            is CoreException.NotTrusted -> NotTrusted(error.info)
            is CoreException.Outdated -> Outdated(error.info)
            is CoreException.UnexpectedGrant -> UnexpectedGrant(error.info)
            is CoreException.ReceiptFitsNone -> ReceiptFitsNone(error.info)
            is CoreException.NotFound -> NotFound(error.info)
            is CoreException.Online -> Online(error.info, error.failure.toPublic())
            is CoreException.Busy -> Busy(error.info)
            is CoreException.Storage -> Storage(error.info, error.problem.toPublic())
            is CoreException.PortFailed -> PortFailed(error.info, error.port.name.lowercase(), faultOf(error.problem))
            is CoreException.NoRandomness -> NoRandomness(error.info)
            is CoreException.InvalidArgument -> InvalidArgument(error.info, error.argument)
            is CoreException.ShutDown -> Closed(error.info)
            is CoreException.TillNotReady -> TillNotReady(error.info, TillLacks.valueOf(error.lacks.name))
            is CoreException.MadeByAnotherTill -> MadeByAnotherTill(error.info, error.terminalId)
            is CoreException.NotAccepted -> NotAccepted(error.info)
            is CoreException.OtherAmount -> OtherAmount(error.info)
            is CoreException.NotPrinted -> NotPrinted(error.info)
            is CoreException.VersionMismatch -> VersionMismatch(error.info)
        }

        fun closed(): SkillingException = Closed(ErrorInfo("shut_down", "it was closed", "Open it again."))

        private fun faultOf(problem: org.skilling.core.ffi.PortProblem): Int? = (problem as? org.skilling.core.ffi.PortProblem.Fault)?.code
    }
}

/** What a store could not do. */
public sealed class StorageProblem {
    /** The disk is full: free space, then try again. Nothing was paid. */
    public object Full : StorageProblem()

    /** Written by a newer version of the app: update. */
    public object NewerSchema : StorageProblem()

    /** It cannot be read; it was set aside as [fileName] in the same folder, nothing was deleted. Opening again makes a new one. */
    public class SetAside(public val fileName: String) : StorageProblem()

    /** The phone has not been unlocked since it started: open again once it is. */
    public object VaultLocked : StorageProblem()

    /** The store's key is gone or was sealed on another phone: this store cannot be read any more. */
    public object VaultCannotOpen : StorageProblem()

    /** A commit failed and nobody knows what reached the disk: close, and open again. */
    public object ReopenNeeded : StorageProblem()

    /** A stored value was changed by somebody else. */
    public object Damaged : StorageProblem()

    /** Reading or writing failed. */
    public object Failed : StorageProblem()
}

/** What a till lacks. */
public enum class TillLacks { TRUST_BUNDLE, CERTIFICATE, VALID_CERTIFICATE, ACQUIRER, RIGHT_TIME }

/**
 * A call that brought nothing.
 *
 * @property againAfterMillis wait at least this long, it is random already; null: the same again brings the same
 * @property advice what to do, for developers
 */
public class CallFailure internal constructor(
    public val problem: Problem,
    public val againAfterMillis: Long?,
    public val advice: String,
) {
    /** What happened to a call. */
    public sealed class Problem {
        /** No connection, or it broke. Repeated later; nothing is lost. */
        public object Unreachable : Problem()

        /** No answer in time. Repeated later; nothing is lost. */
        public object TimedOut : Problem()

        /** The answer is longer than any answer may be. */
        public object TooLong : Problem()

        /** The server answered with an error, and perhaps a code of the registry. */
        public data class Status(val status: Int, val reason: Reason?) : Problem()

        /** It cannot be read, or is not signed by whom it should be: refresh. */
        public object BadAnswer : Problem()

        /** Somebody answered who could not prove to be the server: [why]. Repeated later; nothing is lost. */
        public data class Distrusted(val why: TransportFailure.Distrusted) : Problem()
    }
}

private fun org.skilling.core.ffi.StorageProblem.toPublic(): StorageProblem = when (this) {
    is org.skilling.core.ffi.StorageProblem.Full -> StorageProblem.Full
    is org.skilling.core.ffi.StorageProblem.NewerSchema -> StorageProblem.NewerSchema
    is org.skilling.core.ffi.StorageProblem.SetAside -> StorageProblem.SetAside(fileName)
    is org.skilling.core.ffi.StorageProblem.VaultLocked -> StorageProblem.VaultLocked
    is org.skilling.core.ffi.StorageProblem.VaultCannotOpen -> StorageProblem.VaultCannotOpen
    is org.skilling.core.ffi.StorageProblem.ReopenNeeded -> StorageProblem.ReopenNeeded
    is org.skilling.core.ffi.StorageProblem.Damaged -> StorageProblem.Damaged
    is org.skilling.core.ffi.StorageProblem.Failed -> StorageProblem.Failed
}

/** From the bindings. */
@InternalSkillingApi
public fun org.skilling.core.ffi.CallFailure.toPublic(): CallFailure = CallFailure(
    problem = when (val it = problem) {
        is org.skilling.core.ffi.CallProblem.Unreachable -> CallFailure.Problem.Unreachable
        is org.skilling.core.ffi.CallProblem.TimedOut -> CallFailure.Problem.TimedOut
        is org.skilling.core.ffi.CallProblem.TooLong -> CallFailure.Problem.TooLong
        is org.skilling.core.ffi.CallProblem.Status -> CallFailure.Problem.Status(it.status.toInt(), it.reason?.toPublic())
        is org.skilling.core.ffi.CallProblem.BadAnswer -> CallFailure.Problem.BadAnswer
    },
    againAfterMillis = againAfterMillis?.toLong(),
    advice = action,
)

/** Runs [block], whose exceptions are the bindings', and throws [SkillingException] alone. */
@InternalSkillingApi
public inline fun <T> translated(block: () -> T): T =
    try {
        block()
    } catch (error: CoreException) {
        throw publicOf(error)
    } catch (error: InternalException) {
        throw publicOf(error)
    } catch (error: LinkageError) {
        throw publicOf(error)
    }

/** [translated], where [line] knows more of a call that brought nothing. */
@InternalSkillingApi
public inline fun <T> translatedVia(line: HostTransport, block: () -> T): T =
    try {
        translated(block)
    } catch (error: SkillingException.Online) {
        throw error.told(line)
    }

/** The public face of what the bindings threw. */
@InternalSkillingApi
public fun publicOf(error: Throwable): SkillingException = when (error) {
    is CoreException -> SkillingException.of(error)
    is LinkageError -> SkillingException.LibraryMissing(error)
    // What a panic says may be anything: it stays out.
    else -> SkillingException.Internal(null)
}

/** The public face of money. */
@InternalSkillingApi
public fun org.skilling.core.ffi.Money.toPublic(): Money = Money(minorUnits.toLong(), Currency(currency.toInt()))

/** For the bindings. */
@InternalSkillingApi
public fun Money.toCore(): org.skilling.core.ffi.Money = org.skilling.core.ffi.Money(minorUnits.toULong(), currency.numeric.toUInt())
