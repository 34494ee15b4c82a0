// Owns the one till of the process.
package org.skilling.sample.till

import java.io.File
import org.skilling.Clock
import org.skilling.HttpTransport
import org.skilling.sample.kit.SampleApplication
import org.skilling.terminal.KeystoreTerminalKeys
import org.skilling.terminal.SkillingTerminal
import org.skilling.terminal.TerminalSettings

open class TillApplication : SampleApplication<SkillingTerminal>() {
    private var practice: PracticeTill? = null

    /** Stays where no backup reaches, as the key itself does. */
    val uncertified: File get() = File(noBackupFilesDir, "uncertified-key")

    override suspend fun make(): SkillingTerminal = SkillingTerminal.open(this, settings())

    /** The practice till of this process; asked for by one coroutine at a time. */
    suspend fun practice(): PracticeTill = practice ?: PracticeTill.open(cacheDir).also { practice = it }

    /** Roots, server and keys; res/values/acquirer.xml is what a shop's app changes. */
    protected open fun settings(): TerminalSettings = TerminalSettings(
        roots = listOf(bytes(getString(R.string.skilling_root))),
        acquirer = simulated(HttpTransport(getString(R.string.skilling_server), allowCleartext = true)),
        keys = KeystoreTerminalKeys(),
        clock = Clock { now() },
    )
}
