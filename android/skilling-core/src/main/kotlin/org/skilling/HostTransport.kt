// The app's transport as the core calls it.
package org.skilling

import kotlinx.coroutines.CancellationException
import org.skilling.core.ffi.HttpAnswer
import org.skilling.core.ffi.HttpCall
import org.skilling.core.ffi.TransportPortException

/**
 * Whatever the app's code throws arrives as one of the exceptions that the core knows: the generated code would lose an `Error`. One for
 * each thing that is asked of the core, so that [told] speaks of that alone.
 */
@InternalSkillingApi
public class HostTransport(private val transport: Transport) : org.skilling.core.ffi.Transport {
    @Volatile
    private var distrusted: TransportFailure.Distrusted? = null

    /** [failure] with what this side knows better: the core takes a server that proved nothing for one that is away. */
    public fun told(failure: CallFailure): CallFailure {
        val why = distrusted
        if (why == null || failure.problem != CallFailure.Problem.Unreachable) return failure
        return CallFailure(CallFailure.Problem.Distrusted(why), failure.againAfterMillis, why.advice)
    }

    override suspend fun send(call: HttpCall): HttpAnswer =
        try {
            distrusted = null
            val method = if (call.method == org.skilling.core.ffi.HttpMethod.GET) HttpMethod.GET else HttpMethod.POST
            val answer = transport.send(HttpRequest(method, call.path, call.body, call.etag))
            HttpAnswer(
                status = answer.status.coerceAtLeast(0).toUInt(),
                body = answer.body,
                retryAfterSeconds = answer.retryAfterSeconds?.coerceIn(0, UInt.MAX_VALUE.toLong())?.toUInt(),
                etag = answer.etag,
            )
        } catch (cancelled: CancellationException) {
            throw cancelled
        } catch (_: TransportFailure.TimedOut) {
            throw TransportPortException.TimedOut()
        } catch (_: TransportFailure.TooLong) {
            throw TransportPortException.TooLong()
        } catch (failure: TransportFailure.Distrusted) {
            distrusted = failure
            throw TransportPortException.Unreachable()
        } catch (_: TransportFailure) {
            throw TransportPortException.Unreachable()
        } catch (_: Throwable) {
            throw TransportPortException.Undeclared()
        }
}
