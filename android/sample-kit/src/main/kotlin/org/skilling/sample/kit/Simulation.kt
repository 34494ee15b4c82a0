// What the simulator does to an app, and its controls: an app team sees every screen, and every reason, without the other side.
package org.skilling.sample.kit

import android.graphics.Bitmap
import kotlinx.coroutines.flow.MutableStateFlow

/**
 * @property isPractice the practice mode stands in for the real one; nothing is paid
 * @property hasNetwork false: every call to a server fails as it does without a network
 * @property clockShift seconds that the app's clock is ahead
 * @property trouble what happens to the next payment in practice
 */
data class Simulation(
    val isPractice: Boolean = false,
    val hasNetwork: Boolean = true,
    val clockShift: Long = 0,
    val trouble: Trouble? = null,
)

/** What can happen to a payment in practice. */
enum class Trouble(internal val id: Int, internal val words: Int) {
    /** The phone leaves the reader too early: no answer comes. */
    TORN_TAP(R.id.sim_torn, R.string.sim_torn),

    /** The same message a second time. */
    REPLAY(R.id.sim_replay, R.string.sim_replay),

    /** The bank has stopped the phone's key. */
    REVOKED_KEY(R.id.sim_revoked, R.string.sim_revoked),
}

/** What surrounds an app: the device's, or the simulator's. */
interface Device {
    val simulation: MutableStateFlow<Simulation>

    /** Whether the app may use a camera. */
    fun hasCamera(): Boolean

    /** Unix seconds of the app's clock. */
    fun now(): Long

    /** A message as a code that fits the display. */
    suspend fun draw(message: ByteArray): Bitmap
}

/** The simulator's switches. */
fun Column.simulation(now: Simulation, change: (Simulation) -> Unit) {
    fun words(id: Int, vararg arguments: Any) = context.getString(id, *arguments)
    card {
        switch(R.id.sim_practice, words(R.string.sim_practice), words(R.string.sim_practice_detail), now.isPractice) { change(now.copy(isPractice = it)) }
        switch(R.id.sim_network, words(R.string.sim_network), words(R.string.sim_network_detail), now.hasNetwork) { change(now.copy(hasNetwork = it)) }
    }
    if (now.isPractice) {
        group(words(R.string.sim_trouble))
        card {
            for (it in Trouble.values()) {
                switch(it.id, words(it.words), null, now.trouble == it) { isOn -> change(now.copy(trouble = it.takeIf { isOn })) }
            }
        }
    }
    group(words(R.string.sim_clock))
    card {
        body(words(R.string.sim_clock_now, now.clockShift / HOUR))
        button(R.id.sim_clock_on, words(R.string.sim_clock_on), Weight.SECONDARY) { change(now.copy(clockShift = now.clockShift + DAY)) }
        button(R.id.sim_clock_off, words(R.string.sim_clock_off), Weight.SECONDARY) { change(now.copy(clockShift = now.clockShift - DAY)) }
        button(R.id.sim_clock_right, words(R.string.sim_clock_right), Weight.PLAIN) { change(now.copy(clockShift = 0)) }
    }
}

/** A line for every one of [codes] with the amount that brings it, and what it [means]. */
fun Column.magicAmounts(codes: Iterable<Int>, amount: (Int) -> ShownMoney, means: (Int) -> String, act: (Int) -> Unit) {
    group(context.getString(R.string.sim_amounts))
    quiet(context.getString(R.string.sim_amounts_detail))
    for (code in codes) entry(R.id.sim_amount, context.words(amount(code)), means(code)) { act(code) }
}

private const val HOUR = 3_600L
private const val DAY = 24 * HOUR
