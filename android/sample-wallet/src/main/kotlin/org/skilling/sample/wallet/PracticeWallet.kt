// The simulator's wallet: numbers in memory. It signs nothing and reaches nobody; it shows an app team every screen and every reason.
package org.skilling.sample.wallet

import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.flow.StateFlow
import kotlinx.coroutines.flow.update
import org.skilling.sample.kit.ShownMoney
import org.skilling.sample.wallet.screens.Entry
import org.skilling.sample.wallet.screens.Happening
import org.skilling.sample.wallet.screens.HomeState
import org.skilling.sample.wallet.screens.Outcome
import org.skilling.sample.wallet.screens.PLAIN_AMOUNT
import org.skilling.sample.wallet.screens.PRACTICE_CURRENCY
import org.skilling.sample.wallet.screens.Purse
import org.skilling.sample.wallet.screens.ReceiptState
import org.skilling.sample.wallet.screens.ReviewState
import org.skilling.sample.wallet.screens.SettingsState
import org.skilling.sample.wallet.screens.Simulation
import org.skilling.sample.wallet.screens.Simulation.Trouble
import org.skilling.sample.wallet.screens.Standing
import org.skilling.sample.wallet.screens.TimelineState
import org.skilling.sample.wallet.screens.Todo
import org.skilling.sample.wallet.screens.Why

/**
 * @param shop the practice shop's name
 * @param now Unix seconds, the simulator's clock
 * @param sample what its codes say: a message that every till refuses
 */
class PracticeWallet(
    private val shop: String,
    private val now: () -> Long,
    private val simulation: () -> Simulation,
    private val sample: ByteArray,
) : WalletSource {
    private class Paid(val id: String, val time: Long, val amount: ShownMoney, var standing: Standing, var reason: Int?)

    private val opened = now()
    private val paid = ArrayList<Paid>()
    private var amount = money(PLAIN_AMOUNT)
    private val revision = MutableStateFlow(0L)
    override val changes: StateFlow<Long> = revision

    /** A request of the practice shop; its last two digits are the reason that the till will give. */
    fun request(minorUnits: Long): ReviewState {
        amount = money(minorUnits)
        // A wallet's own refusals are known before the payer is asked.
        val code = code()
        val refusal = code.takeIf { it in WALLETS }
        return ReviewState(shop, "DK", amount, "bon 7", money(left() - minorUnits).takeIf { refusal == null }, refusal, isTillOffline = !simulation().hasNetwork, isPractice = true)
    }

    private fun code(): Int = if (simulation().trouble == Trouble.REVOKED_KEY) REVOKED else (amount.minorUnits % HUNDRED).toInt()

    override suspend fun home(isOnline: Boolean): HomeState {
        val isOver = now() >= opened + LIFE
        val purse = if (isOver) Purse.Closed(PRACTICE_CURRENCY, Why.ALLOWANCE_EXPIRY)
        else Purse.Open(money(left()), money(LARGEST), (MOST - paid.size).toLong(), opened + LIFE)
        val todo = Todo(Todo.Kind.UPDATE, opened + LIFE).takeIf { now() > opened + LIFE / 2 }
        return HomeState(isOnline, listOf(purse), todo, isPractice = true)
    }

    private fun left(): Long = LIMIT - paid.filter { it.standing in setOf(Standing.PAID, Standing.WAITING) }.sumOf { it.amount.minorUnits }

    override suspend fun look(message: ByteArray): Looked = Looked.Review(request(PLAIN_AMOUNT))

    override suspend fun asked(): Looked? = null

    override suspend fun enter(minorUnits: Long): Looked = Looked.Review(request(minorUnits))

    override suspend fun agree(toShow: Boolean): Agreed {
        val code = code()
        if (simulation().trouble == Trouble.REPLAY && paid.isNotEmpty()) {
            // The till has seen it: the stored receipt, and no second payment.
            return Agreed.ToShow(Presented(paid.last().id, sample, shop, paid.last().amount))
        }
        val standing = when {
            simulation().trouble == Trouble.TORN_TAP -> Standing.WAITING
            code == 0 -> Standing.PAID
            else -> Standing.DECLINED
        }
        paid += Paid("practice-${paid.size + 1}", now(), amount, standing, code.takeIf { standing == Standing.DECLINED })
        revision.update { it + 1 }
        return Agreed.ToShow(Presented(paid.last().id, sample, shop, amount))
    }

    override suspend fun decline() = Unit

    override suspend fun arm(): Pair<ShownMoney, Long>? = money(LARGEST) to now() + 60

    override suspend fun disarm() = Unit

    override suspend fun presented(paymentId: String) = Unit

    override suspend fun receipt(paymentId: String): ReceiptState? {
        val it = find(paymentId)
        val outcome = when (it.standing) {
            Standing.PAID -> Outcome.PAID
            Standing.DECLINED -> Outcome.DECLINED
            else -> Outcome.UNCONFIRMED
        }
        return ReceiptState(outcome, shop, it.amount, "bon 7", it.time, it.reason, isPractice = true)
    }

    override suspend fun newest(): Entry? = paid.lastOrNull()?.let(::entry)

    override suspend fun history(after: Any?): Page = Page(paid.asReversed().map(::entry), null)

    override suspend fun timeline(paymentId: String): TimelineState {
        val it = find(paymentId)
        val end = when (it.standing) {
            Standing.PAID -> Happening(it.time + 2, Happening.What.ACCEPTED)
            Standing.DECLINED -> Happening(it.time + 2, Happening.What.DECLINED, it.reason)
            else -> null
        }
        return TimelineState(entry(it), listOfNotNull(Happening(it.time, Happening.What.SIGNED), end), isPractice = true)
    }

    override suspend fun again(paymentId: String): Presented? = find(paymentId).let { Presented(it.id, sample, shop, it.amount) }

    override suspend fun settings(): SettingsState = SettingsState(emptyList(), null, null, isPractice = true)

    override suspend fun report(): String = "practice"

    override suspend fun update(): Boolean = simulation().hasNetwork

    override suspend fun enrol(code: String): Boolean = simulation().hasNetwork

    private fun find(id: String): Paid = paid.first { it.id == id }

    private fun entry(it: Paid) = Entry(it.id, it.time, shop, it.amount, "bon 7", it.standing)

    private fun money(minorUnits: Long) = ShownMoney(minorUnits, PRACTICE_CURRENCY, 2)

    private companion object {
        const val LIMIT = 1_000_000L
        const val LARGEST = 100_000L
        const val MOST = 50
        const val LIFE = 30 * 24 * 3_600L
        const val HUNDRED = 100L
        const val REVOKED = 9

        /** Codes that a wallet itself gives. */
        val WALLETS = 40..47
    }
}
