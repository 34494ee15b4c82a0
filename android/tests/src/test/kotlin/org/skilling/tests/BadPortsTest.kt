package org.skilling.tests

import java.io.File
import java.util.concurrent.CountDownLatch
import java.util.concurrent.atomic.AtomicReference
import kotlin.coroutines.resume
import kotlin.coroutines.suspendCoroutine
import kotlin.test.AfterTest
import kotlin.test.BeforeTest
import kotlin.test.Test
import kotlin.test.assertEquals
import kotlin.test.assertFailsWith
import kotlin.test.assertFalse
import kotlin.test.assertIs
import kotlin.test.assertNotNull
import kotlin.test.assertTrue
import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.awaitCancellation
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.withTimeout
import org.junit.runner.RunWith
import org.robolectric.RobolectricTestRunner
import org.skilling.CallFailure
import org.skilling.Clock
import org.skilling.SkillingException
import org.skilling.StorageProblem
import org.skilling.Transport
import org.skilling.terminal.KeystoreTerminalKeys
import org.skilling.terminal.LinkLost
import org.skilling.terminal.Outcome
import org.skilling.terminal.SkillingTerminal
import org.skilling.terminal.TapEnd
import org.skilling.terminal.TerminalKeys
import org.skilling.terminal.TerminalSettings
import org.skilling.wallet.DeviceKeys
import org.skilling.wallet.GeneratedKey
import org.skilling.wallet.KeyPrompt
import org.skilling.wallet.KeyUse
import org.skilling.wallet.KeyVault
import org.skilling.wallet.Mark
import org.skilling.wallet.Reviewed
import org.skilling.wallet.RollbackGuard
import org.skilling.wallet.Want

/** Every port of an app, broken in every way: throwing anything, wrong lengths, answering twice, never answering. Then the next payment works. */
@RunWith(RobolectricTestRunner::class)
class BadPortsTest : InTown(isPhoneReady = false) {
    private val never = AtomicReference(CountDownLatch(1))

    @BeforeTest
    fun shortDeadlines() {
        phone.portDeadlineMillis = 1_500
    }

    @AfterTest
    fun nobodyHangs() = wakeUp()

    @Test
    fun `a key that is badly made brings no allowance, and the next sync brings one`() = runBlocking<Unit> {
        val inner = phone.keys
        var makes: (suspend (GeneratedKey) -> GeneratedKey)? = null
        phone.keys = object : DeviceKeys by inner {
            override suspend fun generate(alias: String, use: KeyUse, nonce: ByteArray): GeneratedKey {
                val made = inner.generate(alias, use, nonce)
                return makes?.takeIf { use == KeyUse.PAY }?.invoke(made) ?: made
            }
        }
        ready()
        val number = wallet.banks().single().number
        val wrongs = listOf<Pair<String, suspend (GeneratedKey) -> GeneratedKey>>(
            "wrong_shape" to { GeneratedKey(ByteArray(3), it.attestation) },
            "wrong_shape" to { GeneratedKey(ByteArray(65), it.attestation) },
            "wrong_shape" to { GeneratedKey(it.publicKey, ByteArray(20_000)) },
            "undeclared" to { throw OutOfMemoryError("Asta") },
            "too_late" to { awaitCancellation() },
        )
        for ((code, wrong) in wrongs) {
            makes = wrong
            assertEquals("port.device_keys.$code", assertFailsWith<SkillingException.PortFailed> { wallet.sync(number, Want(kroner(100))) }.code)
            pay()
        }
        makes = null
        assertTrue(wallet.syncAll().isComplete)
        pay()
    }

    @Test
    fun `a vault of wrong lengths, that throws, or that never answers keeps the wallet closed and whole`() = runBlocking<Unit> {
        val right = phone.vault
        ready().close()
        val wrongs = listOf<Pair<String, (ByteArray) -> ByteArray>>(
            "storage.damaged" to { _ -> ByteArray(3) },
            "port.key_vault.wrong_shape" to { _ -> ByteArray(100_000) },
            "port.key_vault.undeclared" to { _ -> throw StackOverflowError() },
            "port.key_vault.too_late" to { _ -> hang() },
        )
        for ((code, wrong) in wrongs) {
            phone.vault = object : KeyVault by right {
                override fun open(sealed: ByteArray) = wrong(sealed)
            }
            assertEquals(code, assertFailsWith<SkillingException> { phone.open() }.code)
        }
        phone.vault = right
        wallet = phone.open().also { it.setInFront(true) }
        pay()
    }

    @Test
    fun `a vault whose key is lost says that this store cannot be read any more`() = runBlocking<Unit> {
        ready().close()
        phone.keystore.lose("phone.vault")
        val lost = assertFailsWith<SkillingException.Storage> { phone.open() }
        assertIs<StorageProblem.VaultCannotOpen>(lost.problem)
        assertTrue(lost.advice.isNotEmpty())
    }

    @Test
    fun `a guard of wrong lengths, that throws, or that never answers gives the same payment once it works`() = runBlocking<Unit> {
        val right = phone.guard
        var reads: (() -> Mark?)? = null
        var advances: (() -> Unit)? = null
        phone.guard = object : RollbackGuard {
            override fun read(): Mark? = reads?.invoke() ?: right.read()
            override fun advance(mark: Mark) = advances?.invoke() ?: right.advance(mark)
        }
        ready()
        val wrongs: List<Pair<() -> Mark?, () -> Unit>> = listOf(
            Pair({ Mark(1, ByteArray(3)) }, { throw AssertionError("Asta") }),
            Pair({ throw NotImplementedError() }, { hang() }),
        )
        for ((reading, advancing) in wrongs) {
            reads = reading
            advances = advancing
            clock.advance(601)
            val sale = till.request(kroner(10))
            val failed = assertFailsWith<SkillingException.PortFailed> {
                wallet.pay(wallet.agree(reviewOf(sale.message)))
            }
            assertEquals("rollback_guard", failed.port)
            assertFalse("Asta" in "$failed")
            reads = null
            advances = null
            wakeUp()
            eventually { runCatching { wallet.review(sale.message) }.getOrNull() != null }
            when (val reviewed = wallet.review(sale.message)) {
                is Reviewed.Answered -> assertIs<Outcome.Accepted>(till.accept(reviewed.token.message, sale))
                is Reviewed.New -> assertIs<Outcome.Accepted>(till.accept(wallet.pay(wallet.agree(reviewed.review)).message, sale))
            }
        }
        pay()
    }

    @Test
    fun `a server's line that never answers ends with the deadline, and is cancelled`() = runBlocking<Unit> {
        ready()
        val cancelled = CompletableDeferred<Unit>()
        val silent = Transport {
            try {
                awaitCancellation()
            } finally {
                cancelled.complete(Unit)
            }
        }
        val failure = assertNotNull(withTimeout(60_000) { wallet.refresh(via = silent).failure })
        assertEquals(CallFailure.Problem.TimedOut, failure.problem)
        withTimeout(60_000) { cancelled.await() }
        pay()
    }

    @Test
    fun `a clock that throws or says nonsense signs nothing`() = runBlocking<Unit> {
        var now: (() -> Long)? = null
        val odd = Clock { now?.invoke() ?: clock.now() }
        phone = Phone(app(), bank, odd, phone.keystore, "odd")
        ready()
        val sale = till.request(kroner(10))
        for (wrong in listOf<() -> Long>({ throw AssertionError("Asta") }, { -1 }, { Long.MAX_VALUE })) {
            now = wrong
            val failed = assertFailsWith<SkillingException> { wallet.agree(reviewOf(sale.message)) }
            assertTrue(failed.advice.isNotEmpty() && "Asta" !in "$failed", "$failed")
        }
        now = null
        pay()
    }

    @Test
    fun `a till's keys that throw, are short or never answer accept nothing, and the token is good afterwards`() = runBlocking<Unit> {
        ready()
        val right = KeystoreTerminalKeys("odd.")
        var signs: (() -> ByteArray)? = null
        val keys = object : TerminalKeys by right {
            override fun sign(key: ByteArray, message: ByteArray) = signs?.invoke() ?: right.sign(key, message)
        }
        val settings = TerminalSettings(listOf(bank.root), bank.line, keys, File(app().noBackupFilesDir, "odd.db"), clock, portDeadlineMillis = 1_500)
        SkillingTerminal.open(app(), settings).use { odd ->
            val certificate = bank.certify(odd.createKey())
            odd.refresh()
            odd.takeCertificate(certificate)
            val sale = odd.request(kroner(10))
            val token = wallet.pay(wallet.agree(reviewOf(sale.message)))
            for (wrong in listOf<() -> ByteArray>({ throw AssertionError("Asta") }, { ByteArray(63) }, { ByteArray(64) }, { hang() })) {
                signs = wrong
                val failed = assertFailsWith<SkillingException.PortFailed> { odd.accept(token.message, sale) }
                assertEquals("terminal_keys", failed.port)
                assertTrue(failed.advice.isNotEmpty() && "Asta" !in "$failed")
            }
            signs = null
            wakeUp()
            eventually { runCatching { odd.accept(token.message, sale) }.getOrNull() is Outcome.Accepted }
        }
    }

    @Test
    fun `a reader or a phone that answers anything harms no till, and a reader that sends anything no wallet`() = runBlocking<Unit> {
        ready()
        val sale = till.request(kroner(10))
        val answers = listOf<(ByteArray) -> ByteArray>(
            { ByteArray(0) }, { ByteArray(1) }, { it }, { ByteArray(70_000) }, { throw OutOfMemoryError("Asta") }, { throw LinkLost() },
        )
        for (answer in answers) {
            val report = till.tap(answer, sale, 300)
            assertFalse(report.isPaid || report.end == TapEnd.Done, "${report.end}")
        }
        val random = java.util.Random(1)
        repeat(200) {
            val answer = wallet.answerReader(ByteArray(random.nextInt(300)).also(random::nextBytes))
            assertTrue(answer.size >= 2)
        }
        wallet.leaveField()
        wallet.arm(wallet.allowances().single().id, kroner(20))
        assertTrue(till.tap(wallet::answerReader, sale, 60_000).isPaid)
    }

    @Test
    fun `keys that answer twice are heard once`() = runBlocking<Unit> {
        val inner = phone.keys
        var second: Throwable? = null
        phone.keys = object : DeviceKeys by inner {
            override suspend fun authorize(alias: String, prompt: KeyPrompt?): Long {
                val operation = inner.authorize(alias, prompt)
                return suspendCoroutine { caller ->
                    caller.resume(operation)
                    second = runCatching { caller.resume(operation + 1) }.exceptionOrNull()
                }
            }
        }
        ready()
        pay()
        assertIs<IllegalStateException>(second)
        assertEquals(kroner(1_990), wallet.allowances().single().remaining)
    }

    @Test
    fun `a pay key that the Keystore lost is gone, and a sync brings another`() = runBlocking<Unit> {
        ready()
        phone.keystore.names().filter { ".pay-" in it }.forEach(phone.keystore::lose)
        assertFailsWith<SkillingException.KeyGone> { pay() }
        assertEquals(1, wallet.syncAll().granted.size)
        pay()
    }

    private fun hang(): Nothing {
        never.get().await()
        error("woken up")
    }

    /** Whoever hangs goes on; the next hangs anew. */
    private fun wakeUp() = never.getAndSet(CountDownLatch(1)).countDown()
}
