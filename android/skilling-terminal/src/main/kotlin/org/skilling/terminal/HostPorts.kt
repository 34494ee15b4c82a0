// The till's keys and its reader as the core calls them: whatever the app's code throws arrives as what the core knows.
package org.skilling.terminal

import org.skilling.core.ffi.ApduResponse
import org.skilling.core.ffi.SignatureBytes
import org.skilling.core.ffi.TerminalKeyList
import org.skilling.core.ffi.TerminalKeysException
import org.skilling.core.ffi.TerminalPublicKey
import org.skilling.core.ffi.TransceiverException

internal class HostTerminalKeys(private val keys: TerminalKeys) : org.skilling.core.ffi.TerminalKeys {
    override fun list(): TerminalKeyList = guarded { TerminalKeyList(keys.list().map(::TerminalPublicKey), keys.protection?.take(LONGEST_PROTECTION)) }

    override fun create(): TerminalPublicKey = guarded { TerminalPublicKey(keys.create()) }

    override fun sign(key: TerminalPublicKey, message: ByteArray): SignatureBytes =
        guarded { SignatureBytes(keys.sign(key.bytes, message)) }

    private companion object {
        const val LONGEST_PROTECTION = 64
    }

    private inline fun <T> guarded(block: () -> T): T =
        try {
            block()
        } catch (_: TerminalKeyFailure.NoSuchKey) {
            throw TerminalKeysException.NoSuchKey()
        } catch (failure: TerminalKeyFailure.Fault) {
            throw TerminalKeysException.Fault(failure.number)
        } catch (_: Throwable) {
            throw TerminalKeysException.Undeclared()
        }
}

internal class HostTransceiver(private val reader: Transceiver) : org.skilling.core.ffi.Transceiver {
    override fun transceive(command: ByteArray): ApduResponse =
        try {
            ApduResponse(reader.transceive(command))
        } catch (_: LinkLost) {
            throw TransceiverException.LinkLost()
        } catch (_: Throwable) {
            throw TransceiverException.Undeclared()
        }
}
