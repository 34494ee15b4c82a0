// What these libraries are.
package org.skilling

import org.skilling.core.ffi.checkVersion
import org.skilling.core.ffi.libraryVersion

/** Versions, and whether they fit. */
public object Skilling {
    /** Of the Kotlin libraries. */
    public const val VERSION: String = "0.1.0"

    /** Of the native library. */
    public val nativeVersion: String get() = translated { libraryVersion().library }

    /**
     * Called by wallet and terminal before they open.
     *
     * @throws SkillingException.VersionMismatch which Kotlin met which native library, in words
     * @throws SkillingException.LibraryMissing there is none
     */
    public fun check(): Unit = translated { checkVersion("the Kotlin library", VERSION) }
}
