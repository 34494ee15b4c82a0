// A scheduler that runs a task when the test says. `register` is checked against Apple's documentation, the rest is from memory.
import Foundation

/// Not `Sendable`: the strictest reading.
open class BGTask {
    public let identifier: String
    public var expirationHandler: (() -> Void)?
    public private(set) var stubCompletions: [Bool] = []
    private let lock = NSLock()
    public init(stubIdentifier: String) { identifier = stubIdentifier }
    open func setTaskCompleted(success: Bool) { lock.withLock { stubCompletions.append(success) } }
}
open class BGTaskRequest {
    public let identifier: String
    public var earliestBeginDate: Date?
    init(_ identifier: String) { self.identifier = identifier }
}
public final class BGProcessingTaskRequest: BGTaskRequest {
    public var requiresNetworkConnectivity = false
    public var requiresExternalPower = false
    public init(identifier: String) { super.init(identifier) }
}
public final class BGTaskScheduler: @unchecked Sendable {
    public static let shared = BGTaskScheduler()
    private let lock = NSLock()
    private var handlers: [String: (BGTask) -> Void] = [:]
    private var requests: [BGTaskRequest] = []

    public func register(
        forTaskWithIdentifier identifier: String, using queue: DispatchQueue?, launchHandler: @escaping (BGTask) -> Void
    ) -> Bool {
        lock.withLock {
            guard handlers[identifier] == nil else { return false }
            handlers[identifier] = launchHandler
            return true
        }
    }
    public func submit(_ taskRequest: BGTaskRequest) throws {
        lock.withLock {
            requests.removeAll { $0.identifier == taskRequest.identifier }
            requests.append(taskRequest)
        }
    }
    public func getPendingTaskRequests(completionHandler: @escaping @Sendable ([BGTaskRequest]) -> Void) {
        completionHandler(lock.withLock { requests })
    }
    public func stubRequest(_ identifier: String) -> BGTaskRequest? { lock.withLock { requests.first { $0.identifier == identifier } } }
    /// A request is used up by its run.
    public func stubLaunch(_ task: BGTask) {
        lock.withLock { requests.removeAll { $0.identifier == task.identifier } }
        lock.withLock { handlers[task.identifier] }?(task)
    }
}
