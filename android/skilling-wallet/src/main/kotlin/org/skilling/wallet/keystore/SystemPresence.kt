// Android's own dialogs: BiometricPrompt from Android 10 on, the screen lock's question below.
package org.skilling.wallet.keystore

import android.app.Activity
import android.app.KeyguardManager
import android.content.Intent
import android.hardware.biometrics.BiometricManager.Authenticators
import android.hardware.biometrics.BiometricPrompt
import android.os.Build
import android.os.CancellationSignal
import java.security.Signature
import java.util.concurrent.Executor
import kotlin.coroutines.resume
import kotlin.coroutines.resumeWithException
import kotlinx.coroutines.CancellableContinuation
import kotlinx.coroutines.suspendCancellableCoroutine
import org.skilling.InternalSkillingApi
import org.skilling.NewerApi
import org.skilling.wallet.KeyFailure
import org.skilling.wallet.KeyPrompt
import org.skilling.wallet.R

/**
 * [UserPresence] by Android itself: a strong biometric or the screen lock. The question is put over [activity], in its language.
 *
 * Callable from any thread. Cancelling the coroutine takes the dialog away; the screen lock's question of Android 9 and older stays until
 * it is answered, and the answer goes nowhere. An activity that is gone when it should ask is a payer who said nothing: Refused.
 */
@Suppress("DEPRECATION") // Framework fragments: the only way to hear an answer below Android 10 without androidx.
public class SystemPresence(private val activity: () -> Activity?) : UserPresence {
    override suspend fun authenticate(prompt: KeyPrompt, signature: Signature?) {
        val front = activity() ?: throw KeyFailure.Refused()
        if (Build.VERSION.SDK_INT >= Build.VERSION_CODES.Q) askBiometric(front, prompt, signature) else askLock(front, prompt)
    }

    @OptIn(InternalSkillingApi::class)
    @NewerApi(Build.VERSION_CODES.Q)
    private suspend fun askBiometric(front: Activity, prompt: KeyPrompt, signature: Signature?): Unit =
        suspendCancellableCoroutine { caller ->
            val cancel = CancellationSignal()
            caller.invokeOnCancellation { cancel.cancel() }
            val main = Executor(front::runOnUiThread)
            main.execute {
                if (front.isDestroyed) return@execute refuse(caller)
                val dialog = BiometricPrompt.Builder(front).setTitle(titleOf(front, prompt))
                subtitleOf(prompt)?.let(dialog::setSubtitle)
                if (Build.VERSION.SDK_INT >= Build.VERSION_CODES.R) allowLock(dialog) else dialog.setDeviceCredentialAllowed(true)
                show(dialog.build(), signature, cancel, main, Answer(caller))
            }
        }

    @OptIn(InternalSkillingApi::class)
    @NewerApi(Build.VERSION_CODES.P)
    private fun show(dialog: BiometricPrompt, signature: Signature?, cancel: CancellationSignal, main: Executor, answer: Answer) {
        if (signature == null) {
            dialog.authenticate(cancel, main, answer)
        } else {
            dialog.authenticate(BiometricPrompt.CryptoObject(signature), cancel, main, answer)
        }
    }

    @OptIn(InternalSkillingApi::class)
    @NewerApi(Build.VERSION_CODES.R)
    private fun allowLock(dialog: BiometricPrompt.Builder) {
        dialog.setAllowedAuthenticators(Authenticators.BIOMETRIC_STRONG or Authenticators.DEVICE_CREDENTIAL)
    }

    private suspend fun askLock(front: Activity, prompt: KeyPrompt): Unit = suspendCancellableCoroutine { caller ->
        front.runOnUiThread {
            if (front.isDestroyed) return@runOnUiThread refuse(caller)
            val keyguard = front.getSystemService(KeyguardManager::class.java)
            val question = keyguard?.createConfirmDeviceCredentialIntent(titleOf(front, prompt), subtitleOf(prompt))
            if (question == null) {
                // No screen lock is set up: nobody can prove who they are.
                caller.resumeWithException(KeyFailure.NoScreenLock())
            } else {
                val asking = LockQuestion().also { it.prepare(question, caller) }
                front.fragmentManager.beginTransaction().add(asking, null).commitAllowingStateLoss()
            }
        }
    }

    private fun titleOf(front: Activity, prompt: KeyPrompt): String =
        front.getString(if (prompt.isArming) R.string.skilling_prompt_arm else R.string.skilling_prompt_pay, prompt.amount.format(prompt.decimals))

    private fun subtitleOf(prompt: KeyPrompt): String? =
        listOfNotNull(prompt.merchant, prompt.reference).joinToString(", ").takeIf { it.isNotEmpty() }

    @OptIn(InternalSkillingApi::class)
    @NewerApi(Build.VERSION_CODES.P)
    private class Answer(private val caller: CancellableContinuation<Unit>) : BiometricPrompt.AuthenticationCallback() {
        override fun onAuthenticationSucceeded(result: BiometricPrompt.AuthenticationResult?) {
            if (caller.isActive) caller.resume(Unit)
        }

        override fun onAuthenticationError(code: Int, text: CharSequence?) {
            if (caller.isActive) caller.resumeWithException(failureOf(code))
        }
    }
}

private fun refuse(caller: CancellableContinuation<Unit>) {
    if (caller.isActive) caller.resumeWithException(KeyFailure.Refused())
}

/** What the codes of `BiometricPrompt.BIOMETRIC_ERROR_*` mean to the wallet. Their texts are for the payer and were shown. */
internal fun failureOf(code: Int): KeyFailure = when (code) {
    TIMEOUT, CANCELED, USER_CANCELED, NEGATIVE_BUTTON -> KeyFailure.Refused()
    LOCKOUT, LOCKOUT_PERMANENT -> KeyFailure.LockedOut()
    NO_DEVICE_CREDENTIAL -> KeyFailure.NoScreenLock()
    else -> KeyFailure.Fault(KeystoreFaults.DIALOG + code, "dialog error $code")
}

// By number: the constants of BiometricPrompt are newer than the oldest Android.
private const val TIMEOUT = 3
private const val CANCELED = 5
private const val LOCKOUT = 7
private const val LOCKOUT_PERMANENT = 9
private const val USER_CANCELED = 10
private const val NEGATIVE_BUTTON = 13
private const val NO_DEVICE_CREDENTIAL = 14

/** Asks for the screen lock and hears the answer; must be public, because Android makes it again by name. */
@Suppress("DEPRECATION")
@InternalSkillingApi
public class LockQuestion : android.app.Fragment() {
    private var question: Intent? = null
    private var caller: CancellableContinuation<Unit>? = null

    internal fun prepare(question: Intent, caller: CancellableContinuation<Unit>) {
        this.question = question
        this.caller = caller
    }

    override fun onCreate(state: android.os.Bundle?) {
        super.onCreate(state)
        // Made again by Android after a restart: whoever asked is gone.
        val asked = question
        if (asked == null) leave() else startActivityForResult(asked, 1)
    }

    override fun onActivityResult(request: Int, result: Int, data: Intent?) {
        val waiting = caller?.takeIf { it.isActive }
        if (result == Activity.RESULT_OK) waiting?.resume(Unit) else waiting?.let(::refuse)
        leave()
    }

    /** The screen under the question is gone, and with it whoever would hear the answer. */
    override fun onDestroy() {
        caller?.let(::refuse)
        super.onDestroy()
    }

    private fun leave() {
        fragmentManager?.beginTransaction()?.remove(this)?.commitAllowingStateLoss()
    }
}
