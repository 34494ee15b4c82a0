// The sample wallet's screens, driven as a person drives them: models on the real core, views by their words.
import Foundation
import Network
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
        app = AppModel(wallet: wallet, transport: try town.transport(), presenter: presenter, now: town.clock.now)
        await app.isInFront(true)
    }

    private var shown: StubNode { SampleWalletView(model: app).stub }

    @Test func homeSaysWhatCanBePaidAndUntilWhen() async throws {
        let purse = try #require(app.home.purses?.first)
        #expect(purse.canPay && purse.amount?.contains("1,000.00") == true && purse.why == nil)
        #expect(purse.facts.map(\.label) == ["At most at once", "Payments left", "Until"])
        #expect(shown.words.contains("You can pay without a network") && shown.words.contains("[Scan the till's code]"))
        #expect(shown.words.contains("Connected"))
        town.clock.advance(days: 400)
        await app.home.look()
        let ended = try #require(app.home.purses?.first)
        #expect(!ended.canPay && ended.headline == "No payments in DKK" && ended.why?.isEmpty == false)
        #expect(shown.words.contains(ended.headline) && !shown.words.contains("[Hold to the till]"))
        #expect(shown.words.contains("[Update now]"), "what helps is offered")
    }

    @Test func aPayerScansReviewsPaysAndScansTheReceipt() async throws {
        let request = try await till.request(dkk(12_550), reference: "42")
        await app.scan(for: .request)
        #expect(shown.words.contains("# Scan the till's code"))
        #expect(await app.scanned(request.message))
        guard case .review(let review) = app.screen else { Issue.record("no review"); return }
        #expect(shown.words.contains("To: Netto") && shown.words.contains("Reference: 42"))
        #expect(shown.words.contains("Country: Denmark") && shown.words.contains { $0.contains("125.50") })
        #expect(review.agreeTitle.hasPrefix("Pay ") && shown.words.contains { $0.hasPrefix("Left afterwards: ") })
        await review.agree()
        guard case .code(let code) = app.screen else { Issue.record("no code: \(review.state)"); return }
        await code.draw()
        #expect(code.code != nil && code.problem == nil)
        #expect(shown.labels.contains { $0.contains("125.50") }, "a code cannot be read aloud")
        #expect(shown.unscrolled == [])
        let token = try await wallet.pays(request.message)
        let answered = try #require(try await till.accept(token.message).accepted)
        await app.scan(for: .receipt)
        #expect(await app.scanned(answered.receipt))
        #expect(shown.words.contains("Paid") && shown.words.contains("To: Netto"))
        await app.history()
        #expect(shown.words.contains { $0.hasPrefix("Netto: ") && $0.contains("125.50") })
        await app.open(answered.payment)
        guard case .payment(let payment) = app.screen else { return }
        #expect(payment.lines.map(\.what) == ["You agreed to pay", "The till said paid"] && !payment.isWaiting)
    }

    @Test func aPaymentThatNobodyAnsweredIsShownAgainFromTheHistory() async throws {
        let request = try await till.request(dkk(500))
        let token = try await wallet.pays(request.message)
        await app.history()
        #expect(shown.words.contains { $0.hasSuffix(": Not confirmed") })
        await app.open(token.payment)
        #expect(shown.words.contains("[Show the code again]"))
        await app.showAgain(token.payment)
        guard case .code(let code) = app.screen else { Issue.record("no code"); return }
        #expect(code.token.message == token.message && code.isRepeat)
        #expect(shown.words.contains("You have paid this already. This is the same code again."))
        let answered = try #require(try await till.accept(token.message).accepted)
        _ = try await wallet.take(receipt: answered.receipt)
        await app.showAgain(token.payment)
        guard case .payment(let payment) = app.screen else { Issue.record("it was answered"); return }
        #expect(!payment.isWaiting)
    }

    @Test func aRefusalIsShownAndPayingGoesOn() async throws {
        await app.scan(for: .request)
        guard case .scan(let scan) = app.screen else { return }
        await scan.saw(.several(2))
        #expect(scan.hint == "Several codes are in view. Show only one.")
        await scan.saw(.message(Data([1, 2, 3])))
        #expect(scan.hint == "This is not a code from a till." && shown.words.contains(scan.hint))
        scan.cannotLook()
        #expect(!shown.words.contains { $0.hasPrefix("{") } && shown.words.contains(scan.hint))
        let request = try await till.request(dkk(150_000))
        #expect(await app.scanned(request.message))
        guard case .review(let review) = app.screen else { return }
        #expect(!review.canAgree && review.refusal != nil)
        #expect(shown.words.contains(review.refusal ?? "?") && shown.buttons.map(\.title) == ["Do not pay"])
        await review.decline()
        guard case .home = app.screen else { Issue.record("home is next"); return }
    }

    @Test func theCamerasPictureIsShownWhileItLooks() async throws {
        await app.scan(for: .request)
        #expect(shown.words.contains("{AVCaptureVideoPreviewLayer}") && shown.labels.contains("Camera picture"))
        let view = Viewfinder(session: CameraScanner().session).makeUIView(context: .stub)
        #expect(view.previewLayer?.session != nil && view.previewLayer?.videoGravity == .resizeAspectFill)
    }

    @Test func aPrintedCodeTakesAnAmountAsPeopleWriteIt() async throws {
        let printed = try await till.printedRequest(in: .dkk)
        await app.scan(for: .request)
        #expect(await app.scanned(printed.message))
        guard case .review(let review) = app.screen else { return }
        #expect(review.asksAmount && !review.canAgree && shown.words.contains("# How much?"))
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

    @Test func theSameAgainIsNamedASecondPayment() async throws {
        let first = try await wallet.pays(till.request(dkk(900)).message)
        try await wallet.presented(first.payment)
        await app.scan(for: .request)
        let second = try await till.request(dkk(900))
        #expect(await app.scanned(second.message))
        guard case .review(let review) = app.screen else { return }
        #expect(review.warning != nil && shown.words.contains(review.warning ?? "?"))
        #expect(review.agreeTitle == "Pay a second time")
        await review.agree()
        guard case .code = app.screen else { Issue.record("\(review.state)"); return }
    }

    @Test func theNetworkIsTold() async throws {
        let network = SwitchedNetwork()
        let app = AppModel(wallet: wallet, transport: try town.transport(), presenter: presenter, network: network)
        await app.isInFront(true)
        let following = Task { await app.followNetwork() }
        defer { following.cancel() }
        network.become(false)
        try await until { !app.home.isOnline }
        #expect(app.home.network == "No network. You can still pay.")
        town.networkDown()
        await app.home.update()
        #expect(app.home.notice == "The bank did not answer. The app tries again by itself.")
        await app.setPractice(true)
        #expect(app.home.isOnline)
        await app.setPractice(false)
        #expect(!app.home.isOnline, "the phone still has no network")
        network.become(true)
        try await until { app.home.isOnline }
        #expect(app.home.network == "Connected")
    }

    @Test func theSystemsNetworkIsFollowed() async throws {
        // One for all tests: nobody else looks at it.
        NWPathMonitor.stubBecome(.unsatisfied)
        #expect(await SystemNetwork().states.first(where: { !$0 }, within: 60) == false)
        NWPathMonitor.stubBecome(.satisfied)
        #expect(await SystemNetwork().states.first(where: { $0 }, within: 60) == true)
    }

    @Test func anArmedTapPaysAndShowsTheReceipt() async throws {
        let following = Task { await app.follow() }
        defer { following.cancel() }
        await app.tap()
        guard case .tap(let tap) = app.screen else { return }
        #expect(tap.canArm && tap.atMost?.value.contains("1,000.00") == true && tap.words == "Hold the phone to the till")
        let (till, request) = (till, try await till.request(dkk(5_000)))
        presenter.act = { card in
            let report = try? await till.tap(Antenna(card), sale: request.id)
            return report?.sale?.accepted == nil ? .passed : .done
        }
        await tap.arm()
        #expect(tap.state == .ended(.done))
        try await until { if case .receipt = app.screen { true } else { false } }
        guard case .receipt(let receipt) = app.screen else { Issue.record("no receipt"); return }
        #expect(receipt.isPaid && shown.words.contains("Paid"))
    }

    /// Face ID and the sheet of a tap lie over the app, which is inactive then and often still when the answer comes.
    @Test func whatPayingItselfLaysOverTheAppStopsNoPayment() async throws {
        let phone = Phone(in: town)
        try await phone.ready().shutDown()
        let keys = CoveringKeys(phone.keys)
        let wallet = try await phone.open(keys: keys)
        let app = AppModel(wallet: wallet, transport: try town.transport(), presenter: presenter, now: town.clock.now)
        await app.moved(to: AppModel.Place(.active))
        keys.prompt = { await app.moved(to: AppModel.Place(.inactive)) }
        await app.scan(for: .request)
        #expect(try await app.scanned(till.request(dkk(2_000)).message))
        guard case .review(let review) = app.screen else { Issue.record("no review"); return }
        await review.agree()
        guard case .code = app.screen else { Issue.record("\(review.state)"); return }
        await app.tap()
        guard case .tap(let tap) = app.screen else { return }
        let (till, request) = (till, try await till.request(dkk(3_000)))
        presenter.act = { card in
            await app.moved(to: AppModel.Place(.inactive))
            return (try? await till.tap(Antenna(card), sale: request.id))?.isPaid == true ? .done : .passed
        }
        await tap.arm()
        #expect(tap.state == .ended(.done))
        // Gone is gone.
        await app.moved(to: AppModel.Place(.background))
        await #expect { _ = try await wallet.pays(till.request(dkk(100)).message) } throws: {
            ($0 as? SkillingError)?.kind == .notInFront
        }
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

    @Test func settingsEnrolUpdateAndReport() async throws {
        let fresh = try await Phone(in: town).open()
        let app = AppModel(wallet: fresh, transport: try town.transport(), presenter: presenter)
        var shown: StubNode { SampleWalletView(model: app).stub }
        await app.isInFront(true)
        #expect(app.home.todo == .enrol && shown.words.contains("Log in at your bank to get offline money"))
        await app.settings()
        #expect(shown.words.contains("No bank yet") && shown.words.contains("Not updated yet"))
        app.enrol()
        guard case .enrol(let enrol) = app.screen else { return }
        enrol.code = "no such code"
        await enrol.enrol(wanting: Want(limit: dkk(50_000)))
        #expect(enrol.notice == "The bank did not take this code. Check it, or ask for a new one.")
        #expect(shown.words.contains(enrol.notice ?? "?"))
        enrol.code = " \(try town.customer()) "
        await enrol.enrol(wanting: Want(limit: dkk(50_000)))
        guard case .home = app.screen else { Issue.record("\(enrol.notice ?? "")"); return }
        #expect(app.home.notice == "Everything is up to date." && app.home.canPay)
        await app.settings()
        guard case .settings(let settings) = app.screen else { return }
        #expect(settings.banks.count == 1 && settings.synced.hasPrefix("Last updated"))
        await app.home.update()
        #expect(app.home.notice == "Everything is up to date.")
        await settings.makeReport()
        #expect(settings.report?.contains("library:") == true)
    }

    @Test func aPhoneWithoutPasscodeSaysSoAndGetsItsMoneyOnceItHasOne() async throws {
        let phone = Phone(in: town)
        let passcode = Passcode()
        let fresh = try await phone.open(
            keys: SecureEnclaveDeviceKeys(
                service: phone.service, attestation: nil, clock: SecureEnclaveDeviceKeys.elapsed, hasPasscode: { passcode.isSet }))
        let app = AppModel(wallet: fresh, transport: try town.transport(), presenter: presenter, now: town.clock.now)
        await app.moved(to: .inFront)
        app.enrol()
        guard case .enrol(let enrol) = app.screen else { return }
        enrol.code = try town.customer()
        await enrol.enrol(wanting: Want(limit: dkk(50_000)))
        let words = "This iPhone has no passcode, and paying offline needs one. Set it in Settings, then update here."
        #expect(app.home.notice == words && SampleWalletView(model: app).stub.words.contains(words))
        await app.home.update()
        #expect(app.home.notice == words && !app.home.canPay)
        passcode.isSet = true
        await app.home.update()
        #expect(app.home.notice == "Everything is up to date." && app.home.canPay)
    }

    @Test func whoeverComesBackToTheAppHearsFromTheBanksAndWhoeverIsOnlyCoveredDoesNot() async throws {
        let way = Counted(try town.transport())
        let app = AppModel(wallet: wallet, transport: way, presenter: presenter, now: town.clock.now)
        func calls(_ places: AppModel.Place...) async -> Int {
            let before = way.calls
            for place in places { await app.moved(to: place) }
            return way.calls - before
        }
        #expect(await calls(.inFront) > 0)
        #expect(await calls(.covered, .inFront) == 0, "a face, a passcode, the sheet of a tap")
        #expect(await calls(.covered, .away) == 0)
        #expect(await calls(.covered, .inFront) > 0)
        #expect(app.home.notice == nil, "nobody asked")
        town.networkDown()
        _ = await calls(.away, .inFront)
        #expect(app.home.notice == nil && app.problem == nil && app.home.canPay)
        #expect(await calls(.away, .inFront) == 0, "not before the time that was said")
        town.clock.advance(days: 1)
        #expect(await calls(.away, .inFront) > 0)
    }

    @Test func everyControlHasALabelOnEveryScreenAndLargeTextScrolls() async throws {
        let request = try await till.request(dkk(100)).message
        await app.scan(for: .request)
        #expect(shown.unlabelled == 0 && !shown.buttons.isEmpty && shown.unscrolled == [])
        #expect(await app.scanned(request))
        #expect(shown.unlabelled == 0 && shown.buttons.count == 2 && shown.unscrolled == [])
        let ways: [@MainActor () async -> Void] = [
            { await app.tap() }, { await app.history() }, { await app.settings() }, { app.enrol() }, { app.simulator() },
            { await app.goHome() },
        ]
        for open in ways {
            await open()
            #expect(shown.unlabelled == 0 && !shown.buttons.isEmpty && shown.unscrolled == [])
            #expect(shown.words.contains { $0.hasPrefix("# ") }, "every screen has a title")
        }
        #expect(shown.press("Settings"))
    }
}

/// Waits for what another task brings.
@MainActor func until(_ isSo: @MainActor () -> Bool) async throws {
    for _ in 0..<1_200 {
        if isSo() { return }
        try await Task.sleep(nanoseconds: 50_000_000)
    }
    Issue.record("it did not happen")
}

/// A phone's keys; the system shows its prompt before they answer.
final class CoveringKeys: DeviceKeys, @unchecked Sendable {
    private let keys: SecureEnclaveDeviceKeys
    var prompt: @Sendable () async -> Void = {}

    init(_ keys: SecureEnclaveDeviceKeys) { self.keys = keys }

    var attestation: Attestation { keys.attestation }
    var protection: String { keys.protection }
    func generate(alias: String, use: KeyUse, nonce: Data) async throws -> GeneratedKey {
        try await keys.generate(alias: alias, use: use, nonce: nonce)
    }
    func authorize(alias: String, prompt shown: ConsentPrompt?) async throws -> Authorization {
        await prompt()
        return try await keys.authorize(alias: alias, prompt: shown)
    }
    func sign(_ bytes: Data, with authorization: Authorization) throws -> Data { try keys.sign(bytes, with: authorization) }
    func delete(alias: String) async throws { try await keys.delete(alias: alias) }
}

/// Whether the payer has set one.
final class Passcode: @unchecked Sendable {
    private let lock = NSLock()
    private var value = false
    var isSet: Bool {
        get { lock.withLock { value } }
        set { lock.withLock { value = newValue } }
    }
}

/// The way to the bank, and how often it was gone.
final class Counted: Transport, @unchecked Sendable {
    private let way: any Transport
    private let lock = NSLock()
    private var count = 0
    var calls: Int { lock.withLock { count } }

    init(_ way: any Transport) { self.way = way }

    func send(_ request: TransportRequest) async throws -> TransportResponse {
        lock.withLock { count += 1 }
        return try await way.send(request)
    }
}

/// A network with a switch.
final class SwitchedNetwork: NetworkWatch {
    let states: AsyncStream<Bool>
    private let told: AsyncStream<Bool>.Continuation

    init() { (states, told) = AsyncStream.makeStream(of: Bool.self) }

    func become(_ isOnline: Bool) { told.yield(isOnline) }
}

/// A reader that does what the test says.
final class Scripted: Presenting, @unchecked Sendable {
    var act: @Sendable (any CardEmulation) async -> TapModel.Ended = { _ in .unavailable }

    func present(
        _ card: any CardEmulation, message: String, progress: @escaping @Sendable (TapModel.Progress) -> Void
    ) async -> TapModel.Ended {
        progress(.reading)
        return await act(card)
    }
}
