// The phone as a card (protocol section 4, NFC): bytes in, bytes out, on time. What they mean is the core's.
package org.skilling.wallet.card

import android.nfc.cardemulation.HostApduService
import android.os.Bundle
import android.os.Handler
import android.os.Looper
import java.util.concurrent.ExecutorService
import java.util.concurrent.Executors
import java.util.concurrent.RejectedExecutionException
import org.skilling.wallet.SkillingWallet
import org.skilling.wallet.walletOf

/**
 * Answers a till's reader for the wallet that the app's `Application` owns ([org.skilling.wallet.SkillingWalletOwner]).
 *
 * Android calls in on the main thread, which must stay free: [processCommandApdu] gives null at once, and the answer follows from a
 * worker. A command that takes too long is answered `6F00`, and its late answer goes nowhere; the reader asks again, and a payment that
 * was committed meanwhile is given then, byte for byte. An answer of a tap that has ended is never sent into the next.
 */
public open class SkillingCardService : HostApduService() {
    private val main = Handler(Looper.getMainLooper())
    private val worker: ExecutorService = Executors.newSingleThreadExecutor { Thread(it, "skilling-card") }

    /** The exchange that waits for its answer; touched by the main thread alone. */
    private var waiting: Exchange? = null

    /** One command, and what happens when its answer is late. */
    private inner class Exchange : Runnable {
        override fun run() = send(this, FAILED)
    }

    /** Whose card this is. */
    protected open fun wallet(): SkillingWallet? = walletOf(this)

    final override fun processCommandApdu(command: ByteArray?, extras: Bundle?): ByteArray? {
        val wallet = wallet() ?: return NOT_NOW
        val exchange = Exchange().also { waiting = it }
        try {
            worker.execute {
                val answer = answerOf(wallet, command ?: ByteArray(0))
                main.post { send(exchange, answer) }
            }
        } catch (_: RejectedExecutionException) {
            return FAILED
        }
        main.postDelayed(exchange, LONGEST_MILLIS)
        return null
    }

    override fun onDeactivated(reason: Int) {
        waiting?.let(main::removeCallbacks)
        waiting = null
        val wallet = wallet() ?: return
        try {
            // After whatever is under way, so that a half-sent chain is dropped and not the next tap's.
            worker.execute { runCatching { wallet.leaveField() } }
        } catch (_: RejectedExecutionException) {
            // The service is going away, and the chain with it.
        }
    }

    override fun onDestroy() {
        worker.shutdown()
        super.onDestroy()
    }

    private fun send(exchange: Exchange, answer: ByteArray) {
        if (waiting !== exchange) return
        waiting = null
        main.removeCallbacks(exchange)
        sendResponseApdu(answer)
    }

    /** Whatever goes wrong in here, the reader hears something. */
    private fun answerOf(wallet: SkillingWallet, command: ByteArray): ByteArray =
        try {
            wallet.answerReader(command)
        } catch (_: Throwable) {
            FAILED
        }

    private companion object {
        /** Well beyond the core's own 300 ms; only a commit on a very slow disk takes longer. */
        const val LONGEST_MILLIS = 2_000L

        /** 6985: waiting. The reader asks again. */
        val NOT_NOW = byteArrayOf(0x69, 0x85.toByte())
        val FAILED = byteArrayOf(0x6f, 0x00)
    }
}
