package org.skilling.tests

import android.app.Activity
import android.hardware.biometrics.BiometricPrompt
import android.os.CancellationSignal
import java.security.Signature
import java.util.concurrent.Executor
import kotlin.test.BeforeTest
import kotlin.test.Test
import kotlin.test.assertEquals
import kotlin.test.assertFailsWith
import kotlin.test.assertNull
import kotlin.test.assertSame
import kotlin.test.assertTrue
import kotlinx.coroutines.Deferred
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.async
import kotlinx.coroutines.cancelAndJoin
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.supervisorScope
import kotlinx.coroutines.withTimeout
import org.junit.runner.RunWith
import org.robolectric.Robolectric
import org.robolectric.RobolectricTestRunner
import org.robolectric.annotation.Config
import org.robolectric.annotation.Implementation
import org.robolectric.annotation.Implements
import org.skilling.Currency
import org.skilling.Money
import org.skilling.wallet.KeyFailure
import org.skilling.wallet.KeyPrompt
import org.skilling.wallet.keystore.KeystoreFaults
import org.skilling.wallet.keystore.SystemPresence

/** Android's dialog, which waits for what the test does. */
@Implements(BiometricPrompt::class)
class Dialog {
    @Implementation
    fun authenticate(crypto: BiometricPrompt.CryptoObject, cancel: CancellationSignal, executor: Executor, heard: BiometricPrompt.AuthenticationCallback) {
        shown = Shown(crypto.signature, cancel, heard)
    }

    @Implementation
    fun authenticate(cancel: CancellationSignal, executor: Executor, heard: BiometricPrompt.AuthenticationCallback) {
        shown = Shown(null, cancel, heard)
    }

    class Shown(val signature: Signature?, val cancel: CancellationSignal, val heard: BiometricPrompt.AuthenticationCallback)

    companion object {
        var shown: Shown? = null
    }
}

@RunWith(RobolectricTestRunner::class)
@Config(shadows = [Dialog::class])
class SystemPresenceTest {
    private val screen = Robolectric.buildActivity(Activity::class.java).setup()
    private val presence = SystemPresence { screen.get() }
    private val signature = Signature.getInstance("SHA256withECDSA")
    private val payment = KeyPrompt(Money(12_550, Currency.DKK), 2, "Netto Torvegade, København", "4711")

    @BeforeTest
    fun nothingIsAsked() {
        Dialog.shown = null
    }

    @Test
    fun `the dialog has the signature, and who agrees is believed`() = asking(signature) { answer ->
        assertSame(signature, shown().signature)
        shown().heard.onAuthenticationSucceeded(null)
        answer.await()
    }

    @Test
    fun `a no, a lock-out, a phone without lock and a failure are different things`() {
        val failures = listOf(10, 7, 14, 2).map { code ->
            lateinit var failure: KeyFailure
            asking(null) { answer ->
                shown().heard.onAuthenticationError(code, "words for the payer")
                failure = assertFailsWith<KeyFailure> { answer.await() }
            }
            failure
        }
        val kinds = listOf(KeyFailure.Refused::class, KeyFailure.LockedOut::class, KeyFailure.NoScreenLock::class, KeyFailure.Fault::class)
        assertEquals(kinds, failures.map { it::class })
        assertEquals(KeystoreFaults.DIALOG + 2, (failures.last() as KeyFailure.Fault).number)
    }

    @Test
    fun `who waits no longer takes the dialog away`() = asking(signature) { answer ->
        answer.cancelAndJoin()
        assertTrue(shown().cancel.isCanceled)
    }

    @Test
    fun `nobody is asked on a screen that is gone`() {
        screen.pause().stop().destroy()
        asking(signature) { answer -> assertFailsWith<KeyFailure.Refused> { answer.await() } }
        assertNull(Dialog.shown)
    }

    private fun shown() = checkNotNull(Dialog.shown) { "no dialog" }

    private fun asking(signature: Signature?, act: suspend (Deferred<Unit>) -> Unit) = runBlocking {
        supervisorScope { act(async(Dispatchers.Unconfined) { withTimeout(60_000) { presence.authenticate(payment, signature) } }) }
    }
}
