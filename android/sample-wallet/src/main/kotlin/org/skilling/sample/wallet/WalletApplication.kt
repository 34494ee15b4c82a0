// Owns the one wallet of the process: the card service and the sync job, which Android makes itself, find it here.
package org.skilling.sample.wallet

import android.app.Activity
import android.net.ConnectivityManager
import org.skilling.Clock
import org.skilling.HttpTransport
import org.skilling.sample.kit.SampleApplication
import org.skilling.wallet.SkillingWallet
import org.skilling.wallet.SkillingWalletOwner
import org.skilling.wallet.WalletSettings
import org.skilling.wallet.keystore.Attestation
import org.skilling.wallet.keystore.KeyProtection
import org.skilling.wallet.keystore.KeystoreDeviceKeys
import org.skilling.wallet.keystore.SystemPresence
import org.skilling.wallet.sync.SkillingSyncJob

open class WalletApplication : SampleApplication<SkillingWallet>(), SkillingWalletOwner {
    /** The activity over which the payer is asked; set by it. */
    @Volatile
    var inFront: Activity? = null

    private var practice: PracticeWallet? = null

    override val skillingWallet: SkillingWallet? get() = open

    override suspend fun make(): SkillingWallet {
        val wallet = SkillingWallet.open(this, settings())
        SkillingSyncJob.plan(this)
        return wallet
    }

    /** The practice wallet of this process; asked for by one coroutine at a time. */
    suspend fun practice(): PracticeWallet = practice ?: PracticeWallet.open(cacheDir, ::now).also { practice = it }

    fun isOnline(): Boolean = simulation.value.hasNetwork && getSystemService(ConnectivityManager::class.java)?.activeNetwork != null

    /** Roots, server and keys; res/values/bank.xml is what an app changes. */
    protected open fun settings(): WalletSettings {
        val isTest = resources.getBoolean(R.bool.skilling_test_scheme)
        return WalletSettings(
            roots = listOf(bytes(getString(R.string.skilling_root))),
            server = simulated(HttpTransport(getString(R.string.skilling_server), allowCleartext = isTest)),
            keys = keys(isTest),
            clock = Clock { now() },
        )
    }

    /** Of a test scheme also an emulator's, which have no hardware below them and nobody who attests to them. */
    private fun keys(isTest: Boolean): KeystoreDeviceKeys {
        val presence = SystemPresence { inFront }
        if (!isTest) return KeystoreDeviceKeys(this, presence)
        return KeystoreDeviceKeys(this, presence, KeyProtection.SOFTWARE, Attestation.STATED_FOR_TEST_SCHEMES)
    }
}
