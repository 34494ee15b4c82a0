// Home: what can be paid with no network, until when, and why not.
package org.skilling.sample.wallet.screens

import android.content.Context
import android.view.View
import org.skilling.ReasonWords
import org.skilling.sample.kit.Column
import org.skilling.sample.kit.Tone
import org.skilling.sample.kit.Weight
import org.skilling.sample.kit.currencyCode
import org.skilling.sample.kit.icon
import org.skilling.sample.kit.moment
import org.skilling.sample.kit.screen
import org.skilling.sample.kit.words
import org.skilling.sample.wallet.R

internal fun Context.home(state: HomeState, act: (Act) -> Unit): View = screen {
    bar(words(R.string.app_name), end = context.icon(R.id.settings, R.drawable.ic_settings, words(R.string.settings)) { act(Act.Settings) })
    practiceNotice(state)
    network(state)
    state.notice?.let { notice(R.drawable.ic_info, words(it), Tone.WARN, announce = true) }
    state.reason?.let { notice(R.drawable.ic_info, ReasonWords.payer(context, it), Tone.WARN, announce = true) }
    state.purses.forEachIndexed { at, purse ->
        when (purse) {
            is Purse.Open -> open(purse, isFirst = at == 0)
            is Purse.Closed -> closed(purse)
        }
    }
    state.todo?.let { todo(it, state, act) }
    fill()
    if (state.purses.any { it is Purse.Open }) {
        button(R.id.scan, words(R.string.scan), Weight.PRIMARY, R.drawable.ic_scan) { act(Act.Scan) }
        if (state.canTap) button(R.id.arm, words(R.string.tap), Weight.SECONDARY, R.drawable.ic_tap) { act(Act.Arm) }
    }
    button(R.id.history, words(R.string.history), Weight.PLAIN, R.drawable.ic_history) { act(Act.History) }
}

private fun Column.network(state: HomeState) {
    val (icon, words) = when {
        state.isOnline -> R.drawable.ic_online to R.string.online
        state.purses.any { it is Purse.Open } -> R.drawable.ic_offline to R.string.no_network
        else -> R.drawable.ic_offline to R.string.no_network_nothing
    }
    notice(icon, words(words), Tone.PLAIN, announce = !state.isOnline)
}

/** The first purse says everything; further ones say the most important things in little room. */
private fun Column.open(purse: Purse.Open, isFirst: Boolean) = if (isFirst) card(Tone.ACCENT) {
    body(words(R.string.can_pay))
    amount(context.words(purse.total))
    fact(words(R.string.at_once), context.words(purse.largest))
    fact(words(R.string.payments_left), context.words(purse.payments))
    fact(words(R.string.until), context.moment(purse.until))
} else card {
    strong(context.words(purse.total))
    fact(words(R.string.until), context.moment(purse.until))
}

private fun Column.closed(purse: Purse.Closed) = card(Tone.BAD_QUIET) {
    title(words(R.string.cannot_pay, currencyCode(purse.currency)))
    val why = when (purse.why) {
        Why.NO_ALLOWANCE -> R.string.why_no_allowance
        Why.SPENT -> R.string.why_spent
        Why.PAYMENT_COUNT -> R.string.why_payment_count
        Why.ALLOWANCE_EXPIRY -> R.string.why_allowance_expiry
        Why.BUNDLE_EXPIRY -> R.string.why_bundle_expiry
        Why.ISSUER -> R.string.why_issuer
        Why.POLICY -> R.string.why_policy
        Why.CLOCK -> R.string.why_clock
        Why.ROLLED_BACK -> R.string.why_rolled_back
        Why.KEY_GONE -> R.string.why_key_gone
    }
    body(words(why))
}

private fun Column.todo(todo: Todo, state: HomeState, act: (Act) -> Unit) = card(Tone.WARN) {
    when (todo.act) {
        Todo.Kind.SET_CLOCK -> body(words(R.string.todo_clock))
        Todo.Kind.UPDATE -> {
            // Where nothing can be paid any more, it has been said why.
            if (state.purses.any { it is Purse.Open }) body(words(R.string.todo_update, context.moment(todo.before)))
            val words = words(if (state.isBusy) R.string.updating else R.string.update)
            button(R.id.update, words, Weight.SECONDARY, R.drawable.ic_refresh) { act(Act.Update) }
        }
        Todo.Kind.ENROL -> {
            body(words(R.string.todo_enrol))
            button(R.id.enrol, words(R.string.enrol), Weight.SECONDARY) { act(Act.Enrol) }
        }
    }
}
