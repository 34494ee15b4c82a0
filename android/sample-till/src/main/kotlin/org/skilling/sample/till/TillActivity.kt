// The one activity: draws the presenter's screen, and lends it the device: reader, camera, display, vibrator.
package org.skilling.sample.till

import android.Manifest
import android.app.Activity
import android.content.pm.PackageManager
import android.graphics.Bitmap
import android.os.Bundle
import android.util.Log
import android.view.TextureView
import android.view.WindowManager
import android.widget.TextView
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Job
import kotlinx.coroutines.cancel
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking
import org.skilling.Currency
import org.skilling.Qr
import org.skilling.QrReader
import org.skilling.Scan
import org.skilling.SkillingException
import org.skilling.sample.kit.Camera
import org.skilling.sample.kit.Frame
import org.skilling.sample.kit.ScreenHost
import org.skilling.sample.kit.ShownMoney
import org.skilling.sample.kit.codePixels
import org.skilling.sample.kit.hasCamera
import org.skilling.sample.till.screens.Act
import org.skilling.sample.till.screens.RequestState
import org.skilling.sample.till.screens.ResultState
import org.skilling.sample.till.screens.SaleState
import org.skilling.sample.till.screens.ScanState
import org.skilling.sample.till.screens.Screen
import org.skilling.sample.till.screens.StatusState
import org.skilling.sample.till.screens.draw
import org.skilling.sample.till.screens.words
import org.skilling.terminal.ReaderModeTerminal

class TillActivity : Activity() {
    private val app get() = application as TillApplication
    private lateinit var host: ScreenHost
    private lateinit var scope: CoroutineScope
    private var camera: Camera? = null
    private var reader: ReaderModeTerminal? = null
    private var isInFront = false

    /** Null until the till is open. */
    var presenter: TillPresenter? = null
        private set

    override fun onCreate(state: Bundle?) {
        super.onCreate(state)
        host = ScreenHost(this)
        setContentView(host)
        window.addFlags(WindowManager.LayoutParams.FLAG_KEEP_SCREEN_ON)
        scope = CoroutineScope(Job() + app.main)
        scope.launch {
            val terminal = try {
                app.terminal()
            } catch (failed: SkillingException) {
                Log.w("SampleTill", failed.code)
                val words = StatusState(null, null, 0, emptyList(), null, requiresUpload = false, notice = R.string.cannot_open)
                return@launch host.show(draw(words) { finish() })
            }
            val till = RealTill(terminal, Currency.DKK, DECIMALS)
            val device = Device()
            val practice = PracticeTill(ShownMoney(0, Currency.DKK.numeric, DECIMALS), device::now, PRACTICE_MESSAGE)
            val presenter = TillPresenter(till, practice, device, scope)
            this@TillActivity.presenter = presenter
            reader = ReaderModeTerminal(this@TillActivity, terminal, sale = { till.open }) { report -> till.tapped(report)?.let(presenter::tapped) }
            if (isInFront) {
                reader?.start()
                presenter.start()
            }
            presenter.screen.collect(::show)
        }
    }

    override fun onResume() {
        super.onResume()
        isInFront = true
        reader?.start()
        presenter?.start()
    }

    override fun onPause() {
        isInFront = false
        reader?.stop()
        super.onPause()
    }

    override fun onDestroy() {
        camera?.close()
        scope.cancel()
        super.onDestroy()
    }

    @Deprecated("The newer way is for API 33 and later.")
    override fun onBackPressed() {
        val presenter = presenter
        if (presenter == null || presenter.screen.value is SaleState) finish() else presenter.act(Act.Back)
    }

    override fun onRequestPermissionsResult(code: Int, permissions: Array<out String>, results: IntArray) {
        if (results.firstOrNull() == PackageManager.PERMISSION_GRANTED) presenter?.act(Act.Scan)
    }

    private fun show(screen: Screen) {
        val presenter = presenter ?: return
        if (screen is ScanState && camera != null) {
            // The camera goes on; only the words under its picture change.
            host.findViewById<TextView>(R.id.scan_hint)?.setText(screen.hint.words)
            return
        }
        camera?.close()
        camera = null
        host.show(draw(screen) { presenter.act(it) })
        host.findViewById<TextureView>(R.id.viewfinder)?.let { view ->
            val reader = QrReader()
            camera = Camera(this, view) { look(it, reader, presenter) }
        }
        if (screen is ScanState && !screen.hasCamera) requestPermissions(arrayOf(Manifest.permission.CAMERA), 0)
        if (screen is ResultState) vibrate(screen.verdict)
        val brightness = if (screen is RequestState) WindowManager.LayoutParams.BRIGHTNESS_OVERRIDE_FULL else WindowManager.LayoutParams.BRIGHTNESS_OVERRIDE_NONE
        window.attributes = window.attributes.apply { screenBrightness = brightness }
    }

    /** On the camera's thread, which waits: frames that come meanwhile are dropped. */
    private fun look(frame: Frame, reader: QrReader, presenter: TillPresenter) {
        when (val seen = runBlocking { reader.read(frame.luma, frame.width, frame.height, frame.rowStride) }) {
            is Scan.Message -> presenter.scanned(seen.message)
            is Scan.SeveralCodes -> presenter.saw(ScanState.Hint.SEVERAL)
            Scan.Damaged -> presenter.saw(ScanState.Hint.DAMAGED)
            Scan.Newer -> presenter.saw(ScanState.Hint.NEWER)
            Scan.Nothing -> Unit
        }
    }

    private inner class Device : Surroundings {
        override val simulation get() = app.simulation
        override val hasReader: Boolean get() = reader?.isAvailable == true
        override fun hasCamera(): Boolean = this@TillActivity.hasCamera()
        override fun now(): Long = app.now()
        override suspend fun draw(message: ByteArray): Bitmap = Qr.bitmap(message, codePixels())
    }

    private companion object {
        /** Of the shop's currency; the scheme's policy says the same. */
        const val DECIMALS = 2

        /** A refusal, code 40: nobody takes it for a request or a payment. */
        val PRACTICE_MESSAGE = byteArrayOf(0x82.toByte(), 0x00, 0x18, 0x28)
    }
}
