// QR codes: messages as pictures and back, by the core, so that wallet and till agree on every module.
package org.skilling

import android.graphics.Bitmap
import android.graphics.Color
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.withContext
import org.skilling.core.ffi.FrameReader
import org.skilling.core.ffi.FrameResult
import org.skilling.core.ffi.qrMessage
import org.skilling.core.ffi.qrModules
import org.skilling.core.ffi.qrText

/** What a camera sees. */
public sealed class Scan {
    /** No code of this system, or not the whole of it: go on. */
    public object Nothing : Scan()

    /** The one code in view; its [message] is unverified. */
    public class Message(public val message: ByteArray) : Scan()

    /** [count] codes are in view: ask for one. */
    public class SeveralCodes(public val count: Int) : Scan()

    /** The one code in view is damaged. */
    public object Damaged : Scan()

    /** The one code in view is of a newer version: the app must be updated. */
    public object Newer : Scan()
}

/** Draws and reads codes. Thread-safe; everything here takes milliseconds and leaves the main thread alone. */
public object Qr {
    /**
     * [message] as a square picture of at most [pixels] a side: black on white whatever the theme, every module the same whole number
     * of pixels, with its quiet zone. Show it unscaled.
     *
     * @throws SkillingException.Malformed it fits no code
     * @throws IllegalArgumentException [pixels] are too few for the code
     */
    public suspend fun bitmap(message: ByteArray, pixels: Int): Bitmap = withContext(Dispatchers.Default) {
        val code = translated { qrModules(message, pixels.toUInt()) }
        val side = code.side.toInt()
        val module = pixels / side
        require(module > 0) { "$pixels pixels are too few for a code of $side modules" }
        val size = side * module
        val colours = IntArray(size * size) { at ->
            val (row, column) = at / size / module to at % size / module
            if (code.modules[row * side + column] == DARK) Color.BLACK else Color.WHITE
        }
        Bitmap.createBitmap(colours, size, size, Bitmap.Config.ARGB_8888)
    }

    /** [message] as the text in its code, for a link. */
    public fun text(message: ByteArray): String = translated { qrText(message) }

    /**
     * The message of a [text] that a scanner gave.
     *
     * @throws SkillingException.Malformed
     */
    public fun message(text: String): ByteArray = translated { qrMessage(text) }

    /** Reads a picture, such as a screenshot, on another thread than the caller's: do not draw on it meanwhile. */
    public suspend fun read(picture: Bitmap): Scan = withContext(Dispatchers.Default) {
        val pixels = IntArray(picture.width * picture.height)
        picture.getPixels(pixels, 0, picture.width, 0, 0, picture.width, picture.height)
        val luma = ByteArray(pixels.size) { brightness(pixels[it]).toByte() }
        val reader = QrReader()
        // The first looks at a picture are quick, a later one is thorough.
        repeat(LOOKS) {
            val seen = reader.read(luma, picture.width, picture.height)
            if (seen !is Scan.Nothing) return@withContext seen
        }
        Scan.Nothing
    }

    private fun brightness(colour: Int): Int = (Color.red(colour) * 299 + Color.green(colour) * 587 + Color.blue(colour) * 114) / 1_000

    private const val DARK: Byte = 1
    private const val LOOKS = 3
}

/** Reads the frames of one camera session until one shows a code: quick looks, and now and then a thorough one. */
public class QrReader {
    private val core = translated { FrameReader.create() }

    /**
     * Reads one frame. Takes milliseconds: drop the frames that come meanwhile.
     *
     * @param luma the plane of brightness: of `YUV_420_888` the first plane's bytes
     * @param rowStride bytes from one row to the next
     * @throws SkillingException.InvalidArgument the numbers do not fit the bytes
     */
    public suspend fun read(luma: ByteArray, width: Int, height: Int, rowStride: Int = width): Scan =
        withContext(Dispatchers.Default) {
            when (val seen = translated { core.feed(luma, width.atLeastZero(), height.atLeastZero(), rowStride.atLeastZero()) }) {
                is FrameResult.Nothing -> Scan.Nothing
                is FrameResult.Message -> Scan.Message(seen.bytes)
                is FrameResult.SeveralCodes -> Scan.SeveralCodes(seen.count.toInt())
                is FrameResult.Damaged -> Scan.Damaged
                is FrameResult.Newer -> Scan.Newer
            }
        }

    /** The core then says what does not fit. */
    private fun Int.atLeastZero(): UInt = coerceAtLeast(0).toUInt()
}
