// The payer's wallet: the one class that an app holds.
package org.skilling.wallet

import android.content.Context
import java.io.File
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.NonCancellable
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.flow.StateFlow
import kotlinx.coroutines.flow.asStateFlow
import kotlinx.coroutines.flow.update
import kotlinx.coroutines.withContext
import org.skilling.Clock
import org.skilling.Currency
import org.skilling.HostClock
import org.skilling.HostTransport
import org.skilling.Money
import org.skilling.Skilling
import org.skilling.SkillingException
import org.skilling.Transport
import org.skilling.core.ffi.WalletConfig
import org.skilling.queued
import org.skilling.toCore
import org.skilling.translated
import org.skilling.translatedVia
import org.skilling.wallet.keystore.KeystoreVault
import org.skilling.wallet.keystore.NoBackupRollbackGuard

/**
 * What a wallet is opened with.
 *
 * @property roots the scheme's pinned root keys, 1 to 3, each P-256 as 33 or 65 bytes
 * @property server the bank's server, usually an [org.skilling.HttpTransport]
 * @property keys usually a [org.skilling.wallet.keystore.KeystoreDeviceKeys]
 * @property folder null: `skilling` in the folder that Android never backs up
 * @property clock null: the phone's; another for simulators and tests
 * @property portDeadlineMillis the most that any call of the app's own ports may take; null: each has its own bound
 */
public class WalletSettings(
    public val roots: List<ByteArray>,
    public val server: Transport,
    public val keys: DeviceKeys,
    public val vault: KeyVault? = null,
    public val guard: RollbackGuard? = null,
    public val folder: File? = null,
    public val clock: Clock? = null,
    public val portDeadlineMillis: Int? = null,
)

/**
 * One person's wallet. Every member may be called from any thread, also the main thread: what is slow suspends.
 *
 * A payment step that has begun is finished by the core, whatever becomes of the coroutine: an app cancels only its wait. Everything
 * thrown is a [SkillingException]. Close it, or leave it to the end of the process: nothing is lost either way.
 */
public class SkillingWallet private constructor(
    internal val core: org.skilling.core.ffi.Wallet,
    private val server: Transport,
) : AutoCloseable {
    private val changes = MutableStateFlow(0L)

    /** Changes whenever something may have: what the app shows should be read again. */
    public val revision: StateFlow<Long> = changes.asStateFlow()

    public companion object {
        /**
         * Opens or makes the wallet and brings every payment that was under way to a state.
         *
         * @throws SkillingException.Busy another process has it open
         * @throws SkillingException.Storage unreadable (then set aside, never deleted), of a newer version, or its key does not open
         * @throws SkillingException.VersionMismatch
         * @throws SkillingException.LibraryMissing
         */
        public suspend fun open(context: Context, settings: WalletSettings): SkillingWallet = over(settings.server) {
            val folder = settings.folder ?: File(context.noBackupFilesDir, "skilling")
            val config = WalletConfig(
                folder = folder.path,
                roots = settings.roots,
                patienceMillis = null,
                largestCommandData = null,
                portPatienceMillis = settings.portDeadlineMillis?.toUInt(),
            )
            org.skilling.core.ffi.Wallet.open(
                config,
                HostKeys(settings.keys),
                HostVault(settings.vault ?: KeystoreVault()),
                HostGuard(settings.guard ?: NoBackupRollbackGuard(context)),
                settings.clock?.let(::HostClock),
            )
        }

        /** Over whatever [open] opens. */
        internal suspend fun over(server: Transport, open: () -> org.skilling.core.ffi.Wallet): SkillingWallet = withContext(Dispatchers.IO) {
            Skilling.check()
            SkillingWallet(translated(open), server)
        }
    }

    /**
     * Whether the app is in front on an unlocked phone; [org.skilling.wallet.card.InFront] tells it. While it is false nothing is
     * signed or repeated, and leaving ends an arming. Never blocks.
     */
    public fun setInFront(isInFront: Boolean) {
        translated { core.setInFront(isInFront) }
    }

    // Paying

    /**
     * Looks at a payment request that was scanned, or that a reader asks for ([asked]).
     *
     * @throws SkillingException.Malformed no request of this protocol
     * @throws SkillingException.Refused a rule stands against it
     * @throws SkillingException.NotInFront a token would be repeated
     */
    public suspend fun review(request: ByteArray): Reviewed = slow { core.review(request) }.toPublic()

    /** Like [review], for a printed code that the payer wants to pay once more although nobody answered to the last payment. */
    public suspend fun reviewAnew(request: ByteArray): Reviewed = slow { core.reviewAnew(request) }.toPublic()

    /**
     * The review of a printed code with the amount that the payer typed.
     *
     * @throws SkillingException.Refused over the scheme's bound, or the request has an amount
     */
    public suspend fun enterAmount(review: Review, amount: Money): Review =
        Review(slow { core.enterAmount(review.core, amount.toCore()) })

    /**
     * Asks the payer for this very payment, by finger, face or screen lock. Cancelling takes the question away and leaves nothing,
     * also where the payer agreed in that moment.
     *
     * @throws SkillingException.PayerRefused nothing is owed
     * @throws SkillingException.AmountNeeded
     * @throws SkillingException.NotInFront
     * @throws SkillingException.ConsentPassed review again
     * @throws SkillingException.Refused no allowance can pay
     * @throws SkillingException.LockedOut
     * @throws SkillingException.NoScreenLock
     * @throws SkillingException.KeyGone sync, for a new allowance under a new key
     * @throws SkillingException.Busy the key hardware is busy: ask again in a moment
     * @throws SkillingException.RolledBack
     */
    public suspend fun agree(review: Review): Agreement =
        unlessLeft(takeBack = { core.withdraw(review.core) }) { Agreement(slow { core.agree(review.core) }) }

    /** The payer said no: a reader that asks again within a minute is told so. */
    public suspend fun decline(review: Review): Unit = slow { core.decline(review.core) }

    /** Takes back what was agreed to; true if it was still waiting. */
    public suspend fun abandon(agreement: Agreement): Boolean = slow { core.abandon(agreement.core) }

    /**
     * Pays what was agreed to. On return the token is durable and may be drawn. Not needed for a tap: the reader's next command gets it.
     *
     * @throws SkillingException.ConsentPassed after a minute, or the second time
     * @throws SkillingException.Storage nothing was paid; after [org.skilling.StorageProblem.ReopenNeeded] close and open again
     * @throws SkillingException.PortFailed of the guard: it is paid, and the same request gives the token once the guard works
     */
    public suspend fun pay(agreement: Agreement): PaymentToken = slow { core.pay(agreement.core) }.toPublic()

    /**
     * The token of a payment of the history that the payer wants to show once more, also after a restart; null once it was answered, and
     * a day after its request has run out. Nothing is paid twice.
     *
     * @throws SkillingException.NotInFront
     * @throws SkillingException.NotFound
     */
    public suspend fun repeat(paymentId: String): PaymentToken? = slow(changing = false) { core.repeat(paymentId) }?.toPublic()

    /** Notes that the token was drawn. Losing this note loses nothing. */
    public suspend fun presented(token: PaymentToken): Unit = slow { core.presented(token.paymentId) }

    /**
     * Takes the receipt that the till shows.
     *
     * @throws SkillingException.ReceiptFitsNone it is for another phone or an old payment
     */
    public suspend fun takeReceipt(receipt: ByteArray): ReceiptTaken =
        slow { core.takeReceipt(receipt) }.let { ReceiptTaken(it.paymentId, it.stage.toPublic()) }

    /** Where a payment stands. */
    public suspend fun stage(paymentId: String): Stage = slow { core.stage(paymentId) }.toPublic()

    // Tapping

    /**
     * Arms the wallet: the payer authenticates, and within 60 seconds the first request of at most [ceiling] is paid from this
     * allowance without another question.
     *
     * @throws SkillingException as [agree]
     */
    public suspend fun arm(allowanceId: String, ceiling: Money): Armed =
        unlessLeft(takeBack = { core.disarm() }) { slow { core.arm(allowanceId, ceiling.toCore()) }.toPublic() }

    /** Takes the arming back; true if it was still waiting. */
    public suspend fun disarm(): Boolean = slow { core.disarm() }

    /** What a reader asks for and waits for the payer to see: [review] it. Look when [revision] changes. */
    public suspend fun asked(): ByteArray? = slow(changing = false) { core.asked() }

    /** Answers one command of a reader; any bytes are answered. For [org.skilling.wallet.card.SkillingCardService]; never on the main thread. */
    public fun answerReader(command: ByteArray): ByteArray = translated { core.processApdu(command) }.also { changed() }

    /** The reader's field is gone. For [org.skilling.wallet.card.SkillingCardService]. */
    public fun leaveField(): Unit = translated { core.deactivated() }.also { changed() }

    // Showing

    /** Every allowance that may sign, and every other whose end the bank has not answered to. */
    public suspend fun allowances(): List<Allowance> = slow(changing = false) { core.allowances() }.map { it.toPublic() }

    /** What can be paid with nobody online, for how long, and what to do about it; one a currency. */
    public suspend fun forecast(): List<Forecast> = slow(changing = false) { core.forecast() }.map { it.toPublic() }

    /** A page of at most [most] payments (1 to 200), newest first, after the page that ended at [after]. */
    public suspend fun history(search: HistorySearch = HistorySearch(), after: HistoryCursor? = null, most: Int = 50): HistoryPage =
        slow(changing = false) { core.history(search.toCore(), after?.core, most.coerceIn(1, 200).toUInt()) }.toPublic()

    /** Everything that happened to one payment, oldest first. */
    public suspend fun timeline(paymentId: String): List<Moment> =
        slow(changing = false) { core.timeline(paymentId) }.map { it.toPublic() }

    /** The scheme's policy for a currency; null without a bundle, or where it lists none. */
    public suspend fun policy(currency: Currency): Policy? =
        slow(changing = false) { core.policy(currency.numeric.toUInt()) }?.toPublic()

    /**
     * What happened, from a queue that survives the process. An event is acknowledged once the collector's block has returned for it, so
     * one whose block was cut off comes again: a notification may be shown twice, never not at all. A store that is busy or full for a moment
     * ends nothing; the flow ends when the wallet is closed. One collector, please.
     */
    public val events: Flow<WalletEvent> = queued(
        changes,
        read = { after -> slow(changing = false) { core.events(after, Bounds.EVENTS_AT_ONCE) }.map { it.toPublic() } },
        id = WalletEvent::id,
        acknowledge = { slow(changing = false) { core.acknowledge(it) } },
    )

    /** Versions, schema, counts, key protection, clock; nothing personal: fit for a support ticket. */
    public suspend fun diagnostics(): String =
        "package: ${Skilling.VERSION}\n" + slow(changing = false) { core.diagnostics() }.report

    // Online

    /** The banks this phone is enrolled at. */
    public suspend fun banks(): List<Bank> = slow(changing = false) { core.banks() }.map { it.toPublic() }

    /**
     * Enrols this phone at the bank with the code that the bank gave the customer; gives the bank's number. After an answer that never
     * came, the same code sends the same bytes again.
     *
     * @throws SkillingException.Online
     * @throws SkillingException.Refused 53: the code is not, or no longer, the customer's
     */
    public suspend fun enrol(code: String, via: Transport? = null): Long = 
        HostTransport(via ?: server).let { line -> slow { translatedVia(line) { core.enrol(line, code) } } }

    /**
     * Syncs with one bank, and asks it for an allowance where one is wanted. Safe at any time. A server that does not answer is no
     * exception: see [SyncReport.failure].
     */
    public suspend fun sync(bank: Long, want: Want? = null, via: Transport? = null): SyncReport =
        HostTransport(via ?: server).let { line -> slow { core.sync(line, bank, want?.toCore()) }.toPublic(line) }

    /** Fetches trust bundle and outage bulletins. */
    public suspend fun refresh(via: Transport? = null): RefreshReport =
        HostTransport(via ?: server).let { line -> slow { core.refresh(line) }.toPublic(line) }

    /**
     * Everything that a phone should do while there is a network: refresh, renew what ends, sync with every bank.
     *
     * @throws SkillingException what stopped a bank first, once all were tried: of one's keys (locked, no screen lock), of the store
     */
    public suspend fun syncAll(): SyncReport {
        var all = SyncReport.of(refresh().failure)
        var stopped: SkillingException? = null
        for (bank in banks()) {
            try {
                // First, because a sync that says goodbye to an allowance ends what is to be renewed.
                all += HostTransport(server).let { line -> slow { core.renew(line, bank.number) }.toPublic(line) }
                all += sync(bank.number)
            } catch (exception: SkillingException) {
                stopped = stopped ?: exception
            }
        }
        stopped?.let { throw it }
        return all
    }

    /** Closes an allowance for good; the next sync says so, and the bank gives back what is not spent. */
    public suspend fun closeAllowance(allowanceId: String): Unit = slow { core.closeAllowance(allowanceId) }

    /** Takes a trust bundle from wherever it comes; only a pinned root's signature counts. True if it is newer. */
    public suspend fun takeBundle(message: ByteArray): Boolean = slow { core.takeBundle(message) }

    /** Takes an outage bulletin, from a poster or a till. True if it is newer. */
    public suspend fun takeOutage(message: ByteArray): Boolean = slow { core.takeOutage(message) }

    /** Leaves the wallet: files are closed, and another process may open it. Everything after is [SkillingException.Closed]. */
    override fun close() {
        translated { core.shutDown() }
        changed()
    }

    private fun changed() = changes.update { it + 1 }

    /** Off the caller's thread, with exceptions that an app knows. */
    private suspend fun <T> slow(changing: Boolean = true, call: suspend () -> T): T =
        try {
            withContext(Dispatchers.IO) { translated { call() } }
        } finally {
            if (changing) changed()
        }

    /**
     * The payer may act in the very moment in which the app stops waiting for it: then nobody holds what they agreed to, and the next
     * reader would have it.
     */
    private suspend fun <T> unlessLeft(takeBack: () -> Unit, ask: suspend () -> T): T =
        try {
            ask()
        } catch (left: CancellationException) {
            withContext(NonCancellable) {
                try {
                    slow { takeBack() }
                } catch (_: SkillingException) {
                    // It was closed meanwhile, and holds nothing more.
                }
            }
            throw left
        }

    private fun org.skilling.core.ffi.Reviewed.toPublic(): Reviewed = when (this) {
        is org.skilling.core.ffi.Reviewed.Answered -> Reviewed.Answered(token.toPublic())
        is org.skilling.core.ffi.Reviewed.New -> Reviewed.New(Review(review))
    }

    private object Bounds {
        const val EVENTS_AT_ONCE = 50u
    }
}

private fun org.skilling.core.ffi.Armed.toPublic() =
    Armed(allowanceId, Money(ceiling.minorUnits.toLong(), Currency(ceiling.currency.toInt())), java.time.Instant.ofEpochSecond(until))
