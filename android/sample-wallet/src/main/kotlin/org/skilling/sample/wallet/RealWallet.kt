// The wallet of the screens, on SkillingWallet: this file is what an app team copies.
package org.skilling.sample.wallet

import kotlinx.coroutines.flow.Flow
import org.skilling.CallFailure
import org.skilling.Currency
import org.skilling.Money
import org.skilling.SkillingException
import org.skilling.sample.kit.ShownMoney
import org.skilling.sample.wallet.screens.Entry
import org.skilling.sample.wallet.screens.Happening
import org.skilling.sample.wallet.screens.HomeState
import org.skilling.sample.wallet.screens.Outcome
import org.skilling.sample.wallet.screens.Purse
import org.skilling.sample.wallet.screens.ReceiptState
import org.skilling.sample.wallet.screens.ReviewState
import org.skilling.sample.wallet.screens.SettingsState
import org.skilling.sample.wallet.screens.Standing
import org.skilling.sample.wallet.screens.TimelineState
import org.skilling.sample.wallet.screens.Todo
import org.skilling.sample.wallet.screens.Why
import org.skilling.wallet.Advice
import org.skilling.wallet.AllowanceState
import org.skilling.wallet.BankState
import org.skilling.wallet.Forecast
import org.skilling.wallet.HistoryCursor
import org.skilling.wallet.HistoryEntry
import org.skilling.wallet.Moment
import org.skilling.wallet.PaymentToken
import org.skilling.wallet.Review
import org.skilling.wallet.Reviewed
import org.skilling.wallet.SkillingWallet
import org.skilling.wallet.Stage
import org.skilling.wallet.SyncReport
import org.skilling.wallet.Want

/** @param now the wallet's clock, Unix seconds */
class RealWallet(private val wallet: SkillingWallet, private val now: () -> Long) : WalletSource {
    /** What the payer looks at. */
    private var review: Review? = null

    /** What is on the screen. */
    private var drawn: PaymentToken? = null

    override val changes: Flow<Long> get() = wallet.revision

    override suspend fun home(isOnline: Boolean): HomeState {
        val forecasts = wallet.forecast()
        if (wallet.banks().isEmpty()) return HomeState(isOnline, emptyList(), Todo(Todo.Kind.ENROL, now()))
        val advice = forecasts.flatMap { it.advice }.minByOrNull { it.before }?.takeIf { it.before.epochSecond < now() + SOON }
        val purses = forecasts.map { purse(it) }.sortedBy { it is Purse.Closed }
        // A currency that was never held is no news while another can pay.
        val shown = if (purses.any { it is Purse.Open }) purses.filterNot { it is Purse.Closed && it.why == Why.NO_ALLOWANCE } else purses.take(1)
        return HomeState(isOnline, shown, advice?.let(::todo))
    }

    private suspend fun purse(forecast: Forecast): Purse {
        val now = forecast.coverage.now
        val until = forecast.coverage.until
        if (now == null || until == null || now.total.minorUnits == 0L) return Purse.Closed(forecast.currency.numeric, Why.valueOf(forecast.coverage.endsBy.name))
        return Purse.Open(shown(now.total), shown(now.largest), now.payments, until.epochSecond)
    }

    private fun todo(advice: Advice): Todo {
        val kind = when (advice.act) {
            Advice.Act.SET_CLOCK -> Todo.Kind.SET_CLOCK
            Advice.Act.WANT, Advice.Act.REFRESH, Advice.Act.SYNC, Advice.Act.RENEW -> Todo.Kind.UPDATE
        }
        return Todo(kind, advice.before.epochSecond)
    }

    override suspend fun look(message: ByteArray): Looked {
        // Of a request that is refused nothing may be shown, and least of all who asked before.
        review = null
        return try {
            reviewed(wallet.review(message))
        } catch (_: SkillingException.Malformed) {
            receiptOf(message)
        } catch (refused: SkillingException.Refused) {
            Looked.Done(refused(refused.reason.code))
        }
    }

    private suspend fun reviewed(reviewed: Reviewed): Looked = when (reviewed) {
        is Reviewed.Answered -> Looked.Again(presented(reviewed.token, null))
        is Reviewed.New -> looked(reviewed.review)
    }

    private fun looked(new: Review): Looked {
        review = new
        val amount = new.amount ?: return Looked.AmountNeeded(new.merchant, ShownMoney(0, new.currency.numeric, new.decimals))
        return Looked.Review(
            ReviewState(
                merchant = new.merchant,
                country = new.country,
                amount = ShownMoney(amount.minorUnits, amount.currency.numeric, new.decimals),
                reference = new.reference,
                leftAfter = new.pays?.let { ShownMoney(it.remainingAfter.minorUnits, new.currency.numeric, new.decimals) },
                refusal = new.cannotPay?.reason?.code,
                sameAgain = new.sameAgain?.epochSecond,
                isTillOffline = new.offlineSince != null,
            ),
        )
    }

    private suspend fun receiptOf(message: ByteArray): Looked =
        try {
            Looked.Done(outcome(wallet.takeReceipt(message).paymentId))
        } catch (_: SkillingException.Malformed) {
            Looked.NotForWallets
        } catch (_: SkillingException.ReceiptFitsNone) {
            Looked.NotForWallets
        }

    override suspend fun asked(): Looked? = wallet.asked()?.let { look(it) }

    override suspend fun enter(minorUnits: Long): Looked {
        val printed = review ?: return Looked.NotForWallets
        return try {
            looked(wallet.enterAmount(printed, Money(minorUnits, printed.currency)))
        } catch (refused: SkillingException.Refused) {
            Looked.Done(refused(refused.reason.code))
        }
    }

    override suspend fun agree(toShow: Boolean): Agreed {
        val agreedTo = review ?: return Agreed.Nothing
        return try {
            val agreement = wallet.agree(agreedTo)
            if (!toShow) return Agreed.Nothing
            val token = wallet.pay(agreement)
            Agreed.ToShow(presented(token, agreedTo))
        } catch (refused: SkillingException.Refused) {
            Agreed.Refused(refused(refused.reason.code))
        } catch (_: SkillingException.PayerRefused) {
            Agreed.Refused(refused(PAYER_REFUSED))
        }
    }

    override suspend fun decline() {
        review?.let { wallet.decline(it) }
        review = null
    }

    override suspend fun arm(): Pair<ShownMoney, Long>? {
        val open = wallet.allowances().filter { it.state == AllowanceState.OPEN && it.remaining.minorUnits > 0 }
        val allowance = open.maxByOrNull { it.remaining.minorUnits } ?: return null
        val most = listOfNotNull(allowance.cap, allowance.remaining, wallet.policy(allowance.cap.currency)?.maxPayment).minByOrNull { it.minorUnits }
        val armed = try {
            wallet.arm(allowance.id, most ?: allowance.cap)
        } catch (_: SkillingException.PayerRefused) {
            return null
        }
        return shown(armed.ceiling) to armed.until.epochSecond
    }

    override suspend fun disarm() {
        wallet.disarm()
    }

    override suspend fun presented(paymentId: String) {
        drawn?.takeIf { it.paymentId == paymentId }?.let { wallet.presented(it) }
    }

    override suspend fun receipt(paymentId: String): ReceiptState? =
        outcome(paymentId).takeIf { it.outcome != Outcome.UNCONFIRMED }

    /** Like [receipt], and where the till has not answered it says that. */
    suspend fun outcome(paymentId: String): ReceiptState {
        val entry = find(paymentId) ?: return ReceiptState(Outcome.UNCONFIRMED, null, null, null, null)
        val declined = wallet.timeline(paymentId).mapNotNull { it.kind as? Moment.Kind.Declined }.lastOrNull()
        val outcome = when (entry.stage) {
            Stage.COMMITTED, Stage.PRESENTED, Stage.UNCONFIRMED -> Outcome.UNCONFIRMED
            Stage.ACCEPTED, Stage.SETTLED -> Outcome.PAID
            Stage.DECLINED -> Outcome.DECLINED
            Stage.VOIDED, Stage.GIVEN_BACK -> Outcome.VOIDED
        }
        return ReceiptState(outcome, entry.merchant, shown(entry.amount), entry.reference, entry.at.epochSecond, declined?.reason?.code)
    }

    override suspend fun newest(): Entry? = wallet.history(most = 1).entries.firstOrNull()?.let { entry(it) }

    /** Page by page: it is mostly one of the newest, but need not be. */
    private suspend fun find(paymentId: String): HistoryEntry? {
        var page = wallet.history(most = PAGE)
        while (true) {
            page.entries.firstOrNull { it.paymentId == paymentId }?.let { return it }
            page = wallet.history(after = page.next ?: return null, most = PAGE)
        }
    }

    override suspend fun history(after: Any?): Page {
        val page = wallet.history(after = after as HistoryCursor?)
        return Page(page.entries.map { entry(it) }, page.next)
    }

    override suspend fun timeline(paymentId: String): TimelineState {
        val entry = checkNotNull(find(paymentId)) { "the history only grows" }
        return TimelineState(entry(entry), wallet.timeline(paymentId).map(::happening))
    }

    override suspend fun again(paymentId: String): Presented? {
        val token = wallet.repeat(paymentId) ?: return null
        return presented(token, null)
    }

    private suspend fun presented(token: PaymentToken, agreedTo: Review?): Presented {
        drawn = token
        val entry = find(token.paymentId)
        return Presented(token.paymentId, token.message, agreedTo?.merchant ?: entry?.merchant, entry?.let { shown(it.amount) })
    }

    override suspend fun settings(): SettingsState {
        val banks = wallet.banks()
        return SettingsState(banks.map { it.name ?: "#${it.number}" }, banks.mapNotNull { it.syncedAt?.epochSecond }.maxOrNull(), null)
    }

    override suspend fun report(): String = wallet.diagnostics()

    override suspend fun update(): Updated = updated(wallet.syncAll())

    override suspend fun enrol(code: String): Updated =
        try {
            // The bundle first: it says who the bank is.
            wallet.refresh()
            want(wallet.enrol(code.trim()), FIRST_WISH)
        } catch (refused: SkillingException.Refused) {
            Updated(false, refused.reason.code)
        } catch (failed: SkillingException.Online) {
            Updated(false, failed.failure.reason)
        } catch (lacking: SkillingException.NoScreenLock) {
            // The code was good: it is the allowance that waits.
            throw lacking
        } catch (_: SkillingException) {
            Updated(false)
        }

    /** Asks a bank for an allowance. */
    suspend fun want(bank: Long, limit: Long): Updated = updated(wallet.sync(bank, Want(Money(limit, Currency.DKK))))

    private fun updated(report: SyncReport): Updated =
        Updated(report.isComplete, report.failure?.reason ?: report.notGranted.firstNotNullOfOrNull { it.reason }?.code)

    private val CallFailure.reason: Int? get() = (problem as? CallFailure.Problem.Status)?.reason?.code

    private suspend fun shown(money: Money): ShownMoney {
        val decimals = wallet.policy(money.currency)?.decimals ?: 2
        return ShownMoney(money.minorUnits, money.currency.numeric, decimals)
    }

    private suspend fun entry(it: HistoryEntry): Entry = Entry(it.paymentId, it.at.epochSecond, it.merchant, shown(it.amount), it.reference, standing(it))

    private fun standing(it: HistoryEntry): Standing = when {
        it.bank == BankState.DISPUTED || it.bank == BankState.REFUSED -> Standing.DISPUTED
        else -> when (it.stage) {
            Stage.COMMITTED, Stage.PRESENTED, Stage.UNCONFIRMED -> Standing.WAITING
            Stage.ACCEPTED -> Standing.PAID
            Stage.VOIDED -> Standing.VOIDED
            Stage.DECLINED -> Standing.DECLINED
            Stage.SETTLED -> Standing.SETTLED
            Stage.GIVEN_BACK -> Standing.GIVEN_BACK
        }
    }

    private fun happening(moment: Moment): Happening {
        val what = when (val it = moment.kind) {
            is Moment.Kind.Signed -> Happening.What.SIGNED
            is Moment.Kind.Accepted -> Happening.What.ACCEPTED
            is Moment.Kind.Voided -> Happening.What.VOIDED
            is Moment.Kind.Declined -> Happening.What.DECLINED
            is Moment.Kind.Bank -> when (it.state) {
                BankState.PENDING -> Happening.What.BANK_PENDING
                BankState.PAID -> Happening.What.BANK_PAID
                BankState.GIVEN_BACK -> Happening.What.BANK_GAVE_BACK
                BankState.DISPUTED -> Happening.What.BANK_DISPUTES
                BankState.REFUSED -> Happening.What.BANK_REFUSED
            }
        }
        return Happening(moment.at.epochSecond, what, (moment.kind as? Moment.Kind.Declined)?.reason?.code)
    }

    private fun refused(code: Int): ReceiptState {
        val seen = review
        val amount = seen?.amount?.let { ShownMoney(it.minorUnits, it.currency.numeric, seen.decimals) }
        return ReceiptState(Outcome.REFUSED, seen?.merchant, amount, seen?.reference, now(), code)
    }

    private companion object {
        /** The code of the registry for a payer who says no. */
        const val PAYER_REFUSED = 40

        /** Advice for later than in a week can wait. */
        const val SOON = 7 * 24 * 3_600L

        /** Minor units: the bank gives what it will. */
        const val FIRST_WISH = 200_000L
        const val PAGE = 50
    }
}
