import Foundation

/// Wakes whoever waits for news. The core calls nobody back, so every call that may bring an event rings.
final class Bell: @unchecked Sendable {
    private let lock = NSLock()
    private var rings: UInt64 = 0
    private var isOver = false
    private var waiting: [UUID: CheckedContinuation<UInt64?, Never>] = [:]

    /// How often it rang so far.
    var count: UInt64 {
        lock.lock()
        defer { lock.unlock() }
        return rings
    }

    func ring() { wake { rings += 1 } }

    /// The last ring: nobody waits any more.
    func end() { wake { isOver = true } }

    /// Waits until it rang more than `count` times; nil when it is over or the task was cancelled.
    func next(after count: UInt64) async -> UInt64? {
        let id = UUID()
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                lock.lock()
                let (isOver, rings) = (isOver || Task.isCancelled, rings)
                if !isOver && rings <= count { waiting[id] = continuation }
                lock.unlock()
                if isOver { return continuation.resume(returning: nil) }
                if rings > count { continuation.resume(returning: rings) }
            }
        } onCancel: {
            lock.lock()
            let waiter = waiting.removeValue(forKey: id)
            lock.unlock()
            waiter?.resume(returning: nil)
        }
    }

    private func wake(_ change: () -> Void) {
        lock.lock()
        change()
        let woken = waiting.values
        waiting = [:]
        let answer = isOver ? nil : rings
        lock.unlock()
        woken.forEach { $0.resume(returning: answer) }
    }
}

/// What is read for a stream. A store that is busy or fails for once ends no stream: it is asked again at the next ring. Nil: it was
/// shut down.
func batch<Element: Sendable>(_ read: @escaping @Sendable () throws -> [Element]) async -> [Element]? {
    do {
        return try await Aside.run(read)
    } catch {
        return SkillingError(error).kind == .shutDown ? nil : []
    }
}

/// A stream over a durable queue: what is there and was not acknowledged, then what comes.
///
/// - Parameters:
///   - bell: rings when there may be more.
///   - fetch: what comes after an id, oldest first; nil ends the stream.
///   - id: of an element.
func queued<Element: Sendable>(
    _ bell: Bell, fetch: @escaping @Sendable (Int64) async -> [Element]?, id: @escaping @Sendable (Element) -> Int64
) -> AsyncStream<Element> {
    AsyncStream { continuation in
        let reader = Task {
            var last: Int64 = 0
            var heard: UInt64? = bell.count
            while let count = heard, !Task.isCancelled, let batch = await fetch(last) {
                for element in batch { continuation.yield(element) }
                last = batch.last.map(id) ?? last
                heard = batch.isEmpty ? await bell.next(after: count) : bell.count
            }
            continuation.finish()
        }
        continuation.onTermination = { _ in reader.cancel() }
    }
}
