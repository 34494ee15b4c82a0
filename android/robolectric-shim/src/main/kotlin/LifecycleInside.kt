// The implementation classes that Robolectric makes by name.
package androidx.test.internal.runner.lifecycle

import android.app.Activity
import android.app.Application
import androidx.test.runner.lifecycle.ActivityLifecycleMonitor
import androidx.test.runner.lifecycle.ApplicationLifecycleMonitor
import androidx.test.runner.lifecycle.ApplicationStage
import androidx.test.runner.lifecycle.Stage
import java.util.WeakHashMap

public class ActivityLifecycleMonitorImpl : ActivityLifecycleMonitor {
    private val stageOf = WeakHashMap<Activity, Stage>()

    public fun signalLifecycleChange(stage: Stage, activity: Activity) {
        stageOf[activity] = stage
    }

    override fun getLifecycleStageOf(activity: Activity): Stage = stageOf[activity] ?: Stage.PRE_ON_CREATE

    override fun getActivitiesInStage(stage: Stage): Collection<Activity> =
        stageOf.entries.filter { (_, at) -> at == stage }.map { (activity, _) -> activity }
}

public class ApplicationLifecycleMonitorImpl : ApplicationLifecycleMonitor {
    public fun signalLifecycleChange(
        @Suppress("UNUSED_PARAMETER") application: Application,
        @Suppress("UNUSED_PARAMETER") stage: ApplicationStage,
    ) {
    }
}
