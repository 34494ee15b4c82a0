// The one activity: draws the presenter's screen, and lends it the phone: camera, display, clock.
package org.skilling.sample.wallet

import android.nfc.NfcAdapter
import android.util.Log
import android.view.WindowManager
import org.skilling.SkillingException
import org.skilling.sample.kit.ScreenActivity
import org.skilling.sample.wallet.screens.ArmedState
import org.skilling.sample.wallet.screens.CodeState
import org.skilling.sample.wallet.screens.HomeState
import org.skilling.sample.wallet.screens.ScanState
import org.skilling.sample.wallet.screens.Screen
import org.skilling.sample.wallet.screens.draw
import org.skilling.sample.wallet.screens.words
import org.skilling.wallet.card.InFront

class WalletActivity : ScreenActivity() {
    private val app get() = application as WalletApplication

    override var presenter: WalletPresenter? = null
        private set

    override suspend fun open() {
        val wallet = try {
            app.opened()
        } catch (failed: SkillingException) {
            Log.w("SampleWallet", failed.code)
            val words = HomeState(app.isOnline(), emptyList(), notice = R.string.cannot_open)
            return show(isBright = false) { draw(words) { finish() } }
        }
        // The first resume may have passed while the wallet was being opened.
        InFront.follow(this, wallet, isResumed = isInFront)
        val phone = Phone()
        val presenter = WalletPresenter(RealWallet(wallet, phone::now), app::practice, phone, scope)
        this.presenter = presenter
        if (isInFront) presenter.start()
        presenter.screen.collect(::show)
    }

    override fun onResume() {
        super.onResume()
        app.inFront = this
        presenter?.start()
    }

    override fun onPause() {
        app.inFront = null
        presenter?.stop()
        super.onPause()
    }

    private fun show(screen: Screen) {
        val presenter = presenter ?: return
        val draw = { draw(screen) { presenter.act(it) } }
        if (screen is ScanState) return showScan(screen.hasCamera, screen.hint.words, draw)
        show(isBright = screen is CodeState, draw)
        // What is shown to a till must stay lit.
        if (screen is CodeState || screen is ArmedState) window.addFlags(WindowManager.LayoutParams.FLAG_KEEP_SCREEN_ON)
        else window.clearFlags(WindowManager.LayoutParams.FLAG_KEEP_SCREEN_ON)
    }

    private inner class Phone : ThisDevice(), Surroundings {
        override val canTap: Boolean get() = NfcAdapter.getDefaultAdapter(this@WalletActivity) != null
        override fun isOnline(): Boolean = app.isOnline()
    }
}
