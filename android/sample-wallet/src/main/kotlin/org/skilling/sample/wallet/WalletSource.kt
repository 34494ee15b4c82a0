// What the screens need of a wallet. The real one stands on SkillingWallet; the practice one is the simulator's.
package org.skilling.sample.wallet

import kotlinx.coroutines.flow.Flow
import org.skilling.sample.kit.ShownMoney
import org.skilling.sample.wallet.screens.Entry
import org.skilling.sample.wallet.screens.HomeState
import org.skilling.sample.wallet.screens.ReceiptState
import org.skilling.sample.wallet.screens.ReviewState
import org.skilling.sample.wallet.screens.SettingsState
import org.skilling.sample.wallet.screens.TimelineState

/** What a scanned or tapped message turned out to be. */
sealed class Looked {
    /** To be shown to the payer. */
    class Review(val state: ReviewState) : Looked()

    /** A printed code of [merchant]: the payer types an amount. */
    class AmountNeeded(val merchant: String, val nothing: ShownMoney) : Looked()

    /** Paid before: show the same payment again. */
    class Again(val payment: Presented) : Looked()

    /** Nothing was paid, for the reason in it; or a receipt was read. */
    class Done(val state: ReceiptState) : Looked()

    /** No message for a wallet. */
    object NotForWallets : Looked()
}

/** A payment that may be drawn. */
class Presented(val paymentId: String, val message: ByteArray, val merchant: String?, val amount: ShownMoney?)

/** What came of the payer's "yes". */
sealed class Agreed {
    class ToShow(val payment: Presented) : Agreed()

    class Refused(val state: ReceiptState) : Agreed()

    /** The payer said no after all, or it took too long: nothing is owed. */
    object Nothing : Agreed()
}

/** What came of asking a bank, which may have given a [reason] of the registry. */
class Updated(val isDone: Boolean, val reason: Int? = null)

/** A page of payments; [next] asks for the one after it. */
class Page(val entries: List<Entry>, val next: Any?)

/** One call at a time, from the presenter. */
interface WalletSource {
    /** Says something whenever what is shown may be out of date. */
    val changes: Flow<Long>

    suspend fun home(isOnline: Boolean): HomeState

    /** Looks at a message from the camera: a request or a receipt. */
    suspend fun look(message: ByteArray): Looked

    /** What a reader asks for, if one does. */
    suspend fun asked(): Looked?

    /** The payer typed an amount for the printed code that was looked at last. */
    suspend fun enter(minorUnits: Long): Looked

    /** The payer agrees to what was looked at last; [toShow] says that the till reads a code, else its reader gets the payment. */
    suspend fun agree(toShow: Boolean): Agreed

    suspend fun decline()

    /** Arms for one tap; the ceiling and until when (Unix seconds), or null where nothing can. */
    suspend fun arm(): Pair<ShownMoney, Long>?

    suspend fun disarm()

    suspend fun presented(paymentId: String)

    /** How the payment stands, as a receipt; null while the till has not answered. */
    suspend fun receipt(paymentId: String): ReceiptState?

    suspend fun newest(): Entry?

    suspend fun history(after: Any?): Page

    suspend fun timeline(paymentId: String): TimelineState

    /** The payment to show once more, from the history; null where it can no longer be shown. */
    suspend fun again(paymentId: String): Presented?

    suspend fun settings(): SettingsState

    suspend fun report(): String

    /** Everything that wants a network. */
    suspend fun update(): Updated

    /** Adds the bank that gave [code]. */
    suspend fun enrol(code: String): Updated
}
