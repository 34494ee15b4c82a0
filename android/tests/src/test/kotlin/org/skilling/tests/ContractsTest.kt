package org.skilling.tests

import android.content.pm.PackageManager
import java.io.File
import kotlin.test.Test
import kotlin.test.assertEquals
import kotlin.test.assertFailsWith
import kotlin.test.assertTrue
import kotlinx.coroutines.runBlocking
import org.junit.Rule
import org.junit.rules.TemporaryFolder
import org.junit.runner.RunWith
import org.robolectric.RobolectricTestRunner
import org.robolectric.Shadows.shadowOf
import org.skilling.Clock
import org.skilling.HttpResponse
import org.skilling.SkillingException
import org.skilling.Transport
import org.skilling.checkContract
import org.skilling.terminal.KeystoreTerminalKeys
import org.skilling.terminal.TerminalKeys
import org.skilling.terminal.checkContract
import org.skilling.wallet.DeviceKeys
import org.skilling.wallet.GeneratedKey
import org.skilling.wallet.KeyPrompt
import org.skilling.wallet.KeyUse
import org.skilling.wallet.KeyVault
import org.skilling.wallet.Mark
import org.skilling.wallet.RollbackGuard
import org.skilling.wallet.checkContract
import org.skilling.wallet.keystore.KeystoreDeviceKeys
import org.skilling.wallet.keystore.KeystoreVault
import org.skilling.wallet.keystore.NoBackupRollbackGuard

/** What an app team does with ports of its own: ours pass their suites, and each broken one is told what is broken. */
@RunWith(RobolectricTestRunner::class)
class ContractsTest {
    @get:Rule
    val folder = TemporaryFolder()

    private val keystore = FakeKeystore().install()
    private val keys: DeviceKeys by lazy {
        shadowOf(app().packageManager).setSystemFeature(PackageManager.FEATURE_STRONGBOX_KEYSTORE, true)
        KeystoreDeviceKeys(app(), { _, signature -> signature?.let(keystore::authorise) })
    }

    @Test
    fun `our own ports keep their contracts`() = runBlocking<Unit> {
        keys.checkContract()
        assertEquals(emptySet(), keystore.names(), "the suite leaves keys behind")
        KeystoreVault("suite").checkContract(reopened = KeystoreVault("suite"))
        NoBackupRollbackGuard(app(), "suite.mark").checkContract(reopened = NoBackupRollbackGuard(app(), "suite.mark"))
        KeystoreTerminalKeys("suite.").checkContract()
        val clock = TownClock(File(folder.root, "clock"))
        clock.checkContract()
        Bank(folder.root, clock).serve().use { it.line.checkContract() }
    }

    @Test
    fun `keys that break their contract are told which demand`() = runBlocking<Unit> {
        val sameKey = object : DeviceKeys by keys {
            private var made: GeneratedKey? = null
            override suspend fun generate(alias: String, use: KeyUse, nonce: ByteArray) =
                made ?: keys.generate(alias, use, nonce).also { made = it }
        }
        broken("device_keys", "a link key can be made", "every key made is another") { sameKey.checkContract() }
        clean()
        val signsTwice = object : DeviceKeys by keys {
            private var last = ByteArray(64)
            override fun sign(alias: String, operation: Long, message: ByteArray) =
                runCatching { keys.sign(alias, operation, message) }.getOrDefault(last).also { last = it }
        }
        broken("device_keys", "an operation signs once") { signsTwice.checkContract() }
        clean()
        val short = object : DeviceKeys by keys {
            override fun sign(alias: String, operation: Long, message: ByteArray) = keys.sign(alias, operation, message).copyOf(63)
        }
        broken("device_keys", "authorised operation signs", "r || s") { short.checkContract() }
        clean()
        val throwing = object : DeviceKeys by keys {
            override suspend fun authorize(alias: String, prompt: KeyPrompt?): Long = throw NotImplementedError("Asta")
        }
        broken("device_keys", "authorised") { throwing.checkContract() }
    }

    @Test
    fun `a vault or a guard that breaks its contract is told which demand`() = runBlocking<Unit> {
        val open = object : KeyVault {
            override fun seal(secret: ByteArray) = secret
            override fun open(sealed: ByteArray) = sealed
        }
        broken("key_vault", "does not stand in the sealed bytes") { open.checkContract(reopened = open) }
        val trusting = object : KeyVault by KeystoreVault("suite") {
            override fun open(sealed: ByteArray) = runCatching { KeystoreVault("suite").open(sealed) }.getOrDefault(ByteArray(32))
        }
        broken("key_vault", "changed bytes are refused") { trusting.checkContract(reopened = trusting) }
        broken("key_vault", "after a restart the secret opens") { KeystoreVault("suite").checkContract(reopened = KeystoreVault("other")) }

        broken("rollback_guard", "outlives a restart") { Forgetful().checkContract(reopened = Forgetful()) }
        val careless = Forgetful()
        broken("rollback_guard", "not above is refused") { careless.checkContract(reopened = careless) }
    }

    @Test
    fun `a transport, a clock or a till's keys that break their contract are told which demand`() = runBlocking<Unit> {
        broken("transport", "404") { Transport { throw IllegalStateException("an error status") }.checkContract() }
        broken("transport", "404") { Transport { HttpResponse(200, ByteArray(34)) }.checkContract() }
        broken("wall_clock", "whole seconds since 1970") { Clock { System.currentTimeMillis() }.checkContract() }
        var now = 1_800_000_000L
        broken("wall_clock", "not backwards") { Clock { now-- }.checkContract() }
        assertEquals("port.wall_clock.undeclared", assertFailsWith<SkillingException.PortFailed> { Clock { throw AssertionError() }.checkContract() }.code)
        val inner = KeystoreTerminalKeys("suite.")
        val unlisted = object : TerminalKeys by inner {
            override fun list() = emptyList<ByteArray>()
        }
        broken("terminal_keys", "are listed") { unlisted.checkContract() }
        val anyKey = object : TerminalKeys by inner {
            override fun sign(key: ByteArray, message: ByteArray) = inner.sign(inner.list().first(), message)
        }
        broken("terminal_keys", "verifies under its key") { anyKey.checkContract() }
    }

    /** Keeps whatever it is given, and in memory only. */
    private class Forgetful : RollbackGuard {
        private var kept: Mark? = null
        override fun read() = kept
        override fun advance(mark: Mark) {
            kept = mark
        }
    }

    private fun clean() = keystore.names().forEach(keystore::lose)

    /** Fails with one of [demands], advice, and nothing of what the app's code said. */
    private suspend fun broken(port: String, vararg demands: String, check: suspend () -> Unit) {
        val failed = assertFailsWith<SkillingException.PortFailed> { check() }
        assertEquals("port.$port.contract_broken" to port, failed.code to failed.port)
        assertTrue(demands.any { it in "${failed.message}" }, "${failed.message}")
        assertTrue(failed.advice.isNotEmpty() && "Asta" !in "$failed")
    }
}
