// The numbers that Keystore adapters report faults with, for support and for `when`.
package org.skilling.wallet.keystore

/** What [org.skilling.SkillingException.PortFailed.fault] is where the adapters of this package are used. */
public object KeystoreFaults {
    /** Keys would live in a weaker place than the app puts up with. */
    public const val PROTECTION_TOO_WEAK: Int = 1

    /** The attestation is longer than the protocol takes. */
    public const val ATTESTATION_TOO_LONG: Int = 3

    /** Keystore refused the key or its use. */
    public const val KEY_NOT_USABLE: Int = 4

    /** Keystore gave no signature. */
    public const val NO_SIGNATURE: Int = 5

    /** The rollback guard's file cannot be read. */
    public const val NOT_READABLE: Int = 6

    /** The rollback guard's file cannot be written: full, or read-only. */
    public const val NOT_WRITABLE: Int = 7

    /** The rollback guard's file is damaged. */
    public const val DAMAGED: Int = 8

    /** Something else of Keystore's. */
    public const val OTHER: Int = 9

    /** Keystore did not give the store's key for the moment: open again. */
    public const val OUT_OF_REACH: Int = 10

    /** Android's dialog failed; its own number is added to this. */
    public const val DIALOG: Int = 100
}
