// What the screens need of a till. The real one stands on SkillingTerminal; the practice one is the simulator's.
package org.skilling.sample.till

import kotlinx.coroutines.flow.Flow
import org.skilling.sample.kit.ShownMoney
import org.skilling.sample.till.screens.Acceptance
import org.skilling.sample.till.screens.StatusState
import org.skilling.sample.till.screens.Stored
import org.skilling.sample.till.screens.TotalsState
import org.skilling.sample.till.screens.Verdict

/** A request that is shown to the customer; [answerBefore] in Unix seconds. */
class Asked(val message: ByteArray, val amount: ShownMoney, val reference: String?, val answerBefore: Long)

/** What became of a payment. */
class Decided(val verdict: Verdict, val amount: ShownMoney?, val reason: Int? = null, val at: Long? = null, val receipt: ByteArray? = null)

/** What became of a scanned code. */
sealed class Taken {
    class Done(val decided: Decided) : Taken()

    /** A printed code was paid: the cashier confirms the amount. */
    class ToConfirm(val amount: ShownMoney) : Taken()
}

/** What came of asking the server, which may have given a [reason] of the registry. */
class Uploaded(val isDone: Boolean, val reason: Int? = null)

/** A page of stored payments; [next] asks for the one after it. */
class Page(val payments: List<Stored>, val next: Long?)

/** One call at a time, from the presenter. */
interface TillSource {
    /** Says something whenever what is shown may be out of date. */
    val changes: Flow<Long>

    /** Zero in the till's currency. */
    suspend fun nothing(): ShownMoney

    /** Whether [amount] could be accepted now. */
    suspend fun acceptance(amount: ShownMoney): Acceptance

    suspend fun request(amount: ShownMoney): Asked

    suspend fun cancel()

    /** The customer's code. */
    suspend fun take(message: ByteArray): Taken

    /** The cashier confirms or rejects the amount of the code that was taken last. */
    suspend fun confirm(isRight: Boolean): Decided

    suspend fun voidPayment(paymentId: String): Decided

    suspend fun totals(day: Long): TotalsState

    suspend fun stored(before: Long?): Page

    suspend fun status(): StatusState

    /** Everything that wants a network. */
    suspend fun upload(): Uploaded

    suspend fun declareOffline(isOffline: Boolean)

    /** The key that the acquirer certifies, as hex; null once the till has a certificate. */
    suspend fun keyToCertify(): String?

    /** Takes the certificate that the acquirer gave, as hex; true if it fits. */
    suspend fun certify(hex: String): Boolean
}
