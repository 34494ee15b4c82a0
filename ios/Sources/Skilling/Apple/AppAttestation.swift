#if canImport(DeviceCheck)
import DeviceCheck
import Foundation
internal import SkillingCore

/// App Attest: Apple vouches for the app that states the key, and the bank decides what that is worth.
///
/// Every call makes a new App Attest key, because an attestation holds for one nonce. Needs the network: the phone is online
/// when it enrols or asks for an allowance anyway.
public struct AppAttestation: Sendable {
    /// The phone and the app's entitlements allow it.
    public static var isSupported: Bool { DCAppAttestService.shared.isSupported }

    /// The usual one.
    public init() {}

    func attest(publicKey: Data, nonce: Data) async throws -> Data {
        let service = DCAppAttestService.shared
        let keyID = try await service.generateKey()
        let challenge = try attestationChallenge(nonce: nonce, publicKeyForApple: publicKey)
        return try await service.attestKey(keyID, clientDataHash: challenge)
    }
}
#endif
