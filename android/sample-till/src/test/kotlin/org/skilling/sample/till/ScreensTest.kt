// Every screen of the till: drawn, compared, and looked at as everybody must be able to.
package org.skilling.sample.till

import java.io.File
import kotlin.test.Test
import kotlin.test.assertEquals
import org.junit.runner.RunWith
import org.robolectric.RobolectricTestRunner
import org.skilling.sample.screens.EveryScreen
import org.skilling.sample.screens.Variant
import org.skilling.sample.screens.assertNoDifference
import org.skilling.sample.screens.fixture
import org.skilling.sample.screens.gaps
import org.skilling.sample.screens.onStage
import org.skilling.sample.screens.pictureOf
import org.skilling.sample.screens.skilling
import org.skilling.sample.screens.write
import org.skilling.sample.till.screens.Screen
import org.skilling.sample.till.screens.draw

@RunWith(RobolectricTestRunner::class)
class ScreensTest : EveryScreen<Screen>(scenes, { context, screen -> context.draw(screen) {} }) {
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
}
