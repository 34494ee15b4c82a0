// The one view that an activity shows: it holds the screen of the moment and keeps it clear of the system's bars.
package org.skilling.sample.kit

import android.annotation.SuppressLint
import android.content.Context
import android.os.Build
import android.view.View
import android.view.WindowInsets
import android.widget.FrameLayout

@SuppressLint("ViewConstructor")
class ScreenHost(context: Context) : FrameLayout(context) {
    init {
        setBackgroundColor(context.getColor(R.color.ground))
    }

    /** Puts [screen] in place of what was there; what had the focus has it again, if it is still there. */
    fun show(screen: View) {
        val focused = findFocus()?.id ?: View.NO_ID
        removeAllViews()
        setBackgroundColor((screen.background as? android.graphics.drawable.ColorDrawable)?.color ?: context.getColor(R.color.ground))
        addView(screen, LayoutParams(LayoutParams.MATCH_PARENT, LayoutParams.MATCH_PARENT))
        if (focused != View.NO_ID) screen.findViewById<View>(focused)?.requestFocus()
    }

    // Target SDK 35 draws behind the bars: the colour goes to the edge, words do not.
    @Suppress("DEPRECATION")
    override fun onApplyWindowInsets(insets: WindowInsets): WindowInsets {
        if (Build.VERSION.SDK_INT >= Build.VERSION_CODES.R) {
            val bars = insets.getInsets(WindowInsets.Type.systemBars() or WindowInsets.Type.displayCutout())
            setPadding(bars.left, bars.top, bars.right, bars.bottom)
        } else {
            setPadding(insets.systemWindowInsetLeft, insets.systemWindowInsetTop, insets.systemWindowInsetRight, insets.systemWindowInsetBottom)
        }
        return insets
    }
}
