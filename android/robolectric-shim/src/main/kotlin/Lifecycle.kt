// Which activity is at which stage: Robolectric tells it, and asks for the activities of a stage.
package androidx.test.runner.lifecycle

import android.app.Activity

public enum class Stage { PRE_ON_CREATE, CREATED, STARTED, RESUMED, PAUSED, STOPPED, RESTARTED, DESTROYED }

public enum class ApplicationStage { PRE_ON_CREATE, CREATED }

public interface ActivityLifecycleMonitor {
    public fun getLifecycleStageOf(activity: Activity): Stage

    public fun getActivitiesInStage(stage: Stage): Collection<Activity>
}

public interface ApplicationLifecycleMonitor

public object ActivityLifecycleMonitorRegistry {
    private var registered: ActivityLifecycleMonitor? = null

    @JvmStatic
    public fun registerInstance(monitor: ActivityLifecycleMonitor?) {
        registered = monitor
    }

    @JvmStatic
    public fun getInstance(): ActivityLifecycleMonitor = registered ?: error("No monitor is registered.")
}

public object ApplicationLifecycleMonitorRegistry {
    @JvmStatic
    public fun registerInstance(@Suppress("UNUSED_PARAMETER") monitor: ApplicationLifecycleMonitor?) {}
}
