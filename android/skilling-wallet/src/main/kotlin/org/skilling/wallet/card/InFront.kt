// While the app's payment screen is in front: tells the wallet so, and makes its card the one that readers reach.
package org.skilling.wallet.card

import android.app.Activity
import android.app.Application
import android.app.KeyguardManager
import android.content.ComponentName
import android.nfc.NfcAdapter
import android.nfc.cardemulation.CardEmulation
import android.os.Bundle
import org.skilling.SkillingException
import org.skilling.wallet.SkillingWallet

/**
 * Follows one activity from its `onCreate` to its end: between resume and pause, on an unlocked phone, the wallet is in front
 * ([SkillingWallet.setInFront]) and its card is preferred over other payment apps'. Main thread only.
 */
public class InFront private constructor(
    private val activity: Activity,
    private val wallet: SkillingWallet,
    private val service: Class<out SkillingCardService>,
) : Application.ActivityLifecycleCallbacks {
    public companion object {
        /**
         * Call in `onCreate`; or later, where the wallet was still being opened then, or was closed and opened again.
         *
         * @param service only where the app has its own subclass in the manifest
         * @param isResumed the activity is between resume and pause now: Android does not say so again
         */
        public fun follow(
            activity: Activity,
            wallet: SkillingWallet,
            service: Class<out SkillingCardService> = SkillingCardService::class.java,
            isResumed: Boolean = false,
        ) {
            val follower = InFront(activity, wallet, service)
            activity.application.registerActivityLifecycleCallbacks(follower)
            if (isResumed) follower.onActivityResumed(activity)
        }
    }

    override fun onActivityResumed(resumed: Activity) {
        if (resumed !== activity) return
        val isLocked = activity.getSystemService(KeyguardManager::class.java)?.isDeviceLocked == true
        tell(!isLocked)
        cards()?.setPreferredService(activity, ComponentName(activity, service))
    }

    override fun onActivityPaused(paused: Activity) {
        if (paused !== activity) return
        tell(false)
        cards()?.unsetPreferredService(activity)
    }

    /** A wallet that was closed signs nothing anyway. */
    private fun tell(isInFront: Boolean) {
        try {
            wallet.setInFront(isInFront)
        } catch (_: SkillingException.Closed) {
            return
        }
    }

    override fun onActivityDestroyed(destroyed: Activity) {
        if (destroyed === activity) activity.application.unregisterActivityLifecycleCallbacks(this)
    }

    /** Null on a phone that cannot be a card; some throw instead of saying so. */
    private fun cards(): CardEmulation? = NfcAdapter.getDefaultAdapter(activity)?.let { adapter ->
        runCatching { CardEmulation.getInstance(adapter) }.getOrNull()
    }

    override fun onActivityCreated(created: Activity, state: Bundle?): Unit = Unit

    override fun onActivityStarted(started: Activity): Unit = Unit

    override fun onActivityStopped(stopped: Activity): Unit = Unit

    override fun onActivitySaveInstanceState(saved: Activity, state: Bundle): Unit = Unit
}
