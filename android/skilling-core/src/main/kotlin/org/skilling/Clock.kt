// The port to the time.
package org.skilling

import org.skilling.core.ffi.ClockException
import org.skilling.core.ffi.ClockReading

/** The time in whole seconds since 1970. For simulators and tests: without one, the core reads the system's clock itself. */
public fun interface Clock {
    /** Now. Asked often, from any thread; must answer at once. */
    public fun now(): Long
}

/** The app's clock as the core calls it. */
@InternalSkillingApi
public class HostClock(private val clock: Clock) : org.skilling.core.ffi.WallClock {
    override fun now(): ClockReading =
        try {
            ClockReading(clock.now())
        } catch (_: Throwable) {
            throw ClockException.Undeclared()
        }
}
