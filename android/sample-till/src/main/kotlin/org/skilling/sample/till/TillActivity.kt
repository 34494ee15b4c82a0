// The one activity: draws the presenter's screen, and lends it the device: reader, camera, display, vibrator.
package org.skilling.sample.till

import android.os.Bundle
import android.util.Log
import android.view.WindowManager
import org.skilling.SkillingException
import org.skilling.sample.kit.ScreenActivity
import org.skilling.sample.till.screens.RequestState
import org.skilling.sample.till.screens.ResultState
import org.skilling.sample.till.screens.ScanState
import org.skilling.sample.till.screens.Screen
import org.skilling.sample.till.screens.StatusState
import org.skilling.sample.till.screens.draw
import org.skilling.sample.till.screens.words
import org.skilling.terminal.ReaderModeTerminal

class TillActivity : ScreenActivity() {
    private val app get() = application as TillApplication
    private var reader: ReaderModeTerminal? = null

    override var presenter: TillPresenter? = null
        private set

    override fun onCreate(state: Bundle?) {
        super.onCreate(state)
        window.addFlags(WindowManager.LayoutParams.FLAG_KEEP_SCREEN_ON)
    }

    override suspend fun open() {
        val terminal = try {
            app.opened()
        } catch (failed: SkillingException) {
            Log.w("SampleTill", failed.code)
            val words = StatusState(null, null, 0, emptyList(), null, requiresUpload = false, notice = R.string.cannot_open)
            return show(isBright = false) { draw(words) { finish() } }
        }
        val till = RealTill(terminal, app.uncertified)
        val presenter = TillPresenter(till, app::practice, Till(), scope)
        this.presenter = presenter
        reader = ReaderModeTerminal(this, terminal, sale = { till.open }) { report ->
            till.tapped(report)?.let(presenter::tapped) ?: till.adviceAfter(report)?.let(presenter::tapFailed)
        }
        if (isInFront) {
            reader?.start()
            presenter.start()
        }
        presenter.screen.collect(::show)
    }

    override fun onResume() {
        super.onResume()
        reader?.start()
        presenter?.start()
    }

    override fun onPause() {
        reader?.stop()
        super.onPause()
    }

    private fun show(screen: Screen) {
        val presenter = presenter ?: return
        val draw = { draw(screen) { presenter.act(it) } }
        if (screen is ScanState) return showScan(screen.hasCamera, screen.hint.words, draw)
        show(isBright = screen is RequestState, draw)
        if (screen is ResultState) vibrate(screen.verdict)
    }

    private inner class Till : ThisDevice(), Surroundings {
        override val hasReader: Boolean get() = reader?.isAvailable == true
    }
}
