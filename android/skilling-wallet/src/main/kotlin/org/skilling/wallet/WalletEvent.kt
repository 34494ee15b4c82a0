// Events: what the app should tell the payer or act on. From a durable queue, so none is lost when the process dies.
package org.skilling.wallet

import java.time.Instant
import org.skilling.Money
import org.skilling.Reason
import org.skilling.core.ffi.EventKind
import org.skilling.toPublic

/**
 * Something that happened. Comes again until the collector has dealt with it ([SkillingWallet.events]).
 *
 * @property id rises, never used twice
 * @property at by the phone's clock
 * @property lostBefore how many before this one gave way, because 1,000 are kept: read [SkillingWallet.history] instead
 */
public data class WalletEvent(val id: Long, val at: Instant, val kind: Kind, val lostBefore: Long = 0) {
    /** What. */
    public sealed class Kind {
        /** A token was handed to the NFC stack or drawn, or may have been when the process died: then told on opening. */
        public data class PaymentPresented(val paymentId: String, val amount: Money) : Kind()

        /** The till said "paid". */
        public data class PaymentAccepted(val paymentId: String, val amount: Money) : Kind()

        /** The till took it back; the amount came back. */
        public data class PaymentVoided(val paymentId: String, val amount: Money) : Kind()

        /** The till refused it; the amount came back. */
        public data class PaymentDeclined(val paymentId: String, val amount: Money, val reason: Reason) : Kind()

        /** The bank paid it. */
        public data class PaymentSettled(val paymentId: String, val amount: Money) : Kind()

        /** The bank gave the amount back. */
        public data class PaymentGivenBack(val paymentId: String, val amount: Money) : Kind()

        /** The bank disputes or refuses it. */
        public data class PaymentContested(val paymentId: String, val amount: Money, val state: BankState) : Kind()

        /** Under a tenth of an allowance is left. */
        public data class AllowanceLow(val allowanceId: String, val remaining: Money) : Kind()

        /** A new allowance came. */
        public data class AllowanceGranted(val allowanceId: String, val limit: Money) : Kind()

        /** Go online and sync. */
        public data class SyncNeeded(val why: Why) : Kind() {
            /** Why. */
            public enum class Why { ROLLED_BACK, KEY_GONE, ALLOWANCE_LOW }
        }

        /** A till or the bank says that this phone's payments contradict each other, or that it is blocked: the payer should ask the bank. */
        public data class FraudNotice(val reason: Reason, val paymentId: String?) : Kind()
    }
}

internal fun org.skilling.core.ffi.WalletEvent.toPublic() = WalletEvent(
    id,
    Instant.ofEpochSecond(at),
    when (val it = kind) {
        is EventKind.PaymentPresented -> WalletEvent.Kind.PaymentPresented(it.paymentId, it.amount.toPublic())
        is EventKind.PaymentAccepted -> WalletEvent.Kind.PaymentAccepted(it.paymentId, it.amount.toPublic())
        is EventKind.PaymentVoided -> WalletEvent.Kind.PaymentVoided(it.paymentId, it.amount.toPublic())
        is EventKind.PaymentDeclined -> WalletEvent.Kind.PaymentDeclined(it.paymentId, it.amount.toPublic(), it.reason.toPublic())
        is EventKind.PaymentSettled -> WalletEvent.Kind.PaymentSettled(it.paymentId, it.amount.toPublic())
        is EventKind.PaymentGivenBack -> WalletEvent.Kind.PaymentGivenBack(it.paymentId, it.amount.toPublic())
        is EventKind.PaymentContested -> WalletEvent.Kind.PaymentContested(it.paymentId, it.amount.toPublic(), it.state.toPublic())
        is EventKind.AllowanceLow -> WalletEvent.Kind.AllowanceLow(it.allowanceId, it.remaining.toPublic())
        is EventKind.AllowanceGranted -> WalletEvent.Kind.AllowanceGranted(it.allowanceId, it.limit.toPublic())
        is EventKind.SyncNeeded -> WalletEvent.Kind.SyncNeeded(WalletEvent.Kind.SyncNeeded.Why.valueOf(it.reason.name))
        is EventKind.FraudNotice -> WalletEvent.Kind.FraudNotice(it.reason.toPublic(), it.paymentId)
    },
    lostBefore.toLong(),
)
