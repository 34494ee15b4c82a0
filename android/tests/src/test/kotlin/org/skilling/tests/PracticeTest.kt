// The practice modes of both samples, on the real core: every reason on its screen, in its words, and everything that can go wrong.
package org.skilling.tests

import android.view.ContextThemeWrapper
import kotlin.test.AfterTest
import kotlin.test.BeforeTest
import kotlin.test.Test
import kotlin.test.assertEquals
import kotlin.test.assertIs
import kotlin.test.assertNotNull
import kotlin.test.assertTrue
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Job
import kotlinx.coroutines.cancel
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking
import org.junit.Rule
import org.junit.rules.TemporaryFolder
import org.junit.runner.RunWith
import org.robolectric.RobolectricTestRunner
import org.robolectric.RuntimeEnvironment
import org.skilling.ReasonWords
import org.skilling.sample.kit.R as KitR
import org.skilling.sample.kit.Simulation
import org.skilling.sample.kit.Trouble
import org.skilling.sample.till.PracticeTill
import org.skilling.sample.till.R as TillR
import org.skilling.sample.till.TillPresenter
import org.skilling.sample.till.screens.Acceptance
import org.skilling.sample.till.screens.Act as TillAct
import org.skilling.sample.till.screens.ResultState
import org.skilling.sample.till.screens.SaleState
import org.skilling.sample.till.screens.StatusState
import org.skilling.sample.till.screens.Verdict
import org.skilling.sample.till.screens.draw as drawTill
import org.skilling.sample.wallet.Agreed
import org.skilling.sample.wallet.PracticeWallet
import org.skilling.sample.wallet.R as WalletR
import org.skilling.sample.wallet.WalletPresenter
import org.skilling.sample.wallet.screens.Act
import org.skilling.sample.wallet.screens.CodeState
import org.skilling.sample.wallet.screens.HistoryState
import org.skilling.sample.wallet.screens.HomeState
import org.skilling.sample.wallet.screens.Outcome
import org.skilling.sample.wallet.screens.Purse
import org.skilling.sample.wallet.screens.ReceiptState
import org.skilling.sample.wallet.screens.ReviewState
import org.skilling.sample.wallet.screens.Screen
import org.skilling.sample.wallet.screens.SimulatorState
import org.skilling.sample.wallet.screens.Standing
import org.skilling.sample.wallet.screens.draw as drawWallet

@RunWith(RobolectricTestRunner::class)
class PracticeTest {
    @get:Rule
    val folder = TemporaryFolder()

    private val scope = CoroutineScope(Job() + mainThread())
    private val phoneDesk = WalletDesk { System.currentTimeMillis() / 1_000 }
    private val tillDesk = TillDesk { System.currentTimeMillis() / 1_000 }
    private val practiceWallet by lazy { runBlocking { PracticeWallet.open(folder.root, phoneDesk::now) } }
    private val practiceTill by lazy { runBlocking { PracticeTill.open(folder.root) } }
    private val phone by lazy { WalletPresenter(practiceWallet, { practiceWallet }, phoneDesk, scope) }
    private val till by lazy { TillPresenter(practiceTill, { practiceTill }, tillDesk, scope) }
    private val words by lazy { ContextThemeWrapper(app(), KitR.style.Sample) }

    @BeforeTest
    fun somebodyPractises() {
        RuntimeEnvironment.setQualifiers("en-w360dp-h740dp-hdpi")
        phoneDesk.simulation.value = Simulation(isPractice = true)
        tillDesk.simulation.value = Simulation(isPractice = true)
    }

    @AfterTest
    fun enough() = scope.cancel()

    @Test
    fun `a payer sees every reason in words, without a till`() {
        val wrong = ReasonWords.codes.mapNotNull { code ->
            var screen = does(Act.Practise(code))
            if (screen is ReviewState && screen.refusal == null) screen = does(Act.Agree)
            val said = wordsIn(words.drawWallet(screen) {})
            val expected = HINTS[code]?.let(words::getString) ?: ReasonWords.payer(words, EXACTLY[code] ?: code)
            "$code: $expected is not in $said".takeIf { !screen.isPractice || expected.removeSuffix(".") !in said.map { it.removeSuffix(".") } }
        }
        assertEquals(emptyList(), wrong)
    }

    @Test
    fun `of a request that is refused nothing is shown, least of all who asked before`() {
        assertNotNull(assertIs<ReviewState>(does(Act.Practise(0))).merchant)
        val refused = assertIs<ReceiptState>(does(Act.Practise(45)))
        assertEquals(Triple(45, null, null), Triple(refused.reason, refused.merchant, refused.amount))
    }

    @Test
    fun `a payment of long ago is opened`() = runBlocking<Unit> {
        val payments = List(51) {
            practiceWallet.request()
            assertIs<Agreed.ToShow>(practiceWallet.agree(toShow = true)).payment.paymentId
        }
        assertEquals(payments.first(), practiceWallet.timeline(payments.first()).entry.paymentId)
    }

    @Test
    fun `a cashier sees every reason of a payment in words, without a phone`() {
        val wrong = ReasonWords.codes.filter { it < 50 }.mapNotNull { code ->
            does(TillAct.Practise(code))
            val result = does(if (code < 40) TillAct.Scan else TillAct.PracticeTap) as? ResultState
            val said = result?.let { wordsIn(words.drawTill(it) {}) }.orEmpty()
            val expected = ReasonWords.cashier(words, code)
            "$code: $expected is not in $said".takeIf { result?.isPractice != true || expected.removeSuffix(".") !in said.map { it.removeSuffix(".") } }
        }
        assertEquals(emptyList(), wrong)
    }

    @Test
    fun `the wallet's switches do what they say`() {
        val window = window()
        scope.launch { phone.screen.collect { window.show(window.context.drawWallet(it) { act -> phone.act(act) }) } }
        does(Act.Practise(0))
        assertEquals(Outcome.PAID, assertIs<ReceiptState>(does(Act.Agree)).outcome)

        switches(window, KitR.id.sim_replay)
        assertEquals(28, assertIs<ReceiptState>(does(Act.Scan)).reason)

        switches(window, KitR.id.sim_revoked)
        does(Act.Scan)
        assertEquals(9, assertIs<ReceiptState>(does(Act.Agree)).reason)

        switches(window, KitR.id.sim_torn)
        does(Act.Scan)
        assertEquals(Outcome.UNCONFIRMED, assertIs<ReceiptState>(does(Act.Agree)).outcome)
        val waiting = assertIs<HistoryState>(does(Act.History)).entries.first()
        assertEquals(Standing.WAITING, waiting.standing)
        assertTrue(assertIs<CodeState>(does(Act.ShowAgain(waiting.paymentId))).isRepeat)
        assertEquals(Outcome.PAID, assertIs<ReceiptState>(does(Act.ScanReceipt)).outcome)
        assertEquals(Outcome.UNCONFIRMED, assertIs<ReceiptState>(does(Act.Arm)).outcome)

        switches(window, KitR.id.sim_torn)
        assertEquals(null, phoneDesk.simulation.value.trouble)
        assertEquals(Outcome.PAID, assertIs<ReceiptState>(does(Act.Arm)).outcome)

        switches(window, KitR.id.sim_network)
        assertEquals(WalletR.string.not_updated, assertIs<HomeState>(does(Act.Update)).notice)
        switches(window, KitR.id.sim_network)
        assertEquals(WalletR.string.updated, assertIs<HomeState>(does(Act.Update)).notice)

        does(Act.Simulate(phoneDesk.simulation.value.copy(clockShift = 90 * 86_400L)))
        assertIs<Purse.Closed>(assertIs<HomeState>(does(Act.Home)).purses.first())
    }

    @Test
    fun `the till's switches do what they say`() {
        assertEquals(Verdict.PAID, sells(TillAct.Scan).verdict)
        assertEquals(Verdict.PAID, sells(TillAct.PracticeTap).verdict)

        trouble(Trouble.REPLAY)
        assertEquals(Verdict.ALREADY, sells(TillAct.Scan).verdict)
        trouble(Trouble.REVOKED_KEY)
        assertEquals(Verdict.DECLINED to 9, sells(TillAct.PracticeTap).let { it.verdict to it.reason })
        trouble(Trouble.TORN_TAP)
        assertEquals(Verdict.TORN, sells(TillAct.PracticeTap).verdict)
        trouble(null)
        assertEquals(Verdict.PAID, assertIs<ResultState>(does(TillAct.PracticeTap)).verdict)

        tillDesk.simulation.value = tillDesk.simulation.value.copy(hasNetwork = false)
        assertEquals(TillR.string.not_uploaded, assertIs<StatusState>(does(TillAct.Upload)).notice)
        tillDesk.simulation.value = tillDesk.simulation.value.copy(hasNetwork = true)
        val status = assertIs<StatusState>(does(TillAct.Upload))
        assertEquals(TillR.string.uploaded to 0L, status.notice to status.offlinePaymentsCount)

        tillDesk.simulation.value = tillDesk.simulation.value.copy(clockShift = 60 * 86_400L)
        assertIs<Acceptance.No>(assertIs<SaleState>(does(TillAct.Sale)).acceptance)
    }

    /** In the simulator's screen, as a person would. */
    private fun switches(window: org.skilling.sample.kit.ScreenHost, id: Int) {
        does(Act.Simulator)
        settle()
        val before = phoneDesk.simulation.value
        press(window, id)
        awaitThat(phone.screen) { it is SimulatorState && it.simulation != before }
    }

    private fun trouble(trouble: Trouble?) {
        does(TillAct.Simulate(tillDesk.simulation.value.copy(trouble = trouble)))
    }

    private fun sells(act: TillAct): ResultState {
        does(TillAct.Practise(0))
        return assertIs<ResultState>(does(act))
    }

    private fun does(act: Act): Screen = phone.screen.after(phone.act(act))

    private fun does(act: TillAct): org.skilling.sample.till.screens.Screen = till.screen.after(till.act(act))

    private companion object {
        /** What a payer is told of these is a hint of the app's: no till has said anything. */
        val HINTS = mapOf(1 to WalletR.string.scan_other, 43 to WalletR.string.something_failed, 47 to WalletR.string.something_failed)

        /** What a till is told of as 41, the payer is told exactly. */
        val EXACTLY = mapOf(41 to 22)
    }
}
