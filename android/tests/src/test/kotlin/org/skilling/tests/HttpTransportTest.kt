package org.skilling.tests

import com.sun.net.httpserver.HttpExchange
import com.sun.net.httpserver.HttpServer
import java.net.InetSocketAddress
import java.net.ServerSocket
import java.util.concurrent.CountDownLatch
import java.util.concurrent.Executors
import kotlin.test.AfterTest
import kotlin.test.BeforeTest
import kotlin.test.Test
import kotlin.test.assertContentEquals
import kotlin.test.assertEquals
import kotlin.test.assertFailsWith
import kotlin.test.assertNull
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.cancelAndJoin
import kotlinx.coroutines.delay
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.withTimeout
import org.junit.runner.RunWith
import org.robolectric.RobolectricTestRunner
import org.skilling.HttpMethod
import org.skilling.HttpRequest
import org.skilling.HttpTransport
import org.skilling.Transport
import org.skilling.TransportFailure

/** The transport against a server that does what servers do. */
@RunWith(RobolectricTestRunner::class)
class HttpTransportTest {
    private val server = HttpServer.create(InetSocketAddress("127.0.0.1", 0), 0)
    private val threads = Executors.newCachedThreadPool()
    private val base = "http://127.0.0.1:${server.address.port}"
    private val post = HttpRequest(HttpMethod.POST, "/v1/sync", byteArrayOf(1, 2, 3))

    @BeforeTest
    fun start() {
        server.executor = threads
        server.start()
    }

    @AfterTest
    fun stop() {
        server.stop(0)
        threads.shutdownNow()
    }

    private fun answers(respond: (HttpExchange) -> Unit) {
        server.createContext("/v1/") { exchange -> exchange.use(respond) }
    }

    private fun transport(readMillis: Int = 30_000) = HttpTransport("$base/", readMillis = readMillis, allowCleartext = true)

    @Test
    fun `a call goes out as it is and comes back as it is`() = runBlocking<Unit> {
        var seen = emptyList<String?>()
        answers {
            seen = listOf(it.requestMethod, it.requestHeaders.getFirst("Content-Type"), it.requestHeaders.getFirst("If-None-Match"), it.requestBody.readBytes().hex())
            it.responseHeaders.add("ETag", "\"7\"")
            it.sendResponseHeaders(200, 2)
            it.responseBody.write(byteArrayOf(4, 5))
        }
        val answer = transport().send(post)
        assertEquals(listOf("POST", "application/cbor", null, "010203"), seen)
        assertEquals(200 to "\"7\"", answer.status to answer.etag)
        assertContentEquals(byteArrayOf(4, 5), answer.body)

        transport().send(HttpRequest(HttpMethod.GET, "/v1/trust", ByteArray(0), etag = "\"7\""))
        assertEquals(listOf("GET", null, "\"7\"", ""), seen)
    }

    @Test
    fun `an error of the server is an answer, with its problem and how long to wait`() = runBlocking<Unit> {
        answers {
            it.responseHeaders.add("Retry-After", "120")
            it.sendResponseHeaders(503, 4)
            it.responseBody.write("busy".toByteArray())
        }
        val answer = transport().send(post)
        assertEquals(Triple(503, 120L, "busy"), Triple(answer.status, answer.retryAfterSeconds, String(answer.body)))
    }

    @Test
    fun `what a server says of a 401 arrives`() = runBlocking<Unit> {
        answers {
            it.sendResponseHeaders(401, 11)
            it.responseBody.write("{\"code\":50}".toByteArray())
        }
        val answer = transport().send(post)
        assertEquals(401 to "{\"code\":50}", answer.status to String(answer.body))
    }

    @Test
    fun `a redirect is not followed, and an odd Retry-After is none`() = runBlocking<Unit> {
        answers {
            it.responseHeaders.add("Location", "$base/v1/elsewhere")
            it.responseHeaders.add("Retry-After", "Wed, 21 Oct 2026 07:28:00 GMT")
            it.sendResponseHeaders(302, -1)
        }
        val answer = transport().send(post)
        assertEquals(302, answer.status)
        assertNull(answer.retryAfterSeconds)
    }

    @Test
    fun `an answer without end is not read to its end`() = runBlocking<Unit> {
        answers {
            it.sendResponseHeaders(200, 0)
            val piece = ByteArray(1 shl 20)
            runCatching { repeat(64) { _ -> it.responseBody.write(piece) } }
        }
        assertFailsWith<TransportFailure.TooLong> { transport().send(post) }
        assertEquals(16_777_232, Transport.LARGEST_ANSWER)
    }

    @Test
    fun `nobody there, somebody silent, and somebody who stops waiting`() = runBlocking<Unit> {
        val nobody = ServerSocket(0).use { it.localPort }
        assertFailsWith<TransportFailure.Unreachable> { HttpTransport("http://127.0.0.1:$nobody", allowCleartext = true).send(post) }
        val silent = CountDownLatch(1)
        answers { silent.await() }
        assertFailsWith<TransportFailure.TimedOut> { transport(readMillis = 300).send(post) }
        val waiting = launch(Dispatchers.IO) { transport().send(post) }
        delay(200)
        withTimeout(20_000) { waiting.cancelAndJoin() }
        silent.countDown()
    }

    @Test
    fun `an address without TLS is refused unless it is asked for`() {
        assertFailsWith<IllegalArgumentException> { HttpTransport("http://bank.example") }
        assertFailsWith<IllegalArgumentException> { HttpTransport("ftp://bank.example", allowCleartext = true) }
        assertFailsWith<IllegalArgumentException> { HttpTransport("https:///") }
        HttpTransport("https://bank.example")
    }
}
