// X.509 certificates for TLS servers of the tests, made in a millisecond each: RFC 5280 as far as a TLS client looks.
package org.skilling.tests

import java.io.ByteArrayInputStream
import java.math.BigInteger
import java.net.InetAddress
import java.security.KeyPair
import java.security.KeyPairGenerator
import java.security.MessageDigest
import java.security.Security
import java.security.Signature
import java.security.cert.CertificateFactory
import java.security.cert.X509Certificate
import java.security.spec.ECGenParameterSpec
import java.time.Instant
import java.time.ZoneOffset
import java.time.format.DateTimeFormatter
import java.util.Base64

/** A key with the certificate that its [chain] begins with. */
class Identity(val keys: KeyPair, val chain: List<X509Certificate>) {
    /** As [org.skilling.HttpTransport] takes it. */
    val pin: String get() = pinOf(keys)
}

private fun pinOf(keys: KeyPair) = Base64.getEncoder().encodeToString(MessageDigest.getInstance("SHA-256").digest(keys.public.encoded))

/** An authority of its own. */
class Authority(private val name: String) {
    private val keys = pair()
    val pin: String get() = pinOf(keys)
    val certificate: X509Certificate = sign(keys, name, keys, days = -1L..365L, extension(BASIC_CONSTRAINTS, sequence(tagged(0x01, byteArrayOf(-1)))))

    /** A server's certificate for an IP [address], valid from so many days from now until so many. */
    fun server(address: String, days: LongRange = -1L..30L): Identity {
        val own = pair()
        val names = sequence(tagged(0x87, InetAddress.getByName(address).address))
        return Identity(own, listOf(sign(own, "server", keys, days, extension(ALTERNATIVE_NAME, names)), certificate))
    }

    private fun sign(subject: KeyPair, called: String, issuer: KeyPair, days: LongRange, extension: ByteArray): X509Certificate {
        val algorithm = sequence(ECDSA_WITH_SHA256)
        val toBeSigned = sequence(
            tagged(0xa0, tagged(0x02, byteArrayOf(2))),
            tagged(0x02, BigInteger.valueOf(System.nanoTime()).toByteArray()),
            algorithm,
            commonName(name),
            sequence(time(days.first), time(days.last)),
            commonName(called),
            subject.public.encoded,
            tagged(0xa3, sequence(extension)),
        )
        val signature = Signature.getInstance("SHA256withECDSA").run {
            initSign(issuer.private)
            update(toBeSigned)
            sign()
        }
        val encoded = sequence(toBeSigned, algorithm, tagged(0x03, byteArrayOf(0) + signature))
        return CertificateFactory.getInstance("X.509").generateCertificate(ByteArrayInputStream(encoded)) as X509Certificate
    }

    private fun commonName(text: String) = sequence(tagged(0x31, sequence(COMMON_NAME, tagged(0x0c, text.toByteArray()))))

    private fun extension(id: ByteArray, value: ByteArray) = sequence(id, tagged(0x04, value))

    private fun time(days: Long): ByteArray {
        val at = Instant.now().plusSeconds(days * 86_400).atOffset(ZoneOffset.UTC)
        return tagged(0x18, DateTimeFormatter.ofPattern("yyyyMMddHHmmss'Z'").format(at).toByteArray())
    }

    private fun sequence(vararg parts: ByteArray) = tagged(0x30, parts.fold(ByteArray(0)) { all, part -> all + part })

    private fun tagged(tag: Int, content: ByteArray): ByteArray {
        val size = content.size
        val length = when {
            size < 0x80 -> byteArrayOf(size.toByte())
            size < 0x100 -> byteArrayOf(0x81.toByte(), size.toByte())
            else -> byteArrayOf(0x82.toByte(), (size shr 8).toByte(), size.toByte())
        }
        return byteArrayOf(tag.toByte()) + length + content
    }

    private fun pair(): KeyPair {
        // Not the phone's Keystore, which may be the first to be asked.
        val software = Security.getProviders("KeyPairGenerator.EC").first { it.name != "AndroidKeyStore" }
        return KeyPairGenerator.getInstance("EC", software).apply { initialize(ECGenParameterSpec("secp256r1")) }.generateKeyPair()
    }

    private companion object {
        /** Object identifiers with tag and length. */
        val ECDSA_WITH_SHA256 = "06082a8648ce3d040302".unhex()
        val COMMON_NAME = "0603550403".unhex()
        val BASIC_CONSTRAINTS = "0603551d13".unhex()
        val ALTERNATIVE_NAME = "0603551d11".unhex()
    }
}
