// Money and moments as people read them, in the reader's own way of writing.
package org.skilling.sample.kit

import android.content.Context
import java.math.BigDecimal
import java.text.NumberFormat
import java.time.Instant
import java.time.ZoneId
import java.time.format.DateTimeFormatter
import java.time.format.FormatStyle
import java.util.Currency
import java.util.Locale

/**
 * An amount to show.
 *
 * @property minorUnits smallest units: ore, cents
 * @property currency ISO 4217 numeric
 * @property decimals how many of the digits stand behind the point, as the scheme's policy says
 */
data class ShownMoney(val minorUnits: Long, val currency: Int, val decimals: Int)

/** The language and region that the screen is in. */
val Context.locale: Locale get() = resources.configuration.locales[0]

/** `1,250.00 DKK`; the space does not break, so that number and currency stay together where there is room. */
fun Context.words(money: ShownMoney): String {
    val number = NumberFormat.getNumberInstance(locale)
    number.minimumFractionDigits = money.decimals
    number.maximumFractionDigits = money.decimals
    return number.format(BigDecimal.valueOf(money.minorUnits, money.decimals)) + "\u00a0" + currencyCode(money.currency)
}

/** A number of things. */
fun Context.words(count: Long): String = NumberFormat.getIntegerInstance(locale).format(count)

/** `DKK` for 208; the number itself where Java does not know it. */
fun currencyCode(numeric: Int): String =
    Currency.getAvailableCurrencies().firstOrNull { it.numericCode == numeric }?.currencyCode ?: "%03d".format(Locale.ROOT, numeric)

/** Date and time of a moment in Unix seconds, in the phone's time zone. */
fun Context.moment(seconds: Long): String = at(seconds, DateTimeFormatter.ofLocalizedDateTime(FormatStyle.MEDIUM, FormatStyle.SHORT))

/** The day of a moment. */
fun Context.day(seconds: Long): String = at(seconds, DateTimeFormatter.ofLocalizedDate(FormatStyle.FULL))

/** The time of day of a moment. */
fun Context.timeOfDay(seconds: Long): String = at(seconds, DateTimeFormatter.ofLocalizedTime(FormatStyle.SHORT))

private fun Context.at(seconds: Long, format: DateTimeFormatter): String =
    format.withLocale(locale).withZone(ZoneId.systemDefault()).format(Instant.ofEpochSecond(seconds))
