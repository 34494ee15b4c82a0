// Contract suites of the ports that wallet and till share: does an app's own implementation keep what its interface demands?
package org.skilling

import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.withContext
import org.skilling.core.ffi.checkTransport
import org.skilling.core.ffi.checkWallClock

/**
 * Runs a transport through its contract, against a test server of this system: answers of any status come back as answers, bodies
 * unchanged. Makes two calls that change nothing.
 *
 * @throws SkillingException.PortFailed its message names the first demand that is broken
 */
public suspend fun Transport.checkContract(): Unit = withContext(Dispatchers.IO) { translated { checkTransport(HostTransport(this@checkContract)) } }

/**
 * Runs a clock through its contract: whole seconds since 1970, never backwards.
 *
 * @throws SkillingException.PortFailed its message names the first demand that is broken
 */
public suspend fun Clock.checkContract(): Unit = withContext(Dispatchers.IO) { translated { checkWallClock(HostClock(this@checkContract)) } }
