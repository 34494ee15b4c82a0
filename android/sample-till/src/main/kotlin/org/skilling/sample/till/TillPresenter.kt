// The one place that knows which screen comes after which. It holds the screen of the moment; the activity draws it.
package org.skilling.sample.till

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
import org.skilling.sample.kit.ShownMoney
import org.skilling.sample.kit.Typed
import org.skilling.sample.till.screens.Acceptance
import org.skilling.sample.till.screens.Act
import org.skilling.sample.till.screens.ConfirmState
import org.skilling.sample.till.screens.PaymentState
import org.skilling.sample.till.screens.ReceiptState
import org.skilling.sample.till.screens.RequestState
import org.skilling.sample.till.screens.ResultState
import org.skilling.sample.till.screens.SaleState
import org.skilling.sample.till.screens.ScanState
import org.skilling.sample.till.screens.Screen
import org.skilling.sample.till.screens.SetupState
import org.skilling.sample.till.screens.SimulatorState
import org.skilling.sample.till.screens.StatusState
import org.skilling.sample.till.screens.Stored
import org.skilling.sample.till.screens.StoredState
import org.skilling.simulator.Simulator

/** What surrounds the till: the device's, or the simulator's. */
interface Surroundings : Device {
    /** Whether phones can be held to this device, or to a reader at it. */
    val hasReader: Boolean
}

/** Acts are done one after another, in the order in which they were heard. */
class TillPresenter(
    private val real: TillSource,
    private val practices: suspend () -> PracticeTill,
    private val around: Surroundings,
    private val scope: CoroutineScope,
) : Presenter {
    private val shown = MutableStateFlow<Screen>(StatusState(null, null, 0, emptyList(), null, requiresUpload = false))
    private val turn = Mutex()
    private var typed: ShownMoney? = null
    private var request: Asked? = null
    private var payments: List<Stored> = emptyList()
    private var next: Long? = null

    /** What is on the screen. */
    val screen: StateFlow<Screen> = shown

    private val isPractice get() = around.simulation.value.isPractice
    private suspend fun practice(): PracticeTill = practices().apply { follow(around.simulation.value) }

    private suspend fun till(): TillSource = if (isPractice) practice() else real

    /** The app came in front, perhaps only from a question of Android's: a sale that is under way goes on. */
    fun start(): Job = scope.launch { turn.withLock { attempt { if (request == null) sale(fresh = true) } } }

    fun act(act: Act): Job = scope.launch { turn.withLock { attempt { perform(act) } } }

    override fun back(): Boolean {
        if (shown.value is SaleState) return false
        act(Act.Back)
        return true
    }

    override fun cameraAllowed() {
        act(Act.Scan)
    }

    override fun scanned(message: ByteArray): Job = scope.launch { turn.withLock { attempt { if (shown.value is ScanState) take(message) } } }

    override fun saw(hint: ScanHint) {
        val now = shown.value
        if (now is ScanState) shown.value = now.copy(hint = hint)
    }

    /** The reader brought [decided]. */
    fun tapped(decided: Decided): Job = scope.launch { turn.withLock { attempt { show(decided) } } }

    /** The reader met a phone and nothing was decided; [words] say what to do. The sale waits on. */
    fun tapFailed(words: Int): Job = scope.launch {
        turn.withLock { (shown.value as? RequestState)?.let { shown.value = it.copy(readerSays = words) } }
    }

    private suspend fun perform(act: Act) {
        when (act) {
            Act.Sale -> sale(fresh = true)
            Act.Back -> goBack()
            is Act.Digit, Act.Erase -> type(act)
            Act.Ask -> ask()
            Act.Cancel -> sale(fresh = true)
            // The practice customer needs no camera.
            Act.Scan -> if (isPractice) practised(practice().scanned()) else shown.value = ScanState(hasCamera = around.hasCamera())
            Act.Confirm, Act.Reject -> show(till().confirm(act == Act.Confirm))
            Act.ShowReceipt -> (shown.value as? ResultState)?.receipt?.let { shown.value = ReceiptState(it, isPractice) }
            Act.Totals -> shown.value = till().totals(around.now()).copy(isPractice = isPractice)
            Act.Stored -> {
                payments = emptyList()
                next = null
                moreStored()
            }
            Act.MoreStored -> moreStored()
            is Act.Open -> payments.firstOrNull { it.paymentId == act.paymentId }?.let { shown.value = PaymentState(it, isPractice = isPractice) }
            is Act.Void -> void(act)
            Act.Status -> status()
            Act.Upload -> {
                val uploaded = till().upload()
                status((if (uploaded.isDone) R.string.uploaded else R.string.not_uploaded).takeIf { uploaded.reason == null }, uploaded.reason)
            }
            is Act.DeclareOffline -> {
                till().declareOffline(act.isOffline)
                status()
            }
            Act.Simulator -> simulator()
            is Act.Simulate -> {
                around.simulation.value = act.simulation
                typed = null
                simulator()
            }
            is Act.Practise -> {
                typed = till().nothing().copy(minorUnits = Simulator.magicAmount(act.code))
                ask()
            }
            Act.PracticeTap -> practised(practice().tapped())
            is Act.Certify -> if (till().certify(act.hex)) certified() else shown.value = SetupState(till().keyToCertify().orEmpty(), R.string.certify_failed)
        }
    }

    private suspend fun certified() {
        till().upload()
        sale(fresh = true)
    }

    private suspend fun sale(fresh: Boolean, notice: Int? = null) {
        // Or the reader would go on asking whoever is next for it.
        if (request != null) till().cancel()
        request = null
        till().keyToCertify()?.let {
            shown.value = SetupState(it)
            return
        }
        val amount = typed?.takeUnless { fresh } ?: till().nothing()
        typed = amount
        val status = till().status()
        val acceptance = till().acceptance(amount).takeIf { amount.minorUnits > 0 || it is Acceptance.No }
        shown.value = SaleState(amount, acceptance, status.offlineSince, status.offlinePaymentsCount, notice, isPractice)
    }

    private suspend fun goBack() {
        val open = request
        if (shown.value is ScanState && open != null) wait(open) else sale(fresh = false)
    }

    private suspend fun type(act: Act) {
        val now = shown.value as? SaleState ?: return
        val digits = Typed(now.typed.minorUnits)
        val after = if (act is Act.Digit) digits.with(act.digit) else digits.without()
        typed = now.typed.copy(minorUnits = after.minorUnits)
        sale(fresh = false)
    }

    private suspend fun ask() {
        val amount = typed?.takeIf { it.minorUnits > 0 } ?: return
        val made = till().request(amount)
        request = made
        wait(made)
    }

    private suspend fun wait(made: Asked) {
        shown.value = RequestState(made.amount, made.reference, around.draw(made.message), left(made), around.hasReader, isPractice = isPractice)
        scope.launch { countDown(made) }
    }

    private suspend fun countDown(made: Asked) {
        while (true) {
            delay(SECOND)
            val now = shown.value as? RequestState ?: return
            if (request !== made) return
            if (left(made) == 0) return act(Act.Cancel).join()
            shown.value = now.copy(secondsLeft = left(made))
        }
    }

    private fun left(made: Asked): Int = (made.answerBefore - around.now()).coerceIn(0, Int.MAX_VALUE.toLong()).toInt()

    private suspend fun take(message: ByteArray) = took(till().take(message))

    /** What the practice customer's phone brought; nothing while its owner has not agreed. */
    private suspend fun practised(taken: Taken?) {
        if (taken != null) took(taken)
    }

    private fun simulator() {
        shown.value = SimulatorState(around.simulation.value, isPractice)
    }

    private suspend fun took(taken: Taken) = when (taken) {
        is Taken.Done -> show(taken.decided)
        is Taken.ToConfirm -> shown.value = ConfirmState(taken.amount, isPractice)
    }

    private suspend fun show(decided: Decided) {
        val receipt = decided.receipt?.let { around.draw(it) }
        shown.value = ResultState(decided.verdict, decided.amount, decided.reason, decided.at, receipt, isPractice)
    }

    private suspend fun void(act: Act.Void) {
        val payment = (shown.value as? PaymentState)?.payment ?: return
        if (act.isSure) show(till().voidPayment(act.paymentId)) else shown.value = PaymentState(payment, isSure = true, isPractice = isPractice)
    }

    private suspend fun moreStored() {
        val page = till().stored(next)
        payments = payments + page.payments
        next = page.next
        shown.value = StoredState(payments, hasMore = next != null, isPractice = isPractice)
    }

    private suspend fun status(notice: Int? = null, reason: Int? = null) {
        shown.value = till().status().copy(notice = notice, reason = reason, isPractice = isPractice)
    }

    /** Whatever goes wrong is one sentence on the sale's screen; its code is for the log. */
    private suspend fun attempt(block: suspend () -> Unit) {
        try {
            block()
        } catch (failed: SkillingException) {
            Log.w("SampleTill", failed.code)
            val notice = if (failed is SkillingException.TillNotReady) R.string.not_ready else R.string.something_failed
            shown.value = SaleState(typed ?: ShownMoney(0, 0, 0), null, null, 0, notice, isPractice)
        }
    }

    private companion object {
        const val SECOND = 1_000L
    }
}
