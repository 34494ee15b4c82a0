// What the wallet shows: allowances, history, and how long it can still pay.
package org.skilling.wallet

import java.time.Instant
import org.skilling.Currency
import org.skilling.Money
import org.skilling.Reason
import org.skilling.core.ffi.AdviceAct
import org.skilling.core.ffi.MomentKind
import org.skilling.toPublic

/** What may still be done under an allowance. */
public enum class AllowanceState {
    /** It may sign. */
    OPEN,

    /** Closed for good. */
    CLOSED,

    /** The store was put back to an older state: it never signs again. */
    LOST,

    /** Its key is gone: it never signs again. */
    KEY_GONE,
}

/**
 * An allowance.
 *
 * @property limit the most in all
 * @property cap the most for one payment
 * @property remaining what is left
 * @property paymentsLeft how many payments are left
 */
public data class Allowance(
    val id: String,
    val limit: Money,
    val cap: Money,
    val remaining: Money,
    val paymentsLeft: Long,
    val validUntil: Instant,
    val state: AllowanceState,
)

/** What a bank last said of a payment. */
public enum class BankState {
    /** Neither claimed nor given back yet. */
    PENDING,

    /** Paid to the merchant. */
    PAID,

    /** The payer has it again. */
    GIVEN_BACK,

    /** Disputed. */
    DISPUTED,

    /** It fails a rule. */
    REFUSED,
}

/**
 * What is looked for in the history; everything null: all of it.
 *
 * @property merchant part of the name, in any case
 */
public data class HistorySearch(
    val from: Instant? = null,
    val until: Instant? = null,
    val merchant: String? = null,
    val stage: Stage? = null,
    val bank: BankState? = null,
)

/** One payment of the history. */
public data class HistoryEntry(
    val paymentId: String,
    val at: Instant,
    val amount: Money,
    val merchant: String,
    val reference: String?,
    val stage: Stage,
    val bank: BankState?,
)

/** Where a page of the history ended. */
public class HistoryCursor internal constructor(internal val core: org.skilling.core.ffi.HistoryCursor)

/**
 * A page of the history.
 *
 * @property entries newest first; may be fewer than asked for, even none, while there are more
 * @property next for the next page; null: that was all
 */
public class HistoryPage internal constructor(public val entries: List<HistoryEntry>, public val next: HistoryCursor?)

/** Something that happened to a payment, [at] by the clock of whoever says it. */
public data class Moment(val at: Instant, val kind: Kind) {
    /** What can happen. */
    public sealed class Kind {
        /** The phone signed it. */
        public object Signed : Kind()

        /** The till accepted it. */
        public object Accepted : Kind()

        /** The till took it back. */
        public object Voided : Kind()

        /** The till refused it. */
        public data class Declined(val reason: Reason) : Kind()

        /** The bank said this of it. */
        public data class Bank(val state: BankState) : Kind()
    }
}

/** A stretch of time in which the same can be paid, if nothing is spent before: [total] in all, [largest] at once. */
public data class Stretch(val from: Instant, val until: Instant, val total: Money, val largest: Money, val payments: Long)

/** What ends the coverage, or stands against paying now. */
public enum class CoverageEnd {
    /** There is no allowance of this currency. */
    NO_ALLOWANCE,

    /** Every limit is spent. */
    SPENT,

    /** Every allowance has its number of payments. */
    PAYMENT_COUNT,

    /** The last allowance expires. */
    ALLOWANCE_EXPIRY,

    /** The trust bundle expires, or there is none. */
    BUNDLE_EXPIRY,

    /** The bank is suspended, or its entry ends. */
    ISSUER,

    /** The scheme has no policy for the currency, or one that the allowances do not meet. */
    POLICY,

    /** The phone's clock is behind. */
    CLOCK,

    /** The store was put back to an older state. */
    ROLLED_BACK,

    /** The key of every allowance is gone. */
    KEY_GONE,
}

/**
 * How the coverage goes on from now.
 *
 * @property stretches in order, without gaps; empty: nothing can be paid now
 * @property endsBy what ends it
 * @property reason the code that a payment would be refused with then: its words are for the payer
 */
public data class Coverage(val stretches: List<Stretch>, val endsBy: CoverageEnd, val reason: Reason) {
    /** What can be paid now; null: nothing. */
    public val now: Stretch? get() = stretches.firstOrNull()

    /** When nothing can be paid any more; null: nothing can now. */
    public val until: Instant? get() = stretches.lastOrNull()?.until
}

/** Something to do, and [before] when; now, if that is past. */
public data class Advice(val act: Act, val before: Instant) {
    /** What helps. */
    public enum class Act {
        /** Set the phone's clock. */
        SET_CLOCK,

        /** Go online and [SkillingWallet.refresh]. */
        REFRESH,

        /** Go online and [SkillingWallet.sync]. */
        SYNC,

        /** Go online and [SkillingWallet.syncAll], which renews. */
        RENEW,

        /** Enrol, or ask the bank for an allowance. */
        WANT,
    }
}

/**
 * What this wallet can pay in one currency with nobody online.
 *
 * @property undeclared if nobody declares an outage
 * @property declared with the outage bulletin that is held, if one is
 * @property advice most urgent first; empty: nothing for now
 */
public data class Forecast(
    val currency: Currency,
    val at: Instant,
    val undeclared: Coverage,
    val declared: Coverage?,
    val advice: List<Advice>,
) {
    /** What holds now. */
    public val coverage: Coverage get() = declared ?: undeclared
}

/** The scheme's policy for a currency. */
public data class Policy(val maxPayment: Money, val maxUnauthenticated: Money, val decimals: Int, val isOutageOnly: Boolean)

internal fun org.skilling.core.ffi.AllowanceView.toPublic() = Allowance(
    id = id,
    limit = limit.toPublic(),
    cap = cap.toPublic(),
    remaining = remaining.toPublic(),
    paymentsLeft = (maxPayments.toLong() - lastSequence.toLong()).coerceAtLeast(0),
    validUntil = Instant.ofEpochSecond(validUntil),
    state = AllowanceState.valueOf(state.name),
)

internal fun HistorySearch.toCore() = org.skilling.core.ffi.HistorySearch(
    from = from?.epochSecond,
    until = until?.epochSecond,
    merchant = merchant,
    stage = stage?.toCore(),
    bank = bank?.let { org.skilling.core.ffi.BankState.valueOf(it.name) },
)

internal fun org.skilling.core.ffi.HistoryPage.toPublic() = HistoryPage(
    entries.map {
        HistoryEntry(
            paymentId = it.paymentId,
            at = Instant.ofEpochSecond(it.time),
            amount = it.amount.toPublic(),
            merchant = it.merchant,
            reference = it.reference,
            stage = it.stage.toPublic(),
            bank = it.bank?.toPublic(),
        )
    },
    next?.let(::HistoryCursor),
)

internal fun org.skilling.core.ffi.BankState.toPublic() = BankState.valueOf(name)

internal fun org.skilling.core.ffi.Moment.toPublic() = Moment(
    Instant.ofEpochSecond(time),
    when (val it = kind) {
        is MomentKind.Signed -> Moment.Kind.Signed
        is MomentKind.Accepted -> Moment.Kind.Accepted
        is MomentKind.Voided -> Moment.Kind.Voided
        is MomentKind.Declined -> Moment.Kind.Declined(it.reason.toPublic())
        is MomentKind.Bank -> Moment.Kind.Bank(it.state.toPublic())
    },
)

internal fun org.skilling.core.ffi.Forecast.toPublic() = Forecast(
    currency = Currency(currency.toInt()),
    at = Instant.ofEpochSecond(at),
    undeclared = undeclared.toPublic(),
    declared = declared?.toPublic(),
    advice = advice.map { Advice(actOf(it.act), Instant.ofEpochSecond(it.before)) },
)

private fun org.skilling.core.ffi.Coverage.toPublic() = Coverage(
    stretches = stretches.map {
        Stretch(
            from = Instant.ofEpochSecond(it.from),
            until = Instant.ofEpochSecond(it.until),
            total = it.total.toPublic(),
            largest = it.largest.toPublic(),
            payments = it.payments.toLong(),
        )
    },
    endsBy = CoverageEnd.valueOf(endsBy.name),
    reason = reason.toPublic(),
)

private fun actOf(act: AdviceAct): Advice.Act = when (act) {
    is AdviceAct.SetClock -> Advice.Act.SET_CLOCK
    is AdviceAct.Refresh -> Advice.Act.REFRESH
    is AdviceAct.Sync -> Advice.Act.SYNC
    is AdviceAct.Renew -> Advice.Act.RENEW
    is AdviceAct.Want -> Advice.Act.WANT
}

internal fun org.skilling.core.ffi.PolicyView.toPublic() =
    Policy(maxPayment.toPublic(), maxUnauthenticated.toPublic(), decimals.toInt(), isOutageOnly)
