// App Attest that hands back what it was asked for. Checked against Apple's documentation (async forms of generateKey and
// attestKey(_:clientDataHash:); DCError.invalidKey for a key that was attested before or that the service does not know,
// serverUnavailable to come again with the same key).
import Foundation

public final class DCAppAttestService: Sendable {
    public static let shared = DCAppAttestService()
    public var isSupported: Bool { true }
    public func generateKey() async throws -> String { StubAttest.shared.make() }
    public func attestKey(_ keyId: String, clientDataHash: Data) async throws -> Data {
        try StubAttest.shared.attest(keyId)
        return Data("stub".utf8) + clientDataHash
    }
}

public struct DCError: Error {
    public enum Code: Int, Sendable {
        case unknownSystemFailure, featureUnsupported, invalidInput, invalidKey, serverUnavailable
    }
    public let code: Code
    public init(_ code: Code) { self.code = code }
}

/// What tests do to it.
public final class StubAttest: @unchecked Sendable {
    public static let shared = StubAttest()
    /// In the task that sets it: how Apple's server answers.
    @TaskLocal public static var answer: DCError.Code?
    /// In the task that sets it: every key that is made.
    @TaskLocal public static var made: (@Sendable (String) -> Void)?
    private let lock = NSLock()
    private var fresh: Set<String> = []

    func make() -> String {
        let key = UUID().uuidString
        _ = lock.withLock { fresh.insert(key) }
        Self.made?(key)
        return key
    }

    func attest(_ key: String) throws {
        if let code = Self.answer { throw DCError(code) }
        guard lock.withLock({ fresh.remove(key) }) != nil else { throw DCError(.invalidKey) }
    }

    /// The app was deleted and installed again: its keys are gone.
    public func forget(_ key: String) { _ = lock.withLock { fresh.remove(key) } }
}
