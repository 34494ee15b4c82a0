import Foundation
import Observation
import Skilling

/// The practice mode's switches: an app team sees every screen and every reason without a till and without a bank.
@available(iOS 17, *)
@MainActor
@Observable
public final class SimulatorModel {
    /// An amount that brings a reason.
    public struct Magic: Identifiable, Equatable, Sendable {
        public var id: UInt32 { reason.code }
        public let amount: String
        /// What the payer will read.
        public let words: String
        let reason: Reason
    }

    /// A practice wallet, shop and bank stand in for the real ones. Nothing is paid.
    public private(set) var isPractice: Bool
    public private(set) var isBusy = false
    private unowned let app: AppModel

    init(app: AppModel) { (self.app, isPractice) = (app, app.practice != nil) }

    /// The codes that a payer may meet when paying, each with its amount. Empty without practice.
    public var amounts: [Magic] {
        guard isPractice else { return [] }
        return Reason.all.filter { (1..<50).contains($0.code) }.map { reason in
            Magic(
                amount: Simulator.magicAmount(for: reason).formatted(decimals: 2), words: reason.payerText, reason: reason)
        }
    }

    public var hasNetwork: Bool { app.practice?.hasNetwork ?? true }
    /// Of the wallet's clock before or behind the right time.
    public var hoursAhead: Int { app.practice?.hoursAhead ?? 0 }

    /// Begins or ends practice.
    public func setPractice(_ isOn: Bool) async {
        guard !isBusy else { return }
        isBusy = true
        await app.setPractice(isOn)
        (isPractice, isBusy) = (app.practice != nil, false)
    }

    /// Off: no server can be reached.
    public func setNetwork(_ isUp: Bool) async {
        app.practice?.hasNetwork = isUp
        app.home.isOnline = isUp
        await app.home.look()
    }

    /// Moves the wallet's clock.
    public func moveClock(days: Int) async { await setClock(hours: hoursAhead + 24 * days) }

    /// The right time.
    public func resetClock() async { await setClock(hours: 0) }

    private func setClock(hours: Int) async {
        app.practice?.hoursAhead = hours
        await app.home.look()
    }

    /// The next payment is tapped and the till's answer does not come.
    public func tornTap() async {
        app.practice?.tearsNextTap = true
        await app.practise(Practice.plainAmount)
    }

    /// The code that was paid last, a second time.
    public func replay() async {
        guard let token = app.practice?.lastToken else { return await app.practise(Practice.plainAmount) }
        await app.show(token, merchant: nil, amount: nil)
    }

    /// The bank has stopped the key.
    public func revokedKey() async {
        guard let revoked = Reason.all.first(where: { $0.name == "allowance_revoked" }) else { return }
        await app.practise(Simulator.magicAmount(for: revoked))
    }

    /// The shop asks for a magic amount.
    public func practise(_ magic: Magic) async { await app.practise(Simulator.magicAmount(for: magic.reason)) }
}
