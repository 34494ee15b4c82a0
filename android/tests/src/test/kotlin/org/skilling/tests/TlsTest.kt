package org.skilling.tests

import com.sun.net.httpserver.HttpsConfigurator
import com.sun.net.httpserver.HttpsExchange
import com.sun.net.httpserver.HttpsServer
import java.io.File
import java.net.InetSocketAddress
import java.net.Socket
import java.security.KeyStore
import java.security.Principal
import java.security.PrivateKey
import java.security.cert.X509Certificate
import java.util.concurrent.Executors
import java.util.concurrent.atomic.AtomicInteger
import javax.net.ssl.SSLContext
import javax.net.ssl.SSLEngine
import javax.net.ssl.SSLServerSocket
import javax.net.ssl.SSLSocket
import javax.net.ssl.X509ExtendedKeyManager
import kotlin.test.AfterTest
import kotlin.test.BeforeTest
import kotlin.test.Test
import kotlin.test.assertContentEquals
import kotlin.test.assertEquals
import kotlin.test.assertFailsWith
import kotlin.test.assertIs
import kotlin.test.assertNotNull
import kotlin.test.assertTrue
import kotlinx.coroutines.runBlocking
import org.junit.Rule
import org.junit.rules.TemporaryFolder
import org.junit.runner.RunWith
import org.robolectric.RobolectricTestRunner
import org.skilling.CallFailure
import org.skilling.HttpMethod
import org.skilling.HttpRequest
import org.skilling.HttpTransport
import org.skilling.SkillingException
import org.skilling.TransportFailure

/** The transport against TLS servers: the bank's own, and those that only say so. */
@RunWith(RobolectricTestRunner::class)
class TlsTest {
    @get:Rule
    val folder = TemporaryFolder()

    private val threads = Executors.newCachedThreadPool()
    private val servers = mutableListOf<HttpsServer>()
    private val heard = AtomicInteger()
    private var spoken = ""
    private val post = HttpRequest(HttpMethod.POST, "/v1/sync", byteArrayOf(1, 2, 3))

    @BeforeTest
    fun phoneTrusts() {
        // Android takes this from its settings; the host's Java reads a file, once.
        System.setProperty("javax.net.ssl.trustStore", trusted.path)
        System.setProperty("javax.net.ssl.trustStorePassword", PASSWORD)
    }

    @AfterTest
    fun stop() {
        servers.forEach { it.stop(0) }
        threads.shutdownNow()
    }

    @Test
    fun `TLS 1_3 with a certificate for this host is spoken, pinned or not`() = runBlocking<Unit> {
        val bank = authority.server(HOST)
        val address = serve(bank)
        assertContentEquals(byteArrayOf(4, 5), line(address).send(post).body)
        assertEquals("TLSv1.3", spoken)
        val spare = authority.server(HOST).pin
        assertEquals(200, line(address, pins = setOf(spare, bank.pin)).send(post).status)
    }

    @Test
    fun `a key that is not pinned hears nothing of the call`() = runBlocking<Unit> {
        val address = serve(authority.server(HOST))
        val failure = assertFailsWith<TransportFailure.NotPinned> {
            line(address, pins = setOf(authority.server(HOST).pin)).send(post)
        }
        assertTrue("update" in failure.advice)
        assertEquals(0, heard.get())
    }

    @Test
    fun `an authority that signed for the server may be pinned, and a pinned certificate that is only sent along is worth nothing`() = runBlocking<Unit> {
        val bank = authority.server(HOST)
        assertEquals(200, line(serve(bank), pins = setOf(authority.pin)).send(post).status)
        heard.set(0)
        // Who has a trusted certificate for this host, and knows whose the app pins: certificates are public.
        val another = Authority("Another")
        val between = authority.server(HOST).run { Identity(keys, chain + bank.chain.first() + another.certificate) }
        for (pins in listOf(setOf(bank.pin), setOf(another.pin))) {
            assertFailsWith<TransportFailure.NotPinned> { line(serve(between), pins).send(post) }
        }
        assertEquals(0, heard.get())
    }

    @Test
    fun `a server of TLS 1_2 alone is refused`() = runBlocking<Unit> {
        val old = tls(authority.server(HOST)).serverSocketFactory.createServerSocket(0) as SSLServerSocket
        old.enabledProtocols = arrayOf("TLSv1.2")
        threads.execute { (old.accept() as SSLSocket).use { runCatching { it.startHandshake() } } }
        val failure = old.use { assertFailsWith<TransportFailure.OldTls> { line("https://$HOST:${it.localPort}").send(post) } }
        assertTrue("TLS 1.3" in failure.advice)
    }

    @Test
    fun `another host's, an ended and a stranger's certificate are not trusted`() = runBlocking<Unit> {
        val strangers = listOf(
            authority.server("192.0.2.1"),
            authority.server(HOST, days = -30L..-1L),
            authority.server(HOST, days = 1L..30L),
            Authority("Somebody").server(HOST),
        )
        for (stranger in strangers) {
            val address = serve(stranger)
            val failure = assertFailsWith<TransportFailure.NotTrusted>("${stranger.chain.first()}") { line(address).send(post) }
            assertTrue("dates" in failure.advice)
        }
        assertEquals(0, heard.get())
    }

    @Test
    fun `a wallet is told that its server is not the bank's, and a right one works afterwards`() = runBlocking<Unit> {
        val clock = TownClock(File(folder.root, "clock"))
        val phone = Phone(app(), Bank(folder.root, clock), clock, FakeKeystore().install())
        phone.open().use { wallet ->
            val wrongPin = line(serve(authority.server(HOST)), pins = setOf(authority.server(HOST).pin))
            val failure = assertNotNull(wallet.refresh(via = wrongPin).failure)
            assertIs<TransportFailure.NotPinned>(assertIs<CallFailure.Problem.Distrusted>(failure.problem).why)
            assertTrue("pin" in failure.advice)
            val online = assertFailsWith<SkillingException.Online> { wallet.enrol("ABCD-EFGH", via = wrongPin) }
            assertIs<CallFailure.Problem.Distrusted>(online.failure.problem)
            // Not a bank, but trusted: now it is the answer that is wrong.
            val answered = assertNotNull(wallet.refresh(via = line(serve(authority.server(HOST)))).failure)
            assertEquals(CallFailure.Problem.BadAnswer, answered.problem)
        }
    }

    private fun line(address: String, pins: Set<String> = emptySet()) = HttpTransport(address, pins, readMillis = 10_000)

    private fun tls(identity: Identity): SSLContext {
        return SSLContext.getInstance("TLS").apply { init(arrayOf(Shown(identity)), null, null) }
    }

    /** Shows its chain as it stands; a key store would see to it that it is one. */
    private class Shown(private val identity: Identity) : X509ExtendedKeyManager() {
        override fun getCertificateChain(alias: String?): Array<X509Certificate> = identity.chain.toTypedArray()
        override fun getPrivateKey(alias: String?): PrivateKey = identity.keys.private
        override fun getServerAliases(type: String?, issuers: Array<out Principal>?): Array<String> = arrayOf("server")
        override fun chooseServerAlias(type: String?, issuers: Array<out Principal>?, socket: Socket?): String? = "server".takeIf { type == "EC" }
        override fun chooseEngineServerAlias(type: String?, issuers: Array<out Principal>?, engine: SSLEngine?): String? =
            chooseServerAlias(type, issuers, null)
        override fun getClientAliases(type: String?, issuers: Array<out Principal>?): Array<String>? = null
        override fun chooseClientAlias(types: Array<out String>?, issuers: Array<out Principal>?, socket: Socket?): String? = null
    }

    /** A server that says it is [identity]; gives its address. */
    private fun serve(identity: Identity): String {
        val server = HttpsServer.create(InetSocketAddress(HOST, 0), 0)
        server.httpsConfigurator = HttpsConfigurator(tls(identity))
        server.executor = threads
        server.createContext("/v1/") { exchange ->
            heard.incrementAndGet()
            spoken = (exchange as HttpsExchange).sslSession.protocol
            exchange.use {
                it.requestBody.readBytes()
                it.sendResponseHeaders(200, 2)
                it.responseBody.write(byteArrayOf(4, 5))
            }
        }
        server.start()
        servers += server
        return "https://$HOST:${server.address.port}"
    }

    private companion object {
        const val HOST = "127.0.0.1"
        const val PASSWORD = "public"
        val authority = Authority("The bank's authority")
        val trusted: File by lazy {
            val store = KeyStore.getInstance("PKCS12").apply {
                load(null)
                setCertificateEntry("authority", authority.certificate)
            }
            File.createTempFile("trusted", ".p12").apply {
                deleteOnExit()
                outputStream().use { store.store(it, PASSWORD.toCharArray()) }
            }
        }
    }
}
