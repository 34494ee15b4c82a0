// A card session whose reader is a script. CardSession, its events and errors and the presentment intent are checked against Apple's
// documentation; `readingAvailable` on NFCReaderSession as well.
import Foundation

public class NFCReaderSession {
    public class var readingAvailable: Bool { StubReader.shared.canRead }
}

/// What tests decide.
public final class StubReader: @unchecked Sendable {
    public static let shared = StubReader()
    public var canRead = true
    public var isEligible = true
    public var isResting = false
    public var intentsHeld = 0
    public var script: [CardSession.Event] = []
    public var log: [String] = []
    public var answers: [Data] = []
    /// So many answers the radio does not send.
    public var unsent = 0
    var isEmulating = false
}

public final class NFCPresentmentIntentAssertion: Sendable {
    public enum Error: Swift.Error, Hashable { case systemEligibilityFailed, systemNotAvailable }
    public static func acquire() async throws -> NFCPresentmentIntentAssertion {
        if StubReader.shared.isResting { throw Error.systemNotAvailable }
        return NFCPresentmentIntentAssertion()
    }
    public var isValid: Bool { true }
    init() { StubReader.shared.intentsHeld += 1 }
    deinit { StubReader.shared.intentsHeld -= 1 }
}

/// Not `Sendable`: the strictest reading.
public final class CardSession {
    public enum Error: Swift.Error, Hashable, Sendable {
        case invalidated, userInvalidated, maxSessionDurationReached, transmissionError, systemNotAvailable
        case accessNotAccepted, systemEligibilityFailed, emulationStopped, radioDisabled
    }
    public enum EmulationUIStatus: Sendable { case success, failure }
    public enum Event: Sendable {
        case sessionStarted, readerDetected, readerDeselected
        case received(APDU)
        case sessionInvalidated(reason: Error)
    }
    public final class APDU: Sendable {
        public let payload: Data
        public init(payload: Data) { self.payload = payload }
        public func respond(response: Data) async throws {
            guard StubReader.shared.unsent == 0 else {
                StubReader.shared.unsent -= 1
                throw Error.transmissionError
            }
            StubReader.shared.answers.append(response)
        }
    }
    public struct EventStream: AsyncSequence {
        public struct AsyncIterator: AsyncIteratorProtocol {
            var left: [Event]
            public mutating func next() async throws -> Event? { left.isEmpty ? nil : left.removeFirst() }
        }
        public func makeAsyncIterator() -> AsyncIterator { AsyncIterator(left: StubReader.shared.script) }
    }

    public class var isSupported: Bool { true }
    public static var isEligible: Bool { get async { StubReader.shared.isEligible } }
    public init() async throws { precondition(StubReader.shared.isEligible, "the system ends the app here") }
    public var alertMessage = ""
    public var eventStream: EventStream { EventStream() }
    public var isEmulationInProgress: Bool { get async { StubReader.shared.isEmulating } }
    public func startEmulation() async throws {
        StubReader.shared.isEmulating = true
        StubReader.shared.log.append("start")
    }
    public func stopEmulation(status: EmulationUIStatus) async {
        StubReader.shared.isEmulating = false
        StubReader.shared.log.append("stop \(status)")
    }
    public func invalidate() {
        StubReader.shared.isEmulating = false
        StubReader.shared.log.append("invalidate")
    }
}
