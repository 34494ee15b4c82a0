// The transport that comes with the libraries: Android's own HttpURLConnection, and nothing to depend on.
package org.skilling

import android.util.Base64
import java.io.ByteArrayOutputStream
import java.io.EOFException
import java.io.IOException
import java.io.InputStream
import java.net.HttpURLConnection
import java.net.InetAddress
import java.net.Socket
import java.net.SocketException
import java.net.SocketTimeoutException
import java.net.URI
import java.net.URL
import java.security.MessageDigest
import java.security.cert.CertPathValidatorException
import java.security.cert.CertificateException
import java.security.cert.X509Certificate
import javax.net.ssl.HostnameVerifier
import javax.net.ssl.HttpsURLConnection
import javax.net.ssl.SSLContext
import javax.net.ssl.SSLException
import javax.net.ssl.SSLHandshakeException
import javax.net.ssl.SSLPeerUnverifiedException
import javax.net.ssl.SSLProtocolException
import javax.net.ssl.SSLSession
import javax.net.ssl.SSLSocket
import javax.net.ssl.SSLSocketFactory
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.suspendCancellableCoroutine
import kotlinx.coroutines.withContext
import kotlin.coroutines.resume
import kotlin.coroutines.resumeWithException
import kotlin.concurrent.thread

/**
 * HTTP to one server. Thread-safe; keeps nothing between calls.
 *
 * TLS 1.3 alone where Android has it (10 and later), else 1.2: an older server is [TransportFailure.OldTls]. Whom it trusts is Android's
 * business and the app's network security configuration. No redirects, no cache, no cookies, no retries.
 *
 * @param base the server's address, as in `https://bank.example`
 * @param pins SHA-256 of the SubjectPublicKeyInfo of keys, in Base64; empty: no pinning. One of them must be the server's own, or of an
 *   authority that signed for it and whose certificate the server sends.
 *   Pin at least one key that is not in use yet, or a lost key locks everybody out.
 * @param allowCleartext for a test server without TLS
 * @throws IllegalArgumentException for an address that is none, or that is not HTTPS
 */
public class HttpTransport(
    base: String,
    private val pins: Set<String> = emptySet(),
    private val connectMillis: Int = 5_000,
    private val readMillis: Int = 30_000,
    private val allowCleartext: Boolean = false,
) : Transport {
    private val base: String = base.trimEnd('/')
    private val sockets: SSLSocketFactory by lazy { ModernTls(SSLContext.getInstance("TLS").apply { init(null, null, null) }.socketFactory) }

    init {
        val address = URI.create(this.base)
        require(address.scheme == "https" || (allowCleartext && address.scheme == "http")) { "the server's address must be https" }
        require(!address.host.isNullOrEmpty()) { "the server's address names no host" }
    }

    override suspend fun send(request: HttpRequest): HttpResponse {
        val connection = withContext(Dispatchers.IO) { open(request) }
        return suspendCancellableCoroutine { caller ->
            // A blocked read hears of nothing but its socket being closed.
            caller.invokeOnCancellation { thread(name = "skilling-http-cancel", isDaemon = true) { connection.disconnect() } }
            thread(name = "skilling-http", isDaemon = true) {
                val answer = runCatching { converse(connection, request) }
                connection.disconnect()
                answer.fold({ if (caller.isActive) caller.resume(it) }, { if (caller.isActive) caller.resumeWithException(asFailure(it)) })
            }
        }
    }

    private fun open(request: HttpRequest): HttpURLConnection {
        val connection = URL(base + request.path).openConnection() as HttpURLConnection
        if (connection is HttpsURLConnection) {
            connection.sslSocketFactory = sockets
            connection.hostnameVerifier = HostVerifier()
        }
        connection.connectTimeout = connectMillis
        connection.readTimeout = readMillis
        connection.instanceFollowRedirects = false
        connection.useCaches = false
        connection.requestMethod = request.method.name
        connection.setRequestProperty("Accept", CBOR)
        request.etag?.let { connection.setRequestProperty("If-None-Match", it) }
        if (request.method == HttpMethod.POST) {
            connection.doOutput = true
            // No streaming mode: with it the body of a 401 is lost, and that body says what the core must do.
            connection.setRequestProperty("Content-Type", CBOR)
        }
        return connection
    }

    private fun converse(connection: HttpURLConnection, request: HttpRequest): HttpResponse {
        try {
            connection.connect()
        } catch (refused: IOException) {
            // Of this, some systems make an exception like any other.
            val isAnotherHost = ((connection as? HttpsURLConnection)?.hostnameVerifier as? HostVerifier)?.hasRefused == true
            throw if (isAnotherHost) TransportFailure.NotTrusted(refused) else refused
        }
        // Before a byte of the call is sent.
        if (connection is HttpsURLConnection && pins.isNotEmpty()) demandPinned(connection)
        if (request.method == HttpMethod.POST) connection.outputStream.use { it.write(request.body) }
        val status = connection.responseCode
        val body = (if (status >= 400) connection.errorStream else connection.inputStream)?.use(::readBounded) ?: ByteArray(0)
        return HttpResponse(
            status = status,
            body = body,
            retryAfterSeconds = connection.getHeaderField("Retry-After")?.trim()?.toLongOrNull()?.takeIf { it >= 0 },
            etag = connection.getHeaderField("ETag"),
        )
    }

    private fun demandPinned(connection: HttpsURLConnection) {
        val isPinned = provenChain(connection.serverCertificates.filterIsInstance<X509Certificate>()).any { certificate ->
            val digest = MessageDigest.getInstance("SHA-256").digest(certificate.publicKey.encoded)
            Base64.encodeToString(digest, Base64.NO_WRAP) in pins
        }
        if (!isPinned) throw TransportFailure.NotPinned()
    }

    private fun readBounded(stream: InputStream): ByteArray {
        val body = ByteArrayOutputStream()
        val piece = ByteArray(PIECE)
        while (true) {
            val count = stream.read(piece)
            if (count < 0) return body.toByteArray()
            if (body.size() + count > Transport.LARGEST_ANSWER) throw TransportFailure.TooLong()
            body.write(piece, 0, count)
        }
    }

    private fun asFailure(thrown: Throwable): Throwable = when (thrown) {
        is TransportFailure -> thrown
        is SocketTimeoutException -> TransportFailure.TimedOut(thrown)
        is SSLException -> distrusted(thrown)
        is IOException -> TransportFailure.Unreachable(thrown)
        // HttpURLConnection throws others where it is disconnected under way.
        else -> TransportFailure.Unreachable(thrown)
    }

    /** A handshake that broke off is a bad line; one that was refused is not. */
    private fun distrusted(thrown: SSLException): TransportFailure {
        val causes = generateSequence<Throwable>(thrown) { it.cause }.take(DEEPEST_CAUSE).toList()
        return when {
            causes.any { it is CertificateException || it is CertPathValidatorException || it is SSLPeerUnverifiedException } ->
                TransportFailure.NotTrusted(thrown)
            causes.any { it is SocketException || it is EOFException } -> TransportFailure.Unreachable(thrown)
            thrown is SSLHandshakeException || thrown is SSLProtocolException -> TransportFailure.OldTls(thrown)
            else -> TransportFailure.Unreachable(thrown)
        }
    }

    private companion object {
        const val CBOR = "application/cbor"
        const val PIECE = 16 * 1024
        const val DEEPEST_CAUSE = 8
    }
}

/** The system's own, which remembers that it said no. */
private class HostVerifier : HostnameVerifier {
    private val inner = HttpsURLConnection.getDefaultHostnameVerifier()

    @Volatile
    var hasRefused = false
        private set

    override fun verify(host: String?, session: SSLSession?): Boolean = inner.verify(host, session).also { hasRefused = !it }
}

/** Offers TLS 1.3 alone, or 1.2 where that is the newest there is. */
private class ModernTls(private val inner: SSLSocketFactory) : SSLSocketFactory() {
    override fun getDefaultCipherSuites(): Array<String> = inner.defaultCipherSuites

    override fun getSupportedCipherSuites(): Array<String> = inner.supportedCipherSuites

    override fun createSocket(socket: Socket?, host: String?, port: Int, autoClose: Boolean): Socket =
        modern(inner.createSocket(socket, host, port, autoClose))

    override fun createSocket(host: String?, port: Int): Socket = modern(inner.createSocket(host, port))

    override fun createSocket(host: String?, port: Int, local: InetAddress?, localPort: Int): Socket =
        modern(inner.createSocket(host, port, local, localPort))

    override fun createSocket(host: InetAddress?, port: Int): Socket = modern(inner.createSocket(host, port))

    override fun createSocket(host: InetAddress?, port: Int, local: InetAddress?, localPort: Int): Socket =
        modern(inner.createSocket(host, port, local, localPort))

    private fun modern(socket: Socket): Socket {
        if (socket is SSLSocket) {
            val newest = listOf("TLSv1.3", "TLSv1.2").first { it in socket.supportedProtocols }
            socket.enabledProtocols = arrayOf(newest)
        }
        return socket
    }
}
