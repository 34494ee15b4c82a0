// The registry of codes: one number means one thing, for payer, cashier, server and log.
package org.skilling

import org.skilling.core.ffi.reasonInfo

/**
 * Why something was refused, or that it was accepted.
 *
 * @property code stable, as in receipts and refusals (protocol sections 5 and 6)
 * @property name stable, in `snake_case`; `unknown` for a code of a newer version
 */
public data class Reason(val code: Int, val name: String) {
    /** In English, for whoever reads it. [ReasonWords] has those for payers and cashiers in other languages. */
    public val words: Words by lazy {
        val known = translated { reasonInfo(code.toUInt()) }
        if (known == null) UNKNOWN else Words(known.payer, known.cashier, known.developer, known.action)
    }

    /**
     * What a code means. The texts name nobody and no amount: they may be shown and logged.
     *
     * @property payer for the person with the phone
     * @property cashier for the person at the till
     * @property developer exactly, for logs
     * @property action what to do next
     */
    public data class Words(val payer: String, val cashier: String, val developer: String, val action: String)

    private companion object {
        val UNKNOWN = Words(
            payer = "The payment was refused.",
            cashier = "The payment was refused.",
            developer = "A code of a newer version.",
            action = "Update the app.",
        )
    }
}

/** From the bindings. */
@InternalSkillingApi
public fun org.skilling.core.ffi.Reason.toPublic(): Reason = Reason(code.toInt(), name)
