#if canImport(BackgroundTasks)
import BackgroundTasks
import Foundation

/// Syncs while the app is not in front, when the system finds it convenient.
///
/// List ``identifier`` under `BGTaskSchedulerPermittedIdentifiers` in Info.plist, switch on the background mode `processing`, and call
/// ``register(identifier:sync:)`` before the app has finished launching. There is no promise of when or whether it runs: the app
/// syncs whenever it comes to the front, too.
public enum BackgroundSync: Sendable {
    /// Use it, or one of your own.
    public static let identifier = "skilling.sync"

    /// Registers the work. `sync` says whether everything was done, which the system is told; it should end soon after its task is
    /// cancelled, and is safe to stop anywhere, because every call is repeated until it is answered. Asks for the first run, unless
    /// one is waiting already, and after each run for the next.
    ///
    /// - Returns: whether the system took the registration (false: the identifier is missing in Info.plist or was used already).
    @discardableResult
    public static func register(
        identifier: String = identifier, sync: @escaping @Sendable () async throws -> Bool
    ) -> Bool {
        let isRegistered = BGTaskScheduler.shared.register(forTaskWithIdentifier: identifier, using: nil) { task in
            let running = Running(task)
            try? schedule(identifier: identifier)
            let work = Task {
                let isDone = try? await sync()
                running.end(success: isDone == true)
            }
            task.expirationHandler = {
                work.cancel()
                running.end(success: false)
            }
        }
        guard isRegistered else { return false }
        // Nothing runs that nobody asked for. One that waits keeps its time, however often the app is started.
        BGTaskScheduler.shared.getPendingTaskRequests { waiting in
            if !waiting.contains(where: { $0.identifier == identifier }) { try? schedule(identifier: identifier) }
        }
        return true
    }

    /// Asks for a run with network, not before `earliest`. A later call replaces it.
    ///
    /// - Throws: what the system says, such as that the user switched background refresh off.
    public static func schedule(identifier: String = identifier, earliest: Date = Date(timeIntervalSinceNow: 4 * 3600)) throws {
        let request = BGProcessingTaskRequest(identifier: identifier)
        request.requiresNetworkConnectivity = true
        request.earliestBeginDate = earliest
        try BGTaskScheduler.shared.submit(request)
    }

    /// A task of the system is completed exactly once.
    private final class Running: @unchecked Sendable {
        private let lock = NSLock()
        private var task: BGTask?

        init(_ task: BGTask) { self.task = task }

        func end(success: Bool) {
            lock.lock()
            let task = self.task
            self.task = nil
            lock.unlock()
            task?.setTaskCompleted(success: success)
        }
    }
}
#endif
