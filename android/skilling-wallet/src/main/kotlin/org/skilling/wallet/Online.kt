// The online side: the banks, what is asked of them, what they said.
package org.skilling.wallet

import java.time.Instant
import org.skilling.CallFailure
import org.skilling.Currency
import org.skilling.HostTransport
import org.skilling.Money
import org.skilling.Reason
import org.skilling.toCore
import org.skilling.toPublic

/**
 * A bank this phone is enrolled at.
 *
 * @property number stable; for the calls
 * @property name in the trust bundle; null if it stands there no more
 * @property syncedAt by the bank's clock; null before the first sync
 * @property isCallOpen a call was sent and no answer came: sync repeats it
 */
public data class Bank(val number: Long, val name: String?, val enrolledAt: Instant?, val syncedAt: Instant?, val isCallOpen: Boolean)

/**
 * An allowance that is wanted.
 *
 * @property limit the most in all; the bank may grant less
 * @property categories only these of ISO 18245; null: any
 */
public data class Want(val limit: Money, val categories: List<Int>? = null)

/** A want that came to nothing: the bank's [reason], or null where what it sent is not what was asked for. */
public data class NotGranted(val currency: Currency, val reason: Reason?, val payerWords: String)

/**
 * What a run of syncs brought.
 *
 * @property payments what the bank said, by payment id
 * @property granted ids of allowances that came
 * @property failure why the run ended early; what was done before it stands
 */
public data class SyncReport(
    val payments: Map<String, BankState>,
    val granted: List<String>,
    val notGranted: List<NotGranted>,
    val failure: CallFailure?,
) {
    /** Everything was asked and answered. */
    public val isComplete: Boolean get() = failure == null

    internal operator fun plus(next: SyncReport) =
        SyncReport(payments + next.payments, granted + next.granted, notGranted + next.notGranted, failure ?: next.failure)

    internal companion object {
        fun of(failure: CallFailure?) = SyncReport(emptyMap(), emptyList(), emptyList(), failure)
    }
}

/** What a refresh of bundle and bulletins brought. */
public data class RefreshReport(val isBundleNew: Boolean, val outages: List<Currency>, val failure: CallFailure?)

internal fun org.skilling.core.ffi.Bank.toPublic() =
    Bank(number, name, enrolledAt?.let(Instant::ofEpochSecond), syncedAt?.let(Instant::ofEpochSecond), isCallOpen)

internal fun Want.toCore() = org.skilling.core.ffi.Want(limit.toCore(), categories?.map { it.coerceAtLeast(0).toUInt() })

internal fun org.skilling.core.ffi.SyncReport.toPublic(line: HostTransport) = SyncReport(
    payments = payments.associate { it.paymentId to it.state.toPublic() },
    granted = granted,
    notGranted = notGranted.map { NotGranted(Currency(it.currency.toInt()), it.reason?.toPublic(), it.payerWords) },
    failure = failure?.toPublic()?.let(line::told),
)

internal fun org.skilling.core.ffi.RefreshReport.toPublic(line: HostTransport) =
    RefreshReport(isBundleNew, outages.map { Currency(it.toInt()) }, failure?.toPublic()?.let(line::told))
