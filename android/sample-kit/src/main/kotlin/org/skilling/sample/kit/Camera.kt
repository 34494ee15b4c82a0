// The camera on the back, as frames of brightness for the core's reader of codes and as a picture for the person.
package org.skilling.sample.kit

import android.Manifest
import android.annotation.SuppressLint
import android.content.Context
import android.content.pm.PackageManager
import android.graphics.ImageFormat
import android.graphics.SurfaceTexture
import android.hardware.camera2.CameraAccessException
import android.hardware.camera2.CameraCaptureSession
import android.hardware.camera2.CameraCharacteristics
import android.hardware.camera2.CameraDevice
import android.hardware.camera2.CameraManager
import android.hardware.camera2.CaptureRequest
import android.media.ImageReader
import android.os.Handler
import android.os.HandlerThread
import android.view.Surface
import android.view.TextureView

/** One frame: the bytes of brightness, row by row, `rowStride` bytes from one row to the next. */
class Frame(val luma: ByteArray, val width: Int, val height: Int, val rowStride: Int)

/**
 * Looks through the camera as long as [view] is on the screen. [onFrame] is called on a thread of its own, one frame after another;
 * frames that come meanwhile are dropped.
 */
class Camera(private val context: Context, private val view: TextureView, private val onFrame: (Frame) -> Unit) : TextureView.SurfaceTextureListener {
    private val thread = HandlerThread("camera").apply { start() }
    private val handler = Handler(thread.looper)
    private val reader = ImageReader.newInstance(WIDTH, HEIGHT, ImageFormat.YUV_420_888, 2)
    private var device: CameraDevice? = null

    init {
        reader.setOnImageAvailableListener({ from ->
            from.acquireLatestImage()?.use { image ->
                val plane = image.planes[0]
                val luma = ByteArray(plane.buffer.remaining()).also { plane.buffer.get(it) }
                onFrame(Frame(luma, image.width, image.height, plane.rowStride))
            }
        }, handler)
        view.surfaceTextureListener = this
        if (view.isAvailable) view.surfaceTexture?.let(::open)
    }

    override fun onSurfaceTextureAvailable(surface: SurfaceTexture, width: Int, height: Int) = open(surface)

    override fun onSurfaceTextureSizeChanged(surface: SurfaceTexture, width: Int, height: Int) = Unit

    override fun onSurfaceTextureUpdated(surface: SurfaceTexture) = Unit

    override fun onSurfaceTextureDestroyed(surface: SurfaceTexture): Boolean {
        close()
        return true
    }

    /** Leaves the camera to others. */
    fun close() {
        handler.post {
            device?.close()
            device = null
            reader.close()
            thread.quitSafely()
        }
    }

    @SuppressLint("MissingPermission") // Whoever makes one has asked hasCamera().
    private fun open(texture: SurfaceTexture) {
        val manager = context.getSystemService(CameraManager::class.java) ?: return
        texture.setDefaultBufferSize(WIDTH, HEIGHT)
        try {
            val id = manager.cameraIdList.firstOrNull { isOnTheBack(manager, it) } ?: return
            manager.openCamera(id, Opened(Surface(texture)), handler)
        } catch (_: CameraAccessException) {
            // Another app has it: the picture stays empty, and the person goes back and tries again.
        }
    }

    private fun isOnTheBack(manager: CameraManager, id: String): Boolean =
        manager.getCameraCharacteristics(id).get(CameraCharacteristics.LENS_FACING) == CameraCharacteristics.LENS_FACING_BACK

    private inner class Opened(private val preview: Surface) : CameraDevice.StateCallback() {
        override fun onOpened(camera: CameraDevice) {
            device = camera
            val request = camera.createCaptureRequest(CameraDevice.TEMPLATE_PREVIEW)
            request.addTarget(preview)
            request.addTarget(reader.surface)
            request.set(CaptureRequest.CONTROL_AF_MODE, CaptureRequest.CONTROL_AF_MODE_CONTINUOUS_PICTURE)
            @Suppress("DEPRECATION") // The newer way is for API 28 and later.
            camera.createCaptureSession(listOf(preview, reader.surface), Session(request.build()), handler)
        }

        override fun onDisconnected(camera: CameraDevice) = camera.close()

        override fun onError(camera: CameraDevice, error: Int) = camera.close()
    }

    private inner class Session(private val request: CaptureRequest) : CameraCaptureSession.StateCallback() {
        override fun onConfigured(session: CameraCaptureSession) {
            session.setRepeatingRequest(request, null, handler)
        }

        override fun onConfigureFailed(session: CameraCaptureSession) = Unit
    }

    private companion object {
        const val WIDTH = 1280
        const val HEIGHT = 720
    }
}

/** Whether the phone has a camera that the app may use. */
fun Context.hasCamera(): Boolean = checkSelfPermission(Manifest.permission.CAMERA) == PackageManager.PERMISSION_GRANTED &&
    packageManager.hasSystemFeature(PackageManager.FEATURE_CAMERA_ANY)
