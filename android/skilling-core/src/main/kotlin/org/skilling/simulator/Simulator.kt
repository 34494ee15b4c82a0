// A scheme, a bank and an acquirer in memory, for the practice modes of apps and for their tests.
package org.skilling.simulator

import org.skilling.Clock
import org.skilling.Currency
import org.skilling.HostClock
import org.skilling.InternalSkillingApi
import org.skilling.Transport
import org.skilling.translated

/**
 * A simulated scheme. The wallet and the till that practise in it are the real ones, opened with its ports by `openWallet` (skilling-wallet)
 * and `openTerminal` (skilling-terminal); what they meet is a `SimulatedShop` or a `SimulatedPhone`. Its keys are made when it starts: nothing
 * it signs is worth anything anywhere else, and the practice folders of an earlier one are of no use. Any thread.
 *
 * @property core for Skilling's own libraries
 */
public class Simulator private constructor(@property:InternalSkillingApi public val core: org.skilling.core.ffi.Simulator) : AutoCloseable {
    /** The root keys of the scheme. */
    public val roots: List<ByteArray> = translated { core.roots() }

    /** The code that enrols a phone at the bank. */
    public val enrolmentCode: String = translated { core.enrolmentCode() }

    /** The server of bank, acquirer and scheme. */
    public val server: Transport = CoreTransport(translated { core.server() })

    /** Without a network no call reaches the server. */
    public fun setNetwork(isUp: Boolean): Unit = translated { core.setNetwork(isUp) }

    /** Answers are lost on their way back: the server has done what was asked. */
    public fun setAnswersLost(areLost: Boolean): Unit = translated { core.setAnswersLost(areLost) }

    /** Every call is answered with this code of the registry, until it is null. */
    public fun setServerProblem(code: Int?): Unit = translated { core.setServerProblem(code?.toUInt()) }

    /** How far the clocks of wallet and till are ahead of the scheme's; negative: behind. */
    public fun setClockAhead(seconds: Long): Unit = translated { core.setClockAhead(seconds) }

    /** Lets time pass for everybody: allowances, bundles and certificates grow old. */
    public fun passTime(seconds: Int): Unit = translated { core.passTime(seconds.coerceAtLeast(0).toUInt()) }

    /** Suspends the bank, or lets it sign again, once the bundle is fetched. */
    public fun suspendBank(isSuspended: Boolean): Unit = translated { core.suspendBank(isSuspended) }

    /** The bank stops an allowance: the status list says so to tills that fetch it. */
    public fun revoke(allowanceId: String): Unit = translated { core.revoke(allowanceId) }

    /** The bank disputes a payment that it knows: the next sync says so. */
    public fun dispute(paymentId: String): Unit = translated { core.dispute(paymentId) }

    /** Declares an outage that extends what expires by [extensionDays] (0 to 14); gives the bulletin. */
    public fun declareOutage(currency: Currency, extensionDays: Int): ByteArray =
        translated { core.declareOutage(currency.numeric.toUInt(), extensionDays.coerceAtLeast(0).toUInt()) }

    /** Ends it; gives the bulletin that says so. */
    public fun endOutage(currency: Currency): ByteArray = translated { core.endOutage(currency.numeric.toUInt()) }

    /** The certificate of a till with this key. */
    public fun certificate(terminalKey: ByteArray, merchant: String): ByteArray = translated { core.certificate(terminalKey, merchant) }

    /** Nothing that practises in it may be used afterwards. */
    override fun close(): Unit = core.close()

    public companion object {
        private const val PLAIN = 10_000L
        private const val MAGIC = 19_000L

        /** A scheme for Danish kroner that starts now, by [clock] or the system's. */
        public fun start(clock: Clock? = null): Simulator =
            Simulator(translated { org.skilling.core.ffi.Simulator.create(clock?.let(::HostClock)) })

        /** The amount, in smallest units, that brings this code of the registry: 190.24 for 24, and 100.00 for 0, which is paid. */
        public fun magicAmount(code: Int): Long = if (code == 0) PLAIN else MAGIC + code
    }
}

/** Where a practice tap is torn: the phone leaves the field. Commands count from 1; the first is SELECT. */
public sealed class TornTap {
    /** The command [number] never reaches the phone. */
    public data class BeforeCommand(val number: Int) : TornTap()

    /** The phone has done what the command [number] says, and its answer never reaches the reader. */
    public data class AfterCommand(val number: Int) : TornTap()

    /** For the bindings. */
    @InternalSkillingApi
    public fun toCore(): org.skilling.core.ffi.TornTap = when (this) {
        is BeforeCommand -> org.skilling.core.ffi.TornTap.BeforeCommand(number.toUInt())
        is AfterCommand -> org.skilling.core.ffi.TornTap.AfterCommand(number.toUInt())
    }
}
