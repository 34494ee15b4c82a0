// Sync in the background, by Android's own JobScheduler: often enough that a phone is ready when the network goes away.
package org.skilling.wallet.sync

import android.app.job.JobInfo
import android.app.job.JobParameters
import android.app.job.JobScheduler
import android.app.job.JobService
import android.content.ComponentName
import android.content.Context
import java.util.concurrent.TimeUnit
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.Job
import kotlinx.coroutines.SupervisorJob
import kotlinx.coroutines.cancel
import kotlinx.coroutines.delay
import kotlinx.coroutines.launch
import kotlinx.coroutines.withTimeoutOrNull
import org.skilling.SkillingException
import org.skilling.wallet.SkillingWallet
import org.skilling.wallet.SkillingWalletOwner
import org.skilling.wallet.walletOf

/**
 * Runs [org.skilling.wallet.SkillingWallet.syncAll] while there is a network: every [EVERY_HOURS] hours ([plan]), and soon after a
 * payment or a failure ([soon]). A run that fails is repeated by Android with growing pauses; nothing is lost by one that is cut off.
 *
 * Android starts the process of an app for it where there is none: the app opens its wallet in `Application.onCreate`, and the job waits
 * half a minute for that.
 */
public class SkillingSyncJob : JobService() {
    private val running = CoroutineScope(SupervisorJob() + Dispatchers.IO)

    /** By number of the job: the regular sync and one that was asked for may run at once. Main thread only. */
    private val runs = HashMap<Int?, Job>()

    override fun onStartJob(parameters: JobParameters?): Boolean {
        if (applicationContext !is SkillingWalletOwner) return false
        runs[parameters?.jobId] = running.launch {
            val isDone = try {
                opened()?.syncAll()?.isComplete == true
            } catch (_: SkillingException) {
                false
            }
            jobFinished(parameters, !isDone)
        }
        return true
    }

    /** Android takes the network or the time away: come again. The core finishes or repeats what was begun. */
    override fun onStopJob(parameters: JobParameters?): Boolean {
        runs.remove(parameters?.jobId)?.cancel()
        return true
    }

    /** Android may have started the process for this job alone: then the app is opening the wallet now. */
    private suspend fun opened(): SkillingWallet? = withTimeoutOrNull(OPENING_MILLIS) {
        while (true) {
            walletOf(this@SkillingSyncJob)?.let { return@withTimeoutOrNull it }
            delay(LOOK_AGAIN_MILLIS)
        }
        null
    }

    override fun onDestroy() {
        running.cancel()
        super.onDestroy()
    }

    public companion object {
        /** How often: whoever was online in the last 24 hours lasts 8 days more (sync.md). */
        public const val EVERY_HOURS: Long = 12

        private const val REGULAR = 0x534b4c01
        private const val SOON = 0x534b4c02
        private const val FIRST_PAUSE_SECONDS = 30L
        private const val OPENING_MILLIS = 30_000L
        private const val LOOK_AGAIN_MILLIS = 100L

        /** Plans the regular sync; call at every start of the app. What is planned already is left alone. */
        public fun plan(context: Context) {
            val scheduler = schedulerOf(context) ?: return
            if (scheduler.getPendingJob(REGULAR) != null) return
            scheduler.schedule(job(context, REGULAR).setPeriodic(TimeUnit.HOURS.toMillis(EVERY_HOURS)).setPersisted(true).build())
        }

        /** Asks for one sync as soon as there is a network. */
        public fun soon(context: Context) {
            schedulerOf(context)?.schedule(
                job(context, SOON)
                    .setBackoffCriteria(TimeUnit.SECONDS.toMillis(FIRST_PAUSE_SECONDS), JobInfo.BACKOFF_POLICY_EXPONENTIAL)
                    .build(),
            )
        }

        /** Forgets both: the wallet was removed. */
        public fun cancel(context: Context) {
            val scheduler = schedulerOf(context) ?: return
            scheduler.cancel(REGULAR)
            scheduler.cancel(SOON)
        }

        private fun schedulerOf(context: Context): JobScheduler? = context.getSystemService(JobScheduler::class.java)

        private fun job(context: Context, id: Int): JobInfo.Builder =
            JobInfo.Builder(id, ComponentName(context, SkillingSyncJob::class.java))
                .setRequiredNetworkType(JobInfo.NETWORK_TYPE_ANY)
    }
}
