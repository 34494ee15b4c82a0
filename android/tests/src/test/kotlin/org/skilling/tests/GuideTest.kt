// The samples of docs/integrate-android.md and docs/integrate-till.md, word for word, with all that they import, and a test that runs them.
// A sample that is changed in one place and not in the other fails `the guides show this code`.
package org.skilling.tests

import android.app.Activity
import android.app.Application
import android.app.job.JobScheduler
import android.content.Context
import android.graphics.Bitmap
import android.os.Bundle
import android.os.Handler
import android.os.Looper
import android.widget.TextView
import java.io.File
import java.nio.file.Files
import java.time.Instant
import java.time.temporal.ChronoUnit
import java.util.concurrent.Executor
import kotlin.test.Test
import kotlin.test.assertEquals
import kotlin.test.assertIs
import kotlin.test.assertNotNull
import kotlin.test.assertTrue
import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.CoroutineDispatcher
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.Job
import kotlinx.coroutines.SupervisorJob
import kotlinx.coroutines.asCoroutineDispatcher
import kotlinx.coroutines.cancel
import kotlinx.coroutines.cancelAndJoin
import kotlinx.coroutines.coroutineScope
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking
import org.junit.Rule
import org.junit.rules.TemporaryFolder
import org.junit.runner.RunWith
import org.robolectric.Robolectric
import org.robolectric.RobolectricTestRunner
import org.robolectric.RuntimeEnvironment
import org.robolectric.annotation.Config
import org.skilling.Currency
import org.skilling.HttpTransport
import org.skilling.Money
import org.skilling.Qr
import org.skilling.QrReader
import org.skilling.ReasonWords
import org.skilling.Scan
import org.skilling.SkillingException
import org.skilling.StorageProblem
import org.skilling.Transport
import org.skilling.checkContract
import org.skilling.simulator.Simulator
import org.skilling.terminal.CanAcceptOffline
import org.skilling.terminal.KeystoreTerminalKeys
import org.skilling.terminal.OpenRequest
import org.skilling.terminal.Outcome
import org.skilling.terminal.SkillingTerminal
import org.skilling.terminal.TerminalKeys
import org.skilling.terminal.TerminalSettings
import org.skilling.terminal.checkContract
import org.skilling.terminal.simulator.PhoneAnswer
import org.skilling.terminal.simulator.openTerminal
import org.skilling.terminal.simulator.phone
import org.skilling.wallet.Advice
import org.skilling.wallet.AllowanceState
import org.skilling.wallet.Armed
import org.skilling.wallet.DeviceKeys
import org.skilling.wallet.KeyVault
import org.skilling.wallet.Review
import org.skilling.wallet.Reviewed
import org.skilling.wallet.RollbackGuard
import org.skilling.wallet.SkillingWallet
import org.skilling.wallet.SkillingWalletOwner
import org.skilling.wallet.Stage
import org.skilling.wallet.SyncReport
import org.skilling.wallet.WalletEvent
import org.skilling.wallet.WalletSettings
import org.skilling.wallet.Want
import org.skilling.wallet.card.InFront
import org.skilling.wallet.checkContract
import org.skilling.wallet.keystore.Attestation
import org.skilling.wallet.keystore.KeyProtection
import org.skilling.wallet.keystore.KeystoreDeviceKeys
import org.skilling.wallet.keystore.KeystoreVault
import org.skilling.wallet.keystore.NoBackupRollbackGuard
import org.skilling.wallet.keystore.SystemPresence
import org.skilling.wallet.simulator.openWallet
import org.skilling.wallet.simulator.shop
import org.skilling.wallet.sync.SkillingSyncJob

fun realBank(app: BankApp, root: String) = WalletSettings(
    roots = listOf(bytes(root)),
    server = HttpTransport("https://pay.bank.example", pins = setOf("W6ph5Mm5Pz8GgiULbPgzG37mj9g2kbDwPqGAv0yyEiM=")),
    keys = KeystoreDeviceKeys(app, SystemPresence { app.inFront }),
)

/** For `skilling issuer serve` alone, NEVER for production. */
fun testBank(app: BankApp, root: String, address: String = "http://10.0.2.2:8460") = WalletSettings(
    roots = listOf(bytes(root)),
    server = HttpTransport(address, allowCleartext = true),
    keys = KeystoreDeviceKeys(
        app,
        SystemPresence { app.inFront },
        atLeast = KeyProtection.SOFTWARE,
        attestation = Attestation.STATED_FOR_TEST_SCHEMES,
    ),
)

/** `root.hex` is text: two digits a byte. */
fun bytes(hex: String): ByteArray = hex.trim().chunked(2).map { it.toInt(16).toByte() }.toByteArray()

open class BankApp : Application(), SkillingWalletOwner {
    @Volatile
    override var skillingWallet: SkillingWallet? = null

    /** The activity over which the payer is asked; set by it. */
    @Volatile
    var inFront: Activity? = null

    /** The main thread, for coroutines. */
    val main: CoroutineDispatcher = Handler(Looper.getMainLooper()).let { Executor { task -> it.post(task) } }.asCoroutineDispatcher()

    private val opening = CompletableDeferred<SkillingWallet>()

    open fun settings(): WalletSettings = testBank(this, root = "02ce3d029b0bdef7b59ad71ec32e933f8e0d365c10702d33cfd498676bf7f9003c")

    override fun onCreate() {
        super.onCreate()
        CoroutineScope(SupervisorJob() + main).launch {
            try {
                opening.complete(openWallet(this@BankApp, settings()))
            } catch (failed: SkillingException) {
                opening.completeExceptionally(failed)
            }
        }
    }

    /** Waits until the wallet is open; throws what kept it from opening. */
    suspend fun opened(): SkillingWallet = opening.await()
}

suspend fun openWallet(app: BankApp, settings: WalletSettings): SkillingWallet {
    val wallet = SkillingWallet.open(app, settings)
    app.skillingWallet = wallet
    SkillingSyncJob.plan(app)
    return wallet
}

class PayActivity : Activity() {
    private val app get() = application as BankApp
    private lateinit var scope: CoroutineScope

    override fun onCreate(state: Bundle?) {
        super.onCreate(state)
        scope = CoroutineScope(Job() + app.main)
        scope.launch {
            val wallet = try {
                app.opened()
            } catch (failed: SkillingException) {
                setContentView(TextView(this@PayActivity).apply { text = words(failed) })
                return@launch
            }
            // The first resume may have passed while the wallet was being opened.
            InFront.follow(this@PayActivity, wallet, isResumed = app.inFront === this@PayActivity)
        }
    }

    override fun onResume() {
        super.onResume()
        app.inFront = this
    }

    override fun onPause() {
        app.inFront = null
        super.onPause()
    }

    override fun onDestroy() {
        scope.cancel()
        super.onDestroy()
    }
}

suspend fun enrol(wallet: SkillingWallet, code: String): SyncReport {
    val bank = wallet.enrol(code)
    return wallet.sync(bank, Want(Money(200_000, Currency.DKK)))
}

/** Whenever the app is opened, and after each payment. */
suspend fun keepReady(app: BankApp, wallet: SkillingWallet) {
    // Android runs it as soon as there is a network, also where the app is gone by then.
    if (!wallet.syncAll().isComplete) return SkillingSyncJob.soon(app)
    val advice = wallet.forecast().filter { it.currency == Currency.DKK }.flatMap { it.advice }
    val isDue = advice.any { it.act == Advice.Act.WANT && it.before < Instant.now().plus(7, ChronoUnit.DAYS) }
    val bank = wallet.banks().firstOrNull() ?: return
    if (isDue) wallet.sync(bank.number, Want(Money(200_000, Currency.DKK)))
}

suspend fun home(wallet: SkillingWallet): String {
    val forecast = wallet.forecast().firstOrNull { it.currency == Currency.DKK } ?: return "No offline money yet."
    val now = forecast.coverage.now ?: return forecast.coverage.reason.words.payer
    val decimals = wallet.policy(Currency.DKK)?.decimals ?: 2
    return "${now.total.format(decimals)}, at most ${now.largest.format(decimals)} at once, until ${forecast.coverage.until}"
}

suspend fun scanned(wallet: SkillingWallet, frame: ByteArray, width: Int, height: Int, stride: Int, reader: QrReader): Review? =
    when (val scan = reader.read(frame, width, height, stride)) {
        is Scan.Message -> when (val reviewed = wallet.review(scan.message)) {
            is Reviewed.New -> reviewed.review
            // Answered before and not confirmed: show reviewed.token again. Nothing is paid twice.
            is Reviewed.Answered -> null
        }
        is Scan.SeveralCodes, Scan.Damaged, Scan.Newer, Scan.Nothing -> null
    }

suspend fun payerSaidYes(wallet: SkillingWallet, review: Review, pixels: Int): Bitmap {
    val token = wallet.pay(wallet.agree(review))
    val picture = Qr.bitmap(token.message, pixels)
    wallet.presented(token)
    return picture
}

suspend fun arm(wallet: SkillingWallet, most: Money): Armed? {
    val open = wallet.allowances().filter { it.state == AllowanceState.OPEN && it.remaining.currency == most.currency }
    val allowance = open.maxByOrNull { it.remaining.minorUnits } ?: return null
    val bound = minOf(most.minorUnits, allowance.cap.minorUnits, allowance.remaining.minorUnits)
    return wallet.arm(allowance.id, Money(bound, most.currency))
}

suspend fun watch(wallet: SkillingWallet, tell: (String) -> Unit) {
    wallet.events.collect { event ->
        when (val it = event.kind) {
            is WalletEvent.Kind.PaymentAccepted -> tell("Paid ${it.amount.format(2)}")
            is WalletEvent.Kind.PaymentVoided -> tell("Taken back: ${it.amount.format(2)} is yours again")
            is WalletEvent.Kind.FraudNotice -> tell(it.reason.words.payer)
            else -> Unit
        }
    }
}

fun words(problem: SkillingException): String = when (problem) {
    is SkillingException.Refused -> problem.reason.words.payer
    is SkillingException.PayerRefused -> "Nothing was paid."
    is SkillingException.LockedOut -> "Unlock your phone, then try again."
    is SkillingException.KeyGone, is SkillingException.RolledBack -> "Go online once, then you can pay again."
    is SkillingException.NotInFront, is SkillingException.Busy, is SkillingException.ConsentPassed -> "Please try again."
    is SkillingException.Storage -> if (problem.problem is StorageProblem.Full) "Your phone is full." else "Please start the app again."
    else -> "That did not work."
}

suspend fun keepContracts(keys: DeviceKeys, vault: () -> KeyVault, guard: () -> RollbackGuard, testServer: Transport) {
    keys.checkContract()
    // Each made anew, as after a restart of the app. The guard must be an unused one.
    vault().checkContract(reopened = vault())
    guard().checkContract(reopened = guard())
    testServer.checkContract()
}

suspend fun tillKeysKeepTheirContract(keys: TerminalKeys) = keys.checkContract()

suspend fun practise(folder: File): Stage {
    val town = Simulator.start()
    val wallet = town.openWallet(folder)
    wallet.setInFront(true)
    enrol(wallet, town.enrolmentCode)

    val shop = town.shop(wallet)
    val request = shop.asks(Money(Simulator.magicAmount(24), Currency.DKK))
    val review = (wallet.review(request) as Reviewed.New).review
    val token = wallet.pay(wallet.agree(review))
    return wallet.takeReceipt(shop.answers(token.message)).stage // DECLINED, for reason 24
}

suspend fun practiseSelling(folder: File): String {
    val town = Simulator.start()
    val till = town.openTerminal(folder, "Practice shop, Testville")
    val phone = town.phone(till)
    val sale = sell(till, Money(Simulator.magicAmount(9), Currency.DKK), "7")
    val shown = phone.answer(sale.message) as PhoneAnswer.Token
    return phoneShowed(till, sale, shown.message).words // "This phone's offline money has been stopped. ..."
}

suspend fun openTill(context: Context, root: String, acquirer: Transport): SkillingTerminal =
    SkillingTerminal.open(context, TerminalSettings(listOf(bytes(root)), acquirer, KeystoreTerminalKeys()))

/** Once. [certified] hands the key to the acquirer, as hex, and comes back with the certificate, as hex: that may take days. */
suspend fun setUp(till: SkillingTerminal, certified: suspend (key: String) -> String) {
    val key = till.createKey().joinToString("") { "%02x".format(it) }
    val certificate = bytes(certified(key))
    // First the bundle: it says who the acquirer is.
    till.refresh()
    till.takeCertificate(certificate)
}

/** When the till starts, after closing time, and at least daily; false: try again later. */
suspend fun whileOnline(till: SkillingTerminal): Boolean = till.syncAll().isComplete

suspend fun mayWeSell(till: SkillingTerminal, amount: Money): String = when (val answer = till.canAcceptOffline(amount)) {
    is CanAcceptOffline.Yes -> "Yes, up to ${answer.largest.format(2)}, until ${answer.until}"
    is CanAcceptOffline.No -> answer.reasons.joinToString("\n") { it.words.action }
}

suspend fun sell(till: SkillingTerminal, amount: Money, number: String): OpenRequest = till.request(amount, reference = number)

/** What the cashier is told, and the [receipt] that the customer's phone must see. */
class Told(val words: String, val receipt: ByteArray? = null, val toConfirm: Money? = null)

suspend fun phoneShowed(till: SkillingTerminal, sale: OpenRequest, token: ByteArray): Told = told(till.accept(token, sale))

/** After `toConfirm`: a printed code was paid, and the cashier says whether the amount is right. */
suspend fun cashierSaid(till: SkillingTerminal, token: ByteArray, amount: Money, isRight: Boolean): Told =
    told(if (isRight) till.confirm(token, amount) else till.reject(token), isConfirmed = true)

fun told(outcome: Outcome, isConfirmed: Boolean = false): Told = when (outcome) {
    is Outcome.Accepted -> Told(if (outcome.completesSale || isConfirmed) "Paid" else "Another sale of this shop was paid", outcome.answered.receipt)
    is Outcome.Again -> Told("Already accepted at ${outcome.answered.at}", outcome.answered.receipt)
    is Outcome.ConfirmAmount -> Told("Is ${outcome.amount.format(2)} right?", toConfirm = outcome.amount)
    is Outcome.Declined -> Told(outcome.reason.words.cashier, outcome.answered.receipt)
    is Outcome.Refused -> Told(outcome.reason.words.cashier)
}

/** The app of the guide, with a test bank of its own; its payer says yes. */
class DeskApp : BankApp() {
    private val folder = Files.createTempDirectory("guide").toFile()
    private val clock = TownClock(File(folder, "clock"))
    val bank by lazy { Bank(folder, clock).serve() }
    lateinit var phone: Phone

    override fun settings(): WalletSettings {
        phone = Phone(this, bank, clock, FakeKeystore().install())
        return testBank(this, bank.root.hex(), bank.url).run { WalletSettings(roots, server, phone.keys) }
    }

    /** Everybody else goes by the real clock. */
    fun setBankClock() = clock.advance(System.currentTimeMillis() / 1_000 - clock.now())
}

@RunWith(RobolectricTestRunner::class)
class GuideTest {
    @get:Rule
    val folder = TemporaryFolder()

    @Test
    @Config(application = DeskApp::class)
    fun `from an empty project to the first payment`() {
        val app = RuntimeEnvironment.getApplication() as DeskApp
        Robolectric.buildActivity(PayActivity::class.java).use { controller ->
            controller.setup()
            until("the wallet is open") { app.skillingWallet != null }
            settle()
            runBlocking { firstPayment(app, app.opened()) }
        }
        app.bank.close()
    }

    private suspend fun firstPayment(app: DeskApp, wallet: SkillingWallet) = coroutineScope {
        val bank = app.bank
        assertEquals("No offline money yet.", home(wallet))
        app.setBankClock()
        assertEquals(1, enrol(wallet, bank.customer(5_000)).granted.size)
        assertTrue("2,000.00" in home(wallet) || "2.000,00" in home(wallet), home(wallet))

        val till = openTill(app, bank.root.hex(), bank.line)
        setUp(till) { bank.certify(bytes(it)).hex() }
        assertTrue(whileOnline(till))
        keepReady(app, wallet)
        assertEquals(1, wallet.allowances().size, "an allowance that nobody needs was asked for")
        bank.goAway()
        assertTrue(mayWeSell(till, kroner(40)).startsWith("Yes"))
        val sale = sell(till, kroner(40), "4711")
        val (frame, size) = frameOf(Qr.bitmap(sale.message, 500))
        val review = assertNotNull(scanned(wallet, frame, size, size, size, QrReader()))
        val shown = assertIs<Scan.Message>(Qr.read(payerSaidYes(wallet, review, 500))).message
        val told = phoneShowed(till, sale, shown)
        assertEquals("Paid", told.words)
        assertEquals(Stage.ACCEPTED, wallet.takeReceipt(assertNotNull(told.receipt)).stage)
        assertTrue(phoneShowed(till, sale, shown).words.startsWith("Already accepted"))

        printedCode(wallet, till, kroner(25), isRight = true)
        printedCode(wallet, till, kroner(26), isRight = false)
        assertEquals(kroner(500), assertNotNull(arm(wallet, kroner(500))).ceiling)
        wallet.disarm()

        keepReady(app, wallet)
        assertNotNull(app.getSystemService(JobScheduler::class.java)).run { assertEquals(2, allPendingJobs.size) }
        val watching = launch(Dispatchers.IO) { watch(wallet) { assertTrue(it.isNotEmpty()) } }
        watching.cancelAndJoin()
        val refused = runCatching { wallet.review(sale.message) }.exceptionOrNull()
        assertTrue(words(assertIs<SkillingException.Refused>(refused)).isNotEmpty())
        keepContracts(app.phone.keys, { KeystoreVault("contract") }, { NoBackupRollbackGuard(app, "contract.mark") }, bank.serve().line)
        tillKeysKeepTheirContract(KeystoreTerminalKeys("contract."))
        till.close()
        wallet.close()
    }

    /** The payer types the amount of a printed code, the cashier says whether it is right. */
    private suspend fun printedCode(wallet: SkillingWallet, till: SkillingTerminal, amount: Money, isRight: Boolean) {
        val printed = till.printedRequest(Currency.DKK)
        val review = wallet.enterAmount(assertIs<Reviewed.New>(wallet.review(printed.message)).review, amount)
        val token = wallet.pay(wallet.agree(review))
        val asked = phoneShowed(till, printed, token.message)
        val told = cashierSaid(till, token.message, assertNotNull(asked.toConfirm), isRight)
        assertEquals(isRight, told.words == "Paid")
        val stage = wallet.takeReceipt(assertNotNull(told.receipt)).stage
        assertEquals(if (isRight) Stage.ACCEPTED else Stage.DECLINED, stage)
    }

    @Test
    fun `an app practises with nobody else there`() = runBlocking<Unit> {
        assertEquals(Stage.DECLINED, practise(folder.newFolder("wallet")))
        assertEquals(ReasonWords.cashier(app(), 9), practiseSelling(folder.newFolder("till")))
    }

    @Test
    fun `the guides show this code`() {
        val root = generateSequence(File("").absoluteFile) { it.parentFile }.first { File(it, "docs/integrate-android.md").exists() }
        val here = File(root, "android/tests/src/test/kotlin/org/skilling/tests/GuideTest.kt").readText()
        for (guide in listOf("integrate-android.md", "integrate-till.md")) {
            val samples = Regex("```kotlin\n(.*?)```", RegexOption.DOT_MATCHES_ALL).findAll(File(root, "docs/$guide").readText())
            assertTrue(samples.any())
            for (sample in samples) assertTrue(sample.groupValues[1] in here, "$guide shows what is not here:\n${sample.groupValues[1]}")
        }
    }

    private fun frameOf(picture: Bitmap): Pair<ByteArray, Int> {
        val pixels = IntArray(picture.width * picture.height)
        picture.getPixels(pixels, 0, picture.width, 0, 0, picture.width, picture.height)
        return ByteArray(pixels.size) { (pixels[it] and 0xff).toByte() } to picture.width
    }
}
