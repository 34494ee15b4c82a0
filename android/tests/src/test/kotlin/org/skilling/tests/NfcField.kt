// Where Android's NFC service stands: between the till's reader and the phone's card service, speaking Android's own protocol.
package org.skilling.tests

import android.content.Intent
import android.nfc.cardemulation.HostApduService
import android.os.Binder
import android.os.Bundle
import android.os.Looper
import android.os.Message
import android.os.Messenger
import android.os.Parcel
import java.util.concurrent.ArrayBlockingQueue
import java.util.concurrent.TimeUnit
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.async
import kotlinx.coroutines.runBlocking
import org.robolectric.Shadows.shadowOf
import org.skilling.terminal.LinkLost
import org.skilling.terminal.Transceiver

/** The phone's [service] near a reader. Messages cross as between two processes, as parcels. */
class NfcField(private val service: HostApduService) : Transceiver {
    private val answers = ArrayBlockingQueue<ByteArray>(8)
    private val card = Messenger(service.onBind(Intent(HostApduService.SERVICE_INTERFACE)))

    // On a bare Binder: HostApduService passes on the very message that it handles, which a Messenger of the same process refuses.
    private val self = Messenger(object : Binder() {
        override fun onTransact(code: Int, data: Parcel, reply: Parcel?, flags: Int): Boolean {
            data.enforceInterface("android.os.IMessenger")
            val message = checkNotNull(data.readTypedObject(Message.CREATOR))
            if (message.what == RESPONSE) answers.put(checkNotNull(message.data.getByteArray("data")))
            return true
        }
    })

    /** The phone is taken away when its first answer to "pay" is on its way: it heard the command, the till hears nothing. */
    @Volatile
    var isTornAtPayment = false

    @Volatile
    private var isGone = false

    override fun transceive(command: ByteArray): ByteArray {
        if (isGone) throw LinkLost()
        send(command)
        val answer = answers.poll(60, TimeUnit.SECONDS) ?: error("the card does not answer")
        if (isTornAtPayment && command[1] == PAY && answer.size > STATUS) {
            isGone = true
            leave()
            throw LinkLost()
        }
        return answer
    }

    /** Sends without waiting. */
    fun send(command: ByteArray) = card.send(
        Message.obtain(null, COMMAND).apply {
            data = Bundle().apply { putByteArray("data", command) }
            replyTo = self
        },
    )

    /** What came, or null if nothing does; the main looper must be run meanwhile. */
    fun heard(): ByteArray? {
        val until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(500)
        while (answers.isEmpty() && System.nanoTime() < until) {
            shadowOf(Looper.getMainLooper()).idle()
            Thread.sleep(1)
        }
        return answers.poll()
    }

    /** The phone is taken away. */
    fun leave() = card.send(Message.obtain(null, DEACTIVATED, HostApduService.DEACTIVATION_LINK_LOSS, 0))

    private companion object {
        // HostApduService.MSG_*: hidden, but the wire between the NFC service and every app since Android 4.4.
        const val COMMAND = 0
        const val RESPONSE = 1
        const val DEACTIVATED = 2

        const val PAY: Byte = 0x40
        const val STATUS = 2
    }
}

/** Runs [work] elsewhere while this thread, Android's main thread in a test, serves its looper. */
fun <T> besideMain(work: suspend () -> T): T = runBlocking {
    val running = async(Dispatchers.IO) { work() }
    while (!running.isCompleted) {
        shadowOf(Looper.getMainLooper()).idle()
        kotlinx.coroutines.delay(1)
    }
    shadowOf(Looper.getMainLooper()).idle()
    running.await()
}
