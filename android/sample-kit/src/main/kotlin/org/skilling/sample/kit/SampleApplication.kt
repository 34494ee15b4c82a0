// What both samples' processes have: the main thread for coroutines, and the simulator's clock and network.
package org.skilling.sample.kit

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
import org.skilling.SkillingException
import org.skilling.Transport
import org.skilling.TransportFailure

/** Owns the one [T], a wallet or a till, of the process. */
abstract class SampleApplication<T : Any> : Application() {
    /** What the simulator does to clock and network. */
    val simulation = MutableStateFlow(Simulation())

    /** The main thread, for coroutines. */
    val main: CoroutineDispatcher = Handler(Looper.getMainLooper()).let { Executor { task -> it.post(task) } }.asCoroutineDispatcher()

    private val opening = CompletableDeferred<T>()

    /** Null until it is open. */
    protected val open: T? get() = if (opening.isCompleted) runCatching { opening.getCompleted() }.getOrNull() else null

    protected abstract suspend fun make(): T

    override fun onCreate() {
        super.onCreate()
        CoroutineScope(SupervisorJob() + main).launch {
            try {
                opening.complete(make())
            } catch (failed: SkillingException) {
                opening.completeExceptionally(failed)
            }
        }
    }

    /** Waits until it is open. */
    suspend fun opened(): T = opening.await()

    /** Unix seconds by the device's clock and the simulator's shift. */
    fun now(): Long = System.currentTimeMillis() / 1_000 + simulation.value.clockShift

    /** [server], unreachable while the simulator says so. */
    protected fun simulated(server: Transport): Transport = Transport { call ->
        if (!simulation.value.hasNetwork) throw TransportFailure.Unreachable()
        server.send(call)
    }

    protected fun bytes(hex: String): ByteArray = hex.chunked(2).map { it.toInt(16).toByte() }.toByteArray()
}
