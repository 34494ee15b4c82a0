// The ports of a phone and of a till for a plain Java process: keys, vault and network as files and objects, no Android behind them.
// What is minified or killed needs a process of its own, and starting Android in each would take longer than the tests.
package org.skilling.plain

import android.content.ContextWrapper
import java.io.File
import java.security.KeyFactory
import java.security.KeyPairGenerator
import java.security.PrivateKey
import java.security.SecureRandom
import java.security.Signature
import java.security.interfaces.ECPublicKey
import java.security.spec.ECGenParameterSpec
import java.security.spec.PKCS8EncodedKeySpec
import java.util.concurrent.atomic.AtomicLong
import javax.crypto.Cipher
import javax.crypto.spec.GCMParameterSpec
import javax.crypto.spec.SecretKeySpec
import org.skilling.HttpRequest
import org.skilling.HttpResponse
import org.skilling.Transport
import org.skilling.core.ffi.HttpCall
import org.skilling.core.ffi.HttpMethod
import org.skilling.core.ffi.signatureFromDer
import org.skilling.terminal.TerminalKeyFailure
import org.skilling.terminal.TerminalKeys
import org.skilling.wallet.AttestationKind
import org.skilling.wallet.DeviceKeys
import org.skilling.wallet.GeneratedKey
import org.skilling.wallet.KeyFailure
import org.skilling.wallet.KeyPrompt
import org.skilling.wallet.KeyUse
import org.skilling.wallet.KeyVault
import org.skilling.wallet.VaultFailure

/** The one thing that the libraries ask of Android here: the folder that is never backed up. */
class PlainContext(private val folder: File) : ContextWrapper(null) {
    override fun getNoBackupFilesDir(): File = folder
}

/** P-256 keys, each as two files. */
private class KeyFiles(private val folder: File) {
    fun names(): List<String> = folder.list().orEmpty().filter { it.endsWith(PRIVATE) }.map { it.removeSuffix(PRIVATE) }

    fun make(name: String): ByteArray {
        val pair = KeyPairGenerator.getInstance("EC").apply { initialize(ECGenParameterSpec("secp256r1")) }.generateKeyPair()
        // The last 65 bytes of a P-256 SubjectPublicKeyInfo are the point.
        val point = (pair.public as ECPublicKey).encoded.takeLast(POINT).toByteArray()
        folder.mkdirs()
        File(folder, name + PUBLIC).writeBytes(point)
        File(folder, name + PRIVATE).writeBytes(pair.private.encoded)
        return point
    }

    fun point(name: String): ByteArray = File(folder, name + PUBLIC).readBytes()

    fun sign(name: String, message: ByteArray): ByteArray {
        val key: PrivateKey = KeyFactory.getInstance("EC").generatePrivate(PKCS8EncodedKeySpec(File(folder, name + PRIVATE).readBytes()))
        val signature = Signature.getInstance("SHA256withECDSA")
        signature.initSign(key)
        signature.update(message)
        return signatureFromDer(signature.sign()).bytes
    }

    fun delete(name: String) {
        File(folder, name + PRIVATE).delete()
    }

    private companion object {
        const val PRIVATE = ".private"
        const val PUBLIC = ".public"
        const val POINT = 65
    }
}

/** A payer who always says yes; [onAsk] may do otherwise. */
class PlainKeys(folder: File, private val onAsk: () -> Unit = {}) : DeviceKeys {
    private val files = KeyFiles(folder)
    private val next = AtomicLong(1)
    private val operations = mutableMapOf<Long, String>()

    override val attestationKind = AttestationKind.NONE
    override val protection = "software"

    override suspend fun generate(alias: String, use: KeyUse, nonce: ByteArray): GeneratedKey {
        if (alias in files.names()) throw KeyFailure.AliasInUse()
        // [software, asks nobody], as sync.md says of test schemes.
        return GeneratedKey(files.make(alias), byteArrayOf(0x82.toByte(), 0, 0))
    }

    override suspend fun authorize(alias: String, prompt: KeyPrompt?): Long {
        if (alias !in files.names()) throw KeyFailure.NoSuchKey()
        if (prompt != null) onAsk()
        return next.getAndIncrement().also { synchronized(operations) { operations[it] = alias } }
    }

    override fun sign(alias: String, operation: Long, message: ByteArray): ByteArray {
        if (synchronized(operations) { operations.remove(operation) } != alias) throw KeyFailure.Expired()
        return files.sign(alias, message)
    }

    override suspend fun delete(alias: String) = files.delete(alias)
}

/** A till's keys. */
class PlainTerminalKeys(folder: File) : TerminalKeys {
    private val files = KeyFiles(folder)

    override fun list(): List<ByteArray> = files.names().map(files::point)

    override fun create(): ByteArray = files.make("till-${files.names().size}")

    override fun sign(key: ByteArray, message: ByteArray): ByteArray =
        files.sign(files.names().firstOrNull { files.point(it).contentEquals(key) } ?: throw TerminalKeyFailure.NoSuchKey(), message)
}

/** AES-256-GCM under a key in a file. */
class PlainVault(private val file: File) : KeyVault {
    override fun seal(secret: ByteArray): ByteArray {
        if (!file.exists()) file.writeBytes(ByteArray(32).also(SecureRandom()::nextBytes))
        val cipher = Cipher.getInstance(AES_GCM).apply { init(Cipher.ENCRYPT_MODE, key()) }
        return cipher.iv + cipher.doFinal(secret)
    }

    override fun open(sealed: ByteArray): ByteArray =
        try {
            val cipher = Cipher.getInstance(AES_GCM).apply { init(Cipher.DECRYPT_MODE, key(), GCMParameterSpec(128, sealed, 0, NONCE)) }
            cipher.doFinal(sealed, NONCE, sealed.size - NONCE)
        } catch (fault: Exception) {
            throw VaultFailure.CannotOpen(fault)
        }

    private fun key() = SecretKeySpec(file.readBytes(), "AES")

    private companion object {
        const val AES_GCM = "AES/GCM/NoPadding"
        const val NONCE = 12
    }
}

/** The way to the simulated bank in the core. */
class PlainLine(private val server: org.skilling.core.ffi.Transport) : Transport {
    override suspend fun send(request: HttpRequest): HttpResponse {
        val answer = server.send(HttpCall(HttpMethod.valueOf(request.method.name), request.path, request.body, request.etag))
        return HttpResponse(answer.status.toInt(), answer.body, answer.retryAfterSeconds?.toLong(), answer.etag)
    }
}
