// A network that is what the test says. Checked against Apple's documentation: NWPathMonitor's handler, path, start and cancel.
import Foundation

public struct NWPath: Sendable {
    public enum Status: Sendable { case satisfied, unsatisfied, requiresConnection }
    public let status: Status
}
public final class NWPathMonitor: @unchecked Sendable {
    private static let lock = NSLock()
    nonisolated(unsafe) private static var status = NWPath.Status.satisfied
    nonisolated(unsafe) private static var running: [ObjectIdentifier: NWPathMonitor] = [:]

    public var pathUpdateHandler: (@Sendable (_ newPath: NWPath) -> Void)?
    public init() {}
    public func start(queue: DispatchQueue) {
        let now = Self.lock.withLock {
            Self.running[ObjectIdentifier(self)] = self
            return Self.status
        }
        queue.async { self.pathUpdateHandler?(NWPath(status: now)) }
    }
    public func cancel() { Self.lock.withLock { Self.running[ObjectIdentifier(self)] = nil } }
    public static func stubBecome(_ status: NWPath.Status) {
        let told = lock.withLock {
            Self.status = status
            return Array(running.values)
        }
        for monitor in told { monitor.pathUpdateHandler?(NWPath(status: status)) }
    }
}
