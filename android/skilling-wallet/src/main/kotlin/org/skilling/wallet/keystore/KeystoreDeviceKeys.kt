// Signing keys in Android's Keystore: StrongBox where there is one, else the trusted environment, else a refusal.
package org.skilling.wallet.keystore

import android.app.KeyguardManager
import android.content.Context
import android.content.pm.PackageManager
import android.os.Build
import android.os.SystemClock
import android.security.keystore.KeyGenParameterSpec
import android.security.keystore.KeyInfo
import android.security.keystore.KeyProperties
import android.security.keystore.UserNotAuthenticatedException
import java.security.KeyFactory
import java.security.KeyPairGenerator
import java.security.KeyStore
import java.security.PrivateKey
import java.security.ProviderException
import java.security.Signature
import java.security.interfaces.ECPublicKey
import java.security.spec.ECGenParameterSpec
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.withContext
import org.skilling.InternalSkillingApi
import org.skilling.NewerApi
import org.skilling.core.ffi.attestationChallenge
import org.skilling.core.ffi.signatureFromDer
import org.skilling.wallet.AttestationKind
import org.skilling.wallet.DeviceKeys
import org.skilling.wallet.GeneratedKey
import org.skilling.wallet.KeyFailure
import org.skilling.wallet.KeyPrompt
import org.skilling.wallet.KeyUse

/**
 * [DeviceKeys] in Android's Keystore. Thread-safe.
 *
 * Pay keys ask for a strong biometric or the screen lock for every signature on Android 11 and later. Below, Keystore cannot take the
 * screen lock for one signature, and a key for biometrics alone would be destroyed by the next finger that is enrolled, perhaps in the
 * middle of an outage: there the pay key needs no user, the bank's allowance says so, and the scheme's bound for that applies.
 *
 * @param presence how the payer is asked; [SystemPresence] is Android's own dialog
 * @param atLeast keys that live in a weaker place are deleted at once and refused: [KeyFailure.Fault] with [KeystoreFaults.PROTECTION_TOO_WEAK]
 */
public class KeystoreDeviceKeys(
    private val context: Context,
    private val presence: UserPresence,
    private val atLeast: KeyProtection = KeyProtection.TRUSTED_ENVIRONMENT,
    private val attestation: Attestation = Attestation.ANDROID,
) : DeviceKeys {
    private val operations = Operations(SystemClock::elapsedRealtime)

    override val attestationKind: AttestationKind =
        if (attestation == Attestation.ANDROID) AttestationKind.ANDROID else AttestationKind.NONE

    override val protection: String
        get() {
            val hasStrongBox = Build.VERSION.SDK_INT >= Build.VERSION_CODES.P &&
                context.packageManager.hasSystemFeature(PackageManager.FEATURE_STRONGBOX_KEYSTORE)
            return if (hasStrongBox) "Keystore, StrongBox" else "Keystore"
        }

    override suspend fun generate(alias: String, use: KeyUse, nonce: ByteArray): GeneratedKey = withContext(Dispatchers.IO) {
        guarded {
            if (store().containsAlias(named(alias))) throw KeyFailure.AliasInUse()
            try {
                if (!isMadeInStrongBox(alias, use, nonce)) make(alias, use, nonce, strongBox = false)
            } catch (refused: Exception) {
                if (use == KeyUse.PAY && lacksScreenLock()) throw KeyFailure.NoScreenLock()
                throw refused
            }
            val protection = protectionOf(alias)
            if (protection < atLeast) {
                store().deleteEntry(named(alias))
                throw KeyFailure.Fault(KeystoreFaults.PROTECTION_TOO_WEAK, "keys live in $protection, needed is $atLeast")
            }
            GeneratedKey(uncompressed(publicKey(alias)), attested(alias, use, protection))
        }
    }

    override suspend fun authorize(alias: String, prompt: KeyPrompt?): Long {
        val signature = withContext(Dispatchers.IO) { guarded { ready(alias) } }
        val isAsked = withContext(Dispatchers.IO) { guarded { asksForUser(alias) } }
        if (prompt != null && isAsked) presence.authenticate(prompt, signature)
        if (prompt != null && !isAsked && prompt.isArming) presence.authenticate(prompt, null)
        return operations.keep(alias, signature)
    }

    override fun sign(alias: String, operation: Long, message: ByteArray): ByteArray {
        val signature = operations.take(alias, operation) ?: throw KeyFailure.Expired()
        return guarded {
            signature.update(message)
            signatureFromDer(signature.sign()).bytes
        }
    }

    override suspend fun delete(alias: String): Unit = withContext(Dispatchers.IO) {
        guarded {
            operations.forget(alias)
            if (store().containsAlias(named(alias))) store().deleteEntry(named(alias))
        }
    }

    private fun isMadeInStrongBox(alias: String, use: KeyUse, nonce: ByteArray): Boolean {
        if (Build.VERSION.SDK_INT < Build.VERSION_CODES.P) return false
        return makeInStrongBox(alias, use, nonce)
    }

    @OptIn(InternalSkillingApi::class)
    @NewerApi(Build.VERSION_CODES.P)
    private fun makeInStrongBox(alias: String, use: KeyUse, nonce: ByteArray): Boolean =
        try {
            make(alias, use, nonce, strongBox = true)
            true
        } catch (_: ProviderException) {
            // StrongBoxUnavailableException is one; some makers' StrongBox fails in other words.
            false
        }

    /** Where pay keys ask the payer, Keystore makes none for a phone that has nothing to ask for. */
    private fun lacksScreenLock(): Boolean =
        Build.VERSION.SDK_INT >= Build.VERSION_CODES.R && context.getSystemService(KeyguardManager::class.java)?.isDeviceSecure == false

    private fun make(alias: String, use: KeyUse, nonce: ByteArray, strongBox: Boolean) {
        val spec = KeyGenParameterSpec.Builder(named(alias), KeyProperties.PURPOSE_SIGN)
            .setAlgorithmParameterSpec(ECGenParameterSpec("secp256r1"))
            .setDigests(KeyProperties.DIGEST_SHA256)
        if (attestation == Attestation.ANDROID) spec.setAttestationChallenge(attestationChallenge(nonce, null))
        if (Build.VERSION.SDK_INT >= Build.VERSION_CODES.P) spec.inHardware(use, strongBox)
        if (Build.VERSION.SDK_INT >= Build.VERSION_CODES.R && use == KeyUse.PAY) spec.askEachTime()
        KeyPairGenerator.getInstance(KeyProperties.KEY_ALGORITHM_EC, PROVIDER).run {
            initialize(spec.build())
            generateKeyPair()
        }
    }

    @OptIn(InternalSkillingApi::class)
    @NewerApi(Build.VERSION_CODES.P)
    private fun KeyGenParameterSpec.Builder.inHardware(use: KeyUse, strongBox: Boolean) {
        setIsStrongBoxBacked(strongBox)
        // Sync runs while the phone lies locked in a pocket; a payment never does.
        if (use == KeyUse.PAY) setUnlockedDeviceRequired(true)
    }

    @OptIn(InternalSkillingApi::class)
    @NewerApi(Build.VERSION_CODES.R)
    private fun KeyGenParameterSpec.Builder.askEachTime() {
        setUserAuthenticationRequired(true)
        setUserAuthenticationParameters(0, KeyProperties.AUTH_BIOMETRIC_STRONG or KeyProperties.AUTH_DEVICE_CREDENTIAL)
    }

    private fun protectionOf(alias: String): KeyProtection {
        val info = infoOf(alias)
        if (Build.VERSION.SDK_INT >= Build.VERSION_CODES.S) return levelOf(info)
        @Suppress("DEPRECATION")
        return if (info.isInsideSecureHardware) KeyProtection.TRUSTED_ENVIRONMENT else KeyProtection.SOFTWARE
    }

    @OptIn(InternalSkillingApi::class)
    @NewerApi(Build.VERSION_CODES.S)
    private fun levelOf(info: KeyInfo): KeyProtection = when (info.securityLevel) {
        KeyProperties.SECURITY_LEVEL_STRONGBOX -> KeyProtection.SECURE_ELEMENT
        KeyProperties.SECURITY_LEVEL_TRUSTED_ENVIRONMENT, KeyProperties.SECURITY_LEVEL_UNKNOWN_SECURE -> KeyProtection.TRUSTED_ENVIRONMENT
        else -> KeyProtection.SOFTWARE
    }

    private fun attested(alias: String, use: KeyUse, protection: KeyProtection): ByteArray {
        if (attestation == Attestation.STATED_FOR_TEST_SCHEMES) {
            return statedAttestation(protection, use == KeyUse.PAY && asksForUser(alias))
        }
        val chain = attestationChain(store().getCertificateChain(named(alias)).map { it.encoded })
        if (chain.size > LARGEST_ATTESTATION) throw KeyFailure.Fault(KeystoreFaults.ATTESTATION_TOO_LONG, "attestation of ${chain.size} bytes")
        return chain
    }

    private fun asksForUser(alias: String): Boolean = infoOf(alias).isUserAuthenticationRequired

    private fun infoOf(alias: String): KeyInfo {
        val key = privateKey(alias)
        return KeyFactory.getInstance(key.algorithm, PROVIDER).getKeySpec(key, KeyInfo::class.java)
    }

    /** Before anybody is asked, so "not authenticated" can only mean a locked phone. */
    private fun ready(alias: String): Signature =
        try {
            Signature.getInstance("SHA256withECDSA").apply { initSign(privateKey(alias)) }
        } catch (_: UserNotAuthenticatedException) {
            throw KeyFailure.LockedOut()
        }

    private fun privateKey(alias: String): PrivateKey =
        store().getKey(named(alias), null) as? PrivateKey ?: throw KeyFailure.NoSuchKey()

    private fun publicKey(alias: String): ECPublicKey =
        store().getCertificate(named(alias))?.publicKey as? ECPublicKey ?: throw KeyFailure.NoSuchKey()

    private fun store(): KeyStore = KeyStore.getInstance(PROVIDER).apply { load(null) }

    private companion object {
        const val PROVIDER = "AndroidKeyStore"
        const val LARGEST_ATTESTATION = 16_384

        /** Keystore's names are one space for the whole app. */
        fun named(alias: String) = "skilling.$alias"
    }
}
