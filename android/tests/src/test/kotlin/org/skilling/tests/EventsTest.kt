package org.skilling.tests

import kotlin.test.Test
import kotlin.test.assertEquals
import kotlin.test.assertFailsWith
import kotlinx.coroutines.flow.first
import kotlinx.coroutines.flow.take
import kotlinx.coroutines.flow.toList
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.withTimeout
import org.junit.runner.RunWith
import org.robolectric.RobolectricTestRunner
import org.skilling.wallet.WalletEvent

/** Events are given again until the app has dealt with them. */
@RunWith(RobolectricTestRunner::class)
class EventsTest : InTown() {
    @Test
    fun `events come until they were dealt with, also after a restart`() = runBlocking<Unit> {
        val paid = pay().token
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
}
