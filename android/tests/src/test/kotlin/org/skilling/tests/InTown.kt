// A test in a town: a bank that serves, a till with its certificate, a phone; everybody goes home after it.
package org.skilling.tests

import java.io.File
import kotlin.test.AfterTest
import kotlin.test.BeforeTest
import kotlin.test.assertIs
import kotlinx.coroutines.delay
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.withTimeout
import org.junit.Rule
import org.junit.rules.TemporaryFolder
import org.skilling.terminal.OpenRequest
import org.skilling.terminal.Outcome
import org.skilling.terminal.SkillingTerminal
import org.skilling.wallet.PaymentToken
import org.skilling.wallet.Reviewed
import org.skilling.wallet.SkillingWallet

/** A payment by codes, from request to receipt. */
data class Paid(val sale: OpenRequest, val token: PaymentToken, val outcome: Outcome.Accepted)

/** @param isPhoneReady enrolled and granted an allowance from the start; else the test changes the phone first, and then calls [ready] */
abstract class InTown(private val isPhoneReady: Boolean = true) {
    @get:Rule
    val folder = TemporaryFolder()

    protected lateinit var clock: TownClock
    protected lateinit var bank: Bank
    protected lateinit var phone: Phone
    protected lateinit var till: SkillingTerminal
    private var held: SkillingWallet? = null

    /** The phone's, once it is ready. */
    protected var wallet: SkillingWallet
        get() = checkNotNull(held) { "the phone is not ready yet" }
        set(opened) {
            held = opened
            app().skillingWallet = opened
        }

    @BeforeTest
    fun everybodyComes() = runBlocking<Unit> {
        clock = TownClock(File(folder.root, "clock"))
        bank = Bank(folder.root, clock).serve()
        phone = Phone(app(), bank, clock, FakeKeystore().install())
        if (isPhoneReady) ready()
        till = till(app(), bank, clock)
    }

    @AfterTest
    fun everybodyGoesHome() {
        held?.close()
        till.close()
        bank.close()
    }

    protected suspend fun ready(): SkillingWallet = phone.ready().also { wallet = it }

    /** By codes. Ten minutes after whatever was before, so that it is not asked whether the same is paid again. */
    protected suspend fun pay(amount: Long = 10): Paid {
        clock.advance(601)
        val sale = till.request(kroner(amount))
        val token = wallet.pay(wallet.agree(reviewOf(sale.message)))
        val paid = assertIs<Outcome.Accepted>(till.accept(token.message, sale))
        wallet.takeReceipt(paid.answered.receipt)
        return Paid(sale, token, paid)
    }

    protected suspend fun reviewOf(request: ByteArray) = assertIs<Reviewed.New>(wallet.review(request)).review

    /** Polls, as long as a busy machine may need. */
    protected suspend fun eventually(holds: suspend () -> Boolean) = withTimeout(60_000) { while (!holds()) delay(20) }
}
