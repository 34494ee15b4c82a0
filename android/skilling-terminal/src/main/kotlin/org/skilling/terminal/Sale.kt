// A sale as the till sees it: the request, what became of the token, the receipt.
package org.skilling.terminal

import java.time.Instant
import org.skilling.Money
import org.skilling.Reason
import org.skilling.toPublic

/**
 * A request of this till, durable.
 *
 * @property message to be drawn ([org.skilling.Qr.bitmap]) or sent to a phone by a tap
 * @property amount null for a printed code
 * @property answerBefore null for a printed code
 */
public class OpenRequest internal constructor(
    public val requestId: String,
    public val message: ByteArray,
    public val amount: Money?,
    public val madeAt: Instant,
    public val answerBefore: Instant?,
    public val reference: String?,
)

/** What a receipt says. */
public sealed class ReceiptOutcome {
    /** Paid. */
    public object Accepted : ReceiptOutcome()

    /** Was accepted; never claimed. */
    public object Voided : ReceiptOutcome()

    /** Refused. */
    public data class Declined(val reason: Reason) : ReceiptOutcome()
}

/**
 * A payment with a receipt.
 *
 * @property at when the payment was first answered
 * @property receipt to give or draw
 */
public class Answered internal constructor(
    public val paymentId: String,
    public val requestId: String?,
    public val amount: Money,
    public val outcome: ReceiptOutcome,
    public val at: Instant,
    public val receipt: ByteArray,
)

/** What became of a token. */
public sealed class Outcome {
    /** **Paid**, and durable. [completesSale]: it is the sale that was asked about; else another request of this shop was paid. */
    public class Accepted internal constructor(public val answered: Answered, public val completesSale: Boolean) : Outcome()

    /** Answered before: show "already accepted at" and give the stored receipt. It completes no other sale. */
    public class Again internal constructor(public val answered: Answered) : Outcome()

    /** A payment for a printed code: show the amount, then [SkillingTerminal.confirm] or [SkillingTerminal.reject]. Nothing is decided. */
    public class ConfirmAmount internal constructor(public val paymentId: String, public val amount: Money) : Outcome()

    /** Not paid, for good: the signed receipt must be given, because it gives the payer the amount back. */
    public class Declined internal constructor(public val answered: Answered, public val reason: Reason) : Outcome()

    /** Not paid, and nothing is signed. */
    public class Refused internal constructor(public val reason: Reason) : Outcome()
}

internal fun org.skilling.core.ffi.OpenRequest.toPublic() = OpenRequest(
    requestId = requestId,
    message = bytes,
    amount = amount?.toPublic(),
    madeAt = Instant.ofEpochSecond(madeAt),
    answerBefore = answerBefore?.let(Instant::ofEpochSecond),
    reference = reference,
)

internal fun org.skilling.core.ffi.ReceiptOutcome.toPublic(): ReceiptOutcome = when (this) {
    is org.skilling.core.ffi.ReceiptOutcome.Accepted -> ReceiptOutcome.Accepted
    is org.skilling.core.ffi.ReceiptOutcome.Voided -> ReceiptOutcome.Voided
    is org.skilling.core.ffi.ReceiptOutcome.Declined -> ReceiptOutcome.Declined(reason.toPublic())
}

internal fun org.skilling.core.ffi.Answered.toPublic() = Answered(
    paymentId = paymentId,
    requestId = requestId,
    amount = amount.toPublic(),
    outcome = outcome.toPublic(),
    at = Instant.ofEpochSecond(at),
    receipt = receipt,
)

internal fun org.skilling.core.ffi.Outcome.toPublic(): Outcome = when (this) {
    is org.skilling.core.ffi.Outcome.Accepted -> Outcome.Accepted(answered.toPublic(), completesSale)
    is org.skilling.core.ffi.Outcome.Again -> Outcome.Again(answered.toPublic())
    is org.skilling.core.ffi.Outcome.ConfirmAmount -> Outcome.ConfirmAmount(paymentId, amount.toPublic())
    is org.skilling.core.ffi.Outcome.Declined -> answered.toPublic().let { Outcome.Declined(it, reasonOf(it)) }
    is org.skilling.core.ffi.Outcome.Refused -> Outcome.Refused(reason.toPublic())
}

private fun reasonOf(answered: Answered): Reason = when (val it = answered.outcome) {
    is ReceiptOutcome.Declined -> it.reason
    else -> Reason(0, "accepted")
}
