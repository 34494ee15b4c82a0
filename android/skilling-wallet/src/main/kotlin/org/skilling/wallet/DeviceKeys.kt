// The port to the signing keys of the phone. `keystore.KeystoreDeviceKeys` is the one for phones.
package org.skilling.wallet

import org.skilling.Money

/** What a key is for (protocol section 1). */
public enum class KeyUse {
    /** Signs enrolment and sync; never asks the user. */
    LINK,

    /** Signs payments; where the hardware can, only after the user authenticated, payment by payment. */
    PAY,
}

/** What kind of attestation comes with a key (sync.md, enrolment key 3). */
public enum class AttestationKind {
    /** None: taken at its word by test schemes, and by nobody else. */
    NONE,

    /** Android's key attestation: the chain of certificates. */
    ANDROID,
}

/**
 * A key that was just made.
 *
 * @property publicKey P-256: 65 bytes (04, x, y), or 33 compressed
 * @property attestation at most 16,384 bytes, as sync.md says of enrolment key 4
 */
public class GeneratedKey(public val publicKey: ByteArray, public val attestation: ByteArray)

/**
 * What the payer is asked to agree to.
 *
 * @property amount of the payment, or the most that is armed for
 * @property decimals as the scheme shows them
 * @property merchant the name with the place, or null where the payer arms the wallet for whoever asks next
 * @property reference the till's number for the payment
 */
public class KeyPrompt(
    public val amount: Money,
    public val decimals: Int,
    public val merchant: String?,
    public val reference: String?,
) {
    /** The payer arms the wallet: they authenticate even where the key would not ask for it (protocol section 5). */
    public val isArming: Boolean get() = merchant == null
}

/** Why a key could not be made or used. What is none of these counts as a [Fault]. */
public sealed class KeyFailure(text: String, cause: Throwable? = null) : Exception(text, cause) {
    /** The payer said no, or let the question pass. */
    public class Refused : KeyFailure("the payer refused")

    /** Too many attempts: the phone must be unlocked first. */
    public class LockedOut : KeyFailure("authentication is locked out")

    /** The phone has no screen lock: the payer cannot prove who they are. */
    public class NoScreenLock : KeyFailure("the phone has no screen lock")

    /** The key is gone for good: screen lock or biometrics changed. A new allowance under a new key is needed. */
    public class Invalidated(cause: Throwable? = null) : KeyFailure("the key was invalidated", cause)

    /** No key of that name is on this phone. */
    public class NoSuchKey : KeyFailure("there is no such key")

    /** The name is taken; a key is never replaced. */
    public class AliasInUse : KeyFailure("a key of that name exists")

    /** The operation is unknown, was used, or is older than 60 seconds. */
    public class Expired : KeyFailure("the authorisation has passed")

    /** The key is there, and cannot be reached for the moment: the same again may succeed. Nothing is lost. */
    public class Busy(cause: Throwable? = null) : KeyFailure("the key cannot be reached for the moment", cause)

    /** The hardware or its driver failed; [number] is the implementation's own, [what] says it in a few words, for a log. */
    public class Fault(public val number: Int, public val what: String, cause: Throwable? = null) :
        KeyFailure("the key hardware failed ($number): $what", cause)
}

/**
 * Signing keys of the phone.
 *
 * An implementation MUST make P-256 keys whose private half never leaves it and that no backup carries to another phone; MUST be
 * callable from any thread; MUST NOT call into the wallet; MUST throw nothing but [KeyFailure]. It has 10
 * seconds for [sign], 60 for [generate] and [delete], and three minutes, because people are asked, for [authorize]: whoever is late has failed.
 */
public interface DeviceKeys {
    /** Always the same. */
    public val attestationKind: AttestationKind

    /** Where keys live, for a support ticket: "StrongBox", "TEE", "software". At most 64 characters. */
    public val protection: String

    /**
     * Makes a key, durable on return. Never replaces one. [nonce] is what the attestation's challenge is made of (sync.md).
     *
     * @throws KeyFailure AliasInUse, LockedOut, NoScreenLock, Busy, Fault
     */
    public suspend fun generate(alias: String, use: KeyUse, nonce: ByteArray): GeneratedKey

    /**
     * Asks the payer where the key or the arming demands it, and prepares exactly one signature, good for 60 seconds from the
     * payer's act. [prompt] is null for link keys: nobody is asked.
     *
     * @return a number that means something to this implementation alone
     * @throws KeyFailure Refused, LockedOut, NoScreenLock, Invalidated, NoSuchKey, Busy, Fault
     */
    public suspend fun authorize(alias: String, prompt: KeyPrompt?): Long

    /**
     * Signs [message] (not its digest) with ES256 and gives `r || s`, 64 bytes. Asks nobody and waits for nothing but the hardware.
     *
     * @throws KeyFailure Expired, Invalidated, NoSuchKey, Busy, Fault
     */
    public fun sign(alias: String, operation: Long, message: ByteArray): ByteArray

    /**
     * Deletes the key for good. Succeeds where there is none.
     *
     * @throws KeyFailure Fault
     */
    public suspend fun delete(alias: String)
}
