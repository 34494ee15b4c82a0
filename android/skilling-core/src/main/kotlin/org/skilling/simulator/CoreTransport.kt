// The simulated server as an app's transport.
package org.skilling.simulator

import org.skilling.HttpMethod
import org.skilling.HttpRequest
import org.skilling.HttpResponse
import org.skilling.Transport
import org.skilling.TransportFailure
import org.skilling.core.ffi.HttpCall
import org.skilling.core.ffi.TransportPortException

internal class CoreTransport(private val core: org.skilling.core.ffi.Transport) : Transport {
    override suspend fun send(request: HttpRequest): HttpResponse =
        try {
            val method = if (request.method == HttpMethod.GET) org.skilling.core.ffi.HttpMethod.GET else org.skilling.core.ffi.HttpMethod.POST
            val answer = core.send(HttpCall(method, request.path, request.body, request.etag))
            HttpResponse(answer.status.toInt(), answer.body, answer.retryAfterSeconds?.toLong(), answer.etag)
        } catch (failure: TransportPortException) {
            throw when (failure) {
                is TransportPortException.TimedOut -> TransportFailure.TimedOut(failure)
                is TransportPortException.TooLong -> TransportFailure.TooLong()
                else -> TransportFailure.Unreachable(failure)
            }
        }
}
