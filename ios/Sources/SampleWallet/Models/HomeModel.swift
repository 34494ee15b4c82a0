import Foundation
import Observation
import Skilling

/// What can be paid without a network, until when, why not, and what to do about it.
@available(iOS 17, *)
@MainActor
@Observable
public final class HomeModel {
    /// One currency.
    public struct Line: Identifiable, Equatable, Sendable {
        public let id: UInt16
        /// "You can pay 2,000.00 kr. without a network", or that one cannot.
        public let headline: String
        /// How much at a time and until when; or why not.
        public let details: [String]
        /// What to do, most urgent first.
        public let advice: [String]
        /// Something can be paid now.
        public let canPay: Bool
    }

    /// Nil: not looked yet.
    public private(set) var lines: [Line]?
    /// Why nothing is known, if so.
    public private(set) var problem: String?

    private let wallet: SkillingWallet

    init(wallet: SkillingWallet) { self.wallet = wallet }

    /// Something can be paid in some currency.
    public var canPay: Bool { lines?.contains(where: \.canPay) ?? false }

    /// What stands there without any line.
    public var hint: String? {
        lines.map { $0.isEmpty ? Words.text("home.nothing") : nil } ?? Words.text("home.loading")
    }

    /// Asks the wallet anew.
    public func look() async {
        do {
            let held = Set(try await wallet.allowances().map(\.limit.currency))
            var found: [Line] = []
            // A currency that the scheme knows and this person has nothing of is of no interest.
            for forecast in try await wallet.forecast() where held.contains(forecast.currency) {
                let decimals = try await wallet.policy(for: forecast.currency)?.decimals ?? 2
                found.append(Line(forecast, decimals: decimals))
            }
            (lines, problem) = (found, nil)
        } catch {
            problem = error.localizedDescription
        }
    }
}

@available(iOS 17, *)
extension HomeModel.Line {
    init(_ forecast: Forecast, decimals: Int) {
        id = forecast.currency.numeric
        let coverage = forecast.coverage
        if let now = coverage.stretches.first, let last = coverage.stretches.last {
            canPay = true
            headline = Words.text("home.can_pay", now.total.formatted(decimals: decimals))
            details = [
                Words.text("home.at_once", now.largest.formatted(decimals: decimals)),
                Words.text("home.until", Words.moment(last.until)),
            ]
        } else {
            canPay = false
            headline = Words.text("home.cannot_pay")
            details = [coverage.reason.payerText]
        }
        advice = forecast.advice.map { advice in
            switch advice.act {
            case .setClock: Words.text("advice.set_clock")
            case .refresh, .sync, .renew: Words.text("advice.go_online", Words.moment(advice.before))
            case .want: Words.text("advice.want")
            }
        }
    }
}
