// Where a key lives, and how little of it the app puts up with.
package org.skilling.wallet.keystore

/** Where a key lives, weakest first; the numbers are those of allowance key 9. */
public enum class KeyProtection {
    /** In Android's own memory: an emulator, or a phone without secure hardware. */
    SOFTWARE,

    /** In the trusted environment of the phone's processor. */
    TRUSTED_ENVIRONMENT,

    /** In a chip of its own (StrongBox). */
    SECURE_ELEMENT,
}

/** Which attestation is handed to the bank. */
public enum class Attestation {
    /** Android's chain of certificates: what every real scheme wants. */
    ANDROID,

    /** What the app says of itself, as only test schemes take it: for `skilling issuer` and emulators. */
    STATED_FOR_TEST_SCHEMES,
}
