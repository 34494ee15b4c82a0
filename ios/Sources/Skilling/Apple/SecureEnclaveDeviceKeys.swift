#if canImport(CryptoKit) && canImport(LocalAuthentication) && canImport(DeviceCheck)
import CryptoKit
import Foundation
import LocalAuthentication
import Security

/// P-256 keys in the Secure Enclave. ``authorize(alias:prompt:)`` shows the system's prompt (Face ID, Touch ID or the passcode);
/// ``sign(_:with:)`` uses what it allowed, once and within 60 seconds.
///
/// The enclave wraps each key for this phone alone; the wrapped key lies in the keychain. Pay keys need the person for every
/// signature and are gone when the passcode is taken away; a new finger or face changes nothing. A phone without a passcode gets
/// none: ``DeviceKeysError/noPasscode``.
public final class SecureEnclaveDeviceKeys: DeviceKeys, @unchecked Sendable {
    /// How long an authorisation counts, in seconds.
    static let lifetime: TimeInterval = 60

    private struct Permit {
        let alias: String
        let context: LAContext?
        let until: TimeInterval
    }

    private let keychain: Keychain
    private let attestor: AppAttestation?
    private let clock: @Sendable () -> TimeInterval
    private let hasPasscode: @Sendable () -> Bool
    private let lock = NSLock()
    private var permits: [UInt64: Permit] = [:]
    private var count: UInt64 = 0

    /// - Parameters:
    ///   - service: the app's own name for its keychain items. Never change it.
    ///   - attestation: nil sends none, which only test schemes take.
    public convenience init(service: String, attestation: AppAttestation? = AppAttestation()) {
        self.init(service: service, attestation: attestation, clock: Self.elapsed)
    }

    init(
        service: String, attestation: AppAttestation?, clock: @escaping @Sendable () -> TimeInterval,
        hasPasscode: @escaping @Sendable () -> Bool = { SecureEnclaveDeviceKeys.asksForPasscode() }
    ) {
        keychain = Keychain(service: "\(service).skilling.keys")
        attestor = attestation
        (self.clock, self.hasPasscode) = (clock, hasPasscode)
    }

    /// Seconds of a clock that nobody sets and that goes on while the phone sleeps: an authorisation does not outlast a night.
    @Sendable static func elapsed() -> TimeInterval {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC_RAW, &time)
        return TimeInterval(time.tv_sec) + TimeInterval(time.tv_nsec) / 1_000_000_000
    }

    /// Whether the phone has a passcode. The person is asked nothing.
    @Sendable static func asksForPasscode() -> Bool {
        var error: NSError?
        return LAContext().canEvaluatePolicy(.deviceOwnerAuthentication, error: &error)
            || error?.code != LAError.Code.passcodeNotSet.rawValue
    }

    /// False on simulators, whatever the Mac under them has, and on very old phones.
    public static var isAvailable: Bool {
        #if targetEnvironment(simulator)
        false
        #else
        SecureEnclave.isAvailable
        #endif
    }

    public var protection: String { "Secure Enclave" }

    public var attestation: Attestation { attestor == nil ? .none : .apple }

    public func generate(alias: String, use: KeyUse, nonce: Data) async throws -> GeneratedKey {
        guard Self.isAvailable else { throw DeviceKeysError.fault }
        do {
            guard use == .link || hasPasscode() else { throw DeviceKeysError.noPasscode }
            guard try keychain.read(alias) == nil else { throw DeviceKeysError.aliasInUse }
            let key = try SecureEnclave.P256.Signing.PrivateKey(accessControl: Self.access(for: use))
            let publicKey = key.publicKey.x963Representation
            let proof = try await attestor?.attest(publicKey: publicKey, nonce: nonce, keychain: keychain) ?? Data()
            let access: Keychain.Access = use == .pay ? .whilePasscodeSet : .afterFirstUnlock
            // The use stands before the wrapped key: signing must know whether somebody has to be asked.
            let item = Data([use == .pay ? 1 : 0]) + key.dataRepresentation
            guard try keychain.add(item, as: alias, access: access) else { throw DeviceKeysError.aliasInUse }
            return GeneratedKey(publicKey: publicKey, attestation: proof)
        } catch {
            throw Self.declared(error)
        }
    }

    public func authorize(alias: String, prompt: ConsentPrompt?) async throws -> Authorization {
        do {
            guard let item = try keychain.read(alias) else { throw DeviceKeysError.noSuchKey }
            guard item.first == 1 else { return permit(alias, nil) }
            guard let prompt else { throw DeviceKeysError.fault }
            let context = LAContext()
            let isAllowed = try await context.evaluateAccessControl(
                Self.access(for: .pay), operation: .useKeySign, localizedReason: prompt.reason)
            guard isAllowed else { throw DeviceKeysError.refused }
            context.interactionNotAllowed = true
            return permit(alias, context)
        } catch {
            throw Self.declared(error)
        }
    }

    public func sign(_ bytes: Data, with authorization: Authorization) throws -> Data {
        lock.lock()
        let permit = permits.removeValue(forKey: authorization.handle)
        lock.unlock()
        guard let permit, permit.alias == authorization.alias, clock() <= permit.until else { throw DeviceKeysError.expired }
        defer { permit.context?.invalidate() }
        do {
            guard let item = try keychain.read(permit.alias) else { throw DeviceKeysError.invalidated }
            let key = try SecureEnclave.P256.Signing.PrivateKey(
                dataRepresentation: Data(item.dropFirst()), authenticationContext: permit.context)
            return try key.signature(for: bytes).rawRepresentation
        } catch {
            throw Self.declared(error)
        }
    }

    public func delete(alias: String) async throws {
        do {
            try keychain.remove(alias)
        } catch {
            throw DeviceKeysError.fault
        }
    }

    private func permit(_ alias: String, _ context: LAContext?) -> Authorization {
        lock.lock()
        defer { lock.unlock() }
        let now = clock()
        for (handle, permit) in permits where permit.until < now {
            permit.context?.invalidate()
            permits[handle] = nil
        }
        count += 1
        permits[count] = Permit(alias: alias, context: context, until: now + Self.lifetime)
        return Authorization(alias: alias, handle: count)
    }

    private static func access(for use: KeyUse) throws -> SecAccessControl {
        let protection: CFString
        let flags: SecAccessControlCreateFlags
        switch use {
        case .link: (protection, flags) = (kSecAttrAccessibleAfterFirstUnlockThisDeviceOnly, .privateKeyUsage)
        case .pay: (protection, flags) = (kSecAttrAccessibleWhenPasscodeSetThisDeviceOnly, [.privateKeyUsage, .userPresence])
        }
        guard let access = SecAccessControlCreateWithFlags(nil, protection, flags, nil) else { throw DeviceKeysError.fault }
        return access
    }

    private static func declared(_ error: any Error) -> DeviceKeysError {
        switch error {
        case let error as DeviceKeysError: error
        case let error as LAError: meaning(of: error.code)
        case let failure as Keychain.Failure where failure.status == errSecInteractionNotAllowed: .lockedOut
        case is CancellationError: .refused
        default: .fault
        }
    }

    private static func meaning(of code: LAError.Code) -> DeviceKeysError {
        switch code {
        case .userCancel, .appCancel, .systemCancel, .authenticationFailed, .userFallback: .refused
        case .biometryLockout: .lockedOut
        case .passcodeNotSet: .noPasscode
        default: .fault
        }
    }
}
#endif
