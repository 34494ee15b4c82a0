// A phone and a till on the generated Kotlin, for scripts/bench: the same calls in the same order as bindings/examples/phone-bench.rs,
// which says what goes in and comes out.
package org.skilling.bench

import java.io.File
import java.nio.file.Files
import java.nio.file.Paths
import java.util.Locale
import kotlin.system.exitProcess
import kotlinx.coroutines.runBlocking
import org.skilling.core.ffi.ApduResponse
import org.skilling.core.ffi.Money
import org.skilling.core.ffi.OpenRequest
import org.skilling.core.ffi.Outcome
import org.skilling.core.ffi.Reviewed
import org.skilling.core.ffi.Sale
import org.skilling.core.ffi.Simulator
import org.skilling.core.ffi.SoftwareDeviceKeys
import org.skilling.core.ffi.TapControl
import org.skilling.core.ffi.Terminal
import org.skilling.core.ffi.TerminalConfig
import org.skilling.core.ffi.Transceiver
import org.skilling.core.ffi.VerifyContext
import org.skilling.core.ffi.Wallet
import org.skilling.core.ffi.WalletConfig
import org.skilling.core.ffi.Want
import org.skilling.core.ffi.softwareKeyVault
import org.skilling.core.ffi.softwareRollbackGuard
import org.skilling.core.ffi.softwareTerminalKeys
import org.skilling.core.ffi.verify

fun main(arguments: Array<String>) {
    when {
        arguments.size == 2 && arguments[0] == "cost" -> cost(arguments[1])
        arguments.size == 3 && arguments[0] == "open" -> open(arguments[1], arguments[2])
        arguments.size == 2 && arguments[0] == "memory" -> memory(arguments[1])
        else -> {
            System.err.println("usage: bench cost|memory FOLDER, bench open FOLDER ROOT")
            exitProcess(2)
        }
    }
}

private fun cost(folder: String) {
    val pair = Pair(folder)
    while (true) {
        val rounds = readlnOrNull()?.toInt() ?: return
        val allowance = pair.grants()
        repeat(rounds) {
            pair.payByCode()
            pair.payByTap(allowance)
        }
        for ((name, nanoseconds) in pair.took) println("$name\t${microseconds(nanoseconds)}")
        pair.took.clear()
        println()
        System.out.flush()
    }
}

private fun open(folder: String, root: String) {
    val key = root.chunked(2).map { it.toInt(16).toByte() }.toByteArray()
    repeat(21) {
        val keys = SoftwareDeviceKeys.open("$folder/keys", null).keys()
        val vault = softwareKeyVault("$folder/vault")
        val guard = softwareRollbackGuard("$folder/guard")
        val config = WalletConfig("$folder/wallet", listOf(key), null, null, null)
        val began = System.nanoTime()
        val wallet = Wallet.open(config, keys, vault, guard, null)
        println("open\t${microseconds(System.nanoTime() - began)}")
        wallet.shutDown()
    }
}

private fun memory(folder: String) {
    val pair = Pair(folder)
    var allowance = ""
    for (taps in 0..1_000) {
        if (taps % 100 == 0) allowance = pair.grants()
        if (taps == 100 || taps == 1_000) println("resident_after_${taps}_taps\t${resident()}")
        pair.payByTap(allowance)
        pair.took.clear()
    }
}

/**
 * KiB of this process that are in memory and in use: what the collector may take back taken back, and what of the heap is free not counted.
 * The heap has its full size from the start (scripts/bench), so without that nothing that it keeps would ever be seen.
 */
private fun resident(): Long {
    System.gc()
    val line = File("/proc/self/status").readLines().first { it.startsWith("VmRSS:") }
    return line.filter { it.isDigit() }.toLong() - Runtime.getRuntime().freeMemory() / 1_024
}

private fun microseconds(nanoseconds: Long) = "%.1f".format(Locale.ROOT, nanoseconds / 1e3)

private fun kroner(amount: Int) = Money((amount * 100).toULong(), 208u)

/** A phone and a till, and how long each call took. */
private class Pair(folder: String) {
    val took = mutableListOf<kotlin.Pair<String, Long>>()
    private val simulator = Simulator.create(null)
    private val server = simulator.server()
    private val roots = simulator.roots()
    private val bundle = simulator.bundle()
    private val phone: Wallet
    private val till: Terminal
    private val bank: Long

    init {
        val home = Files.createTempDirectory(Paths.get(folder), "kotlin").toString()
        val keys = SoftwareDeviceKeys.open("$home/keys", null).keys()
        val vault = softwareKeyVault("$home/vault")
        val guard = softwareRollbackGuard("$home/guard")
        phone = Wallet.open(WalletConfig("$home/wallet", roots, 100u, null, 2_000u), keys, vault, guard, null)
        phone.setInFront(true)
        bank = runBlocking { phone.enrol(server, simulator.enrolmentCode()) }
        till = Terminal.open(TerminalConfig("$home/till.db", roots, 2_000u), softwareTerminalKeys("$home/till-keys"), null)
        val key = till.createKey()
        runBlocking { till.refresh(server) }
        till.takeCertificate(simulator.certificate(key, "Netto Torvegade, Aarhus"))
    }

    fun grants(): String {
        val report = runBlocking { phone.sync(server, bank, Want(kroner(1_000), null)) }
        return report.granted.single()
    }

    fun payByCode() {
        val request = asks()
        var began = System.nanoTime()
        val reviewed = phone.review(request.bytes)
        took += "review" to System.nanoTime() - began
        val review = (reviewed as Reviewed.New).review
        val authorised = runBlocking { phone.agree(review) }
        began = System.nanoTime()
        val token = phone.pay(authorised)
        took += "pay" to System.nanoTime() - began
        phone.presented(token.paymentId)

        val now = System.currentTimeMillis() / 1_000
        val context = VerifyContext(now, roots, bundle, emptyList(), emptyList(), request.bytes)
        began = System.nanoTime()
        val verification = verify(token.bytes, context)
        took += "verify" to System.nanoTime() - began
        check(verification.checks.isNotEmpty())

        val outcome = till.accept(token.bytes, request.requestId) as Outcome.Accepted
        phone.takeReceipt(outcome.answered.receipt)
        review.close()
        authorised.close()
    }

    fun payByTap(allowance: String) {
        runBlocking { phone.arm(allowance, kroner(1)) }
        val sale = asks().requestId
        val each = mutableListOf<Long>()
        val field = object : Transceiver {
            override fun transceive(command: ByteArray): ApduResponse {
                val began = System.nanoTime()
                val response = phone.processApdu(command)
                each += System.nanoTime() - began
                return ApduResponse(response)
            }
        }
        val report = TapControl.create().use { till.tap(field, sale, it, null) }
        checkNotNull(report.sale) { "no token came: $report" }
        phone.deactivated()
        took += "select_apdu" to each.first()
        took += "process_apdu" to each.sum()
    }

    private fun asks(): OpenRequest = till.request(Sale(kroner(1), "Till 1, 17", null))
}
