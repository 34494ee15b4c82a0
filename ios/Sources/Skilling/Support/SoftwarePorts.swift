// Ports in files, for tests, previews and simulators. Keys made here are marked as software: only test schemes grant them anything.
import Foundation
internal import SkillingCore

/// Device keys in a folder, with a person who always answers what was decided.
public final class SoftwareDeviceKeys: DeviceKeys {
    /// What the person does.
    public enum Answer: Hashable, Sendable {
        /// Agrees.
        case agree
        /// Says no.
        case refuse
        /// Has failed too often.
        case lockedOut
        /// Has set no passcode: pay keys are neither made nor used.
        case noPasscode
    }

    private let software: SkillingCore.SoftwareDeviceKeys
    private let keys: any SkillingCore.DeviceKeys

    /// - Parameters:
    ///   - folder: made if it is missing.
    ///   - clock: nil reads the system's.
    public init(folder: URL, clock: (@Sendable () -> Date)? = nil) throws(SkillingError) {
        do {
            software = try .open(folder: folder.path, clock: clock.map(ClockAdapter.init))
            keys = try software.keys()
        } catch { throw SkillingError(error) }
    }

    /// What the person does from now on.
    public func answer(_ answer: Answer) {
        let told: PersonAnswer =
            switch answer {
            case .agree: .agree
            case .refuse: .refuse
            case .lockedOut: .lockedOut
            case .noPasscode: .noScreenLock
            }
        try? software.setAnswer(answer: told)
    }

    public var attestation: Attestation { .none }
    public var protection: String { "software" }

    public func generate(alias: String, use: KeyUse, nonce: Data) async throws -> GeneratedKey {
        do {
            let key = try await keys.generate(alias: alias, usage: use == .pay ? .pay : .link, nonce: nonce)
            return GeneratedKey(publicKey: key.publicKey, attestation: key.attestation)
        } catch { throw Self.declared(error) }
    }

    public func authorize(alias: String, prompt: ConsentPrompt?) async throws -> Authorization {
        do {
            let operation = try await keys.authorize(alias: alias, prompt: prompt.map(\.core))
            return Authorization(alias: alias, handle: operation.handle)
        } catch { throw Self.declared(error) }
    }

    public func sign(_ bytes: Data, with authorization: Authorization) throws -> Data {
        do {
            let operation = AuthorizedOperation(handle: authorization.handle)
            return try keys.sign(alias: authorization.alias, operation: operation, message: bytes).bytes
        } catch { throw Self.declared(error) }
    }

    public func delete(alias: String) async throws {
        do { try await keys.deleteKey(alias: alias) } catch { throw Self.declared(error) }
    }

    private static func declared(_ error: any Error) -> DeviceKeysError {
        switch error as? SkillingCore.DeviceKeysError {
        case .Refused: .refused
        case .LockedOut: .lockedOut
        case .NoScreenLock: .noPasscode
        case .Busy: .busy
        case .Invalidated: .invalidated
        case .NoSuchKey: .noSuchKey
        case .AliasInUse: .aliasInUse
        case .Expired: .expired
        case .Fault, .Undeclared, nil: .fault
        }
    }
}

/// A vault whose key is in a file.
public final class FileKeyVault: KeyVault {
    private let vault: any SkillingCore.KeyVault

    /// Made if it is missing.
    public init(file: URL) throws(SkillingError) {
        do { vault = try softwareKeyVault(path: file.path) } catch { throw SkillingError(error) }
    }

    public func seal(_ secret: Data) throws -> Data {
        do { return try vault.seal(secret: SecretBytes(bytes: secret)).bytes } catch { throw KeyVaultError.fault }
    }

    public func open(_ sealed: Data) throws -> Data {
        do { return try vault.openSealed(sealed: SealedBytes(bytes: sealed)).bytes } catch { throw KeyVaultError.cannotOpen }
    }
}

/// A guard whose mark is in a file outside the wallet's folder.
public final class FileRollbackGuard: RollbackGuard {
    private let kept: any SkillingCore.RollbackGuard

    /// Made if it is missing.
    public init(file: URL) throws(SkillingError) {
        do { kept = try softwareRollbackGuard(path: file.path) } catch { throw SkillingError(error) }
    }

    public func read() throws -> RollbackMark? {
        do {
            return try kept.read().mark.map { RollbackMark(counter: $0.counter, digest: $0.digest) }
        } catch { throw RollbackGuardError.fault }
    }

    public func advance(to mark: RollbackMark) throws {
        do {
            try kept.advance(mark: GuardMark(counter: mark.counter, digest: mark.digest))
        } catch {
            if case .NotAbove = error as? SkillingCore.RollbackGuardError { throw RollbackGuardError.notAbove }
            throw RollbackGuardError.fault
        }
    }
}

/// A till's keys in a folder.
public final class SoftwareTerminalKeys: TerminalKeys {
    private let keys: any SkillingCore.TerminalKeys

    /// Made if it is missing.
    public init(folder: URL) throws(SkillingError) {
        do { keys = try softwareTerminalKeys(folder: folder.path) } catch { throw SkillingError(error) }
    }

    public var protection: String? { "software" }
    public func list() throws -> [Data] { try declared { try keys.list().keys.map(\.bytes) } }
    public func create() throws -> Data { try declared { try keys.create().bytes } }
    public func sign(_ bytes: Data, with key: Data) throws -> Data {
        try declared { try keys.sign(key: TerminalPublicKey(bytes: key), message: bytes).bytes }
    }

    private func declared<T>(_ work: () throws -> T) throws -> T {
        do {
            return try work()
        } catch {
            if case .NoSuchKey = error as? SkillingCore.TerminalKeysError { throw TerminalKeysError.noSuchKey }
            throw TerminalKeysError.fault
        }
    }
}

extension ConsentPrompt {
    var core: Prompt {
        let purpose: PromptPurpose =
            switch purpose {
            case .payment(let merchant, let reference): .payment(merchant: merchant, reference: reference)
            case .arming: .arming
            }
        return Prompt(purpose: purpose, amount: amount.core, decimals: UInt32(clamping: decimals))
    }
}
