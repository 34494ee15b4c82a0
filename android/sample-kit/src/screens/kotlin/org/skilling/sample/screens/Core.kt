// The core as judge of pictures: its own command draws the code of the fixture, reads it from the screenshot and verifies it.
package org.skilling.sample.screens

import android.graphics.Bitmap
import android.graphics.BitmapFactory
import java.io.File
import kotlin.test.assertEquals

/** A file of the payment that the pictures show. */
fun fixture(name: String): File = File(System.getProperty("skilling.fixtures") ?: error("skilling.fixtures is not set"), name)

/** Runs `skilling`, and gives what it printed; any exit but 0 fails. */
fun skilling(vararg arguments: String): String {
    val command = System.getProperty("skilling.command") ?: error("skilling.command is not set")
    val process = ProcessBuilder(command, *arguments).redirectErrorStream(true).start()
    val printed = process.inputStream.bufferedReader().readText()
    assertEquals(0, process.waitFor(), "skilling ${arguments.joinToString(" ")}:\n$printed")
    return printed
}

/** The code of a message, every module [pixels] pixels. */
fun codeOf(message: File, pixels: Int): Bitmap {
    val file = File.createTempFile("code", ".png")
    skilling("qr", "encode", message.path, "-o", file.path, "--module", pixels.toString())
    val bytes = file.readBytes()
    file.delete()
    return BitmapFactory.decodeByteArray(bytes, 0, bytes.size)
}
