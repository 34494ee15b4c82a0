// What each screen shows, and nothing of how: plain values that never change, so that a screen can be tested without a wallet.
package org.skilling.sample.wallet.screens

import android.graphics.Bitmap
import org.skilling.sample.kit.ScanHint
import org.skilling.sample.kit.ShownMoney
import org.skilling.sample.kit.Simulation

/** One screen, whole. */
sealed interface Screen {
    /** Nothing on it is real: the practice wallet of the settings is on. */
    val isPractice: Boolean
}

/**
 * What can be paid with no network, until when, and why not.
 *
 * @property purses one a currency
 * @property todo what to do so that it goes on, and by when; null: nothing
 * @property reason of the registry: why the bank did not give what was asked
 */
data class HomeState(
    val isOnline: Boolean,
    val purses: List<Purse>,
    val todo: Todo? = null,
    val canTap: Boolean = true,
    val isBusy: Boolean = false,
    val notice: Int? = null,
    val reason: Int? = null,
    override val isPractice: Boolean = false,
) : Screen

/** What can be paid in one currency. */
sealed interface Purse {
    /** Up to [total] in all and [largest] at once, in [payments] payments, until [until] (Unix seconds). */
    data class Open(val total: ShownMoney, val largest: ShownMoney, val payments: Long, val until: Long) : Purse

    /** Nothing in [currency] (ISO 4217 numeric), for the reason that [why] names. */
    data class Closed(val currency: Int, val why: Why) : Purse
}

/** Why nothing can be paid. */
enum class Why { NO_ALLOWANCE, SPENT, PAYMENT_COUNT, ALLOWANCE_EXPIRY, BUNDLE_EXPIRY, ISSUER, POLICY, CLOCK, ROLLED_BACK, KEY_GONE }

/** What the payer should do. */
data class Todo(val act: Kind, val before: Long) {
    enum class Kind { SET_CLOCK, UPDATE, ENROL }
}

/**
 * A request as the payer is to see it.
 *
 * @property amount null: a printed code, and nothing typed yet
 * @property country ISO 3166-1 alpha-2
 * @property leftAfter null: nothing pays, see [refusal]
 * @property sameAgain when the same amount went to the same shop and nobody answered
 */
data class ReviewState(
    val merchant: String,
    val country: String,
    val amount: ShownMoney?,
    val reference: String?,
    val leftAfter: ShownMoney?,
    val refusal: Int? = null,
    val sameAgain: Long? = null,
    val isTillOffline: Boolean = false,
    override val isPractice: Boolean = false,
) : Screen

/** The amount that the payer types for a printed code. */
data class TypingState(val merchant: String, val typed: ShownMoney, override val isPractice: Boolean = false) : Screen

/**
 * The phone waits for the till's reader, [secondsLeft] of 60.
 *
 * @property isCeiling true: the first request of at most [amount] is paid; false: it is the one that was agreed to
 */
data class ArmedState(val amount: ShownMoney, val secondsLeft: Int, val isCeiling: Boolean = true, override val isPractice: Boolean = false) : Screen

/** The payment as a code for the till to read; [code] is drawn by the core, [paymentId] names it. */
data class CodeState(
    val paymentId: String,
    val merchant: String?,
    val amount: ShownMoney?,
    val code: Bitmap,
    val isRepeat: Boolean = false,
    override val isPractice: Boolean = false,
) : Screen

/** How a payment ended. */
enum class Outcome { PAID, DECLINED, VOIDED, UNCONFIRMED, REFUSED }

/**
 * @property reason of the registry; with DECLINED and REFUSED
 * @property time Unix seconds
 */
data class ReceiptState(
    val outcome: Outcome,
    val merchant: String?,
    val amount: ShownMoney?,
    val reference: String?,
    val time: Long?,
    val reason: Int? = null,
    override val isPractice: Boolean = false,
) : Screen

/** The payments made, newest first. */
data class HistoryState(val entries: List<Entry>, val hasMore: Boolean = false, override val isPractice: Boolean = false) : Screen

/** Where a payment stands, as the payer is told. */
enum class Standing { WAITING, PAID, SETTLED, DECLINED, VOIDED, GIVEN_BACK, DISPUTED }

data class Entry(
    val paymentId: String,
    val time: Long,
    val merchant: String,
    val amount: ShownMoney,
    val reference: String?,
    val standing: Standing,
)

/** Everything that happened to one payment, oldest first. */
data class TimelineState(val entry: Entry, val moments: List<Happening>, override val isPractice: Boolean = false) : Screen

data class Happening(val time: Long, val what: What, val reason: Int? = null) {
    enum class What { SIGNED, ACCEPTED, VOIDED, DECLINED, BANK_PENDING, BANK_PAID, BANK_GAVE_BACK, BANK_DISPUTES, BANK_REFUSED }
}

/** The banks, and the way to the simulator. */
data class SettingsState(
    val banks: List<String>,
    val syncedAt: Long?,
    val report: String?,
    override val isPractice: Boolean = false,
) : Screen

/** The simulator: what is switched on, and how far the clock is moved. */
data class SimulatorState(val simulation: Simulation, override val isPractice: Boolean = false) : Screen

/** The code that the bank gave is typed; [notice], or a [reason] of the registry, says what went wrong with the last one. */
data class EnrolState(val isBusy: Boolean = false, val notice: Int? = null, val reason: Int? = null, override val isPractice: Boolean = false) : Screen

/** The camera looks for a code. */
data class ScanState(val hint: ScanHint = ScanHint.LOOKING, val hasCamera: Boolean = true, override val isPractice: Boolean = false) : Screen
