// Remembers how far the wallet's store has come, in the one folder that Android never backs up and never moves to another phone.
package org.skilling.wallet.keystore

import android.content.Context
import java.io.File
import java.io.FileOutputStream
import java.io.IOException
import java.nio.ByteBuffer
import java.nio.channels.FileChannel
import java.nio.file.Files
import java.nio.file.StandardCopyOption.ATOMIC_MOVE
import java.nio.file.StandardCopyOption.REPLACE_EXISTING
import java.nio.file.StandardOpenOption.READ
import java.security.MessageDigest
import org.skilling.wallet.GuardFailure
import org.skilling.wallet.Mark
import org.skilling.wallet.RollbackGuard

/**
 * [RollbackGuard] in a file of `noBackupFilesDir`: 8 bytes of counter, 32 of digest, 32 of SHA-256 over both. Thread-safe.
 *
 * A new mark is written beside the old one, brought to the disk, and then takes its name: whoever is killed under way finds the old or the
 * new one whole. Against somebody with root it proves nothing; the pay keys, which no restore brings back, are what stands then.
 *
 * @param name of the file; another wallet in the same app needs another
 */
public class NoBackupRollbackGuard(context: Context, name: String = "skilling.mark") : RollbackGuard {
    private val folder: File = context.noBackupFilesDir
    private val file = File(folder, name)
    private val next = File(folder, "$name.next")

    @Synchronized
    override fun read(): Mark? {
        val bytes = try {
            if (!file.exists()) return null
            file.readBytes()
        } catch (fault: IOException) {
            throw GuardFailure.Fault(KeystoreFaults.NOT_READABLE, "not readable", fault)
        }
        if (bytes.size != LENGTH || !digest(bytes.copyOf(COVERED)).contentEquals(bytes.copyOfRange(COVERED, LENGTH))) {
            throw GuardFailure.Fault(KeystoreFaults.DAMAGED, "damaged")
        }
        return Mark(ByteBuffer.wrap(bytes).long, bytes.copyOfRange(Long.SIZE_BYTES, COVERED))
    }

    @Synchronized
    override fun advance(mark: Mark) {
        val kept = read()
        if (kept == mark) return
        if (kept != null && mark.counter <= kept.counter) throw GuardFailure.NotAbove()
        val covered = ByteBuffer.allocate(COVERED).putLong(mark.counter).put(mark.digest).array()
        try {
            FileOutputStream(next).use {
                it.write(covered + digest(covered))
                it.fd.sync()
            }
            Files.move(next.toPath(), file.toPath(), ATOMIC_MOVE, REPLACE_EXISTING)
            // Without this a new name may be gone after a power cut.
            FileChannel.open(folder.toPath(), READ).use { it.force(true) }
        } catch (fault: IOException) {
            throw GuardFailure.Fault(KeystoreFaults.NOT_WRITABLE, "not writable", fault)
        }
    }

    private fun digest(bytes: ByteArray): ByteArray = MessageDigest.getInstance("SHA-256").digest(bytes)

    private companion object {
        const val COVERED = Long.SIZE_BYTES + 32
        const val LENGTH = COVERED + 32
    }
}
