// From a state to a view: one function a screen, chosen here.
package org.skilling.sample.till.screens

import android.content.Context
import android.view.View
import org.skilling.sample.kit.Column
import org.skilling.sample.kit.Tone
import org.skilling.sample.till.R

/** The view of [screen]; [act] hears what the cashier does. */
fun Context.draw(screen: Screen, act: (Act) -> Unit): View = when (screen) {
    is SetupState -> setup(screen, act)
    is SaleState -> sale(screen, act)
    is RequestState -> request(screen, act)
    is ScanState -> scan(screen, act)
    is ConfirmState -> confirm(screen, act)
    is ResultState -> result(screen, act)
    is ReceiptState -> receipt(screen, act)
    is TotalsState -> totals(screen, act)
    is StoredState -> stored(screen, act)
    is PaymentState -> payment(screen, act)
    is StatusState -> status(screen, act)
    is SimulatorState -> simulator(screen, act)
}

/** Said on every screen while it is so. */
internal fun Column.practiceNotice(screen: Screen) {
    if (screen.isPractice) notice(R.drawable.ic_info, context.getString(R.string.practice_on), Tone.WARN)
}

internal fun Column.words(id: Int, vararg arguments: Any): String = context.getString(id, *arguments)
