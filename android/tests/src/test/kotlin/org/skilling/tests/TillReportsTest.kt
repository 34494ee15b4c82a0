package org.skilling.tests

import java.io.File
import kotlin.test.Test
import kotlin.test.assertEquals
import kotlin.test.assertFailsWith
import kotlin.test.assertIs
import kotlin.test.assertTrue
import kotlinx.coroutines.flow.first
import kotlinx.coroutines.runBlocking
import org.junit.runner.RunWith
import org.robolectric.RobolectricTestRunner
import org.skilling.SkillingException
import org.skilling.terminal.KeystoreTerminalKeys
import org.skilling.terminal.Outcome
import org.skilling.terminal.ReceiptRefusal
import org.skilling.terminal.SkillingTerminal
import org.skilling.terminal.TerminalSettings
import org.skilling.terminal.Transceiver
import org.skilling.terminal.checkContract
import org.skilling.wallet.Stage

/** What a till is told beside the sale itself. */
@RunWith(RobolectricTestRunner::class)
class TillReportsTest : InTown() {
    @Test
    fun `a receipt that the phone does not take is said, the sale stays paid, and a code brings it`() = runBlocking<Unit> {
        val sale = till.request(kroner(10))
        wallet.arm(wallet.allowances().single().id, kroner(20))
        // A phone that says 6982 to the command "receipt".
        val phone = { command: ByteArray -> if (command[1] == 0x42.toByte()) "6982".unhex() else wallet.answerReader(command) }
        val report = till.tap(phone, sale, 60_000)
        assertTrue(report.isPaid)
        assertEquals(ReceiptRefusal.FITS_NONE, report.receiptRefused)
        val paid = assertIs<Outcome.Accepted>(report.sale).answered
        assertEquals(Stage.ACCEPTED, wallet.takeReceipt(till.receipt(paid.paymentId).receipt).stage)
        assertEquals(0, till.events.first().lostBefore)
        assertEquals(0, wallet.events.first().lostBefore)
    }

    @Test
    fun `a reader keeps its contract, and one that says what it was told does not`() = runBlocking<Unit> {
        Transceiver(wallet::answerReader).checkContract()
        val broken = assertFailsWith<SkillingException.PortFailed> { Transceiver { it }.checkContract() }
        assertEquals("port.transceiver.contract_broken", broken.code)
    }

    @Test
    fun `a till's ticket for support says where its keys live`() = runBlocking<Unit> {
        till.close()
        val settings = TerminalSettings(listOf(bank.root), bank.line, KeystoreTerminalKeys("till."), File(app().noBackupFilesDir, "till.db"))
        val report = SkillingTerminal.open(app(), settings).use { it.diagnostics() }
        assertTrue("key protection: Keystore StrongBox" in report, report)
    }
}
