#if canImport(Security) && canImport(CryptoKit)
import CryptoKit
import Foundation
import Security

/// Seals the store's key with AES-256-GCM under a random key that lies in the keychain of this phone.
///
/// Needs no person and no unlocked screen, only a phone that was unlocked since it started: payments are recovered and synced in
/// the background.
public struct KeychainVault: KeyVault {
    private static let name = "vault"
    private let keychain: Keychain

    /// - Parameter service: the app's own name for its keychain items, such as its bundle identifier. Never change it.
    public init(service: String) {
        keychain = Keychain(service: "\(service).skilling")
    }

    public func seal(_ secret: Data) throws -> Data {
        try declared {
            guard let sealed = try AES.GCM.seal(secret, using: key(make: true)).combined else { throw KeyVaultError.fault }
            return sealed
        }
    }

    public func open(_ sealed: Data) throws -> Data {
        try declared {
            let key = try key(make: false)
            do {
                return try AES.GCM.open(AES.GCM.SealedBox(combined: sealed), using: key)
            } catch {
                throw KeyVaultError.cannotOpen
            }
        }
    }

    private func key(make: Bool) throws -> SymmetricKey {
        if let kept = try keychain.read(Self.name) { return SymmetricKey(data: kept) }
        guard make else { throw KeyVaultError.cannotOpen }
        let fresh = SymmetricKey(size: .bits256)
        let bytes = fresh.withUnsafeBytes { Data($0) }
        if try keychain.add(bytes, as: Self.name, access: .afterFirstUnlock) { return fresh }
        // Another thread was first.
        guard let kept = try keychain.read(Self.name) else { throw KeyVaultError.fault }
        return SymmetricKey(data: kept)
    }

    private func declared<T>(_ work: () throws -> T) throws -> T {
        do {
            return try work()
        } catch let failure as Keychain.Failure {
            throw failure.status == errSecInteractionNotAllowed ? KeyVaultError.locked : .fault
        } catch {
            throw error as? KeyVaultError ?? .fault
        }
    }
}
#endif
