package org.skilling.tests

import android.app.Activity
import android.app.job.JobParameters
import android.app.job.JobScheduler
import android.app.job.JobService
import android.content.ComponentName
import android.content.pm.PackageManager
import android.nfc.NfcAdapter
import android.nfc.Tag
import android.nfc.TagLostException
import android.nfc.tech.IsoDep
import android.os.Bundle
import android.os.Parcel
import java.util.Locale
import java.util.concurrent.CopyOnWriteArrayList
import java.util.concurrent.LinkedBlockingQueue
import java.util.concurrent.TimeUnit
import kotlin.concurrent.thread
import kotlin.test.AfterTest
import kotlin.test.BeforeTest
import kotlin.test.Test
import kotlin.test.assertEquals
import kotlin.test.assertFailsWith
import kotlin.test.assertFalse
import kotlin.test.assertIs
import kotlin.test.assertNull
import kotlin.test.assertTrue
import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.flow.first
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.withTimeout
import org.junit.runner.RunWith
import org.robolectric.Robolectric
import org.robolectric.RobolectricTestRunner
import org.robolectric.Shadows.shadowOf
import org.robolectric.annotation.Config
import org.robolectric.annotation.Implementation
import org.robolectric.annotation.Implements
import org.robolectric.shadows.ShadowCardEmulation
import org.robolectric.shadows.ShadowIsoDep
import org.robolectric.shadows.ShadowJobService
import org.robolectric.shadows.ShadowNfcAdapter
import org.skilling.Skilling
import org.skilling.SkillingException
import org.skilling.Transport
import org.skilling.terminal.ReaderModeTerminal
import org.skilling.terminal.TapEnd
import org.skilling.terminal.TapReport
import org.skilling.wallet.card.InFront
import org.skilling.wallet.card.SkillingCardService
import org.skilling.wallet.sync.SkillingSyncJob
import org.xmlpull.v1.XmlPullParser

/** An IsoDep whose far end is the phone of the test. */
@Implements(IsoDep::class)
class PhoneOnReader : ShadowIsoDep() {
    @Implementation
    override fun transceive(command: ByteArray): ByteArray = phone(command)

    companion object {
        var phone: (ByteArray) -> ByteArray = { throw TagLostException("nobody") }
    }
}

/** What Android hears of jobs: which is finished, and whether it is to come again. */
@Implements(JobService::class)
class FinishedJobs : ShadowJobService() {
    @Implementation
    override fun jobFinished(parameters: JobParameters?, isWantedAgain: Boolean) {
        seen += parameters?.jobId to isWantedAgain
    }

    companion object {
        val seen = CopyOnWriteArrayList<Pair<Int?, Boolean>>()
    }
}

/** The phone around the wallet: being in front, syncing in the background, events, and a device that reads phones. */
@RunWith(RobolectricTestRunner::class)
@Config(shadows = [PhoneOnReader::class, FinishedJobs::class])
class PhoneTest : InTown() {
    @BeforeTest
    fun device() {
        FinishedJobs.seen.clear()
        ShadowNfcAdapter.setNfcHardwareExists(true)
        shadowOf(app().packageManager).setSystemFeature(PackageManager.FEATURE_NFC, true)
        shadowOf(app().packageManager).setSystemFeature(PackageManager.FEATURE_NFC_HOST_CARD_EMULATION, true)
    }

    @AfterTest
    fun noDevice() = ShadowNfcAdapter.reset()

    @Test
    fun `only an app in front pays`() = runBlocking<Unit> {
        wallet.setInFront(false)
        val screen = Robolectric.buildActivity(Activity::class.java).create()
        InFront.follow(screen.get(), wallet)
        val review = reviewOf(till.request(kroner(10)).message)
        assertFailsWith<SkillingException.NotInFront> { wallet.agree(review) }
        screen.start().resume()
        assertEquals(ComponentName(app(), SkillingCardService::class.java), ShadowCardEmulation.getPreferredService())
        wallet.agree(review)
        screen.pause()
        assertNull(ShadowCardEmulation.getPreferredService())
        assertFailsWith<SkillingException.NotInFront> { wallet.agree(review) }
        screen.stop().destroy()
    }

    @Test
    fun `a wallet that is opened on a screen in front pays, and one that is closed there lets the screen go`() = runBlocking<Unit> {
        wallet.setInFront(false)
        val screen = Robolectric.buildActivity(Activity::class.java).setup()
        InFront.follow(screen.get(), wallet, isResumed = true)
        wallet.agree(reviewOf(till.request(kroner(10)).message))
        wallet.close()
        screen.pause().resume().pause().stop().destroy()
    }

    @Test
    fun `a process that was started for the sync alone opens its wallet meanwhile`() = runBlocking<Unit> {
        val paid = pay().token
        till.syncAll()
        app().skillingWallet = null
        val job = Robolectric.buildService(SkillingSyncJob::class.java).create()
        assertTrue(job.get().onStartJob(parameters(1)))
        app().skillingWallet = wallet
        withTimeout(60_000) { wallet.revision.first { wallet.stage(paid.paymentId) == org.skilling.wallet.Stage.SETTLED } }
        until("the job is finished") { FinishedJobs.seen.isNotEmpty() }
        assertEquals(listOf<Pair<Int?, Boolean>>(1 to false), FinishedJobs.seen)
        job.destroy()
    }

    @Test
    fun `of two syncs at once Android ends the one that it means`() = runBlocking<Unit> {
        val isAsked = CompletableDeferred<Unit>()
        val way = CompletableDeferred<Unit>()
        wallet.close()
        phone.server = Transport { call ->
            isAsked.complete(Unit)
            way.await()
            bank.line.send(call)
        }
        wallet = phone.open()
        app().skillingWallet = wallet
        val job = Robolectric.buildService(SkillingSyncJob::class.java).create()
        job.get().onStartJob(parameters(1))
        withTimeout(60_000) { isAsked.await() }
        job.get().onStartJob(parameters(2))
        assertTrue(job.get().onStopJob(parameters(1)))
        way.complete(Unit)
        until("a job is finished") { FinishedJobs.seen.isNotEmpty() }
        assertEquals(listOf<Pair<Int?, Boolean>>(2 to false), FinishedJobs.seen)
        job.destroy()
    }

    @Test
    fun `the sync is planned once, and brings the bank's word`() = runBlocking<Unit> {
        SkillingSyncJob.plan(app())
        SkillingSyncJob.plan(app())
        SkillingSyncJob.soon(app())
        val planned = app().getSystemService(JobScheduler::class.java)!!.allPendingJobs
        assertEquals(2, planned.size)
        val regular = planned.first { it.isPeriodic }
        assertTrue(regular.isPersisted)
        assertEquals(TimeUnit.HOURS.toMillis(SkillingSyncJob.EVERY_HOURS), regular.intervalMillis)

        val paid = pay().token
        till.syncAll()
        val job = Robolectric.buildService(SkillingSyncJob::class.java).create()
        assertTrue(job.get().onStartJob(null))
        withTimeout(60_000) { wallet.revision.first { wallet.stage(paid.paymentId) == org.skilling.wallet.Stage.SETTLED } }
        job.destroy()
        SkillingSyncJob.cancel(app())
        assertEquals(0, app().getSystemService(JobScheduler::class.java)!!.allPendingJobs.size)
    }

    @Test
    fun `a phone near an Android till is served`() = runBlocking<Unit> {
        val field = NfcField(Robolectric.buildService(SkillingCardService::class.java).create().get())
        PhoneOnReader.phone = field::transceive
        val screen = Robolectric.buildActivity(Activity::class.java).setup().get()
        val adapter = shadowOf(NfcAdapter.getDefaultAdapter(screen))
        adapter.setEnabled(true)
        val sale = till.request(kroner(75))
        val reports = LinkedBlockingQueue<TapReport>()
        val reader = ReaderModeTerminal(screen, till, { sale }, reports::put)
        assertTrue(reader.isAvailable)
        reader.start()
        wallet.arm(wallet.allowances().single().id, kroner(100))
        val report = besideMain {
            tap(adapter)
            checkNotNull(reports.poll(60, TimeUnit.SECONDS)) { "no report" }
        }
        assertTrue(report.isPaid && report.end == TapEnd.Done)

        PhoneOnReader.phone = { throw TagLostException("gone") }
        tap(adapter)
        assertIs<TapEnd.Torn>(checkNotNull(reports.poll(60, TimeUnit.SECONDS)).end)
        PhoneOnReader.phone = { throw IllegalStateException("driver") }
        tap(adapter)
        assertEquals("port.transceiver.undeclared", checkNotNull(reports.poll(60, TimeUnit.SECONDS)).problem)
        till.close()
        tap(adapter)
        val failed = checkNotNull(reports.poll(60, TimeUnit.SECONDS)) { "the cashier hears nothing" }
        assertEquals("shut_down", failed.problem)
        assertFalse(failed.isPaid)
        reader.stop()
        assertFalse(adapter.isInReaderMode)
    }

    @Test
    fun `a ticket for support holds versions and nothing personal`() = runBlocking<Unit> {
        val paid = pay().token
        val report = wallet.diagnostics() + till.diagnostics()
        assertTrue("library: ${Skilling.nativeVersion}" in report && "package: ${Skilling.VERSION}" in report, report)
        for (personal in listOf("Netto", "Asta", paid.paymentId, wallet.allowances().single().id)) assertFalse(personal in report)
    }

    @Test
    fun `amounts and reasons are shown in the payer's way`() {
        assertEquals("1.250,00\u00a0DKK", kroner(1_250).format(2, Locale.forLanguageTag("da")))
        assertEquals("1,250.00\u00a0DKK", kroner(1_250).format(2, Locale.UK))
        assertFalse("1250" in "${kroner(1_250)}")
        val reason = org.skilling.Reason(28, "request_already_paid")
        assertTrue(reason.words.payer.isNotEmpty() && reason.words.action.isNotEmpty())
        assertTrue(org.skilling.Reason(4_000, "unknown").words.payer.isNotEmpty())
    }

    @Test
    fun `words are there in six languages`() {
        for (language in listOf("en", "da", "sv", "nb", "fi", "et")) {
            val settings = android.content.res.Configuration().apply { setLocale(Locale.forLanguageTag(language)) }
            val words = app().createConfigurationContext(settings).getString(org.skilling.wallet.R.string.skilling_prompt_pay, "10 DKK")
            assertTrue("10 DKK" in words, "$language: $words")
        }
        val danish = android.content.res.Configuration().apply { setLocale(Locale.forLanguageTag("da")) }
        assertEquals("Betal 10 DKK", app().createConfigurationContext(danish).getString(org.skilling.wallet.R.string.skilling_prompt_pay, "10 DKK"))
    }

    @Test
    fun `nothing of the wallet lies where a backup reaches`() {
        assertTrue(phone.folder.path.startsWith(app().noBackupFilesDir.path))
        // For apps that keep it elsewhere: ordinary files, and those that are there before the phone is unlocked.
        val kept = setOf("file" to "skilling/", "device_file" to "skilling/")
        assertEquals(
            mapOf("cloud-backup" to kept, "device-transfer" to kept),
            keptBack(org.skilling.wallet.R.xml.skilling_data_extraction_rules),
        )
        assertEquals(mapOf("full-backup-content" to kept), keptBack(org.skilling.wallet.R.xml.skilling_full_backup_content))
    }

    /** What Android's rules for backups exclude: domain and path, by the element in which they stand. */
    private fun keptBack(rules: Int): Map<String, Set<Pair<String, String>>> {
        val open = ArrayDeque<String>()
        val kept = mutableMapOf<String, Set<Pair<String, String>>>()
        app().resources.getXml(rules).use { xml ->
            while (xml.next() != XmlPullParser.END_DOCUMENT) {
                if (xml.eventType == XmlPullParser.END_TAG) open.removeLast()
                if (xml.eventType != XmlPullParser.START_TAG) continue
                if (xml.name == "exclude") {
                    kept[open.last()] = kept[open.last()].orEmpty() + (xml.getAttributeValue(null, "domain") to xml.getAttributeValue(null, "path"))
                }
                open.addLast(xml.name)
            }
        }
        return kept
    }

    /** What Android gives a job; only Android makes them. */
    private fun parameters(id: Int): JobParameters {
        val made = JobParameters::class.java.declaredConstructors.filter { Parcel::class.java !in it.parameterTypes }.maxBy { it.parameterCount }
        made.isAccessible = true
        val arguments = made.parameterTypes.map { type ->
            when (type) {
                Int::class.javaPrimitiveType -> id
                Boolean::class.javaPrimitiveType -> false
                else -> null
            }
        }
        return made.newInstance(*arguments.toTypedArray<Any?>()) as JobParameters
    }

    /** The technology code of ISO-DEP is 3. Android calls in on a thread of its own. */
    private fun tap(adapter: ShadowNfcAdapter) {
        thread { adapter.dispatchTagDiscovered(Tag.createMockTag(byteArrayOf(1), intArrayOf(3), arrayOf(Bundle()), 0L)) }
    }
}
