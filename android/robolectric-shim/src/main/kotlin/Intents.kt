// Intents in tests: nobody watches them and nobody answers in an activity's place.
package androidx.test.runner.intent

import android.app.Instrumentation
import android.content.Intent

public interface IntentMonitor

public interface IntentStubber {
    public fun getActivityResultForIntent(intent: Intent): Instrumentation.ActivityResult?
}

public object IntentMonitorRegistry {
    @JvmStatic
    public fun registerInstance(@Suppress("UNUSED_PARAMETER") monitor: IntentMonitor?) {}
}

public object IntentStubberRegistry {
    @JvmStatic
    public fun isLoaded(): Boolean = false

    @JvmStatic
    public fun getInstance(): IntentStubber = error("No stubs are loaded.")
}
