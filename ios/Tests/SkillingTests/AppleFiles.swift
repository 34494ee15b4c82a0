// The files for Apple's own frameworks against our stand-ins: what they do, not what Apple's frameworks do.
import AVFoundation
import BackgroundTasks
import CoreImage
import CoreNFC
import DeviceCheck
import Foundation
import LocalAuthentication
import Security
import Testing

@testable import Skilling

struct AppleFiles {
    private let service = "apple-\(UUID().uuidString)"

    private func prompt(_ merchant: String) -> ConsentPrompt {
        ConsentPrompt(purpose: .payment(merchant: merchant, reference: nil), amount: dkk(12_550), decimals: 2)
    }

    @Test func aPayKeyAsksThePersonOncePerSignatureAndALinkKeyNever() async throws {
        let keys = SecureEnclaveDeviceKeys(service: service, attestation: nil)
        let shop = "Shop \(UUID().uuidString)"
        _ = try await keys.generate(alias: "pay-1", use: .pay, nonce: Data(count: 32))
        _ = try await keys.generate(alias: "link-1", use: .link, nonce: Data(count: 32))
        let permit = try await keys.authorize(alias: "pay-1", prompt: prompt(shop))
        #expect(LAContext.StubPerson.timesAsked(shop) == 1)
        #expect(try keys.sign(Data([1]), with: permit).count == 64)
        #expect(throws: DeviceKeysError.expired) { try keys.sign(Data([1]), with: permit) }
        let link = try await keys.authorize(alias: "link-1", prompt: nil)
        #expect(try keys.sign(Data([2]), with: link).count == 64)
        #expect(throws: DeviceKeysError.expired) { try keys.sign(Data(), with: Authorization(alias: "pay-1", handle: 99)) }
    }

    @Test func anAuthorisationCountsSixtySeconds() async throws {
        let time = Moments()
        let keys = SecureEnclaveDeviceKeys(service: service, attestation: nil, clock: { time.now })
        _ = try await keys.generate(alias: "pay-1", use: .pay, nonce: Data(count: 32))
        let early = try await keys.authorize(alias: "pay-1", prompt: prompt("Shop"))
        time.now = 60
        #expect(try keys.sign(Data([1]), with: early).count == 64)
        let late = try await keys.authorize(alias: "pay-1", prompt: prompt("Shop"))
        time.now = 120.5
        #expect(throws: DeviceKeysError.expired) { try keys.sign(Data([1]), with: late) }
    }

    @Test(arguments: [
        (LAError.Code.userCancel, DeviceKeysError.refused), (.systemCancel, .refused), (.authenticationFailed, .refused),
        (.biometryLockout, .lockedOut), (.passcodeNotSet, .noPasscode), (.invalidContext, .fault),
    ])
    func whatThePersonDoesIsToldApart(code: LAError.Code, meaning: DeviceKeysError) async throws {
        let keys = SecureEnclaveDeviceKeys(service: service, attestation: nil)
        _ = try await keys.generate(alias: "pay-1", use: .pay, nonce: Data(count: 32))
        let shop = "Shop \(UUID().uuidString)"
        LAContext.StubPerson.answer(shop, with: .failure(LAError(code)))
        await #expect(throws: meaning) { _ = try await keys.authorize(alias: "pay-1", prompt: prompt(shop)) }
        LAContext.StubPerson.answer(shop, with: .success(false))
        await #expect(throws: DeviceKeysError.refused) { _ = try await keys.authorize(alias: "pay-1", prompt: prompt(shop)) }
    }

    /// No machine sleeps in a test: the clock is one that Apple's manual (clock_gettime) says goes on.
    @Test func theClockOfAnAuthorisationGoesOnWhileThePhoneSleeps() throws {
        let before = SecureEnclaveDeviceKeys.elapsed()
        usleep(2_000)
        #expect(SecureEnclaveDeviceKeys.elapsed() >= before + 0.002)
        let source = try String(contentsOfFile: "Sources/Skilling/Apple/SecureEnclaveDeviceKeys.swift", encoding: .utf8)
        #expect(source.contains("clock_gettime(CLOCK_MONOTONIC_RAW") && !source.contains("systemUptime"))
    }

    @Test func aPhoneWithoutPasscodeGetsALinkKeyAndNoPayKey() async throws {
        let keys = SecureEnclaveDeviceKeys(service: service, attestation: nil)
        try await LAContext.$stubHasPasscode.withValue(false) {
            await #expect(throws: DeviceKeysError.noPasscode) {
                _ = try await keys.generate(alias: "pay-1", use: .pay, nonce: Data(count: 32))
            }
            _ = try await keys.generate(alias: "link-1", use: .link, nonce: Data(count: 32))
        }
        _ = try await keys.generate(alias: "pay-1", use: .pay, nonce: Data(count: 32))
    }

    @Test func whatLiesInTheKeychainStaysOnThisPhone() async throws {
        let keys = SecureEnclaveDeviceKeys(service: service, attestation: nil)
        _ = try await keys.generate(alias: "pay-1", use: .pay, nonce: Data(count: 32))
        _ = try KeychainVault(service: service).seal(Data(count: 32))
        try KeychainRollbackGuard(service: service).advance(to: RollbackMark(counter: 1, digest: Data(count: 32)))
        for (part, account) in [(".keys", "pay-1"), ("", "vault"), ("", "mark")] {
            let access = StubKeychain.attribute(kSecAttrAccessible, of: account, in: "\(service).skilling\(part)") as? String
            let allowed = [kSecAttrAccessibleAfterFirstUnlockThisDeviceOnly, kSecAttrAccessibleWhenPasscodeSetThisDeviceOnly]
            #expect(access.map(allowed.contains) == true, "\(account)")
        }
    }

    @Test func aDamagedMarkIsAFaultAndNeverNothing() throws {
        let kept = KeychainRollbackGuard(service: service)
        #expect(try kept.read() == nil)
        let mark = RollbackMark(counter: 7, digest: Data(repeating: 9, count: 32))
        try kept.advance(to: mark)
        #expect(try kept.read() == mark)
        #expect(throws: RollbackGuardError.notAbove) {
            try kept.advance(to: RollbackMark(counter: 7, digest: Data(count: 32)))
        }
        StubKeychain.put(Data([1, 2, 3]), "mark", in: "\(service).skilling")
        #expect(throws: RollbackGuardError.fault) { try kept.read() }
    }

    @Test func appAttestSignsNonceAndKey() async throws {
        let keys = SecureEnclaveDeviceKeys(service: service)
        #expect(keys.attestation == .apple)
        let one = try await keys.generate(alias: "pay-1", use: .pay, nonce: Data(repeating: 1, count: 32))
        let other = try await keys.generate(alias: "pay-2", use: .pay, nonce: Data(repeating: 1, count: 32))
        #expect(one.attestation.count == 36 && one.attestation != other.attestation, "the key is in the challenge")
    }

    @Test func anAppAttestKeyIsUsedOnceAndNoneIsWasted() async throws {
        let keys = SecureEnclaveDeviceKeys(service: service)
        let made = Names()
        func generate(_ alias: String, _ answer: DCError.Code? = nil) async throws {
            try await StubAttest.$made.withValue(made.add) {
                try await StubAttest.$answer.withValue(answer) {
                    _ = try await keys.generate(alias: alias, use: .link, nonce: Data(count: 32))
                }
            }
        }
        try await generate("link-1")
        try await generate("link-2")
        #expect(made.all.count == 2, "Apple attests a key once")
        await #expect(throws: DeviceKeysError.fault) { try await generate("link-3", .serverUnavailable) }
        try await generate("link-3")
        #expect(made.all.count == 3, "Apple wants to see the same key again")
        await #expect(throws: DeviceKeysError.fault) { try await generate("link-4", .unknownSystemFailure) }
        try await generate("link-4")
        #expect(made.all.count == 5, "any other failure spoils a key")
        await #expect(throws: DeviceKeysError.fault) { try await generate("link-5", .serverUnavailable) }
        StubAttest.shared.forget(try #require(made.all.last))
        try await generate("link-5")
        #expect(made.all.count == 7, "a reinstalled app has the name of a key that is gone")
    }

    @Test func theCameraFindsTheCodeThatCoreImageDrew() async throws {
        let message = Data([0x82, 0x00, 0x18, 0x29])
        let picture = try #require(try QRCode(message: message).image(scale: 4))
        let scanner = CameraScanner()
        AVCaptureDevice.stubIsAllowed = false
        await #expect(throws: SkillingError.cameraUnavailable) { try await scanner.start() }
        AVCaptureDevice.stubIsAllowed = true
        try await scanner.start()
        let frame = CVPixelBuffer(stubGrey: picture.stubPixels, width: picture.width, height: picture.height, padding: 13)
        for _ in 0..<4 {
            scanner.captureOutput(AVCaptureVideoDataOutput(), didOutput: CMSampleBuffer(stub: frame), from: AVCaptureConnection())
        }
        let seen = await scanner.frames.first(where: { $0 == .message(message) }, within: 20)
        #expect(seen == .message(message))
        scanner.stop()
    }

    @Test func backgroundSyncEndsEachTaskOnceAndAsksForTheNext() async throws {
        let identifier = UUID().uuidString
        let (started, starting) = AsyncStream.makeStream(of: Void.self)
        let isNew = BackgroundSync.register(identifier: identifier) {
            starting.yield()
            try await Task.sleep(nanoseconds: 60_000_000_000)
            return true
        }
        #expect(isNew && !BackgroundSync.register(identifier: identifier) { true })
        #expect(BGTaskScheduler.shared.stubRequest(identifier) != nil, "the system runs nothing that nobody asked for")
        let task = BGTask(stubIdentifier: identifier)
        BGTaskScheduler.shared.stubLaunch(task)
        for await _ in started { break }
        task.expirationHandler?()
        #expect(task.stubCompletions == [false])
        let next = BGTaskScheduler.shared.stubRequest(identifier) as? BGProcessingTaskRequest
        #expect(next?.requiresNetworkConnectivity == true)
    }
}

/// What was made, in that order.
final class Names: @unchecked Sendable {
    private let lock = NSLock()
    private var names: [String] = []
    var all: [String] { lock.withLock { names } }
    @Sendable func add(_ name: String) { lock.withLock { names.append(name) } }
}

/// Moved by hand.
private final class Moments: @unchecked Sendable {
    private let lock = NSLock()
    private var value: TimeInterval = 0
    var now: TimeInterval {
        get { lock.withLock { value } }
        set { lock.withLock { value = newValue } }
    }
}

/// One radio a phone: one test at a time.
@Suite(.serialized) struct CardSessions {
    private struct Card: CardEmulation {
        func process(_ command: Data) -> Data { command + [0x90, 0x00] }
        func fieldLost() {}
    }

    private func present(_ script: [CardSession.Event], isDone: Bool) async -> (CardSessionPresenter.End, [String]) {
        let radio = StubReader.shared
        (radio.script, radio.log, radio.answers) = (script, [], [])
        let presenter = CardSessionPresenter(card: Card(), isDone: { isDone })
        let end = await presenter.present(message: "Hold near the till")
        #expect(radio.intentsHeld == 0)
        return (end, radio.log)
    }

    @Test func aTap() async {
        let select = CardSession.APDU(payload: Data([0, 0xA4]))
        let (end, log) = await present([.sessionStarted, .readerDetected, .received(select), .readerDeselected], isDone: true)
        #expect(end == .done && log == ["start", "stop success", "invalidate"])
        #expect(StubReader.shared.answers == [Data([0, 0xA4, 0x90, 0x00])])
    }

    @Test func aTornTapGoesOnInTheSameSession() async {
        let (end, log) = await present(
            [.sessionStarted, .readerDetected, .readerDeselected, .readerDetected, .sessionInvalidated(reason: .userInvalidated)],
            isDone: false)
        #expect(end == .cancelled && log == ["start", "invalidate"], "it is never started twice")
    }

    @Test func anAnswerThatTheRadioDidNotSendIsGivenOnceMoreAndThenTheTapIsTorn() async {
        let select = CardSession.APDU(payload: Data([0, 0xA4]))
        StubReader.shared.unsent = 1
        let sent = await present([.readerDetected, .received(select), .readerDeselected], isDone: true)
        #expect(sent.0 == .done && StubReader.shared.answers.count == 1)
        StubReader.shared.unsent = 2
        let torn = await present(
            [.readerDetected, .received(select), .readerDetected, .received(select), .sessionInvalidated(reason: .userInvalidated)],
            isDone: false)
        #expect(torn.0 == .cancelled && StubReader.shared.answers.count == 1, "the same session goes on")
    }

    @Test func aTapIsDoneWhenItsLastReceiptWasTaken() async {
        struct Taker: CardEmulation {
            func process(_ command: Data) -> Data { Data([0x90, 0x00]) }
            func fieldLost() {}
        }
        func end(_ headers: [[UInt8]]) async -> CardSessionPresenter.End {
            let commands = headers.map { CardSession.Event.received(CardSession.APDU(payload: Data($0 + [0, 0]))) }
            StubReader.shared.log = []
            StubReader.shared.script =
                [.readerDetected] + commands + [.readerDeselected, .sessionInvalidated(reason: .maxSessionDurationReached)]
            return await CardSessionPresenter(card: Taker()).present(message: "Hold near the till")
        }
        #expect(await end([[0x00, 0xA4], [0x80, 0x40], [0x80, 0x42]]) == .done)
        #expect(StubReader.shared.log.contains("stop success"))
        #expect(await end([[0x00, 0xA4], [0x80, 0x40]]) == .tooLong)
        #expect(await end([[0x90, 0x42]]) == .tooLong, "half a receipt")
        #expect(await end([[0x80, 0x42], [0x80, 0x40]]) == .tooLong, "an earlier payment's receipt, then a torn tap")
    }

    @Test func aDeclinedPaymentShowsNoTick() async throws {
        let town = try Town()
        let (wallet, till) = (try await Phone(in: town).ready(), try await town.till())
        func tapEnds() async -> [String] {
            StubReader.shared.log = []
            StubReader.shared.script = [.readerDetected, .readerDeselected]
            let end = await CardSessionPresenter(card: wallet.card, isDone: { true }).present(message: "Hold near the till")
            #expect(end == .done)
            return StubReader.shared.log
        }
        let request = try await till.request(dkk(500))
        let token = try await wallet.pays(request.message)
        try await till.cancel(request.id)
        guard case .declined(let answered) = try await till.accept(token.message) else { Issue.record("cancelled"); return }
        #expect(try await wallet.take(receipt: answered.receipt).stage == .declined)
        #expect(await tapEnds().contains("stop failure"))
        let paid = try await wallet.pays(till.request(dkk(600)).message)
        let receipt = try #require(try await till.accept(paid.message).accepted).receipt
        #expect(try await wallet.take(receipt: receipt).stage == .accepted)
        #expect(await tapEnds().contains("stop success"))
    }

    @Test func everyWayItCannotBeIsToldApart() async {
        let radio = StubReader.shared
        #expect(await present([.sessionInvalidated(reason: .maxSessionDurationReached)], isDone: false).0 == .tooLong)
        #expect(await present([], isDone: false).0 == .lost)
        radio.isResting = true
        #expect(await present([], isDone: false).0 == .coolingDown(seconds: 15))
        radio.isResting = false
        // Created there, a session would end the app: the stand-in does.
        radio.isEligible = false
        #expect(await present([], isDone: false).0 == .unavailable(.ineligible))
        radio.isEligible = true
        radio.canRead = false
        #expect(await present([], isDone: false).0 == .unavailable(.unsupported))
        radio.canRead = true
    }
}
