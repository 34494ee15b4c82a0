package org.skilling.tests

import java.io.File
import kotlin.test.AfterTest
import kotlin.test.BeforeTest
import kotlin.test.Test
import kotlin.test.assertEquals
import kotlin.test.assertFailsWith
import kotlin.test.assertIs
import kotlinx.coroutines.flow.first
import kotlinx.coroutines.flow.take
import kotlinx.coroutines.flow.toList
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.withTimeout
import org.junit.Rule
import org.junit.rules.TemporaryFolder
import org.junit.runner.RunWith
import org.robolectric.RobolectricTestRunner
import org.skilling.terminal.Outcome
import org.skilling.terminal.SkillingTerminal
import org.skilling.wallet.Reviewed
import org.skilling.wallet.SkillingWallet
import org.skilling.wallet.WalletEvent

/** Events are given again until the app has dealt with them. */
@RunWith(RobolectricTestRunner::class)
class EventsTest {
    @get:Rule
    val folder = TemporaryFolder()

    private lateinit var bank: Bank
    private lateinit var phone: Phone
    private lateinit var wallet: SkillingWallet
    private lateinit var till: SkillingTerminal

    @BeforeTest
    fun town() = runBlocking {
        val clock = TownClock(File(folder.root, "clock"))
        bank = Bank(folder.root, clock).serve()
        phone = Phone(app(), bank, clock, FakeKeystore().install())
        wallet = phone.ready()
        till = till(app(), bank, clock)
    }

    @AfterTest
    fun away() {
        till.close()
        wallet.close()
        bank.close()
    }

    @Test
    fun `events come until they were dealt with, also after a restart`() = runBlocking<Unit> {
        val paid = pay()
        val first = withTimeout(60_000) { wallet.events.first { it.kind is WalletEvent.Kind.PaymentAccepted } }
        assertEquals(paid.paymentId, (first.kind as WalletEvent.Kind.PaymentAccepted).paymentId)
        wallet.close()
        wallet = phone.open()
        // `first` ended the collection inside the block: that event was not dealt with.
        val again = withTimeout(60_000) { wallet.events.first() }
        assertEquals(first, again)
        assertFailsWith<IllegalStateException> { wallet.events.collect { error("the app's own bug") } }
        assertEquals(listOf(first), withTimeout(60_000) { wallet.events.take(1).toList() })
    }

    private suspend fun pay(): org.skilling.wallet.PaymentToken {
        val sale = till.request(kroner(10))
        val token = wallet.pay(wallet.agree(assertIs<Reviewed.New>(wallet.review(sale.message)).review))
        val paid = assertIs<Outcome.Accepted>(till.accept(token.message, sale))
        wallet.takeReceipt(paid.answered.receipt)
        return token
    }
}
