import Foundation
import Observation
import Skilling

/// Enrolment, sync, and a report for support.
@available(iOS 17, *)
@MainActor
@Observable
public final class SettingsModel {
    /// A bank.
    public struct Line: Identifiable, Equatable, Sendable {
        public let id: Bank.ID
        public let name: String
        public let synced: String
    }

    public private(set) var banks: [Line] = []
    public private(set) var isWorking = false
    /// What came of the last act.
    public private(set) var result: String?
    public private(set) var report: String?
    /// What the payer types.
    public var code = ""

    private let wallet: SkillingWallet
    private let transport: any Transport

    init(wallet: SkillingWallet, transport: any Transport) {
        (self.wallet, self.transport) = (wallet, transport)
    }

    public var canEnrol: Bool { !isWorking && !code.isEmpty }

    /// Asks the wallet anew.
    public func look() async {
        let known = (try? await wallet.banks()) ?? []
        banks = known.map { bank in
            let synced = bank.syncedAt.map { Words.text("settings.synced", Words.moment($0)) }
            return Line(id: bank.id, name: bank.name ?? Words.text("settings.bank"), synced: synced ?? Words.text("settings.never"))
        }
    }

    /// Enrols with the typed code and asks for offline money at once, as much as the bank gives.
    public func enrol(wanting limit: Money) async {
        guard canEnrol else { return }
        await work {
            let bank = try await self.wallet.enrol(code: self.code, over: self.transport)
            let report = try await self.wallet.sync(with: bank, over: self.transport, wanting: Want(limit: limit))
            return Self.words(for: [report])
        }
        if banks.isEmpty == false { code = "" }
    }

    /// Syncs with every bank.
    public func sync() async {
        await work {
            let transport = self.transport
            let reports = try await self.wallet.syncEverything { _ in transport }
            return Self.words(for: Array(reports.values))
        }
    }

    /// Makes the report.
    public func makeReport() async {
        report = try? await wallet.diagnostics()
    }

    private func work(_ act: @MainActor () async throws -> String) async {
        guard !isWorking else { return }
        isWorking = true
        defer { isWorking = false }
        do {
            result = try await act()
        } catch {
            result = error.localizedDescription
        }
        await look()
    }

    /// Refusals first: the payer must see them.
    private static func words(for reports: [SyncReport]) -> String {
        let refusals = reports.flatMap(\.notGranted).compactMap { $0.reason?.payerText }
        let failures = reports.compactMap(\.failure).map { _ in Words.text("settings.offline") }
        return (refusals + failures).first ?? Words.text("settings.done")
    }
}
