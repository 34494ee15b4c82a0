// Words that must be seen whole, such as an amount: they shrink to the room there is, and never break within a word.
package org.skilling.sample.kit

import android.annotation.SuppressLint
import android.content.Context
import android.util.TypedValue
import android.widget.TextView

@SuppressLint("AppCompatCustomView", "ViewConstructor")
class FittedText(context: Context, style: Int) : TextView(context, null, 0, style) {
    private val largest = textSize

    override fun onMeasure(widthSpec: Int, heightSpec: Int) {
        if (MeasureSpec.getMode(widthSpec) != MeasureSpec.UNSPECIFIED) {
            val room = MeasureSpec.getSize(widthSpec) - paddingLeft - paddingRight
            paint.textSize = largest
            // One pixel for rounding.
            val longest = text.split(' ').maxOf { paint.measureText(it) } + 1
            setTextSize(TypedValue.COMPLEX_UNIT_PX, if (longest > room && room > 0) largest * room / longest else largest)
        }
        super.onMeasure(widthSpec, heightSpec)
    }
}
