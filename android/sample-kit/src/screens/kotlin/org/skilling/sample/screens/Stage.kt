// Puts a screen into a window as the apps do, in one of the variants.
package org.skilling.sample.screens

import android.app.Activity
import android.content.Context
import android.view.View
import android.view.ViewGroup
import java.util.TimeZone
import org.robolectric.Robolectric
import org.skilling.sample.kit.R
import org.skilling.sample.kit.ScreenHost

class StageActivity : Activity()

/**
 * Shows what [draw] makes in [variant] and gives it to [look]. Where the person's text is large, the window is as tall as the screen
 * needs, so that all of it is seen; a phone scrolls.
 */
fun <T> onStage(variant: Variant, draw: (Context) -> View, look: (View) -> T): T {
    TimeZone.setDefault(TimeZone.getTimeZone("Europe/Copenhagen"))
    variant.apply()
    val needed = shown(draw) { host -> heightDp(host) }
    if (variant != Variant.LARGE || needed <= USUAL) return shown(draw, look)
    variant.apply(needed.coerceAtMost(TALLEST))
    return shown(draw, look)
}

private fun <T> shown(draw: (Context) -> View, look: (View) -> T): T =
    Robolectric.buildActivity(StageActivity::class.java).use { controller ->
        val activity = controller.get()
        activity.setTheme(R.style.Sample)
        controller.setup()
        val host = ScreenHost(activity)
        activity.setContentView(host)
        host.show(draw(activity))
        org.robolectric.Shadows.shadowOf(android.os.Looper.getMainLooper()).idle()
        look(activity.window.decorView)
    }

private fun heightDp(decor: View): Int {
    val scroll = (decor.findViewById<ViewGroup>(android.R.id.content)!!.getChildAt(0) as ViewGroup).getChildAt(0) as ViewGroup
    return Math.ceil(scroll.getChildAt(0).height / decor.resources.displayMetrics.density.toDouble()).toInt()
}

private const val USUAL = 740
private const val TALLEST = 2_000
