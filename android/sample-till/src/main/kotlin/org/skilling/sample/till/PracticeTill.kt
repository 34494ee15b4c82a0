// The till of the practice mode: the real one, with an acquirer and a customer's phone in memory. Nothing it takes is worth anything.
package org.skilling.sample.till

import java.io.File
import org.skilling.sample.kit.Simulation
import org.skilling.sample.kit.Trouble
import org.skilling.simulator.Simulator
import org.skilling.simulator.TornTap
import org.skilling.terminal.SkillingTerminal
import org.skilling.terminal.simulator.PhoneAnswer
import org.skilling.terminal.simulator.PhoneDoes
import org.skilling.terminal.simulator.SimulatedPhone
import org.skilling.terminal.simulator.openTerminal
import org.skilling.terminal.simulator.phone

class PracticeTill private constructor(
    private val town: Simulator,
    private val terminal: SkillingTerminal,
    private val phone: SimulatedPhone,
    private val real: RealTill,
) : TillSource by real {
    private var trouble: Trouble? = null

    /** From now on it is as the simulator says. */
    fun follow(simulation: Simulation) {
        town.setNetwork(simulation.hasNetwork)
        town.setClockAhead(simulation.clockShift)
        trouble = simulation.trouble
        phone.does(
            when (trouble) {
                Trouble.REPLAY -> PhoneDoes.PaysWithOldToken
                Trouble.REVOKED_KEY -> PhoneDoes.PaysWithRevokedKey
                Trouble.TORN_TAP, null -> PhoneDoes.Pays
            },
        )
    }

    /** The practice phone shows its code, or says no where a code would say nothing; null while its owner has not agreed. */
    suspend fun scanned(): Taken? = putRight {
        val request = real.open ?: return null
        when (val answer = phone.answer(request.message)) {
            is PhoneAnswer.Token -> real.take(answer.message)
            is PhoneAnswer.Refusal -> Taken.Done(real.refused(answer.reason.code))
            PhoneAnswer.Waiting -> null
        }
    }

    /** The practice phone is held to the reader. */
    suspend fun tapped(): Taken? = putRight {
        val reader = phone.inField(TORN.takeIf { trouble == Trouble.TORN_TAP })
        real.tapped(terminal.tap(reader, real.open))?.let { Taken.Done(it) }
    }

    /** What a magic amount changed at the till is put right, whatever came of it. */
    private suspend inline fun putRight(take: () -> Taken?): Taken? =
        try {
            take()
        } finally {
            phone.done()
        }

    companion object {
        private const val SHOP = "Practice shop, Testville"

        /** The phone has signed, and what it answers is lost. */
        private val TORN = TornTap.AfterCommand(4)

        /** A new till of the practice shop, in a folder under [cache]. */
        suspend fun open(cache: File): PracticeTill {
            val folder = File(cache, "practice-till").apply { deleteRecursively() }
            val town = Simulator.start()
            val terminal = town.openTerminal(folder, SHOP)
            return PracticeTill(town, terminal, town.phone(terminal), RealTill(terminal, File(folder, "uncertified-key")))
        }
    }
}
