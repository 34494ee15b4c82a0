// What the till's verdict feels like, for a cashier who looks elsewhere.
package org.skilling.sample.till

import android.content.Context
import android.os.VibrationEffect
import android.os.Vibrator
import org.skilling.sample.till.screens.Verdict

/** Paid: one long. Not paid: three short. Anything that wants a look: two. Milliseconds, off and on in turn. */
fun patternOf(verdict: Verdict): LongArray = when (verdict) {
    Verdict.PAID -> longArrayOf(0, 400)
    Verdict.DECLINED, Verdict.REFUSED -> longArrayOf(0, 100, 100, 100, 100, 100)
    Verdict.ALREADY, Verdict.OTHER_SALE, Verdict.VOIDED, Verdict.TORN -> longArrayOf(0, 150, 150, 150)
}

/** Does nothing on a till that cannot vibrate. */
@Suppress("DEPRECATION") // The newer way to the vibrator is for API 31 and later.
fun Context.vibrate(verdict: Verdict) {
    val vibrator = getSystemService(Context.VIBRATOR_SERVICE) as? Vibrator ?: return
    if (vibrator.hasVibrator()) vibrator.vibrate(VibrationEffect.createWaveform(patternOf(verdict), -1))
}
