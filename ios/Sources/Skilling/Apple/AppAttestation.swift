#if canImport(DeviceCheck)
import DeviceCheck
import Foundation
internal import SkillingCore

/// App Attest: Apple vouches for the app that states the key, and the bank decides what that is worth.
///
/// Every key of the wallet's that is attested takes an App Attest key of its own: Apple attests one once, and a bank wants an
/// attestation for each. One that Apple's server could not be reached for is used for the next. Needs the network: the phone is
/// online when it enrols or asks for an allowance anyway.
public struct AppAttestation: Sendable {
    /// The phone and the app's entitlements allow it.
    public static var isSupported: Bool { DCAppAttestService.shared.isSupported }

    /// The usual one.
    public init() {}

    /// What no key of the wallet's is called.
    private static let name = "app.attest"

    /// - Parameter keychain: where the name of a key lies that was made and not attested.
    func attest(publicKey: Data, nonce: Data, keychain: Keychain) async throws -> Data {
        let challenge = try attestationChallenge(nonce: nonce, publicKeyForApple: publicKey)
        if let kept = try keychain.read(Self.name) {
            do {
                return try await attest(String(decoding: kept, as: UTF8.self), challenge, keychain)
            } catch let error as DCError where error.code == .invalidKey {
                // A reinstalled app finds the name here and not the key.
            }
        }
        let fresh = try await DCAppAttestService.shared.generateKey()
        _ = try keychain.add(Data(fresh.utf8), as: Self.name, access: .afterFirstUnlock)
        return try await attest(fresh, challenge, keychain)
    }

    private func attest(_ keyID: String, _ challenge: Data, _ keychain: Keychain) async throws -> Data {
        do {
            let proof = try await DCAppAttestService.shared.attestKey(keyID, clientDataHash: challenge)
            try keychain.remove(Self.name)
            return proof
        } catch let error as DCError where error.code == .serverUnavailable {
            // Apple asks to come again with the same key: it counts how many a phone makes.
            throw error
        } catch {
            try? keychain.remove(Self.name)
            throw error
        }
    }
}
#endif
