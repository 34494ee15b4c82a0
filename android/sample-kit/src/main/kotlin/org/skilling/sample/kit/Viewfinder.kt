// The part of a screen on which the camera's picture stands, and what is said under it.
package org.skilling.sample.kit

import android.view.TextureView
import android.view.ViewGroup.LayoutParams.MATCH_PARENT
import android.widget.FrameLayout

/** What the camera has seen that is no message for the app. */
enum class ScanHint { LOOKING, SEVERAL, DAMAGED, NEWER, NOT_FOR_US }

/** The camera's picture with [words] under it; [noCamera] where there is none. */
fun Column.viewfinder(hasCamera: Boolean, words: Int, noCamera: Int) {
    if (!hasCamera) return notice(R.drawable.ic_info, context.getString(noCamera), Tone.WARN)
    val frame = FrameLayout(context)
    frame.setBackgroundColor(context.getColor(R.color.line))
    frame.addView(TextureView(context).apply { id = R.id.viewfinder }, FrameLayout.LayoutParams(MATCH_PARENT, context.dp(320)))
    frame.contentDescription = context.getString(R.string.viewfinder)
    view(frame)
    body(context.getString(words), R.id.scan_hint)
}
