// The till's books: totals, stored payments, offline status, and the simulator.
package org.skilling.sample.till.screens

import android.content.Context
import android.view.View
import org.skilling.sample.kit.Column
import org.skilling.sample.kit.Tone
import org.skilling.sample.kit.Weight
import org.skilling.sample.kit.currencyCode
import org.skilling.sample.kit.day
import org.skilling.sample.kit.moment
import org.skilling.sample.kit.screen
import org.skilling.sample.kit.words
import org.skilling.sample.till.R

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
    simulator(state.simulation, act)
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
    simulator(Simulation(), act)
}

private fun Column.simulator(now: Simulation, act: (Act) -> Unit) {
    group(words(R.string.simulator))
    card {
        switch(R.id.sim_practice, words(R.string.sim_practice), words(R.string.sim_practice_detail), now.isPractice) {
            act(Act.Simulate(now.copy(isPractice = it)))
        }
        switch(R.id.sim_network, words(R.string.sim_network), words(R.string.sim_network_detail), now.hasNetwork) {
            act(Act.Simulate(now.copy(hasNetwork = it)))
        }
        body(words(R.string.sim_clock_now, now.clockShift / HOUR))
        button(R.id.sim_clock_on, words(R.string.sim_clock_on), Weight.SECONDARY) { act(Act.Simulate(now.copy(clockShift = now.clockShift + DAY))) }
        button(R.id.sim_clock_right, words(R.string.sim_clock_right), Weight.PLAIN) { act(Act.Simulate(now.copy(clockShift = 0))) }
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
private const val HOUR = 3_600L
private const val DAY = 24 * HOUR
