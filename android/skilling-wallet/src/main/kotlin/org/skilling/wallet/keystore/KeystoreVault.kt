// Seals the store's key with an AES key of the Keystore.
package org.skilling.wallet.keystore

import android.security.keystore.KeyGenParameterSpec
import android.security.keystore.KeyPermanentlyInvalidatedException
import android.security.keystore.KeyProperties
import android.security.keystore.UserNotAuthenticatedException
import java.security.GeneralSecurityException
import java.security.KeyStore
import java.security.ProviderException
import java.security.UnrecoverableKeyException
import javax.crypto.AEADBadTagException
import javax.crypto.BadPaddingException
import javax.crypto.Cipher
import javax.crypto.KeyGenerator
import javax.crypto.SecretKey
import javax.crypto.spec.GCMParameterSpec
import org.skilling.wallet.KeyVault
import org.skilling.wallet.VaultFailure

/**
 * [KeyVault] by AES-256-GCM under a key that never leaves the Keystore, asks nobody, and survives new fingers. Thread-safe.
 *
 * What is sealed: a version byte, 12 bytes of nonce that the Keystore chose, the ciphertext, 16 bytes of tag.
 *
 * @param alias of the Keystore's key; another wallet in the same app needs another
 */
public class KeystoreVault(private val alias: String = "skilling.vault") : KeyVault {
    @Synchronized
    override fun seal(secret: ByteArray): ByteArray = guarded {
        val cipher = Cipher.getInstance(AES_GCM).apply { init(Cipher.ENCRYPT_MODE, key() ?: make()) }
        byteArrayOf(VERSION) + cipher.iv + cipher.doFinal(secret)
    }

    @Synchronized
    override fun open(sealed: ByteArray): ByteArray = guarded {
        if (sealed.size < HEAD || sealed[0] != VERSION) throw VaultFailure.CannotOpen()
        val key = key() ?: throw VaultFailure.CannotOpen()
        val cipher = Cipher.getInstance(AES_GCM)
        cipher.init(Cipher.DECRYPT_MODE, key, GCMParameterSpec(TAG_BITS, sealed, 1, NONCE))
        cipher.doFinal(sealed, HEAD, sealed.size - HEAD)
    }

    private fun key(): SecretKey? = KeyStore.getInstance(PROVIDER).apply { load(null) }.getKey(alias, null) as? SecretKey

    private fun make(): SecretKey {
        val spec = KeyGenParameterSpec.Builder(alias, KeyProperties.PURPOSE_ENCRYPT or KeyProperties.PURPOSE_DECRYPT)
            .setBlockModes(KeyProperties.BLOCK_MODE_GCM)
            .setEncryptionPaddings(KeyProperties.ENCRYPTION_PADDING_NONE)
            .setKeySize(KEY_BITS)
            .build()
        return KeyGenerator.getInstance(KeyProperties.KEY_ALGORITHM_AES, PROVIDER).apply { init(spec) }.generateKey()
    }

    private inline fun <T> guarded(block: () -> T): T =
        try {
            block()
        } catch (known: VaultFailure) {
            throw known
        } catch (changed: AEADBadTagException) {
            throw VaultFailure.CannotOpen(changed)
        } catch (changed: BadPaddingException) {
            throw VaultFailure.CannotOpen(changed)
        } catch (gone: KeyPermanentlyInvalidatedException) {
            throw VaultFailure.CannotOpen(gone)
        } catch (notGiven: UnrecoverableKeyException) {
            throw when (stateOf(notGiven)) {
                KeyState.LOST -> VaultFailure.CannotOpen(notGiven)
                KeyState.LOCKED -> VaultFailure.Locked(notGiven)
                KeyState.OUT_OF_REACH -> VaultFailure.Fault(KeystoreFaults.OUT_OF_REACH, "key out of reach", notGiven)
            }
        } catch (locked: UserNotAuthenticatedException) {
            throw VaultFailure.Locked(locked)
        } catch (fault: GeneralSecurityException) {
            throw VaultFailure.Fault(KeystoreFaults.OTHER, fault.javaClass.simpleName, fault)
        } catch (fault: ProviderException) {
            throw VaultFailure.Fault(KeystoreFaults.OTHER, fault.javaClass.simpleName, fault)
        }

    private companion object {
        const val PROVIDER = "AndroidKeyStore"
        const val AES_GCM = "AES/GCM/NoPadding"
        const val VERSION: Byte = 1
        const val NONCE = 12
        const val HEAD = 1 + NONCE
        const val TAG_BITS = 128
        const val KEY_BITS = 256
    }
}
