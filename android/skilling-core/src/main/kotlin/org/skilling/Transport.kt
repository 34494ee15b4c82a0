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

/**
 * No answer came. Whether the call arrived is unknown; the core sends the same bytes again later.
 *
 * @property advice what to do next, for developers
 */
public sealed class TransportFailure(text: String, public val advice: String, cause: Throwable?) : Exception(text, cause) {
    /** No connection, or it broke. */
    public class Unreachable(cause: Throwable? = null) : TransportFailure("no connection to the server", LATER, cause)

    /** No answer in time. */
    public class TimedOut(cause: Throwable? = null) : TransportFailure("the server did not answer in time", LATER, cause)

    /** The answer is longer than any answer may be. */
    public class TooLong : TransportFailure("the answer is too long", "Look whether this is the address of the bank's server.", null)

    /** Somebody answered who could not prove to be the server: nothing of the call was sent. */
    public sealed class Distrusted(text: String, advice: String, cause: Throwable?) : TransportFailure(text, advice, cause)

    /** The certificate has ended, is for another host, or comes from an authority that this phone does not know. */
    public class NotTrusted(cause: Throwable? = null) : Distrusted(
        "the server's certificate is not trusted",
        "Look at the certificate's hosts, dates and chain, and at the phone's clock; a public network may ask to log in first.",
        cause,
    )

    /** Both sides have no version of TLS in common. */
    public class OldTls(cause: Throwable? = null) : Distrusted(
        "the server offers no TLS that is new enough",
        "Let the server offer TLS 1.3, and 1.2 for Android 9 and older.",
        cause,
    )

    /** The server's certificate is not one of those that the app pinned. */
    public class NotPinned : Distrusted(
        "the server's key is not pinned",
        "If the server's key is new, bring its pin with an update of the app; else somebody stands in between.",
        null,
    )

    private companion object {
        const val LATER = "Try again later: nothing is lost."
    }
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
