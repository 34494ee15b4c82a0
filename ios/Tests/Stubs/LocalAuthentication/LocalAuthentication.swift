// A prompt whose person does what the test says. `evaluateAccessControl` and its operations are checked against Apple's
// documentation, and that `deviceOwnerAuthentication` fails with `passcodeNotSet` on a phone without a passcode; the codes of LAError
// are from memory.
import Foundation
import Security

public enum LAAccessControlOperation: Int, Sendable {
    case createItem, useItem, createKey, useKeySign, useKeyDecrypt, useKeyKeyExchange
}

public enum LAPolicy: Int, Sendable { case deviceOwnerAuthenticationWithBiometrics = 1, deviceOwnerAuthentication = 2 }

/// Not `Sendable`: the strictest reading.
open class LAContext {
    /// By reason, so that tests running side by side do not meet: what the person does, and how often they were asked.
    public enum StubPerson {
        private static let lock = NSLock()
        nonisolated(unsafe) private static var answers: [String: Result<Bool, LAError>] = [:]
        nonisolated(unsafe) private static var asked: [String: Int] = [:]
        public static func answer(_ reasonPart: String, with answer: Result<Bool, LAError>?) {
            lock.withLock { answers[reasonPart] = answer }
        }
        public static func timesAsked(_ reasonPart: String) -> Int {
            lock.withLock { asked.filter { $0.key.contains(reasonPart) }.map(\.value).reduce(0, +) }
        }
        static func ask(_ reason: String) throws -> Bool {
            try lock.withLock {
                asked[reason, default: 0] += 1
                return try (answers.first { reason.contains($0.key) }?.value ?? .success(true)).get()
            }
        }
    }

    /// In the task that sets it.
    @TaskLocal public static var stubHasPasscode = true

    public private(set) var stubIsEvaluated = false
    public private(set) var stubIsInvalid = false
    open var interactionNotAllowed = false
    public init() {}
    open func invalidate() { stubIsInvalid = true }
    open func canEvaluatePolicy(_ policy: LAPolicy, error: UnsafeMutablePointer<NSError?>?) -> Bool {
        if !Self.stubHasPasscode { error?.pointee = NSError(domain: "com.apple.LocalAuthentication", code: -5) }
        return Self.stubHasPasscode
    }
    open func evaluateAccessControl(
        _ accessControl: SecAccessControl, operation: LAAccessControlOperation, localizedReason: String
    ) async throws -> Bool {
        precondition(!localizedReason.isEmpty, "the system refuses an empty reason")
        stubIsEvaluated = try StubPerson.ask(localizedReason)
        return stubIsEvaluated
    }
}

public struct LAError: Error {
    public enum Code: Int, Sendable {
        case authenticationFailed = -1, userCancel = -2, userFallback = -3, systemCancel = -4, passcodeNotSet = -5
        case biometryNotAvailable = -6, biometryNotEnrolled = -7, biometryLockout = -8, appCancel = -9, invalidContext = -10
        case notInteractive = -1004
    }
    public let code: Code
    public init(_ code: Code) { self.code = code }
}
