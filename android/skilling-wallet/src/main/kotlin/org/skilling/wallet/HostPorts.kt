// The app's keys, vault and guard as the core calls them.
//
// The generated bindings catch `Exception` only: an `Error` thrown by an app's code would be lost on its way, as a zero or as an answer
// that never comes. So each of these catches `Throwable`, and the texts of what nobody declared stay on this side. Deadlines and the
// lengths of what comes back are the core's business.
package org.skilling.wallet

import kotlinx.coroutines.CancellationException
import org.skilling.core.ffi.AuthorizedOperation
import org.skilling.core.ffi.DeviceKeysException
import org.skilling.core.ffi.DeviceKeysInfo
import org.skilling.core.ffi.GeneratedDeviceKey
import org.skilling.core.ffi.GuardMark
import org.skilling.core.ffi.KeptMark
import org.skilling.core.ffi.KeyVaultException
import org.skilling.core.ffi.Prompt
import org.skilling.core.ffi.PromptPurpose
import org.skilling.core.ffi.RollbackGuardException
import org.skilling.core.ffi.SealedBytes
import org.skilling.core.ffi.SecretBytes
import org.skilling.core.ffi.SignatureBytes
import org.skilling.toPublic

internal class HostKeys(private val keys: DeviceKeys) : org.skilling.core.ffi.DeviceKeys {
    override fun describe(): DeviceKeysInfo = guarded {
        val kind = when (keys.attestationKind) {
            AttestationKind.NONE -> org.skilling.core.ffi.AttestationKind.NONE
            AttestationKind.ANDROID -> org.skilling.core.ffi.AttestationKind.ANDROID
        }
        DeviceKeysInfo(kind, keys.protection.take(LONGEST_PROTECTION))
    }

    override suspend fun generate(alias: String, usage: org.skilling.core.ffi.KeyUse, nonce: ByteArray): GeneratedDeviceKey = guarded {
        val use = if (usage == org.skilling.core.ffi.KeyUse.LINK) KeyUse.LINK else KeyUse.PAY
        val made = keys.generate(alias, use, nonce)
        GeneratedDeviceKey(made.publicKey, made.attestation)
    }

    override suspend fun authorize(alias: String, prompt: Prompt?): AuthorizedOperation =
        guarded { AuthorizedOperation(keys.authorize(alias, prompt?.let(::shown)).toULong()) }

    override fun sign(alias: String, operation: AuthorizedOperation, message: ByteArray): SignatureBytes =
        guarded { SignatureBytes(keys.sign(alias, operation.handle.toLong(), message)) }

    override suspend fun deleteKey(alias: String): Unit = guarded { keys.delete(alias) }

    private fun shown(prompt: Prompt): KeyPrompt {
        val payment = prompt.purpose as? PromptPurpose.Payment
        return KeyPrompt(prompt.amount.toPublic(), prompt.decimals.toInt(), payment?.merchant, payment?.reference)
    }

    private inline fun <T> guarded(block: () -> T): T =
        try {
            block()
        } catch (cancelled: CancellationException) {
            throw cancelled
        } catch (failure: KeyFailure) {
            throw declared(failure)
        } catch (_: Throwable) {
            throw DeviceKeysException.Undeclared()
        }

    private fun declared(failure: KeyFailure): DeviceKeysException = when (failure) {
        is KeyFailure.Refused -> DeviceKeysException.Refused()
        is KeyFailure.LockedOut -> DeviceKeysException.LockedOut()
        is KeyFailure.NoScreenLock -> DeviceKeysException.NoScreenLock()
        is KeyFailure.Invalidated -> DeviceKeysException.Invalidated()
        is KeyFailure.NoSuchKey -> DeviceKeysException.NoSuchKey()
        is KeyFailure.AliasInUse -> DeviceKeysException.AliasInUse()
        is KeyFailure.Expired -> DeviceKeysException.Expired()
        is KeyFailure.Busy -> DeviceKeysException.Busy()
        is KeyFailure.Fault -> DeviceKeysException.Fault(failure.number)
    }

    private companion object {
        const val LONGEST_PROTECTION = 64
    }
}

internal class HostVault(private val vault: KeyVault) : org.skilling.core.ffi.KeyVault {
    override fun seal(secret: SecretBytes): SealedBytes = guarded { SealedBytes(vault.seal(secret.bytes)) }

    override fun openSealed(`sealed`: SealedBytes): SecretBytes = guarded { SecretBytes(vault.open(`sealed`.bytes)) }

    private inline fun <T> guarded(block: () -> T): T =
        try {
            block()
        } catch (failure: VaultFailure) {
            throw when (failure) {
                is VaultFailure.Locked -> KeyVaultException.Locked()
                is VaultFailure.CannotOpen -> KeyVaultException.CannotOpen()
                is VaultFailure.Fault -> KeyVaultException.Fault(failure.number)
            }
        } catch (_: Throwable) {
            throw KeyVaultException.Undeclared()
        }
}

internal class HostGuard(private val guard: RollbackGuard) : org.skilling.core.ffi.RollbackGuard {
    override fun read(): KeptMark = guarded {
        KeptMark(guard.read()?.let { GuardMark(it.counter.toULong(), it.digest) })
    }

    override fun advance(mark: GuardMark): Unit = guarded { guard.advance(Mark(mark.counter.toLong(), mark.digest)) }

    private inline fun <T> guarded(block: () -> T): T =
        try {
            block()
        } catch (failure: GuardFailure) {
            throw when (failure) {
                is GuardFailure.NotAbove -> RollbackGuardException.NotAbove()
                is GuardFailure.Fault -> RollbackGuardException.Fault(failure.number)
            }
        } catch (_: Throwable) {
            throw RollbackGuardException.Undeclared()
        }
}
