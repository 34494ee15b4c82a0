// The practice mode on the real core: every reason code reaches its screen, taps tear, codes are shown twice, clocks run wild.
import Foundation
import Testing

@testable import SampleWallet
@testable import Skilling

@MainActor struct PracticeMode {
    let town: Town
    let app: AppModel

    init() async throws {
        town = try Town()
        app = AppModel(
            wallet: try await Phone(in: town).open(), transport: try town.transport(), presenter: Scripted(), now: town.clock.now)
        await app.isInFront(true)
        await app.setPractice(true)
        #expect(app.practice != nil, "\(app.problem ?? "")")
    }

    private var shown: [String] { SampleWalletView(model: app).stub.words }

    private func simulatorScreen() -> SimulatorModel? {
        app.simulator()
        if case .simulator(let model) = app.screen { return model }
        return nil
    }

    /// Agrees to whatever is asked.
    private func agree() async {
        guard case .review(let review) = app.screen else { return }
        await review.agree()
    }

    @Test func practiceHasMoneyAndPaysAtOnceAndTheRealWalletIsUntouched() async throws {
        #expect(app.home.canPay && shown.contains("Practice: nothing here is paid"))
        await app.scan(for: .request)
        #expect(shown.contains { $0.hasPrefix("To: Simulated Shop") })
        await agree()
        guard case .receipt(let receipt) = app.screen else { Issue.record("\(app.screen)"); return }
        #expect(receipt.isPaid && shown.contains("Paid"))
        await app.setPractice(false)
        await app.history()
        #expect(shown.contains("No payments yet.") && !shown.contains("Practice: nothing here is paid"))
        await app.goHome()
        #expect(app.home.todo == .enrol)
    }

    /// Whatever a till or a wallet can say to a payer is on a screen, in words.
    @Test func everyReasonThatAPayerMayMeetIsShown() async throws {
        let simulator = try #require(simulatorScreen())
        #expect(simulator.amounts.count == Reason.all.filter { (1..<50).contains($0.code) }.count)
        // "Already paid" is said of the payment before.
        await app.practise(Practice.plainAmount)
        await agree()
        var silent: [String] = []
        for magic in simulator.amounts {
            await simulator.practise(magic)
            let before = shown
            await agree()
            let seen = (before + shown).joined(separator: "\n")
            // Said by the wallet itself, in its own words: what is no request, what none of its allowances may do, a payer who refused, a
            // phone that is locked, a guard that failed. A receipt that nobody believes leaves a payment that is not confirmed.
            let hasOwnWords = ["malformed", "no_allowance", "payer_refused", "wallet_busy", "wallet_storage_failed"]
                .contains(magic.reason.name)
            let isDisbelieved = seen.contains("Not confirmed")
            let isPaid = seen.split(separator: "\n").contains("Paid")
            if isPaid || (!seen.contains(magic.words) && !hasOwnWords && !isDisbelieved) {
                silent.append("\(magic.reason.code) \(magic.reason.name): \(seen)")
            }
            await app.goHome()
        }
        #expect(silent == [])
        await app.practise(Practice.plainAmount)
        await agree()
        guard case .receipt(let receipt) = app.screen else { Issue.record("the next payment works"); return }
        #expect(receipt.isPaid)
    }

    @Test func aTornTapIsNotConfirmedAndASecondShowingSettlesIt() async throws {
        await simulatorScreen()?.tornTap()
        await agree()
        guard case .payment(let torn) = app.screen else { Issue.record("\(shown)"); return }
        #expect(torn.isWaiting && shown.contains("State: Not confirmed"))
        await app.showAgain(torn.payment)
        guard case .receipt(let receipt) = app.screen else { Issue.record("\(shown)"); return }
        #expect(receipt.isPaid)
    }

    @Test func theSameCodeASecondTimeIsPaidOnce() async throws {
        await app.scan(for: .request)
        await agree()
        await simulatorScreen()?.replay()
        guard case .receipt(let receipt) = app.screen else { Issue.record("\(shown)"); return }
        #expect(receipt.isPaid)
        await app.history()
        guard case .history(let history) = app.screen else { return }
        #expect(history.lines.count == 1)
    }

    @Test func aKeyThatTheBankHasStoppedPaysNothing() async throws {
        await simulatorScreen()?.revokedKey()
        await agree()
        guard case .receipt(let receipt) = app.screen else { Issue.record("\(shown)"); return }
        #expect(!receipt.isPaid && shown.contains("Your bank has stopped this offline money. Nothing was paid."))
    }

    @Test func withoutANetworkTheBankDoesNotAnswerAndPayingGoesOn() async throws {
        let simulator = try #require(simulatorScreen())
        await simulator.setNetwork(false)
        #expect(shown.contains("(off) Network"))
        await app.home.update()
        #expect(app.home.notice == "The bank did not answer. The app tries again by itself.")
        #expect(app.home.network == "No network. You can still pay.")
        await app.scan(for: .request)
        await agree()
        guard case .receipt(let receipt) = app.screen else { Issue.record("\(shown)"); return }
        #expect(receipt.isPaid)
    }

    @Test func aClockThatRunsAheadEndsTheMoneyAndTheRightTimeBringsItBack() async throws {
        let simulator = try #require(simulatorScreen())
        await simulator.moveClock(days: 40)
        #expect(simulator.hoursAhead == 960 && !app.home.canPay)
        await simulator.resetClock()
        #expect(simulator.hoursAhead == 0 && app.home.canPay)
    }

    @Test func anArmedTapMeetsThePracticeReader() async throws {
        await app.tap()
        guard case .tap(let tap) = app.screen else { return }
        await tap.arm()
        #expect(tap.state == .ended(.done))
    }
}
