// After a payment: the receipt, the history, and what happened to one payment.
package org.skilling.sample.wallet.screens

import android.content.Context
import android.view.View
import org.skilling.ReasonWords
import org.skilling.sample.kit.Column
import org.skilling.sample.kit.Tone
import org.skilling.sample.kit.Weight
import org.skilling.sample.kit.day
import org.skilling.sample.kit.moment
import org.skilling.sample.kit.screen
import org.skilling.sample.kit.timeOfDay
import org.skilling.sample.kit.words
import org.skilling.sample.wallet.R

internal fun Context.receipt(state: ReceiptState, act: (Act) -> Unit): View = screen {
    bar(words(R.string.receipt))
    practiceNotice(state)
    val (title, icon, tone) = when (state.outcome) {
        Outcome.PAID -> Triple(R.string.paid, R.drawable.ic_check, Tone.GOOD)
        Outcome.DECLINED -> Triple(R.string.declined, R.drawable.ic_cross, Tone.BAD)
        Outcome.REFUSED -> Triple(R.string.not_paid, R.drawable.ic_cross, Tone.BAD)
        Outcome.VOIDED -> Triple(R.string.voided, R.drawable.ic_cross, Tone.WARN)
        Outcome.UNCONFIRMED -> Triple(R.string.unconfirmed, R.drawable.ic_wait, Tone.WARN)
    }
    card(tone) {
        emblem(icon)
        middle {
            headline(words(title))
            state.amount?.let { amount(context.words(it), R.id.amount) }
            when (state.outcome) {
                Outcome.DECLINED, Outcome.REFUSED -> state.reason?.let { body(ReasonWords.payer(context, it)) }
                Outcome.VOIDED -> body(words(R.string.voided_detail))
                Outcome.UNCONFIRMED -> body(words(R.string.unconfirmed_detail))
                Outcome.PAID -> Unit
            }
        }
    }
    card {
        state.merchant?.let { fact(words(R.string.pay_to), it) }
        state.time?.let { fact(words(R.string.time), context.moment(it)) }
        state.reference?.let { fact(words(R.string.reference), it) }
        state.reason?.let { fact(words(R.string.reason_number), it.toString()) }
    }
    fill()
    button(R.id.home, words(R.string.done)) { act(Act.Home) }
}

internal fun Context.history(state: HistoryState, act: (Act) -> Unit): View = screen {
    bar(words(R.string.history), onBack = { act(Act.Home) })
    practiceNotice(state)
    if (state.entries.isEmpty()) {
        card { body(words(R.string.no_history)) }
    }
    var lastDay = ""
    for (entry in state.entries) {
        val day = context.day(entry.time)
        if (day != lastDay) group(day)
        lastDay = day
        entry(
            id = R.id.history_entry,
            title = entry.merchant,
            detail = context.timeOfDay(entry.time) + " \u00b7 " + words(entry.standing.words),
            end = context.words(entry.amount),
            endTone = if (entry.standing.isOff) R.color.ink_quiet else R.color.ink,
        ) { act(Act.Open(entry.paymentId)) }
    }
    if (state.hasMore) button(R.id.more, words(R.string.more), Weight.PLAIN) { act(Act.MoreHistory) }
}

internal fun Context.timeline(state: TimelineState, act: (Act) -> Unit): View = screen {
    bar(words(R.string.payment), onBack = { act(Act.History) })
    practiceNotice(state)
    val entry = state.entry
    card {
        quiet(words(R.string.pay_to))
        title(entry.merchant)
        amount(context.words(entry.amount), R.id.amount)
        fact(words(R.string.state), words(entry.standing.words))
        entry.reference?.let { fact(words(R.string.reference), it) }
    }
    group(words(R.string.what_happened))
    card { state.moments.forEach { happening(it) } }
    if (entry.standing == Standing.WAITING) {
        notice(R.drawable.ic_wait, words(R.string.unconfirmed_detail), Tone.WARN)
        fill()
        button(R.id.show_again, words(R.string.show_again), Weight.SECONDARY, R.drawable.ic_scan) { act(Act.ShowAgain(entry.paymentId)) }
        button(R.id.scan_receipt, words(R.string.scan_receipt), Weight.PLAIN) { act(Act.ScanReceipt) }
    }
}

private fun Column.happening(it: Happening) {
    val what = when (it.what) {
        Happening.What.SIGNED -> R.string.happened_signed
        Happening.What.ACCEPTED -> R.string.happened_accepted
        Happening.What.VOIDED -> R.string.happened_voided
        Happening.What.DECLINED -> R.string.happened_declined
        Happening.What.BANK_PENDING -> R.string.happened_bank_pending
        Happening.What.BANK_PAID -> R.string.happened_bank_paid
        Happening.What.BANK_GAVE_BACK -> R.string.happened_bank_gave_back
        Happening.What.BANK_DISPUTES -> R.string.happened_bank_disputes
        Happening.What.BANK_REFUSED -> R.string.happened_bank_refused
    }
    strong(words(what))
    quiet(context.moment(it.time))
    it.reason?.let { code -> body(ReasonWords.payer(context, code)) }
}

private val Standing.words: Int
    get() = when (this) {
        Standing.WAITING -> R.string.unconfirmed
        Standing.PAID -> R.string.paid
        Standing.SETTLED -> R.string.settled
        Standing.DECLINED -> R.string.declined
        Standing.VOIDED -> R.string.voided
        Standing.GIVEN_BACK -> R.string.given_back
        Standing.DISPUTED -> R.string.disputed
    }

/** The amount came back to the payer. */
private val Standing.isOff: Boolean get() = this in setOf(Standing.DECLINED, Standing.VOIDED, Standing.GIVEN_BACK)
