// What a till shows: whether it can accept, what it has stored, what waits for the network. In the words of terminal SDKs.
package org.skilling.terminal

import java.time.Instant
import org.skilling.CallFailure
import org.skilling.Currency
import org.skilling.HostTransport
import org.skilling.Money
import org.skilling.Reason
import org.skilling.toPublic

/** Whether a payment could be accepted offline now, as far as the till alone can know. */
public sealed class CanAcceptOffline {
    /**
     * It can.
     *
     * @property largest the most for one payment now
     * @property largestUnauthenticated the most where the payer's key asks for no authentication
     * @property until until when nothing that the till holds runs out
     * @property endsBy what runs out then
     */
    public data class Yes(
        val largest: Money,
        val largestUnauthenticated: Money,
        val until: Instant,
        val endsBy: Reason,
    ) : CanAcceptOffline()

    /** It cannot, for every one of these reasons; their words say what to do. */
    public data class No(val reasons: List<Reason>) : CanAcceptOffline()
}

/**
 * The till's offline payments.
 *
 * @property offlineSince since when calls to servers bring no answer; null: online
 * @property offlinePaymentsCount accepted and not confirmed by the acquirer
 * @property offlinePaymentAmountsByCurrency their sums
 * @property storedAt when the oldest of them was stored
 * @property requiresUpload something waits for a network, receipts of voids and refusals too
 */
public data class OfflineStatus(
    val offlineSince: Instant?,
    val offlinePaymentsCount: Long,
    val offlinePaymentAmountsByCurrency: Map<Currency, Money>,
    val storedAt: Instant?,
    val requiresUpload: Boolean,
)

/** Where a payment's deposit stands. */
public sealed class DepositState {
    /** Nothing is owed for it. */
    public object None : DepositState()

    /** It waits for a network. */
    public object Due : DepositState()

    /** The acquirer said `pending`, `paid`, `given_back`, `disputed` or `refused`. */
    public data class Answered(val state: String) : DepositState()
}

/**
 * A payment in the till's store.
 *
 * @property cursor for the next page
 * @property outcome null where it has no receipt
 * @property storedAt when it was answered
 * @property requiresUpload it waits for a network
 */
public data class StoredPayment(
    val cursor: Long,
    val paymentId: String,
    val requestId: String?,
    val amount: Money,
    val outcome: ReceiptOutcome?,
    val deposit: DepositState,
    val storedAt: Instant?,
    val requiresUpload: Boolean,
)

/** [count] payments of [amount] in all. */
public data class AmountCount(val count: Long, val amount: Money)

/** What one currency came to. */
public data class Totals(
    val currency: Currency,
    val accepted: AmountCount,
    val voided: AmountCount,
    val declined: AmountCount,
    val toDeposit: AmountCount,
)

/** The certificate that new requests are made under. */
public data class Certificate(
    val merchant: String,
    val merchantId: String,
    val terminalId: String,
    val category: Int,
    val country: String,
    val validUntil: Instant,
)

/** What a run of deposits brought, in payments; [failure] ended it early. */
public data class DepositReport(
    val paid: Long,
    val givenBack: Long,
    val pending: Long,
    val disputed: Long,
    val refused: Long,
    val stillDue: Long,
    val failure: CallFailure?,
)

/** What a refresh brought: kinds of message that are new, and what was not fetched. */
public data class RefreshReport(val isNew: List<String>, val failures: Map<String, CallFailure>)

/** Everything that a till does while there is a network. */
public data class SyncReport(val refresh: RefreshReport, val deposit: DepositReport, val renewalFailure: CallFailure?) {
    /** Everything was asked and answered. */
    public val isComplete: Boolean
        get() = refresh.failures.isEmpty() && deposit.failure == null && renewalFailure == null
}

internal fun org.skilling.core.ffi.AcceptanceAnswer.toPublic(): CanAcceptOffline {
    val room = headroom ?: return CanAcceptOffline.No(reasons.map { it.toPublic() })
    return CanAcceptOffline.Yes(
        largest = room.largest.toPublic(),
        largestUnauthenticated = room.largestUnauthenticated.toPublic(),
        until = Instant.ofEpochSecond(room.until),
        endsBy = room.endsBy.toPublic(),
    )
}

internal fun org.skilling.core.ffi.OfflineStatus.toPublic() = OfflineStatus(
    offlineSince = offlineSince?.let(Instant::ofEpochSecond),
    offlinePaymentsCount = offlinePaymentsCount.toLong(),
    offlinePaymentAmountsByCurrency = offlinePaymentAmountsByCurrency.map { it.toPublic() }.associateBy { it.currency },
    storedAt = storedAt?.let(Instant::ofEpochSecond),
    requiresUpload = requiresUpload,
)

internal fun org.skilling.core.ffi.StoredPayment.toPublic() = StoredPayment(
    cursor = cursor,
    paymentId = paymentId,
    requestId = requestId,
    amount = amount.toPublic(),
    outcome = outcome?.toPublic(),
    deposit = when (val it = deposit) {
        is org.skilling.core.ffi.DepositState.None -> DepositState.None
        is org.skilling.core.ffi.DepositState.Due -> DepositState.Due
        is org.skilling.core.ffi.DepositState.Answered -> DepositState.Answered(it.state.name.lowercase())
    },
    storedAt = offlineDetails.storedAt?.let(Instant::ofEpochSecond),
    requiresUpload = offlineDetails.requiresUpload,
)

internal fun org.skilling.core.ffi.TerminalTotals.toPublic() = Totals(
    currency = Currency(currency.toInt()),
    accepted = accepted.toPublic(),
    voided = voided.toPublic(),
    declined = declined.toPublic(),
    toDeposit = toDeposit.toPublic(),
)

private fun org.skilling.core.ffi.AmountCount.toPublic() = AmountCount(count.toLong(), amount.toPublic())

internal fun org.skilling.core.ffi.CertificateView.toPublic() =
    Certificate(merchant, merchantId, terminalId, category.toInt(), country, Instant.ofEpochSecond(validUntil))

internal fun org.skilling.core.ffi.DepositReport.toPublic(line: HostTransport) = DepositReport(
    paid = paid.toLong(),
    givenBack = givenBack.toLong(),
    pending = pending.toLong(),
    disputed = disputed.toLong(),
    refused = refused.toLong(),
    stillDue = stillDue.toLong(),
    failure = failure?.toPublic()?.let(line::told),
)

internal fun org.skilling.core.ffi.TerminalRefreshReport.toPublic(line: HostTransport) = RefreshReport(
    isNew = taken.filter { it.isNew }.map { it.kind },
    failures = failures.associate { it.path to line.told(it.failure.toPublic()) },
)
