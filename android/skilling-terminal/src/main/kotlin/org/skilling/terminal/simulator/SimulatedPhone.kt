// A till that practises: the real one on keys in files, and a phone for it.
package org.skilling.terminal.simulator

import java.io.File
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.withContext
import org.skilling.Money
import org.skilling.Reason
import org.skilling.core.ffi.TerminalConfig
import org.skilling.core.ffi.TransceiverException
import org.skilling.core.ffi.softwareTerminalKeys
import org.skilling.simulator.Simulator
import org.skilling.simulator.TornTap
import org.skilling.terminal.LinkLost
import org.skilling.terminal.SkillingTerminal
import org.skilling.terminal.Transceiver
import org.skilling.toCore
import org.skilling.toPublic
import org.skilling.translated

/**
 * Opens a till of this scheme in [folder], which is nobody else's, with a certificate for [merchant] and everything it must know. It is the
 * real till.
 *
 * @throws org.skilling.SkillingException as [SkillingTerminal.open]
 */
public suspend fun Simulator.openTerminal(folder: File, merchant: String): SkillingTerminal {
    val terminal = SkillingTerminal.over(server) {
        folder.mkdirs()
        val config = TerminalConfig(File(folder, "till.db").path, roots, null)
        org.skilling.core.ffi.Terminal.open(config, softwareTerminalKeys(File(folder, "keys").path), core.clock())
    }
    terminal.take(translated { core.bundle() })
    terminal.takeCertificate(certificate(terminal.createKey(), merchant))
    return terminal
}

/** A phone that pays at [terminal], which is of this scheme. */
public fun Simulator.phone(terminal: SkillingTerminal): SimulatedPhone = SimulatedPhone(translated { core.phone(terminal.core) })

/** What a simulated phone does. */
public sealed class PhoneDoes {
    /** It pays, or does what a magic amount says. */
    public object Pays : PhoneDoes()

    /** It gives the last token that it gave, whatever is asked: a replay. */
    public object PaysWithOldToken : PhoneDoes()

    /** It pays with a key that its bank has stopped (9). */
    public object PaysWithRevokedKey : PhoneDoes()

    /** It pays as a copy of a phone that has paid before (24). */
    public object PaysAsClone : PhoneDoes()

    /** It pays another amount (15). */
    public object PaysWrongAmount : PhoneDoes()

    /** It refuses with this code of the registry. */
    public data class Refuses(val code: Int) : PhoneDoes()

    /** Its owner has not agreed yet. */
    public object Waits : PhoneDoes()

    /** It pays, and does not take the receipt. */
    public object TakesNoReceipt : PhoneDoes()
}

/** What a simulated phone answers. */
public sealed class PhoneAnswer {
    /** A payment, as its code would show it: for [SkillingTerminal.accept]. */
    public class Token internal constructor(public val message: ByteArray) : PhoneAnswer()

    /** It refuses: with codes it tells only its owner why, in a tap the till hears it too. */
    public class Refusal internal constructor(public val reason: Reason) : PhoneAnswer()

    /** Its owner has not agreed yet. */
    public object Waiting : PhoneAnswer()
}

/** A phone for a till to practise on. [Simulator.magicAmount] brings every code that a cashier can meet. Any thread. */
public class SimulatedPhone internal constructor(private val core: org.skilling.core.ffi.SimulatedPhone) {
    /** What it does from now on. */
    public fun does(what: PhoneDoes): Unit = translated { core.setDoes(what.toCore()) }

    /** Its answer to a [request] of the till; [typed] is the amount for a printed code. A magic amount may change the till until [done]. */
    public suspend fun answer(request: ByteArray, typed: Money? = null): PhoneAnswer = slow {
        when (val it = core.answer(request, typed?.toCore())) {
            is org.skilling.core.ffi.PhoneAnswer.Token -> PhoneAnswer.Token(it.bytes)
            is org.skilling.core.ffi.PhoneAnswer.Refusal -> PhoneAnswer.Refusal(it.reason.toPublic())
            is org.skilling.core.ffi.PhoneAnswer.Waiting -> PhoneAnswer.Waiting
        }
    }

    /** It is held to the till's reader once: for [SkillingTerminal.tap]. */
    public suspend fun inField(torn: TornTap? = null): Transceiver = slow {
        val field = core.inField(torn?.toCore())
        Transceiver { command ->
            try {
                field.transceive(command).bytes
            } catch (lost: TransceiverException) {
                throw LinkLost(lost)
            }
        }
    }

    /** The result was shown: whatever a magic amount changed is put right. */
    public suspend fun done(): Unit = slow { core.done() }

    private suspend fun <T> slow(call: () -> T): T = withContext(Dispatchers.IO) { translated(call) }

    private fun PhoneDoes.toCore(): org.skilling.core.ffi.PhoneDoes = when (this) {
        PhoneDoes.Pays -> org.skilling.core.ffi.PhoneDoes.Pays
        PhoneDoes.PaysWithOldToken -> org.skilling.core.ffi.PhoneDoes.PaysWithOldToken
        PhoneDoes.PaysWithRevokedKey -> org.skilling.core.ffi.PhoneDoes.PaysWithRevokedKey
        PhoneDoes.PaysAsClone -> org.skilling.core.ffi.PhoneDoes.PaysAsClone
        PhoneDoes.PaysWrongAmount -> org.skilling.core.ffi.PhoneDoes.PaysWrongAmount
        is PhoneDoes.Refuses -> org.skilling.core.ffi.PhoneDoes.Refuses(code.toUInt())
        PhoneDoes.Waits -> org.skilling.core.ffi.PhoneDoes.Waits
        PhoneDoes.TakesNoReceipt -> org.skilling.core.ffi.PhoneDoes.TakesNoReceipt
    }
}
