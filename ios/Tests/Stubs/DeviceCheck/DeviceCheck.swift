// App Attest that hands back what it was asked for. Checked against Apple's documentation (async forms of generateKey and
// attestKey(_:clientDataHash:)).
import Foundation

public final class DCAppAttestService: Sendable {
    public static let shared = DCAppAttestService()
    public var isSupported: Bool { true }
    public func generateKey() async throws -> String { UUID().uuidString }
    public func attestKey(_ keyId: String, clientDataHash: Data) async throws -> Data { Data("stub".utf8) + clientDataHash }
}
