// The sample apps as Android starts them: application, activity, first screens, the simulator.
package org.skilling.tests

import android.Manifest
import android.app.Activity
import android.content.pm.PackageManager
import android.os.Vibrator
import android.view.View
import android.widget.EditText
import java.io.File
import java.nio.file.Files
import kotlin.test.Test
import kotlin.test.assertContentEquals
import kotlin.test.assertEquals
import kotlin.test.assertFalse
import kotlin.test.assertIs
import kotlin.test.assertNotNull
import kotlin.test.assertNotSame
import org.junit.runner.RunWith
import org.robolectric.Robolectric
import org.robolectric.RobolectricTestRunner
import org.robolectric.RuntimeEnvironment
import org.robolectric.Shadows.shadowOf
import org.robolectric.annotation.Config
import org.skilling.Clock
import org.skilling.sample.kit.R as KitR
import org.skilling.sample.till.R as TillR
import org.skilling.sample.till.TillActivity
import org.skilling.sample.till.TillApplication
import org.skilling.sample.till.TillPresenter
import org.skilling.sample.till.patternOf
import org.skilling.sample.till.screens.Act
import org.skilling.sample.till.screens.RequestState
import org.skilling.sample.till.screens.ResultState
import org.skilling.sample.till.screens.SaleState
import org.skilling.sample.till.screens.SetupState
import org.skilling.sample.till.screens.SimulatorState
import org.skilling.sample.till.screens.StatusState
import org.skilling.sample.till.screens.Verdict
import org.skilling.sample.wallet.R as WalletR
import org.skilling.sample.wallet.WalletActivity
import org.skilling.sample.wallet.WalletApplication
import org.skilling.sample.wallet.screens.EnrolState
import org.skilling.sample.wallet.screens.HomeState
import org.skilling.sample.wallet.screens.Purse
import org.skilling.sample.wallet.screens.ScanState
import org.skilling.sample.wallet.screens.SettingsState
import org.skilling.sample.wallet.screens.SimulatorState as WalletSimulatorState
import org.skilling.sample.wallet.screens.Todo
import org.skilling.terminal.KeystoreTerminalKeys
import org.skilling.terminal.TerminalSettings
import org.skilling.wallet.AttestationKind
import org.skilling.wallet.WalletSettings

private fun folder(): File = Files.createTempDirectory("samples").toFile()

/** The sample wallet's application, whose bank is a real server of this test. */
class TownWallet : WalletApplication() {
    private val folder = folder()
    private val clock = TownClock(File(folder, "clock"))
    val bank by lazy { Bank(folder, clock).serve() }

    /** What the sample opens its wallet with where no test does. */
    lateinit var asShipped: WalletSettings

    override fun settings(): WalletSettings {
        asShipped = super.settings()
        val phone = Phone(this, bank, clock, FakeKeystore().install())
        return WalletSettings(
            roots = listOf(bank.root),
            server = simulated(bank.line),
            keys = phone.keys,
            vault = phone.vault,
            guard = phone.guard,
            clock = Clock { clock.now() + simulation.value.clockShift },
        )
    }
}

/** The sample till's application, likewise. */
class TownTill : TillApplication() {
    private val folder = folder()
    private val clock = TownClock(File(folder, "clock"))
    val bank by lazy { Bank(folder, clock).serve() }

    override fun settings(): TerminalSettings {
        FakeKeystore().install()
        return TerminalSettings(listOf(bank.root), simulated(bank.line), KeystoreTerminalKeys(), clock = clock)
    }
}

@RunWith(RobolectricTestRunner::class)
class SampleAppsTest {
    @Test
    @Config(application = TownWallet::class)
    fun `the sample wallet as it comes is one for the test bank on the same desk`() {
        val app = RuntimeEnvironment.getApplication() as TownWallet
        until("the wallet is open") { app.skillingWallet != null }
        assertEquals("http://10.0.2.2:8460", app.getString(WalletR.string.skilling_server))
        assertEquals(AttestationKind.NONE, app.asShipped.keys.attestationKind, "`skilling issuer serve` takes no other")
        app.bank.close()
    }

    @Test
    @Config(application = TownWallet::class)
    fun `somebody adds a bank, can pay, and is told when the bank cannot be reached`() {
        val app = RuntimeEnvironment.getApplication() as TownWallet
        Robolectric.buildActivity(WalletActivity::class.java).use { controller ->
            val activity = controller.setup().get()
            until("the wallet is open") { activity.presenter != null }
            val screen = assertNotNull(activity.presenter).screen
            awaitThat(screen) { it is HomeState && it.todo?.act == Todo.Kind.ENROL }

            activity.press(WalletR.id.enrol)
            awaitThat(screen) { it is EnrolState }
            activity.findViewById<EditText>(WalletR.id.enrol_code)!!.setText(app.bank.customer(5_000))
            activity.press(WalletR.id.enrol_now)
            val home = awaitThat(screen) { it is HomeState } as HomeState
            assertEquals(200_000L, assertIs<Purse.Open>(home.purses.single()).total.minorUnits)

            activity.press(WalletR.id.settings)
            awaitThat(screen) { it is SettingsState }
            activity.press(WalletR.id.simulator)
            awaitThat(screen) { it is WalletSimulatorState }
            activity.press(WalletR.id.sim_network)
            awaitThat(screen) { (it as? WalletSimulatorState)?.simulation?.hasNetwork == false }
            activity.press(KitR.id.back)
            awaitThat(screen) { it is SettingsState }
            activity.press(WalletR.id.update)
            val told = awaitThat(screen) { it is HomeState && it.notice != null } as HomeState
            assertEquals(WalletR.string.not_updated, told.notice)
            assertIs<Purse.Open>(told.purses.single())
        }
        app.bank.close()
    }

    @Test
    @Config(application = TownWallet::class)
    fun `who lets the wallet use the camera looks through it at once, and again after another app was in front`() {
        val app = RuntimeEnvironment.getApplication() as TownWallet
        shadowOf(app.packageManager).setSystemFeature(PackageManager.FEATURE_CAMERA_ANY, true)
        Robolectric.buildActivity(WalletActivity::class.java).use { controller ->
            val activity = controller.setup().get()
            until("the wallet is open") { activity.presenter != null }
            val screen = assertNotNull(activity.presenter).screen
            awaitThat(screen) { it is HomeState && it.todo?.act == Todo.Kind.ENROL }
            activity.press(WalletR.id.enrol)
            awaitThat(screen) { it is EnrolState }
            activity.findViewById<EditText>(WalletR.id.enrol_code)!!.setText(app.bank.customer(5_000))
            activity.press(WalletR.id.enrol_now)
            awaitThat(screen) { it is HomeState && it.purses.isNotEmpty() }

            activity.press(WalletR.id.scan)
            awaitThat(screen) { it == ScanState(hasCamera = false) }
            assertContentEquals(arrayOf(Manifest.permission.CAMERA), shadowOf(activity).lastRequestedPermission.requestedPermissions)
            // Android's question lies over the app until it is answered.
            controller.pause()
            shadowOf(app).grantPermissions(Manifest.permission.CAMERA)
            activity.onRequestPermissionsResult(0, arrayOf(Manifest.permission.CAMERA), intArrayOf(PackageManager.PERMISSION_GRANTED))
            controller.resume()
            awaitThat(screen) { it == ScanState(hasCamera = true) }
            until("the camera's picture is there") { activity.preview() != null }

            val first = assertNotNull(activity.preview())
            controller.pause().resume()
            settle()
            assertEquals<Any>(ScanState(hasCamera = true), screen.value)
            assertNotSame(first, assertNotNull(activity.preview()))
        }
        app.bank.close()
    }

    @Test
    @Config(application = TownTill::class)
    fun `somebody sets a till up, and feels what it says`() {
        val app = RuntimeEnvironment.getApplication() as TownTill
        val asked = Robolectric.buildActivity(TillActivity::class.java).use { controller ->
            val activity = controller.setup().get()
            until("the till is open") { activity.presenter != null }
            (awaitThat(assertNotNull(activity.presenter).screen) { it is SetupState } as SetupState).key
        }
        // Started again, because a certificate takes its time.
        Robolectric.buildActivity(TillActivity::class.java).use { controller ->
            val activity = controller.setup().get()
            until("the till is open") { activity.presenter != null }
            val presenter = assertNotNull(activity.presenter)
            val screen = presenter.screen
            val setup = awaitThat(screen) { it is SetupState } as SetupState
            assertEquals(asked, setup.key)
            activity.findViewById<EditText>(TillR.id.certificate)!!.setText(app.bank.certify(setup.key.unhex()).hex())
            activity.press(TillR.id.certify)
            awaitThat(screen) { it is SaleState }
            assertFalse(app.uncertified.exists(), "the next certificate would be for an old key")

            activity.press(TillR.id.status)
            awaitThat(screen) { (it as? StatusState)?.merchant == Bank.MERCHANT }
            activity.press(TillR.id.simulator)
            awaitThat(screen) { it is SimulatorState }
            activity.press(TillR.id.sim_practice)
            awaitThat(screen) { it is SimulatorState && it.isPractice }
            feels(activity, presenter, 0, Verdict.PAID)
            feels(activity, presenter, 8, Verdict.DECLINED)
        }
        app.bank.close()
    }

    private fun feels(activity: Activity, presenter: TillPresenter, code: Int, verdict: Verdict) {
        presenter.act(Act.Practise(code))
        awaitThat(presenter.screen) { it is RequestState }
        activity.press(TillR.id.scan)
        assertEquals(verdict, await<ResultState>(presenter.screen).verdict)
        val vibrator = shadowOf(activity.getSystemService(Vibrator::class.java))
        assertContentEquals(patternOf(verdict), vibrator.pattern)
    }

    private fun Activity.preview(): View? = findViewById(KitR.id.viewfinder)

    private fun Activity.press(id: Int) = press(window.decorView, id)
}
