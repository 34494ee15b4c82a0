// One activity, one screen at a time: what both samples' activities do alike.
package org.skilling.sample.kit

import android.Manifest
import android.app.Activity
import android.content.pm.PackageManager
import android.graphics.Bitmap
import android.os.Bundle
import android.view.TextureView
import android.view.View
import android.view.WindowManager
import android.widget.TextView
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Job
import kotlinx.coroutines.cancel
import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking
import org.skilling.Qr
import org.skilling.QrReader
import org.skilling.Scan

/** Knows which screen comes after which; here, what an activity tells it. */
interface Presenter {
    /** The person goes back; false on the first screen. */
    fun back(): Boolean

    /** The person lets the app use the camera. */
    fun cameraAllowed()

    /** The camera read [message]. */
    fun scanned(message: ByteArray): Job

    /** The camera saw something that is no message. */
    fun saw(hint: ScanHint)
}

/** Its application is a [SampleApplication]. */
abstract class ScreenActivity : Activity() {
    private val app get() = application as SampleApplication<*>
    private lateinit var host: ScreenHost
    private var camera: Camera? = null

    /** Starts the camera of the screen of the moment, once the app is in front again. */
    private var lookAgain: (() -> Unit)? = null

    /** Ends with the activity. */
    protected lateinit var scope: CoroutineScope
        private set

    /** Whether the app is in front. */
    protected var isInFront: Boolean = false
        private set

    /** Opens what the app stands on, and follows its screens. */
    protected abstract suspend fun open()

    /** Null until what the app stands on is open. */
    abstract val presenter: Presenter?

    override fun onCreate(state: Bundle?) {
        super.onCreate(state)
        host = ScreenHost(this)
        setContentView(host)
        scope = CoroutineScope(Job() + app.main)
        scope.launch { open() }
    }

    override fun onResume() {
        super.onResume()
        isInFront = true
        if (camera == null) lookAgain?.invoke()
    }

    override fun onPause() {
        isInFront = false
        leaveCamera()
        super.onPause()
    }

    override fun onDestroy() {
        leaveCamera()
        scope.cancel()
        super.onDestroy()
    }

    @Deprecated("The newer way is for API 33 and later.")
    override fun onBackPressed() {
        if (presenter?.back() != true) finish()
    }

    override fun onRequestPermissionsResult(code: Int, permissions: Array<out String>, results: IntArray) {
        if (results.firstOrNull() == PackageManager.PERMISSION_GRANTED) presenter?.cameraAllowed()
    }

    /** Shows what [draw] makes; [isBright] where a till or a phone is to read it. */
    protected fun show(isBright: Boolean, draw: () -> View) {
        leaveCamera()
        lookAgain = null
        host.show(draw())
        val brightness = if (isBright) WindowManager.LayoutParams.BRIGHTNESS_OVERRIDE_FULL else WindowManager.LayoutParams.BRIGHTNESS_OVERRIDE_NONE
        window.attributes = window.attributes.apply { screenBrightness = brightness }
    }

    /** Shows a screen that scans; while the camera goes on, only the words under its picture change. */
    protected fun showScan(hasCamera: Boolean, hint: Int, draw: () -> View) {
        if (camera != null) return host.findViewById<TextView>(R.id.scan_hint)?.setText(hint) ?: Unit
        show(isBright = false, draw)
        if (!hasCamera) return requestPermissions(arrayOf(Manifest.permission.CAMERA), 0)
        // A preview that was left cannot be looked through again.
        lookAgain = { showScan(hasCamera = true, hint, draw) }
        val preview = host.findViewById<TextureView>(R.id.viewfinder)?.takeIf { isInFront } ?: return
        val reader = QrReader()
        camera = Camera(this, preview) { look(it, reader) }
    }

    /** Another app may want it. */
    private fun leaveCamera() {
        camera?.close()
        camera = null
    }

    /** On the camera's thread, which waits: frames that come meanwhile are dropped. */
    private fun look(frame: Frame, reader: QrReader) {
        when (val seen = runBlocking { reader.read(frame.luma, frame.width, frame.height, frame.rowStride) }) {
            is Scan.Message -> presenter?.scanned(seen.message)
            is Scan.SeveralCodes -> presenter?.saw(ScanHint.SEVERAL)
            Scan.Damaged -> presenter?.saw(ScanHint.DAMAGED)
            Scan.Newer -> presenter?.saw(ScanHint.NEWER)
            Scan.Nothing -> Unit
        }
    }

    /** The phone or till that this activity runs on. */
    protected open inner class ThisDevice : Device {
        override val simulation: MutableStateFlow<Simulation> get() = app.simulation
        override fun hasCamera(): Boolean = this@ScreenActivity.hasCamera()
        override fun now(): Long = app.now()
        override suspend fun draw(message: ByteArray): Bitmap = Qr.bitmap(message, codePixels())
    }
}
