// What the simulator does to the app: an app team sees every screen, and every reason, without a till.
package org.skilling.sample.wallet.screens

/**
 * @property isPractice the practice wallet stands in for the real one; nothing is paid
 * @property hasNetwork false: every call to the bank fails as it does without a network
 * @property clockShift seconds that the wallet's clock is ahead of the phone's
 * @property trouble what happens to the next payment
 */
data class Simulation(
    val isPractice: Boolean = false,
    val hasNetwork: Boolean = true,
    val clockShift: Long = 0,
    val trouble: Trouble = Trouble.NONE,
) {
    enum class Trouble {
        NONE,

        /** The phone leaves the reader before the till's answer: the payment stays unconfirmed. */
        TORN_TAP,

        /** The same code is shown to the till a second time. */
        REPLAY,

        /** The bank has stopped the phone's key. */
        REVOKED_KEY,
    }

    /** The next trouble in the list, after the last one none. */
    fun withNextTrouble(): Simulation = copy(trouble = Trouble.values()[(trouble.ordinal + 1) % Trouble.values().size])
}
