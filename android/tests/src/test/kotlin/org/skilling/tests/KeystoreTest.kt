package org.skilling.tests

import android.app.Application
import android.app.KeyguardManager
import android.content.pm.PackageManager
import android.os.Build
import android.os.SystemClock
import android.security.KeyStoreException
import android.security.keystore.BackendBusyException
import android.security.keystore.KeyProperties
import java.security.InvalidAlgorithmParameterException
import java.security.InvalidKeyException
import java.security.ProviderException
import java.security.Signature
import java.time.Duration
import kotlin.test.BeforeTest
import kotlin.test.Test
import kotlin.test.assertContentEquals
import kotlin.test.assertEquals
import kotlin.test.assertFailsWith
import kotlin.test.assertFalse
import kotlin.test.assertNotEquals
import kotlin.test.assertTrue
import kotlinx.coroutines.runBlocking
import org.junit.runner.RunWith
import org.robolectric.RobolectricTestRunner
import org.robolectric.RuntimeEnvironment
import org.robolectric.Shadows.shadowOf
import org.robolectric.shadows.ShadowSystemClock
import org.robolectric.util.ReflectionHelpers
import org.skilling.Currency
import org.skilling.Money
import org.skilling.wallet.AttestationKind
import org.skilling.wallet.GuardFailure
import org.skilling.wallet.KeyFailure
import org.skilling.wallet.KeyPrompt
import org.skilling.wallet.KeyUse
import org.skilling.wallet.Mark
import org.skilling.wallet.VaultFailure
import org.skilling.wallet.keystore.Attestation
import org.skilling.wallet.keystore.KeyProtection
import org.skilling.wallet.keystore.KeystoreDeviceKeys
import org.skilling.wallet.keystore.KeystoreFaults
import org.skilling.wallet.keystore.KeystoreVault
import org.skilling.wallet.keystore.NoBackupRollbackGuard
import org.skilling.wallet.keystore.UserPresence

/** The keys, the vault and the guard of a phone, over a Keystore that behaves like Android's. */
@RunWith(RobolectricTestRunner::class)
class KeystoreTest {
    private val context: Application = RuntimeEnvironment.getApplication()
    private lateinit var keystore: FakeKeystore
    private var asked = mutableListOf<KeyPrompt>()
    private val nonce = ByteArray(32) { 7 }
    private val payment = KeyPrompt(Money(12_550, Currency.DKK), 2, "Netto Torvegade, København", "4711")
    private val arming = KeyPrompt(Money(35_000, Currency.DKK), 2, null, null)

    @BeforeTest
    fun phone() {
        phone(FakeKeystore())
    }

    private fun phone(with: FakeKeystore) {
        keystore = with.install()
        shadowOf(context.packageManager).setSystemFeature(PackageManager.FEATURE_STRONGBOX_KEYSTORE, true)
    }

    private val agreeing = UserPresence { prompt, signature ->
        asked += prompt
        signature?.let(keystore::authorise)
    }

    private fun keys(
        presence: UserPresence = agreeing,
        atLeast: KeyProtection = KeyProtection.TRUSTED_ENVIRONMENT,
        attestation: Attestation = Attestation.ANDROID,
    ) = KeystoreDeviceKeys(context, presence, atLeast, attestation)

    @Test
    fun `a payment is signed once, after the payer was asked`() = runBlocking {
        val keys = keys()
        keys.generate("pay-1", KeyUse.PAY, nonce)

        val operation = keys.authorize("pay-1", payment)
        val signature = keys.sign("pay-1", operation, byteArrayOf(1, 2, 3))

        assertEquals(listOf(payment), asked)
        assertEquals(64, signature.size)
        assertTrue(verifies("pay-1", byteArrayOf(1, 2, 3), signature))
        assertFailsWith<KeyFailure.Expired> { keys.sign("pay-1", operation, byteArrayOf(1, 2, 3)) }
        assertFailsWith<KeyFailure.Expired> { keys.sign("pay-1", Long.MAX_VALUE, byteArrayOf(1)) }
        Unit
    }

    @Test
    fun `an authorisation is good for a minute and for its own key`() = runBlocking {
        val keys = keys()
        keys.generate("pay-1", KeyUse.PAY, nonce)
        keys.generate("pay-2", KeyUse.PAY, nonce)
        val passed = keys.authorize("pay-1", payment)
        ShadowSystemClock.advanceBy(Duration.ofSeconds(61))
        assertFailsWith<KeyFailure.Expired> { keys.sign("pay-1", passed, byteArrayOf(1)) }

        val other = keys.authorize("pay-1", payment)
        assertFailsWith<KeyFailure.Expired> { keys.sign("pay-2", other, byteArrayOf(1)) }

        val fresh = keys.authorize("pay-1", payment)
        ShadowSystemClock.advanceBy(Duration.ofSeconds(59))
        assertTrue(SystemClock.elapsedRealtime() > 0)
        assertTrue(verifies("pay-1", byteArrayOf(1), keys.sign("pay-1", fresh, byteArrayOf(1))))
    }

    @Test
    fun `the bank's key asks nobody, and signs on a locked screen`() = runBlocking {
        val keys = keys()
        keys.generate("link-1", KeyUse.LINK, nonce)
        val signature = keys.sign("link-1", keys.authorize("link-1", null), byteArrayOf(9))
        assertTrue(verifies("link-1", byteArrayOf(9), signature))
        assertEquals(emptyList(), asked)
        val spec = keystore.specs.getValue("skilling.link-1")
        assertFalse(spec.isUserAuthenticationRequired)
        assertFalse(spec.isUnlockedDeviceRequired)
    }

    @Test
    fun `a pay key wants finger, face or screen lock for every use`() = runBlocking {
        keys().generate("pay-1", KeyUse.PAY, nonce)
        val spec = keystore.specs.getValue("skilling.pay-1")
        assertTrue(spec.isUserAuthenticationRequired && spec.isUnlockedDeviceRequired)
        assertEquals(0, spec.userAuthenticationValidityDurationSeconds)
        assertEquals(KeyProperties.AUTH_BIOMETRIC_STRONG or KeyProperties.AUTH_DEVICE_CREDENTIAL, spec.userAuthenticationType)
    }

    @Test
    fun `StrongBox where there is one, the trusted environment where not, else a refusal`() = runBlocking {
        keys().generate("pay-1", KeyUse.PAY, nonce)
        assertTrue(keystore.specs.getValue("skilling.pay-1").isStrongBoxBacked)

        phone(FakeKeystore(strongBox = false))
        keys().generate("pay-1", KeyUse.PAY, nonce)
        assertFalse(keystore.specs.getValue("skilling.pay-1").isStrongBoxBacked)

        phone(FakeKeystore(strongBox = false, secureHardware = false))
        val fault = assertFailsWith<KeyFailure.Fault> { keys().generate("pay-1", KeyUse.PAY, nonce) }
        assertEquals(KeystoreFaults.PROTECTION_TOO_WEAK, fault.number)
        assertEquals(emptySet(), keystore.names())
        keys(atLeast = KeyProtection.SOFTWARE).generate("pay-1", KeyUse.PAY, nonce)
        assertEquals(setOf("skilling.pay-1"), keystore.names())
    }

    @Test
    fun `a StrongBox that fails in a maker's own words is none`() = runBlocking<Unit> {
        var tries = 0
        keystore.fault = { if (tries++ == 0) ProviderException("a maker's words") else null }
        keys().generate("pay-1", KeyUse.PAY, nonce)
        assertFalse(keystore.specs.getValue("skilling.pay-1").isStrongBoxBacked)
    }

    @Test
    fun `a phone without screen lock is told so, and nothing else is blamed on that`() = runBlocking<Unit> {
        val lock = shadowOf(context.getSystemService(KeyguardManager::class.java))
        // What Keystore says of a key that needs the user, where there is nothing to ask for.
        keystore.fault = { InvalidAlgorithmParameterException() }
        lock.setIsDeviceSecure(false)
        assertFailsWith<KeyFailure.NoScreenLock> { keys().generate("pay-1", KeyUse.PAY, nonce) }
        assertEquals(KeystoreFaults.OTHER, assertFailsWith<KeyFailure.Fault> { keys().generate("link-1", KeyUse.LINK, nonce) }.number)
        lock.setIsDeviceSecure(true)
        assertEquals(KeystoreFaults.OTHER, assertFailsWith<KeyFailure.Fault> { keys().generate("pay-1", KeyUse.PAY, nonce) }.number)
    }

    @Test
    fun `a key is never replaced`() = runBlocking {
        val first = keys().generate("pay-1", KeyUse.PAY, nonce)
        assertFailsWith<KeyFailure.AliasInUse> { keys().generate("pay-1", KeyUse.PAY, nonce) }
        val other = keys().generate("pay-2", KeyUse.PAY, nonce)
        assertEquals(65, first.publicKey.size)
        assertNotEquals(first.publicKey.toList(), other.publicKey.toList())
    }

    @Test
    fun `the attestation carries the challenge and the chain`() = runBlocking {
        val made = keys().generate("pay-1", KeyUse.PAY, nonce)
        // SHA-256 of 82 72 "skilling/v1/attest" 58 20 07..07, computed by another program.
        assertEquals(
            "cd1a9b8b59f7586b01d2fc268431da69d2258230060b1c1ae3675d84c9be10a0",
            keystore.specs.getValue("skilling.pay-1").attestationChallenge.joinToString("") { "%02x".format(it) },
        )
        assertEquals(0x82.toByte(), made.attestation[0])
        assertEquals(0x58.toByte(), made.attestation[1])
    }

    @Test
    fun `a test scheme is told where the key lives`() = runBlocking {
        val keys = keys(attestation = Attestation.STATED_FOR_TEST_SCHEMES)
        assertEquals(AttestationKind.NONE, keys.attestationKind)
        assertContentEquals(bytes(0x82, 2, 1), keys.generate("pay-1", KeyUse.PAY, nonce).attestation)
        assertContentEquals(bytes(0x82, 2, 0), keys.generate("link-1", KeyUse.LINK, nonce).attestation)
    }

    @Test
    fun `who says no has signed nothing`() = runBlocking {
        val keys = keys(presence = { _, _ -> throw KeyFailure.Refused() })
        keys.generate("pay-1", KeyUse.PAY, nonce)
        assertFailsWith<KeyFailure.Refused> { keys.authorize("pay-1", payment) }
        assertEquals(0, keystore.signatures)
    }

    @Test
    fun `a dialog that lies gets no signature out of the hardware`() = runBlocking {
        val keys = keys(presence = { _, _ -> })
        keys.generate("pay-1", KeyUse.PAY, nonce)
        val operation = keys.authorize("pay-1", payment)
        assertFailsWith<KeyFailure.Fault> { keys.sign("pay-1", operation, byteArrayOf(1)) }
        Unit
    }

    @Test
    fun `who removed the screen lock is told that the key is gone, and gets no new one silently`() = runBlocking {
        val keys = keys()
        keys.generate("pay-1", KeyUse.PAY, nonce)
        keystore.invalidate("skilling.pay-1")
        assertFailsWith<KeyFailure.Invalidated> { keys.authorize("pay-1", payment) }
        keystore.lose("skilling.pay-1")
        assertFailsWith<KeyFailure.NoSuchKey> { keys.authorize("pay-1", payment) }
        assertEquals(emptySet(), keystore.names())
    }

    @Test
    fun `a locked phone and a broken Keystore are different things`() = runBlocking {
        val keys = keys()
        keys.generate("pay-1", KeyUse.PAY, nonce)
        keystore.isLocked = true
        assertFailsWith<KeyFailure.LockedOut> { keys.authorize("pay-1", payment) }
        keystore.isLocked = false
        keystore.fault = { ProviderException("secret text") }
        assertEquals("ProviderException", assertFailsWith<KeyFailure.Fault> { keys.authorize("pay-1", payment) }.what)
        keystore.fault = null
        assertTrue(verifies("pay-1", byteArrayOf(1), keys.sign("pay-1", keys.authorize("pay-1", payment), byteArrayOf(1))))
    }

    @Test
    fun `a key that Keystore does not give is lost, locked or out of reach, and only a lost one is given up`() = runBlocking<Unit> {
        val keys = keys()
        keys.generate("pay-1", KeyUse.PAY, nonce)
        val told = mapOf(
            FakeKeystore.KEY_NOT_FOUND to KeyFailure.NoSuchKey::class,
            FakeKeystore.KEY_PERMANENTLY_INVALIDATED to KeyFailure.Invalidated::class,
            FakeKeystore.VALUE_CORRUPTED to KeyFailure.Invalidated::class,
            FakeKeystore.LOCKED to KeyFailure.LockedOut::class,
            FakeKeystore.SYSTEM_ERROR to KeyFailure.Busy::class,
            FakeKeystore.BACKEND_BUSY to KeyFailure.Busy::class,
        )
        for ((code, failure) in told) {
            keystore.answer = { code }
            assertEquals(failure, assertFailsWith<KeyFailure>("$code") { keys.authorize("pay-1", payment) }::class, "$code")
        }
        keystore.answer = null
        assertTrue(verifies("pay-1", byteArrayOf(1), keys.sign("pay-1", keys.authorize("pay-1", payment), byteArrayOf(1))))
    }

    @Test
    fun `below Android 13 Keystore does not say why it gives no key, so that the key is not given up`() = runBlocking<Unit> {
        val keys = keys()
        keys.generate("pay-1", KeyUse.PAY, nonce)
        onAndroid(Build.VERSION_CODES.S) {
            for (code in listOf(FakeKeystore.SYSTEM_ERROR, FakeKeystore.VALUE_CORRUPTED)) {
                keystore.answer = { code }
                assertFailsWith<KeyFailure.Busy> { keys.authorize("pay-1", payment) }
            }
            keystore.answer = { FakeKeystore.KEY_PERMANENTLY_INVALIDATED }
            assertFailsWith<KeyFailure.Invalidated> { keys.authorize("pay-1", payment) }
        }
    }

    @Test
    fun `hardware that is busy is asked again, hardware that fails is a fault`() = runBlocking<Unit> {
        val keys = keys()
        keys.generate("pay-1", KeyUse.PAY, nonce)
        keystore.fault = { BackendBusyException(20) }
        assertFailsWith<KeyFailure.Busy> { keys.authorize("pay-1", payment) }
        keystore.fault = { InvalidKeyException("Keystore operation failed", KeyStoreException(SECURE_HW_BUSY, "")) }
        assertFailsWith<KeyFailure.Busy> { keys.authorize("pay-1", payment) }
        keystore.fault = { InvalidKeyException("Keystore operation failed", KeyStoreException(INCOMPATIBLE_PURPOSE, "")) }
        assertEquals(KeystoreFaults.KEY_NOT_USABLE, assertFailsWith<KeyFailure.Fault> { keys.authorize("pay-1", payment) }.number)
    }

    @Test
    fun `arming asks even where the key does not`() = runBlocking {
        val keys = keys()
        keys.generate("link-1", KeyUse.LINK, nonce)
        keys.authorize("link-1", arming)
        assertEquals(listOf(arming), asked)
    }

    @Test
    fun `deleting what is not there is fine`() = runBlocking {
        val keys = keys()
        keys.generate("pay-1", KeyUse.PAY, nonce)
        keys.delete("pay-1")
        keys.delete("pay-1")
        assertFailsWith<KeyFailure.NoSuchKey> { keys.authorize("pay-1", null) }
        Unit
    }

    @Test
    fun `the vault opens what it sealed, and nothing else`() {
        val vault = KeystoreVault()
        val secret = ByteArray(32) { it.toByte() }
        val sealed = vault.seal(secret)
        assertContentEquals(secret, vault.open(sealed))
        assertContentEquals(secret, KeystoreVault().open(sealed))
        for (at in sealed.indices) {
            val changed = sealed.copyOf().also { it[at] = (it[at].toInt() xor 1).toByte() }
            assertFailsWith<VaultFailure.CannotOpen>("byte $at") { vault.open(changed) }
        }
        assertFailsWith<VaultFailure.CannotOpen> { vault.open(ByteArray(0)) }
        assertNotEquals(sealed.toList(), vault.seal(secret).toList())
        keystore.answer = { FakeKeystore.LOCKED }
        assertFailsWith<VaultFailure.Locked> { vault.open(sealed) }
        keystore.answer = { FakeKeystore.SYSTEM_ERROR }
        assertEquals(KeystoreFaults.OUT_OF_REACH, assertFailsWith<VaultFailure.Fault> { vault.open(sealed) }.number)
        keystore.answer = null
        assertContentEquals(secret, vault.open(sealed))
        keystore.lose("skilling.vault")
        assertFailsWith<VaultFailure.CannotOpen> { vault.open(sealed) }
    }

    @Test
    fun `the guard never goes back, and notices damage`() {
        val guard = NoBackupRollbackGuard(context)
        assertEquals(null, guard.read())
        val first = Mark(1, ByteArray(32) { 1 })
        val second = Mark(2, ByteArray(32) { 2 })
        guard.advance(first)
        guard.advance(second)
        guard.advance(second)
        assertEquals(second, NoBackupRollbackGuard(context).read())
        assertFailsWith<GuardFailure.NotAbove> { guard.advance(first) }
        assertFailsWith<GuardFailure.NotAbove> { guard.advance(Mark(2, ByteArray(32))) }

        val file = context.noBackupFilesDir.resolve("skilling.mark")
        file.writeBytes(file.readBytes().also { it[3] = 1 })
        assertFailsWith<GuardFailure.Fault> { guard.read() }
        assertFailsWith<GuardFailure.Fault> { guard.advance(Mark(9, ByteArray(32))) }
    }

    @Test
    fun `a guard that cannot write keeps the old mark`() {
        val guard = NoBackupRollbackGuard(context)
        guard.advance(Mark(1, ByteArray(32)))
        val blocked = context.noBackupFilesDir.resolve("skilling.mark.next")
        // What a full disk and this have in common: the next file cannot be written.
        blocked.mkdirs()
        assertFailsWith<GuardFailure.Fault> { guard.advance(Mark(2, ByteArray(32))) }
        assertEquals(1, guard.read()?.counter)
        blocked.delete()
        guard.advance(Mark(2, ByteArray(32)))
        assertEquals(2, guard.read()?.counter)
    }

    private inline fun onAndroid(version: Int, block: () -> Unit) {
        val own = Build.VERSION.SDK_INT
        ReflectionHelpers.setStaticField(Build.VERSION::class.java, "SDK_INT", version)
        try {
            block()
        } finally {
            ReflectionHelpers.setStaticField(Build.VERSION::class.java, "SDK_INT", own)
        }
    }

    private fun verifies(alias: String, message: ByteArray, raw: ByteArray): Boolean {
        val certificate = java.security.KeyStore.getInstance("AndroidKeyStore").apply { load(null) }.getCertificate("skilling.$alias")
        val check = Signature.getInstance("SHA256withECDSA")
        check.initVerify(certificate.publicKey)
        check.update(message)
        return check.verify(der(raw))
    }

    private fun der(raw: ByteArray): ByteArray {
        val parts = listOf(raw.copyOf(32), raw.copyOfRange(32, 64)).map { java.math.BigInteger(1, it).toByteArray() }
        val body = parts.fold(ByteArray(0)) { all, it -> all + byteArrayOf(2, it.size.toByte()) + it }
        return byteArrayOf(0x30, body.size.toByte()) + body
    }

    private companion object {
        /** Errors of the hardware's interface (`ErrorCode`). */
        const val SECURE_HW_BUSY = -48
        const val INCOMPATIBLE_PURPOSE = -3
    }

    private fun bytes(vararg values: Int) = ByteArray(values.size) { values[it].toByte() }
}
