// The simulator's till: the last two digits of an amount are the reason that the "customer's phone" is refused for; 00 is paid.
package org.skilling.sample.till

import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.flow.StateFlow
import org.skilling.sample.kit.ShownMoney
import org.skilling.sample.till.screens.Acceptance
import org.skilling.sample.till.screens.Standing
import org.skilling.sample.till.screens.StatusState
import org.skilling.sample.till.screens.Stored
import org.skilling.sample.till.screens.Sum
import org.skilling.sample.till.screens.Totals
import org.skilling.sample.till.screens.TotalsState
import org.skilling.sample.till.screens.Verdict

/**
 * @param now Unix seconds, the simulator's clock
 * @param sample what its codes say: a message that no phone and no till takes for anything
 */
class PracticeTill(private val nothing: ShownMoney, private val now: () -> Long, private val sample: ByteArray) : TillSource {
    private val payments = ArrayList<Stored>()
    private var asked: ShownMoney = nothing
    private var offlineSince: Long? = null

    override val changes: StateFlow<Long> = MutableStateFlow(0L)

    override suspend fun nothing(): ShownMoney = nothing

    override suspend fun acceptance(amount: ShownMoney): Acceptance =
        if (amount.minorUnits > LARGEST) Acceptance.No(listOf(OVER_CAP))
        else Acceptance.Yes(money(LARGEST), money(UNAUTHENTICATED), now() + DAYS)

    override suspend fun request(amount: ShownMoney): Asked {
        asked = amount
        return Asked(sample, amount, "bon 7", now() + ANSWER)
    }

    override suspend fun cancel() = Unit

    /** Whatever is scanned, and the tap that [answer] plays. */
    override suspend fun take(message: ByteArray): Taken = Taken.Done(answer())

    /** What the customer's phone would bring. */
    fun answer(): Decided {
        val code = (asked.minorUnits % HUNDRED).toInt()
        val id = "practice-${payments.size + 1}"
        return when (code) {
            0 -> Decided(Verdict.PAID, asked, at = now(), receipt = sample).also { keep(id, Standing.ACCEPTED) }
            ALREADY -> Decided(Verdict.ALREADY, asked, at = now() - ANSWER, receipt = sample)
            // These are said without a signed receipt (protocol section 6), or by the phone.
            in UNSIGNED, in PHONES -> Decided(Verdict.REFUSED, asked, code)
            TORN -> Decided(Verdict.TORN, asked)
            else -> Decided(Verdict.DECLINED, asked, code, now(), sample).also { keep(id, Standing.DECLINED) }
        }
    }

    private fun keep(id: String, standing: Standing) {
        payments.add(0, Stored(id, asked, now(), standing, requiresUpload = true))
    }

    override suspend fun confirm(isRight: Boolean): Decided = Decided(if (isRight) Verdict.PAID else Verdict.DECLINED, asked, AMOUNT.takeIf { !isRight })

    override suspend fun voidPayment(paymentId: String): Decided {
        val at = payments.indexOfFirst { it.paymentId == paymentId }
        payments[at] = payments[at].copy(standing = Standing.VOIDED)
        return Decided(Verdict.VOIDED, payments[at].amount, receipt = sample)
    }

    override suspend fun totals(day: Long): TotalsState =
        TotalsState(day, listOf(Totals(sum(Standing.ACCEPTED), sum(Standing.VOIDED), sum(Standing.DECLINED), sum(Standing.ACCEPTED))))

    private fun sum(standing: Standing): Sum {
        val those = payments.filter { it.standing == standing }
        return Sum(those.size.toLong(), money(those.sumOf { it.amount.minorUnits }))
    }

    override suspend fun stored(before: Long?): Page = Page(payments.toList(), null)

    override suspend fun status(): StatusState {
        val waiting = payments.filter { it.requiresUpload }
        val accepted = waiting.filter { it.standing == Standing.ACCEPTED }
        return StatusState(
            merchant = null,
            offlineSince = offlineSince,
            offlinePaymentsCount = accepted.size.toLong(),
            offlinePaymentAmountsByCurrency = listOf(money(accepted.sumOf { it.amount.minorUnits })),
            storedAt = waiting.lastOrNull()?.storedAt,
            requiresUpload = waiting.isNotEmpty(),
        )
    }

    override suspend fun upload(): Boolean {
        payments.replaceAll { it.copy(requiresUpload = false) }
        return true
    }

    override suspend fun declareOffline(isOffline: Boolean) {
        offlineSince = now().takeIf { isOffline }
    }

    override suspend fun keyToCertify(): String? = null

    override suspend fun certify(hex: String): Boolean = true

    private fun money(minorUnits: Long) = nothing.copy(minorUnits = minorUnits)

    private companion object {
        const val LARGEST = 100_000L
        const val UNAUTHENTICATED = 35_000L
        const val DAYS = 9 * 24 * 3_600L
        const val ANSWER = 180L
        const val HUNDRED = 100L
        const val OVER_CAP = 17
        const val AMOUNT = 15

        /** Not codes of the registry: the token again, and a torn tap. */
        const val ALREADY = 98
        const val TORN = 99
        val UNSIGNED = setOf(1, 2, 6, 10, 11, 26, 29)
        val PHONES = 40..47
    }
}
