// The samples of docs/integrate-android.md and docs/integrate-till.md, word for word, and a test that runs them. A sample that is
// changed in one place and not in the other fails `the guides show this code`.
package org.skilling.tests

import android.app.Activity
import android.app.Application
import android.content.Context
import android.graphics.Bitmap
import android.os.Bundle
import java.io.File
import kotlin.test.Test
import kotlin.test.assertEquals
import kotlin.test.assertIs
import kotlin.test.assertNotNull
import kotlin.test.assertTrue
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.cancelAndJoin
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking
import org.junit.Rule
import org.junit.rules.TemporaryFolder
import org.junit.runner.RunWith
import org.robolectric.RobolectricTestRunner
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
import org.skilling.wallet.keystore.KeystoreDeviceKeys
import org.skilling.wallet.keystore.KeystoreVault
import org.skilling.wallet.keystore.NoBackupRollbackGuard
import org.skilling.wallet.keystore.SystemPresence
import org.skilling.wallet.simulator.openWallet
import org.skilling.wallet.simulator.shop
import org.skilling.wallet.sync.SkillingSyncJob

class BankApp : Application(), SkillingWalletOwner {
    @Volatile
    override var skillingWallet: SkillingWallet? = null
}

suspend fun openWallet(app: BankApp, root: ByteArray, inFront: () -> Activity?): SkillingWallet {
    val wallet = SkillingWallet.open(
        app,
        WalletSettings(
            roots = listOf(root),
            server = HttpTransport("https://pay.bank.example", pins = setOf("W6ph5Mm5Pz8GgiULbPgzG37mj9g2kbDwPqGAv0yyEiM=")),
            keys = KeystoreDeviceKeys(app, SystemPresence(inFront)),
        ),
    )
    app.skillingWallet = wallet
    SkillingSyncJob.plan(app)
    return wallet
}

suspend fun enrol(wallet: SkillingWallet, code: String): SyncReport {
    val bank = wallet.enrol(code)
    return wallet.sync(bank, Want(Money(200_000, Currency.DKK)))
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

class PayActivity : Activity() {
    override fun onCreate(state: Bundle?) {
        super.onCreate(state)
        val wallet = (application as SkillingWalletOwner).skillingWallet ?: return finish()
        InFront.follow(this, wallet)
    }
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
    return phoneShowed(till, sale, shown.message) // "This phone's offline money has been stopped. ..."
}

suspend fun openTill(context: Context, root: ByteArray, acquirer: Transport): SkillingTerminal =
    SkillingTerminal.open(context, TerminalSettings(listOf(root), acquirer, KeystoreTerminalKeys()))

suspend fun mayWeSell(till: SkillingTerminal, amount: Money): String = when (val answer = till.canAcceptOffline(amount)) {
    is CanAcceptOffline.Yes -> "Yes, up to ${answer.largest.format(2)}, until ${answer.until}"
    is CanAcceptOffline.No -> answer.reasons.joinToString("\n") { it.words.action }
}

suspend fun sell(till: SkillingTerminal, amount: Money, number: String): OpenRequest = till.request(amount, reference = number)

suspend fun phoneShowed(till: SkillingTerminal, sale: OpenRequest, token: ByteArray): String =
    when (val outcome = till.accept(token, sale)) {
        is Outcome.Accepted -> if (outcome.completesSale) "Paid" else "Another sale of this shop was paid"
        is Outcome.Again -> "Already accepted at ${outcome.answered.at}"
        is Outcome.ConfirmAmount -> "Is ${outcome.amount.format(2)} right?"
        is Outcome.Declined -> outcome.reason.words.cashier
        is Outcome.Refused -> outcome.reason.words.cashier
    }

@RunWith(RobolectricTestRunner::class)
class GuideTest {
    @get:Rule
    val folder = TemporaryFolder()

    @Test
    fun `from an empty project to the first payment`() = runBlocking<Unit> {
        val clock = TownClock(File(folder.root, "clock"))
        Bank(folder.root, clock).serve().use { bank ->
            val phone = Phone(app(), bank, clock, FakeKeystore().install())
            val wallet = phone.open()
            assertEquals("No offline money yet.", home(wallet))
            assertEquals(1, enrol(wallet, bank.customer(5_000)).granted.size)
            wallet.setInFront(true)
            assertTrue("2,000.00" in home(wallet) || "2.000,00" in home(wallet), home(wallet))

            val till = till(app(), bank, clock)
            bank.goAway()
            assertTrue(mayWeSell(till, kroner(40)).startsWith("Yes"))
            val sale = sell(till, kroner(40), "4711")
            val (frame, size) = frameOf(Qr.bitmap(sale.message, 500))
            val review = assertNotNull(scanned(wallet, frame, size, size, size, QrReader()))
            val shown = assertIs<Scan.Message>(Qr.read(payerSaidYes(wallet, review, 500))).message
            assertEquals("Paid", phoneShowed(till, sale, shown))

            val outcome = assertIs<Outcome.Again>(till.accept(shown, sale))
            wallet.takeReceipt(outcome.answered.receipt)
            val watching = launch(Dispatchers.IO) { watch(wallet) { assertTrue(it.isNotEmpty()) } }
            watching.cancelAndJoin()
            val refused = runCatching { wallet.review(sale.message) }.exceptionOrNull()
            assertTrue(words(assertIs<SkillingException.Refused>(refused)).isNotEmpty())
            keepContracts(phone.keys, { KeystoreVault("contract") }, { NoBackupRollbackGuard(app(), "contract.mark") }, bank.serve().line)
            tillKeysKeepTheirContract(KeystoreTerminalKeys("contract."))
            till.close()
            wallet.close()
        }
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
