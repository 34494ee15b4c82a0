// The sample wallet pays the sample till: every step a press on a screen, every code drawn on one screen and read by the other's camera.
package org.skilling.tests

import android.app.Activity
import android.graphics.Bitmap
import android.graphics.Canvas
import android.os.Handler
import android.os.Looper
import android.view.View
import java.io.File
import java.util.concurrent.Executor
import kotlin.test.AfterTest
import kotlin.test.BeforeTest
import kotlin.test.Test
import kotlin.test.assertEquals
import kotlin.test.assertIs
import kotlin.test.assertNotNull
import kotlin.test.assertTrue
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.Job
import kotlinx.coroutines.asCoroutineDispatcher
import kotlinx.coroutines.cancel
import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.flow.StateFlow
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking
import org.junit.Rule
import org.junit.rules.TemporaryFolder
import org.junit.runner.RunWith
import org.robolectric.Robolectric
import org.robolectric.RobolectricTestRunner
import org.robolectric.RuntimeEnvironment
import org.robolectric.Shadows.shadowOf
import org.skilling.Currency
import org.skilling.Qr
import org.skilling.Scan
import org.skilling.sample.kit.R as KitR
import org.skilling.sample.kit.ScreenHost
import org.skilling.sample.kit.ShownMoney
import org.skilling.sample.kit.codePixels
import org.skilling.sample.till.PracticeTill
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
import org.skilling.sample.wallet.PracticeWallet
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
import org.skilling.sample.wallet.screens.SimulatorState
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

    private val scope = CoroutineScope(Job() + Handler(Looper.getMainLooper()).let { Executor { task -> it.post(task) } }.asCoroutineDispatcher())
    private lateinit var clock: TownClock
    private lateinit var bank: Bank
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
            wallet = Phone(app(), bank, clock, FakeKeystore().install()).ready()
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
        press(phoneWindow, WalletR.id.scan)
        await<ScanState>(phone.screen)
        phone.scanned(cameraOn(tillWindow))
        await<ReviewState>(phone.screen)
        press(phoneWindow, WalletR.id.agree)
        await<CodeState>(phone.screen)
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
    fun `the simulator shows every reason without a till, and nothing of it is paid`() {
        press(phoneWindow, WalletR.id.settings)
        await<org.skilling.sample.wallet.screens.SettingsState>(phone.screen)
        press(phoneWindow, WalletR.id.simulator)
        await<SimulatorState>(phone.screen)
        press(phoneWindow, WalletR.id.sim_practice)
        awaitThat(phone.screen) { it is SimulatorState && it.isPractice }
        for (code in listOf(0, 8, 18, 24)) {
            phone.act(org.skilling.sample.wallet.screens.Act.Practise(10_000L + code))
            await<ReviewState>(phone.screen)
            press(phoneWindow, WalletR.id.agree)
            val receipt = await<ReceiptState>(phone.screen)
            assertEquals(code.takeIf { it != 0 }, receipt.reason)
            assertTrue(receipt.isPractice)
        }
        assertEquals(0, runBlocking { wallet.history().entries.size })
    }

    @Test
    fun `the till says it is offline, and what waits, by the names of terminal SDKs`() {
        press(tillWindow, TillR.id.status)
        await<StatusState>(till.screen)
        press(tillWindow, TillR.id.declare)
        val status = awaitThat(till.screen) { (it as? StatusState)?.offlineSince != null } as StatusState
        assertEquals(0L to false, status.offlinePaymentsCount to status.requiresUpload)
    }

    private fun askFor125Kroner() {
        listOf(KitR.id.key_1, KitR.id.key_2, KitR.id.key_5, KitR.id.decimal).forEach { press(tillWindow, it) }
        awaitThat(till.screen) { (it as? SaleState)?.typed?.minorUnits == 12_500L }
        press(tillWindow, TillR.id.ask)
        await<RequestState>(till.screen)
    }

    private fun openWallet() {
        phoneWindow = window()
        val around = object : org.skilling.sample.wallet.Surroundings {
            override val simulation = MutableStateFlow(org.skilling.sample.wallet.screens.Simulation())
            override val canTap = true
            override fun isOnline() = false
            override fun hasCamera() = true
            override fun now() = clock.now()
            override suspend fun draw(message: ByteArray): Bitmap = Qr.bitmap(message, app().codePixels())
        }
        val practice = PracticeWallet("Practice shop", clock::now, { around.simulation.value }, REFUSAL)
        phone = WalletPresenter(RealWallet(wallet, clock::now), practice, around, scope)
        scope.launch { phone.screen.collect { phoneWindow.show(phoneWindow.context.drawWallet(it) { act -> phone.act(act) }) } }
        phone.start()
        awaitThat(phone.screen) { it is HomeState && it.purses.isNotEmpty() }
    }

    private fun openTill() {
        tillWindow = window()
        val around = object : org.skilling.sample.till.Surroundings {
            override val simulation = MutableStateFlow(org.skilling.sample.till.screens.Simulation())
            override val hasReader = true
            override fun hasCamera() = true
            override fun now() = clock.now()
            override suspend fun draw(message: ByteArray): Bitmap = Qr.bitmap(message, app().codePixels())
        }
        realTill = RealTill(terminal, Currency.DKK, 2)
        till = TillPresenter(realTill, PracticeTill(ShownMoney(0, 208, 2), clock::now, REFUSAL), around, scope)
        scope.launch { till.screen.collect { tillWindow.show(tillWindow.context.drawTill(it) { act -> till.act(act) }) } }
        till.start()
        await<SaleState>(till.screen)
    }

    private fun window(): ScreenHost {
        val controller = Robolectric.buildActivity(Activity::class.java)
        controller.get().setTheme(KitR.style.Sample)
        controller.setup()
        return ScreenHost(controller.get()).also { controller.get().setContentView(it) }
    }

    private fun press(window: ScreenHost, id: Int) {
        settle()
        val control = assertNotNull(window.findViewById<View>(id), "there is no ${window.resources.getResourceEntryName(id)} on the screen")
        control.performClick()
        settle()
    }

    /** What a camera sees that looks at [window]. */
    private fun cameraOn(window: ScreenHost): ByteArray {
        settle()
        val picture = Bitmap.createBitmap(window.width, window.height, Bitmap.Config.ARGB_8888)
        window.draw(Canvas(picture))
        return runBlocking { assertIs<Scan.Message>(Qr.read(picture)).message }
    }

    private inline fun <reified S> await(screen: StateFlow<Any>): S = awaitThat(screen) { it is S } as S

    private fun awaitThat(screen: StateFlow<Any>, holds: (Any) -> Boolean): Any {
        repeat(LONGEST_MILLIS / STEP_MILLIS) {
            settle()
            if (holds(screen.value)) return screen.value.also { settle() }
            Thread.sleep(STEP_MILLIS.toLong())
        }
        error("still ${screen.value}")
    }

    private fun settle() = shadowOf(Looper.getMainLooper()).idle()

    private companion object {
        const val LONGEST_MILLIS = 120_000
        const val STEP_MILLIS = 10
        val REFUSAL = byteArrayOf(0x82.toByte(), 0x00, 0x18, 0x28)
    }
}
