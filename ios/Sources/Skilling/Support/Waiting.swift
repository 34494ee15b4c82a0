// Waits that end: what an app gives us may never answer, and what an app asks of us it may stop wanting.
import Foundation

struct WaitedTooLong: Error {}

/// Waits for `work`, not longer than `limit` seconds and not past the caller's cancellation. In both cases `work` itself runs on,
/// unless `cancelsWork`: a task group could not do this, because it waits for all of its children.
func waiting<T: Sendable>(
    for work: Task<T, any Error>, atMost limit: TimeInterval? = nil, cancelsWork: Bool = false
) async throws -> T {
    let first = FirstAnswer<T>()
    let alarm = limit.map { limit in
        Task {
            try await Task.sleep(nanoseconds: UInt64(max(0, limit) * 1_000_000_000))
            first.give(.failure(WaitedTooLong()))
        }
    }
    defer {
        alarm?.cancel()
        if cancelsWork { work.cancel() }
    }
    return try await withTaskCancellationHandler {
        try await withCheckedThrowingContinuation { continuation in
            first.expect(continuation)
            Task { first.give(await work.result) }
        }
    } onCancel: {
        first.give(.failure(CancellationError()))
    }
}

/// Hands on whichever answer comes first, be it before anybody asked; what comes later falls into nothing.
private final class FirstAnswer<T: Sendable>: @unchecked Sendable {
    private let lock = NSLock()
    private var answer: Result<T, any Error>?
    private var continuation: CheckedContinuation<T, any Error>?

    func expect(_ continuation: CheckedContinuation<T, any Error>) {
        lock.lock()
        let early = answer
        if early == nil { self.continuation = continuation }
        lock.unlock()
        if let early { continuation.resume(with: early) }
    }

    func give(_ answer: Result<T, any Error>) {
        lock.lock()
        let waiter = self.answer == nil ? continuation : nil
        if self.answer == nil { self.answer = answer }
        continuation = waiter == nil ? continuation : nil
        lock.unlock()
        waiter?.resume(with: answer)
    }
}

/// Runs blocking work of the core away from the caller's actor: an fsync must not stop a screen.
enum Aside {
    private static let queue = DispatchQueue(label: "skilling.core", qos: .userInitiated, attributes: .concurrent)

    static func run<T: Sendable>(_ work: @escaping @Sendable () throws -> T) async throws -> T {
        try await withCheckedThrowingContinuation { continuation in
            queue.async { continuation.resume(with: Result { try work() }) }
        }
    }
}
