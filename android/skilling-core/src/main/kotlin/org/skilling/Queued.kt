// A flow over a durable queue of the core, which calls nobody back: what waits there, then what comes.
package org.skilling

import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.StateFlow
import kotlinx.coroutines.flow.first
import kotlinx.coroutines.flow.flow

/**
 * Every element once, and acknowledged once the collector is done with it. A store that is busy or full ends nothing: it is read again when
 * [changes] does, and an acknowledgement that failed is made up for by the next one. Ends when the store was closed.
 *
 * @param read what comes after an id, oldest first
 */
@InternalSkillingApi
public fun <E> queued(
    changes: StateFlow<Long>,
    read: suspend (after: Long) -> List<E>,
    id: (E) -> Long,
    acknowledge: suspend (id: Long) -> Unit,
): Flow<E> = flow {
    var last = 0L
    while (true) {
        val seen = changes.value
        val waiting = asked(emptyList()) { read(last) } ?: return@flow
        for (element in waiting) {
            // No buffer in between: this returns when the collector is done with it.
            emit(element)
            last = id(element)
            asked(Unit) { acknowledge(last) } ?: return@flow
        }
        if (waiting.isEmpty()) changes.first { it != seen }
    }
}

/** What [call] gives; [otherwise] where the store fails for now; null where it was closed. */
private inline fun <T : Any> asked(otherwise: T, call: () -> T): T? =
    try {
        call()
    } catch (_: SkillingException.Closed) {
        null
    } catch (_: SkillingException) {
        otherwise
    }
