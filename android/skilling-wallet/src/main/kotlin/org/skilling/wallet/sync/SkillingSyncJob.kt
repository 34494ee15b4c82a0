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
import kotlinx.coroutines.launch
import org.skilling.SkillingException
import org.skilling.wallet.walletOf

/**
 * Runs [org.skilling.wallet.SkillingWallet.syncAll] while there is a network: every [EVERY_HOURS] hours ([plan]), and soon after a
 * payment or a failure ([soon]). A run that fails is repeated by Android with growing pauses; nothing is lost by one that is cut off.
 */
public class SkillingSyncJob : JobService() {
    private val running = CoroutineScope(SupervisorJob() + Dispatchers.IO)
    private var run: Job? = null

    override fun onStartJob(parameters: JobParameters?): Boolean {
        val wallet = walletOf(this) ?: return false
        run = running.launch {
            val isDone = try {
                wallet.syncAll().isComplete
            } catch (_: SkillingException) {
                false
            }
            jobFinished(parameters, !isDone)
        }
        return true
    }

    /** Android takes the network or the time away: come again. The core finishes or repeats what was begun. */
    override fun onStopJob(parameters: JobParameters?): Boolean {
        run?.cancel()
        return true
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
