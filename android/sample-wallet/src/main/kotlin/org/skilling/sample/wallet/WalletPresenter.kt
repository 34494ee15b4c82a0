// The one place that knows which screen comes after which. It holds the screen of the moment; the activity draws it.
package org.skilling.sample.wallet

import android.util.Log
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Job
import kotlinx.coroutines.delay
import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.flow.StateFlow
import kotlinx.coroutines.launch
import kotlinx.coroutines.sync.Mutex
import kotlinx.coroutines.sync.withLock
import org.skilling.SkillingException
import org.skilling.sample.kit.Device
import org.skilling.sample.kit.Presenter
import org.skilling.sample.kit.ScanHint
import org.skilling.sample.kit.Typed
import org.skilling.sample.wallet.screens.Act
import org.skilling.sample.wallet.screens.ArmedState
import org.skilling.sample.wallet.screens.CodeState
import org.skilling.sample.wallet.screens.EnrolState
import org.skilling.sample.wallet.screens.Entry
import org.skilling.sample.wallet.screens.HistoryState
import org.skilling.sample.wallet.screens.HomeState
import org.skilling.sample.wallet.screens.ReviewState
import org.skilling.sample.wallet.screens.ScanState
import org.skilling.sample.wallet.screens.Screen
import org.skilling.sample.wallet.screens.SettingsState
import org.skilling.sample.wallet.screens.SimulatorState
import org.skilling.sample.wallet.screens.TimelineState
import org.skilling.sample.wallet.screens.TypingState

/** What surrounds the wallet: the phone's, or the simulator's. */
interface Surroundings : Device {
    /** Whether there is a network now. */
    fun isOnline(): Boolean

    /** Whether the phone can be a card. */
    val canTap: Boolean
}

/** Acts are done one after another, in the order in which they were heard. */
class WalletPresenter(
    private val real: WalletSource,
    private val practices: suspend () -> PracticeWallet,
    private val around: Surroundings,
    private val scope: CoroutineScope,
) : Presenter {
    private val shown = MutableStateFlow<Screen>(HomeState(isOnline = true, purses = emptyList()))
    private val turn = Mutex()
    private var watch: Job? = null
    private var entries: List<Entry> = emptyList()
    private var next: Any? = null

    /** A reader asked for what is reviewed: the payment goes to the reader, and no code is drawn. */
    private var isForReader = false

    /** What is on the screen. */
    val screen: StateFlow<Screen> = shown

    private val isPractice get() = around.simulation.value.isPractice
    private suspend fun practice(): PracticeWallet = practices().apply { follow(around.simulation.value) }

    private suspend fun wallet(): WalletSource = if (isPractice) practice() else real

    /** The app came in front, perhaps only from Android's question whether it may use the camera: who wanted to scan still does. */
    fun start() {
        act(if (shown.value is ScanState) Act.Scan else Act.Home)
        watch?.cancel()
        watch = scope.launch { wallet().changes.collect { if (shown.value is HomeState) lookForReader() } }
    }

    /** The app is no longer in front: nothing stays armed. */
    fun stop() {
        watch?.cancel()
        if (shown.value is ArmedState) act(Act.Disarm)
    }

    fun act(act: Act): Job = scope.launch { turn.withLock { attempt { perform(act) } } }

    override fun back(): Boolean {
        if (shown.value is HomeState) return false
        act(Act.Back)
        return true
    }

    override fun cameraAllowed() {
        act(Act.Scan)
    }

    override fun scanned(message: ByteArray): Job = scope.launch { turn.withLock { attempt { if (shown.value is ScanState) show(wallet().look(message)) } } }

    override fun saw(hint: ScanHint) {
        val now = shown.value
        if (now is ScanState) shown.value = now.copy(hint = hint)
    }

    private suspend fun perform(act: Act) {
        when (act) {
            Act.Home, Act.Back -> home()
            // The practice shop needs no camera.
            Act.Scan -> if (isPractice) show(practice().request()) else shown.value = ScanState(hasCamera = around.hasCamera())
            Act.ScanReceipt -> if (isPractice) practised() else shown.value = ScanState(hasCamera = around.hasCamera())
            Act.Agree -> agree()
            Act.Decline -> {
                wallet().decline()
                home()
            }
            Act.Arm -> arm()
            Act.Disarm -> {
                wallet().disarm()
                home()
            }
            is Act.Digit, Act.Erase -> type(act)
            Act.TypedEnough -> (shown.value as? TypingState)?.let { show(wallet().enter(it.typed.minorUnits)) }
            Act.History -> {
                entries = emptyList()
                next = null
                moreHistory()
            }
            Act.MoreHistory -> moreHistory()
            is Act.Open -> shown.value = wallet().timeline(act.paymentId)
            is Act.ShowAgain -> wallet().again(act.paymentId)?.let { show(it, isRepeat = true) } ?: run { shown.value = wallet().timeline(act.paymentId) }
            Act.Settings -> shown.value = wallet().settings()
            Act.Report -> (shown.value as? SettingsState)?.let { shown.value = it.copy(report = wallet().report()) }
            Act.Update -> update()
            Act.Enrol -> shown.value = EnrolState(isPractice = isPractice)
            is Act.EnrolWith -> enrol(act.code)
            Act.Simulator -> simulator()
            is Act.Simulate -> {
                around.simulation.value = act.simulation
                simulator()
            }
            is Act.Practise -> practise(act.code)
        }
    }

    private suspend fun home(notice: Int? = null, reason: Int? = null) {
        isForReader = false
        shown.value = wallet().home(around.isOnline()).copy(canTap = around.canTap, notice = notice, reason = reason)
    }

    private suspend fun lookForReader() = turn.withLock {
        attempt {
            // Another screen may have come meanwhile: what the payer reads, and is about to agree to, is never exchanged under their finger.
            if (shown.value !is HomeState) return@attempt
            val asked = wallet().asked() ?: return@attempt
            isForReader = true
            show(asked)
        }
    }

    private suspend fun show(looked: Looked) {
        when (looked) {
            is Looked.Review -> shown.value = looked.state.copy(isPractice = isPractice)
            is Looked.AmountNeeded -> shown.value = TypingState(looked.merchant, looked.nothing, isPractice)
            is Looked.Again -> show(looked.payment, isRepeat = true)
            is Looked.Done -> shown.value = looked.state
            Looked.NotForWallets -> if (shown.value is ScanState) saw(ScanHint.NOT_FOR_US) else home(R.string.scan_other)
        }
    }

    private suspend fun show(payment: Presented, isRepeat: Boolean = false) {
        shown.value = CodeState(payment.paymentId, payment.merchant, payment.amount, around.draw(payment.message), isRepeat, isPractice)
        wallet().presented(payment.paymentId)
    }

    private suspend fun agree() {
        val reviewed = shown.value as? ReviewState ?: return
        val before = wallet().newest()?.paymentId
        when (val agreed = wallet().agree(toShow = !isForReader)) {
            is Agreed.ToShow -> practised(agreed.payment)
            is Agreed.Refused -> shown.value = agreed.state
            Agreed.Nothing -> if (isForReader && reviewed.amount != null) waitForReader(ArmedState(reviewed.amount, CONSENT_SECONDS, isCeiling = false), before) else home()
        }
    }

    private suspend fun practise(code: Int) {
        isForReader = false
        if (PracticeWallet.isOfBank(code)) home(null, practice().wish(code).reason) else show(practice().request(code))
    }

    /** The practice shop reads the code at once, unless the tap is to be torn. */
    private suspend fun practised(payment: Presented) {
        show(payment)
        if (isPractice) shown.value = practice().answer(payment.paymentId)
    }

    /** The practice shop shows its receipt of the payment that is on the screen. */
    private suspend fun practised() {
        val now = shown.value
        val payment = (now as? CodeState)?.paymentId ?: (now as? TimelineState)?.entry?.paymentId ?: return
        shown.value = practice().receiptOf(payment)
    }

    private suspend fun arm() {
        val before = wallet().newest()?.paymentId
        val (ceiling, until) = wallet().arm() ?: return home()
        waitForReader(ArmedState(ceiling, (until - around.now()).toInt().coerceIn(0, CONSENT_SECONDS), isPractice = isPractice), before)
        if (isPractice) practice().tap()?.let { shown.value = it }
    }

    /** Counts down, and shows the receipt as soon as the reader has taken a payment. */
    private fun waitForReader(armed: ArmedState, before: String?) {
        shown.value = armed
        scope.launch {
            while (true) {
                delay(SECOND)
                val now = shown.value as? ArmedState ?: return@launch
                turn.withLock { attempt { afterSecond(now, before) } }
            }
        }
    }

    private suspend fun afterSecond(armed: ArmedState, before: String?) {
        val newest = wallet().newest()?.takeIf { it.paymentId != before }
        val receipt = newest?.let { wallet().receipt(it.paymentId) }
        when {
            shown.value !is ArmedState -> Unit
            receipt != null -> shown.value = receipt
            armed.secondsLeft > 1 -> shown.value = armed.copy(secondsLeft = armed.secondsLeft - 1)
            newest != null -> shown.value = wallet().timeline(newest.paymentId)
            else -> home()
        }
    }

    private fun type(act: Act) {
        val now = shown.value as? TypingState ?: return
        val typed = Typed(now.typed.minorUnits)
        val after = if (act is Act.Digit) typed.with(act.digit) else typed.without()
        shown.value = now.copy(typed = now.typed.copy(minorUnits = after.minorUnits))
    }

    private suspend fun moreHistory() {
        val page = wallet().history(next)
        entries = entries + page.entries
        next = page.next
        shown.value = HistoryState(entries, hasMore = next != null, isPractice = isPractice)
    }

    private suspend fun update() {
        (shown.value as? HomeState)?.let { shown.value = it.copy(isBusy = true) }
        val updated = wallet().update()
        home((if (updated.isDone) R.string.updated else R.string.not_updated).takeIf { updated.reason == null }, updated.reason)
    }

    private suspend fun enrol(code: String) {
        shown.value = EnrolState(isBusy = true, isPractice = isPractice)
        val enrolled = wallet().enrol(code)
        if (enrolled.isDone) return home(R.string.updated.takeIf { enrolled.reason == null }, enrolled.reason)
        shown.value = EnrolState(notice = R.string.enrol_failed.takeIf { enrolled.reason == null }, reason = enrolled.reason, isPractice = isPractice)
    }

    private fun simulator() {
        shown.value = SimulatorState(around.simulation.value, isPractice)
    }

    /** Whatever goes wrong is one sentence on the home screen; its code is for the log. */
    private suspend fun attempt(block: suspend () -> Unit) {
        try {
            block()
        } catch (failed: SkillingException) {
            Log.w("SampleWallet", failed.code)
            val notice = if (failed is SkillingException.NoScreenLock) R.string.no_screen_lock else R.string.something_failed
            shown.value = HomeState(around.isOnline(), emptyList(), notice = notice, isPractice = isPractice)
            runCatching { home(notice) }
        }
    }

    private companion object {
        const val SECOND = 1_000L
        const val CONSENT_SECONDS = 60
    }
}
