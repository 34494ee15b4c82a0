// Every screen of the wallet: drawn, compared, and looked at as everybody must be able to.
package org.skilling.sample.wallet

import android.graphics.Insets
import android.view.WindowInsets
import java.io.File
import kotlin.test.Test
import kotlin.test.assertEquals
import kotlin.test.assertTrue
import org.junit.runner.RunWith
import org.robolectric.RobolectricTestRunner
import org.robolectric.RuntimeEnvironment
import org.skilling.sample.kit.ScreenHost
import org.skilling.sample.screens.EveryScreen
import org.skilling.sample.screens.Variant
import org.skilling.sample.screens.assertNoDifference
import org.skilling.sample.screens.faintInks
import org.skilling.sample.screens.fixture
import org.skilling.sample.screens.gaps
import org.skilling.sample.screens.onStage
import org.skilling.sample.screens.pictureOf
import org.skilling.sample.screens.skilling
import org.skilling.sample.screens.write
import org.skilling.sample.wallet.screens.Screen
import org.skilling.sample.wallet.screens.draw

@RunWith(RobolectricTestRunner::class)
class ScreensTest : EveryScreen<Screen>(scenes, { context, screen -> context.draw(screen) {} }) {
    @Test
    fun `the core reads the payment from the picture of the screen and verifies it`() {
        for (variant in Variant.values()) {
            val picture = onStage(variant, { it.draw(scenes.getValue("wallet-code")()) {} }, ::pictureOf)
            val file = write(picture, "code-to-verify" + variant.suffix)
            val verdict = skilling(
                "verify", file.path, "--request", fixture("request.txt").path, "--trust", fixture("trust-bundle.txt").path,
                "--root", fixture("root.hex").path, "--now", "2027-01-11T08:01:00Z",
            )
            assertTrue("accepted" in verdict, verdict)
        }
    }

    @Test
    fun `every language says everything`() =
        assertNoDifference(listOf("src", "../sample-kit/src", "../skilling-core/src", "../skilling-wallet/src").flatMap { gaps(File(it, "main/res")) })

    @Test
    fun `by day and by night every ink is read on its paper`() {
        for (variant in listOf(Variant.LIGHT, Variant.DARK)) {
            variant.apply()
            assertNoDifference(faintInks(RuntimeEnvironment.getApplication()))
        }
    }

    @Test
    fun `words keep clear of the system's bars`() {
        val host = ScreenHost(RuntimeEnvironment.getApplication())
        val bars = WindowInsets.Builder().setInsets(WindowInsets.Type.systemBars(), Insets.of(0, 36, 0, 72)).build()
        host.dispatchApplyWindowInsets(bars)
        assertEquals(36 to 72, host.paddingTop to host.paddingBottom)
    }
}
