// What every screen must be, whoever looks at it, listens to it or steers it with keys.
package org.skilling.sample.screens

import android.view.View
import android.view.ViewGroup
import android.widget.ScrollView
import android.widget.TextView
import org.skilling.sample.kit.R

/** What is wrong with [screen] for somebody; empty if nothing is. */
fun faults(screen: View): List<String> = labels(screen) + targets(screen) + cuts(screen) + order(screen)

private val View.shown: Sequence<View>
    get() = sequence {
        if (visibility == View.VISIBLE) {
            yield(this@shown)
            if (this@shown is ViewGroup) for (at in 0 until childCount) yieldAll(getChildAt(at).shown)
        }
    }

private val View.controls: List<View> get() = shown.filter { it.isClickable }.toList()

/** What is read aloud: from the node that a screen reader gets, or from the label that stands for a field. */
private val View.label: String
    get() {
        val node = createAccessibilityNodeInfo()
        val ownWords = (node.contentDescription ?: node.text ?: "").toString()
        return ownWords.ifBlank { rootView.shown.filterIsInstance<TextView>().firstOrNull { id != View.NO_ID && it.labelFor == id }?.text?.toString().orEmpty() }
    }

private fun View.name(): String = if (id == View.NO_ID) javaClass.simpleName else resources.getResourceEntryName(id)

private fun labels(screen: View): List<String> = screen.controls.flatMap { control ->
    listOfNotNull(
        "${control.name()} says nothing".takeIf { control.label.isBlank() },
        "${control.name()} cannot have the focus".takeIf { !control.isFocusable },
        "${control.name()} is hidden from screen readers".takeIf { !control.isImportantForAccessibility },
    )
}

/** 48 dp each way, as Android's guidance and WCAG 2.2 (2.5.8) want it at least. */
private fun targets(screen: View): List<String> {
    val least = screen.resources.getDimensionPixelSize(R.dimen.touch)
    return screen.controls.filter { it.width < least || it.height < least }.map { "${it.name()} is ${it.width} x ${it.height} pixels, $least are needed" }
}

/** No words are cut, and nothing reaches out of what it stands in. */
private fun cuts(screen: View): List<String> = screen.shown.mapNotNull { view ->
    val parent = view.parent as? ViewGroup ?: return@mapNotNull null
    val scrolls = parent is ScrollView
    val isOutside = view.left < 0 || view.right > parent.width || (!scrolls && (view.top < 0 || view.bottom > parent.height))
    val layout = (view as? TextView)?.layout
    val isCut = layout != null && (0 until layout.lineCount).any { line ->
        layout.getEllipsisCount(line) > 0 || layout.getLineMax(line) > view.width - view.totalPaddingLeft - view.totalPaddingRight + 1
    }
    val isTooTall = layout != null && layout.height > view.height - view.totalPaddingTop - view.totalPaddingBottom + 1
    when {
        isOutside -> "${view.name()} reaches out of what it stands in"
        isCut || isTooTall -> "the words \"${(view as? TextView)?.text}\" are cut"
        else -> null
    }
}.toList()

/** The focus goes as one reads: downwards, and in a line from its start to its end. */
private fun order(screen: View): List<String> {
    val isMirrored = screen.layoutDirection == View.LAYOUT_DIRECTION_RTL
    return screen.controls.zipWithNext().mapNotNull { (first, second) ->
        val (one, two) = first.place() to second.place()
        val isBelow = two[1] >= one[1] + first.height
        val isKeypad = first.parent === second.parent && (first.parent as View).layoutDirection != screen.layoutDirection
        val isAfter = if (isMirrored && !isKeypad) two[0] + second.width <= one[0] else two[0] >= one[0] + first.width
        if (isBelow || isAfter) null else "the focus goes from ${first.name()} back to ${second.name()}"
    }
}

private fun View.place(): IntArray = IntArray(2).also(::getLocationInWindow)
