// The wallet of the practice mode: the real one, with a bank and a shop in memory. Nothing it signs is worth anything.
package org.skilling.sample.wallet

import java.io.File
import org.skilling.Currency
import org.skilling.Money
import org.skilling.sample.kit.Simulation
import org.skilling.sample.kit.Trouble
import org.skilling.sample.wallet.screens.HomeState
import org.skilling.sample.wallet.screens.ReceiptState
import org.skilling.sample.wallet.screens.SettingsState
import org.skilling.sample.wallet.screens.TimelineState
import org.skilling.simulator.Simulator
import org.skilling.simulator.TornTap
import org.skilling.wallet.SkillingWallet
import org.skilling.wallet.simulator.SimulatedShop
import org.skilling.wallet.simulator.openWallet
import org.skilling.wallet.simulator.shop

class PracticeWallet private constructor(
    private val town: Simulator,
    private val wallet: SkillingWallet,
    private val shop: SimulatedShop,
    private val real: RealWallet,
) : WalletSource by real {
    private var trouble: Trouble? = null
    private var lastRequest: ByteArray? = null

    /** From now on it is as the simulator says. */
    fun follow(simulation: Simulation) {
        town.setNetwork(simulation.hasNetwork)
        town.setClockAhead(simulation.clockShift)
        trouble = simulation.trouble
    }

    /** The practice shop asks, so that [code] comes of it: 0 is paid. */
    suspend fun request(code: Int = 0): Looked {
        val repeated = lastRequest.takeIf { trouble == Trouble.REPLAY }
        val request = repeated ?: asks(if (trouble == Trouble.REVOKED_KEY) REVOKED else code)
        lastRequest = request
        val looked = marked(real.look(request))
        // What the wallet refuses by itself is said; the rest comes once the payer agrees.
        if ((looked as? Looked.Review)?.state?.refusal != null || looked is Looked.Done) shop.done()
        return looked
    }

    private suspend fun asks(code: Int): ByteArray = shop.asks(Money(Simulator.magicAmount(code), Currency.DKK), "bon 7")

    /** The practice bank is asked for more offline money, so that [code] comes of it. */
    suspend fun wish(code: Int): Updated {
        val bank = wallet.banks().first().number
        val said = real.want(bank, Simulator.magicAmount(code))
        // What is still on its way is answered at the next sync.
        wallet.sync(bank)
        return said
    }

    /** What the payer sees when the shop has read the code: its receipt, or that none came. */
    suspend fun answer(paymentId: String): ReceiptState = if (trouble == Trouble.TORN_TAP) outcome(paymentId) else receiptOf(paymentId)

    /** The practice shop shows its receipt. */
    suspend fun receiptOf(paymentId: String): ReceiptState {
        wallet.repeat(paymentId)?.let { wallet.takeReceipt(shop.answers(it.message)) }
        return outcome(paymentId)
    }

    /** The practice shop holds its reader to the armed phone; null where nothing was paid. */
    suspend fun tap(): ReceiptState? {
        val before = newest()?.paymentId
        shop.taps(asks(if (trouble == Trouble.REVOKED_KEY) REVOKED else 0), TORN.takeIf { trouble == Trouble.TORN_TAP })
        return newest()?.takeIf { it.paymentId != before }?.let { outcome(it.paymentId) }
    }

    private suspend fun outcome(paymentId: String): ReceiptState = real.outcome(paymentId).copy(isPractice = true)

    override suspend fun agree(toShow: Boolean): Agreed =
        try {
            val agreed = real.agree(toShow)
            if (agreed is Agreed.Refused) Agreed.Refused(agreed.state.copy(isPractice = true)) else agreed
        } finally {
            shop.done()
        }

    override suspend fun decline() {
        real.decline()
        shop.done()
    }

    override suspend fun home(isOnline: Boolean): HomeState = real.home(isOnline).copy(isPractice = true)

    override suspend fun receipt(paymentId: String): ReceiptState? = real.receipt(paymentId)?.copy(isPractice = true)

    override suspend fun timeline(paymentId: String): TimelineState = real.timeline(paymentId).copy(isPractice = true)

    override suspend fun settings(): SettingsState = real.settings().copy(isPractice = true)

    private fun marked(looked: Looked): Looked = when (looked) {
        is Looked.Review -> Looked.Review(looked.state.copy(isPractice = true))
        is Looked.Done -> Looked.Done(looked.state.copy(isPractice = true))
        else -> looked
    }

    companion object {
        private const val REVOKED = 9

        /** Minor units: enough for every reason, one after another. */
        private const val PLENTY = 2_000_000L

        /** Codes from here on are the bank's, never a payment's. */
        private const val BANKS = 50

        /** The phone has signed, and what it answers is lost. */
        private val TORN = TornTap.AfterCommand(4)

        /** Whether a bank gives [code], and no shop. */
        fun isOfBank(code: Int): Boolean = code >= BANKS

        /** A new wallet at the practice bank, in a folder under [cache]. */
        suspend fun open(cache: File, now: () -> Long): PracticeWallet {
            val folder = File(cache, "practice-wallet").apply { deleteRecursively() }
            val town = Simulator.start()
            val wallet = town.openWallet(folder)
            wallet.setInFront(true)
            val real = RealWallet(wallet, now)
            wallet.refresh()
            real.want(wallet.enrol(town.enrolmentCode), PLENTY)
            return PracticeWallet(town, wallet, town.shop(wallet), real)
        }
    }
}
