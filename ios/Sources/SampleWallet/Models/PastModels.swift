// What was: the receipt, the list of payments, one payment's timeline.
import Foundation
import Observation
import Skilling

/// How a payment ended.
@available(iOS 17, *)
@MainActor
@Observable
public final class ReceiptModel {
    /// In words; colour and sign only repeat it.
    public let title: String
    /// Why, or what it means.
    public let detail: String?
    public let amount: String?
    public let facts: [Fact]
    /// The money went to the shop.
    public let isPaid: Bool

    init(payment: PaymentID, wallet: SkillingWallet) async throws(SkillingError) {
        let entry = try await wallet.entry(of: payment)
        let stage = try await wallet.stage(of: payment)
        let moments = try await wallet.timeline(of: payment)
        var reason: Reason?
        for moment in moments {
            if case .declined(let why) = moment.kind { reason = why }
        }
        isPaid = stage == .accepted || stage == .settled
        switch stage {
        case .committed, .presented, .unconfirmed:
            (title, detail, reason) = (Words.text("unconfirmed"), Words.text("unconfirmed_detail"), nil)
        case .accepted, .settled: (title, detail, reason) = (Words.text("paid"), nil, nil)
        case .voided, .givenBack: (title, detail, reason) = (Words.text("voided"), Words.text("voided_detail"), nil)
        case .declined: (title, detail) = (Words.text("declined"), reason?.payerText)
        }
        if let entry {
            amount = try await wallet.shown(entry.amount)
            facts = Self.facts(entry.merchant, entry.time, entry.reference, reason)
        } else {
            (amount, facts) = (nil, Self.facts(nil, nil, nil, reason))
        }
    }

    /// A rule refused before anything was signed.
    init(refusal reason: Reason, review: Review?) {
        (title, detail, isPaid) = (Words.text("not_paid"), reason.payerText, false)
        amount = review.flatMap { review in review.amount?.formatted(decimals: review.decimals) }
        facts = Self.facts(review?.merchant, nil, review?.reference, reason)
    }

    private static func facts(_ merchant: String?, _ time: Date?, _ reference: String?, _ reason: Reason?) -> [Fact] {
        [
            merchant.map { Fact("pay_to", $0) }, time.map { Fact("time", Words.moment($0)) },
            reference.map { Fact("reference", $0) }, reason.map { Fact("reason_number", String($0.code)) },
        ].compactMap { $0 }
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
        public let standing: String
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
                lines.append(
                    Line(
                        id: entry.id, merchant: entry.merchant, amount: try await wallet.shown(entry.amount),
                        when: Words.moment(entry.time), standing: Words.standing(entry.stage, entry.bank)))
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
        /// Why the till declined.
        public let reason: String?
    }

    public let payment: PaymentID
    public let merchant: String?
    public let amount: String?
    public let facts: [Fact]
    public let lines: [Line]
    /// Nobody has answered: the code may be shown again, a receipt scanned.
    public let isWaiting: Bool

    init(payment: PaymentID, wallet: SkillingWallet) async throws(SkillingError) {
        self.payment = payment
        lines = try await wallet.timeline(of: payment).enumerated().map { place, moment in
            var reason: String?
            if case .declined(let why) = moment.kind { reason = why.payerText }
            return Line(id: place, when: Words.moment(moment.time), what: Words.happened(moment.kind), reason: reason)
        }
        guard let entry = try await wallet.entry(of: payment) else {
            (merchant, amount, facts, isWaiting) = (nil, nil, [], false)
            return
        }
        merchant = entry.merchant
        amount = try await wallet.shown(entry.amount)
        isWaiting = [.committed, .presented, .unconfirmed].contains(entry.stage)
        let state = Fact("state", Words.standing(entry.stage, entry.bank))
        facts = [state] + (entry.reference.map { [Fact("reference", $0)] } ?? [])
    }
}

extension SkillingWallet {
    /// Of the newest payments: an older one is shown without its merchant.
    func entry(of payment: PaymentID) async throws(SkillingError) -> HistoryEntry? {
        try await history(most: 200).entries.first { $0.id == payment }
    }

    /// An amount with as many decimals as the scheme shows.
    func shown(_ amount: Money) async throws(SkillingError) -> String {
        amount.formatted(decimals: try await policy(for: amount.currency)?.decimals ?? 2)
    }
}
