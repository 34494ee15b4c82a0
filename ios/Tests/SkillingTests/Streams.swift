// Streams of events and times without an end: what an app may rely on for as long as it runs.
import Foundation
import Testing

@testable import Skilling

struct Streams {
    /// A store that answers after the first ring, and is gone at the end.
    private final class Store: @unchecked Sendable {
        private let lock = NSLock()
        private var asked = 0

        func read(after last: Int64) throws -> [Int64] {
            try lock.withLock {
                asked += 1
                if asked == 1 { throw SkillingError(.busy, code: "busy", detail: "", advice: "") }
                if last == 2 { throw SkillingError(.shutDown, code: "shut_down", detail: "", advice: "") }
                return [last + 1]
            }
        }

        var isAsked: Bool { lock.withLock { asked > 0 } }
    }

    @Test func aStoreThatFailsOnceEndsNoStreamOfEvents() async throws {
        let (bell, store) = (Bell(), Store())
        let stream = queued(bell) { last in
            await batch { try store.read(after: last) }
        } id: {
            $0
        }
        let reader = Task {
            var seen: [Int64] = []
            for await element in stream { seen.append(element) }
            return seen
        }
        // It waits for the next ring, and it may not have waited yet.
        let ringing = Task {
            while !Task.isCancelled {
                if store.isAsked { bell.ring() }
                try await Task.sleep(nanoseconds: 20_000_000)
            }
        }
        defer { ringing.cancel() }
        #expect(try await waiting(for: Task { await reader.value }, atMost: 60) == [1, 2])
    }

    @Test func forEverIsAnAnswerToHowLong() async throws {
        let town = try Town()
        let phone = Phone(in: town)
        var configuration = WalletConfiguration(folder: phone.folder, roots: [town.root])
        configuration.patience = .infinity
        let wallet = try await SkillingWallet.open(
            configuration, keys: phone.keys, vault: KeychainVault(service: phone.service),
            rollbackGuard: KeychainRollbackGuard(service: phone.service))
        let report = try await town.till().tap(Antenna(wallet.card, losesAfter: 1), sale: nil, giveUpAfter: .infinity)
        #expect(report.sale == nil)
        #expect(TimeInterval.nan.milliseconds == 0 && (-1.0).milliseconds == 0 && 1.5.milliseconds == 1_500)
        #expect(Date(timeIntervalSince1970: .nan).unix == 0 && Date.distantFuture.unix > 0)
    }
}
