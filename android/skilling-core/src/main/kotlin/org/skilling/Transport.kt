// The port to the network: one call to a bank or an acquirer.
package org.skilling

/** How a call is made. */
public enum class HttpMethod { GET, POST }

/**
 * One call.
 *
 * @property path from the root, starting with `/v1/`
 * @property body `application/cbor`; empty for a GET
 * @property etag to be sent as If-None-Match
 */
public class HttpRequest(
    public val method: HttpMethod,
    public val path: String,
    public val body: ByteArray,
    public val etag: String? = null,
)

/**
 * An answer, whatever its status.
 *
 * @property status the HTTP status
 * @property body at most [Transport.LARGEST_ANSWER] bytes
 * @property retryAfterSeconds Retry-After in seconds, where the server gave it so
 * @property etag as the server gave it
 */
public class HttpResponse(
    public val status: Int,
    public val body: ByteArray,
    public val retryAfterSeconds: Long? = null,
    public val etag: String? = null,
)

/** No answer came. Whether the call arrived is unknown; the core sends the same bytes again later. */
public sealed class TransportFailure(text: String, cause: Throwable?) : Exception(text, cause) {
    /** No connection, or it broke. */
    public class Unreachable(cause: Throwable? = null) : TransportFailure("no connection to the server", cause)

    /** No answer in time. */
    public class TimedOut(cause: Throwable? = null) : TransportFailure("the server did not answer in time", cause)

    /** The answer is longer than any answer may be. */
    public class TooLong : TransportFailure("the answer is too long", null)

    /** The server's certificate is not one of those that the app pinned. */
    public class NotPinned : TransportFailure("the server's key is not pinned", null)
}

/**
 * Sends one call. An app that has an HTTP stack of its own implements this; [HttpTransport] is the default.
 *
 * An implementation MUST use TLS 1.3 (1.2 where Android has no 1.3), MUST have time-outs of its own, MUST NOT retry and MUST NOT
 * follow redirects. It may be called from any thread, and is cancelled when the app stops waiting.
 */
public fun interface Transport {
    /**
     * Sends [request] and waits for the answer.
     *
     * @throws TransportFailure where no answer came
     */
    public suspend fun send(request: HttpRequest): HttpResponse

    public companion object {
        /** Bodies over this are not read: the longest answer is a message of 16 MiB with its array head. */
        public const val LARGEST_ANSWER: Int = (16 shl 20) + 16
    }
}
