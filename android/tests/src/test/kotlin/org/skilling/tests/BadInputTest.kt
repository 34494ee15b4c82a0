package org.skilling.tests

import java.security.ProviderException
import kotlin.test.Test
import kotlin.test.assertEquals
import kotlin.test.assertFailsWith
import kotlin.test.assertFalse
import kotlin.test.assertIs
import kotlin.test.assertNotNull
import kotlin.test.assertTrue
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.CoroutineStart
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.async
import kotlinx.coroutines.awaitAll
import kotlinx.coroutines.awaitCancellation
import kotlinx.coroutines.cancelAndJoin
import kotlinx.coroutines.delay
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.withTimeout
import org.junit.runner.RunWith
import org.robolectric.RobolectricTestRunner
import org.skilling.HttpResponse
import org.skilling.Qr
import org.skilling.QrReader
import org.skilling.Scan
import org.skilling.SkillingException
import org.skilling.StorageProblem
import org.skilling.Transport
import org.skilling.terminal.Outcome
import org.skilling.wallet.DeviceKeys
import org.skilling.wallet.KeyFailure
import org.skilling.wallet.KeyPrompt
import org.skilling.wallet.KeyVault
import org.skilling.wallet.Mark
import org.skilling.wallet.Reviewed
import org.skilling.wallet.RollbackGuard
import org.skilling.wallet.Want
import org.skilling.wallet.keystore.UserPresence

/** Whatever an app's code, its hardware or a stranger does: a typed error with advice, the state intact, and the next payment works. */
@RunWith(RobolectricTestRunner::class)
class BadInputTest : InTown(isPhoneReady = false) {
    private val thrown: List<() -> Throwable> = listOf(
        { IllegalStateException("Asta, 0101701234") },
        { AssertionError("Asta, 0101701234") },
        { OutOfMemoryError("Asta, 0101701234") },
        { NotImplementedError("Asta, 0101701234") },
        { StackOverflowError() },
    )

    @Test
    fun `keys that throw anything cost one payment and nothing else`() = runBlocking<Unit> {
        val inner = phone.keys
        var fails: (() -> Throwable)? = null
        phone.keys = object : DeviceKeys by inner {
            override suspend fun authorize(alias: String, prompt: KeyPrompt?): Long {
                fails?.let { if (prompt != null) throw it() }
                return inner.authorize(alias, prompt)
            }
        }
        ready()
        for (one in thrown) {
            fails = one
            val failed = assertFailsWith<SkillingException.PortFailed> { pay() }
            assertEquals("port.device_keys.undeclared", failed.code)
            assertFalse("Asta" in "$failed ${failed.advice} ${failed.cause}", "personal data in $failed")
            assertTrue(failed.advice.isNotEmpty())
        }
        fails = null
        pay()
        assertEquals(kroner(1_990), wallet.allowances().single().remaining)
    }

    @Test
    fun `a signature that is none, or hangs, or throws, pays nothing`() = runBlocking<Unit> {
        val inner = phone.keys
        var signs: ((ByteArray) -> ByteArray)? = null
        phone.keys = object : DeviceKeys by inner {
            override fun sign(alias: String, operation: Long, message: ByteArray): ByteArray =
                signs?.takeIf { alias.startsWith("pay") }?.invoke(message) ?: inner.sign(alias, operation, message)
        }
        phone.portDeadlineMillis = 3_000
        ready()
        val hanging = Object()
        val wrongs: Map<String, (ByteArray) -> ByteArray> = mapOf(
            "port.device_keys.wrong_shape" to { _ -> ByteArray(3) },
            "port.device_keys.undeclared" to { _ -> throw AssertionError("bug") },
            "port.device_keys.fault" to { _ -> throw KeyFailure.Fault(77, "driver") },
            "port.device_keys.too_late" to { _ -> synchronized(hanging) { hanging.wait() }.let { ByteArray(64) } },
        )
        for ((code, wrong) in wrongs) {
            signs = wrong
            val failed = assertFailsWith<SkillingException.PortFailed>(code) { pay() }
            assertEquals(code, failed.code)
            if (code.endsWith("fault")) assertEquals(77, failed.fault)
            assertEquals(kroner(2_000), wallet.allowances().single().remaining)
        }
        signs = null
        synchronized(hanging) { hanging.notifyAll() }
        eventually { runCatching { pay() }.isSuccess }
        assertEquals(kroner(1_990), wallet.allowances().single().remaining)
    }

    @Test
    fun `a payer's dialog that never answers ends with the deadline, and a cancelled one at once`() = runBlocking<Unit> {
        phone.portDeadlineMillis = 5_000
        ready()
        var isCancelled = false
        val usual = phone.payer
        phone.payer = UserPresence { _, _ ->
            try {
                awaitCancellation()
            } catch (cancelled: CancellationException) {
                isCancelled = true
                throw cancelled
            }
        }
        assertEquals("port.device_keys.too_late", assertFailsWith<SkillingException.PortFailed> { pay() }.code)
        eventually { isCancelled }

        isCancelled = false
        val review = reviewOf(till.request(kroner(10)).message)
        val asking = launch(Dispatchers.IO) { wallet.agree(review) }
        delay(200)
        withTimeout(60_000) { asking.cancelAndJoin() }
        eventually { isCancelled }
        phone.payer = usual
        pay()
    }

    /** The app stops waiting in the moment in which the core notes the payer's yes: it asks the clock just before. */
    @Test
    fun `who stops waiting as the payer agrees has agreed to nothing, and who stops waiting as the payer arms has not armed`() = runBlocking<Unit> {
        var hasAgreed = false
        var atNote: (() -> Unit)? = null
        phone = Phone(app(), bank, { if (hasAgreed) atNote?.invoke(); clock.now() }, phone.keystore)
        ready()
        val usual = phone.payer
        phone.payer = UserPresence { prompt, signature ->
            usual.authenticate(prompt, signature)
            hasAgreed = true
        }
        val sale = till.request(kroner(10))
        val review = reviewOf(sale.message)
        val asks: List<suspend () -> Any> = listOf({ wallet.agree(review) }, { wallet.arm(wallet.allowances().single().id, kroner(100)) })
        for (ask in asks) {
            val asking = launch(Dispatchers.IO, CoroutineStart.LAZY) { ask() }
            atNote = { asking.cancel() }
            withTimeout(60_000) { asking.join() }
            assertTrue(hasAgreed && asking.isCancelled)
            hasAgreed = false
            assertFalse(till.tap(wallet::answerReader, sale, 300).isPaid)
            wallet.leaveField()
        }
        assertEquals(kroner(2_000), wallet.allowances().single().remaining)
        wallet.agree(review)
        assertTrue(till.tap(wallet::answerReader, sale, 60_000).isPaid)
    }

    @Test
    fun `a payer who says no, is locked out, or lost the key is told so`() = runBlocking<Unit> {
        ready()
        val usual = phone.payer
        phone.payer = UserPresence { _, _ -> throw KeyFailure.Refused() }
        assertFailsWith<SkillingException.PayerRefused> { pay() }
        phone.payer = UserPresence { _, _ -> throw KeyFailure.LockedOut() }
        assertFailsWith<SkillingException.LockedOut> { pay() }
        phone.payer = UserPresence { _, _ -> throw KeyFailure.NoScreenLock() }
        assertFailsWith<SkillingException.NoScreenLock> { pay() }
        phone.payer = usual
        phone.keystore.isLocked = true
        assertFailsWith<SkillingException.LockedOut> { pay() }
        phone.keystore.isLocked = false
        phone.keystore.fault = { alias -> if (".pay-" in alias) ProviderException("Keystore is busy") else null }
        assertEquals("device_keys", assertFailsWith<SkillingException.PortFailed> { pay() }.port)
        phone.keystore.fault = null
        pay()

        phone.keystore.answer = { alias -> FakeKeystore.SYSTEM_ERROR.takeIf { ".pay-" in alias } }
        assertFailsWith<SkillingException.Busy> { pay() }
        phone.keystore.answer = null
        pay()

        phone.keystore.specs.keys.filter { ".pay-" in it }.forEach(phone.keystore::invalidate)
        assertEquals("wallet.key_gone", assertFailsWith<SkillingException.KeyGone> { pay() }.code)
        // A new grant under a new key, and it pays again.
        val report = wallet.syncAll()
        assertEquals(1, report.granted.size, "$report")
        pay()
    }

    @Test
    fun `what one bank stops keeps no other from being synced`() = runBlocking<Unit> {
        ready()
        wallet.enrol(bank.customer(5_000))
        assertEquals(2, wallet.banks().size)
        val used = mutableSetOf<String>()
        phone.keystore.fault = { alias -> ProviderException("Keystore is busy").also { used += alias } }
        assertFailsWith<SkillingException.PortFailed> { wallet.syncAll() }
        assertEquals(2, used.size, "$used")
        phone.keystore.fault = null
        assertTrue(wallet.syncAll().isComplete)
    }

    @Test
    fun `a vault that is locked or lost says which`() = runBlocking<Unit> {
        val sealed = phone.vault
        ready().close()
        phone.vault = object : KeyVault by sealed {
            override fun open(sealed: ByteArray): ByteArray = throw org.skilling.wallet.VaultFailure.Locked()
        }
        assertIs<StorageProblem.VaultLocked>(assertFailsWith<SkillingException.Storage> { phone.open() }.problem)
        phone.vault = object : KeyVault by sealed {
            override fun open(sealed: ByteArray): ByteArray = throw NotImplementedError()
        }
        assertEquals("port.key_vault.undeclared", assertFailsWith<SkillingException.PortFailed> { phone.open() }.code)
        phone.vault = sealed
        wallet = phone.open().also { it.setInFront(true) }
        pay()
    }

    @Test
    fun `a guard that cannot write lets no payment out, and the same request gives it afterwards`() = runBlocking<Unit> {
        val inner = phone.guard
        var isFull = false
        phone.guard = object : RollbackGuard {
            override fun read(): Mark? = inner.read()
            override fun advance(mark: Mark) = if (isFull) throw OutOfMemoryError() else inner.advance(mark)
        }
        ready()
        isFull = true
        val sale = till.request(kroner(10))
        val agreed = wallet.agree(reviewOf(sale.message))
        assertEquals("rollback_guard", assertFailsWith<SkillingException.PortFailed> { wallet.pay(agreed) }.port)
        isFull = false
        val token = assertIs<Reviewed.Answered>(wallet.review(sale.message)).token
        assertIs<Outcome.Accepted>(till.accept(token.message, sale))
    }

    @Test
    fun `killed between consent and tap, nothing is owed and the next payment works`() = runBlocking<Unit> {
        ready()
        val sale = till.request(kroner(10))
        wallet.agree(reviewOf(sale.message))
        // What the operating system leaves of a killed app: nothing in memory, the lock released.
        wallet.close()
        wallet = phone.open().also { it.setInFront(true) }
        assertEquals(kroner(2_000), wallet.allowances().single().remaining)
        reviewOf(sale.message)
        pay()
    }

    @Test
    fun `a clock set back is refused with the time to set, and works once it is right`() = runBlocking<Unit> {
        ready()
        clock.advanceDays(-3)
        val review = runCatching { pay() }.exceptionOrNull()
        assertTrue(review is SkillingException.Refused || review is SkillingException.TillNotReady, "$review")
        clock.advanceDays(3)
        pay()
    }

    @Test
    fun `a server that is away, slow, wrong or talkative changes nothing`() = runBlocking<Unit> {
        ready()
        val number = wallet.banks().single().number
        val lines: List<Transport> = listOf(
            Transport { throw AssertionError("bug in the app") },
            Transport { HttpResponse(200, ByteArray(40) { 7 }) },
            Transport { HttpResponse(503, ByteArray(0), retryAfterSeconds = 30) },
            Transport { HttpResponse(-1, ByteArray(0), retryAfterSeconds = Long.MAX_VALUE) },
            Transport { HttpResponse(200, ByteArray(Transport.LARGEST_ANSWER + 1)) },
        )
        for (line in lines) {
            assertNotNull(wallet.sync(number, Want(kroner(100)), via = line).failure)
            assertNotNull(wallet.refresh(via = line).failure)
        }
        pay()
        val report = wallet.syncAll()
        assertTrue(report.isComplete, "${report.failure?.problem} ${report.failure?.advice}")
    }

    @Test
    fun `two threads never give one number to two payments`() = runBlocking<Unit> {
        ready()
        // Other amounts: the same twice is a question for the payer.
        val sales = List(8) { till.request(kroner(10L + it)) }
        val tokens = sales.map { sale ->
            async(Dispatchers.IO) { wallet.pay(wallet.agree(reviewOf(sale.message))) }
        }.awaitAll()
        tokens.zip(sales) { token, sale -> assertIs<Outcome.Accepted>(till.accept(token.message, sale)) }
        assertEquals(8, tokens.map { it.paymentId }.toSet().size)
        assertEquals(kroner(2_000 - (10L..17L).sum()), wallet.allowances().single().remaining)
    }

    @Test
    fun `a second wallet on the same folder is told that it is busy`() = runBlocking<Unit> {
        ready()
        assertFailsWith<SkillingException.Busy> { phone.open() }
    }

    @Test
    fun `garbage in codes and messages is refused with its rule`() = runBlocking<Unit> {
        ready()
        val sale = till.request(kroner(10))
        for (cut in listOf(ByteArray(0), byteArrayOf(0x80.toByte()), sale.message.copyOf(40), sale.message + 0, ByteArray(5_000))) {
            assertTrue(assertFailsWith<SkillingException.Malformed> { wallet.review(cut) }.rule.isNotEmpty())
            assertIs<Outcome.Refused>(till.accept(cut))
            assertFailsWith<SkillingException> { wallet.takeReceipt(cut) }
        }
        assertFailsWith<SkillingException.Malformed> { Qr.message("SKL1:%%%") }
        assertIs<Scan.Nothing>(QrReader().read(ByteArray(100), 10, 10))
        assertFailsWith<SkillingException.InvalidArgument> { QrReader().read(ByteArray(99), 10, 10) }
        assertFailsWith<SkillingException.InvalidArgument> { QrReader().read(ByteArray(0), -1, Int.MAX_VALUE) }
        pay()
    }

    @Test
    fun `what is closed says so`() = runBlocking<Unit> {
        ready()
        wallet.close()
        wallet.close()
        assertFailsWith<SkillingException.Closed> { wallet.allowances() }
    }
}
