// Contract suites of the till's ports: an app that has keys or a reader of its own runs them through, on the device and in its tests.
package org.skilling.terminal

import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.withContext
import org.skilling.core.ffi.checkTerminalKeys
import org.skilling.core.ffi.checkTransceiver
import org.skilling.translated

/**
 * Runs a till's keys through their contract. Makes two keys that stay: use a store of another name than the till's.
 *
 * @throws org.skilling.SkillingException.PortFailed its message names the first demand that is broken
 */
public suspend fun TerminalKeys.checkContract(): Unit =
    withContext(Dispatchers.IO) { translated { checkTerminalKeys(HostTerminalKeys(this@checkContract)) } }

/**
 * Runs a reader through its contract, with a phone in front of it whose wallet is in front. Pays nothing.
 *
 * @throws org.skilling.SkillingException.PortFailed its message names the first demand that is broken
 */
public suspend fun Transceiver.checkContract(): Unit =
    withContext(Dispatchers.IO) { translated { checkTransceiver(HostTransceiver(this@checkContract)) } }
