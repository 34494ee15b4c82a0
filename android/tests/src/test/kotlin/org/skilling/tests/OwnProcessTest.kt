package org.skilling.tests

import kotlin.test.Test
import kotlin.test.assertEquals
import kotlin.test.assertTrue
import org.junit.Rule
import org.junit.rules.TemporaryFolder

/** What takes a process of its own: being killed, a disk that is full, and no Android at all. */
class OwnProcessTest {
    @get:Rule
    val folder = TemporaryFolder()

    @Test
    fun `killed between consent and payment, nothing is owed and the next process pays`() {
        OwnProcess("agree", folder.root).use {
            assertEquals("agreed", it.says())
            it.kill()
        }
        OwnProcess("again", folder.root).use {
            assertEquals(listOf("new", "paid"), listOf(it.says(), it.says()))
            assertEquals(0, it.ended())
        }
    }

    @Test
    fun `killed between signature and code, the next process shows the same payment`() {
        val signed = OwnProcess("commit", folder.root).use { it.says() }
        assertTrue(signed.startsWith("signed "))
        OwnProcess("again", folder.root).use {
            assertEquals(listOf(signed, "paid"), listOf(it.says(), it.says()))
            assertEquals(0, it.ended())
        }
    }

    @Test
    fun `storage that is really full is said with advice, and with space again the next payment works`() {
        OwnProcess("fill", folder.root, diskKilobytes = 2_048).use {
            val failed = it.says()
            assertTrue(failed.startsWith("failed storage.full ") && "space" in failed, failed)
            assertEquals("paid", it.says())
            assertEquals(0, it.ended())
        }
    }
}
