// Money: never a bare number, never without its currency, never a floating-point number.
package org.skilling

import java.math.BigDecimal
import java.text.NumberFormat
import java.util.Locale

/**
 * A currency.
 *
 * @property numeric ISO 4217, 208 for DKK
 */
@JvmInline
public value class Currency(public val numeric: Int) {
    /** ISO 4217 letters as Android knows them, or the number where it does not. */
    public val code: String
        get() = java.util.Currency.getAvailableCurrencies().firstOrNull { it.numericCode == numeric }?.currencyCode
            ?: "%03d".format(Locale.ROOT, numeric)

    override fun toString(): String = code

    public companion object {
        public val DKK: Currency = Currency(208)
        public val EUR: Currency = Currency(978)
        public val NOK: Currency = Currency(578)
        public val SEK: Currency = Currency(752)
    }
}

/**
 * An amount.
 *
 * @property minorUnits smallest units: ore, cents. 0 to 2^53 - 1
 */
public data class Money(val minorUnits: Long, val currency: Currency) {
    init {
        require(minorUnits in 0..MOST) { "an amount is 0 to 2^53 - 1 of the smallest unit" }
    }

    /** As people of [locale] read it, with the letters of the currency: "125,50 DKK". [decimals] as the scheme's policy says. */
    public fun format(decimals: Int, locale: Locale = Locale.getDefault()): String {
        val number = NumberFormat.getNumberInstance(locale)
        number.minimumFractionDigits = decimals
        number.maximumFractionDigits = decimals
        return number.format(BigDecimal.valueOf(minorUnits, decimals)) + "\u00a0" + currency.code
    }

    /** For logs, without what it is worth. */
    override fun toString(): String = "Money(${currency.code})"

    public companion object {
        /** The largest amount there is. */
        public const val MOST: Long = 9_007_199_254_740_991
    }
}
