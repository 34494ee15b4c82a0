import Foundation
internal import SkillingCore

extension SkillingWallet {
    /// The banks this phone is enrolled at.
    public func banks() async throws(SkillingError) -> [Bank] {
        try await aside { [core] in try core.banks().map(Bank.init) }
    }

    /// Enrols this phone at the bank behind `transport`, with the code that the bank gave the customer. After an answer that never came
    /// the same code sends the same bytes again.
    ///
    /// - Throws: kinds `online`, `refused` (the bank does not know the code, or does not trust the phone), `portFailed`, `storage`.
    public func enrol(code: String, over transport: any Transport) async throws(SkillingError) -> Bank.ID {
        try await tellingWaited { [core] in
            Bank.ID(number: try await core.enrol(transport: TransportAdapter(transport), code: code))
        }
    }

    /// Syncs with one bank: evidence goes there, what it says is applied, an allowance is asked for if one is wanted. Safe at any
    /// time; a call that was not answered is repeated first.
    ///
    /// - Throws: kinds `notFound`, `portFailed`, `storage`; `noPasscode` after everything else was done. A server that does not answer is
    ///   no error: ``SyncReport/failure``.
    @discardableResult
    public func sync(
        with bank: Bank.ID, over transport: any Transport, wanting want: Want? = nil
    ) async throws(SkillingError) -> SyncReport {
        try await tellingWaited { [core] in
            try await SyncReport(core.sync(transport: TransportAdapter(transport), bank: bank.number, want: want?.core))
        }
    }

    /// Renews what is due at this bank: allowances that end soon or are spent. Asks for nothing where nothing is due.
    ///
    /// - Throws: as ``sync(with:over:wanting:)``.
    @discardableResult
    public func renew(at bank: Bank.ID, over transport: any Transport) async throws(SkillingError) -> SyncReport {
        try await tellingWaited { [core] in
            try await SyncReport(core.renew(transport: TransportAdapter(transport), bank: bank.number))
        }
    }

    /// Fetches trust bundle and outage bulletins.
    ///
    /// - Throws: kind `storage`. A server that does not answer is no error: ``RefreshReport/failure``.
    @discardableResult
    public func refresh(over transport: any Transport) async throws(SkillingError) -> RefreshReport {
        try await tellingWaited { [core] in
            let report = try await core.refresh(transport: TransportAdapter(transport))
            return RefreshReport(isBundleNew: report.isBundleNew, outages: report.outages, failure: report.failure)
        }
    }

    /// Everything that a phone does when it finds a network: refresh, then sync and renew at every bank. What ``BackgroundSync`` runs.
    ///
    /// - Parameter transport: the way to a bank's server; nil leaves that bank out.
    /// - Throws: as ``sync(with:over:wanting:)``, and `noPasscode`; what one bank stops keeps no other from being synced.
    public func syncEverything(
        over transport: @Sendable (Bank) -> (any Transport)?
    ) async throws(SkillingError) -> [Bank.ID: SyncReport] {
        var reports: [Bank.ID: SyncReport] = [:]
        var stopped: SkillingError?
        for bank in try await banks() {
            guard let way = transport(bank) else { continue }
            do throws(SkillingError) {
                reports[bank.id] = try await syncOrRenew(at: bank.id, over: way)
            } catch {
                stopped = stopped ?? error
            }
        }
        if let stopped { throw stopped }
        return reports
    }

    private func syncOrRenew(at bank: Bank.ID, over way: any Transport) async throws(SkillingError) -> SyncReport {
        try await refresh(over: way)
        // First: once the bank has settled an allowance that ended, nothing is left to be renewed.
        let isDue = try await aside { [core] in try core.renewalDue().contains { $0.bank == bank.number } }
        return isDue ? try await renew(at: bank, over: way) : try await sync(with: bank, over: way)
    }

    /// Closes an allowance for good: the next sync says so and the bank gives back what is not spent.
    ///
    /// - Throws: kinds `notFound`, `portFailed`, `storage`.
    public func close(_ allowance: AllowanceID) async throws(SkillingError) {
        try await tellingWaited { [core] in try await core.closeAllowance(allowanceId: allowance.hex) }
    }

    /// Takes a trust bundle from wherever it comes; only a pinned root's signature counts. True if it is newer.
    @discardableResult
    public func take(bundle message: Data) async throws(SkillingError) -> Bool {
        try await aside { [core] in try core.takeBundle(messageBytes: message) }
    }

    /// Takes an outage bulletin, from a poster or a till. True if it is newer.
    @discardableResult
    public func take(outage message: Data) async throws(SkillingError) -> Bool {
        try await aside { [core] in try core.takeOutage(messageBytes: message) }
    }
}
