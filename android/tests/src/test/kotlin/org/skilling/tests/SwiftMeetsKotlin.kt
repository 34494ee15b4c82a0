package org.skilling.tests

import java.io.File
import kotlin.test.Test
import org.junit.Rule
import org.junit.rules.TemporaryFolder
import org.junit.runner.RunWith
import org.robolectric.RobolectricTestRunner

/**
 * The same story with one language's wallets at the other's tills, against one bank. Run by scripts/story, which builds Swift's side
 * first; its name keeps it out of the tests that need Kotlin alone.
 */
@RunWith(RobolectricTestRunner::class)
class SwiftMeetsKotlin {
    @get:Rule
    val folder = TemporaryFolder()

    @Test
    fun `iPhones pay tills with Android`() = play { swift, android -> Mixed(phones = swift, tills = android) }

    @Test
    fun `phones with Android pay tills with iOS`() = play { swift, android -> Mixed(phones = android, tills = swift) }

    private class Mixed(private val phones: Cast, private val tills: Cast) : Cast {
        override suspend fun phone(name: String, enrolmentCode: String, allowance: Long) = phones.phone(name, enrolmentCode, allowance)

        override suspend fun till(name: String) = tills.till(name)
    }

    private fun play(cast: (swift: Cast, android: Cast) -> Cast) {
        val clock = TownClock(File(folder.root, "clock"))
        Bank(folder.root, clock).serve().use { bank ->
            SwiftPeer(clock, bank).use { peer ->
                Story(folder.root, bank, clock, cast(SwiftCast(bank, peer), AndroidCast(bank, clock))).use { story ->
                    besideMain { story.play(Conformance.story()) }
                }
            }
        }
    }
}
