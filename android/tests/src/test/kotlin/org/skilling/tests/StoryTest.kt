package org.skilling.tests

import java.io.File
import kotlin.test.Test
import kotlin.test.assertContentEquals
import kotlin.test.assertEquals
import kotlin.test.assertIs
import kotlin.test.assertNotNull
import kotlin.test.assertTrue
import kotlinx.coroutines.async
import kotlinx.coroutines.coroutineScope
import kotlinx.coroutines.delay
import kotlinx.coroutines.runBlocking
import org.junit.runner.RunWith
import org.robolectric.Robolectric
import org.robolectric.RobolectricTestRunner
import org.skilling.Currency
import org.skilling.Qr
import org.skilling.Scan
import org.skilling.SkillingException
import org.skilling.terminal.CanAcceptOffline
import org.skilling.terminal.Outcome
import org.skilling.terminal.TapEnd
import org.skilling.terminal.TapReport
import org.skilling.wallet.BankState
import org.skilling.wallet.Reviewed
import org.skilling.wallet.Stage
import org.skilling.wallet.card.SkillingCardService

/** The whole story in Kotlin: a bank that serves, a phone, a till; the network goes away and comes back. */
@RunWith(RobolectricTestRunner::class)
class StoryTest : InTown() {
    @Test
    fun `a payment by codes with the network down, and everybody is settled after it`() = runBlocking {
        bank.goAway()
        assertIs<CanAcceptOffline.Yes>(till.canAcceptOffline(12_550, Currency.DKK))
        val sale = till.request(kroner(125), reference = "4711")

        // The phone's camera sees what the till draws.
        val review = reviewOf(shown(sale.message))
        assertEquals(Bank.MERCHANT to kroner(125), review.merchant to review.amount)
        assertEquals("4711", review.reference)
        val token = wallet.pay(wallet.agree(review))
        wallet.presented(token)
        assertEquals(Stage.PRESENTED, wallet.stage(token.paymentId))
        assertEquals(listOf(kroner(125)), phone.asked.map { it.amount })

        // The till's camera sees what the phone draws.
        val paid = assertIs<Outcome.Accepted>(till.accept(shown(token.message), sale))
        assertTrue(paid.completesSale)
        assertEquals(Stage.ACCEPTED, wallet.takeReceipt(shown(paid.answered.receipt)).stage)
        val status = till.offlineStatus()
        assertEquals(1, status.offlinePaymentsCount)
        assertEquals(mapOf(Currency.DKK to kroner(125)), status.offlinePaymentAmountsByCurrency)
        assertTrue(status.requiresUpload && status.storedAt != null)
        assertEquals(0, bank.verify(token.message, sale.message), "skilling verify")

        bank.serve()
        assertEquals(1, till.syncAll().deposit.paid)
        assertEquals(mapOf(token.paymentId to BankState.PAID), wallet.syncAll().payments)
        assertEquals(Stage.SETTLED, wallet.stage(token.paymentId))
        assertEquals(0, till.offlineStatus().offlinePaymentsCount)
        assertTrue("0.00" in bank.report())
    }

    @Test
    fun `a tap asks the payer, who reads and agrees while the phone lies on the reader`() = runBlocking {
        bank.goAway()
        val field = NfcField(service())
        val sale = till.request(kroner(49))
        val report = besideMain {
            coroutineScope {
                val tap = async { till.tap(field, sale, 60_000) }
                wallet.agree(reviewOf(askedFor()))
                tap.await()
            }
        }
        assertPaid(report)
        val entry = wallet.history().entries.single()
        assertEquals(Stage.ACCEPTED to kroner(49), entry.stage to entry.amount)
    }

    @Test
    fun `an armed phone pays at once, and a torn tap is paid once`() = runBlocking {
        bank.goAway()
        val service = service()
        val sale = till.request(kroner(200))
        val allowance = wallet.allowances().single()
        wallet.arm(allowance.id, kroner(300))
        assertTrue(phone.asked.last().isArming)

        // The phone leaves when its answer with the payment is on its way.
        val torn = NfcField(service).apply { isTornAtPayment = true }
        val first = besideMain { till.tap(torn, sale, 10_000) }
        assertIs<TapEnd.Torn>(first.end)
        assertEquals(kroner(1_800), wallet.allowances().single().remaining)

        val again = besideMain { till.tap(NfcField(service), sale, 10_000) }
        assertPaid(again)
        assertEquals(kroner(1_800), wallet.allowances().single().remaining)
        assertEquals(1, wallet.history().entries.size)
    }

    @Test
    fun `a void gives the amount back, on the phone at once and at the bank later`() = runBlocking {
        bank.goAway()
        val (sale, token, paid) = pay(100)
        val voided = till.voidPayment(paid.answered.paymentId)
        assertEquals(Stage.VOIDED, wallet.takeReceipt(voided.receipt).stage)
        assertEquals(kroner(2_000), wallet.allowances().single().remaining)
        // The same token again gets the latest receipt, and completes nothing.
        assertIs<Outcome.Again>(till.accept(token.message, sale))

        bank.serve()
        till.syncAll()
        assertEquals(mapOf(token.paymentId to BankState.GIVEN_BACK), wallet.syncAll().payments)
    }

    @Test
    fun `the same request twice is the same payment, byte for byte, also after a restart`() = runBlocking {
        bank.goAway()
        val sale = till.request(kroner(10))
        val token = wallet.pay(wallet.agree(reviewOf(sale.message)))
        wallet.close()

        wallet = phone.open().also { it.setInFront(true) }
        val again = assertIs<Reviewed.Answered>(wallet.review(sale.message)).token
        assertContentEquals(token.message, again.message)
        assertIs<Outcome.Accepted>(till.accept(again.message, sale))
        assertEquals(Stage.UNCONFIRMED, wallet.stage(token.paymentId))
    }

    @Test
    fun `on day 9 it still pays, and the forecast said so`() = runBlocking {
        bank.goAway()
        val forecast = wallet.forecast().first { it.currency == Currency.DKK }
        assertTrue(assertNotNull(forecast.coverage.until).epochSecond > clock.now() + 9 * 86_400)
        clock.advanceDays(9)
        pay(150)
        bank.serve()
        assertEquals(1, till.syncAll().deposit.paid)
    }

    @Test
    fun `a printed code is paid with the amount that the payer types and the cashier confirms`() = runBlocking {
        bank.goAway()
        val printed = till.printedRequest(Currency.DKK, reference = "Kasse 2")
        val review = reviewOf(printed.message)
        assertTrue(assertNotNull(review.cannotPay).isAmountNeeded)
        val typed = wallet.enterAmount(review, kroner(30))
        val token = wallet.pay(wallet.agree(typed))
        val asked = assertIs<Outcome.ConfirmAmount>(till.accept(token.message))
        assertEquals(kroner(30), asked.amount)
        val paid = assertIs<Outcome.Accepted>(till.confirm(token.message, asked.amount))
        assertEquals(Stage.ACCEPTED, wallet.takeReceipt(paid.answered.receipt).stage)
    }

    @Test
    fun `the phone's store put back to yesterday signs nothing more`() = runBlocking {
        bank.goAway()
        wallet.close()
        val yesterday = File(folder.root, "yesterday").also { phone.folder.copyRecursively(it) }
        wallet = phone.open().also { it.setInFront(true) }
        pay(20)
        wallet.close()

        phone.folder.deleteRecursively()
        yesterday.copyRecursively(phone.folder)
        wallet = phone.open().also { it.setInFront(true) }
        val sale = till.request(kroner(20))
        val refused = runCatching { wallet.agree(reviewOf(sale.message)) }.exceptionOrNull()
        assertTrue(refused is SkillingException.RolledBack || refused is SkillingException.Refused, "$refused")
    }

    /** Waits until a reader has asked. */
    private suspend fun askedFor(): ByteArray {
        while (true) {
            wallet.asked()?.let { return it }
            delay(10)
        }
    }

    /** Drawn on one screen and read by the other's camera. */
    private suspend fun shown(message: ByteArray): ByteArray =
        assertIs<Scan.Message>(Qr.read(Qr.bitmap(message, 600))).message

    private fun service(): SkillingCardService = Robolectric.buildService(SkillingCardService::class.java).create().get()

    private fun assertPaid(report: TapReport) {
        assertEquals(TapEnd.Done to null, report.end to report.problem)
        assertTrue(report.isPaid, "${report.sale} ${report.refusal} ${report.settled}")
    }
}
