// Owns the one wallet of the process: the card service and the sync job, which Android makes itself, find it here.
package org.skilling.sample.wallet

import android.app.Activity
import android.app.Application
import android.net.ConnectivityManager
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
import org.skilling.sample.wallet.screens.Simulation
import org.skilling.wallet.SkillingWallet
import org.skilling.wallet.SkillingWalletOwner
import org.skilling.wallet.WalletSettings
import org.skilling.wallet.keystore.KeystoreDeviceKeys
import org.skilling.wallet.keystore.SystemPresence

open class WalletApplication : Application(), SkillingWalletOwner {
    /** What the simulator does to clock and network. */
    val simulation = MutableStateFlow(Simulation())

    /** The main thread, for coroutines. */
    val main: CoroutineDispatcher = Handler(Looper.getMainLooper()).let { Executor { task -> it.post(task) } }.asCoroutineDispatcher()

    val scope = CoroutineScope(SupervisorJob() + main)

    /** The activity over which the payer is asked; set by it. */
    @Volatile
    var inFront: Activity? = null

    private val opened = CompletableDeferred<SkillingWallet>()

    override val skillingWallet: SkillingWallet? get() = if (opened.isCompleted) runCatching { opened.getCompleted() }.getOrNull() else null

    override fun onCreate() {
        super.onCreate()
        scope.launch {
            try {
                opened.complete(SkillingWallet.open(this@WalletApplication, settings()))
            } catch (failed: SkillingException) {
                opened.completeExceptionally(failed)
            }
        }
    }

    /** Waits until it is open. */
    suspend fun wallet(): SkillingWallet = opened.await()

    /** Unix seconds by the phone's clock and the simulator's shift. */
    fun now(): Long = System.currentTimeMillis() / 1_000 + simulation.value.clockShift

    fun isOnline(): Boolean = simulation.value.hasNetwork && getSystemService(ConnectivityManager::class.java)?.activeNetwork != null

    /** Roots, server and keys; res/values/bank.xml is what an app changes. */
    protected open fun settings(): WalletSettings = WalletSettings(
        roots = listOf(bytes(getString(R.string.skilling_root))),
        server = simulated(HttpTransport(getString(R.string.skilling_server), allowCleartext = true)),
        keys = KeystoreDeviceKeys(this, SystemPresence { inFront }),
        clock = Clock { now() },
    )

    /** [server], unreachable while the simulator says so. */
    protected fun simulated(server: Transport): Transport = Transport { call ->
        if (!simulation.value.hasNetwork) throw TransportFailure.Unreachable()
        server.send(call)
    }

    private fun bytes(hex: String) = hex.chunked(2).map { it.toInt(16).toByte() }.toByteArray()
}
