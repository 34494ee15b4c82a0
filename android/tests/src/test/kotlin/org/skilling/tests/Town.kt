// A bank, phones and a till for the tests: the bank is a process of the real server, the others are the libraries.
package org.skilling.tests

import android.app.Application
import java.io.File
import java.util.concurrent.TimeUnit
import org.robolectric.RuntimeEnvironment
import org.skilling.Clock
import org.skilling.Currency
import org.skilling.HttpTransport
import org.skilling.Money
import org.skilling.Transport
import org.skilling.TransportFailure
import org.skilling.terminal.KeystoreTerminalKeys
import org.skilling.terminal.SkillingTerminal
import org.skilling.terminal.TerminalSettings
import org.skilling.wallet.DeviceKeys
import org.skilling.wallet.KeyPrompt
import org.skilling.wallet.KeyVault
import org.skilling.wallet.RollbackGuard
import org.skilling.wallet.SkillingWallet
import org.skilling.wallet.SkillingWalletOwner
import org.skilling.wallet.Want
import org.skilling.wallet.WalletSettings
import org.skilling.wallet.keystore.Attestation
import org.skilling.wallet.keystore.KeystoreDeviceKeys
import org.skilling.wallet.keystore.KeystoreVault
import org.skilling.wallet.keystore.NoBackupRollbackGuard
import org.skilling.wallet.keystore.UserPresence

/** The `Application` of the tests. */
class TestApp : Application(), SkillingWalletOwner {
    @Volatile
    override var skillingWallet: SkillingWallet? = null
}

fun kroner(amount: Long) = Money(amount * 100, Currency.DKK)

/** One clock for everybody: the server reads its file, the others ask. Moved by hand. */
class TownClock(private val file: File) : Clock {
    @Volatile
    private var now = System.currentTimeMillis() / 1_000

    init {
        file.writeText("$now")
    }

    val path: String get() = file.path

    override fun now(): Long = now

    fun advance(seconds: Long) {
        now += seconds
        file.writeText("$now")
    }

    fun advanceDays(days: Long) = advance(days * 86_400)
}

/** A test bank, acquirer and scheme: `skilling issuer`, each command a process, the server another. */
class Bank(private val folder: File, private val clock: TownClock) : AutoCloseable {
    val home = File(folder, "bank")
    private var server: Process? = null
    private var port = 0

    /** Where it serves, or did. */
    val url: String get() = "http://127.0.0.1:$port"

    init {
        skilling("issuer", "init", "--home", home.path)
    }

    val root: ByteArray = File(home, "root.hex").readText().trim().unhex()

    /** The way to the bank; nobody is there while it does not serve. */
    val line: Transport = Transport { call ->
        if (server == null) throw TransportFailure.Unreachable()
        HttpTransport(url, allowCleartext = true).send(call)
    }

    fun serve(): Bank {
        val log = File(folder, "bank.log")
        val process = ProcessBuilder(command, "issuer", "serve", "--home", home.path, "--listen", "127.0.0.1:$port", "--clock", clock.path)
            .redirectError(ProcessBuilder.Redirect.appendTo(log)).start()
        val first = process.inputStream.bufferedReader().readLine() ?: error("the server did not start: ${log.readText()}")
        port = Regex(":(\\d+)").findAll(first).last().groupValues[1].toInt()
        server = process
        return this
    }

    /** The network is down. */
    fun goAway() {
        server?.run {
            destroy()
            check(waitFor(60, TimeUnit.SECONDS)) { "the server does not stop" }
        }
        server = null
    }

    /** A customer who paid in so many kroner; the code that enrols their phone. */
    fun customer(amount: Long): String {
        val said = skilling(
            "issuer", "customer", "add", "--home", home.path, "--name", "Asta", "--currency", "DKK", "--funding", "held", "--amount", "$amount",
        )
        return said.lines().first { it.startsWith("enrolment code") }.split(Regex("\\s+")).last()
    }

    fun certify(terminalKey: ByteArray): ByteArray {
        val file = File(folder, "certificate.hex")
        skilling(
            "issuer", "merchant", "add", "--home", home.path, "--name", MERCHANT, "--mcc", "5411", "--country", "DK",
            "--terminal-key", terminalKey.hex(), "-o", file.path,
        )
        return file.readText().trim().unhex()
    }

    fun report(): String = skilling("issuer", "report", "--home", home.path)

    /** What `skilling verify` says of a token: its exit status. */
    fun verify(token: ByteArray, request: ByteArray): Int {
        val bundle = File(folder, "bundle.cbor")
        skilling("issuer", "trust", "--home", home.path, "-o", bundle.path)
        val files = mapOf("token" to token, "request" to request).mapValues { (name, bytes) ->
            File(folder, "$name.cbor").apply { writeBytes(bytes) }.path
        }
        return run(
            "verify", files.getValue("token"), "--request", files.getValue("request"), "--trust", bundle.path,
            "--root", root.hex(), "--now", "${clock.now()}",
        ).first
    }

    /** Runs the command, which must succeed; gives what it said. */
    fun skilling(vararg arguments: String): String {
        val (status, said) = run(*arguments, "--clock", clock.path)
        check(status == 0) { "skilling ${arguments.joinToString(" ")} ended with $status: $said" }
        return said
    }

    /** Runs the command; gives its exit status and what it said. */
    fun run(vararg arguments: String): Pair<Int, String> {
        val process = ProcessBuilder(command, *arguments).redirectErrorStream(true).start()
        val said = process.inputStream.bufferedReader().readText()
        check(process.waitFor(120, TimeUnit.SECONDS)) { "skilling hangs" }
        return process.exitValue() to said
    }

    override fun close() = goAway()

    companion object {
        const val MERCHANT = "Netto Torvegade, København"

        private val command: String = System.getProperty("skilling.command").also {
            check(File(it).canExecute()) { "There is no $it. Build it first: cargo build -p skilling-cli" }
        }
    }
}

/** A phone: Keystore, payer and all. Opened again, it is the same phone after a restart. */
class Phone(
    private val app: Application,
    private val bank: Bank,
    private val clock: Clock,
    val keystore: FakeKeystore,
    private val name: String = "phone",
) {
    /** What the payer does when asked; says yes, usually. */
    var payer: UserPresence = UserPresence { prompt, signature ->
        asked += prompt
        signature?.let(keystore::authorise)
    }
    val asked = mutableListOf<KeyPrompt>()

    var keys: DeviceKeys = KeystoreDeviceKeys(app, { prompt, it -> payer.authenticate(prompt, it) }, attestation = Attestation.STATED_FOR_TEST_SCHEMES)
    var vault: KeyVault = KeystoreVault("$name.vault")
    var guard: RollbackGuard = NoBackupRollbackGuard(app, "$name.mark")
    var server: Transport = bank.line
    var portDeadlineMillis: Int? = null
    val folder = File(app.noBackupFilesDir, name)

    suspend fun open(): SkillingWallet = SkillingWallet.open(
        app,
        WalletSettings(
            roots = listOf(bank.root),
            server = server,
            keys = keys,
            vault = vault,
            guard = guard,
            folder = folder,
            clock = clock,
            portDeadlineMillis = portDeadlineMillis,
        ),
    )

    /** Enrols and gets an allowance of 2000 DKK; in front from now on. */
    suspend fun ready(): SkillingWallet {
        val wallet = open()
        val number = wallet.enrol(bank.customer(5_000))
        val report = wallet.sync(number, Want(kroner(2_000)))
        check(report.isComplete && report.granted.size == 1) { "no allowance: $report" }
        wallet.setInFront(true)
        return wallet
    }
}

/** Opens a till with a certificate and everything it must know. */
suspend fun till(app: Application, bank: Bank, clock: Clock, name: String = "till"): SkillingTerminal {
    val terminal = SkillingTerminal.open(
        app,
        TerminalSettings(
            roots = listOf(bank.root),
            acquirer = bank.line,
            keys = KeystoreTerminalKeys("$name."),
            store = File(app.noBackupFilesDir, "$name.db"),
            clock = clock,
        ),
    )
    val certificate = bank.certify(terminal.createKey())
    terminal.refresh()
    terminal.takeCertificate(certificate)
    return terminal
}

fun app(): TestApp = RuntimeEnvironment.getApplication() as TestApp

fun ByteArray.hex(): String = joinToString("") { "%02x".format(it) }

fun String.unhex(): ByteArray = chunked(2).map { it.toInt(16).toByte() }.toByteArray()
