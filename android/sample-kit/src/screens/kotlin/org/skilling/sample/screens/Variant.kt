// The ways in which every screen is drawn.
package org.skilling.sample.screens

import org.robolectric.RuntimeEnvironment

/**
 * @property qualifiers of Android's resources
 * @property textScale the person's text size
 * @property suffix of the picture's name
 */
enum class Variant(private val qualifiers: String, val textScale: Float, val suffix: String) {
    LIGHT("en-rGB-ldltr-w360dp-h740dp-notnight-hdpi", 1f, ""),
    DARK("en-rGB-ldltr-w360dp-h740dp-night-hdpi", 1f, "-dark"),
    LARGE("en-rGB-ldltr-w360dp-h740dp-notnight-hdpi", 2f, "-large"),

    // Arabic as Android's pseudo-locale: the words stay English, everything else is turned round.
    MIRRORED("ar-rXB-ldrtl-w360dp-h740dp-notnight-hdpi", 1f, "-rtl"),
    ;

    /** Sets the phone up; [heightDp] where the whole of a long screen is to be seen. */
    fun apply(heightDp: Int = 740) {
        RuntimeEnvironment.setQualifiers(qualifiers.replace("h740dp", "h${heightDp}dp"))
        RuntimeEnvironment.setFontScale(textScale)
    }
}
