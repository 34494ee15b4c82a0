// A bank with its server, a till and phones: real processes and files, one town a test.
import Foundation
import Testing

@testable import Skilling

#if canImport(CryptoKit)
import LocalAuthentication
import Security
#endif

/// What a test reads and moves: wallets and tills ask it for the time.
final class TownClock: @unchecked Sendable {
    private let lock = NSLock()
    private var offset: TimeInterval = 0

    var now: @Sendable () -> Date { { [self] in lock.withLock { Date(timeIntervalSinceNow: offset) } } }
    func advance(days: Double) { lock.withLock { offset += days * 86_400 } }
    func setBack(days: Double) { advance(days: -days) }
}

/// Starts what it needs and ends it again.
final class Town: @unchecked Sendable {
    let folder: URL
    let clock = TownClock()
    let root: Data
    let url: URL
    private let command: String
    private let server: Process

    init() throws {
        guard let command = ProcessInfo.processInfo.environment["SKILLING_COMMAND"] else {
            throw Trouble("SKILLING_COMMAND names no command: run scripts/swift-test")
        }
        self.command = command
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("town-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let made = try Self.run(command, ["issuer", "init", "--home", folder.path + "/bank", "--json"])
        root = try Data(hex: made.text("root"))
        (server, url) = try Process.server(command, ["--home", folder.path + "/bank", "--json"])
    }

    deinit {
        networkDown()
        try? FileManager.default.removeItem(at: folder)
    }

    /// Somebody with money at the bank; the code that enrols their phone.
    func customer(amount: String = "2000", currency: String = "DKK") throws -> String {
        try bank(
            "customer", "add", "--name", "Anna", "--currency", currency, "--funding", "held", "--amount", amount
        ).text("enrolment_code")
    }

    /// The trust bundle as a file would bring it.
    func bundle() throws -> Data {
        let file = folder.appendingPathComponent("bundle-\(UUID().uuidString).cbor")
        _ = try Self.run(command, ["issuer", "trust", "--home", folder.path + "/bank", "-o", file.path])
        return try Data(contentsOf: file)
    }

    /// A till with a certificate, its store in a folder of its own.
    func till(
        _ name: String = "Netto", in home: URL? = nil, keys: (any TerminalKeys)? = nil, portPatience: TimeInterval? = nil
    ) async throws -> SkillingTerminal {
        let home = home ?? folder.appendingPathComponent("till-\(UUID().uuidString)")
        let keys = try keys ?? SoftwareTerminalKeys(folder: home.appendingPathComponent("keys"))
        var configuration = TerminalConfiguration(store: home.appendingPathComponent("till.db"), roots: [root])
        configuration.clock = clock.now
        configuration.portPatience = portPatience ?? usualPatience
        let till = try await SkillingTerminal.open(configuration, keys: keys)
        let key = try await till.createKey()
        let merchant = try bank(
            "merchant", "add", "--name", name, "--mcc", "5411", "--country", "DK", "--terminal-key", key.hex)
        try await till.refresh(over: transport())
        try await till.take(certificate: Data(hex: merchant.text("merchant")))
        return till
    }

    func transport() throws -> URLSessionTransport { try URLSessionTransport(server: url) }

    /// `skilling issuer ...`, its answer read.
    func bank(_ arguments: String...) throws -> Answer {
        try Self.run(command, ["issuer"] + arguments + ["--home", folder.path + "/bank", "--json"])
    }

    /// The server goes away, as in an outage.
    func networkDown() {
        // Not asked to stop: it would wait for the connections that are kept open.
        kill(server.processIdentifier, SIGKILL)
    }

    struct Trouble: Error, CustomStringConvertible {
        let description: String
        init(_ description: String) { self.description = description }
    }

    struct Answer {
        let object: [String: Any]
        func text(_ key: String) throws -> String {
            guard let text = object[key] as? String else { throw Trouble("no \(key) in the command's answer") }
            return text
        }
    }

    static func run(_ command: String, _ arguments: [String]) throws -> Answer {
        let said = try Process.output(of: command, arguments)
        return Answer(object: (try? JSONSerialization.jsonObject(with: said)) as? [String: Any] ?? [:])
    }
}

/// A phone: the enclave's keys, the keychain's vault and guard, a folder.
struct Phone {
    let town: Town
    let service = "phone-\(UUID().uuidString)"
    let folder: URL

    init(in town: Town, folder: URL? = nil) {
        self.town = town
        self.folder = folder ?? town.folder.appendingPathComponent(service)
    }

    var keys: SecureEnclaveDeviceKeys { SecureEnclaveDeviceKeys(service: service, attestation: nil) }

    func open(
        keys: (any DeviceKeys)? = nil, vault: (any KeyVault)? = nil, rollbackGuard: (any RollbackGuard)? = nil,
        portPatience: TimeInterval? = nil
    ) async throws -> SkillingWallet {
        var configuration = WalletConfiguration(folder: folder, roots: [town.root])
        configuration.clock = town.clock.now
        configuration.portPatience = portPatience ?? usualPatience
        let wallet = try await SkillingWallet.open(
            configuration, keys: keys ?? self.keys, vault: vault ?? KeychainVault(service: service),
            rollbackGuard: rollbackGuard ?? KeychainRollbackGuard(service: service))
        wallet.setInFront(true)
        return wallet
    }

    /// Opened, enrolled, and with offline money.
    func ready(limit: UInt64 = 100_000) async throws -> SkillingWallet {
        let wallet = try await open()
        let bank = try await wallet.enrol(code: town.customer(), over: town.transport())
        let report = try await wallet.sync(
            with: bank, over: town.transport(), wanting: Want(limit: Money(minorUnits: limit, currency: .dkk)))
        try #require(report.granted.count == 1)
        return wallet
    }
}

/// A reader that holds this phone; it may lose it.
final class Antenna: Transceiver, @unchecked Sendable {
    struct Lost: Error {}
    private let card: any CardEmulation
    private let lock = NSLock()
    private var left: Int

    /// Loses the phone after so many commands, the answer to the last included.
    init(_ card: any CardEmulation, losesAfter: Int = .max) { (self.card, left) = (card, losesAfter) }

    func transceive(_ command: Data) throws -> Data {
        let isHere = lock.withLock {
            left -= 1
            return left > 0
        }
        let response = card.process(command)
        guard isHere else {
            card.fieldLost()
            throw Lost()
        }
        return response
    }
}

/// ThreadSanitizer makes signing in Swift slower than the core waits for a phone's hardware: scripts/swift-test says so then.
let usualPatience = ProcessInfo.processInfo.environment["SKILLING_PATIENCE"].flatMap(TimeInterval.init)

func dkk(_ minorUnits: UInt64) -> Money { Money(minorUnits: minorUnits, currency: .dkk) }

extension SkillingWallet {
    /// Reviews, agrees, pays: what a payer does.
    func pays(_ request: Data) async throws -> PaymentToken {
        switch try await review(request) {
        case .answered(let token): return token
        case .new(let review): return try await pay(agree(to: review))
        }
    }
}

extension SaleOutcome {
    /// Paid just now.
    var accepted: Answered? {
        if case .accepted(let answered, _) = self { answered } else { nil }
    }
}

extension Data {
    init(hex: String) throws {
        let digits = Array(hex.utf8)
        guard digits.count % 2 == 0 else { throw Town.Trouble("odd hex") }
        self.init()
        for i in stride(from: 0, to: digits.count, by: 2) {
            guard let byte = UInt8(String(decoding: digits[i...(i + 1)], as: UTF8.self), radix: 16) else {
                throw Town.Trouble("no hex")
            }
            append(byte)
        }
    }

    var hex: String { map { String(format: "%02x", $0) }.joined() }
}

extension AsyncStream where Element: Sendable {
    /// Waits for the first element that `matches`.
    func first(where matches: @escaping @Sendable (Element) -> Bool, within seconds: Double) async -> Element? {
        let search = Task { () -> Element? in
            for await element in self where matches(element) { return element }
            return nil
        }
        let alarm = Task {
            try? await Task.sleep(nanoseconds: UInt64(seconds * 1_000_000_000))
            search.cancel()
        }
        defer { alarm.cancel() }
        return await search.value
    }
}
