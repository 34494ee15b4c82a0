// The sample wallet's screens, driven as a person drives them: models on the real core, views by their words.
import Foundation
import SwiftUI
import Testing

@testable import SampleWallet
@testable import Skilling

@MainActor struct SampleScreens {
    let town: Town
    let wallet: SkillingWallet
    let till: SkillingTerminal
    let presenter: Scripted
    let app: AppModel

    init() async throws {
        town = try Town()
        wallet = try await Phone(in: town).ready()
        till = try await town.till()
        presenter = Scripted()
        app = AppModel(wallet: wallet, transport: try town.transport(), presenter: presenter)
        await app.isInFront(true)
    }

    private var shown: StubNode { SampleWalletView(model: app).stub }

    @Test func homeSaysWhatCanBePaidAndUntilWhen() async throws {
        let line = try #require(app.home.lines?.first)
        #expect(line.canPay && line.headline.contains("1,000.00") && line.details.count == 2)
        #expect(shown.words.contains(line.headline) && shown.words.contains("[Scan a code]"))
        town.clock.advance(days: 400)
        await app.home.look()
        let ended = try #require(app.home.lines?.first)
        #expect(!ended.canPay && ended.headline == "You cannot pay without a network now" && !ended.details[0].isEmpty)
        #expect(shown.words.contains("[Pay by tap] off"))
    }

    @Test func aPayerScansReviewsPaysAndScansTheReceipt() async throws {
        let request = try await till.request(dkk(12_550), reference: "42")
        app.scan(for: .request)
        #expect(shown.words.contains("# Scan the till's code"))
        await app.scanned(request.message)
        guard case .review(let review) = app.screen else { Issue.record("no review"); return }
        #expect(shown.words.contains("To: Netto") && shown.words.contains("Reference: 42"))
        #expect(shown.words.contains { $0.hasPrefix("Amount: ") && $0.contains("125.50") })
        await review.agree()
        guard case .code(let code) = app.screen else { Issue.record("no code: \(review.state)"); return }
        await code.draw()
        #expect(code.code != nil && code.problem == nil)
        #expect(shown.labels.contains { $0.contains("125.50") }, "a code cannot be read aloud")
        let token = try await wallet.pays(request.message)
        let answered = try #require(try await till.accept(token.message).accepted)
        app.scan(for: .receipt)
        await app.scanned(answered.receipt)
        #expect(shown.words.contains("Paid"))
        await app.history()
        #expect(shown.words.contains("Netto: DKK 125.50") || shown.words.contains { $0.hasPrefix("Netto: ") })
        await app.open(answered.payment)
        guard case .payment(let payment) = app.screen else { return }
        #expect(payment.lines.map(\.what) == ["Signed by this phone", "The till: Paid"])
    }

    @Test func aRefusalIsShownAndPayingGoesOn() async throws {
        app.scan(for: .request)
        await app.scanned(Data([1, 2, 3]))
        #expect(app.problem == "This is no code of this system. Scan again.")
        let request = try await till.request(dkk(150_000))
        await app.scanned(request.message)
        guard case .review(let review) = app.screen else { return }
        #expect(!review.canAgree && review.refusal != nil)
        #expect(shown.words.contains(review.refusal ?? "?"))
        await review.decline()
        guard case .home = app.screen else { Issue.record("home is next"); return }
    }

    @Test func aPrintedCodeTakesAnAmountAsPeopleWriteIt() async throws {
        let printed = try await till.printedRequest(in: .dkk)
        app.scan(for: .request)
        await app.scanned(printed.message)
        guard case .review(let review) = app.screen else { return }
        #expect(review.asksAmount && !review.canAgree)
        for wrong in ["", "abc", "12,345", "1.2.3", "-5", "12,", "1e3"] {
            review.typedAmount = wrong
            await review.enterAmount()
            #expect(review.asksAmount, "\(wrong)")
        }
        review.typedAmount = "12,50"
        await review.enterAmount()
        #expect(review.review.amount == dkk(1_250) && review.canAgree)
        await review.agree()
        guard case .code = app.screen else { Issue.record("\(review.state)"); return }
    }

    @Test func theSameAgainIsAskedTwice() async throws {
        let first = try await wallet.pays(till.request(dkk(900)).message)
        try await wallet.presented(first.payment)
        app.scan(for: .request)
        await app.scanned(try await till.request(dkk(900)).message)
        guard case .review(let review) = app.screen else { return }
        #expect(review.warning != nil && shown.words.contains(review.warning ?? "?"))
        await review.agree()
        guard case .review = app.screen else { Issue.record("the first press takes note only"); return }
        #expect(review.warning == nil)
        await review.agree()
        guard case .code = app.screen else { Issue.record("\(review.state)"); return }
    }

    @Test func anArmedTapPaysAndShowsTheReceipt() async throws {
        let following = Task { await app.follow() }
        defer { following.cancel() }
        await app.tap()
        guard case .tap(let tap) = app.screen else { return }
        #expect(tap.canArm && tap.words.contains("1,000.00"))
        let (till, request) = (till, try await till.request(dkk(5_000)))
        presenter.act = { card in
            let report = try? await till.tap(Antenna(card), sale: request.id)
            return report?.sale?.accepted == nil ? .passed : .done
        }
        await tap.arm()
        #expect(tap.state == .ended(.done))
        for _ in 0..<600 {
            if case .receipt = app.screen { break }
            try await Task.sleep(nanoseconds: 50_000_000)
        }
        guard case .receipt(let receipt) = app.screen else { Issue.record("no receipt"); return }
        #expect(receipt.isPaid && shown.words.contains("Paid"))
    }

    @Test(arguments: [
        (TapModel.Ended.coolingDown(seconds: 15), "15"), (.unavailable, "code"), (.passed, "Nothing was paid"),
    ])
    func aTapThatCannotBeSaysWhatToDo(ended: TapModel.Ended, words: String) async throws {
        await app.tap()
        guard case .tap(let tap) = app.screen else { return }
        presenter.act = { _ in ended }
        await tap.arm()
        #expect(tap.words.contains(words) && shown.words.contains(tap.words))
        // What was armed and not used is taken back.
        let report = try await till.tap(Antenna(wallet.card), sale: till.request(dkk(100)).id, giveUpAfter: 1)
        #expect(report.sale == nil)
    }

    @Test func settingsEnrolSyncAndReport() async throws {
        let fresh = try await Phone(in: town).open()
        let app = AppModel(wallet: fresh, transport: try town.transport(), presenter: presenter)
        await app.isInFront(true)
        #expect(app.home.hint?.contains("Enrol") == true)
        await app.settings()
        guard case .settings(let settings) = app.screen else { return }
        settings.code = "no such code"
        await settings.enrol(wanting: dkk(50_000))
        #expect(settings.result != "Done" && settings.banks.isEmpty)
        settings.code = try town.customer()
        await settings.enrol(wanting: dkk(50_000))
        #expect(settings.result == "Done" && settings.banks.count == 1)
        await settings.sync()
        #expect(settings.result == "Done")
        await settings.makeReport()
        #expect(settings.report?.contains("library:") == true)
        town.networkDown()
        await settings.sync()
        #expect(settings.result?.contains("No answer") == true)
        await app.goHome()
        #expect(app.home.canPay)
    }

    @Test func everyControlHasALabelOnEveryScreen() async throws {
        let request = try await till.request(dkk(100)).message
        app.scan(for: .request)
        #expect(shown.unlabelled == 0 && !shown.buttons.isEmpty)
        await app.scanned(request)
        #expect(shown.unlabelled == 0 && shown.buttons.count == 2)
        for open in [app.tap, app.history, app.settings, app.goHome] {
            await open()
            #expect(shown.unlabelled == 0 && !shown.buttons.isEmpty)
            #expect(shown.words.contains { $0.hasPrefix("# ") }, "every screen has a title")
        }
        #expect(shown.press("Settings"))
    }
}

/// A reader that does what the test says.
final class Scripted: Presenting, @unchecked Sendable {
    var act: @Sendable (any CardEmulation) async -> TapModel.Ended = { _ in .unavailable }

    func present(
        _ card: any CardEmulation, message: String, isDone: @escaping @Sendable () -> Bool,
        progress: @escaping @Sendable (TapModel.Progress) -> Void
    ) async -> TapModel.Ended {
        progress(.reading)
        return await act(card)
    }
}
