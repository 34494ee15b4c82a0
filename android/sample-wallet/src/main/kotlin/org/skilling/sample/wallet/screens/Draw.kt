// From a state to a view: one function a screen, chosen here.
package org.skilling.sample.wallet.screens

import android.content.Context
import android.view.View
import org.skilling.sample.kit.Column
import org.skilling.sample.kit.Tone
import org.skilling.sample.wallet.R

/** The view of [screen]; [act] hears what the person does. */
fun Context.draw(screen: Screen, act: (Act) -> Unit): View = when (screen) {
    is HomeState -> home(screen, act)
    is EnrolState -> enrol(screen, act)
    is ScanState -> scan(screen, act)
    is ReviewState -> review(screen, act)
    is TypingState -> typing(screen, act)
    is ArmedState -> armed(screen, act)
    is CodeState -> code(screen, act)
    is ReceiptState -> receipt(screen, act)
    is HistoryState -> history(screen, act)
    is TimelineState -> timeline(screen, act)
    is SettingsState -> settings(screen, act)
    is SimulatorState -> simulator(screen, act)
}

/** Said on every screen while it is so. */
internal fun Column.practiceNotice(screen: Screen) {
    if (screen.isPractice) notice(R.drawable.ic_info, context.getString(R.string.practice_on), Tone.WARN)
}

internal fun Column.words(id: Int, vararg arguments: Any): String = context.getString(id, *arguments)
