package org.skilling.tests

import android.graphics.Bitmap
import kotlin.test.Test
import kotlin.test.assertFailsWith
import kotlin.test.assertTrue
import kotlinx.coroutines.runBlocking
import org.junit.runner.RunWith
import org.robolectric.RobolectricTestRunner
import org.skilling.Qr

/** Codes as pictures. */
@RunWith(RobolectricTestRunner::class)
class QrTest {
    @Test
    fun `a picture is looked at on another thread than the caller's`() = runBlocking<Unit> {
        // Looking at the first pixel of this one fails, and tells who called.
        val gone = Bitmap.createBitmap(8, 8, Bitmap.Config.ARGB_8888).apply { recycle() }
        val failed = assertFailsWith<IllegalStateException> { Qr.read(gone) }
        val thrown = generateSequence<Throwable>(failed) { it.cause }.last()
        assertTrue(thrown.stackTrace.none { it.className.startsWith(QrTest::class.java.name) }, thrown.stackTraceToString())
    }
}
