// An app's own keys, vault, guard and transport that refuse, throw, hang, lie: a typed error, state intact, the next payment works.
import CryptoKit
import Foundation
import LocalAuthentication
import Security
import Testing

@testable import Skilling

struct BadPorts {
    struct Whatever: Error { let secret = "4929 1234" }

    @Test(arguments: [
        (DeviceKeysError.refused as any Error, "wallet.payer_refused"), (DeviceKeysError.lockedOut, "wallet.locked_out"),
        (DeviceKeysError.noPasscode, "wallet.no_screen_lock"), (DeviceKeysError.expired, "wallet.consent_passed"),
        (DeviceKeysError.busy, "busy"), (DeviceKeysError.fault, "port.device_keys.fault"), (Whatever(), "port.device_keys.undeclared"),
        (CancellationError(), "port.device_keys.undeclared"),
    ])
    func whatKeysThrowIsATypedErrorAndTheNextPaymentWorks(error: any Error, code: String) async throws {
        let (town, keys, wallet, till, request) = try await asked()
        defer { withExtendedLifetime(town) {} }
        keys.fail(authorizing: error)
        let failure = await failure { _ = try await wallet.pays(request.message) }
        #expect(failure?.code == code)
        #expect(failure?.detail.contains("4929") == false)
        keys.fail(signing: error)
        #expect(await self.failure { _ = try await wallet.pays(request.message) }?.code == code)
        keys.work()
        #expect(try await till.accept(wallet.pays(request.message).message).accepted != nil)
        #expect(try await wallet.history().entries.count == 1)
    }

    @Test func keysThatNeverAnswerAreGivenUp() async throws {
        let (town, keys, wallet, till, request) = try await asked(portPatience: 5)
        defer { withExtendedLifetime(town) {} }
        keys.hangs = true
        #expect(await failure { _ = try await wallet.pays(request.message) }?.code == "port.device_keys.too_late")
        keys.work()
        #expect(try await till.accept(wallet.pays(request.message).message).accepted != nil)
    }

    @Test func aSignatureOfTheWrongLengthOrOfAnotherKeyNeverLeaves() async throws {
        let (town, keys, wallet, till, request) = try await asked()
        defer { withExtendedLifetime(town) {} }
        for lie in [Data(), Data(count: 63), Data(repeating: 1, count: 64), Data(count: 70_000)] {
            keys.lies(with: lie)
            #expect(await failure { _ = try await wallet.pays(request.message) } != nil)
        }
        keys.work()
        #expect(try await till.accept(wallet.pays(request.message).message).accepted != nil)
        #expect(try await wallet.history().entries.count == 1)
    }

    @Test func aGuardThatFailsKeepsTheTokenInside() async throws {
        let town = try Town()
        let (phone, till) = (Phone(in: town), try await town.till())
        let wallet = try await phone.ready()
        let request = try await till.request(dkk(500))
        guard case .new(let review) = try await wallet.review(request.message) else { return }
        let authorised = try await wallet.agree(to: review)
        StubKeychain.fail("\(phone.service).skilling", with: errSecInteractionNotAllowed)
        #expect(await failure { _ = try await wallet.pay(authorised) }?.kind == .portFailed)
        StubKeychain.fail("\(phone.service).skilling", with: nil)
        // It was committed: the same request gives it.
        let token = try await wallet.pays(request.message)
        #expect(try await till.accept(token.message).accepted != nil)
        #expect(try await wallet.history().entries.count == 1)
    }

    @Test func aLockedKeychainIsToldApartFromALostKey() async throws {
        let town = try Town()
        let phone = Phone(in: town)
        try await phone.ready().shutDown()
        StubKeychain.fail("\(phone.service).skilling", with: errSecInteractionNotAllowed)
        #expect(await failure { _ = try await phone.open() }?.kind == .storage(.vaultLocked))
        StubKeychain.fail("\(phone.service).skilling", with: nil)
        try await phone.open().shutDown()
        let other = KeychainVault(service: "another phone")
        _ = try other.seal(Data(count: 32))
        #expect(await failure { _ = try await phone.open(vault: other) }?.kind == .storage(.vaultCannotOpen))
    }

    @Test func withoutAPasscodeThePayKeyIsGoneAndASyncBringsAnother() async throws {
        let town = try Town()
        let (phone, till) = (Phone(in: town), try await town.till())
        let wallet = try await phone.ready()
        StubKeychain.dropPasscodeItems(of: "\(phone.service).skilling.keys")
        let request = try await till.request(dkk(500))
        #expect(await failure { _ = try await wallet.pays(request.message) }?.kind == .keyGone)
        #expect(try await wallet.forecast().first { $0.currency == .dkk }?.coverage.stretches.isEmpty == true)
        let reports = try await wallet.syncEverything { [town] _ in try? town.transport() }
        #expect(reports.values.flatMap(\.granted).count == 1)
        #expect(try await till.accept(wallet.pays(request.message).message).accepted != nil)
    }

    @Test func whatOneBankStopsKeepsNoOtherFromBeingSynced() async throws {
        let town = try Town()
        let phone = Phone(in: town)
        let wallet = try await phone.ready()
        _ = try await wallet.enrol(code: town.customer(), over: town.transport())
        #expect(try await wallet.banks().count == 2)
        StubKeychain.fail("\(phone.service).skilling.keys", with: errSecInteractionNotAllowed)
        let asked = Names()
        let way = try town.transport()
        let error = await failure {
            _ = try await wallet.syncEverything { bank in
                asked.add("\(bank.id.number)")
                return way
            }
        }
        #expect(error?.kind == .lockedOut && asked.all.count == 2)
    }

    @Test func aFingerThatIsEnrolledChangesNothing() async throws {
        let town = try Town()
        let (phone, till) = (Phone(in: town), try await town.till())
        let wallet = try await phone.ready()
        let bound = try SecureEnclave.P256.Signing.PrivateKey(
            accessControl: #require(
                SecAccessControlCreateWithFlags(
                    nil, kSecAttrAccessibleWhenPasscodeSetThisDeviceOnly, [.privateKeyUsage, .biometryCurrentSet], nil)))
        SecureEnclave.stubEnrolFinger()
        #expect(throws: LAError.self, "a key that is bound to its fingers is lost") { try bound.signature(for: Data([1])) }
        #expect(try await till.accept(wallet.pays(till.request(dkk(500)).message).message).accepted != nil)
        #expect(try await wallet.allowances().map(\.state) == [.open])
    }

    @Test func aTransportThatThrowsAnythingIsUnreachable() async throws {
        struct Broken: Transport {
            func send(_ request: TransportRequest) async throws -> TransportResponse { throw Whatever() }
        }
        struct Liar: Transport {
            func send(_ request: TransportRequest) async throws -> TransportResponse {
                TransportResponse(status: -7, body: Data(repeating: 7, count: 100_000))
            }
        }
        let town = try Town()
        let wallet = try await Phone(in: town).open()
        #expect(await failure { _ = try await wallet.enrol(code: "x", over: Broken()) }?.code == "online.unreachable")
        #expect(await failure { _ = try await wallet.enrol(code: "x", over: Liar()) }?.code.hasPrefix("online.") == true)
        #expect(try await wallet.banks().isEmpty)
    }

    @Test func theAppsOwnPortsKeepTheirContract() async throws {
        let service = UUID().uuidString
        try await PortContract.check(SecureEnclaveDeviceKeys(service: service, attestation: nil))
        try await PortContract.check(KeychainVault(service: service), reopened: KeychainVault(service: service))
        try await PortContract.check(KeychainRollbackGuard(service: service), reopened: KeychainRollbackGuard(service: service))
        let town = try Town()
        try await PortContract.check(town.transport())
        town.networkDown()
    }

    /// A payer with keys of the app's own, of whom a till wants 5.00.
    private func asked(
        portPatience: TimeInterval? = nil
    ) async throws -> (Town, Keys, SkillingWallet, SkillingTerminal, OpenRequest) {
        let town = try Town()
        let (phone, till) = (Phone(in: town), try await town.till())
        try await phone.ready().shutDown()
        let keys = Keys(phone.keys)
        let wallet = try await phone.open(keys: keys, portPatience: portPatience)
        return (town, keys, wallet, till, try await till.request(dkk(500)))
    }

    private func failure(_ act: () async throws -> Void) async -> SkillingError? {
        do {
            try await act()
            return nil
        } catch {
            return error as? SkillingError
        }
    }
}

/// Keys that work until a test says otherwise.
private final class Keys: DeviceKeys, @unchecked Sendable {
    private let keys: any DeviceKeys
    private let lock = NSLock()
    private var authorizing: (any Error)?
    private var signing: (any Error)?
    private var lie: Data?
    private var isHanging = false

    init(_ keys: any DeviceKeys) { self.keys = keys }

    func fail(authorizing error: any Error) { lock.withLock { authorizing = error } }
    func fail(signing error: any Error) { lock.withLock { (authorizing, signing) = (nil, error) } }
    func lies(with bytes: Data) { lock.withLock { lie = bytes } }
    func work() { lock.withLock { (authorizing, signing, lie, isHanging) = (nil, nil, nil, false) } }
    var hangs: Bool {
        get { lock.withLock { isHanging } }
        set { lock.withLock { isHanging = newValue } }
    }

    var attestation: Attestation { keys.attestation }
    var protection: String { keys.protection }
    func generate(alias: String, use: KeyUse, nonce: Data) async throws -> GeneratedKey {
        try await keys.generate(alias: alias, use: use, nonce: nonce)
    }
    func authorize(alias: String, prompt: ConsentPrompt?) async throws -> Authorization {
        if let error = lock.withLock({ authorizing }) { throw error }
        // Not even its cancellation is listened to.
        if hangs { await withUnsafeContinuation { (_: UnsafeContinuation<Void, Never>) in } }
        return try await keys.authorize(alias: alias, prompt: prompt)
    }
    func sign(_ bytes: Data, with authorization: Authorization) throws -> Data {
        if let error = lock.withLock({ signing }) { throw error }
        return try lock.withLock { lie } ?? keys.sign(bytes, with: authorization)
    }
    func delete(alias: String) async throws { try await keys.delete(alias: alias) }
}
