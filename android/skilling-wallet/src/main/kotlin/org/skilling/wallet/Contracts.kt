// Contract suites of the wallet's ports: an app that implements one runs it through its suite, on a phone and in its tests.
package org.skilling.wallet

import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.withContext
import org.skilling.core.ffi.checkDeviceKeys
import org.skilling.core.ffi.checkKeyVault
import org.skilling.core.ffi.checkRollbackGuard
import org.skilling.translated

/**
 * Runs keys through their contract: makes two, signs with them, deletes them. Somebody, or their stand-in, must agree when asked.
 *
 * @throws org.skilling.SkillingException.PortFailed its message names the first demand that is broken
 */
public suspend fun DeviceKeys.checkContract(): Unit = withContext(Dispatchers.IO) { translated { checkDeviceKeys(HostKeys(this@checkContract)) } }

/**
 * Runs a vault through its contract. [reopened] is the same vault made anew, as after a restart.
 *
 * @throws org.skilling.SkillingException.PortFailed its message names the first demand that is broken
 */
public suspend fun KeyVault.checkContract(reopened: KeyVault): Unit =
    withContext(Dispatchers.IO) { translated { checkKeyVault(HostVault(this@checkContract), HostVault(reopened)) } }

/**
 * Runs an **unused** guard through its contract. [reopened] is the same guard made anew, as after a restart. It keeps a mark afterwards:
 * use one of another name than the wallet's.
 *
 * @throws org.skilling.SkillingException.PortFailed its message names the first demand that is broken
 */
public suspend fun RollbackGuard.checkContract(reopened: RollbackGuard): Unit =
    withContext(Dispatchers.IO) { translated { checkRollbackGuard(HostGuard(this@checkContract), HostGuard(reopened)) } }
