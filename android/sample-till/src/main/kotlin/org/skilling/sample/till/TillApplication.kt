// Owns the one till of the process.
package org.skilling.sample.till

import android.app.Application
import android.os.Handler
import android.os.Looper
import java.util.concurrent.Executor
import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.CoroutineDispatcher
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.SupervisorJob
import kotlinx.coroutines.asCoroutineDispatcher
import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.launch
import org.skilling.Clock
import org.skilling.HttpTransport
import org.skilling.SkillingException
import org.skilling.Transport
import org.skilling.TransportFailure
import org.skilling.sample.till.screens.Simulation
import org.skilling.terminal.KeystoreTerminalKeys
import org.skilling.terminal.SkillingTerminal
import org.skilling.terminal.TerminalSettings

open class TillApplication : Application() {
    /** What the simulator does to clock and network. */
    val simulation = MutableStateFlow(Simulation())

    /** The main thread, for coroutines. */
    val main: CoroutineDispatcher = Handler(Looper.getMainLooper()).let { Executor { task -> it.post(task) } }.asCoroutineDispatcher()

    private val opened = CompletableDeferred<SkillingTerminal>()

    override fun onCreate() {
        super.onCreate()
        CoroutineScope(SupervisorJob() + main).launch {
            try {
                opened.complete(SkillingTerminal.open(this@TillApplication, settings()))
            } catch (failed: SkillingException) {
                opened.completeExceptionally(failed)
            }
        }
    }

    /** Waits until it is open. */
    suspend fun terminal(): SkillingTerminal = opened.await()

    /** Unix seconds by the device's clock and the simulator's shift. */
    fun now(): Long = System.currentTimeMillis() / 1_000 + simulation.value.clockShift

    /** Roots, server and keys; res/values/acquirer.xml is what a shop's app changes. */
    protected open fun settings(): TerminalSettings = TerminalSettings(
        roots = listOf(bytes(getString(R.string.skilling_root))),
        acquirer = simulated(HttpTransport(getString(R.string.skilling_server), allowCleartext = true)),
        keys = KeystoreTerminalKeys(),
        clock = Clock { now() },
    )

    /** [server], unreachable while the simulator says so. */
    protected fun simulated(server: Transport): Transport = Transport { call ->
        if (!simulation.value.hasNetwork) throw TransportFailure.Unreachable()
        server.send(call)
    }

    private fun bytes(hex: String) = hex.chunked(2).map { it.toInt(16).toByte() }.toByteArray()
}
