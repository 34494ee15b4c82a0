// What was: the receipt, the list of payments, one payment's timeline.
import Foundation
import Observation
import Skilling

/// What the till said.
@available(iOS 17, *)
@MainActor
@Observable
public final class ReceiptModel {
    /// In words; the colour only repeats it.
    public let words: String
    /// The money went to the shop.
    public let isPaid: Bool

    init(payment: PaymentID, wallet: SkillingWallet) async {
        do {
            let stage = try await wallet.stage(of: payment)
            let declined = try await wallet.timeline(of: payment).compactMap { moment -> String? in
                guard case .declined(let reason) = moment.kind else { return nil }
                return reason.payerText
            }
            words = ([Words.stage(stage)] + declined.suffix(1)).joined(separator: "\n")
            isPaid = stage == .accepted || stage == .settled
        } catch {
            (words, isPaid) = (error.localizedDescription, false)
        }
    }
}

/// Payments, newest first, a page at a time.
@available(iOS 17, *)
@MainActor
@Observable
public final class HistoryModel {
    /// A line of the list.
    public struct Line: Identifiable, Equatable, Sendable {
        public let id: PaymentID
        public let merchant: String
        public let amount: String
        public let when: String
        public let stage: String
    }

    public private(set) var lines: [Line] = []
    public private(set) var hasMore = true
    public private(set) var problem: String?

    private var next: HistoryPage.Cursor?
    private let wallet: SkillingWallet

    init(wallet: SkillingWallet) { self.wallet = wallet }

    /// The next page.
    public func more() async {
        guard hasMore else { return }
        do {
            let page = try await wallet.history(after: next, most: 50)
            for entry in page.entries {
                let decimals = try await wallet.policy(for: entry.amount.currency)?.decimals ?? 2
                lines.append(
                    Line(
                        id: entry.id, merchant: entry.merchant, amount: entry.amount.formatted(decimals: decimals),
                        when: Words.moment(entry.time), stage: Words.stage(entry.stage)))
            }
            (next, hasMore, problem) = (page.next, page.next != nil, nil)
        } catch {
            problem = error.localizedDescription
        }
    }
}

/// Everything that happened to one payment.
@available(iOS 17, *)
@MainActor
@Observable
public final class PaymentModel {
    /// A line of the timeline.
    public struct Line: Identifiable, Equatable, Sendable {
        public let id: Int
        public let when: String
        public let what: String
    }

    public let lines: [Line]
    public let problem: String?

    init(payment: PaymentID, wallet: SkillingWallet) async {
        do {
            lines = try await wallet.timeline(of: payment).enumerated().map {
                Line(id: $0.offset, when: Words.moment($0.element.time), what: Words.moment($0.element.kind))
            }
            problem = nil
        } catch {
            (lines, problem) = ([], error.localizedDescription)
        }
    }
}
