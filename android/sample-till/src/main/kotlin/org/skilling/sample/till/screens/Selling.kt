// One sale: the amount, the request, the customer's code, the result.
package org.skilling.sample.till.screens

import android.content.Context
import android.view.View
import org.skilling.ReasonWords
import org.skilling.sample.kit.CodeView
import org.skilling.sample.kit.Column
import org.skilling.sample.kit.ScanHint
import org.skilling.sample.kit.Tone
import org.skilling.sample.kit.Weight
import org.skilling.sample.kit.icon
import org.skilling.sample.kit.keypad
import org.skilling.sample.kit.moment
import org.skilling.sample.kit.screen
import org.skilling.sample.kit.timeOfDay
import org.skilling.sample.kit.viewfinder
import org.skilling.sample.kit.words
import org.skilling.sample.till.R

internal fun Context.sale(state: SaleState, act: (Act) -> Unit): View = screen {
    bar(words(R.string.new_sale), end = context.icon(R.id.status, R.drawable.ic_settings, words(R.string.status)) { act(Act.Status) })
    practiceNotice(state)
    state.offlineSince?.let {
        notice(R.drawable.ic_offline, words(R.string.offline_since, context.timeOfDay(it)) + waiting(state.waiting), Tone.PLAIN, announce = true)
    }
    state.notice?.let { notice(R.drawable.ic_info, words(it), Tone.WARN, announce = true) }
    amount(context.words(state.typed), R.id.typed_amount)
    acceptance(state.acceptance)
    fill()
    view(context.keypad({ act(Act.Digit(it)) }, { act(Act.Erase) }))
    if (state.acceptance is Acceptance.Yes) {
        button(R.id.ask, words(R.string.ask, context.words(state.typed))) { act(Act.Ask) }
    }
    button(R.id.stored, words(R.string.stored), Weight.PLAIN, R.drawable.ic_history) { act(Act.Stored) }
}

private fun Column.waiting(count: Long): String = if (count == 0L) "" else " \u00b7 " + words(R.string.waiting, count)

private fun Column.acceptance(acceptance: Acceptance?) = when (acceptance) {
    null -> Unit
    is Acceptance.Yes -> quiet(words(R.string.can_accept, context.words(acceptance.largest), context.moment(acceptance.until)))
    is Acceptance.No -> card(Tone.BAD_QUIET) {
        strong(words(R.string.cannot_accept))
        acceptance.reasons.forEach { body(ReasonWords.cashier(context, it)) }
    }
}

internal fun Context.request(state: RequestState, act: (Act) -> Unit): View = screen {
    bar(words(R.string.request), onBack = { act(Act.Cancel) })
    practiceNotice(state)
    amount(context.words(state.amount), R.id.amount)
    view(CodeView(context, state.code, words(R.string.request_label)))
    if (state.hasReader) notice(R.drawable.ic_tap, words(state.readerSays), Tone.ACCENT, announce = state.readerSays != R.string.or_tap)
    state.reference?.let { fact(words(R.string.reference), it) }
    fact(words(R.string.time_left), "%d:%02d".format(context.resources.configuration.locales[0], state.secondsLeft / 60, state.secondsLeft % 60))
    fill()
    button(R.id.scan, words(R.string.scan), Weight.PRIMARY, R.drawable.ic_scan) { act(Act.Scan) }
    if (state.isPractice) button(R.id.practice_tap, words(R.string.practice_tap), Weight.SECONDARY, R.drawable.ic_tap) { act(Act.PracticeTap) }
    button(R.id.cancel, words(R.string.cancel), Weight.PLAIN) { act(Act.Cancel) }
}

internal fun Context.scan(state: ScanState, act: (Act) -> Unit): View = screen {
    bar(words(R.string.scan), onBack = { act(Act.Back) })
    practiceNotice(state)
    viewfinder(state.hasCamera, state.hint.words, R.string.no_camera)
}

internal val ScanHint.words: Int
    get() = when (this) {
        ScanHint.LOOKING, ScanHint.NOT_FOR_US -> R.string.scan_looking
        ScanHint.SEVERAL -> R.string.scan_several
        ScanHint.DAMAGED -> R.string.scan_damaged
        ScanHint.NEWER -> R.string.scan_newer
    }

internal fun Context.confirm(state: ConfirmState, act: (Act) -> Unit): View = screen(Tone.WARN) {
    bar(words(R.string.confirm_title))
    practiceNotice(state)
    fill()
    body(words(R.string.confirm_detail))
    amount(context.words(state.amount), R.id.amount)
    fill()
    button(R.id.confirm, words(R.string.confirm, context.words(state.amount))) { act(Act.Confirm) }
    button(R.id.reject, words(R.string.reject), Weight.SECONDARY) { act(Act.Reject) }
}

/** Colour, an icon and words say the same; the activity lets the till vibrate too. */
internal fun Context.result(state: ResultState, act: (Act) -> Unit): View {
    val look = LOOKS.getValue(state.verdict)
    return screen(look.tone) {
        practiceNotice(state)
        fill()
        emblem(look.icon)
        middle {
            headline(words(look.title))
            state.amount?.let { amount(context.words(it), R.id.amount) }
            state.reason?.let { body(ReasonWords.cashier(context, it)) }
            look.detail?.let { body(words(it)) }
            if (state.verdict == Verdict.ALREADY) state.at?.let { body(words(R.string.already_at, context.moment(it))) }
            state.reason?.let { quiet(words(R.string.reason_is, it)) }
        }
        fill()
        if (state.receipt != null) {
            button(R.id.show_receipt, words(R.string.show_receipt), Weight.SECONDARY, R.drawable.ic_scan) { act(Act.ShowReceipt) }
        }
        button(R.id.next_sale, words(R.string.next_sale), Weight.SECONDARY) { act(Act.Sale) }
    }
}

private class Look(val tone: Tone, val icon: Int, val title: Int, val detail: Int? = null)

private val LOOKS = mapOf(
    Verdict.PAID to Look(Tone.GOOD, R.drawable.ic_check, R.string.paid),
    Verdict.ALREADY to Look(Tone.WARN, R.drawable.ic_info, R.string.already),
    Verdict.OTHER_SALE to Look(Tone.WARN, R.drawable.ic_info, R.string.other_sale, R.string.other_sale_detail),
    Verdict.DECLINED to Look(Tone.BAD, R.drawable.ic_cross, R.string.declined, R.string.must_show_receipt),
    Verdict.REFUSED to Look(Tone.BAD, R.drawable.ic_cross, R.string.not_paid),
    Verdict.VOIDED to Look(Tone.WARN, R.drawable.ic_cross, R.string.voided, R.string.must_show_receipt),
    Verdict.TORN to Look(Tone.WARN, R.drawable.ic_wait, R.string.torn, R.string.torn_detail),
)

internal fun Context.receipt(state: ReceiptState, act: (Act) -> Unit): View = screen {
    bar(words(R.string.show_receipt), onBack = { act(Act.Sale) })
    practiceNotice(state)
    view(CodeView(context, state.receipt, words(R.string.receipt_label)))
    body(words(R.string.receipt_detail))
    fill()
    button(R.id.next_sale, words(R.string.next_sale)) { act(Act.Sale) }
}
