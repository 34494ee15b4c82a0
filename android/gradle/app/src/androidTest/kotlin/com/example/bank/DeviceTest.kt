// What scripts/android-emulator-test runs on an emulator or a phone: Android's own Keystore under the contract suites, and a payment by
// codes and by tap. NOT RUN here: see settings.gradle.kts. What it calls is compiled and run on Java by scripts/android-test.
package com.example.bank

import androidx.test.platform.app.InstrumentationRegistry
import java.io.File
import java.util.UUID
import kotlinx.coroutines.runBlocking
import org.junit.Test
import org.skilling.plain.PlainKeys
import org.skilling.plain.PlainTown
import org.skilling.plain.Ports
import org.skilling.terminal.KeystoreTerminalKeys
import org.skilling.terminal.checkContract
import org.skilling.wallet.checkContract
import org.skilling.wallet.keystore.KeystoreVault
import org.skilling.wallet.keystore.NoBackupRollbackGuard

class DeviceTest {
    private val context = InstrumentationRegistry.getInstrumentation().targetContext
    private val name = "test-${UUID.randomUUID()}"

    @Test
    fun theKeystoreKeepsItsContracts() = runBlocking {
        KeystoreVault(name).checkContract(reopened = KeystoreVault(name))
        NoBackupRollbackGuard(context, name).checkContract(reopened = NoBackupRollbackGuard(context, name))
        KeystoreTerminalKeys("$name.").checkContract()
    }

    /** The pay key is one of software: a key that asks its owner needs somebody who puts a finger on. */
    @Test
    fun aPhonePaysATill() = runBlocking {
        val folder = File(context.noBackupFilesDir, name).apply { mkdirs() }
        val ports = Ports(context, PlainKeys(File(folder, "keys")), KeystoreVault(name), KeystoreTerminalKeys("$name."))
        PlainTown(folder, ports).pays()
    }
}
