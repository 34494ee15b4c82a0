// The till of the screens, on SkillingTerminal: this file is what a team copies.
package org.skilling.sample.till

import java.io.File
import java.time.Instant
import java.time.ZoneId
import java.time.temporal.ChronoUnit
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.withContext
import org.skilling.CallFailure
import org.skilling.Currency
import org.skilling.Money
import org.skilling.SkillingException
import org.skilling.sample.kit.ShownMoney
import org.skilling.sample.till.screens.Acceptance
import org.skilling.sample.till.screens.Standing
import org.skilling.sample.till.screens.StatusState
import org.skilling.sample.till.screens.Stored
import org.skilling.sample.till.screens.Sum
import org.skilling.sample.till.screens.Totals
import org.skilling.sample.till.screens.TotalsState
import org.skilling.sample.till.screens.Verdict
import org.skilling.terminal.AmountCount
import org.skilling.terminal.Answered
import org.skilling.terminal.CanAcceptOffline
import org.skilling.terminal.DepositState
import org.skilling.terminal.OpenRequest
import org.skilling.terminal.Outcome
import org.skilling.terminal.ReceiptOutcome
import org.skilling.terminal.SkillingTerminal
import org.skilling.terminal.StoredPayment
import org.skilling.terminal.TapEnd
import org.skilling.terminal.TapReport

/**
 * @param uncertified where the key is noted that waits for its certificate, so that a till that is started again asks for the same one
 * @param currency what the shop sells in; the scheme's policy says as many [decimals]
 */
class RealTill(
    private val terminal: SkillingTerminal,
    private val uncertified: File,
    private val currency: Currency = Currency.DKK,
    private val decimals: Int = 2,
) : TillSource {
    /** What the customer is asked for; the reader asks for it too. */
    @Volatile
    var open: OpenRequest? = null
        private set

    /** The code that waits for the cashier's word. */
    private var unconfirmed: Pair<ByteArray, Money>? = null
    private var sales = 0

    override val changes: Flow<Long> get() = terminal.revision

    override suspend fun nothing(): ShownMoney = ShownMoney(0, currency.numeric, decimals)

    override suspend fun acceptance(amount: ShownMoney): Acceptance {
        // Nothing typed yet: what the smallest sale could be says how far the till reaches.
        val asked = Money(amount.minorUnits.coerceAtLeast(1), currency)
        return when (val answer = terminal.canAcceptOffline(asked)) {
            is CanAcceptOffline.Yes -> Acceptance.Yes(shown(answer.largest), shown(answer.largestUnauthenticated), answer.until.epochSecond)
            is CanAcceptOffline.No -> Acceptance.No(answer.reasons.map { it.code })
        }
    }

    override suspend fun request(amount: ShownMoney): Asked {
        sales++
        val made = terminal.request(Money(amount.minorUnits, currency), "bon $sales")
        open = made
        return Asked(made.message, amount, made.reference, made.answerBefore?.epochSecond ?: 0)
    }

    override suspend fun cancel() {
        open?.let { terminal.cancel(it) }
        open = null
    }

    override suspend fun take(message: ByteArray): Taken {
        val outcome = try {
            terminal.accept(message, open)
        } catch (_: SkillingException.Malformed) {
            return Taken.Done(refused(MALFORMED))
        }
        if (outcome !is Outcome.ConfirmAmount) return Taken.Done(decided(outcome))
        unconfirmed = message to outcome.amount
        return Taken.ToConfirm(shown(outcome.amount))
    }

    override suspend fun confirm(isRight: Boolean): Decided {
        val (token, amount) = checkNotNull(unconfirmed) { "nothing waits for a confirmation" }
        unconfirmed = null
        return decided(if (isRight) terminal.confirm(token, amount) else terminal.reject(token), isConfirmed = true)
    }

    /** What a tap came to, for the cashier; null where nothing is to be said. */
    fun tapped(report: TapReport): Decided? {
        val paid = report.settled.values.firstOrNull { it is Outcome.Accepted && it.completesSale }
        val outcome = report.sale ?: paid ?: report.settled.values.lastOrNull()
        val refusal = report.refusal
        return when {
            outcome != null -> decided(outcome)
            refusal != null -> refused(refusal.code)
            report.end is TapEnd.Torn -> Decided(Verdict.TORN, open?.amount?.let(::shown))
            else -> null
        }
    }

    /** What the cashier does where a tap decided nothing; null where the sale just waits on. */
    fun adviceAfter(report: TapReport): Int? = when {
        report.end is TapEnd.NoWallet -> R.string.tap_no_wallet
        report.end is TapEnd.NotUsable || report.problem != null -> R.string.something_failed
        else -> null
    }

    /** Not paid, for this code of the registry, and nothing is signed. */
    fun refused(code: Int) = Decided(Verdict.REFUSED, open?.amount?.let(::shown), code)

    private fun decided(outcome: Outcome, isConfirmed: Boolean = false): Decided = when (outcome) {
        is Outcome.Accepted -> {
            val verdict = if (outcome.completesSale || isConfirmed) Verdict.PAID else Verdict.OTHER_SALE
            if (verdict == Verdict.PAID) open = null
            decided(verdict, outcome.answered)
        }
        is Outcome.Again -> decided(Verdict.ALREADY, outcome.answered)
        is Outcome.Declined -> decided(Verdict.DECLINED, outcome.answered, outcome.reason.code)
        is Outcome.Refused -> refused(outcome.reason.code)
        is Outcome.ConfirmAmount -> Decided(Verdict.OTHER_SALE, shown(outcome.amount))
    }

    private fun decided(verdict: Verdict, answered: Answered, reason: Int? = null) =
        Decided(verdict, shown(answered.amount), reason, answered.at.epochSecond, answered.receipt)

    override suspend fun voidPayment(paymentId: String): Decided = decided(Verdict.VOIDED, terminal.voidPayment(paymentId))

    override suspend fun totals(day: Long): TotalsState {
        val start = Instant.ofEpochSecond(day).atZone(ZoneId.systemDefault()).truncatedTo(ChronoUnit.DAYS)
        val totals = terminal.totals(start.toInstant(), start.plusDays(1).toInstant())
        return TotalsState(day, totals.map { Totals(sum(it.accepted), sum(it.voided), sum(it.declined), sum(it.toDeposit)) })
    }

    private fun sum(it: AmountCount) = Sum(it.count, shown(it.amount))

    override suspend fun stored(before: Long?): Page {
        val page = terminal.payments(before, PAGE)
        return Page(page.map(::stored), page.lastOrNull()?.cursor?.takeIf { page.size == PAGE })
    }

    private fun stored(it: StoredPayment): Stored {
        val bank = (it.deposit as? DepositState.Answered)?.state
        val standing = when (it.outcome) {
            null -> Standing.EVIDENCE
            is ReceiptOutcome.Voided -> Standing.VOIDED
            is ReceiptOutcome.Declined -> Standing.DECLINED
            is ReceiptOutcome.Accepted -> when (bank) {
                "paid" -> Standing.SETTLED
                "disputed", "refused" -> Standing.DISPUTED
                else -> Standing.ACCEPTED
            }
        }
        return Stored(it.paymentId, shown(it.amount), it.storedAt?.epochSecond, standing, it.requiresUpload)
    }

    override suspend fun status(): StatusState {
        val status = terminal.offlineStatus()
        val merchant = try {
            terminal.certificate().merchant
        } catch (_: SkillingException.TillNotReady) {
            null
        }
        return StatusState(
            merchant = merchant,
            offlineSince = status.offlineSince?.epochSecond,
            offlinePaymentsCount = status.offlinePaymentsCount,
            offlinePaymentAmountsByCurrency = status.offlinePaymentAmountsByCurrency.values.map(::shown),
            storedAt = status.storedAt?.epochSecond,
            requiresUpload = status.requiresUpload,
        )
    }

    override suspend fun upload(): Uploaded {
        val report = terminal.syncAll()
        val failure = report.deposit.failure ?: report.refresh.failures.values.firstOrNull()
        return Uploaded(report.isComplete, (failure?.problem as? CallFailure.Problem.Status)?.reason?.code)
    }

    override suspend fun declareOffline(isOffline: Boolean) = terminal.declareOffline(isOffline)

    override suspend fun keyToCertify(): String? = try {
        terminal.certificate()
        null
    } catch (_: SkillingException.TillNotReady) {
        withContext(Dispatchers.IO) { noted() ?: newKey() }
    }

    private fun noted(): String? = if (uncertified.exists()) uncertified.readText() else null

    private suspend fun newKey(): String {
        val key = terminal.createKey().joinToString("") { "%02x".format(it) }
        // Whole or not at all: a till that dies here makes another key.
        val written = File("$uncertified.new").apply { writeText(key) }
        check(written.renameTo(uncertified)) { "the key cannot be noted" }
        return key
    }

    override suspend fun certify(hex: String): Boolean {
        val digits = hex.filterNot { it.isWhitespace() }
        if (digits.length % 2 != 0 || digits.any { it.digitToIntOrNull(HEX) == null }) return false
        return try {
            // The bundle first: it says who the acquirer is.
            terminal.refresh()
            terminal.takeCertificate(digits.chunked(2).map { it.toInt(HEX).toByte() }.toByteArray())
            withContext(Dispatchers.IO) { uncertified.delete() }
            true
        } catch (_: SkillingException) {
            false
        }
    }

    private fun shown(money: Money) = ShownMoney(money.minorUnits, money.currency.numeric, decimals)

    private companion object {
        /** The code of the registry for what cannot be read. */
        const val MALFORMED = 1
        const val PAGE = 50
        const val HEX = 16
    }
}
