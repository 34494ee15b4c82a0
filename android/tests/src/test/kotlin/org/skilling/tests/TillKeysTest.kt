package org.skilling.tests

import java.security.ProviderException
import kotlin.test.Test
import kotlin.test.assertContentEquals
import kotlin.test.assertFalse
import org.junit.runner.RunWith
import org.robolectric.RobolectricTestRunner
import org.skilling.terminal.KeystoreTerminalKeys

/** Keys of a till in Android's Keystore. */
@RunWith(RobolectricTestRunner::class)
class TillKeysTest {
    @Test
    fun `a StrongBox that fails in a maker's own words is none, for tills too`() {
        val keystore = FakeKeystore().install()
        var tries = 0
        keystore.fault = { if (tries++ == 0) ProviderException("a maker's words") else null }
        val keys = KeystoreTerminalKeys("till.")
        assertContentEquals(keys.create(), keys.list().single())
        assertFalse(keystore.specs.values.single().isStrongBoxBacked)
    }
}
