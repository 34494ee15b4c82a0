package org.skilling.tests

import android.os.Looper
import java.io.File
import kotlin.test.AfterTest
import kotlin.test.BeforeTest
import kotlin.test.Test
import kotlin.test.assertEquals
import kotlin.test.assertNull
import kotlin.test.assertTrue
import kotlinx.coroutines.runBlocking
import org.junit.Rule
import org.junit.rules.TemporaryFolder
import org.junit.runner.RunWith
import org.robolectric.Robolectric
import org.robolectric.RobolectricTestRunner
import org.robolectric.Shadows.shadowOf
import org.robolectric.android.controller.ServiceController
import org.skilling.wallet.SkillingWallet
import org.skilling.wallet.card.SkillingCardService

/** The card service over Android's own Messenger protocol, with the real core behind it. */
@RunWith(RobolectricTestRunner::class)
class CardServiceTest {
    @get:Rule
    val folder = TemporaryFolder()

    private lateinit var bank: Bank
    private lateinit var wallet: SkillingWallet
    private lateinit var controller: ServiceController<SkillingCardService>
    private lateinit var field: NfcField

    @BeforeTest
    fun phone() = runBlocking {
        val clock = TownClock(File(folder.root, "clock"))
        bank = Bank(folder.root, clock)
        wallet = Phone(app(), bank, clock, FakeKeystore().install()).open()
        app().skillingWallet = wallet
        controller = Robolectric.buildService(SkillingCardService::class.java).create()
        field = NfcField(controller.get())
    }

    @AfterTest
    fun away() {
        controller.destroy()
        wallet.close()
    }

    @Test
    fun `a reader that selects the wallet is answered`() {
        val answer = answered("00A4040007F0534B494C4C0100")
        assertTrue(answer.endsWith("9000"), answer)
    }

    @Test
    fun `the main thread is not kept`() {
        assertNull(controller.get().processCommandApdu("00A4040007F0534B494C4C0100".unhex(), null))
    }

    @Test
    fun `another application is not here, and garbage is answered with a status`() {
        assertEquals("6a82", answered("00A4040007A000000003101000"))
        for (garbage in listOf("", "00", "ff", "80400000", "8040000003010203", "00c00000ff", "00".repeat(300))) {
            val answer = answered(garbage)
            assertEquals(4, answer.length, "$garbage -> $answer")
        }
        assertTrue(answered("00A4040007F0534B494C4C0100").endsWith("9000"))
    }

    @Test
    fun `an answer of a tap that has ended is not sent into the next`() {
        field.send("00A4040007F0534B494C4C0100".unhex())
        shadowOf(Looper.getMainLooper()).runOneTask()
        field.leave()
        assertNull(field.heard())
    }

    @Test
    fun `a closed wallet is a failed card, and no wallet is asked to wait`() {
        wallet.close()
        assertEquals("6f00", answered("00A4040007F0534B494C4C0100"))
        app().skillingWallet = null
        assertEquals("6985", answered("00A4040007F0534B494C4C0100"))
    }

    private fun answered(command: String): String {
        field.send(command.unhex())
        return checkNotNull(field.heard()) { "no answer" }.hex()
    }
}
