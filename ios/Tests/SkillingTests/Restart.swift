// The app killed, restored, cloned, its clock set back; waits that end early; events that are not lost.
import Foundation
import Testing

@testable import Skilling

struct Restart {
    @Test func killedBetweenConsentAndPaymentNothingIsOwed() async throws {
        let town = try Town()
        let (phone, till) = (Phone(in: town), try await town.till())
        let request = try await till.request(dkk(500))
        do {
            let wallet = try await phone.ready()
            guard case .new(let review) = try await wallet.review(request.message) else { return }
            _ = try await wallet.agree(to: review)
        }
        let wallet = try await phone.open()
        #expect(try await wallet.history().entries.isEmpty)
        #expect(try await till.accept(wallet.pays(request.message).message).accepted != nil)
    }

    @Test func killedBeforeTheReceiptTheSameCodeIsShownAgain() async throws {
        let town = try Town()
        let (phone, till) = (Phone(in: town), try await town.till())
        let request = try await till.request(dkk(500))
        var first = Data()
        do {
            let wallet = try await phone.ready()
            first = try await wallet.pays(request.message).message
        }
        let wallet = try await phone.open()
        #expect(try await wallet.pays(request.message).message == first)
        #expect(try await wallet.history().entries.first?.stage == .unconfirmed)
    }

    @Test func eventsComeAgainUntilAcknowledgedAlsoAfterARestart() async throws {
        let town = try Town()
        let (phone, till) = (Phone(in: town), try await town.till())
        do {
            let wallet = try await phone.ready()
            let token = try await wallet.pays(till.request(dkk(500)).message)
            try await wallet.presented(token.payment)
            let answered = try #require(try await till.accept(token.message).accepted)
            _ = try await wallet.take(receipt: answered.receipt)
        }
        let isAccepted: @Sendable (WalletEvent) -> Bool = { if case .accepted = $0.kind { true } else { false } }
        var id: Int64 = 0
        do {
            let wallet = try await phone.open()
            let event = try #require(await wallet.events.first(where: isAccepted, within: 20))
            id = event.id
        }
        let wallet = try await phone.open()
        let again = try #require(await wallet.events.first(where: isAccepted, within: 20))
        #expect(again.id == id)
        try await wallet.acknowledge(again)
        #expect(await wallet.events.first(where: isAccepted, within: 0.3) == nil)
    }

    @Test func eventsAreFollowedLiveAndEndWithTheWallet() async throws {
        let town = try Town()
        let (wallet, till) = (try await Phone(in: town).ready(), try await town.till())
        let events = wallet.events
        let reader = Task {
            await events.first(where: { if case .accepted = $0.kind { true } else { false } }, within: 60)
        }
        let token = try await wallet.pays(till.request(dkk(500)).message)
        let answered = try #require(try await till.accept(token.message).accepted)
        _ = try await wallet.take(receipt: answered.receipt)
        #expect(await reader.value != nil)
        let ending = Task { await events.first(where: { _ in false }, within: 60) }
        wallet.shutDown()
        #expect(await ending.value == nil)
    }

    @Test func aRestoredFolderPaysNothingUntilASync() async throws {
        let town = try Town()
        let (phone, till) = (Phone(in: town), try await town.till())
        try await phone.ready().shutDown()
        let backup = town.folder.appendingPathComponent("backup")
        try FileManager.default.copyItem(at: phone.folder, to: backup)
        do {
            let wallet = try await phone.open()
            _ = try await wallet.pays(till.request(dkk(500)).message)
        }
        try FileManager.default.removeItem(at: phone.folder)
        try FileManager.default.copyItem(at: backup, to: phone.folder)
        let wallet = try await phone.open()
        let request = try await till.request(dkk(700))
        await #expect(throws: SkillingError.self) { _ = try await wallet.pays(request.message) }
        #expect(try await wallet.allowances().allSatisfy { $0.state == .lost })
        let bank = try #require(try await wallet.banks().first)
        #expect(try await wallet.sync(with: bank.id, over: town.transport()).granted.count == 1)
        #expect(try await till.accept(wallet.pays(request.message).message).accepted != nil)
    }

    @Test func aClonedPhoneIsConvictedByTwoTokens() async throws {
        let town = try Town()
        let (phone, till) = (Phone(in: town), try await town.till())
        let mark = town.folder.appendingPathComponent("mark")
        let honest = try await phone.open(rollbackGuard: FileRollbackGuard(file: mark))
        let bank = try await honest.enrol(code: town.customer(), over: town.transport())
        try await honest.sync(with: bank, over: town.transport(), wanting: Want(limit: dkk(100_000)))
        honest.shutDown()
        // Folder, mark and keys: what no real phone would give away.
        let clone = Phone(in: town)
        try FileManager.default.copyItem(at: phone.folder, to: clone.folder)
        try FileManager.default.copyItem(at: mark, to: mark.appendingPathExtension("copy"))
        let vault = KeychainVault(service: phone.service)
        let first = try await phone.open(rollbackGuard: FileRollbackGuard(file: mark))
        let second = try await clone.open(
            keys: phone.keys, vault: vault, rollbackGuard: FileRollbackGuard(file: mark.appendingPathExtension("copy")))
        #expect(try await till.accept(first.pays(till.request(dkk(500)).message).message).accepted != nil)
        let outcome = try await till.accept(second.pays(till.request(dkk(600)).message).message)
        guard case .declined(let answered) = outcome, case .declined(let reason) = answered.outcome else {
            Issue.record("it was \(outcome)")
            return
        }
        #expect(reason.name == "conflicting_payment")
        #expect(try await till.fraudProofs().count == 1)
        _ = try await second.take(receipt: answered.receipt)
    }

    @Test func onDayNineTheWalletStillPaysAndSaysUntilWhen() async throws {
        let town = try Town()
        let (wallet, till) = (try await Phone(in: town).ready(), try await town.till())
        let until = try #require(try await wallet.forecast().first { $0.currency == .dkk }?.coverage.stretches.last?.until)
        town.clock.advance(days: 9)
        #expect(town.clock.now() < until)
        #expect(try await till.accept(wallet.pays(till.request(dkk(10_000)).message).message).accepted != nil)
        town.clock.advance(days: 400)
        #expect(try await wallet.forecast().first { $0.currency == .dkk }?.coverage.stretches.isEmpty == true)
    }

    @Test func aClockSetBackIsRefusedInWords() async throws {
        let town = try Town()
        let (wallet, till) = (try await Phone(in: town).ready(), try await town.till())
        let request = try await till.request(dkk(500))
        town.clock.setBack(days: 30)
        await #expect { _ = try await wallet.pays(request.message) } throws: {
            guard case .refused(let reason) = ($0 as? SkillingError)?.kind else { return false }
            return ["high_water_mark", "clock_skew"].contains(reason.name) && !reason.payerText.isEmpty
        }
        town.clock.advance(days: 30)
        #expect(try await till.accept(wallet.pays(request.message).message).accepted != nil)
    }

    @Test func cancellingEndsTheWaitAndNeverThePayment() async throws {
        let town = try Town()
        let (phone, till) = (Phone(in: town), try await town.till())
        try await phone.ready().shutDown()
        let keys = SlowKeys(phone.keys)
        let wallet = try await phone.open(keys: keys)
        guard case .new(let review) = try await wallet.review(till.request(dkk(500)).message) else { return }
        let agreeing = Task { try await wallet.agree(to: review) }
        await keys.asked()
        agreeing.cancel()
        await #expect { _ = try await agreeing.value } throws: { ($0 as? SkillingError)?.kind == .waitCancelled }
        keys.answer()

        let sale = try await till.request(dkk(700))
        guard case .new(let next) = try await wallet.review(sale.message) else {
            Issue.record("a new request was answered before")
            return
        }
        let again = Task { try await wallet.agree(to: next) }
        await keys.asked()
        keys.answer()
        #expect(try await till.accept(wallet.pay(again.value).message).accepted != nil)
        #expect(try await wallet.history().entries.count == 1)
    }

    @Test func whatThePayerSaysAfterTheAppStoppedWaitingIsTakenBack() async throws {
        let town = try Town()
        let wallet = try await Phone(in: town).ready()
        func isTakenBack(whenCancelled isCancelled: Bool) async -> Bool {
            let (asked, asks) = AsyncStream.makeStream(of: Void.self)
            let (answered, answers) = AsyncStream.makeStream(of: Void.self)
            let (back, takes) = AsyncStream.makeStream(of: Void.self)
            let asking = Task {
                try await wallet.askingPayer {
                    asks.yield()
                    for await _ in answered { break }
                } takingBack: {
                    takes.yield()
                }
            }
            for await _ in asked { break }
            if isCancelled {
                asking.cancel()
                await #expect { try await asking.value } throws: { ($0 as? SkillingError)?.kind == .waitCancelled }
            }
            answers.yield()
            _ = await asking.result
            return await back.first(where: { _ in true }, within: isCancelled ? 60 : 0.2) != nil
        }
        #expect(await isTakenBack(whenCancelled: true))
        #expect(await !isTakenBack(whenCancelled: false))
    }

    @Test func aSecondProcessIsToldThatItIsBusy() async throws {
        let town = try Town()
        let phone = Phone(in: town)
        let wallet = try await phone.open()
        var configuration = WalletConfiguration(folder: phone.folder, roots: [town.root])
        configuration.patience = 0.2
        let second = configuration
        await #expect {
            _ = try await SkillingWallet.open(
                second, keys: phone.keys, vault: KeychainVault(service: phone.service),
                rollbackGuard: KeychainRollbackGuard(service: phone.service))
        } throws: { ($0 as? SkillingError)?.kind == .busy }
        wallet.shutDown()
    }

    @Test func manyAtOncePayEachOnce() async throws {
        let town = try Town()
        let (wallet, till) = (try await Phone(in: town).ready(), try await town.till())
        var requests: [Data] = []
        for amount in 1...8 { requests.append(try await till.request(dkk(UInt64(amount) * 100)).message) }
        let tokens = try await withThrowingTaskGroup(of: PaymentToken.self) { group in
            for request in requests { group.addTask { try await wallet.pays(request) } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        for token in tokens { #expect(try await till.accept(token.message).accepted != nil) }
        #expect(Set(tokens.map(\.payment)).count == 8)
    }

    @Test func theReportForSupportNamesNobody() async throws {
        let town = try Town()
        let (wallet, till) = (try await Phone(in: town).ready(), try await town.till("Secret Shop"))
        let token = try await wallet.pays(till.request(dkk(500)).message)
        let report = try await wallet.diagnostics()
        #expect(report.contains("library:") && report.contains("Secure Enclave"))
        #expect(!report.contains("Secret Shop") && !report.contains(token.payment.hex))
    }
}

/// Keys whose person takes their time.
private final class SlowKeys: DeviceKeys, @unchecked Sendable {
    private let keys: any DeviceKeys
    private let (questions, question) = AsyncStream.makeStream(of: Void.self)
    private let (answers, answer_) = AsyncStream.makeStream(of: Void.self)

    init(_ keys: any DeviceKeys) { self.keys = keys }

    func asked() async { for await _ in questions { return } }
    func answer() { answer_.yield() }

    var attestation: Attestation { keys.attestation }
    var protection: String { keys.protection }
    func generate(alias: String, use: KeyUse, nonce: Data) async throws -> GeneratedKey {
        try await keys.generate(alias: alias, use: use, nonce: nonce)
    }
    func authorize(alias: String, prompt: ConsentPrompt?) async throws -> Authorization {
        question.yield()
        for await _ in answers { break }
        return try await keys.authorize(alias: alias, prompt: prompt)
    }
    func sign(_ bytes: Data, with authorization: Authorization) throws -> Data { try keys.sign(bytes, with: authorization) }
    func delete(alias: String) async throws { try await keys.delete(alias: alias) }
}
