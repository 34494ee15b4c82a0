// One state of every screen, as it is pictured in docs/screens. The payment is the fixture's.
package org.skilling.sample.till

import org.skilling.sample.kit.ShownMoney
import org.skilling.sample.kit.Simulation
import org.skilling.sample.kit.Trouble
import org.skilling.sample.screens.codeOf
import org.skilling.sample.screens.fixture
import org.skilling.sample.till.screens.Acceptance
import org.skilling.sample.till.screens.ConfirmState
import org.skilling.sample.till.screens.PaymentState
import org.skilling.sample.till.screens.ReceiptState
import org.skilling.sample.till.screens.RequestState
import org.skilling.sample.till.screens.ResultState
import org.skilling.sample.till.screens.SaleState
import org.skilling.sample.till.screens.ScanState
import org.skilling.sample.till.screens.Screen
import org.skilling.sample.till.screens.SetupState
import org.skilling.sample.till.screens.SimulatorState
import org.skilling.sample.till.screens.Standing
import org.skilling.sample.till.screens.StatusState
import org.skilling.sample.till.screens.Stored
import org.skilling.sample.till.screens.StoredState
import org.skilling.sample.till.screens.Sum
import org.skilling.sample.till.screens.Totals
import org.skilling.sample.till.screens.TotalsState
import org.skilling.sample.till.screens.Verdict

/** 2027-01-11, 09:00 in Copenhagen. */
private const val NOON = 1_799_654_400L
private const val HOUR = 3_600L
private const val DAY = 24 * HOUR

private fun dkk(minorUnits: Long) = ShownMoney(minorUnits, 208, 2)

private fun stored(minorUnits: Long, at: Long, standing: Standing, requiresUpload: Boolean) =
    Stored("9c41f6a02be7d85013aa", dkk(minorUnits), at, standing, requiresUpload)

/** By the name of their picture. */
val scenes: Map<String, () -> Screen> = linkedMapOf(
    "till-setup" to { SetupState("02a810fd3f98cef94f352ae4c30cf49a3d8774b5c2d2a54649036a810eaf240093") },
    "till-sale" to { SaleState(dkk(12_550), Acceptance.Yes(dkk(100_000), dkk(35_000), NOON + 9 * DAY), NOON - 2 * HOUR, 17) },
    "till-sale-cannot" to { SaleState(dkk(249_900), Acceptance.No(listOf(17)), null, 0) },
    "till-request" to { RequestState(dkk(12_550), "bon 1042", codeOf(fixture("request.txt"), 5), 172, hasReader = true) },
    "till-scan" to { ScanState() },
    "till-confirm" to { ConfirmState(dkk(5_000)) },
    "till-paid" to { ResultState(Verdict.PAID, dkk(12_550)) },
    "till-declined" to { ResultState(Verdict.DECLINED, dkk(12_550), reason = 23, receipt = codeOf(fixture("token.txt"), 5)) },
    "till-receipt" to { ReceiptState(codeOf(fixture("receipt.txt"), 5)) },
    "till-already" to { ResultState(Verdict.ALREADY, dkk(12_550), at = NOON - HOUR) },
    "till-torn" to { ResultState(Verdict.TORN, dkk(12_550)) },
    "till-stored" to {
        StoredState(
            listOf(
                stored(12_550, NOON, Standing.ACCEPTED, true),
                stored(8_995, NOON - HOUR, Standing.VOIDED, true),
                stored(31_200, NOON - 2 * HOUR, Standing.DECLINED, true),
                stored(6_400, NOON - DAY, Standing.SETTLED, false),
            ),
        )
    },
    "till-payment" to { PaymentState(stored(12_550, NOON, Standing.ACCEPTED, true), isSure = true) },
    "till-totals" to {
        TotalsState(NOON, listOf(Totals(Sum(41, dkk(1_184_750)), Sum(2, dkk(21_545)), Sum(3, dkk(94_200)), Sum(17, dkk(402_310)))))
    },
    "till-status" to { StatusState("Købmand Torvegade, Aarhus", NOON - 2 * HOUR, 17, listOf(dkk(402_310)), NOON - 2 * HOUR, requiresUpload = true) },
    "till-simulator" to { SimulatorState(Simulation(isPractice = true, trouble = Trouble.TORN_TAP), isPractice = true) },
)
