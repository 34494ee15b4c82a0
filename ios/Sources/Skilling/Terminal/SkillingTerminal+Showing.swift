import Foundation
internal import SkillingCore

extension SkillingTerminal {
    /// The till's offline payments.
    public func offlineStatus() async throws(SkillingError) -> OfflineStatus {
        try await aside { [core] in OfflineStatus(try core.offlineStatus()) }
    }

    /// Declares the till offline from now on, or online, by hand.
    public func declareOffline(_ isOffline: Bool) async throws(SkillingError) {
        try await aside { [core] in try core.declareOffline(isOffline: isOffline) }
    }

    /// What each currency came to, of what was first answered in `period`: from its start to before its end.
    public func totals(in period: DateInterval) async throws(SkillingError) -> [Totals] {
        try await aside { [core] in
            try core.totals(from: period.start.unix, until: period.end.unix).map(Totals.init)
        }
    }

    /// At most `most` stored payments (1 to 200), newest first, after the one at the cursor `before`.
    public func payments(
        before cursor: StoredPayment.Cursor? = nil, most: Int = 50
    ) async throws(SkillingError) -> [StoredPayment] {
        try await aside { [core] in
            try core.payments(before: cursor?.row, most: UInt32(clamping: most)).map(StoredPayment.init)
        }
    }

    /// One stored payment.
    ///
    /// - Throws: kinds `notFound`, `invalidArgument`, `storage`.
    public func payment(_ payment: PaymentID) async throws(SkillingError) -> StoredPayment {
        try await aside { [core] in StoredPayment(try core.payment(paymentId: payment.hex)) }
    }

    /// The scheme's policy for a currency; nil without a trust bundle, or where it lists none.
    public func policy(for currency: Currency) async throws(SkillingError) -> Policy? {
        try await aside { [core] in try core.policy(currency: UInt32(currency.numeric)).map(Policy.init) }
    }

    /// Fraud proofs held: messages for whoever investigates, oldest first, at most 200.
    public func fraudProofs() async throws(SkillingError) -> [Data] {
        try await aside { [core] in try core.fraudProofs() }
    }

    /// Versions, schema, counts, state; nothing personal: fit for a support ticket.
    public func diagnostics() async throws(SkillingError) -> String {
        try await aside { [core] in "package: \(SkillingVersion.package)\n" + (try core.diagnostics().report) }
    }
}
