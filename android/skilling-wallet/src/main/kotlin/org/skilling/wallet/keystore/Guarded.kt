// Keystore's many exceptions as the few that the wallet can act on. What counts most: whether a key is lost for good, for then its
// allowance ends, or only out of reach, for then the payer tries again.
package org.skilling.wallet.keystore

import android.os.Build
import android.security.KeyStoreException
import android.security.keystore.BackendBusyException
import android.security.keystore.KeyPermanentlyInvalidatedException
import android.security.keystore.UserNotAuthenticatedException
import java.security.GeneralSecurityException
import java.security.InvalidKeyException
import java.security.SignatureException
import java.security.UnrecoverableKeyException
import org.skilling.InternalSkillingApi
import org.skilling.NewerApi
import org.skilling.wallet.KeyFailure

/** What became of a key that Keystore did not give. */
internal enum class KeyState {
    /** For good. */
    LOST,

    /** The phone must be unlocked first. */
    LOCKED,

    /** It is there, and may be given the next time. */
    OUT_OF_REACH,
}

/** Runs [block] and throws [KeyFailure] alone; the texts of Keystore's own exceptions stay out. */
internal inline fun <T> guarded(block: () -> T): T =
    try {
        block()
    } catch (known: KeyFailure) {
        throw known
    } catch (gone: KeyPermanentlyInvalidatedException) {
        throw KeyFailure.Invalidated(gone)
    } catch (notGiven: UnrecoverableKeyException) {
        throw when (stateOf(notGiven)) {
            KeyState.LOST -> KeyFailure.Invalidated(notGiven)
            KeyState.LOCKED -> KeyFailure.LockedOut()
            KeyState.OUT_OF_REACH -> KeyFailure.Busy(notGiven)
        }
    } catch (_: UserNotAuthenticatedException) {
        throw KeyFailure.Expired()
    } catch (fault: InvalidKeyException) {
        throw busyOr(fault, KeystoreFaults.KEY_NOT_USABLE, "key not usable")
    } catch (fault: SignatureException) {
        throw busyOr(fault, KeystoreFaults.NO_SIGNATURE, "no signature")
    } catch (fault: GeneralSecurityException) {
        throw busyOr(fault, KeystoreFaults.OTHER, fault.javaClass.simpleName)
    } catch (fault: RuntimeException) {
        throw busyOr(fault, KeystoreFaults.OTHER, fault.javaClass.simpleName)
    }

internal fun busyOr(fault: Exception, number: Int, what: String): KeyFailure =
    if (isPassing(fault)) KeyFailure.Busy(fault) else KeyFailure.Fault(number, what, fault)

/**
 * What Android's Keystore means by it. `getKey` gives null for a key that is not there. One that a changed screen lock ended is an
 * `UnrecoverableKeyException` **without** a cause, because `getKey` may not throw the exception that says so, and so is one whose record
 * makes no sense. Every other answer of Keystore's service is the cause of one: a service that starts anew, a phone not unlocked yet, a
 * record that is damaged. From Android 13 on the cause says which; below nobody knows, and a key is not given up for that: where it is
 * lost indeed, the payer loses the rest of one allowance, which ends by itself.
 */
internal fun stateOf(notGiven: UnrecoverableKeyException): KeyState = when {
    notGiven.cause == null -> KeyState.LOST
    Build.VERSION.SDK_INT >= Build.VERSION_CODES.TIRAMISU -> stateByCause(notGiven)
    else -> KeyState.OUT_OF_REACH
}

@OptIn(InternalSkillingApi::class)
@NewerApi(Build.VERSION_CODES.TIRAMISU)
private fun stateByCause(notGiven: UnrecoverableKeyException): KeyState {
    val cause = notGiven.cause as? KeyStoreException ?: return KeyState.OUT_OF_REACH
    val isLost = cause.numericErrorCode == KeyStoreException.ERROR_KEY_CORRUPTED || cause.numericErrorCode == KeyStoreException.ERROR_KEY_DOES_NOT_EXIST
    return when {
        isLost -> KeyState.LOST
        cause.requiresUserAuthentication() -> KeyState.LOCKED
        else -> KeyState.OUT_OF_REACH
    }
}

/** Whether the same again is likely to succeed, so far as Android says: from Android 12, and more from Android 13. */
internal fun isPassing(fault: Exception): Boolean =
    (Build.VERSION.SDK_INT >= Build.VERSION_CODES.S && isBusy(fault)) || (Build.VERSION.SDK_INT >= Build.VERSION_CODES.TIRAMISU && isTransient(fault))

@OptIn(InternalSkillingApi::class)
@NewerApi(Build.VERSION_CODES.S)
private fun isBusy(fault: Exception): Boolean = fault is BackendBusyException

@OptIn(InternalSkillingApi::class)
@NewerApi(Build.VERSION_CODES.TIRAMISU)
private fun isTransient(fault: Exception): Boolean = (fault.cause as? KeyStoreException)?.isTransientFailure == true
