// The till: the one class that a till app holds.
package org.skilling.terminal

import android.content.Context
import java.io.File
import java.time.Instant
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.flow.StateFlow
import kotlinx.coroutines.flow.asStateFlow
import kotlinx.coroutines.flow.update
import kotlinx.coroutines.suspendCancellableCoroutine
import kotlinx.coroutines.withContext
import org.skilling.Clock
import org.skilling.Currency
import org.skilling.HostClock
import org.skilling.HostTransport
import org.skilling.Money
import org.skilling.Skilling
import org.skilling.SkillingException
import org.skilling.Transport
import org.skilling.core.ffi.RenewalResult
import org.skilling.core.ffi.Sale
import org.skilling.core.ffi.TapControl
import org.skilling.core.ffi.TerminalConfig
import org.skilling.queued
import org.skilling.toCore
import org.skilling.toPublic
import org.skilling.translated

/**
 * What a terminal is opened with.
 *
 * @property roots the scheme's pinned root keys, 1 to 3, each P-256 as 33 or 65 bytes
 * @property acquirer the acquirer's server, usually an [org.skilling.HttpTransport]
 * @property keys usually a [KeystoreTerminalKeys]
 * @property store null: `skilling-till.db` in the folder that Android never backs up. Tills of one shop should share a store; none is
 *   ever restored from a backup
 * @property clock null: the device's; another for simulators and tests
 * @property portDeadlineMillis the most that any call of the app's own ports may take; null: each has its own bound
 */
public class TerminalSettings(
    public val roots: List<ByteArray>,
    public val acquirer: Transport,
    public val keys: TerminalKeys,
    public val store: File? = null,
    public val clock: Clock? = null,
    public val portDeadlineMillis: Int? = null,
)

/**
 * One till. Every member may be called from any thread, also the main thread: what is slow suspends. What has begun is finished by the
 * core, whatever becomes of the coroutine. Everything thrown is a [SkillingException]; a payment that is not accepted is an [Outcome].
 */
public class SkillingTerminal private constructor(
    internal val core: org.skilling.core.ffi.Terminal,
    private val acquirer: Transport,
) : AutoCloseable {
    private val changes = MutableStateFlow(0L)

    /** Changes whenever something may have: what the till shows should be read again. */
    public val revision: StateFlow<Long> = changes.asStateFlow()

    public companion object {
        /**
         * Opens or makes the till's store.
         *
         * @throws SkillingException.Storage
         * @throws SkillingException.PortFailed the keys
         * @throws SkillingException.VersionMismatch
         */
        public suspend fun open(context: Context, settings: TerminalSettings): SkillingTerminal = over(settings.acquirer) {
            val store = settings.store ?: File(context.noBackupFilesDir, "skilling-till.db")
            val config = TerminalConfig(store.path, settings.roots, settings.portDeadlineMillis?.toUInt())
            org.skilling.core.ffi.Terminal.open(config, HostTerminalKeys(settings.keys), settings.clock?.let(::HostClock))
        }

        /** Over whatever [open] opens. */
        internal suspend fun over(acquirer: Transport, open: () -> org.skilling.core.ffi.Terminal): SkillingTerminal = withContext(Dispatchers.IO) {
            Skilling.check()
            SkillingTerminal(translated(open), acquirer)
        }
    }

    // Setting up

    /**
     * Makes a key for a certificate; gives the 33 bytes that the acquirer certifies. Every call makes another: note it until the certificate
     * is there. 64 are the most that a till may have.
     */
    public suspend fun createKey(): ByteArray = slow { core.createKey() }

    /** Takes the certificate that the acquirer handed out, as a bare object. */
    public suspend fun takeCertificate(certificate: ByteArray): Unit = slow { core.takeCertificate(certificate) }.let { }

    /** Takes a trust bundle, status list, fraud proof, outage bulletin or certificate from wherever it comes. True if it is newer. */
    public suspend fun take(message: ByteArray): Boolean = slow { core.take(message) }.isNew

    /** The certificate that new requests are made under. */
    public suspend fun certificate(): Certificate = slow(changing = false) { core.certificate() }.toPublic()

    // Selling

    /** Whether [amount] could be accepted now with nobody online: how far, or every reason why not. */
    public suspend fun canAcceptOffline(amount: Money): CanAcceptOffline =
        slow(changing = false) { core.canAccept(amount.toCore()) }.toPublic()

    /** The same, in smallest units. */
    public suspend fun canAcceptOffline(amount: Long, currency: Currency): CanAcceptOffline = canAcceptOffline(Money(amount, currency))

    /**
     * Makes a request for a sale, durable on return.
     *
     * @param reference a till or receipt number, at most 35 characters; nothing about goods or persons
     * @param answerWithinSeconds how long it may be answered
     * @throws SkillingException.TillNotReady
     */
    public suspend fun request(amount: Money, reference: String? = null, answerWithinSeconds: Int = 180): OpenRequest =
        slow { core.request(Sale(amount.toCore(), reference, answerWithinSeconds.coerceAtLeast(1).toUInt())) }.toPublic()

    /** Makes a request without an amount, to be printed: the payer types it, the cashier confirms it. Open until cancelled. */
    public suspend fun printedRequest(currency: Currency, reference: String? = null): OpenRequest =
        slow { core.staticRequest(currency.numeric.toUInt(), reference) }.toPublic()

    /** Cancels a request: a payment for it is declined from now on. */
    public suspend fun cancel(request: OpenRequest): Unit = slow { core.cancel(request.requestId) }

    /** The requests that can still be paid. */
    public suspend fun openRequests(): List<OpenRequest> = slow(changing = false) { core.openRequests() }.map { it.toPublic() }

    /**
     * Decides on a payment that a phone shows ([org.skilling.Qr.read]). Durable on return: only then say "paid". [sale] is what the
     * cashier waits for.
     *
     * @throws SkillingException.MadeByAnotherTill nothing is decided: go there
     */
    public suspend fun accept(token: ByteArray, sale: OpenRequest? = null): Outcome =
        slow { core.accept(token, sale?.requestId) }.toPublic()

    /** After the cashier confirmed [shown] as the amount of a payment for a printed code. */
    public suspend fun confirm(token: ByteArray, shown: Money): Outcome = slow { core.confirm(token, shown.toCore()) }.toPublic()

    /** After the cashier rejected the amount of a payment for a printed code: declined, which gives the payer the amount back. */
    public suspend fun reject(token: ByteArray): Outcome = slow { core.reject(token) }.toPublic()

    /** Voids an accepted payment, whole: final, and the receipt must be shown. */
    public suspend fun voidPayment(paymentId: String): Answered = slow { core.voidPayment(paymentId) }.toPublic()

    /** The latest receipt of a payment, to show or give again. */
    public suspend fun receipt(paymentId: String): Answered = slow(changing = false) { core.receipt(paymentId) }.toPublic()

    /**
     * Serves one phone in front of a reader, from select to receipt. [sale] is what is to be paid, if anything. Suspends until the phone
     * may leave; cancelling ends the tap at its next pause. [ReaderModeTerminal] calls it for Android's own reader.
     */
    public suspend fun tap(reader: Transceiver, sale: OpenRequest? = null, giveUpAfterMillis: Int? = null): TapReport {
        val control = translated { TapControl.create() }
        return try {
            interruptible(control) {
                core.tap(HostTransceiver(reader), sale?.requestId, control, giveUpAfterMillis?.coerceAtLeast(0)?.toUInt()).toPublic()
            }
        } finally {
            changed()
        }
    }

    // Showing

    /** The till's offline payments. */
    public suspend fun offlineStatus(): OfflineStatus = slow(changing = false) { core.offlineStatus() }.toPublic()

    /** Declares the till offline from now on, or online, by hand. */
    public suspend fun declareOffline(isOffline: Boolean): Unit = slow { core.declareOffline(isOffline) }

    /** What each currency came to from [from] to before [until]. */
    public suspend fun totals(from: Instant, until: Instant): List<Totals> =
        slow(changing = false) { core.totals(from.epochSecond, until.epochSecond) }.map { it.toPublic() }

    /** At most [most] stored payments (1 to 200), newest first, after the one at the cursor [before]. */
    public suspend fun payments(before: Long? = null, most: Int = 50): List<StoredPayment> =
        slow(changing = false) { core.payments(before, most.coerceIn(1, 200).toUInt()) }.map { it.toPublic() }

    /**
     * What happened, as [org.skilling.terminal.TerminalEvent]s that come again until the collector has dealt with them. A store that is busy
     * or full for a moment ends nothing; the flow ends when the till is closed. One collector, please.
     */
    public val events: Flow<TerminalEvent> = queued(
        changes,
        read = { after -> slow(changing = false) { core.events(after, Bounds.EVENTS_AT_ONCE) }.map { it.toPublic() } },
        id = TerminalEvent::id,
        acknowledge = { slow(changing = false) { core.acknowledge(it) } },
    )

    /** Versions, schema, counts, state; nothing personal: fit for a support ticket. */
    public suspend fun diagnostics(): String = "package: ${Skilling.VERSION}\n" + slow(changing = false) { core.diagnostics() }.report

    // Online

    /** Fetches bundle, status lists and outage bulletins. */
    public suspend fun refresh(): RefreshReport = HostTransport(acquirer).let { line -> slow { core.refresh(line) }.toPublic(line) }

    /** Deposits everything due. Safe at any time. */
    public suspend fun deposit(): DepositReport = HostTransport(acquirer).let { line -> slow { core.deposit(line) }.toPublic(line) }

    /** Everything that a till should do while there is a network: refresh, renew its certificate where that is due, deposit. */
    public suspend fun syncAll(): SyncReport {
        val refreshed = refresh()
        val renewing = HostTransport(acquirer)
        val renewed = if (slow { core.isRenewalDue() }) slow { core.renew(renewing, false) } else null
        return SyncReport(refreshed, deposit(), (renewed as? RenewalResult.Failed)?.failure?.toPublic()?.let(renewing::told))
    }

    /** Leaves the store. Everything after is [SkillingException.Closed]. */
    override fun close() {
        translated { core.shutDown() }
        changed()
    }

    private fun changed() = changes.update { it + 1 }

    private suspend fun <T> slow(changing: Boolean = true, call: suspend () -> T): T =
        try {
            withContext(Dispatchers.IO) { translated { call() } }
        } finally {
            if (changing) changed()
        }

    /** Runs what blocks on a thread of its own, and asks it to stop when the caller no longer waits. */
    private suspend fun <T> interruptible(control: TapControl, block: () -> T): T = withContext(Dispatchers.IO) {
        suspendCancellableCoroutine { caller ->
            caller.invokeOnCancellation { control.stop() }
            val done = runCatching { translated { block() } }
            caller.resumeWith(done)
        }
    }

    private object Bounds {
        const val EVENTS_AT_ONCE = 50u
    }
}
