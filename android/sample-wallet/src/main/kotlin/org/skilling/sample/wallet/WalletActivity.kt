// The one activity: draws the presenter's screen, and lends it the phone: camera, display, clock.
package org.skilling.sample.wallet

import android.Manifest
import android.app.Activity
import android.content.pm.PackageManager
import android.graphics.Bitmap
import android.nfc.NfcAdapter
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
import org.skilling.Qr
import org.skilling.QrReader
import org.skilling.Scan
import org.skilling.SkillingException
import org.skilling.sample.kit.Camera
import org.skilling.sample.kit.Frame
import org.skilling.sample.kit.ScreenHost
import org.skilling.sample.kit.codePixels
import org.skilling.sample.kit.hasCamera
import org.skilling.sample.wallet.screens.Act
import org.skilling.sample.wallet.screens.ArmedState
import org.skilling.sample.wallet.screens.CodeState
import org.skilling.sample.wallet.screens.HomeState
import org.skilling.sample.wallet.screens.ScanState
import org.skilling.sample.wallet.screens.Screen
import org.skilling.sample.wallet.screens.draw
import org.skilling.sample.wallet.screens.words
import org.skilling.wallet.card.InFront

class WalletActivity : Activity() {
    private val app get() = application as WalletApplication
    private lateinit var host: ScreenHost
    private lateinit var scope: CoroutineScope
    private var camera: Camera? = null
    private var isInFront = false

    /** Null until the wallet is open. */
    var presenter: WalletPresenter? = null
        private set

    override fun onCreate(state: Bundle?) {
        super.onCreate(state)
        host = ScreenHost(this)
        setContentView(host)
        scope = CoroutineScope(Job() + app.main)
        scope.launch {
            val wallet = try {
                app.wallet()
            } catch (failed: SkillingException) {
                Log.w("SampleWallet", failed.code)
                val words = HomeState(app.isOnline(), emptyList(), notice = R.string.cannot_open)
                return@launch host.show(draw(words) { finish() })
            }
            InFront.follow(this@WalletActivity, wallet)
            val phone = Phone()
            val practice = PracticeWallet(getString(R.string.practice_shop), phone::now, { app.simulation.value }, PRACTICE_MESSAGE)
            val presenter = WalletPresenter(RealWallet(wallet, phone::now), practice, phone, scope)
            this@WalletActivity.presenter = presenter
            if (isInFront) {
                wallet.setInFront(true)
                presenter.start()
            }
            presenter.screen.collect(::show)
        }
    }

    override fun onResume() {
        super.onResume()
        isInFront = true
        app.inFront = this
        presenter?.start()
    }

    override fun onPause() {
        isInFront = false
        app.inFront = null
        presenter?.stop()
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
        if (presenter == null || presenter.screen.value is HomeState) finish() else presenter.act(Act.Back)
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
        // What is shown to a till must stay lit, and bright.
        val isShown = screen is CodeState || screen is ArmedState
        window.attributes = window.attributes.apply {
            screenBrightness = if (screen is CodeState) WindowManager.LayoutParams.BRIGHTNESS_OVERRIDE_FULL else WindowManager.LayoutParams.BRIGHTNESS_OVERRIDE_NONE
        }
        if (isShown) window.addFlags(WindowManager.LayoutParams.FLAG_KEEP_SCREEN_ON) else window.clearFlags(WindowManager.LayoutParams.FLAG_KEEP_SCREEN_ON)
    }

    /** On the camera's thread, which waits: frames that come meanwhile are dropped. */
    private fun look(frame: Frame, reader: QrReader, presenter: WalletPresenter) {
        when (val seen = runBlocking { reader.read(frame.luma, frame.width, frame.height, frame.rowStride) }) {
            is Scan.Message -> presenter.scanned(seen.message)
            is Scan.SeveralCodes -> presenter.saw(ScanState.Hint.SEVERAL)
            Scan.Damaged -> presenter.saw(ScanState.Hint.DAMAGED)
            Scan.Newer -> presenter.saw(ScanState.Hint.NEWER)
            Scan.Nothing -> Unit
        }
    }

    private inner class Phone : Surroundings {
        override val simulation get() = app.simulation
        override val canTap: Boolean get() = NfcAdapter.getDefaultAdapter(this@WalletActivity) != null
        override fun isOnline(): Boolean = app.isOnline()
        override fun hasCamera(): Boolean = this@WalletActivity.hasCamera()
        override fun now(): Long = app.now()
        override suspend fun draw(message: ByteArray): Bitmap = Qr.bitmap(message, codePixels())
    }

    private companion object {
        /** A refusal, code 40: no till takes it for a payment. */
        val PRACTICE_MESSAGE = byteArrayOf(0x82.toByte(), 0x00, 0x18, 0x28)
    }
}
