// What a person can do on a screen. The presenter decides what comes of it.
package org.skilling.sample.wallet.screens

import org.skilling.sample.kit.Simulation

sealed interface Act {
    object Back : Act
    object Home : Act
    object Scan : Act
    object Arm : Act
    object Disarm : Act
    object Agree : Act
    object Decline : Act
    object ScanReceipt : Act
    object History : Act
    object MoreHistory : Act
    object Settings : Act
    object Simulator : Act
    object Update : Act
    object Report : Act
    object Enrol : Act
    data class EnrolWith(val code: String) : Act
    object TypedEnough : Act
    data class Digit(val digit: Int) : Act
    object Erase : Act
    data class Open(val paymentId: String) : Act
    data class ShowAgain(val paymentId: String) : Act
    data class Simulate(val simulation: Simulation) : Act

    /** What the practice shop or bank does so that this code of the registry comes of it; 0: a payment. */
    data class Practise(val code: Int) : Act
}
