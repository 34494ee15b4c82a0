// What Robolectric asks for of the test platform: one instrumentation a sandbox, kept here for whoever asks again.
package androidx.test.platform.app

import android.app.Instrumentation
import android.os.Bundle

public object InstrumentationRegistry {
    private var registered: Instrumentation? = null

    @JvmStatic
    public fun registerInstance(instrumentation: Instrumentation?, @Suppress("UNUSED_PARAMETER") arguments: Bundle?) {
        registered = instrumentation
    }

    @JvmStatic
    public fun getInstrumentation(): Instrumentation = registered ?: error("There is no instrumentation outside of a test.")
}
