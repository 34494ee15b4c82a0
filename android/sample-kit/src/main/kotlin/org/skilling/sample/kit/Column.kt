// How every screen of the samples is built: top to bottom, with one rhythm of gaps, and the same few kinds of things.
package org.skilling.sample.kit

import android.content.Context
import android.content.res.ColorStateList
import android.graphics.drawable.GradientDrawable
import android.os.Build
import android.text.InputType
import android.text.SpannableString
import android.text.Spanned
import android.text.style.ImageSpan
import android.view.Gravity
import android.view.View
import android.view.ViewGroup.LayoutParams.MATCH_PARENT
import android.view.ViewGroup.LayoutParams.WRAP_CONTENT
import android.widget.Button
import android.widget.EditText
import android.widget.ImageView
import android.widget.LinearLayout
import android.widget.ScrollView
import android.widget.Switch
import android.widget.TextView

/** What a block says by its colour; its words always say it too. */
enum class Tone(val paper: Int, val ink: Int) {
    PLAIN(R.color.surface, R.color.ink),
    ACCENT(R.color.accent_quiet, R.color.accent_quiet_ink),
    GOOD(R.color.good, R.color.good_ink),
    WARN(R.color.warn, R.color.warn_ink),
    BAD(R.color.bad, R.color.bad_ink),
    BAD_QUIET(R.color.bad_quiet, R.color.bad_quiet_ink),
}

/** How much a button asks to be pressed. */
enum class Weight(val style: Int) { PRIMARY(R.style.Press_Primary), SECONDARY(R.style.Press_Secondary), PLAIN(R.style.Press_Plain) }

@DslMarker
annotation class LayoutDsl

/** A whole screen: scrolls when it is taller than the window, fills the window when it is not; in one [tone] where it says one thing. */
fun Context.screen(tone: Tone? = null, build: Column.() -> Unit): View {
    val scroll = ScrollView(this)
    scroll.isFillViewport = true
    scroll.setBackgroundColor(getColor(tone?.paper ?: R.color.ground))
    val column = Column(this, tone)
    val edge = pixels(R.dimen.edge)
    column.root.setPadding(edge, pixels(R.dimen.gap), edge, edge)
    column.build()
    scroll.addView(column.root)
    return scroll
}

/** Things below each other. */
@LayoutDsl
class Column internal constructor(val context: Context, private val tone: Tone?) {
    internal val root = LinearLayout(context).apply { orientation = LinearLayout.VERTICAL }
    private var nextGap = 0

    /** The back arrow, where there is a way back, the screen's name, and at most one thing at the end. */
    fun bar(title: String, onBack: (() -> Unit)? = null, end: View? = null) {
        val row = LinearLayout(context).apply { gravity = Gravity.CENTER_VERTICAL }
        if (onBack != null) row.addView(context.icon(R.id.back, R.drawable.ic_back, context.getString(R.string.back), tone?.ink ?: R.color.ink, onBack))
        val words = context.text(title, R.style.Words_Title, tone).apply {
            id = R.id.screen_title
            asHeading(this)
        }
        row.addView(words, LinearLayout.LayoutParams(0, WRAP_CONTENT, 1f).apply { marginStart = if (onBack == null) 0 else context.pixels(R.dimen.gap_small) })
        end?.let(row::addView)
        row.minimumHeight = context.pixels(R.dimen.touch)
        add(row)
    }

    fun title(words: String) = add(context.text(words, R.style.Words_Title, tone).also(::asHeading))

    /** The one thing that a screen says. */
    fun headline(words: String) = add(FittedText(context, R.style.Words_Headline).apply {
        text = words
        tone?.let { setTextColor(context.getColor(it.ink)) }
        asHeading(this)
    })

    fun strong(words: String) = add(context.text(words, R.style.Words_Strong, tone))

    fun body(words: String, id: Int = View.NO_ID) = add(context.text(words, R.style.Words, tone).also { it.id = id })

    fun quiet(words: String) = add(context.text(words, R.style.Words_Quiet, tone))

    /** A small heading over a group. */
    fun group(words: String) {
        gapLarge()
        add(context.text(words, R.style.Words_Quiet, tone).also { asHeading(it) })
    }

    fun amount(words: String, id: Int = View.NO_ID) {
        val view = FittedText(context, R.style.Words_Amount)
        view.id = id
        view.text = words
        tone?.let { view.setTextColor(context.getColor(it.ink)) }
        add(view)
    }

    /** A label and its value, side by side, or below each other where the text is large. */
    fun fact(label: String, value: String) {
        val row = LinearLayout(context)
        val labelView = context.text(label, R.style.Words_Quiet, tone)
        val valueView = context.text(value, R.style.Words, tone)
        if (context.hasLargeText) {
            row.orientation = LinearLayout.VERTICAL
            row.addView(labelView)
            row.addView(valueView)
        } else {
            row.isBaselineAligned = false
            // The label's smaller words stand on the line of the value's.
            labelView.setPadding(0, context.dp(2), 0, 0)
            row.addView(labelView, LinearLayout.LayoutParams(0, WRAP_CONTENT, 1f))
            valueView.textAlignment = View.TEXT_ALIGNMENT_VIEW_END
            row.addView(valueView, LinearLayout.LayoutParams(0, WRAP_CONTENT, 1.2f).apply { marginStart = context.pixels(R.dimen.gap) })
        }
        // Read as one.
        row.isFocusable = false
        row.contentDescription = "$label: $value"
        row.importantForAccessibility = View.IMPORTANT_FOR_ACCESSIBILITY_YES
        labelView.importantForAccessibility = View.IMPORTANT_FOR_ACCESSIBILITY_NO
        valueView.importantForAccessibility = View.IMPORTANT_FOR_ACCESSIBILITY_NO
        add(row)
    }

    /** A block of its own colour. */
    fun card(tone: Tone = Tone.PLAIN, build: Column.() -> Unit) {
        val inner = Column(context, tone)
        val inside = context.pixels(R.dimen.inside)
        inner.root.setPadding(inside, inside, inside, inside)
        inner.root.background = context.rounded(tone.paper)
        inner.build()
        add(inner.root)
    }

    /** One short line with an icon: the state of things. */
    fun notice(icon: Int, words: String, tone: Tone, announce: Boolean = false) {
        val row = LinearLayout(context).apply { gravity = Gravity.CENTER_VERTICAL }
        row.background = context.rounded(tone.paper)
        val side = context.pixels(R.dimen.gap)
        row.setPadding(side + side / 2, side, side + side / 2, side)
        row.addView(context.picture(icon, tone.ink, ICON))
        row.addView(
            context.text(words, R.style.Words, tone),
            LinearLayout.LayoutParams(0, WRAP_CONTENT, 1f).apply { marginStart = side },
        )
        if (announce) row.accessibilityLiveRegion = View.ACCESSIBILITY_LIVE_REGION_POLITE
        add(row)
    }

    /** A large icon in the middle, for decoration: words beside it say what it says. */
    fun emblem(icon: Int) {
        val view = context.picture(icon, (tone ?: Tone.PLAIN).ink, EMBLEM)
        add(view, LinearLayout.LayoutParams(context.dp(EMBLEM), context.dp(EMBLEM)).apply { gravity = Gravity.CENTER_HORIZONTAL })
    }

    fun button(id: Int, words: String, weight: Weight = Weight.PRIMARY, icon: Int? = null, act: () -> Unit) {
        val button = Button(context, null, 0, weight.style)
        button.id = id
        button.text = words
        button.setOnClickListener { act() }
        if (icon != null) {
            button.text = context.withIcon(icon, words, button.currentTextColor)
            button.contentDescription = words
        }
        add(button)
    }

    /** A line that leads somewhere: words at the start, more at the end, all of it one control. */
    fun entry(id: Int, title: String, detail: String, end: String? = null, endTone: Int = R.color.ink, act: (() -> Unit)?) {
        val row = LinearLayout(context).apply { gravity = Gravity.CENTER_VERTICAL }
        row.id = id
        val large = context.hasLargeText
        val start = LinearLayout(context).apply { orientation = LinearLayout.VERTICAL }
        start.addView(context.text(title, R.style.Words_Strong, tone))
        start.addView(context.text(detail, R.style.Words_Quiet, tone))
        val words = LinearLayout(context).apply { orientation = if (large) LinearLayout.VERTICAL else LinearLayout.HORIZONTAL }
        words.addView(start, if (large) LinearLayout.LayoutParams(MATCH_PARENT, WRAP_CONTENT) else LinearLayout.LayoutParams(0, WRAP_CONTENT, 1f))
        if (end != null) {
            val view = context.text(end, R.style.Words_Strong, null)
            view.setTextColor(context.getColor(endTone))
            words.addView(view, LinearLayout.LayoutParams(WRAP_CONTENT, WRAP_CONTENT).apply { if (!large) marginStart = context.pixels(R.dimen.gap) })
        }
        row.addView(words, LinearLayout.LayoutParams(0, WRAP_CONTENT, 1f))
        row.minimumHeight = context.dp(64)
        val side = context.pixels(R.dimen.gap)
        row.setPadding(side, side, side, side)
        row.background = context.getDrawable(R.drawable.press_key)
        row.contentDescription = listOfNotNull(title, detail, end).joinToString(", ")
        if (act != null) {
            row.isFocusable = true
            row.setOnClickListener { act() }
            row.addView(context.picture(R.drawable.ic_next, R.color.ink_quiet, ICON))
        }
        row.importantForAccessibility = View.IMPORTANT_FOR_ACCESSIBILITY_YES
        words.importantForAccessibility = View.IMPORTANT_FOR_ACCESSIBILITY_NO_HIDE_DESCENDANTS
        add(row)
    }

    /** One line to type on, with its label above it. */
    fun field(id: Int, label: String): EditText {
        val labelView = context.text(label, R.style.Words_Quiet, tone)
        labelView.labelFor = id
        add(labelView)
        val field = EditText(context)
        field.id = id
        field.setTextAppearance(R.style.Words)
        field.setSingleLine()
        field.minHeight = context.dp(56)
        field.background = context.getDrawable(R.drawable.press_key)
        val side = context.pixels(R.dimen.gap)
        field.setPadding(side, side, side, side)
        // A code is no word: nothing is to be learnt from it or made of it.
        field.inputType = InputType.TYPE_CLASS_TEXT or InputType.TYPE_TEXT_FLAG_NO_SUGGESTIONS
        add(field)
        return field
    }

    /** A switch with its name; the whole line can be pressed. */
    fun switch(id: Int, words: String, detail: String?, isOn: Boolean, act: (Boolean) -> Unit) {
        val view = Switch(context)
        view.id = id
        view.setTextAppearance(R.style.Words)
        view.text = words
        view.isChecked = isOn
        view.minHeight = context.dp(56)
        view.setSwitchMinWidth(context.pixels(R.dimen.touch))
        view.setOnCheckedChangeListener { _, now -> act(now) }
        add(view)
        if (detail != null) {
            nextGap = 0
            quiet(detail)
        }
    }

    /** Anything else, as wide as the column. */
    fun view(view: View) = add(view)

    /** What is added in [build] stands in the middle of its line. */
    fun middle(build: Column.() -> Unit) {
        val before = root.childCount
        build()
        for (at in before until root.childCount) {
            (root.getChildAt(at) as? TextView)?.textAlignment = View.TEXT_ALIGNMENT_CENTER
        }
    }

    /** What follows stands at the bottom of the window, if there is room. */
    fun fill() {
        root.addView(View(context), LinearLayout.LayoutParams(MATCH_PARENT, 0, 1f))
        nextGap = context.pixels(R.dimen.gap_large)
    }

    fun gapLarge() {
        nextGap = context.pixels(R.dimen.gap_large)
    }

    private fun add(view: View, params: LinearLayout.LayoutParams = LinearLayout.LayoutParams(MATCH_PARENT, WRAP_CONTENT)) {
        params.topMargin = if (root.childCount == 0) 0 else nextGap
        root.addView(view, params)
        nextGap = context.pixels(R.dimen.gap)
    }

    private fun asHeading(view: View) {
        if (Build.VERSION.SDK_INT >= Build.VERSION_CODES.P) view.isAccessibilityHeading = true
    }

    private companion object {
        const val ICON = 24
        const val EMBLEM = 96
    }
}

/** Text is so large that two things no longer stand beside each other. */
val Context.hasLargeText: Boolean get() = resources.configuration.fontScale >= 1.3f

fun Context.pixels(dimension: Int): Int = resources.getDimensionPixelSize(dimension)

fun Context.dp(points: Int): Int = (points * resources.displayMetrics.density).toInt()

/** An icon that is pressed; [label] is what is read aloud. */
fun Context.icon(id: Int, icon: Int, label: String, tint: Int = R.color.ink, act: () -> Unit): View {
    val view = picture(icon, tint, 48)
    view.id = id
    view.scaleType = ImageView.ScaleType.CENTER
    view.background = getDrawable(R.drawable.press_plain)
    view.isFocusable = true
    view.contentDescription = label
    view.importantForAccessibility = View.IMPORTANT_FOR_ACCESSIBILITY_YES
    view.setOnClickListener { act() }
    return view
}

internal fun Context.text(words: String, style: Int, tone: Tone?): TextView {
    val view = TextView(this, null, 0, style)
    view.text = words
    // A block of colour has one ink; only plain blocks have a quiet one.
    if (tone != null && tone != Tone.PLAIN) view.setTextColor(getColor(tone.ink))
    return view
}

private fun Context.picture(icon: Int, tint: Int, size: Int): ImageView {
    val view = ImageView(this)
    view.setImageResource(icon)
    view.imageTintList = ColorStateList.valueOf(getColor(tint))
    view.importantForAccessibility = View.IMPORTANT_FOR_ACCESSIBILITY_NO
    view.layoutParams = LinearLayout.LayoutParams(dp(size), dp(size))
    return view
}

internal fun Context.rounded(colour: Int) = GradientDrawable().apply {
    setColor(getColor(colour))
    cornerRadius = resources.getDimension(R.dimen.corner)
}

/** The icon stands beside the words, wherever the button puts them. */
private fun Context.withIcon(icon: Int, words: String, colour: Int): CharSequence {
    val drawable = checkNotNull(getDrawable(icon)).mutate()
    drawable.setTint(colour)
    val size = (dp(22) * resources.configuration.fontScale.coerceAtMost(1.5f)).toInt()
    drawable.setBounds(0, 0, size, size)
    val line = SpannableString("\u00a0\u00a0\u00a0$words")
    val align = if (Build.VERSION.SDK_INT >= Build.VERSION_CODES.Q) ImageSpan.ALIGN_CENTER else ImageSpan.ALIGN_BOTTOM
    line.setSpan(ImageSpan(drawable, align), 0, 1, Spanned.SPAN_EXCLUSIVE_EXCLUSIVE)
    return line
}
