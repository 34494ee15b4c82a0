import Foundation
import Observation
import Skilling

/// Shows the phone to a reader. The system's card session in the app, a script in tests.
@available(iOS 17, *)
public protocol Presenting: Sendable {
    /// Runs to its end, telling what happens.
    func present(
        _ card: any CardEmulation, message: String, progress: @escaping @Sendable (TapModel.Progress) -> Void
    ) async -> TapModel.Ended
}

/// Pay by tap: a ceiling, one confirmation, then the reader. One tap fits iOS's limits, two do not: so the wallet is armed first.
@available(iOS 17, *)
@MainActor
@Observable
public final class TapModel {
    /// What happens at the reader.
    public enum Progress: Equatable, Sendable {
        case hold(seconds: Int)
        case reading
        case torn
    }

    /// How it ended.
    public enum Ended: Equatable, Sendable {
        case done
        case passed
        case coolingDown(seconds: Int)
        case unavailable
    }

    /// Where it stands.
    public enum State: Equatable, Sendable {
        case choosing
        case arming
        case armed(Progress)
        case ended(Ended)
        case failed(String)
    }

    public private(set) var state = State.choosing
    /// The most that the next request may ask for.
    public private(set) var ceiling: String?
    private var allowance: Allowance?
    private var decimals = 2
    private let wallet: SkillingWallet
    private let presenter: any Presenting

    init(wallet: SkillingWallet, presenter: any Presenting) async {
        (self.wallet, self.presenter) = (wallet, presenter)
        do {
            // The one that lasts longest; a bigger app lets the payer choose.
            allowance = try await wallet.allowances().filter { $0.state == .open && $0.remaining.minorUnits > 0 }
                .max { $0.validUntil < $1.validUntil }
            guard let most else { return }
            decimals = try await wallet.policy(for: most.currency)?.decimals ?? 2
            ceiling = most.formatted(decimals: decimals)
        } catch {
            state = .failed(error.localizedDescription)
        }
    }

    /// The cap, or what is left.
    private var most: Money? {
        allowance.map { Money(minorUnits: min($0.cap.minorUnits, $0.remaining.minorUnits), currency: $0.cap.currency) }
    }

    public var canArm: Bool { ceiling != nil && state != .arming && !isArmed }

    /// What the screen says.
    public var words: String {
        switch state {
        case .choosing: ceiling == nil ? Words.text("why_no_allowance") : Words.text("hold")
        case .arming: Words.text("review.waiting")
        case .armed(.hold): Words.text("hold")
        case .armed(.reading): Words.text("tap.reading")
        case .armed(.torn): Words.text("tap.torn")
        case .ended(.done): Words.text("unconfirmed_detail")
        case .ended(.passed): Words.text("tap.passed")
        case .ended(.coolingDown(let seconds)): Words.text("tap.cool_down", String(seconds))
        case .ended(.unavailable): Words.text("tap.unavailable")
        case .failed(let words): words
        }
    }

    /// "It pays once, at most", and how much; nil where nothing can.
    public var atMost: Fact? { ceiling.map { Fact("ceiling", $0) } }

    /// How long the radio is this phone's alone.
    public var secondsLeft: String? {
        if case .armed(.hold(let seconds)) = state { Words.seconds(seconds) } else { nil }
    }

    /// A reader may take a payment now.
    public var isArmed: Bool {
        if case .armed = state { true } else { false }
    }

    /// What the button says.
    public var armTitle: String {
        switch state {
        case .ended, .failed: Words.text("tap.again")
        default: Words.text("tap")
        }
    }

    /// The payer confirms, then holds the phone to the reader.
    public func arm() async {
        guard canArm, let allowance, let most else { return }
        state = .arming
        do {
            _ = try await wallet.arm(allowance.id, ceiling: most)
        } catch {
            state = .failed(error.localizedDescription)
            return
        }
        state = .armed(.hold(seconds: 60))
        // The system's own sheet lies over the screen: it says what the screen says.
        let ended = await presenter.present(wallet.card, message: words) { progress in
            Task { @MainActor in self.tell(progress) }
        }
        // Whatever was not used must not wait for the next reader.
        _ = try? await wallet.disarm()
        if isArmed { state = .ended(ended) }
    }

    /// The payer stops: nothing stays armed.
    public func stop() async {
        _ = try? await wallet.disarm()
        if isArmed { state = .ended(.passed) }
    }

    private func tell(_ progress: Progress) {
        if case .armed = state { state = .armed(progress) }
    }
}
