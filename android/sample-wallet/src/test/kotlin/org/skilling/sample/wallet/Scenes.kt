// One state of every screen, as it is pictured in docs/screens. The payment is the fixture's.
package org.skilling.sample.wallet

import org.skilling.sample.kit.ShownMoney
import org.skilling.sample.kit.Simulation
import org.skilling.sample.kit.Trouble
import org.skilling.sample.screens.codeOf
import org.skilling.sample.screens.fixture
import org.skilling.sample.wallet.screens.ArmedState
import org.skilling.sample.wallet.screens.CodeState
import org.skilling.sample.wallet.screens.EnrolState
import org.skilling.sample.wallet.screens.Entry
import org.skilling.sample.wallet.screens.Happening
import org.skilling.sample.wallet.screens.HistoryState
import org.skilling.sample.wallet.screens.HomeState
import org.skilling.sample.wallet.screens.Outcome
import org.skilling.sample.wallet.screens.Purse
import org.skilling.sample.wallet.screens.ReceiptState
import org.skilling.sample.wallet.screens.ReviewState
import org.skilling.sample.wallet.screens.ScanState
import org.skilling.sample.wallet.screens.Screen
import org.skilling.sample.wallet.screens.SettingsState
import org.skilling.sample.wallet.screens.SimulatorState
import org.skilling.sample.wallet.screens.Standing
import org.skilling.sample.wallet.screens.TimelineState
import org.skilling.sample.wallet.screens.Todo
import org.skilling.sample.wallet.screens.TypingState
import org.skilling.sample.wallet.screens.Why

/** 2027-01-11, 09:00 in Copenhagen. */
private const val NOON = 1_799_654_400L
private const val HOUR = 3_600L
private const val DAY = 24 * HOUR
private const val SHOP = "Købmand Torvegade, Aarhus"

private fun dkk(minorUnits: Long) = ShownMoney(minorUnits, 208, 2)

private fun entry(time: Long, merchant: String, minorUnits: Long, standing: Standing, reference: String? = null) =
    Entry("00", time, merchant, dkk(minorUnits), reference, standing)

/** By the name of their picture. */
val scenes: Map<String, () -> Screen> = linkedMapOf(
    "wallet-home" to {
        HomeState(
            isOnline = false,
            purses = listOf(
                Purse.Open(dkk(187_450), dkk(100_000), 48, NOON + 30 * DAY),
                Purse.Open(ShownMoney(91_100, 752, 2), ShownMoney(50_000, 752, 2), 12, NOON + 30 * DAY),
            ),
        )
    },
    "wallet-home-soon" to {
        HomeState(isOnline = true, purses = listOf(Purse.Open(dkk(41_300), dkk(41_300), 9, NOON + 3 * DAY)), todo = Todo(Todo.Kind.UPDATE, NOON + 3 * DAY))
    },
    "wallet-home-cannot" to {
        HomeState(isOnline = false, purses = listOf(Purse.Closed(208, Why.ALLOWANCE_EXPIRY)), todo = Todo(Todo.Kind.UPDATE, NOON))
    },
    "wallet-enrol" to { EnrolState() },
    "wallet-scan" to { ScanState() },
    "wallet-review" to { ReviewState(SHOP, "DK", dkk(12_550), "bon 1042", dkk(174_900), isTillOffline = true) },
    "wallet-review-cannot" to { ReviewState(SHOP, "DK", dkk(249_900), "bon 1043", null, refusal = 17) },
    "wallet-review-again" to { ReviewState(SHOP, "DK", dkk(12_550), "bon 1042", dkk(174_900), sameAgain = NOON - 240) },
    "wallet-type" to { TypingState("Røde Kors, indsamling", dkk(5_000)) },
    "wallet-armed" to { ArmedState(dkk(35_000), 48) },
    "wallet-code" to { CodeState("00", SHOP, dkk(12_550), codeOf(fixture("token.txt"), 5)) },
    "wallet-receipt" to { ReceiptState(Outcome.PAID, SHOP, dkk(12_550), "bon 1042", NOON) },
    "wallet-receipt-declined" to { ReceiptState(Outcome.DECLINED, SHOP, dkk(12_550), "bon 1042", NOON, reason = 23) },
    "wallet-receipt-unconfirmed" to { ReceiptState(Outcome.UNCONFIRMED, SHOP, dkk(12_550), "bon 1042", NOON) },
    "wallet-history" to {
        HistoryState(
            listOf(
                entry(NOON, SHOP, 12_550, Standing.PAID),
                entry(NOON - HOUR, "Løve Apotek, Aarhus", 8_995, Standing.WAITING),
                entry(NOON - DAY, "Brugsen, Ebeltoft", 31_200, Standing.SETTLED),
                entry(NOON - DAY - 2 * HOUR, "Elgiganten, Aarhus", 99_900, Standing.DECLINED),
                entry(NOON - 3 * DAY, "Café Gemmestedet, Randers", 6_400, Standing.VOIDED),
            ),
            hasMore = true,
        )
    },
    "wallet-timeline" to {
        TimelineState(
            entry(NOON, SHOP, 12_550, Standing.SETTLED, "bon 1042"),
            listOf(
                Happening(NOON, Happening.What.SIGNED),
                Happening(NOON + 3, Happening.What.ACCEPTED),
                Happening(NOON + 2 * DAY, Happening.What.BANK_PAID),
            ),
        )
    },
    "wallet-settings" to { SettingsState(listOf("Nordbank"), NOON - DAY, null) },
    "wallet-simulator" to { SimulatorState(Simulation(isPractice = true, clockShift = 2 * DAY, trouble = Trouble.REPLAY), isPractice = true) },
)
