// A program: a bank, a phone and a till in one plain Java process, in a folder from which a later process goes on.
//
//   PlainTown pay FOLDER              payments by codes and by tap, events, a port that fails, words of a reason; says "paid"
//   PlainTown agree FOLDER            the payer agrees and the process waits to be killed; says "agreed"
//   PlainTown commit FOLDER           the payment is signed and the process waits to be killed; says "signed" and the payment's id
//   PlainTown again FOLDER            opens what a killed process left, and pays; says what it found, then "paid"
//   PlainTown fill FOLDER             FOLDER's disk is filled while payments go on; says what failed, then "paid" with space again
package org.skilling.plain

import android.content.Context
import java.io.File
import kotlin.system.exitProcess
import kotlinx.coroutines.flow.first
import kotlinx.coroutines.runBlocking
import org.skilling.Currency
import org.skilling.Money
import org.skilling.Qr
import org.skilling.Reason
import org.skilling.SkillingException
import org.skilling.core.ffi.Simulator
import org.skilling.terminal.OpenRequest
import org.skilling.terminal.Outcome
import org.skilling.terminal.SkillingTerminal
import org.skilling.terminal.TerminalKeys
import org.skilling.terminal.TerminalSettings
import org.skilling.wallet.DeviceKeys
import org.skilling.wallet.KeyVault
import org.skilling.wallet.Review
import org.skilling.wallet.Reviewed
import org.skilling.wallet.SkillingWallet
import org.skilling.wallet.Stage
import org.skilling.wallet.WalletEvent
import org.skilling.wallet.WalletSettings
import org.skilling.wallet.Want
import org.skilling.wallet.keystore.NoBackupRollbackGuard

fun main(arguments: Array<String>): Unit = runBlocking {
    val (act, folder) = arguments
    val home = File(folder)
    var onAsk: () -> Unit = {}
    val ports = Ports(
        PlainContext(home),
        PlainKeys(File(home, "keys")) { onAsk() },
        PlainVault(File(home, "vault")),
        PlainTerminalKeys(File(home, "till-keys")),
    )
    PlainTown(home, ports).run {
        when (act) {
            "pay" -> {
                onAsk = { throw AssertionError("a fault of the app") }
                failsToPay()
                onAsk = {}
                pays()
            }
            "agree" -> agrees()
            "commit" -> commits()
            "again" -> goesOn()
            "fill" -> fills()
            else -> error("no such act")
        }
    }
    exitProcess(0)
}

/** What phone and till run on. */
class Ports(val context: Context, val keys: DeviceKeys, val vault: KeyVault, val tillKeys: TerminalKeys)

/** Everybody in one process; [folder] is theirs. */
class PlainTown(private val folder: File, private val ports: Ports) {
    private val simulator = Simulator.create(null)
    private val line = PlainLine(simulator.server())
    private var open: Pair<SkillingWallet, SkillingTerminal>? = null
    private val rootsFile = File(folder, "roots")
    private val request = File(folder, "request")

    /** A later process has a bank of its own, of which nobody here is a customer: the network stays away. */
    private val roots: List<ByteArray> by lazy {
        if (!rootsFile.exists()) rootsFile.writeText(simulator.roots().joinToString("\n") { bytes -> bytes.joinToString("") { "%02x".format(it) } })
        rootsFile.readLines().map { line -> line.chunked(2).map { it.toInt(16).toByte() }.toByteArray() }
    }

    private suspend fun wallet() = SkillingWallet.open(
        ports.context,
        WalletSettings(roots, line, ports.keys, ports.vault, NoBackupRollbackGuard(ports.context, "${folder.name}.mark"), File(folder, "wallet")),
    ).also { it.setInFront(true) }

    private suspend fun till() =
        SkillingTerminal.open(ports.context, TerminalSettings(roots, line, ports.tillKeys, File(folder, "till.db")))

    private suspend fun everybody(): Pair<SkillingWallet, SkillingTerminal> = open ?: setUp().also { open = it }

    private suspend fun setUp(): Pair<SkillingWallet, SkillingTerminal> {
        val till = till()
        till.refresh()
        till.takeCertificate(simulator.certificate(till.createKey(), "Kiosk"))
        val wallet = wallet()
        val report = wallet.sync(wallet.enrol(simulator.enrolmentCode()), Want(kroner(2_000)))
        check(report.granted.size == 1) { "no allowance: $report" }
        return wallet to till
    }

    /** The keys throw what no app should: a typed error, and nothing is owed. */
    suspend fun failsToPay() {
        val (wallet, till) = everybody()
        val failed = runCatching { pay(wallet, till, 10) }.exceptionOrNull()
        check((failed as? SkillingException.PortFailed)?.code == "port.device_keys.undeclared") { "$failed" }
        check(wallet.allowances().single().remaining == kroner(2_000)) { "something is owed" }
    }

    /** By codes, then by an armed tap. */
    suspend fun pays() {
        val (wallet, till) = everybody()
        val paid = pay(wallet, till, 11)
        val told = wallet.events.first { it.kind is WalletEvent.Kind.PaymentAccepted }
        check((told.kind as WalletEvent.Kind.PaymentAccepted).paymentId == paid) { "$told" }
        check(wallet.history().entries.single().stage == Stage.ACCEPTED)

        wallet.arm(wallet.allowances().single().id, kroner(50))
        check(till.tap(wallet::answerReader, till.request(kroner(12)), TAP_MILLIS).isPaid)
        check(till.syncAll().deposit.paid == 2L)
        check("library: " in wallet.diagnostics() && "library: " in till.diagnostics())
        check(wallet.forecast().isNotEmpty() && Reason(28, "").words.payer.isNotEmpty())
        till.close()
        wallet.close()
        say("paid")
    }

    suspend fun agrees() {
        val (wallet, till) = everybody()
        wallet.agree(reviewed(wallet, asked(till, 10)))
        say("agreed")
        waitToBeKilled()
    }

    suspend fun commits() {
        val (wallet, till) = everybody()
        val token = wallet.pay(wallet.agree(reviewed(wallet, asked(till, 10))))
        say("signed ${token.paymentId}")
        waitToBeKilled()
    }

    suspend fun goesOn() {
        val (wallet, till) = wallet() to till()
        val sale = till.openRequests().single()
        when (val reviewed = wallet.review(request.readBytes())) {
            is Reviewed.New -> {
                check(wallet.allowances().single().remaining == kroner(2_000)) { "something is owed" }
                say("new")
                val token = wallet.pay(wallet.agree(reviewed.review))
                check(till.accept(token.message, sale) is Outcome.Accepted)
            }
            is Reviewed.Answered -> {
                say("signed ${reviewed.token.paymentId}")
                check(till.accept(reviewed.token.message, sale) is Outcome.Accepted)
                check(wallet.allowances().single().remaining == kroner(1_990)) { "paid twice" }
            }
        }
        pay(wallet, till, 12)
        say("paid")
    }

    suspend fun fills() {
        val (wallet, till) = everybody()
        val ballast = File(folder, "ballast")
        ballast.outputStream().use { out -> runCatching { while (true) out.write(ByteArray(PIECE)) } }
        var paid = 0L
        // What is open of the stores' files takes a few payments more.
        val failed = runCatching { while (paid < 1_000) pay(wallet, till, 10 + paid).also { paid++ } }.exceptionOrNull()
        say("failed ${(failed as? SkillingException)?.code} ${(failed as? SkillingException)?.advice}")
        val left = runCatching { wallet.allowances().single().remaining }.getOrNull()
        wallet.close()
        till.close()
        check(ballast.delete())

        val (again, tillAgain) = wallet() to till()
        val before = again.allowances().single().remaining
        check(left == null || left == before) { "the store changed by being opened" }
        pay(again, tillAgain, 9)
        check(again.allowances().single().remaining == Money(before.minorUnits - kroner(9).minorUnits, Currency.DKK))
        say("paid")
    }

    private suspend fun asked(till: SkillingTerminal, amount: Long): OpenRequest =
        till.request(kroner(amount)).also { request.writeBytes(it.message) }

    private suspend fun reviewed(wallet: SkillingWallet, sale: OpenRequest): Review =
        (wallet.review(Qr.message(Qr.text(sale.message))) as Reviewed.New).review

    private suspend fun pay(wallet: SkillingWallet, till: SkillingTerminal, amount: Long): String {
        val sale = till.request(kroner(amount))
        val token = wallet.pay(wallet.agree(reviewed(wallet, sale)))
        val outcome = till.accept(token.message, sale)
        val accepted = outcome as? Outcome.Accepted ?: error("not accepted: ${(outcome as? Outcome.Declined)?.reason}")
        check(wallet.takeReceipt(accepted.answered.receipt).stage == Stage.ACCEPTED)
        return token.paymentId
    }

    private fun waitToBeKilled(): Nothing {
        while (true) Thread.sleep(1_000)
    }

    private fun kroner(amount: Long) = Money(amount * 100, Currency.DKK)

    private fun say(words: String) {
        println(words)
        System.out.flush()
    }

    private companion object {
        const val PIECE = 1_024
        const val TAP_MILLIS = 60_000
    }
}
