import Foundation
internal import SkillingCore

/// The wallet as a till's reader sees it.
final class WalletCard: PaymentKnowing {
    private let core: SkillingCore.Wallet
    private let listeners: AskListeners
    private let bell: Bell

    init(_ core: SkillingCore.Wallet, _ listeners: AskListeners, _ bell: Bell) {
        (self.core, self.listeners, self.bell) = (core, listeners, bell)
    }

    func process(_ command: Data) -> Data {
        // A wallet that was shut down has no precise diagnosis to give.
        guard let response = try? core.processApdu(command: command) else { return Data([0x6F, 0x00]) }
        let waits = response.suffix(2).elementsEqual([0x69, 0x85])
        if waits, let request = try? core.asked() { listeners.tell(request) }
        bell.ring()
        return response
    }

    var isNewestRefused: Bool {
        let everything = SkillingCore.HistorySearch(from: nil, until: nil, merchant: nil, stage: nil, bank: nil)
        let newest = try? core.history(search: everything, after: nil, most: 1).entries.first
        return newest?.stage == .declined || newest?.stage == .voided
    }

    func fieldLost() {
        try? core.deactivated()
        listeners.tapEnded()
    }
}

/// Whoever waits to hear what a till asks for. A stream is used up by the task that reads it, so each has its own.
final class AskListeners: @unchecked Sendable {
    private struct Listener {
        let continuation: AsyncStream<Data>.Continuation
        /// In this tap: a reader repeats its request while the payer reads.
        var heard: Data?
    }

    private let lock = NSLock()
    private var isOver = false
    private var listeners: [UUID: Listener] = [:]

    /// - Parameter waiting: what is waited for now; may block.
    func stream(waiting: @escaping @Sendable () -> Data?) -> AsyncStream<Data> {
        let (stream, continuation) = AsyncStream.makeStream(of: Data.self, bufferingPolicy: .bufferingNewest(1))
        let id = UUID()
        continuation.onTermination = { [weak self] _ in self?.remove(id) }
        lock.lock()
        let isOver = isOver
        if !isOver { listeners[id] = Listener(continuation: continuation) }
        lock.unlock()
        if isOver { continuation.finish() }
        Task { [weak self] in
            guard let request = try? await Aside.run(waiting) else { return }
            self?.begin(id, with: request)
        }
        return stream
    }

    /// A reader asks.
    func tell(_ request: Data) {
        lock.lock()
        var told: [AsyncStream<Data>.Continuation] = []
        for (id, listener) in listeners where listener.heard != request {
            listeners[id]?.heard = request
            told.append(listener.continuation)
        }
        lock.unlock()
        told.forEach { $0.yield(request) }
    }

    /// The phone left the reader: the same request is news at the next.
    func tapEnded() {
        lock.lock()
        for id in listeners.keys { listeners[id]?.heard = nil }
        lock.unlock()
    }

    /// Nobody asks any more.
    func end() {
        lock.lock()
        isOver = true
        let ended = listeners.values.map(\.continuation)
        listeners = [:]
        lock.unlock()
        ended.forEach { $0.finish() }
    }

    /// Unless a reader has asked meanwhile.
    private func begin(_ id: UUID, with request: Data) {
        lock.lock()
        let listener = listeners[id].flatMap { $0.heard == nil ? $0 : nil }
        if listener != nil { listeners[id]?.heard = request }
        lock.unlock()
        listener?.continuation.yield(request)
    }

    private func remove(_ id: UUID) {
        lock.lock()
        listeners[id] = nil
        lock.unlock()
    }
}
