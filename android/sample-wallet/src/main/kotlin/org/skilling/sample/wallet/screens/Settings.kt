// Settings, and the simulator.
package org.skilling.sample.wallet.screens

import android.content.Context
import android.view.View
import org.skilling.ReasonWords
import org.skilling.sample.kit.ShownMoney
import org.skilling.sample.kit.Tone
import org.skilling.sample.kit.Weight
import org.skilling.sample.kit.moment
import org.skilling.sample.kit.screen
import org.skilling.sample.kit.words
import org.skilling.sample.wallet.R

internal fun Context.settings(state: SettingsState, act: (Act) -> Unit): View = screen {
    bar(words(R.string.settings), onBack = { act(Act.Home) })
    practiceNotice(state)
    group(words(R.string.banks))
    card {
        if (state.banks.isEmpty()) body(words(R.string.no_bank))
        state.banks.forEach { strong(it) }
        quiet(state.syncedAt?.let { words(R.string.synced_at, context.moment(it)) } ?: words(R.string.never_synced))
    }
    button(R.id.update, words(R.string.update), Weight.SECONDARY, R.drawable.ic_refresh) { act(Act.Update) }
    button(R.id.enrol, words(R.string.enrol), Weight.PLAIN) { act(Act.Enrol) }
    group(words(R.string.support))
    state.report?.let { card { quiet(it) } }
    button(R.id.report, words(R.string.make_report), Weight.SECONDARY) { act(Act.Report) }
    group(words(R.string.for_developers))
    entry(R.id.simulator, words(R.string.simulator), words(R.string.simulator_detail)) { act(Act.Simulator) }
}

internal fun Context.simulator(state: SimulatorState, act: (Act) -> Unit): View = screen {
    val now = state.simulation
    bar(words(R.string.simulator), onBack = { act(Act.Settings) })
    practiceNotice(state)
    card {
        switch(R.id.sim_practice, words(R.string.sim_practice), words(R.string.sim_practice_detail), now.isPractice) {
            act(Act.Simulate(now.copy(isPractice = it)))
        }
        switch(R.id.sim_network, words(R.string.sim_network), words(R.string.sim_network_detail), now.hasNetwork) {
            act(Act.Simulate(now.copy(hasNetwork = it)))
        }
    }
    group(words(R.string.sim_clock))
    card {
        body(words(R.string.sim_clock_now, now.clockShift / HOUR))
        button(R.id.sim_clock_on, words(R.string.sim_clock_on), Weight.SECONDARY) { act(Act.Simulate(now.copy(clockShift = now.clockShift + DAY))) }
        button(R.id.sim_clock_off, words(R.string.sim_clock_off), Weight.SECONDARY) { act(Act.Simulate(now.copy(clockShift = now.clockShift - DAY))) }
        button(R.id.sim_clock_right, words(R.string.sim_clock_right), Weight.PLAIN) { act(Act.Simulate(now.copy(clockShift = 0))) }
    }
    if (!now.isPractice) return@screen
    group(words(R.string.sim_trouble))
    val trouble = when (now.trouble) {
        Simulation.Trouble.NONE -> R.string.sim_none
        Simulation.Trouble.TORN_TAP -> R.string.sim_torn
        Simulation.Trouble.REPLAY -> R.string.sim_replay
        Simulation.Trouble.REVOKED_KEY -> R.string.sim_revoked
    }
    entry(R.id.sim_trouble, words(trouble), words(R.string.sim_trouble_detail)) { act(Act.Simulate(now.withNextTrouble())) }
    group(words(R.string.sim_amounts))
    quiet(words(R.string.sim_amounts_detail))
    // 100.08 is refused for reason 8, 100.00 is paid.
    for (code in ReasonWords.codes.filter { it < GRANTS }) {
        val amount = ShownMoney(PLAIN_AMOUNT + code, PRACTICE_CURRENCY, 2)
        entry(R.id.sim_amount, context.words(amount), ReasonWords.payer(context, code)) { act(Act.Practise(amount.minorUnits)) }
    }
}

/** A practice amount without its magic. */
internal const val PLAIN_AMOUNT = 10_000L

/** ISO 4217: DKK. */
internal const val PRACTICE_CURRENCY = 208

private const val HOUR = 3_600L
private const val DAY = 24 * HOUR

/** Codes from here on are a bank's answers to a wish, never a payment's. */
private const val GRANTS = 60

internal fun Context.enrol(state: EnrolState, act: (Act) -> Unit): View = screen {
    bar(words(R.string.enrol), onBack = { act(Act.Home) })
    practiceNotice(state)
    body(words(R.string.enrol_detail))
    val field = field(R.id.enrol_code, words(R.string.enrol_code))
    state.notice?.let { notice(R.drawable.ic_info, words(it), Tone.BAD_QUIET, announce = true) }
    fill()
    button(R.id.enrol_now, words(if (state.isBusy) R.string.updating else R.string.enrol)) { act(Act.EnrolWith(field.text.toString())) }
}
