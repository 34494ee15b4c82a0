package org.skilling.tests

import kotlin.test.Test
import kotlin.test.assertEquals
import kotlin.test.assertFailsWith
import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.flow.toList
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.withTimeout
import org.junit.Rule
import org.junit.rules.TemporaryFolder
import org.junit.runner.RunWith
import org.robolectric.RobolectricTestRunner
import org.skilling.SkillingException
import org.skilling.queued
import org.skilling.simulator.Simulator
import org.skilling.wallet.simulator.openWallet

/** What an app may rely on that collects events for as long as it runs, and catches nothing. */
@RunWith(RobolectricTestRunner::class)
class QueuedTest {
    @get:Rule
    val folder = TemporaryFolder()

    @Test
    fun `a store that fails for a moment ends no flow of events, and one that was closed ends it without a word`() = runBlocking<Unit> {
        val wallet = Simulator.start().openWallet(folder.root)
        val failed = assertFailsWith<SkillingException> { wallet.review(byteArrayOf(1)) }
        wallet.close()
        val closed = assertFailsWith<SkillingException.Closed> { wallet.asked() }
        withTimeout(60_000) { wallet.events.collect { error("there is none") } }

        val changes = MutableStateFlow(0L)
        var reads = 0
        val acknowledged = mutableListOf<Long>()
        val events = queued(
            changes,
            read = { after ->
                if (reads++ == 0) throw failed.also { changes.value++ }
                if (after == 2L) throw closed
                listOf(after + 1)
            },
            id = { it },
            acknowledge = { if (it == 1L) throw failed else acknowledged += it },
        )
        assertEquals(listOf(1L, 2L), withTimeout(60_000) { events.toList() })
        assertEquals(listOf(2L), acknowledged)
    }

    @Test
    fun `what goes wrong in the app's own block is the app's`() = runBlocking<Unit> {
        val wallet = Simulator.start().openWallet(folder.root)
        wallet.close()
        val closed = assertFailsWith<SkillingException.Closed> { wallet.asked() }
        val events = queued(MutableStateFlow(0L), read = { listOf(it + 1) }, id = { it }, acknowledge = {})
        assertFailsWith<SkillingException.Closed> { events.collect { throw closed } }
    }
}
