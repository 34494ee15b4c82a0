// Every screen of the till: drawn, compared, and looked at as everybody must be able to.
package org.skilling.sample.till

import java.io.File
import kotlin.test.Test
import kotlin.test.assertEquals
import kotlin.test.assertTrue
import org.junit.runner.RunWith
import org.robolectric.RobolectricTestRunner
import org.robolectric.RuntimeEnvironment
import org.skilling.sample.screens.Variant
import org.skilling.sample.screens.assertNoDifference
import org.skilling.sample.screens.difference
import org.skilling.sample.screens.faults
import org.skilling.sample.screens.fixture
import org.skilling.sample.screens.gaps
import org.skilling.sample.screens.onStage
import org.skilling.sample.screens.pictureOf
import org.skilling.sample.screens.skilling
import org.skilling.sample.screens.write
import org.skilling.sample.till.screens.draw

@RunWith(RobolectricTestRunner::class)
class ScreensTest {
    @Test
    fun `by day every screen is as committed`() = everyScreen(Variant.LIGHT)

    @Test
    fun `by night every screen is as committed`() = everyScreen(Variant.DARK)

    @Test
    fun `with text twice as large nothing is cut`() = everyScreen(Variant.LARGE)

    @Test
    fun `from right to left everything is turned round but the digits' keys`() = everyScreen(Variant.MIRRORED)

    @Test
    fun `the core reads the request from the picture of the screen`() {
        for (variant in Variant.values()) {
            val picture = onStage(variant, { it.draw(scenes.getValue("till-request")()) {} }, ::pictureOf)
            val file = write(picture, "request-to-read" + variant.suffix)
            val read = skilling("convert", file.path, "--to", "qr").lines().first { it.startsWith("SKL1:") }
            assertEquals(fixture("request.txt").readText().trim(), read.trim())
        }
    }

    @Test
    fun `every language says everything`() = assertNoDifference(gaps(File("src/main/res")))

    private fun everyScreen(variant: Variant) {
        val differences = mutableListOf<String>()
        for ((name, scene) in scenes) {
            val state = scene()
            onStage(variant, { it.draw(state) {} }) { window ->
                differences += faults(window).map { "$name${variant.suffix}: $it" }
                difference(pictureOf(window), name + variant.suffix)?.let { differences += it }
            }
        }
        assertNoDifference(differences)
    }
}
