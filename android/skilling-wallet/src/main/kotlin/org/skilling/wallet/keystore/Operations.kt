// Signatures that somebody authorised and nobody has used: each good once, and for 60 seconds.
package org.skilling.wallet.keystore

import java.security.Signature

/** Thread-safe. [elapsed] counts milliseconds and never goes back, whatever is done to the phone's clock. */
internal class Operations(private val elapsed: () -> Long) {
    private class Kept(val alias: String, val signature: Signature, val until: Long)

    private val kept = HashMap<Long, Kept>()
    private var last = 0L

    @Synchronized
    fun keep(alias: String, signature: Signature): Long {
        kept.values.removeAll { it.until < elapsed() }
        last += 1
        kept[last] = Kept(alias, signature, elapsed() + GOOD_FOR_MILLIS)
        return last
    }

    /** The signature, for the one who asks first. */
    @Synchronized
    fun take(alias: String, operation: Long): Signature? {
        val found = kept.remove(operation) ?: return null
        return found.signature.takeIf { found.alias == alias && elapsed() <= found.until }
    }

    @Synchronized
    fun forget(alias: String) {
        kept.values.removeAll { it.alias == alias }
    }

    private companion object {
        const val GOOD_FOR_MILLIS = 60_000L
    }
}
