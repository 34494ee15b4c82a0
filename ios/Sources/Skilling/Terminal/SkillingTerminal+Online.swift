import Foundation
internal import SkillingCore

extension SkillingTerminal {
    /// Fetches bundle, status lists and outage bulletins.
    ///
    /// - Throws: kind `storage`. A server that does not answer is no error: ``TerminalRefreshReport/failures``.
    @discardableResult
    public func refresh(over transport: any Transport) async throws(SkillingError) -> TerminalRefreshReport {
        try await tellingWaited { [core] in
            TerminalRefreshReport(try await core.refresh(transport: TransportAdapter(transport)))
        }
    }

    /// Deposits everything due. Safe at any time. A server that does not answer is no error: ``DepositReport/failure``.
    @discardableResult
    public func deposit(over transport: any Transport) async throws(SkillingError) -> DepositReport {
        try await tellingWaited { [core] in DepositReport(try await core.deposit(transport: TransportAdapter(transport))) }
    }

    /// Whether the certificate should be renewed now: 30 days or less are left.
    ///
    /// - Throws: kinds `tillNotReady`, `storage`.
    public func isRenewalDue() async throws(SkillingError) -> Bool {
        try await aside { [core] in try core.isRenewalDue() }
    }

    /// Asks the acquirer for the next certificate, under a new key if `withNewKey`; old keys stay.
    ///
    /// - Throws: kinds `tillNotReady`, `portFailed`, `storage`.
    @discardableResult
    public func renew(over transport: any Transport, withNewKey: Bool = false) async throws(SkillingError) -> RenewalResult {
        try await tellingWaited { [core] in
            RenewalResult(try await core.renew(transport: TransportAdapter(transport), withNewKey: withNewKey))
        }
    }

    /// Everything that a till should do while there is a network: refresh, renew its certificate where that is due, deposit.
    @discardableResult
    public func syncAll(over transport: any Transport) async throws(SkillingError) -> TerminalSyncReport {
        let refreshed = try await refresh(over: transport)
        let renewed = try await isRenewalDue() ? try await renew(over: transport) : nil
        return TerminalSyncReport(refresh: refreshed, renewal: renewed, deposit: try await deposit(over: transport))
    }

    /// Waiting work of the core that may bring an event, even after the caller stopped waiting.
    private func tellingWaited<T: Sendable>(
        _ work: @escaping @Sendable () async throws -> T
    ) async throws(SkillingError) -> T {
        try await waited { [bell] in
            defer { bell.ring() }
            return try await work()
        }
    }
}
