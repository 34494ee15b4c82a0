// A wallet that practises: the real one on keys in files, and a shop for it.
package org.skilling.wallet.simulator

import java.io.File
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.withContext
import org.skilling.Money
import org.skilling.Reason
import org.skilling.core.ffi.WalletConfig
import org.skilling.core.ffi.softwareKeyVault
import org.skilling.simulator.Simulator
import org.skilling.simulator.TornTap
import org.skilling.toCore
import org.skilling.toPublic
import org.skilling.translated
import org.skilling.wallet.SkillingWallet

/**
 * Opens a wallet of this scheme in [folder], which is nobody else's; whatever it holds is of this simulator, or is to be deleted before.
 * It is the real wallet: enrol it with [Simulator.enrolmentCode].
 *
 * @throws org.skilling.SkillingException as [SkillingWallet.open]
 */
public suspend fun Simulator.openWallet(folder: File): SkillingWallet = SkillingWallet.over(server) {
    folder.mkdirs()
    val config = WalletConfig(File(folder, "wallet").path, roots, null, null, null)
    val keys = core.deviceKeys(File(folder, "keys").path)
    val guard = core.rollbackGuard(File(folder, "mark").path)
    org.skilling.core.ffi.Wallet.open(config, keys, softwareKeyVault(File(folder, "vault").path), guard, core.clock())
}

/** A shop in which [wallet], which is of this scheme, practises. */
public fun Simulator.shop(wallet: SkillingWallet): SimulatedShop = SimulatedShop(translated { core.shop(wallet.core) })

/**
 * What a practice tap brought, as the shop saw it.
 *
 * @property token the payment, if one came
 * @property receipt what was given for it
 * @property refusal why the wallet refused
 */
public class ShopTap internal constructor(public val token: ByteArray?, public val receipt: ByteArray?, public val refusal: Reason?)

/** A shop for a wallet to practise on. [Simulator.magicAmount] brings every code that a payer can meet. Any thread. */
public class SimulatedShop internal constructor(private val core: org.skilling.core.ffi.SimulatedShop) {
    /** Asks for [amount]. A magic amount may change what the wallet knows for a moment, until [done]. */
    public suspend fun asks(amount: Money, reference: String? = null): ByteArray = slow { core.asks(amount.toCore(), reference) }

    /** The receipt for a token: accepted, or declined with the code of a magic amount. The same token gets the same receipt. */
    public suspend fun answers(token: ByteArray): ByteArray = slow { core.answers(token) }

    /** Takes a payment back; gives the receipt that says so. */
    public suspend fun voids(token: ByteArray): ByteArray = slow { core.voids(token) }

    /** Holds its reader to the phone for about a second: requests of torn taps first, then [request]. */
    public suspend fun taps(request: ByteArray, torn: TornTap? = null): ShopTap = slow {
        val tap = core.taps(request, torn?.toCore())
        ShopTap(tap.token, tap.receipt, tap.refusal?.toPublic())
    }

    /** The result was shown: whatever a magic amount changed is put right. The next request does that too. */
    public suspend fun done(): Unit = slow { core.done() }

    private suspend fun <T> slow(call: () -> T): T = withContext(Dispatchers.IO) { translated(call) }
}
