// A QR code on the screen: pixel by pixel as the core drew it, black on white by day and by night.
package org.skilling.sample.kit

import android.annotation.SuppressLint
import android.content.Context
import android.graphics.Bitmap
import android.graphics.drawable.BitmapDrawable
import android.view.View
import android.widget.FrameLayout
import android.widget.ImageView

/** Shows [code] unscaled in the middle of a white block; [label] is what is read aloud. */
@SuppressLint("ViewConstructor")
class CodeView(context: Context, code: Bitmap, label: String) : FrameLayout(context) {
    init {
        val picture = ImageView(context)
        // Without regard to densities: a pixel of the code is a whole number of pixels of the screen.
        picture.setImageDrawable(BitmapDrawable(context.resources, code).apply { setTargetDensity(code.density) })
        picture.scaleType = ImageView.ScaleType.CENTER
        picture.id = R.id.code
        picture.contentDescription = label
        addView(picture, LayoutParams(LayoutParams.MATCH_PARENT, code.height))
        background = context.rounded(R.color.code_light)
        importantForAccessibility = View.IMPORTANT_FOR_ACCESSIBILITY_NO
    }
}

/** How many pixels a side of a code may have on this screen. */
fun Context.codePixels(): Int {
    val metrics = resources.displayMetrics
    return minOf(metrics.widthPixels, metrics.heightPixels) - 2 * pixels(R.dimen.edge)
}
