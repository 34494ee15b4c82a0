// What each screen of the till shows: plain values that never change, so that a screen can be tested without a till.
package org.skilling.sample.till.screens

import android.graphics.Bitmap
import org.skilling.sample.kit.ScanHint
import org.skilling.sample.kit.ShownMoney
import org.skilling.sample.kit.Simulation
import org.skilling.sample.till.R

/** One screen, whole. */
sealed interface Screen {
    /** Nothing on it is real: the practice till of the simulator is on. */
    val isPractice: Boolean
}

/** Whether the typed amount could be accepted now, as far as the till alone can know. */
sealed interface Acceptance {
    /** Up to [largest]; up to [largestUnauthenticated] from phones that do not ask their owner; until [until] (Unix seconds). */
    data class Yes(val largest: ShownMoney, val largestUnauthenticated: ShownMoney, val until: Long) : Acceptance

    /** Not, for every one of [reasons] of the registry. */
    data class No(val reasons: List<Int>) : Acceptance
}

/** The cashier types the amount. [offlineSince] is null while the till is online. */
data class SaleState(
    val typed: ShownMoney,
    val acceptance: Acceptance?,
    val offlineSince: Long?,
    val waiting: Long,
    val notice: Int? = null,
    override val isPractice: Boolean = false,
) : Screen

/** The customer is asked: the code stands on the display, and the reader waits too where there is one, and [readerSays] what to do there. */
data class RequestState(
    val amount: ShownMoney,
    val reference: String?,
    val code: Bitmap,
    val secondsLeft: Int,
    val hasReader: Boolean,
    val readerSays: Int = R.string.or_tap,
    override val isPractice: Boolean = false,
) : Screen

/** The camera looks for the customer's code. */
data class ScanState(val hint: ScanHint = ScanHint.LOOKING, val hasCamera: Boolean = true, override val isPractice: Boolean = false) : Screen

/** A payment for a printed code: the cashier confirms what the customer typed. */
data class ConfirmState(val amount: ShownMoney, override val isPractice: Boolean = false) : Screen

/** What became of a payment. */
enum class Verdict {
    /** Paid, and kept. */
    PAID,

    /** Paid earlier; it completes no sale. */
    ALREADY,

    /** Paid, but for another sale than the one that is open. */
    OTHER_SALE,

    /** Not paid, and the customer must see the receipt. */
    DECLINED,

    /** Not paid. */
    REFUSED,

    /** Taken back, and the customer must see the receipt. */
    VOIDED,

    /** The phone left too early: hold it there again, the same request is repeated. */
    TORN,
}

/**
 * @property receipt the receipt as a code, where the customer must or may take it
 * @property at when it was answered first, Unix seconds
 */
data class ResultState(
    val verdict: Verdict,
    val amount: ShownMoney?,
    val reason: Int? = null,
    val at: Long? = null,
    val receipt: Bitmap? = null,
    override val isPractice: Boolean = false,
) : Screen

/** The receipt as a code for the customer's phone. */
data class ReceiptState(val receipt: Bitmap, override val isPractice: Boolean = false) : Screen

/** One currency's totals of a day. */
data class TotalsState(val day: Long, val currencies: List<Totals>, override val isPractice: Boolean = false) : Screen

data class Totals(val accepted: Sum, val voided: Sum, val declined: Sum, val toDeposit: Sum)

data class Sum(val count: Long, val amount: ShownMoney)

/** The payments stored in the till, newest first. */
data class StoredState(val payments: List<Stored>, val hasMore: Boolean = false, override val isPractice: Boolean = false) : Screen

/** @property requiresUpload it waits for a network */
data class Stored(
    val paymentId: String,
    val amount: ShownMoney,
    val storedAt: Long?,
    val standing: Standing,
    val requiresUpload: Boolean,
)

/** What the latest receipt, or the bank, says. */
enum class Standing { ACCEPTED, VOIDED, DECLINED, EVIDENCE, SETTLED, DISPUTED }

/** One stored payment, which may be voided. */
data class PaymentState(val payment: Stored, val isSure: Boolean = false, override val isPractice: Boolean = false) : Screen

/**
 * The till's offline side, by the names that terminal SDKs have for it.
 *
 * @property offlinePaymentAmountsByCurrency sums of what waits
 * @property storedAt when the oldest of it was stored
 * @property reason of the registry: why the server did not take what was uploaded
 */
data class StatusState(
    val merchant: String?,
    val offlineSince: Long?,
    val offlinePaymentsCount: Long,
    val offlinePaymentAmountsByCurrency: List<ShownMoney>,
    val storedAt: Long?,
    val requiresUpload: Boolean,
    val notice: Int? = null,
    val reason: Int? = null,
    override val isPractice: Boolean = false,
) : Screen

/** The till has no certificate yet: the acquirer makes one for [key] (hex). */
data class SetupState(val key: String, val notice: Int? = null, override val isPractice: Boolean = false) : Screen

/** The simulator: what is switched on, and how far the clock is moved. */
data class SimulatorState(val simulation: Simulation, override val isPractice: Boolean = false) : Screen

/** What the cashier can do. */
sealed interface Act {
    object Back : Act
    object Sale : Act
    data class Digit(val digit: Int) : Act
    object Erase : Act
    object Ask : Act
    object Cancel : Act
    object Scan : Act
    object Confirm : Act
    object Reject : Act
    object ShowReceipt : Act
    object Totals : Act
    object Stored : Act
    object MoreStored : Act
    data class Open(val paymentId: String) : Act
    data class Void(val paymentId: String, val isSure: Boolean) : Act
    object Status : Act
    object Upload : Act
    data class Certify(val hex: String) : Act
    data class DeclareOffline(val isOffline: Boolean) : Act
    object Simulator : Act
    data class Simulate(val simulation: Simulation) : Act

    /** A practice sale whose amount brings this code of the registry; 0: it is paid. */
    data class Practise(val code: Int) : Act

    /** The practice customer holds the phone to the reader. */
    object PracticeTap : Act
}
