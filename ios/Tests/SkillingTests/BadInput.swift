// Every port of an app that throws anything, answers with the wrong length, or never answers; and garbage from readers and cameras. A
// typed error with advice, state intact, the next payment works. (No port can answer twice: each is a function that returns once.)
import Foundation
import Testing

@testable import Skilling

struct BadInput {
    @Test func aVaultThatMisbehavesIsToldAndTheWalletOpensAfterwards() async throws {
        let town = try Town()
        let (phone, till) = (Phone(in: town), try await town.till())
        try await phone.ready().shutDown()
        let vault = Mischief.Vault(KeychainVault(service: phone.service))
        for mischief in Mischief.Kind.allCases {
            vault.mischief.kind = mischief
            let error = await trouble { _ = try await phone.open(vault: vault, portPatience: 8) }
            // A secret of the wrong length opens nothing.
            let isTyped = error?.kind == .portFailed || error?.kind == .storage(.damaged)
            #expect(isTyped && error?.advice.isEmpty == false, "\(mischief): \(String(describing: error))")
        }
        vault.mischief.kind = nil
        let wallet = try await phone.open(vault: vault)
        #expect(try await till.accept(wallet.pays(till.request(dkk(500)).message).message).accepted != nil)
    }

    @Test func aGuardThatMisbehavesLetsNothingOutAndIsPaidOnce() async throws {
        let town = try Town()
        let (phone, till) = (Phone(in: town), try await town.till())
        try await phone.ready().shutDown()
        let kept = Mischief.Guard(KeychainRollbackGuard(service: phone.service))
        let wallet = try await phone.open(rollbackGuard: kept, portPatience: 8)
        let request = try await till.request(dkk(500))
        for mischief in [Mischief.Kind.throwsAnything, .neverAnswers] {
            kept.mischief.kind = mischief
            let error = await trouble { _ = try await wallet.pays(request.message) }
            #expect(error?.kind == .portFailed && error?.advice.isEmpty == false, "\(mischief): \(String(describing: error))")
        }
        kept.mischief.kind = nil
        #expect(try await till.accept(wallet.pays(request.message).message).accepted != nil)
        #expect(try await wallet.history().entries.count == 1)
        wallet.shutDown()
        kept.mischief.kind = .wrongLength
        let error = await trouble { _ = try await phone.open(rollbackGuard: kept) }
        #expect(error?.kind == .portFailed, "a mark of the wrong length: \(String(describing: error))")
        kept.mischief.kind = nil
        let again = try await phone.open(rollbackGuard: kept)
        #expect(try await till.accept(again.pays(till.request(dkk(600)).message).message).accepted != nil)
    }

    @Test func keysThatMisbehaveWhenAskedForANewOneBringNoAllowanceAndTheNextSyncDoes() async throws {
        let town = try Town()
        let phone = Phone(in: town)
        let keys = Mischief.Keys(phone.keys)
        let wallet = try await phone.open(keys: keys, portPatience: 8)
        let (bank, way) = (try await wallet.enrol(code: town.customer(), over: town.transport()), try town.transport())
        for mischief in Mischief.Kind.allCases {
            keys.mischief.kind = mischief
            let error = await trouble { _ = try await wallet.sync(with: bank, over: way, wanting: Want(limit: dkk(50_000))) }
            #expect(error?.kind == .portFailed && error?.advice.isEmpty == false, "\(mischief): \(String(describing: error))")
            #expect(try await wallet.allowances().isEmpty)
        }
        keys.mischief.kind = nil
        #expect(try await wallet.sync(with: bank, over: way, wanting: Want(limit: dkk(50_000))).granted.count == 1)
        let till = try await town.till()
        #expect(try await till.accept(wallet.pays(till.request(dkk(500)).message).message).accepted != nil)
    }

    @Test func aTillsKeysThatMisbehaveMakeNoRequestAndTheNextOneIsPaid() async throws {
        let town = try Town()
        let wallet = try await Phone(in: town).ready()
        let home = town.folder.appendingPathComponent("shop")
        let keys = Mischief.TillKeys(try SoftwareTerminalKeys(folder: home.appendingPathComponent("keys")))
        let till = try await town.till(in: home, keys: keys, portPatience: 8)
        for mischief in Mischief.Kind.allCases {
            keys.mischief.kind = mischief
            let error = await trouble { _ = try await till.request(dkk(500)) }
            #expect(error?.kind == .portFailed && error?.advice.isEmpty == false, "\(mischief): \(String(describing: error))")
            guard mischief != .neverAnswers else { continue }
            #expect(await trouble { _ = try await till.createKey() }?.kind == .portFailed, "\(mischief)")
        }
        keys.mischief.kind = nil
        #expect(try await till.openRequests().isEmpty)
        #expect(try await till.accept(wallet.pays(till.request(dkk(500)).message).message).accepted != nil)
    }

    @Test func aReaderThatMisbehavesOrAPhoneThatSendsGarbageEndsTheTapAndTheNextOnePays() async throws {
        let town = try Town()
        let (wallet, till) = (try await Phone(in: town).ready(), try await town.till(portPatience: 8))
        let request = try await till.request(dkk(500))
        let reader = Mischief.Reader(wallet.card)
        for mischief in Mischief.Kind.allCases {
            reader.mischief.kind = mischief
            let report = try await till.tap(reader, sale: request.id, giveUpAfter: 1)
            #expect(report.end != .done && !report.isPaid && report.settled.isEmpty, "\(mischief): \(report)")
        }
        wallet.card.fieldLost()
        let allowance = try #require(try await wallet.allowances().first)
        _ = try await wallet.arm(allowance.id, ceiling: dkk(500))
        #expect(try await till.tap(Antenna(wallet.card), sale: request.id).isPaid)
    }

    @Test func aServerThatNeverAnswersIsGivenUpAndTheNextSyncWorks() async throws {
        struct Silent: Transport {
            func send(_ request: TransportRequest) async throws -> TransportResponse {
                await withUnsafeContinuation { (_: UnsafeContinuation<Void, Never>) in }
                throw CancellationError()
            }
        }
        let town = try Town()
        let phone = Phone(in: town)
        try await phone.ready().shutDown()
        let wallet = try await phone.open(portPatience: 8)
        let bank = try #require(try await wallet.banks().first)
        #expect(try await wallet.sync(with: bank.id, over: Silent()).failure?.problem == .timedOut)
        #expect(try await wallet.sync(with: bank.id, over: town.transport()).failure == nil)
    }

    @Test func aTillIsGivenGarbageAndSaysSo() async throws {
        let town = try Town()
        let (wallet, till) = (try await Phone(in: town).ready(), try await town.till())
        for garbage in [Data(), Data([0x82, 0x02]), Data(repeating: 0xFF, count: 5_000)] {
            guard case .refused(let reason) = try await till.accept(garbage) else {
                Issue.record("\(garbage.count) bytes are no payment")
                continue
            }
            #expect(["malformed", "unsupported"].contains(reason.name))
            #expect(await trouble { _ = try await till.take(garbage) } != nil)
            guard case .refused = try await till.confirm(garbage, amount: dkk(1)) else {
                Issue.record("there is nothing to confirm")
                return
            }
        }
        #expect(await trouble { _ = try await till.request(Money(minorUnits: .max, currency: .dkk)) }?.kind == .invalidArgument)
        #expect(await trouble { try await till.cancel(RequestID(hex: "no id")) }?.kind == .invalidArgument)
        #expect(try await till.accept(wallet.pays(till.request(dkk(500)).message).message).accepted != nil)
    }

    @Test func aCameraThatSeesNoiseOrLiesAboutItsSizeFindsNothing() throws {
        let reader = try FrameReader()
        var numbers = SystemRandomNumberGenerator()
        let noise = Data((0..<(320 * 240)).map { _ in UInt8.random(in: 0...255, using: &numbers) })
        #expect(try reader.read(brightness: noise, width: 320, height: 240, bytesPerRow: 320) == .nothing)
        for (width, height, row) in [(321, 240, 320), (320, 241, 320), (0, 0, 0), (-1, 240, 320), (320, 240, -1)] {
            #expect { _ = try reader.read(brightness: noise, width: width, height: height, bytesPerRow: row) } throws: {
                ($0 as? SkillingError)?.kind == .invalidArgument
            }
        }
        for text in ["", "SKL1:", "SKL1:%%%", "https://bank.example", String(repeating: "A", count: 100_000)] {
            #expect(throws: SkillingError.self) { _ = try QRCode.message(inText: text) }
        }
        #expect(throws: SkillingError.self) { _ = try QRCode(message: Data(count: 1_000_000)) }
    }

    private func trouble(_ act: () async throws -> Void) async -> SkillingError? {
        do {
            try await act()
            return nil
        } catch {
            #expect(error is SkillingError, "\(error)")
            #expect("\(error)".contains("4929") == false, "what an app throws goes no further")
            return error as? SkillingError
        }
    }
}

/// Ports that work until a test says otherwise.
final class Mischief: @unchecked Sendable {
    enum Kind: CaseIterable { case throwsAnything, answersNothing, wrongLength, farTooLong, neverAnswers }
    struct Whatever: Error { let secret = "4929 1234" }

    private let lock = NSLock()
    private var value: Kind?
    private var hanging = 0
    var kind: Kind? {
        get { lock.withLock { value } }
        set {
            lock.withLock { value = newValue }
            // What hangs comes back first: the core asks one thing at a time.
            while newValue != .neverAnswers, lock.withLock({ hanging }) > 0 { Thread.sleep(forTimeInterval: 0.02) }
        }
    }

    func bytes(_ honest: () throws -> Data) throws -> Data {
        switch kind {
        case nil: return try honest()
        case .throwsAnything: throw Whatever()
        case .answersNothing: return Data()
        case .wrongLength: return try Data(honest().dropLast())
        case .farTooLong: return Data(repeating: 1, count: 70_000)
        case .neverAnswers:
            // Not while anybody waits for it.
            lock.withLock { hanging += 1 }
            defer { lock.withLock { hanging -= 1 } }
            while kind == .neverAnswers { Thread.sleep(forTimeInterval: 0.02) }
            throw Whatever()
        }
    }

    struct Vault: KeyVault {
        let mischief = Mischief()
        let vault: any KeyVault
        init(_ vault: any KeyVault) { self.vault = vault }
        func seal(_ secret: Data) throws -> Data { try mischief.bytes { try vault.seal(secret) } }
        func open(_ sealed: Data) throws -> Data { try mischief.bytes { try vault.open(sealed) } }
    }

    struct Guard: RollbackGuard {
        let mischief = Mischief()
        let kept: any RollbackGuard
        init(_ kept: any RollbackGuard) { self.kept = kept }
        func read() throws -> RollbackMark? {
            guard let mark = try kept.read() else { return nil }
            return RollbackMark(counter: mark.counter, digest: try mischief.bytes { mark.digest })
        }
        func advance(to mark: RollbackMark) throws {
            _ = try mischief.bytes { mark.digest }
            try kept.advance(to: mark)
        }
    }

    /// Makes link keys honestly and pay keys otherwise.
    struct Keys: DeviceKeys {
        let mischief = Mischief()
        let keys: any DeviceKeys
        init(_ keys: any DeviceKeys) { self.keys = keys }
        var attestation: Attestation { keys.attestation }
        var protection: String { keys.protection }
        func generate(alias: String, use: KeyUse, nonce: Data) async throws -> GeneratedKey {
            let key = try await keys.generate(alias: alias, use: use, nonce: nonce)
            return GeneratedKey(publicKey: try mischief.bytes { key.publicKey }, attestation: key.attestation)
        }
        func authorize(alias: String, prompt: ConsentPrompt?) async throws -> Authorization {
            try await keys.authorize(alias: alias, prompt: prompt)
        }
        func sign(_ bytes: Data, with authorization: Authorization) throws -> Data { try keys.sign(bytes, with: authorization) }
        func delete(alias: String) async throws { try await keys.delete(alias: alias) }
    }

    struct TillKeys: TerminalKeys {
        let mischief = Mischief()
        let keys: any TerminalKeys
        init(_ keys: any TerminalKeys) { self.keys = keys }
        func list() throws -> [Data] { try keys.list() }
        func create() throws -> Data { try mischief.bytes { try keys.create() } }
        func sign(_ bytes: Data, with key: Data) throws -> Data { try mischief.bytes { try keys.sign(bytes, with: key) } }
    }

    struct Reader: Transceiver {
        let mischief = Mischief()
        let card: any CardEmulation
        init(_ card: any CardEmulation) { self.card = card }
        func transceive(_ command: Data) throws -> Data { try mischief.bytes { card.process(command) } }
    }
}
