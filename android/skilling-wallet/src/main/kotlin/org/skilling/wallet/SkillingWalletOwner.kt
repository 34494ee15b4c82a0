// How Android's services, which Android makes itself, find the wallet of the app.
package org.skilling.wallet

import android.content.Context

/** Implemented by the app's `Application`. */
public interface SkillingWalletOwner {
    /** The open wallet; null while there is none: before it was opened, or after it was closed. Asked from any thread. */
    public val skillingWallet: SkillingWallet?
}

internal fun walletOf(context: Context): SkillingWallet? = (context.applicationContext as? SkillingWalletOwner)?.skillingWallet
