// How the payer is asked for finger, face or screen lock.
package org.skilling.wallet.keystore

import java.security.Signature
import org.skilling.wallet.KeyFailure
import org.skilling.wallet.KeyPrompt

/**
 * Asks the payer. [SystemPresence] is Android's own dialog; an app that has androidx.biometric may bring that instead.
 */
public fun interface UserPresence {
    /**
     * Returns once the payer has authenticated for what [prompt] says. Where [signature] is given it MUST go into the dialog's
     * crypto object, or the hardware will not sign.
     *
     * @throws KeyFailure Refused, LockedOut, NoScreenLock, Fault
     */
    public suspend fun authenticate(prompt: KeyPrompt, signature: Signature?)
}
