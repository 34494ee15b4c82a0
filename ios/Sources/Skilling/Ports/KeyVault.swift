import Foundation

/// Why the vault gives nothing. Anything else that an implementation throws counts as ``KeyVaultError/fault``.
public enum KeyVaultError: String, Error, Hashable, Sendable, CaseIterable {
    /// The phone was not unlocked since it started: try again later.
    case locked
    /// Sealed on another phone, or the sealing key is gone: this store cannot be read any more.
    case cannotOpen
    /// The keychain failed, or it never answered.
    case fault
}

/// Seals the key of the wallet's store with a key of this phone. ``KeychainVault`` is the one for production.
///
/// What was sealed here must open here for as long as the app is installed, on no other phone, without asking the person and
/// whatever happens to fingers and faces. Called from any thread; must not call the wallet.
public protocol KeyVault: Sendable {
    /// Seals at most 64 bytes into at most 1,024.
    func seal(_ secret: Data) throws -> Data
    /// Opens what ``seal(_:)`` gave; refuses changed bytes.
    func open(_ sealed: Data) throws -> Data
}
