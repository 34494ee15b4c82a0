// The till's books: totals, stored payments, offline status, the first set-up, and the simulator.
package org.skilling.sample.till.screens

import android.content.Context
import android.view.View
import org.skilling.Currency
import org.skilling.ReasonWords
import org.skilling.sample.kit.Column
import org.skilling.sample.kit.ShownMoney
import org.skilling.sample.kit.Tone
import org.skilling.sample.kit.Weight
import org.skilling.sample.kit.currencyCode
import org.skilling.sample.kit.day
import org.skilling.sample.kit.magicAmounts
import org.skilling.sample.kit.moment
import org.skilling.sample.kit.screen
import org.skilling.sample.kit.simulation
import org.skilling.sample.kit.words
import org.skilling.sample.till.R
import org.skilling.simulator.Simulator

internal fun Context.totals(state: TotalsState, act: (Act) -> Unit): View = screen {
    bar(words(R.string.totals), onBack = { act(Act.Stored) })
    practiceNotice(state)
    quiet(context.day(state.day))
    if (state.currencies.isEmpty()) card { body(words(R.string.no_payments)) }
    for (totals in state.currencies) {
        card {
            quiet(words(R.string.accepted) + " \u00b7 " + currencyCode(totals.accepted.amount.currency))
            amount(context.words(totals.accepted.amount))
            sum(R.string.payments, totals.accepted.count.toString())
            sum(R.string.voided, several(totals.voided))
            sum(R.string.declined, several(totals.declined))
            sum(R.string.to_upload, several(totals.toDeposit))
        }
    }
}

private fun Column.sum(label: Int, value: String) = fact(words(label), value)

private fun Column.several(sum: Sum): String = "${sum.count} \u00b7 " + context.words(sum.amount)

internal fun Context.stored(state: StoredState, act: (Act) -> Unit): View = screen {
    bar(words(R.string.stored), onBack = { act(Act.Sale) })
    practiceNotice(state)
    button(R.id.totals, words(R.string.totals), Weight.SECONDARY) { act(Act.Totals) }
    if (state.payments.isEmpty()) card { body(words(R.string.no_payments)) }
    for (payment in state.payments) {
        entry(
            id = R.id.stored_payment,
            title = context.words(payment.amount),
            detail = payment.storedAt?.let(context::moment) ?: words(R.string.evidence),
            end = words(payment.standing.words),
            endTone = payment.standing.tone,
        ) { act(Act.Open(payment.paymentId)) }
    }
    if (state.hasMore) button(R.id.more, words(R.string.more), Weight.PLAIN) { act(Act.MoreStored) }
}

internal fun Context.payment(state: PaymentState, act: (Act) -> Unit): View = screen {
    val payment = state.payment
    bar(words(R.string.payment), onBack = { act(Act.Stored) })
    practiceNotice(state)
    card {
        amount(context.words(payment.amount), R.id.amount)
        fact(words(R.string.state), words(payment.standing.words))
        payment.storedAt?.let { fact(words(R.string.stored_at), context.moment(it)) }
        fact(words(R.string.upload), words(if (payment.requiresUpload) R.string.upload_waits else R.string.upload_done))
        fact(words(R.string.number), payment.paymentId.take(SHORT))
    }
    if (payment.standing != Standing.ACCEPTED && payment.standing != Standing.SETTLED) return@screen
    fill()
    if (state.isSure) {
        card(Tone.WARN) { body(words(R.string.void_sure)) }
        button(R.id.void_now, words(R.string.void_now)) { act(Act.Void(payment.paymentId, true)) }
    } else {
        button(R.id.void_ask, words(R.string.void_ask), Weight.SECONDARY) { act(Act.Void(payment.paymentId, false)) }
    }
}

internal fun Context.status(state: StatusState, act: (Act) -> Unit): View = screen {
    bar(words(R.string.status), onBack = { act(Act.Sale) })
    practiceNotice(state)
    val since = state.offlineSince
    if (since == null) notice(R.drawable.ic_online, words(R.string.online), Tone.PLAIN)
    else notice(R.drawable.ic_offline, words(R.string.offline_since, context.moment(since)), Tone.WARN)
    state.notice?.let { notice(R.drawable.ic_info, words(it), Tone.ACCENT, announce = true) }
    state.reason?.let { notice(R.drawable.ic_info, ReasonWords.cashier(context, it), Tone.WARN, announce = true) }
    card {
        state.merchant?.let { title(it) }
        fact(words(R.string.waiting_count), state.offlinePaymentsCount.toString())
        state.offlinePaymentAmountsByCurrency.forEach { fact(words(R.string.waiting_amount), context.words(it)) }
        state.storedAt?.let { fact(words(R.string.oldest), context.moment(it)) }
        fact(words(R.string.upload), words(if (state.requiresUpload) R.string.upload_waits else R.string.upload_done))
    }
    button(R.id.upload, words(R.string.upload_now), Weight.PRIMARY, R.drawable.ic_refresh) { act(Act.Upload) }
    val toggle = if (since == null) R.string.declare_offline else R.string.declare_online
    button(R.id.declare, words(toggle), Weight.SECONDARY) { act(Act.DeclareOffline(since == null)) }
    toSimulator(act)
}

/** Done once, by whoever installs the till. */
internal fun Context.setup(state: SetupState, act: (Act) -> Unit): View = screen {
    bar(words(R.string.setup))
    body(words(R.string.setup_detail))
    card {
        quiet(words(R.string.setup_key))
        body(state.key.chunked(KEY_GROUP).joinToString(" "), R.id.setup_key)
    }
    val field = field(R.id.certificate, words(R.string.setup_certificate))
    state.notice?.let { notice(R.drawable.ic_info, words(it), Tone.BAD_QUIET, announce = true) }
    fill()
    button(R.id.certify, words(R.string.go_on)) { act(Act.Certify(field.text.toString())) }
    toSimulator(act)
}

private fun Column.toSimulator(act: (Act) -> Unit) {
    group(words(R.string.for_developers))
    entry(R.id.simulator, words(R.string.simulator), words(R.string.simulator_detail)) { act(Act.Simulator) }
}

internal fun Context.simulator(state: SimulatorState, act: (Act) -> Unit): View = screen {
    bar(words(R.string.simulator), onBack = { act(Act.Status) })
    practiceNotice(state)
    simulation(state.simulation) { act(Act.Simulate(it)) }
    if (state.simulation.isPractice) {
        val amount = { code: Int -> ShownMoney(Simulator.magicAmount(code), Currency.DKK.numeric, 2) }
        magicAmounts(ReasonWords.codes.filter { it < SERVERS }, amount, { ReasonWords.cashier(context, it) }) { act(Act.Practise(it)) }
    }
}

private val Standing.words: Int
    get() = when (this) {
        Standing.ACCEPTED -> R.string.paid
        Standing.VOIDED -> R.string.voided
        Standing.DECLINED -> R.string.declined
        Standing.EVIDENCE -> R.string.evidence
        Standing.SETTLED -> R.string.settled
        Standing.DISPUTED -> R.string.disputed
    }

private val Standing.tone: Int
    get() = when (this) {
        Standing.ACCEPTED, Standing.SETTLED -> R.color.accent
        Standing.DECLINED, Standing.DISPUTED, Standing.EVIDENCE -> R.color.bad_text
        Standing.VOIDED -> R.color.ink_quiet
    }

private const val SHORT = 12
private const val KEY_GROUP = 8

/** Codes from here on are a server's, never a payment's. */
private const val SERVERS = 50
