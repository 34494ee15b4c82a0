package org.skilling.tests

import java.io.File
import kotlin.test.Test
import org.junit.Rule
import org.junit.rules.TemporaryFolder
import org.junit.runner.RunWith
import org.robolectric.RobolectricTestRunner

/** The story that Rust, Kotlin and Swift share, between Android wallets and Android tills, against a bank that serves. */
@RunWith(RobolectricTestRunner::class)
class OneStoryTest {
    @get:Rule
    val folder = TemporaryFolder()

    @Test
    fun `every step of the story comes out as it is written, and skilling verify says the same of every token`() {
        val clock = TownClock(File(folder.root, "clock"))
        Bank(folder.root, clock).serve().use { bank ->
            Story(folder.root, bank, clock, AndroidCast(bank, clock)).use { story ->
                besideMain { story.play(Conformance.story()) }
            }
        }
    }
}
