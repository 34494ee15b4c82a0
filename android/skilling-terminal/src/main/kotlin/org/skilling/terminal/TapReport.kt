// What came of a tap.
package org.skilling.terminal

import org.skilling.Reason
import org.skilling.toPublic

/** How a tap ended. */
public sealed class TapEnd {
    /** All is done; the phone may leave. */
    public object Done : TapEnd()

    /** Stopped while the payer had not agreed. */
    public object StillWaiting : TapEnd()

    /** The phone left or its answer broke off: tap again. [mustRepeat]: it may hold a payment that did not arrive; that is asked for first. */
    public data class Torn(val mustRepeat: Boolean) : TapEnd()

    /** The phone has no wallet, or it is not in front: ask the payer to open it. */
    public object NoWallet : TapEnd()

    /** The phone cannot pay here; [detail] is for a log. */
    public data class NotUsable(val detail: String) : TapEnd()
}

/** What a phone said instead of taking a receipt. */
public enum class ReceiptRefusal {
    /** It fits none of the payments that the phone tried it on. */
    FITS_NONE,

    /** The phone has no payment to try it on. */
    NO_PAYMENT,

    /** The phone cannot read it. */
    UNREADABLE,
}

/**
 * What came of a tap.
 *
 * @property settled earlier requests, by request id, and whatever the phone answered instead of the sale
 * @property sale what became of the sale's token, if one came
 * @property refusal why the phone refused the sale
 * @property receiptRefused the phone did not take the receipt, and why: show it as a code, it may give the payer the amount back. What was
 *   decided stands
 * @property problem what the till or its reader could not do: a stable code
 */
public class TapReport internal constructor(
    public val settled: Map<String, Outcome>,
    public val sale: Outcome?,
    public val refusal: Reason?,
    public val receiptRefused: ReceiptRefusal?,
    public val end: TapEnd,
    public val problem: String?,
) {
    /** The sale is paid. */
    public val isPaid: Boolean get() = (sale as? Outcome.Accepted)?.completesSale == true || settled.values.any { it is Outcome.Accepted && it.completesSale }
}

internal fun org.skilling.core.ffi.TapReport.toPublic() = TapReport(
    settled = settled.associate { it.requestId to it.outcome.toPublic() },
    sale = sale?.toPublic(),
    refusal = refusal?.toPublic(),
    receiptRefused = receiptRefused?.let { ReceiptRefusal.valueOf(it.name) },
    end = when (val it = end) {
        is org.skilling.core.ffi.TapEnd.Done -> TapEnd.Done
        is org.skilling.core.ffi.TapEnd.StillWaiting -> TapEnd.StillWaiting
        is org.skilling.core.ffi.TapEnd.Torn -> TapEnd.Torn(it.mustRepeat)
        is org.skilling.core.ffi.TapEnd.NoWallet -> TapEnd.NoWallet
        is org.skilling.core.ffi.TapEnd.NotUsable -> TapEnd.NotUsable(it.detail)
    },
    problem = problem?.code,
)
