// The way of one payment: scan, review, type, arm, show.
package org.skilling.sample.wallet.screens

import android.content.Context
import android.view.View
import java.util.Locale
import org.skilling.ReasonWords
import org.skilling.sample.kit.CodeView
import org.skilling.sample.kit.ScanHint
import org.skilling.sample.kit.Tone
import org.skilling.sample.kit.Weight
import org.skilling.sample.kit.keypad
import org.skilling.sample.kit.locale
import org.skilling.sample.kit.moment
import org.skilling.sample.kit.screen
import org.skilling.sample.kit.viewfinder
import org.skilling.sample.kit.words
import org.skilling.sample.wallet.R

internal fun Context.scan(state: ScanState, act: (Act) -> Unit): View = screen {
    bar(words(R.string.scan), onBack = { act(Act.Back) })
    practiceNotice(state)
    viewfinder(state.hasCamera, state.hint.words, R.string.no_camera)
}

internal val ScanHint.words: Int
    get() = when (this) {
        ScanHint.LOOKING -> R.string.scan_looking
        ScanHint.SEVERAL -> R.string.scan_several
        ScanHint.DAMAGED -> R.string.scan_damaged
        ScanHint.NEWER -> R.string.scan_newer
        ScanHint.NOT_FOR_US -> R.string.scan_other
    }

internal fun Context.review(state: ReviewState, act: (Act) -> Unit): View = screen {
    bar(words(R.string.review), onBack = { act(Act.Decline) })
    practiceNotice(state)
    card {
        quiet(words(R.string.pay_to))
        title(state.merchant)
        state.amount?.let { amount(context.words(it), R.id.amount) }
        fact(words(R.string.place), Locale("", state.country).getDisplayCountry(context.locale))
        state.reference?.let { fact(words(R.string.reference), it) }
        state.leftAfter?.let { fact(words(R.string.left_after), context.words(it)) }
    }
    if (state.isTillOffline) notice(R.drawable.ic_offline, words(R.string.till_offline), Tone.PLAIN)
    state.sameAgain?.let { notice(R.drawable.ic_info, words(R.string.same_again, context.moment(it)), Tone.WARN) }
    state.refusal?.let { card(Tone.BAD_QUIET) { body(ReasonWords.payer(context, it)) } }
    fill()
    if (state.refusal == null) {
        val agree = if (state.sameAgain == null) words(R.string.agree, context.words(checkNotNull(state.amount))) else words(R.string.agree_again)
        button(R.id.agree, agree) { act(Act.Agree) }
    }
    button(R.id.decline, words(R.string.decline), Weight.PLAIN) { act(Act.Decline) }
}

internal fun Context.typing(state: TypingState, act: (Act) -> Unit): View = screen {
    bar(words(R.string.type_amount), onBack = { act(Act.Decline) })
    practiceNotice(state)
    quiet(words(R.string.pay_to))
    title(state.merchant)
    amount(context.words(state.typed), R.id.typed_amount)
    fill()
    view(context.keypad({ act(Act.Digit(it)) }, { act(Act.Erase) }))
    button(R.id.typed_enough, words(R.string.go_on)) { act(Act.TypedEnough) }
}

internal fun Context.armed(state: ArmedState, act: (Act) -> Unit): View = screen(Tone.ACCENT) {
    bar(words(R.string.tap), onBack = { act(Act.Disarm) })
    practiceNotice(state)
    fill()
    emblem(R.drawable.ic_tap)
    middle {
        title(words(R.string.hold))
        if (state.isCeiling) body(words(R.string.ceiling))
        amount(context.words(state.amount), R.id.amount)
    }
    notice(R.drawable.ic_wait, context.resources.getQuantityString(R.plurals.seconds_left, state.secondsLeft, state.secondsLeft), Tone.PLAIN)
    fill()
    button(R.id.disarm, words(R.string.stop), Weight.PRIMARY) { act(Act.Disarm) }
}

internal fun Context.code(state: CodeState, act: (Act) -> Unit): View = screen {
    bar(words(R.string.show_code), onBack = { act(Act.Home) })
    practiceNotice(state)
    if (state.isRepeat) notice(R.drawable.ic_info, words(R.string.same_code), Tone.PLAIN)
    view(CodeView(context, state.code, words(R.string.code_label)))
    state.merchant?.let { quiet(words(R.string.pay_to) + " " + it) }
    state.amount?.let { amount(context.words(it), R.id.amount) }
    fill()
    button(R.id.scan_receipt, words(R.string.scan_receipt), Weight.PRIMARY, R.drawable.ic_scan) { act(Act.ScanReceipt) }
    button(R.id.home, words(R.string.till_says_paid), Weight.PLAIN) { act(Act.Home) }
}
