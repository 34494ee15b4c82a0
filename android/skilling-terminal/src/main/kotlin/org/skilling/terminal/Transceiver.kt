// The port to a reader with a phone in front of it.
package org.skilling.terminal

import java.io.IOException

/** The phone left the field, or the reader failed: tap again. */
public class LinkLost(cause: Throwable? = null) : IOException("the phone left the field", cause)

/** A reader device with a phone in front of it. [ReaderModeTerminal] makes one of Android's own reader. */
public fun interface Transceiver {
    /**
     * Sends one command and waits for the response, at most 10 seconds.
     *
     * @throws LinkLost
     */
    public fun transceive(command: ByteArray): ByteArray
}
