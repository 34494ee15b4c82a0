// The ports besides the keys: what seals the store's key, what notices a restored store.
package org.skilling.wallet

/** Why the vault gives nothing. */
public sealed class VaultFailure(text: String, cause: Throwable? = null) : Exception(text, cause) {
    /** The phone has not been unlocked since it started. */
    public class Locked(cause: Throwable? = null) : VaultFailure("the vault is locked until the phone is unlocked", cause)

    /** The sealing key is gone, or the bytes were sealed elsewhere. */
    public class CannotOpen(cause: Throwable? = null) : VaultFailure("the vault cannot open what was sealed", cause)

    /** The hardware or its driver failed. */
    public class Fault(public val number: Int, public val what: String, cause: Throwable? = null) :
        VaultFailure("the vault failed ($number): $what", cause)
}

/**
 * Seals short secrets with a key of this phone.
 *
 * An implementation MUST give back unchanged what it sealed, for as long as the app is installed; MUST refuse changed bytes; MUST NOT
 * ask the payer, nor become unusable because biometrics changed; MUST be callable from any thread; MUST NOT call into the wallet;
 * MUST throw nothing but [VaultFailure]; MUST answer within 10 seconds.
 */
public interface KeyVault {
    /** Seals at most 64 bytes into at most 1,024. */
    public fun seal(secret: ByteArray): ByteArray

    /** Opens what [seal] gave. */
    public fun open(sealed: ByteArray): ByteArray
}

/** Why the guard cannot say or keep anything. */
public sealed class GuardFailure(text: String, cause: Throwable? = null) : Exception(text, cause) {
    /** The mark offered is not above the one kept. */
    public class NotAbove : GuardFailure("the rollback guard never goes back")

    /** Reading or writing failed, or what is kept is damaged. */
    public class Fault(public val number: Int, public val what: String, cause: Throwable? = null) :
        GuardFailure("the rollback guard failed ($number): $what", cause)
}

/**
 * How far a store has come.
 *
 * @property counter 1 for the first guarded commit; only rises
 * @property digest 32 bytes, chained over the guarded commits
 */
public class Mark(public val counter: Long, public val digest: ByteArray) {
    override fun equals(other: Any?): Boolean = other is Mark && counter == other.counter && digest.contentEquals(other.digest)

    override fun hashCode(): Int = counter.hashCode()
}

/**
 * Remembers one [Mark] where no backup, clone or restore of the wallet's folder reaches.
 *
 * An implementation MUST have the mark durable when [advance] returns, and keep the old one whole if it fails or is killed; MUST refuse a
 * counter that is not above the kept one, except the very mark it keeps; MUST be callable from any thread; MUST NOT call into the
 * wallet; MUST throw nothing but [GuardFailure]; MUST answer within 10 seconds.
 */
public interface RollbackGuard {
    /** The mark kept, or null if there never was one. A damaged one is a fault. */
    public fun read(): Mark?

    /** Keeps [mark] from now on. */
    public fun advance(mark: Mark)
}
