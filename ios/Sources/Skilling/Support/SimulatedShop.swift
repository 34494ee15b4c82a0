import Foundation
internal import SkillingCore

/// A shop for a wallet to practise on: it asks, reads codes, gives receipts, takes back, and holds its reader to the phone. What the
/// wallet makes of it is the wallet's own doing. Made by ``Simulator/shop(for:)``; safe to use from anywhere.
public final class SimulatedShop: Sendable {
    /// Where a tap is torn: the phone leaves the reader. Commands count from 1.
    public enum TornTap: Hashable, Sendable {
        /// The command never reaches the phone.
        case before(command: Int)
        /// The phone has done what the command says, and its answer never reaches the reader.
        case after(command: Int)
    }

    /// What came of a tap, as the shop saw it.
    public struct Tap: Hashable, Sendable {
        /// The token that came.
        public let token: Data?
        /// The receipt that was given for it.
        public let receipt: Data?
        /// The wallet's refusal.
        public let refusal: Reason?
        /// How it ended; a torn one is settled first at the next.
        public let end: TapReport.End
    }

    private let core: SkillingCore.SimulatedShop
    private let tapped: @Sendable () -> Void

    /// - Parameter tapped: tells the app what a tap through ``SkillingWallet/card`` would have told it.
    init(_ core: SkillingCore.SimulatedShop, tapped: @escaping @Sendable () -> Void) { (self.core, self.tapped) = (core, tapped) }

    /// Asks for an amount; a magic one may change the wallet's state until ``done()``.
    public func asks(_ amount: Money, reference: String? = nil) async throws(SkillingError) -> Data {
        try await aside { [core] in try core.asks(amount: amount.core, reference: reference) }
    }

    /// Asks by a printed code, which has no amount.
    public func asksByPoster(in currency: Currency, reference: String? = nil) async throws(SkillingError) -> Data {
        try await aside { [core] in
            try core.asksByPoster(currency: UInt32(currency.numeric), reference: reference)
        }
    }

    /// The receipt for a token: accepted, or declined with the code of a magic amount. A token that was answered gets the very same
    /// receipt, and pays nothing twice.
    public func answers(_ token: Data) async throws(SkillingError) -> Data {
        try await aside { [core] in try core.answers(token: token) }
    }

    /// Takes a payment back: the receipt that says so.
    public func voids(_ token: Data) async throws(SkillingError) -> Data {
        try await aside { [core] in try core.voids(token: token) }
    }

    /// Holds its reader to the phone for about a second: torn taps are settled first, then `request`.
    public func taps(_ request: Data, torn: TornTap? = nil) async throws(SkillingError) -> Tap {
        try await aside { [core, tapped] in
            defer { tapped() }
            let tap = try core.taps(request: request, torn: torn?.core)
            return Tap(
                token: tap.token, receipt: tap.receipt, refusal: tap.refusal.map(Reason.init), end: TapReport.End(tap.end))
        }
    }

    /// The result was shown: whatever a magic amount changed at the wallet is put right. The next request does that too.
    public func done() async throws(SkillingError) {
        try await aside { [core] in try core.done() }
    }
}
