import Foundation
internal import SkillingCore

extension SkillingWallet {
    /// What can be paid in every currency that an allowance or the scheme's policy has, until when, and what to do about it.
    public func forecast() async throws(SkillingError) -> [Forecast] {
        try await aside { [core] in try core.forecast().map(Forecast.init) }
    }

    /// Every allowance that may sign, and every other whose end the bank has not answered to.
    public func allowances() async throws(SkillingError) -> [Allowance] {
        try await aside { [core] in try core.allowances().map(Allowance.init) }
    }

    /// The scheme's policy for a currency; nil without a trust bundle, or where it lists none.
    public func policy(for currency: Currency) async throws(SkillingError) -> Policy? {
        try await aside { [core] in try core.policy(currency: UInt32(currency.numeric)).map(Policy.init) }
    }

    /// A page of at most `most` payments (1 to 200), newest first. A page costs the same however long the history is.
    public func history(
        _ search: HistorySearch = HistorySearch(), after cursor: HistoryPage.Cursor? = nil, most: Int = 50
    ) async throws(SkillingError) -> HistoryPage {
        try await aside { [core] in
            let page = try core.history(
                search: .init(
                    from: search.from?.unix, until: search.until?.unix, merchant: search.merchant, stage: search.stage?.core,
                    bank: search.bank?.core),
                after: cursor.map { .init(time: $0.time, row: $0.row) }, most: UInt32(clamping: most))
            return HistoryPage(
                entries: page.entries.map(HistoryEntry.init),
                next: page.next.map { HistoryPage.Cursor(time: $0.time, row: $0.row) })
        }
    }

    /// Everything that happened to one payment, oldest first.
    public func timeline(of payment: PaymentID) async throws(SkillingError) -> [Moment] {
        try await aside { [core] in try core.timeline(paymentId: payment.hex).map(Moment.init) }
    }
}
