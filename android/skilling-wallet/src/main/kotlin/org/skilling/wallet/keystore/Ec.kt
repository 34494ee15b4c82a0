// The little that stands between Android's formats and the protocol's.
package org.skilling.wallet.keystore

import java.math.BigInteger
import java.security.interfaces.ECPublicKey

/** 04, x, y: 65 bytes. */
internal fun uncompressed(key: ECPublicKey): ByteArray = byteArrayOf(4) + fixed(key.w.affineX) + fixed(key.w.affineY)

/** A certificate chain, leaf first, as a CBOR array of byte strings (sync.md, enrolment key 4). */
internal fun attestationChain(certificates: List<ByteArray>): ByteArray =
    certificates.fold(head(ARRAY, certificates.size)) { chain, it -> chain + head(BYTES, it.size) + it }

/** `[protection, user_auth]`, which test schemes take at its word (sync.md, enrolment key 4). */
internal fun statedAttestation(protection: KeyProtection, userAuthentication: Boolean): ByteArray =
    head(ARRAY, 2) + head(UNSIGNED, protection.ordinal) + head(UNSIGNED, if (userAuthentication) 1 else 0)

private const val FIELD = 32
private const val UNSIGNED = 0x00
private const val BYTES = 0x40
private const val ARRAY = 0x80

/** The shortest head of a CBOR item, as deterministic encoding wants it. */
private fun head(major: Int, value: Int): ByteArray = when {
    value < 24 -> byteArrayOf((major or value).toByte())
    value < 0x100 -> byteArrayOf((major or 24).toByte(), value.toByte())
    value < 0x10000 -> byteArrayOf((major or 25).toByte(), (value shr 8).toByte(), value.toByte())
    else -> throw IllegalArgumentException("longer than any attestation")
}

private fun fixed(value: BigInteger): ByteArray {
    val digits = value.toByteArray().dropWhile { it == 0.toByte() }.toByteArray()
    return ByteArray(FIELD - digits.size) + digits
}
