// An Android device as the till's reader.
package org.skilling.terminal

import android.app.Activity
import android.nfc.NfcAdapter
import android.nfc.Tag
import android.nfc.tech.IsoDep
import android.os.Bundle
import java.io.IOException
import kotlinx.coroutines.runBlocking
import org.skilling.SkillingException

/**
 * Serves phones that come near, one at a time, while [activity] is in front: [start] in `onResume`, [stop] in `onPause`, on the main
 * thread.
 *
 * @param sale what is to be paid now, if anything; asked at every tap, on the reader's thread
 * @param onTap what came of it, also where the till itself failed ([TapReport.problem]); called on the reader's thread, never for something
 *   that is no payment phone
 */
public class ReaderModeTerminal(
    private val activity: Activity,
    private val terminal: SkillingTerminal,
    private val sale: () -> OpenRequest?,
    private val onTap: (TapReport) -> Unit,
) {
    private val adapter: NfcAdapter? = NfcAdapter.getDefaultAdapter(activity)

    /** This device can read phones, and NFC is switched on. */
    public val isAvailable: Boolean get() = adapter?.isEnabled == true

    /** Looks for phones from now on. */
    public fun start() {
        // Android's own check talks to the phone in between, and HCE phones do not like it often.
        val options = Bundle().apply { putInt(NfcAdapter.EXTRA_READER_PRESENCE_CHECK_DELAY, PRESENCE_CHECK_MILLIS) }
        adapter?.enableReaderMode(activity, ::serve, FLAGS, options)
    }

    /** Looks no more; a tap under way ends by itself when the phone leaves or its time is over. */
    public fun stop() {
        adapter?.disableReaderMode(activity)
    }

    private fun serve(tag: Tag) {
        val phone = IsoDep.get(tag) ?: return
        val report = try {
            phone.connect()
            phone.timeout = ANSWER_MILLIS
            runBlocking { terminal.tap({ command -> exchange(phone, command) }, sale(), TAP_MILLIS) }
        } catch (_: IOException) {
            // It left before it was reached: the person taps again.
            return
        } catch (_: SecurityException) {
            // How Android says that another phone came meanwhile.
            return
        } catch (failed: SkillingException) {
            TapReport(emptyMap(), null, null, null, TapEnd.NotUsable(failed.code), failed.code)
        } finally {
            runCatching { phone.close() }
        }
        onTap(report)
    }

    private fun exchange(phone: IsoDep, command: ByteArray): ByteArray =
        try {
            phone.transceive(command)
        } catch (lost: IOException) {
            // TagLostException, and what some devices throw instead.
            throw LinkLost(lost)
        }

    private companion object {
        const val FLAGS = NfcAdapter.FLAG_READER_NFC_A or NfcAdapter.FLAG_READER_NFC_B or
            NfcAdapter.FLAG_READER_SKIP_NDEF_CHECK or NfcAdapter.FLAG_READER_NO_PLATFORM_SOUNDS
        const val PRESENCE_CHECK_MILLIS = 1_000

        /** For one answer; phones promise 300 ms, and a receipt's commit may take longer. */
        const val ANSWER_MILLIS = 3_000

        /** For a whole tap, with the payer reading and agreeing meanwhile. */
        const val TAP_MILLIS = 60_000
    }
}
