// The app killed for real (SIGKILL) in the middle of a payment: another process has the wallet and dies.
import Foundation
import Testing

@testable import Skilling

struct Killed {
    private let town: Town
    private let till: SkillingTerminal
    private let folder: URL

    init() async throws {
        town = try Town()
        till = try await town.till()
        folder = town.folder.appendingPathComponent("killed")
        let wallet = try await open()
        let bank = try await wallet.enrol(code: town.customer(), over: town.transport())
        try #require(try await wallet.sync(with: bank, over: town.transport(), wanting: Want(limit: dkk(50_000))).granted.count == 1)
        wallet.shutDown()
    }

    private func open() async throws -> SkillingWallet {
        let wallet = try await SkillingWallet.open(
            WalletConfiguration(folder: folder.appendingPathComponent("wallet"), roots: [town.root]),
            keys: SoftwareDeviceKeys(folder: folder.appendingPathComponent("keys")),
            vault: FileKeyVault(file: folder.appendingPathComponent("vault")),
            rollbackGuard: FileRollbackGuard(file: folder.appendingPathComponent("mark")))
        wallet.setInFront(true)
        return wallet
    }

    /// Lets another process do `step`, and kills it there.
    private func killed(after step: String, of request: Data) throws {
        let file = folder.appendingPathComponent("request")
        try request.write(to: file)
        let victim = Process()
        victim.executableURL = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent().appendingPathComponent("Victim")
        victim.arguments = [step, folder.path, town.root.hex, file.path]
        let output = try victim.start()
        let said = output.availableData
        kill(victim.processIdentifier, SIGKILL)
        victim.waitUntilExit()
        try #require(String(decoding: said, as: UTF8.self) == "ready\n", "it must come as far as \(step)")
    }

    @Test func betweenConsentAndTapNothingIsOwedAndNothingStaysArmed() async throws {
        let request = try await till.request(dkk(500))
        for step in ["agree", "arm"] {
            try killed(after: step, of: request.message)
            let wallet = try await open()
            #expect(try await wallet.history().entries.isEmpty)
            let report = try await till.tap(Antenna(wallet.card), sale: request.id, giveUpAfter: 1)
            #expect(report.sale == nil && report.end == .stillWaiting, "nothing is signed without another question")
            wallet.shutDown()
        }
        let wallet = try await open()
        #expect(try await wallet.allowances().first?.remaining == dkk(50_000))
        #expect(try await till.accept(wallet.pays(request.message).message).accepted != nil)
    }

    @Test func betweenPaymentAndTapTheSamePaymentIsGivenOnce() async throws {
        let request = try await till.request(dkk(700))
        try killed(after: "pay", of: request.message)
        let wallet = try await open()
        #expect(try await wallet.history().entries.count == 1)
        #expect(try await till.tap(Antenna(wallet.card), sale: request.id).isPaid)
        #expect(try await wallet.history().entries.map(\.stage) == [.accepted])
        #expect(try await wallet.allowances().first?.remaining == dkk(49_300))
        #expect(try await till.accept(wallet.pays(till.request(dkk(100)).message).message).accepted != nil)
    }
}
