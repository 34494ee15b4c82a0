// Events of the till, from a durable queue.
package org.skilling.terminal

import java.time.Instant
import org.skilling.Money
import org.skilling.Reason
import org.skilling.core.ffi.TerminalEventKind
import org.skilling.toPublic

/**
 * Something that happened. Comes again until the collector has dealt with it ([SkillingTerminal.events]).
 *
 * @property lostBefore how many before this one gave way, because 1,000 are kept: read [SkillingTerminal.payments] instead
 */
public data class TerminalEvent(val id: Long, val at: Instant, val kind: Kind, val lostBefore: Long = 0) {
    /** What. */
    public sealed class Kind {
        /** Paid. */
        public data class PaymentAccepted(val paymentId: String, val amount: Money) : Kind()

        /** Taken back. */
        public data class PaymentVoided(val paymentId: String, val amount: Money) : Kind()

        /** Refused with a receipt. */
        public data class PaymentDeclined(val paymentId: String, val amount: Money, val reason: Reason) : Kind()

        /** The acquirer said [state] of it. */
        public data class PaymentSettled(val paymentId: String, val amount: Money, val state: String) : Kind()

        /** Two payments convict a payer's key: a fraud proof is kept. */
        public data class FraudNotice(val paymentId: String) : Kind()
    }
}

internal fun org.skilling.core.ffi.TerminalEvent.toPublic() = TerminalEvent(
    id,
    Instant.ofEpochSecond(at),
    when (val it = kind) {
        is TerminalEventKind.PaymentAccepted -> TerminalEvent.Kind.PaymentAccepted(it.paymentId, it.amount.toPublic())
        is TerminalEventKind.PaymentVoided -> TerminalEvent.Kind.PaymentVoided(it.paymentId, it.amount.toPublic())
        is TerminalEventKind.PaymentDeclined -> TerminalEvent.Kind.PaymentDeclined(it.paymentId, it.amount.toPublic(), it.reason.toPublic())
        is TerminalEventKind.PaymentSettled -> TerminalEvent.Kind.PaymentSettled(it.paymentId, it.amount.toPublic(), it.state.name.lowercase())
        is TerminalEventKind.FraudNotice -> TerminalEvent.Kind.FraudNotice(it.paymentId)
    },
    lostBefore.toLong(),
)
