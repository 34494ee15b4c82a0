// The contract suite of a till's keys: an app that has keys of its own runs them through it, on the device and in its tests.
package org.skilling.terminal

import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.withContext
import org.skilling.core.ffi.checkTerminalKeys
import org.skilling.translated

/**
 * Runs a till's keys through their contract. Makes two keys that stay: use a store of another name than the till's.
 *
 * @throws org.skilling.SkillingException.PortFailed its message names the first demand that is broken
 */
public suspend fun TerminalKeys.checkContract(): Unit =
    withContext(Dispatchers.IO) { translated { checkTerminalKeys(HostTerminalKeys(this@checkContract)) } }
