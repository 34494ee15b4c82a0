// One payment as the app sees it: what the payer must see, what they agreed to, what is shown to the till.
package org.skilling.wallet

import java.time.Instant
import org.skilling.Currency
import org.skilling.Money
import org.skilling.Reason
import org.skilling.toPublic
import org.skilling.translated

/** Where a payment stands. */
public enum class Stage {
    /** Number and amount are spent; whether anybody has seen the token is not known. */
    COMMITTED,

    /** The token was handed to the NFC stack or drawn. */
    PRESENTED,

    /** Presented, or perhaps, in a session that is over; no receipt came. A sync tells. */
    UNCONFIRMED,

    /** The till said "paid". */
    ACCEPTED,

    /** The till took it back; the amount came back. */
    VOIDED,

    /** The till refused it; the amount came back. */
    DECLINED,

    /** The bank paid it. */
    SETTLED,

    /** The bank gave the amount back. */
    GIVEN_BACK,
}

/** What the wallet says to a request. */
public sealed class Reviewed {
    /** It was answered before and no receipt came: show the same token again. Nothing is paid twice. */
    public class Answered internal constructor(public val token: PaymentToken) : Reviewed()

    /** It is new: show [review] and let the payer decide. */
    public class New internal constructor(public val review: Review) : Reviewed()
}

/**
 * A verified request as the payer is to see it. Only what is in here may be shown as the merchant's.
 *
 * @property requestId of the request, hex
 * @property merchant the name with the place: one line, text of the merchant
 * @property category ISO 18245
 * @property country ISO 3166-1 alpha-2
 * @property decimals to be shown
 * @property amount null until the payer typed one ([SkillingWallet.enterAmount])
 * @property reference the till's number for it
 * @property offlineSince since when the till says it is offline
 * @property answerBefore until when it may be answered; null for a printed code
 * @property pays the allowance that would pay; null where none does, then see [cannotPay]
 * @property sameAgain the same amount went to the same merchant then, in the last ten minutes, and nobody has said what became of it:
 *   ask a second time, agreeing pays twice
 */
public class Review internal constructor(internal val core: org.skilling.core.ffi.Review) {
    private val view = translated { core.view() }

    public val requestId: String = view.requestId
    public val merchant: String = view.merchant
    public val category: Int = view.category.toInt()
    public val country: String = view.country
    public val currency: Currency = Currency(view.currency.toInt())
    public val decimals: Int = view.decimals.toInt()
    public val amount: Money? = view.amount?.toPublic()
    public val reference: String? = view.reference
    public val offlineSince: Instant? = view.offlineSince?.let(Instant::ofEpochSecond)
    public val answerBefore: Instant? = view.answerBefore?.let(Instant::ofEpochSecond)
    public val pays: Paying? = view.pays?.let { Paying(it.allowanceId, it.remainingAfter.toPublic(), it.paymentsAfter.toLong()) }
    public val cannotPay: CannotPay? = view.cannotPay?.let { CannotPay(it.reason.toPublic(), it.isAmountNeeded) }
    public val sameAgain: Instant? = view.sameAgain?.let { Instant.ofEpochSecond(it.paidAt) }
}

/**
 * The allowance that would pay.
 *
 * @property remainingAfter what is left of it afterwards
 * @property paymentsAfter how many payments are left afterwards
 */
public data class Paying(val allowanceId: String, val remainingAfter: Money, val paymentsAfter: Long)

/**
 * Why no allowance would pay: for the payer alone, the till hears less.
 *
 * @property isAmountNeeded it is only that no amount was typed yet
 */
public data class CannotPay(val reason: Reason, val isAmountNeeded: Boolean)

/**
 * The payer agreed. Good for [SkillingWallet.pay] or for the next tap that asks for it, whichever is first.
 *
 * @property until when it passes
 */
public class Agreement internal constructor(internal val core: org.skilling.core.ffi.Authorised) {
    private val view = translated { core.view() }

    public val allowanceId: String = view.allowanceId
    public val until: Instant = Instant.ofEpochSecond(view.until)
}

/**
 * A payment, durable: it may be drawn.
 *
 * @property paymentId hex
 * @property message to be drawn ([org.skilling.Qr.bitmap])
 * @property isRepeat it was given before
 */
public class PaymentToken internal constructor(public val paymentId: String, public val message: ByteArray, public val isRepeat: Boolean)

/**
 * The payer armed the wallet: the first request of at most [ceiling] is paid without another question.
 *
 * @property until when it passes
 */
public data class Armed(val allowanceId: String, val ceiling: Money, val until: Instant)

/** A receipt was taken; [stage] is where the payment stands now. */
public data class ReceiptTaken(val paymentId: String, val stage: Stage)

internal fun org.skilling.core.ffi.PaymentToken.toPublic() = PaymentToken(paymentId, bytes, isRepeat)

internal fun org.skilling.core.ffi.Stage.toPublic() = Stage.valueOf(name)

internal fun Stage.toCore() = org.skilling.core.ffi.Stage.valueOf(name)
