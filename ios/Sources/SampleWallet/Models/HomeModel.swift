import Foundation
import Observation
import Skilling

/// What can be paid without a network, until when, why not, and what to do about it.
@available(iOS 17, *)
@MainActor
@Observable
public final class HomeModel {
    /// What can be paid in one currency.
    public struct Purse: Identifiable, Equatable, Sendable {
        public let id: UInt16
        /// "You can pay without a network", or that one cannot.
        public let headline: String
        /// How much; nil: nothing.
        public let amount: String?
        /// How much at once, how often, until when.
        public let facts: [Fact]
        /// Why nothing can be paid.
        public let why: String?

        /// Something can be paid now.
        public var canPay: Bool { amount != nil }
    }

    /// What to do so that it goes on.
    public enum Todo: Equatable, Sendable {
        case setClock
        case update(before: String)
        case enrol

        /// What the payer reads.
        public var words: String {
            switch self {
            case .setClock: Words.text("todo_clock")
            case .update(let before): Words.text("todo_update", before)
            case .enrol: Words.text("todo_enrol")
            }
        }
    }

    /// Nil: not looked yet.
    public private(set) var purses: [Purse]?
    /// The most urgent thing to do; nil: nothing for now.
    public private(set) var todo: Todo?
    /// Whether there is a network, as the system says.
    public internal(set) var isOnline = true
    public private(set) var isUpdating = false
    /// What came of the last act, or what went wrong.
    public internal(set) var notice: String?

    /// As much as the bank gives.
    public static let firstWant = Want(limit: Money(minorUnits: 200_000, currency: .dkk))

    private var restsUntil = Date.distantPast
    private let wallet: SkillingWallet
    private let transport: any Transport
    private let now: @Sendable () -> Date

    /// Advice for later than in a week can wait.
    private static let soon: TimeInterval = 7 * 86_400

    init(wallet: SkillingWallet, transport: any Transport, now: @escaping @Sendable () -> Date) {
        (self.wallet, self.transport, self.now) = (wallet, transport, now)
    }

    /// Something can be paid in some currency.
    public var canPay: Bool { purses?.contains(where: \.canPay) ?? false }

    /// Connected, or what no network means.
    public var network: String {
        isOnline ? Words.text("online") : Words.text(canPay ? "no_network" : "no_network_nothing")
    }

    /// Asks the wallet anew.
    public func look() async {
        do {
            guard try await !wallet.banks().isEmpty else {
                (purses, todo) = ([], .enrol)
                return
            }
            let forecasts = try await wallet.forecast()
            var found: [(purse: Purse, end: Forecast.End)] = []
            for forecast in forecasts {
                let decimals = try await wallet.policy(for: forecast.currency)?.decimals ?? 2
                found.append((Purse(forecast, decimals: decimals), forecast.coverage.endsBy))
            }
            let open = found.filter(\.purse.canPay)
            // A currency that was never held is no news while another can pay.
            let closed = found.filter { !$0.purse.canPay && (open.isEmpty || $0.end != .noAllowance) }
            purses = (open + (open.isEmpty ? Array(closed.prefix(1)) : closed)).map(\.purse)
            todo = forecasts.flatMap(\.advice).min { $0.before < $1.before }
                .flatMap { $0.before < now() + Self.soon ? Todo($0) : nil }
        } catch {
            notice = error.localizedDescription
        }
    }

    /// Everything that wants a network, because the payer asked for it.
    public func update() async {
        guard !isUpdating else { return }
        do {
            let reports = try await sync(wantsFirst: true)
            // A refusal is the bank's own and must be seen.
            let refusal = reports.flatMap(\.notGranted).compactMap { $0.reason?.payerText }.first
            notice = refusal ?? Words.text(reports.areAnswered ? "updated" : "not_updated")
        } catch {
            notice = error.localizedDescription
        }
        await look()
    }

    /// The same because the app came to the front: whoever only looks is told nothing but what they alone can mend.
    func updateUnasked() async {
        guard isOnline, !isUpdating, now() >= restsUntil else { return }
        do {
            _ = try await sync()
        } catch {
            if case .noPasscode = error.kind { notice = error.localizedDescription }
        }
        await look()
    }

    /// What the banks said; nothing where another sync is under way.
    func sync(wantsFirst: Bool = false) async throws(SkillingError) -> [SyncReport] {
        guard !isUpdating else { return [] }
        isUpdating = true
        defer { isUpdating = false }
        let transport = transport
        var reports = try await wallet.syncEverything { _ in transport }
        if let bank = reports.keys.first, wantsFirst, try await wallet.allowances().isEmpty {
            // Enrolled, and what was wanted then never came.
            reports[bank] = try await wallet.sync(with: bank, over: transport, wanting: Self.firstWant)
        }
        // After an outage everybody is back at once: servers say when to come again.
        restsUntil = now() + (reports.values.compactMap { $0.failure?.againAfter }.max() ?? 0)
        return Array(reports.values)
    }
}

extension [SyncReport] {
    /// Every bank answered.
    var areAnswered: Bool { allSatisfy { $0.failure == nil } }
}

@available(iOS 17, *)
extension HomeModel.Purse {
    init(_ forecast: Forecast, decimals: Int) {
        id = forecast.currency.numeric
        let coverage = forecast.coverage
        if let now = coverage.stretches.first, let last = coverage.stretches.last, now.total.minorUnits > 0 {
            headline = Words.text("can_pay")
            amount = now.total.formatted(decimals: decimals)
            facts = [
                Fact("at_once", now.largest.formatted(decimals: decimals)), Fact("payments_left", now.payments.formatted()),
                Fact("until", Words.moment(last.until)),
            ]
            why = nil
        } else {
            headline = Words.text("cannot_pay", forecast.currency.code ?? String(forecast.currency.numeric))
            (amount, facts) = (nil, [])
            why = Words.why(coverage.endsBy)
        }
    }
}

@available(iOS 17, *)
extension HomeModel.Todo {
    init(_ advice: Forecast.Advice) {
        self =
            switch advice.act {
            case .setClock: .setClock
            case .refresh, .sync, .renew, .want: .update(before: Words.moment(advice.before))
            }
    }
}
