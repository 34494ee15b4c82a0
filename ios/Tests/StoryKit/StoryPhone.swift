// Wallets and tills of the story in tests/conformance, with the ports of an iPhone. Not part of any product.
import Foundation
import Skilling

#if canImport(CryptoKit)
import Security

/// One time for everybody, moved by hand.
public final class StoryClock: @unchecked Sendable {
    private let lock = NSLock()
    private var seconds: TimeInterval

    public init(_ seconds: TimeInterval) { self.seconds = seconds }

    public var now: TimeInterval {
        get { lock.withLock { seconds } }
        set { lock.withLock { seconds = newValue } }
    }

    var dates: @Sendable () -> Date { { [self] in Date(timeIntervalSince1970: now) } }
}

/// What wallets and tills have to know of the world.
public struct StoryWorld: Sendable {
    public let folder: URL
    public let root: Data
    public let server: URL
    public let clock: StoryClock

    public init(folder: URL, root: Data, server: URL, clock: StoryClock) {
        (self.folder, self.root, self.server, self.clock) = (folder, root, server, clock)
    }

    func transport() throws -> URLSessionTransport { try URLSessionTransport(server: server) }
}

/// What a phone answers to a request.
public enum StoryAnswer: Sendable {
    case token(payment: String, code: String)
    case refused(UInt32)
}

/// A phone. What it shows and reads are the texts of codes.
public final class StoryPhone: Sendable {
    private let world: StoryWorld
    private let wallet: SkillingWallet
    private let folder: URL
    /// Names the enclave's keys and the keychain's items.
    private let service: String
    private let marks: KeychainRollbackGuard

    private init(_ world: StoryWorld, folder: URL, service: String, marks: KeychainRollbackGuard) async throws {
        (self.world, self.folder, self.service, self.marks) = (world, folder, service, marks)
        var configuration = WalletConfiguration(folder: folder, roots: [world.root])
        configuration.clock = world.clock.dates
        wallet = try await SkillingWallet.open(
            configuration, keys: StatedKeys(SecureEnclaveDeviceKeys(service: service, attestation: nil)),
            vault: KeychainVault(service: service), rollbackGuard: marks)
        wallet.setInFront(true)
    }

    /// A new phone, enrolled and with offline money.
    public static func bought(_ world: StoryWorld, enrolment: String, allowance: UInt64) async throws -> StoryPhone {
        let service = "story-\(UUID().uuidString)"
        let phone = try await StoryPhone(
            world, folder: world.folder.appendingPathComponent(service), service: service,
            marks: KeychainRollbackGuard(service: service))
        let bank = try await phone.wallet.enrol(code: enrolment, over: world.transport())
        let report = try await phone.wallet.sync(with: bank, over: world.transport(), wanting: Want(limit: money(allowance)))
        guard report.granted.count == 1 else { throw StoryTrouble("no allowance: \(report)") }
        return phone
    }

    public func pay(_ code: String) async throws -> StoryAnswer {
        do {
            let token = try await answered(QRCode.message(inText: code))
            try await wallet.presented(token.payment)
            return .token(payment: token.payment.hex, code: try QRCode(message: token.message).text)
        } catch let error as SkillingError {
            if case .refused(let reason) = error.kind { return .refused(reason.code) }
            throw error
        }
    }

    private func answered(_ request: Data) async throws -> PaymentToken {
        switch try await wallet.review(request) {
        case .answered(let token): token
        case .new(let review): try await wallet.pay(wallet.agree(to: review))
        }
    }

    public func takeReceipt(_ code: String) async throws -> String {
        try await wallet.take(receipt: QRCode.message(inText: code)).stage.rawValue
    }

    /// The payer watches the screen, reads what a reader asks for, and agrees. Returns at once.
    public func agreeWhenAsked() {
        Task { [wallet] in
            for await asked in wallet.asks {
                guard case .new(let review) = try await wallet.review(asked) else { continue }
                _ = try await wallet.agree(to: review)
                return
            }
        }
    }

    public func arm(_ ceiling: UInt64) async throws {
        _ = try await wallet.arm(newest().id, ceiling: money(ceiling))
    }

    public var card: any CardEmulation { wallet.card }

    public func stage(_ payment: String) async throws -> String {
        try await wallet.stage(of: PaymentID(hex: payment)).rawValue
    }

    public func remaining() async throws -> UInt64 { try await newest().remaining.minorUnits }

    public func sync() async throws -> [String: Int] {
        guard let bank = try await wallet.banks().first else { throw StoryTrouble("no bank") }
        let report = try await wallet.sync(with: bank.id, over: world.transport())
        guard report.failure == nil else { throw StoryTrouble("not synced: \(report)") }
        let states = report.payments.values
        return ["paid": states.filter { $0 == .paid }.count, "given_back": states.filter { $0 == .givenBack }.count]
    }

    /// Everything that the phone's storage holds, guard included, on another phone that holds the same keys: what an enclave does
    /// not allow, and a thief would like.
    public func clone() async throws -> StoryPhone {
        let name = "story-\(UUID().uuidString)"
        let copy = world.folder.appendingPathComponent(name)
        try FileManager.default.copyItem(at: folder, to: copy)
        let itsMarks = KeychainRollbackGuard(service: name)
        if let mark = try marks.read() { try itsMarks.advance(to: mark) }
        return try await StoryPhone(world, folder: copy, service: service, marks: itsMarks)
    }

    private func newest() async throws -> Allowance {
        guard let newest = try await wallet.allowances().last else { throw StoryTrouble("no allowance") }
        return newest
    }
}
#endif

#if canImport(CryptoKit)
/// The enclave's keys with a word about themselves instead of Apple's: that they are in a secure element, and that pay keys ask. Only
/// test schemes believe it.
private final class StatedKeys: DeviceKeys {
    private let keys: SecureEnclaveDeviceKeys

    init(_ keys: SecureEnclaveDeviceKeys) { self.keys = keys }

    var attestation: Attestation { .none }
    var protection: String { keys.protection }

    func generate(alias: String, use: KeyUse, nonce: Data) async throws -> GeneratedKey {
        let key = try await keys.generate(alias: alias, use: use, nonce: nonce)
        // CBOR: [2, 1] or [2, 0].
        return GeneratedKey(publicKey: key.publicKey, attestation: Data([0x82, 2, use == .pay ? 1 : 0]))
    }

    func authorize(alias: String, prompt: ConsentPrompt?) async throws -> Authorization {
        try await keys.authorize(alias: alias, prompt: prompt)
    }

    func sign(_ bytes: Data, with authorization: Authorization) throws -> Data { try keys.sign(bytes, with: authorization) }

    func delete(alias: String) async throws { try await keys.delete(alias: alias) }
}
#endif

/// Something that the story cannot go on with.
public struct StoryTrouble: Error, CustomStringConvertible {
    public let description: String
    public init(_ description: String) { self.description = description }
}

func money(_ minorUnits: UInt64) -> Money { Money(minorUnits: minorUnits, currency: .dkk) }
