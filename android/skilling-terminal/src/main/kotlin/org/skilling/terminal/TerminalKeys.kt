// The port to a till's signing keys, and the one for Android's Keystore.
package org.skilling.terminal

import android.os.Build
import android.security.keystore.KeyGenParameterSpec
import android.security.keystore.KeyInfo
import android.security.keystore.KeyProperties
import java.math.BigInteger
import java.security.GeneralSecurityException
import java.security.KeyFactory
import java.security.KeyPairGenerator
import java.security.KeyStore
import java.security.PrivateKey
import java.security.ProviderException
import java.security.Signature
import java.security.interfaces.ECPublicKey
import java.security.spec.ECGenParameterSpec
import java.util.UUID
import org.skilling.InternalSkillingApi
import org.skilling.NewerApi
import org.skilling.core.ffi.signatureFromDer

/** Why a till's key cannot be used. */
public sealed class TerminalKeyFailure(text: String, cause: Throwable? = null) : Exception(text, cause) {
    /** No key with that public half. */
    public class NoSuchKey : TerminalKeyFailure("there is no such key")

    /** The hardware or its driver failed; [number] is the implementation's own. */
    public class Fault(public val number: Int, public val what: String, cause: Throwable? = null) :
        TerminalKeyFailure("the key hardware failed ($number): $what", cause)
}

/**
 * Keys of a till: P-256, one for each merchant certificate. They ask nobody and outlive restarts; old ones stay until everything under
 * them is deposited.
 *
 * An implementation MUST be callable from any thread; MUST NOT call into the terminal; MUST throw nothing but [TerminalKeyFailure];
 * has 10 seconds for each call.
 */
public interface TerminalKeys {
    /** Where keys live, for a support ticket: "StrongBox", "TEE", "software". At most 64 characters; null: not said. */
    public val protection: String? get() = null

    /** Every key, at most 64, each as 65 bytes (04, x, y) or 33. */
    public fun list(): List<ByteArray>

    /** Makes a key, durable on return, and gives its public half. */
    public fun create(): ByteArray

    /** Signs [message] (not its digest) with ES256: 64 bytes `r || s`. [key] is as [list] or [create] gave it. */
    public fun sign(key: ByteArray, message: ByteArray): ByteArray
}

/** [TerminalKeys] in Android's Keystore: StrongBox where there is one. [prefix] is another for another till in the same app. */
public class KeystoreTerminalKeys(private val prefix: String = "skilling.till.") : TerminalKeys {
    override val protection: String? get() = guarded { names().firstOrNull()?.let(::protectionOf) }

    override fun list(): List<ByteArray> = guarded { names().map { publicKey(it) } }

    override fun create(): ByteArray = guarded {
        val name = prefix + UUID.randomUUID()
        if (Build.VERSION.SDK_INT < Build.VERSION_CODES.P || !isMadeInStrongBox(name)) make(spec(name).build())
        publicKey(name)
    }

    override fun sign(key: ByteArray, message: ByteArray): ByteArray = guarded {
        val name = names().firstOrNull { publicKey(it).contentEquals(key) } ?: throw TerminalKeyFailure.NoSuchKey()
        val signature = Signature.getInstance("SHA256withECDSA")
        signature.initSign(store().getKey(name, null) as? PrivateKey ?: throw TerminalKeyFailure.NoSuchKey())
        signature.update(message)
        signatureFromDer(signature.sign()).bytes
    }

    @OptIn(InternalSkillingApi::class)
    @NewerApi(Build.VERSION_CODES.P)
    private fun isMadeInStrongBox(name: String): Boolean =
        try {
            make(spec(name).setIsStrongBoxBacked(true).build())
            true
        } catch (_: ProviderException) {
            // StrongBoxUnavailableException is one; some makers' StrongBox fails in other words.
            false
        }

    private fun spec(name: String) = KeyGenParameterSpec.Builder(name, KeyProperties.PURPOSE_SIGN)
        .setAlgorithmParameterSpec(ECGenParameterSpec("secp256r1"))
        .setDigests(KeyProperties.DIGEST_SHA256)

    private fun make(spec: KeyGenParameterSpec) {
        KeyPairGenerator.getInstance(KeyProperties.KEY_ALGORITHM_EC, PROVIDER).run {
            initialize(spec)
            generateKeyPair()
        }
    }

    private fun protectionOf(name: String): String {
        val key = store().getKey(name, null)
        val info = KeyFactory.getInstance(key.algorithm, PROVIDER).getKeySpec(key, KeyInfo::class.java)
        val isStrongBox = Build.VERSION.SDK_INT >= Build.VERSION_CODES.S && isInStrongBox(info)
        @Suppress("DEPRECATION")
        return if (isStrongBox) "Keystore StrongBox" else if (info.isInsideSecureHardware) "Keystore TEE" else "Keystore software"
    }

    @OptIn(InternalSkillingApi::class)
    @NewerApi(Build.VERSION_CODES.S)
    private fun isInStrongBox(info: KeyInfo): Boolean = info.securityLevel == KeyProperties.SECURITY_LEVEL_STRONGBOX

    private fun names(): List<String> = store().aliases().toList().filter { it.startsWith(prefix) }

    private fun publicKey(name: String): ByteArray {
        val key = store().getCertificate(name)?.publicKey as? ECPublicKey ?: throw TerminalKeyFailure.NoSuchKey()
        return byteArrayOf(4) + fixed(key.w.affineX) + fixed(key.w.affineY)
    }

    private fun fixed(value: BigInteger): ByteArray {
        val digits = value.toByteArray().dropWhile { it == 0.toByte() }.toByteArray()
        return ByteArray(FIELD - digits.size) + digits
    }

    private fun store(): KeyStore = KeyStore.getInstance(PROVIDER).apply { load(null) }

    private inline fun <T> guarded(block: () -> T): T =
        try {
            block()
        } catch (fault: GeneralSecurityException) {
            throw TerminalKeyFailure.Fault(1, fault.javaClass.simpleName, fault)
        } catch (fault: ProviderException) {
            throw TerminalKeyFailure.Fault(2, fault.javaClass.simpleName, fault)
        }

    private companion object {
        const val PROVIDER = "AndroidKeyStore"
        const val FIELD = 32
    }
}
