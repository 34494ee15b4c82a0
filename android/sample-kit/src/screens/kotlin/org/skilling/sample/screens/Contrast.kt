// Contrast as WCAG 2.2 computes it (1.4.3): 4.5:1 or more for every ink on every paper that it stands on.
package org.skilling.sample.screens

import android.content.Context
import kotlin.math.max
import kotlin.math.min
import kotlin.math.pow
import org.skilling.sample.kit.R
import org.skilling.sample.kit.Tone

/** Pairs that are too faint in the theme of [context]; empty if none is. */
fun faintInks(context: Context): List<String> = pairs().mapNotNull { (ink, paper) ->
    val ratio = contrast(context.getColor(ink), context.getColor(paper))
    val names = context.resources.getResourceEntryName(ink) + " on " + context.resources.getResourceEntryName(paper)
    if (ratio >= LEAST) null else "$names: %.2f:1".format(ratio)
}

private fun pairs(): List<Pair<Int, Int>> = Tone.values().map { it.ink to it.paper } + listOf(
    R.color.ink to R.color.ground,
    R.color.ink_quiet to R.color.ground,
    R.color.ink_quiet to R.color.surface,
    R.color.accent to R.color.ground,
    R.color.accent to R.color.surface,
    R.color.bad_text to R.color.surface,
    R.color.accent_ink to R.color.accent,
    // Plain buttons and controls stand in coloured blocks too.
    R.color.accent_quiet_ink to R.color.accent_quiet,
)

private fun contrast(one: Int, other: Int): Double {
    val (a, b) = luminance(one) to luminance(other)
    return (max(a, b) + 0.05) / (min(a, b) + 0.05)
}

private fun luminance(colour: Int): Double = 0.2126 * linear(colour shr 16) + 0.7152 * linear(colour shr 8) + 0.0722 * linear(colour)

private fun linear(channel: Int): Double {
    val share = (channel and 0xff) / 255.0
    return if (share <= 0.04045) share / 12.92 else ((share + 0.055) / 1.055).pow(2.4)
}

private const val LEAST = 4.5
