// The sample wallet pays the sample till: every step a press on a screen, every code drawn on one screen and read by the other's camera.
package org.skilling.tests

import java.io.File
import kotlin.test.AfterTest
import kotlin.test.BeforeTest
import kotlin.test.Test
import kotlin.test.assertContentEquals
import kotlin.test.assertEquals
import kotlin.test.assertIs
import kotlin.test.assertNull
import kotlin.test.assertTrue
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.Job
import kotlinx.coroutines.cancel
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking
import org.junit.Rule
import org.junit.rules.TemporaryFolder
import org.junit.runner.RunWith
import org.robolectric.Robolectric
import org.robolectric.RobolectricTestRunner
import org.robolectric.RuntimeEnvironment
import org.skilling.sample.kit.R as KitR
import org.skilling.sample.kit.ScreenHost
import org.skilling.sample.till.R as TillR
import org.skilling.sample.till.RealTill
import org.skilling.sample.till.TillPresenter
import org.skilling.sample.till.screens.RequestState
import org.skilling.sample.till.screens.ResultState
import org.skilling.sample.till.screens.SaleState
import org.skilling.sample.till.screens.StatusState
import org.skilling.sample.till.screens.StoredState
import org.skilling.sample.till.screens.Verdict
import org.skilling.sample.till.screens.draw as drawTill
import org.skilling.sample.wallet.R as WalletR
import org.skilling.sample.wallet.RealWallet
import org.skilling.sample.wallet.WalletPresenter
import org.skilling.sample.wallet.screens.ArmedState
import org.skilling.sample.wallet.screens.CodeState
import org.skilling.sample.wallet.screens.HistoryState
import org.skilling.sample.wallet.screens.HomeState
import org.skilling.sample.wallet.screens.Outcome
import org.skilling.sample.wallet.screens.Purse
import org.skilling.sample.wallet.screens.ReceiptState
import org.skilling.sample.wallet.screens.ReviewState
import org.skilling.sample.wallet.screens.ScanState
import org.skilling.sample.wallet.screens.Standing
import org.skilling.sample.wallet.screens.TimelineState
import org.skilling.sample.wallet.screens.draw as drawWallet
import org.skilling.terminal.SkillingTerminal
import org.skilling.wallet.SkillingWallet
import org.skilling.wallet.card.SkillingCardService

@RunWith(RobolectricTestRunner::class)
class SamplesTest {
    @get:Rule
    val folder = TemporaryFolder()

    private val scope = CoroutineScope(Job() + mainThread())
    private lateinit var clock: TownClock
    private lateinit var bank: Bank
    private lateinit var phoneItself: Phone
    private lateinit var wallet: SkillingWallet
    private lateinit var terminal: SkillingTerminal
    private lateinit var phone: WalletPresenter
    private lateinit var till: TillPresenter
    private lateinit var realTill: RealTill
    private lateinit var phoneWindow: ScreenHost
    private lateinit var tillWindow: ScreenHost

    @BeforeTest
    fun everybodyIsReady() {
        RuntimeEnvironment.setQualifiers("en-w360dp-h740dp-hdpi")
        clock = TownClock(File(folder.root, "clock"))
        bank = Bank(folder.root, clock).serve()
        runBlocking {
            phoneItself = Phone(app(), bank, clock, FakeKeystore().install())
            wallet = phoneItself.ready()
            app().skillingWallet = wallet
            terminal = till(app(), bank, clock)
        }
        bank.goAway()
        openWallet()
        openTill()
    }

    @AfterTest
    fun everybodyGoesHome() {
        scope.cancel()
        terminal.close()
        wallet.close()
        bank.close()
    }

    @Test
    fun `by codes, from the amount to the receipt, with the network down`() {
        askFor125Kroner()
        press(phoneWindow, WalletR.id.scan)
        await<ScanState>(phone.screen)
        phone.scanned(cameraOn(tillWindow))
        val review = await<ReviewState>(phone.screen)
        assertEquals(Triple(Bank.MERCHANT, 12_500L, "DK"), Triple(review.merchant, review.amount?.minorUnits, review.country))
        press(phoneWindow, WalletR.id.agree)
        await<CodeState>(phone.screen)

        press(tillWindow, TillR.id.scan)
        await<org.skilling.sample.till.screens.ScanState>(till.screen)
        till.scanned(cameraOn(phoneWindow))
        val result = await<ResultState>(till.screen)
        assertEquals(Verdict.PAID to 12_500L, result.verdict to result.amount?.minorUnits)

        press(tillWindow, TillR.id.show_receipt)
        await<org.skilling.sample.till.screens.ReceiptState>(till.screen)
        press(phoneWindow, WalletR.id.scan_receipt)
        await<ScanState>(phone.screen)
        phone.scanned(cameraOn(tillWindow))
        assertEquals(Outcome.PAID, await<ReceiptState>(phone.screen).outcome)

        press(phoneWindow, WalletR.id.home)
        val purse = assertIs<Purse.Open>(await<HomeState>(phone.screen).purses.first())
        assertEquals(187_500L, purse.total.minorUnits)
        press(phoneWindow, WalletR.id.history)
        assertEquals(listOf(Standing.PAID), await<HistoryState>(phone.screen).entries.map { it.standing })
        press(phoneWindow, WalletR.id.history_entry)
        assertEquals(2, await<TimelineState>(phone.screen).moments.size)

        press(tillWindow, TillR.id.next_sale)
        assertEquals(1, await<SaleState>(till.screen).waiting)
        press(tillWindow, TillR.id.stored)
        assertEquals(listOf(true), await<StoredState>(till.screen).payments.map { it.requiresUpload })
    }

    @Test
    fun `by an armed tap, and the same code again pays nothing`() {
        askFor125Kroner()
        press(phoneWindow, WalletR.id.arm)
        await<ArmedState>(phone.screen)
        val field = NfcField(Robolectric.buildService(SkillingCardService::class.java).create().get())
        val tap = CoroutineScope(Dispatchers.IO).launch { realTill.tapped(terminal.tap(field, realTill.open, 60_000))?.let { till.tapped(it) } }
        assertEquals(Verdict.PAID, await<ResultState>(till.screen).verdict)
        assertTrue(tap.isCompleted || !tap.isCancelled)
        assertEquals(Outcome.PAID, await<ReceiptState>(phone.screen).outcome)
    }

    @Test
    fun `a void gives the money back as soon as the phone reads the receipt`() {
        askFor125Kroner()
        payByCode()
        press(tillWindow, TillR.id.scan)
        await<org.skilling.sample.till.screens.ScanState>(till.screen)
        till.scanned(cameraOn(phoneWindow))
        await<ResultState>(till.screen)
        press(tillWindow, TillR.id.next_sale)
        await<SaleState>(till.screen)
        press(tillWindow, TillR.id.stored)
        await<StoredState>(till.screen)
        press(tillWindow, TillR.id.stored_payment)
        await<org.skilling.sample.till.screens.PaymentState>(till.screen)
        press(tillWindow, TillR.id.void_ask)
        awaitThat(till.screen) { (it as? org.skilling.sample.till.screens.PaymentState)?.isSure == true }
        press(tillWindow, TillR.id.void_now)
        assertEquals(Verdict.VOIDED, await<ResultState>(till.screen).verdict)
        press(tillWindow, TillR.id.show_receipt)
        await<org.skilling.sample.till.screens.ReceiptState>(till.screen)
        press(phoneWindow, WalletR.id.scan_receipt)
        await<ScanState>(phone.screen)
        phone.scanned(cameraOn(tillWindow))
        assertEquals(Outcome.VOIDED, await<ReceiptState>(phone.screen).outcome)
        press(phoneWindow, WalletR.id.home)
        assertEquals(200_000L, assertIs<Purse.Open>(await<HomeState>(phone.screen).purses.first()).total.minorUnits)
    }

    @Test
    fun `the code of an unconfirmed payment is shown again after the app died`() {
        askFor125Kroner()
        payByCode()
        val paid = cameraOn(phoneWindow)

        wallet.close()
        wallet = runBlocking { phoneItself.open() }
        wallet.setInFront(true)
        openWallet()
        press(phoneWindow, WalletR.id.history)
        assertEquals(listOf(Standing.WAITING), await<HistoryState>(phone.screen).entries.map { it.standing })
        press(phoneWindow, WalletR.id.history_entry)
        await<TimelineState>(phone.screen)
        press(phoneWindow, WalletR.id.show_again)
        assertTrue(await<CodeState>(phone.screen).isRepeat)
        assertContentEquals(paid, cameraOn(phoneWindow))

        press(tillWindow, TillR.id.scan)
        await<org.skilling.sample.till.screens.ScanState>(till.screen)
        till.scanned(cameraOn(phoneWindow))
        assertEquals(Verdict.PAID, await<ResultState>(till.screen).verdict)
    }

    @Test
    fun `the till says it is offline, and what waits, by the names of terminal SDKs`() {
        press(tillWindow, TillR.id.status)
        await<StatusState>(till.screen)
        press(tillWindow, TillR.id.declare)
        val status = awaitThat(till.screen) { (it as? StatusState)?.offlineSince != null } as StatusState
        assertEquals(0L to false, status.offlinePaymentsCount to status.requiresUpload)
    }

    @Test
    fun `the cashier hears what to do where a phone has no wallet open, and the sale waits on`() {
        askFor125Kroner()
        // SELECT finds no such application (ISO 7816-4).
        val report = runBlocking { terminal.tap({ byteArrayOf(0x6A, 0x82.toByte()) }, realTill.open) }
        assertNull(realTill.tapped(report))
        till.tapFailed(checkNotNull(realTill.adviceAfter(report)))
        awaitThat(till.screen) { (it as? RequestState)?.readerSays == TillR.string.tap_no_wallet }
        assertEquals(12_500L, realTill.open?.amount?.minorUnits)
    }

    @Test
    fun `a sale that the cashier leaves is asked of nobody else, and one that a question interrupts goes on`() {
        askFor125Kroner()
        // The camera's permission, for one: the app is left and comes back.
        settle()
        till.screen.after(till.start())
        await<RequestState>(till.screen)
        assertEquals(12_500L, realTill.open?.amount?.minorUnits)
        till.back()
        await<SaleState>(till.screen)
        assertNull(realTill.open)
        assertEquals(emptyList(), runBlocking { terminal.openRequests() })
    }

    private fun payByCode() {
        press(phoneWindow, WalletR.id.scan)
        await<ScanState>(phone.screen)
        phone.scanned(cameraOn(tillWindow))
        await<ReviewState>(phone.screen)
        press(phoneWindow, WalletR.id.agree)
        await<CodeState>(phone.screen)
    }

    private fun askFor125Kroner() {
        listOf(KitR.id.key_1, KitR.id.key_2, KitR.id.key_5, KitR.id.decimal).forEach { press(tillWindow, it) }
        awaitThat(till.screen) { (it as? SaleState)?.typed?.minorUnits == 12_500L }
        press(tillWindow, TillR.id.ask)
        await<RequestState>(till.screen)
    }

    private fun openWallet() {
        phoneWindow = window()
        phone = WalletPresenter(RealWallet(wallet, clock::now), { error("nobody practises here") }, WalletDesk(clock::now), scope)
        scope.launch { phone.screen.collect { phoneWindow.show(phoneWindow.context.drawWallet(it) { act -> phone.act(act) }) } }
        phone.start()
        awaitThat(phone.screen) { it is HomeState && it.purses.isNotEmpty() }
    }

    private fun openTill() {
        tillWindow = window()
        realTill = RealTill(terminal, File(folder.root, "uncertified-key"))
        till = TillPresenter(realTill, { error("nobody practises here") }, TillDesk(clock::now), scope)
        scope.launch { till.screen.collect { tillWindow.show(tillWindow.context.drawTill(it) { act -> till.act(act) }) } }
        till.start()
        await<SaleState>(till.screen)
    }
}
