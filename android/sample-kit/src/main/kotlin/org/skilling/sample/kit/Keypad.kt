// Digits to press: an amount is typed from its last digit, as on every till, so that there is no keyboard and no bad input.
package org.skilling.sample.kit

import android.content.Context
import android.content.res.ColorStateList
import android.view.View
import android.view.ViewGroup.LayoutParams.MATCH_PARENT
import android.view.ViewGroup.LayoutParams.WRAP_CONTENT
import android.widget.Button
import android.widget.ImageButton
import android.widget.LinearLayout

/** What was typed so far, in minor units. */
data class Typed(val minorUnits: Long = 0) {
    /** With one more digit at the end; unchanged where that is longer than amounts are. */
    fun with(digit: Int): Typed = if (minorUnits >= LARGEST) this else Typed(minorUnits * 10 + digit)

    /** Without the last digit. */
    fun without(): Typed = Typed(minorUnits / 10)

    private companion object {
        const val LARGEST = 10_000_000L
    }
}

/** The keys 1 to 9, 00, 0 and erase. */
fun Context.keypad(onDigit: (Int) -> Unit, onErase: () -> Unit): View {
    val pad = LinearLayout(this)
    pad.orientation = LinearLayout.VERTICAL
    // Digits stand from left to right in every language.
    pad.layoutDirection = View.LAYOUT_DIRECTION_LTR
    val rows = listOf(listOf(1, 2, 3), listOf(4, 5, 6), listOf(7, 8, 9))
    rows.forEach { row -> pad.addView(keyRow(row.map { digit -> key(KEYS[digit], digit.toString()) { onDigit(digit) } })) }
    val twice = key(R.id.decimal, "00") {
        onDigit(0)
        onDigit(0)
    }
    pad.addView(keyRow(listOf(twice, key(R.id.key_0, "0") { onDigit(0) }, eraseKey(onErase))))
    return pad
}

private val KEYS = intArrayOf(
    R.id.key_0, R.id.key_1, R.id.key_2, R.id.key_3, R.id.key_4,
    R.id.key_5, R.id.key_6, R.id.key_7, R.id.key_8, R.id.key_9,
)

private fun Context.keyRow(keys: List<View>): View {
    val row = LinearLayout(this)
    val half = pixels(R.dimen.gap_small)
    keys.forEach { key -> row.addView(key, LinearLayout.LayoutParams(0, MATCH_PARENT, 1f).apply { setMargins(half, half, half, half) }) }
    row.layoutParams = LinearLayout.LayoutParams(MATCH_PARENT, WRAP_CONTENT)
    return row
}

private fun Context.key(id: Int, words: String, act: () -> Unit): View {
    val key = Button(this, null, 0, R.style.Press_Key)
    key.id = id
    key.text = words
    key.minHeight = dp(60)
    key.setOnClickListener { act() }
    return key
}

private fun Context.eraseKey(act: () -> Unit): View {
    val key = ImageButton(this, null, 0, R.style.Press_Key)
    key.id = R.id.erase
    key.setImageResource(R.drawable.ic_erase)
    key.imageTintList = ColorStateList.valueOf(getColor(R.color.ink))
    key.contentDescription = getString(R.string.erase)
    key.setOnClickListener { act() }
    return key
}
