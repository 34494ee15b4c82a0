// Android's Keystore for tests, obeying the contract of the real one: what it is not, is hardware.
package org.skilling.tests

import android.security.KeyStoreException
import android.security.keystore.KeyGenParameterSpec
import android.security.keystore.KeyInfo
import android.security.keystore.KeyPermanentlyInvalidatedException
import android.security.keystore.KeyProperties
import android.security.keystore.StrongBoxUnavailableException
import android.security.keystore.UserNotAuthenticatedException
import java.io.InputStream
import java.io.OutputStream
import java.math.BigInteger
import java.security.Key
import java.security.KeyFactorySpi
import java.security.KeyPair
import java.security.KeyPairGenerator
import java.security.KeyPairGeneratorSpi
import java.security.KeyStoreSpi
import java.security.PrivateKey
import java.security.Provider
import java.security.PublicKey
import java.security.SecureRandom
import java.security.Security
import java.security.Signature
import java.security.SignatureException
import java.security.SignatureSpi
import java.security.UnrecoverableKeyException
import java.security.cert.Certificate
import java.security.interfaces.ECKey
import java.security.interfaces.ECPrivateKey
import java.security.spec.AlgorithmParameterSpec
import java.security.spec.KeySpec
import java.util.Collections
import java.util.Date
import javax.crypto.KeyGenerator
import javax.crypto.KeyGeneratorSpi
import javax.crypto.SecretKey

/**
 * Keys in memory, with what was asked of each. As in the real one a key that needs the user signs only through a signature that was
 * authorised, once; a lost key is gone; a key whose screen lock was removed says so when it is used; a locked phone signs nothing; what the
 * service answers in place of a key comes as the same exceptions ([answer]).
 */
class FakeKeystore(
    private val strongBox: Boolean = true,
    private val secureHardware: Boolean = true,
) : Provider("AndroidKeyStore", "1", "for tests") {
    val specs = mutableMapOf<String, KeyGenParameterSpec>()
    private val pairs = mutableMapOf<String, KeyPair>()
    private val secrets = mutableMapOf<String, SecretKey>()
    private val invalidated = mutableSetOf<String>()

    /** What the use of a key fails with, by its name. */
    @Volatile
    var fault: ((String) -> Exception?)? = null

    /** The phone is locked: keys that need it unlocked do nothing. */
    @Volatile
    var isLocked = false

    /**
     * What Keystore's service answers to whoever wants a key, by its name: a code of its interface (`ResponseCode`), or null for the key.
     * As Android's `KeyStore` has it: nothing for an unknown key, an exception without a cause for one that was invalidated, with the
     * service's code as its cause for everything else.
     */
    @Volatile
    var answer: ((String) -> Int?)? = null

    /** How many signatures were made. */
    @Volatile
    var signatures = 0
        private set

    init {
        offer("KeyPairGenerator", "EC") { PairGenerator() }
        offer("KeyGenerator", "AES") { SecretGenerator() }
        offer("KeyFactory", "EC") { Infos() }
        offer("KeyStore", "AndroidKeyStore") { Store() }
        offer("Signature", "SHA256withECDSA") { Signing() }
    }

    /** From now on this is the phone's Keystore. */
    fun install(): FakeKeystore {
        Security.removeProvider(name)
        // First: Android's own asks its provider by the kind of the key.
        Security.insertProviderAt(this, 1)
        return this
    }

    fun names(): Set<String> = pairs.keys + secrets.keys

    /** As after a factory reset of the secure hardware. */
    fun lose(alias: String) {
        pairs.remove(alias)
        secrets.remove(alias)
    }

    /** As after the screen lock was removed. */
    fun invalidate(alias: String) {
        invalidated += alias
    }

    /** What the dialog does once the payer has put the finger on. */
    fun authorise(signature: Signature) {
        signature.setParameter(Authorised)
    }

    private object Authorised : AlgorithmParameterSpec

    private fun offer(type: String, algorithm: String, make: () -> Any) {
        putService(object : Service(this, type, algorithm, make.javaClass.name, null, null) {
            override fun newInstance(parameter: Any?): Any = make()

            // Only keys that live here are signed with; everything else goes to the platform's own provider.
            override fun supportsParameter(parameter: Any?): Boolean = type != "Signature" || parameter is Opaque
        })
    }

    /** A private key that cannot be read, as hardware has them. */
    private class Opaque(val alias: String, private val like: ECPrivateKey) : PrivateKey, ECKey by like {
        override fun getAlgorithm() = "EC"
        override fun getFormat(): String? = null
        override fun getEncoded(): ByteArray? = null
    }

    private fun fail(alias: String) {
        fault?.invoke(alias)?.let { throw it }
    }

    private fun check(alias: String) {
        fail(alias)
        if (alias in invalidated) throw KeyPermanentlyInvalidatedException()
        if (isLocked && specs.getValue(alias).isUnlockedDeviceRequired) throw UserNotAuthenticatedException()
    }

    private inner class PairGenerator : KeyPairGeneratorSpi() {
        private lateinit var spec: KeyGenParameterSpec

        override fun initialize(bits: Int, random: SecureRandom?) = throw UnsupportedOperationException()

        override fun initialize(params: AlgorithmParameterSpec, random: SecureRandom?) {
            spec = params as KeyGenParameterSpec
        }

        override fun generateKeyPair(): KeyPair {
            fail(spec.keystoreAlias)
            if (spec.isStrongBoxBacked && !strongBox) throw StrongBoxUnavailableException()
            val generator = KeyPairGenerator.getInstance("EC", software("KeyPairGenerator.EC"))
            generator.initialize(spec.algorithmParameterSpec)
            val pair = generator.generateKeyPair()
            specs[spec.keystoreAlias] = spec
            pairs[spec.keystoreAlias] = pair
            return KeyPair(pair.public, Opaque(spec.keystoreAlias, pair.private as ECPrivateKey))
        }
    }

    private inner class SecretGenerator : KeyGeneratorSpi() {
        private lateinit var spec: KeyGenParameterSpec

        override fun engineInit(random: SecureRandom?) = throw UnsupportedOperationException()

        override fun engineInit(bits: Int, random: SecureRandom?) = throw UnsupportedOperationException()

        override fun engineInit(params: AlgorithmParameterSpec, random: SecureRandom?) {
            spec = params as KeyGenParameterSpec
        }

        override fun engineGenerateKey(): SecretKey {
            fail(spec.keystoreAlias)
            val generator = KeyGenerator.getInstance("AES", software("KeyGenerator.AES"))
            generator.init(spec.keySize)
            specs[spec.keystoreAlias] = spec
            return generator.generateKey().also { secrets[spec.keystoreAlias] = it }
        }
    }

    /** Gives a key's [KeyInfo]. Its constructor is Android's own business, so it is filled in by field. */
    private inner class Infos : KeyFactorySpi() {
        override fun <T : KeySpec?> engineGetKeySpec(key: Key, wanted: Class<T>): T {
            val spec = specs.getValue((key as Opaque).alias)
            val info = KeyInfo::class.java.declaredConstructors.maxBy { it.parameterCount }.also { it.isAccessible = true }
            val arguments = info.parameterTypes.map { type ->
                when (type) {
                    Boolean::class.javaPrimitiveType -> false
                    Int::class.javaPrimitiveType -> 0
                    Long::class.javaPrimitiveType -> 0L
                    Array<String>::class.java -> emptyArray<String>()
                    String::class.java -> ""
                    else -> null
                }
            }
            val made = info.newInstance(*arguments.toTypedArray())
            set(made, "mUserAuthenticationRequired", spec.isUserAuthenticationRequired)
            set(made, "mInsideSecureHardware", secureHardware)
            set(
                made,
                "mSecurityLevel",
                when {
                    !secureHardware -> KeyProperties.SECURITY_LEVEL_SOFTWARE
                    spec.isStrongBoxBacked -> KeyProperties.SECURITY_LEVEL_STRONGBOX
                    else -> KeyProperties.SECURITY_LEVEL_TRUSTED_ENVIRONMENT
                },
            )
            return wanted.cast(made)!!
        }

        private fun set(on: Any, field: String, value: Any) {
            KeyInfo::class.java.getDeclaredField(field).also { it.isAccessible = true }.set(on, value)
        }

        override fun engineGeneratePublic(spec: KeySpec?): PublicKey = throw UnsupportedOperationException()
        override fun engineGeneratePrivate(spec: KeySpec?): PrivateKey = throw UnsupportedOperationException()
        override fun engineTranslateKey(key: Key?): Key = throw UnsupportedOperationException()
    }

    @Suppress("OVERRIDE_DEPRECATION")
    private inner class Signing : SignatureSpi() {
        private lateinit var alias: String
        private lateinit var inner: Signature
        private var isAuthorised = false

        override fun engineInitSign(key: PrivateKey) {
            alias = (key as Opaque).alias
            check(alias)
            inner = Signature.getInstance("SHA256withECDSA", software("Signature.SHA256withECDSA"))
            inner.initSign(pairs.getValue(alias).private)
            isAuthorised = !specs.getValue(alias).isUserAuthenticationRequired
        }

        override fun engineSetParameter(params: AlgorithmParameterSpec?) {
            isAuthorised = isAuthorised || params === Authorised
        }

        override fun engineUpdate(byte: Byte) = inner.update(byte)
        override fun engineUpdate(bytes: ByteArray, at: Int, count: Int) = inner.update(bytes, at, count)

        override fun engineSign(): ByteArray {
            check(alias)
            if (!isAuthorised) throw SignatureException("Key user not authenticated")
            signatures += 1
            return inner.sign()
        }

        override fun engineInitVerify(key: PublicKey?) = throw UnsupportedOperationException()
        override fun engineVerify(signature: ByteArray?) = throw UnsupportedOperationException()
        override fun engineSetParameter(name: String?, value: Any?) = throw UnsupportedOperationException()
        override fun engineGetParameter(name: String?): Any = throw UnsupportedOperationException()
    }

    private inner class Store : KeyStoreSpi() {
        override fun engineLoad(stream: InputStream?, password: CharArray?) = Unit

        override fun engineGetKey(alias: String, password: CharArray?): Key? {
            fail(alias)
            when (val code = answer?.invoke(alias)) {
                null -> Unit
                KEY_NOT_FOUND -> return null
                KEY_PERMANENTLY_INVALIDATED -> throw UnrecoverableKeyException("the credentials were changed")
                else -> throw UnrecoverableKeyException("no information about the key").initCause(KeyStoreException(code, "code $code"))
            }
            return secrets[alias] ?: pairs[alias]?.let { Opaque(alias, it.private as ECPrivateKey) }
        }

        override fun engineGetCertificate(alias: String): Certificate? = pairs[alias]?.let { Bare(it.public) }
        override fun engineGetCertificateChain(alias: String): Array<Certificate>? =
            engineGetCertificate(alias)?.let { arrayOf(it, it) }
        override fun engineContainsAlias(alias: String) = alias in names()
        override fun engineIsKeyEntry(alias: String) = alias in names()
        override fun engineIsCertificateEntry(alias: String) = false
        override fun engineDeleteEntry(alias: String) = lose(alias)
        override fun engineAliases() = Collections.enumeration(names())
        override fun engineSize() = names().size
        override fun engineGetCreationDate(alias: String): Date? = null
        override fun engineGetCertificateAlias(certificate: Certificate?): String? = null
        override fun engineSetKeyEntry(a: String, k: Key, p: CharArray?, c: Array<Certificate>?) = throw UnsupportedOperationException()
        override fun engineSetKeyEntry(a: String, k: ByteArray, c: Array<Certificate>?) = throw UnsupportedOperationException()
        override fun engineSetCertificateEntry(a: String, c: Certificate) = throw UnsupportedOperationException()
        override fun engineStore(stream: OutputStream?, password: CharArray?) = throw UnsupportedOperationException()
    }

    /** In place of an attesting certificate. */
    private class Bare(private val key: PublicKey) : Certificate("bare") {
        override fun getPublicKey() = key
        override fun getEncoded(): ByteArray = key.encoded
        override fun verify(key: PublicKey) = Unit
        override fun verify(key: PublicKey, provider: String) = Unit
        override fun toString() = "bare certificate"
    }

    private fun software(service: String): Provider =
        Security.getProviders(service).first { it !== this && it.name != name }

    companion object {
        /** Codes of the service's interface: a phone that was not unlocked yet, a fault of the service, and so on. */
        const val LOCKED = 2
        const val SYSTEM_ERROR = 4
        const val KEY_NOT_FOUND = 7
        const val VALUE_CORRUPTED = 8
        const val KEY_PERMANENTLY_INVALIDATED = 17
        const val BACKEND_BUSY = 18

        /** The order of P-256, for whoever checks a signature's numbers. */
        val ORDER = BigInteger("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551", 16)
    }
}
