// Pictures of screens: drawn by Android's own renderer, compared with the committed ones in docs/screens.
package org.skilling.sample.screens

import android.graphics.Bitmap
import android.graphics.Canvas
import android.view.View
import java.awt.image.BufferedImage
import java.awt.image.IndexColorModel
import java.io.File
import javax.imageio.ImageIO
import kotlin.math.abs
import kotlin.test.assertTrue

/** `-Dscreens.update=true` writes the pictures anew instead of comparing. Look at them before you commit them. */
private val isUpdating = System.getProperty("screens.update") == "true"

/** Where the committed pictures are. */
private val folder = File(System.getProperty("skilling.screens") ?: error("skilling.screens is not set: run the tests with Maven"))

/** Where those of this run are, for looking at a difference. */
private val drawn = File(System.getProperty("skilling.out") ?: error("skilling.out is not set: run the tests with Maven"), "screens")

/** Two renderings of one screen differ in a few edge pixels at most. */
private const val TOLERATED_SHARE = 0.002
private const val TOLERATED_STEP = 24
private const val COLOURS = 256

fun pictureOf(view: View): Bitmap {
    val picture = Bitmap.createBitmap(view.width, view.height, Bitmap.Config.ARGB_8888)
    view.draw(Canvas(picture))
    return picture
}

/** The picture as a file of this run. */
fun write(picture: Bitmap, name: String): File {
    val file = File(drawn.apply { mkdirs() }, "$name.png")
    ImageIO.write(indexed(picture), "png", file)
    return file
}

/** Null if [picture] is the committed one of that name; else what is wrong. */
fun difference(picture: Bitmap, name: String): String? {
    val file = write(picture, name)
    val committed = File(folder, "$name.png")
    if (isUpdating) {
        folder.mkdirs()
        file.copyTo(committed, overwrite = true)
        return null
    }
    if (!committed.isFile) return "$name: there is no picture yet; -Dscreens.update=true writes it"
    val (was, now) = ImageIO.read(committed) to ImageIO.read(file)
    if (was.width != now.width || was.height != now.height) {
        return "$name: was ${was.width} x ${was.height}, is ${now.width} x ${now.height}"
    }
    var different = 0
    for (y in 0 until was.height) for (x in 0 until was.width) if (differ(was.getRGB(x, y), now.getRGB(x, y))) different++
    val share = different.toDouble() / (was.width * was.height)
    return if (share <= TOLERATED_SHARE) null else "$name: ${"%.2f".format(share * 100)} % of the pixels differ; look at $file"
}

/** Fails with every difference at once. */
fun assertNoDifference(differences: List<String>) = assertTrue(differences.isEmpty(), differences.joinToString("\n"))

private fun differ(one: Int, other: Int): Boolean =
    listOf(0, 8, 16).any { shift -> abs((one shr shift and 0xff) - (other shr shift and 0xff)) > TOLERATED_STEP }

/** The most frequent colours, and every other as the nearest of them: a fifth of the bytes. */
private fun indexed(picture: Bitmap): BufferedImage {
    val pixels = IntArray(picture.width * picture.height)
    picture.getPixels(pixels, 0, picture.width, 0, 0, picture.width, picture.height)
    val frequent = pixels.groupBy { it or OPAQUE }.entries.sortedByDescending { it.value.size }.take(COLOURS).map { it.key }.toIntArray()
    val model = IndexColorModel(8, frequent.size, frequent, 0, false, -1, 0)
    val image = BufferedImage(picture.width, picture.height, BufferedImage.TYPE_BYTE_INDEXED, model)
    val nearest = HashMap<Int, Int>()
    for (at in pixels.indices) {
        val index = nearest.getOrPut(pixels[at] or OPAQUE) { frequent.indices.minByOrNull { distance(frequent[it], pixels[at]) } ?: 0 }
        image.raster.setSample(at % picture.width, at / picture.width, 0, index)
    }
    return image
}

private fun distance(one: Int, other: Int): Int = listOf(0, 8, 16).sumOf { shift ->
    val step = (one shr shift and 0xff) - (other shr shift and 0xff)
    step * step
}

private const val OPAQUE = 0xff shl 24
