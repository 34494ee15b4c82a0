// Runs `PlainTown` in a process of its own: it can be killed, and its disk can be a small one.
package org.skilling.tests

import java.io.File
import java.util.concurrent.TimeUnit

/** A running `PlainTown`, which does [act] in [folder]; with [diskKilobytes] the folder is a disk of that size that is gone with the process. */
class OwnProcess(act: String, folder: File, diskKilobytes: Int? = null) : AutoCloseable {
    private val log = File.createTempFile("plain", ".log").apply { deleteOnExit() }
    private val process = ProcessBuilder(disk(folder, diskKilobytes) + program(act, folder)).redirectError(log).start()
    private val said = process.inputStream.bufferedReader()

    /** Its next line. */
    fun says(): String = said.readLine() ?: error("it ended with ${ended()}: ${log.readText().take(2_000)}")

    /** Its exit status. */
    fun ended(): Int {
        check(process.waitFor(120, TimeUnit.SECONDS)) { "it does not end" }
        return process.exitValue()
    }

    /** As Android does: without a word. */
    fun kill() {
        process.destroyForcibly()
        ended()
    }

    override fun close() = kill()

    private companion object {
        fun program(act: String, folder: File) = listOf(
            "${System.getProperty("java.home")}/bin/java", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xshare:auto",
            "-Djna.library.path=${System.getProperty("jna.library.path")}",
            "-cp", System.getProperty("surefire.test.class.path") ?: System.getProperty("java.class.path"),
            "org.skilling.plain.PlainTownKt", act, folder.path,
        )

        /** A mount that only this process sees; needs no rights but those to make a user namespace. */
        fun disk(folder: File, kilobytes: Int?): List<String> {
            if (kilobytes == null) return emptyList()
            val mount = "mount -t tmpfs -o size=${kilobytes}k skilling ${folder.path} && exec \"$@\""
            return listOf("unshare", "--user", "--map-root-user", "--mount", "sh", "-c", mount, "sh")
        }
    }
}
