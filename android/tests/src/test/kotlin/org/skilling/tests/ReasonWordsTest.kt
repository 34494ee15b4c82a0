// The words of reason codes in resources: none missing, and in English those of the core's registry.
package org.skilling.tests

import kotlin.test.Test
import kotlin.test.assertEquals
import kotlin.test.assertNotEquals
import org.junit.runner.RunWith
import org.robolectric.RobolectricTestRunner
import org.robolectric.RuntimeEnvironment
import org.skilling.Reason
import org.skilling.ReasonWords
import org.skilling.core.ffi.reasonInfo

@RunWith(RobolectricTestRunner::class)
class ReasonWordsTest {
    @Test
    fun `every code of the registry is said to payer and cashier as the registry says it`() {
        RuntimeEnvironment.setQualifiers("en-rGB")
        val known = (0..999).filter { reasonInfo(it.toUInt()) != null }
        assertEquals(known, ReasonWords.codes.toList())
        for (code in known) {
            val registry = Reason(code, "").words
            assertEquals(registry.payer, ReasonWords.payer(app(), code))
            assertEquals(registry.cashier, ReasonWords.cashier(app(), code))
        }
        assertEquals("The payment was refused.", ReasonWords.payer(app(), 39))
    }

    @Test
    fun `a phone in Danish says them in Danish`() {
        val english = ReasonWords.payer(app(), 18)
        RuntimeEnvironment.setQualifiers("da-rDK")
        assertNotEquals(english, ReasonWords.payer(app(), 18))
    }
}
