import Foundation
import Observation
import Skilling

/// The banks, a report for support, and the way to the simulator.
@available(iOS 17, *)
@MainActor
@Observable
public final class SettingsModel {
    /// Names; empty: none yet.
    public private(set) var banks: [String] = []
    public private(set) var synced = Words.text("never_synced")
    public private(set) var report: String?

    private let wallet: SkillingWallet

    init(wallet: SkillingWallet) { self.wallet = wallet }

    /// Asks the wallet anew.
    public func look() async {
        let known = (try? await wallet.banks()) ?? []
        banks = known.map { $0.name ?? "#\($0.id.number)" }
        if let last = known.compactMap(\.syncedAt).max() { synced = Words.text("synced_at", Words.moment(last)) }
    }

    /// Makes the report.
    public func makeReport() async {
        do {
            report = try await wallet.diagnostics()
        } catch {
            report = error.localizedDescription
        }
    }
}

/// The code that the bank gave is typed.
@available(iOS 17, *)
@MainActor
@Observable
public final class EnrolModel {
    /// What the payer types.
    public var code = ""
    public private(set) var isBusy = false
    /// What went wrong with the last one.
    public private(set) var notice: String?

    private unowned let app: AppModel

    init(app: AppModel) { self.app = app }

    public var canEnrol: Bool { !isBusy && !code.isEmpty }

    /// Enrols with the typed code and asks for offline money at once, as much as the bank gives.
    public func enrol(wanting want: Want = HomeModel.firstWant) async {
        guard canEnrol else { return }
        isBusy = true
        defer { isBusy = false }
        do {
            // The bundle first: it says who the bank is.
            try await app.wallet.refresh(over: app.transport)
            let bank = try await app.wallet.enrol(code: code.trimmingCharacters(in: .whitespaces), over: app.transport)
            await get(want, from: bank)
        } catch {
            if case .refused = error.kind { notice = Words.text("enrol_failed") } else { notice = error.localizedDescription }
        }
    }

    /// The code has done its work, whatever comes of this: the home screen says it, and its button asks again.
    private func get(_ want: Want, from bank: Bank.ID) async {
        let said: String
        do {
            let report = try await app.wallet.sync(with: bank, over: app.transport, wanting: want)
            // A refusal is the bank's own and must be seen.
            let refusal = report.notGranted.compactMap { $0.reason?.payerText }.first
            said = refusal ?? Words.text(report.failure == nil ? "updated" : "not_updated")
        } catch {
            said = error.localizedDescription
        }
        await app.goHome()
        app.home.notice = said
    }
}
