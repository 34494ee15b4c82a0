import Foundation

/// What a key is for.
public enum KeyUse: String, Hashable, Sendable {
    /// Signs calls to the bank; never asks the user.
    case link
    /// Signs payments; asks the user, payment by payment, where the hardware can.
    case pay
}

/// What kind of proof of its hardware a key comes with.
public enum Attestation: String, Hashable, Sendable {
    /// Nothing: test schemes only.
    case none
    /// An Apple attestation object (App Attest).
    case apple
}

/// A key that was just made.
public struct GeneratedKey: Hashable, Sendable {
    /// The public half: SEC 1, P-256, 33 bytes compressed or 65 uncompressed.
    public let publicKey: Data
    /// At most 16,384 bytes, of the kind that ``DeviceKeys/attestation`` names.
    public let attestation: Data

    /// Takes both as they are; the core refuses wrong lengths.
    public init(publicKey: Data, attestation: Data) {
        (self.publicKey, self.attestation) = (publicKey, attestation)
    }
}

/// What the payer is asked to agree to. Put it into their language: ``ConsentPrompt/reason`` does.
public struct ConsentPrompt: Hashable, Sendable {
    /// What a signature is wanted for.
    public enum Purpose: Hashable, Sendable {
        /// One payment to this merchant, with the till's number for it.
        case payment(merchant: String, reference: String?)
        /// The next request up to the amount, whoever makes it. The payer must authenticate, even where the key would not ask.
        case arming
    }

    /// What for.
    public let purpose: Purpose
    /// The amount, or for arming the ceiling.
    public let amount: Money
    /// How many decimals of it are shown.
    public let decimals: Int

    /// Takes what is asked.
    public init(purpose: Purpose, amount: Money, decimals: Int) {
        (self.purpose, self.amount, self.decimals) = (purpose, amount, decimals)
    }
}

/// The right to one signature, which somebody agreed to; signing uses it up.
public struct Authorization: Hashable, Sendable {
    /// The key's name.
    public let alias: String
    /// Means something to the implementation alone.
    public let handle: UInt64

    /// Made by implementations of ``DeviceKeys``.
    public init(alias: String, handle: UInt64) {
        (self.alias, self.handle) = (alias, handle)
    }
}

/// Why a key could not be made or used. Anything else that an implementation throws counts as ``DeviceKeysError/fault``,
/// and its text goes no further: it may hold secrets.
public enum DeviceKeysError: String, Error, Hashable, Sendable, CaseIterable {
    /// The person said no, or let the prompt pass.
    case refused
    /// Too many failed attempts: the phone must be unlocked first.
    case lockedOut
    /// The phone has no passcode, which pay keys need.
    case noPasscode
    /// The key cannot be reached for the moment: the same again may succeed.
    case busy
    /// The key is gone for good: the passcode was taken away, or the phone was restored.
    case invalidated
    /// No key of that name was ever made here, or it was deleted.
    case noSuchKey
    /// The name is taken: a key is never replaced.
    case aliasInUse
    /// The authorisation is unknown, used, or older than 60 seconds.
    case expired
    /// The hardware failed, or it never answered.
    case fault
}

/// Signing keys of the phone. ``SecureEnclaveDeviceKeys`` is the one for production.
///
/// An implementation must make P-256 keys whose private half never leaves the phone and that no backup carries elsewhere; it may be
/// called from any thread and must not call the wallet. What it throws becomes a typed error; what it never answers to is given
/// up (10 s to sign, 60 s to make a key, 3 minutes for a person); a trap (`fatalError`, `!` on nil, an index out of range) ends the app and nobody can catch it.
/// ``PortContract`` runs one through its contract.
public protocol DeviceKeys: Sendable {
    /// What kind of attestation ``generate(alias:use:nonce:)`` gives. Always the same.
    var attestation: Attestation { get }

    /// What protects the keys, for support: `Secure Enclave`, `software`. At most 64 characters.
    var protection: String { get }

    /// Makes a key, durable on return. Never replaces one.
    func generate(alias: String, use: KeyUse, nonce: Data) async throws -> GeneratedKey

    /// Asks the person, where key or purpose demand it, and prepares exactly one signature that may be used for 60 seconds.
    /// `prompt` is nil for link keys, for which nobody is asked.
    func authorize(alias: String, prompt: ConsentPrompt?) async throws -> Authorization

    /// Signs `bytes` (not their digest) with ES256: `r || s`, 64 bytes. Asks nobody, waits for nothing but the hardware.
    func sign(_ bytes: Data, with authorization: Authorization) throws -> Data

    /// Deletes the key for good. Succeeds where there is none.
    func delete(alias: String) async throws
}
