// Settings, and the simulator.
package org.skilling.sample.wallet.screens

import android.content.Context
import android.view.View
import org.skilling.Currency
import org.skilling.ReasonWords
import org.skilling.sample.kit.ShownMoney
import org.skilling.sample.kit.Tone
import org.skilling.sample.kit.Weight
import org.skilling.sample.kit.magicAmounts
import org.skilling.sample.kit.moment
import org.skilling.sample.kit.screen
import org.skilling.sample.kit.simulation
import org.skilling.sample.wallet.R
import org.skilling.simulator.Simulator

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
    bar(words(R.string.simulator), onBack = { act(Act.Settings) })
    practiceNotice(state)
    simulation(state.simulation) { act(Act.Simulate(it)) }
    if (state.simulation.isPractice) {
        val amount = { code: Int -> ShownMoney(Simulator.magicAmount(code), Currency.DKK.numeric, 2) }
        magicAmounts(ReasonWords.codes, amount, { ReasonWords.payer(context, it) }) { act(Act.Practise(it)) }
    }
}

internal fun Context.enrol(state: EnrolState, act: (Act) -> Unit): View = screen {
    bar(words(R.string.enrol), onBack = { act(Act.Home) })
    practiceNotice(state)
    body(words(R.string.enrol_detail))
    val field = field(R.id.enrol_code, words(R.string.enrol_code))
    state.notice?.let { notice(R.drawable.ic_info, words(it), Tone.BAD_QUIET, announce = true) }
    state.reason?.let { notice(R.drawable.ic_info, ReasonWords.payer(context, it), Tone.BAD_QUIET, announce = true) }
    fill()
    button(R.id.enrol_now, words(if (state.isBusy) R.string.updating else R.string.enrol)) { act(Act.EnrolWith(field.text.toString())) }
}
