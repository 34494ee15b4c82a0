package org.skilling.tests

import java.util.concurrent.CountDownLatch
import java.util.concurrent.atomic.AtomicReference
import kotlin.test.AfterTest
import kotlin.test.Test
import kotlin.test.assertEquals
import kotlin.test.assertNotNull
import kotlin.test.assertTrue
import kotlinx.coroutines.runBlocking
import org.junit.runner.RunWith
import org.robolectric.Robolectric
import org.robolectric.RobolectricTestRunner
import org.skilling.wallet.card.SkillingCardService

/** A reader is answered on time, whatever hangs in the phone. */
@RunWith(RobolectricTestRunner::class)
class LateAnswerTest : InTown(isPhoneReady = false) {
    private val held = AtomicReference<CountDownLatch>()

    @AfterTest
    fun goOn() = held.getAndSet(null)?.countDown() ?: Unit

    @Test
    fun `while the phone hangs every command of a reader is answered, and the next tap pays`() = runBlocking<Unit> {
        phone = Phone(app(), bank, { held.get()?.await(); clock.now() }, phone.keystore)
        ready()
        val sale = till.request(kroner(10))
        val commands = mutableListOf<ByteArray>()
        till.tap({ command -> commands += command; wallet.answerReader(command) }, sale, 300)
        wallet.leaveField()

        val service = Robolectric.buildService(SkillingCardService::class.java).create()
        val field = NfcField(service.get())
        held.set(CountDownLatch(1))
        val answers = commands.map { command ->
            field.send(command)
            // The looper's time stands still: what comes is the core's own answer, and not the service's for a core that is silent.
            val answer = generateSequence { field.heard() ?: ByteArray(0) }.take(PATIENCE).firstOrNull { it.isNotEmpty() }
            assertNotNull(answer, "no answer to ${command.hex()}").hex()
        }
        assertEquals("6985", answers.last())
        goOn()

        field.leave()
        wallet.arm(wallet.allowances().single().id, kroner(20))
        assertTrue(besideMain { till.tap(field, sale, 60_000) }.isPaid)
        service.destroy()
    }

    private companion object {
        /** Half-seconds. */
        const val PATIENCE = 60
    }
}
