// Steering the sample apps by their screens: windows, presses, a camera, and waiting for what comes.
package org.skilling.tests

import android.app.Activity
import android.graphics.Bitmap
import android.graphics.Canvas
import android.os.Handler
import android.os.Looper
import android.view.View
import android.view.ViewGroup
import android.widget.TextView
import java.util.concurrent.Executor
import kotlin.test.assertIs
import kotlin.test.assertNotNull
import kotlinx.coroutines.CoroutineDispatcher
import kotlinx.coroutines.Job
import kotlinx.coroutines.asCoroutineDispatcher
import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.flow.StateFlow
import kotlinx.coroutines.runBlocking
import org.robolectric.Robolectric
import org.robolectric.Shadows.shadowOf
import org.skilling.Qr
import org.skilling.Scan
import org.skilling.sample.kit.Device
import org.skilling.sample.kit.R as KitR
import org.skilling.sample.kit.ScreenHost
import org.skilling.sample.kit.Simulation
import org.skilling.sample.kit.codePixels

/** The main thread, for coroutines. */
fun mainThread(): CoroutineDispatcher = Handler(Looper.getMainLooper()).let { Executor { task -> it.post(task) } }.asCoroutineDispatcher()

/** What surrounds an app here. */
open class Desk(private val clock: () -> Long) : Device {
    override val simulation = MutableStateFlow(Simulation())
    override fun hasCamera() = true
    override fun now() = clock()
    override suspend fun draw(message: ByteArray): Bitmap = Qr.bitmap(message, app().codePixels())
}

class WalletDesk(clock: () -> Long) : Desk(clock), org.skilling.sample.wallet.Surroundings {
    override val canTap = true
    override fun isOnline() = false
}

class TillDesk(clock: () -> Long) : Desk(clock), org.skilling.sample.till.Surroundings {
    override val hasReader = true
}

/** A window of its own on the phone's display. */
fun window(): ScreenHost {
    val controller = Robolectric.buildActivity(Activity::class.java)
    controller.get().setTheme(KitR.style.Sample)
    controller.setup()
    return ScreenHost(controller.get()).also { controller.get().setContentView(it) }
}

fun press(within: View, id: Int) {
    settle()
    assertNotNull(within.findViewById<View>(id), "there is no ${within.resources.getResourceEntryName(id)} on the screen").performClick()
    settle()
}

/** What a camera sees that looks at [window]. */
fun cameraOn(window: ScreenHost): ByteArray {
    settle()
    val picture = Bitmap.createBitmap(window.width, window.height, Bitmap.Config.ARGB_8888)
    window.draw(Canvas(picture))
    return runBlocking { assertIs<Scan.Message>(Qr.read(picture)).message }
}

/** Everything that stands in [view]. */
fun wordsIn(view: View): List<String> = when (view) {
    is TextView -> listOf(view.text.toString())
    is ViewGroup -> (0 until view.childCount).flatMap { wordsIn(view.getChildAt(it)) }
    else -> emptyList()
}

inline fun <reified S> await(screen: StateFlow<Any>): S = awaitThat(screen) { it is S } as S

fun awaitThat(screen: StateFlow<Any>, holds: (Any) -> Boolean): Any {
    until("the screen, which is ${screen.value}") { holds(screen.value) }
    settle()
    return screen.value
}

/** What stands on the screen once [act] is done. */
fun <S : Any> StateFlow<S>.after(act: Job): S {
    until("an act that began at $value") { act.isCompleted }
    return value
}

fun until(what: String, holds: () -> Boolean) {
    repeat(LONGEST_MILLIS / STEP_MILLIS) {
        settle()
        if (holds()) return
        Thread.sleep(STEP_MILLIS.toLong())
    }
    error("waited in vain for $what")
}

fun settle() = shadowOf(Looper.getMainLooper()).idle()

private const val LONGEST_MILLIS = 120_000
private const val STEP_MILLIS = 10
