import Foundation
import Skilling

/// Bank and shop are played by the core's simulator; the wallet is a real one on the same core. Nothing is paid.
@available(iOS 17, *)
@MainActor
public final class Practice {
    let simulator: Simulator
    let wallet: SkillingWallet
    let shop: SimulatedShop
    /// The code that was paid last.
    private(set) var lastToken: PaymentToken?
    /// The next payment is tapped and its answer lost.
    var tearsNextTap = false
    private var request = Data()

    /// An amount without magic.
    static let plainAmount = Money(minorUnits: 10_000, currency: .dkk)

    /// Off: no server can be reached.
    var hasNetwork = true {
        didSet { simulator.setNetwork(isUp: hasNetwork) }
    }

    /// Of the wallet's clock.
    var hoursAhead = 0 {
        didSet { simulator.setClockAhead(TimeInterval(hoursAhead) * 3600) }
    }

    var now: @Sendable () -> Date { simulator.clock }

    private init(_ simulator: Simulator, _ wallet: SkillingWallet, _ shop: SimulatedShop) {
        (self.simulator, self.wallet, self.shop) = (simulator, wallet, shop)
    }

    /// A new scheme with a wallet that has offline money.
    static func begin() async throws(SkillingError) -> Practice {
        let simulator = try Simulator()
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("practice-\(UUID().uuidString)")
        let wallet = try await simulator.openWallet(in: folder)
        wallet.setInFront(true)
        try await wallet.refresh(over: simulator.server)
        let bank = try await wallet.enrol(code: simulator.enrolmentCode, over: simulator.server)
        let limit = Money(minorUnits: 1_000_000, currency: .dkk)
        try await wallet.sync(with: bank, over: simulator.server, wanting: Want(limit: limit))
        return Practice(simulator, wallet, try simulator.shop(for: wallet))
    }

    /// The shop asks.
    func asks(_ amount: Money) async throws(SkillingError) -> Data {
        request = try await shop.asks(amount, reference: "7")
        return request
    }

    /// The shop reads a code and gives its receipt.
    func reads(_ token: PaymentToken) async throws(SkillingError) -> Data {
        lastToken = token
        return try await shop.answers(token.message)
    }

    /// The payment of a tap that was torn, if one is to be: the phone has signed, and its answer does not arrive.
    func tearsTap(for review: Review) async throws(SkillingError) -> PaymentID? {
        guard tearsNextTap else { return nil }
        tearsNextTap = false
        let before = try await wallet.history(most: 1).entries.first?.id
        // Torn one command later each time, until it is the answer with the payment that is lost.
        for command in 2...32 {
            _ = try await shop.taps(request, torn: .after(command: command))
            let newest = try await wallet.history(most: 1).entries.first?.id
            if newest != before { return newest }
        }
        return nil
    }

    /// The shop's reader, for a wallet that is armed.
    func taps() async -> SimulatedShop.Tap? {
        guard let request = try? await asks(Self.plainAmount) else { return nil }
        return try? await shop.taps(request)
    }
}

/// The practice shop's reader instead of the system's card session.
@available(iOS 17, *)
struct PracticePresenter: Presenting {
    private let practice: Practice

    init(_ practice: Practice) { self.practice = practice }

    func present(
        _ card: any CardEmulation, message: String, progress: @escaping @Sendable (TapModel.Progress) -> Void
    ) async -> TapModel.Ended {
        progress(.reading)
        return await practice.taps()?.receipt == nil ? .passed : .done
    }
}
