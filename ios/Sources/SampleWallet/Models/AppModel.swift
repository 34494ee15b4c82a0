import Foundation
import Observation
import Skilling

/// What the whole app knows: the wallet, the bank's server, and which screen is shown. Everything a screen decides is in its model,
/// so that it is tested without a phone; views draw models and nothing else.
@available(iOS 17, *)
@MainActor
@Observable
public final class AppModel {
    /// The screens.
    public enum Screen {
        case home
        case scan(ScanModel)
        case review(ReviewModel)
        case code(CodeModel)
        case tap(TapModel)
        case receipt(ReceiptModel)
        case history(HistoryModel)
        case payment(PaymentModel)
        case settings(SettingsModel)
        case enrol(EnrolModel)
        case simulator(SimulatorModel)
    }

    /// What is shown.
    public private(set) var screen = Screen.home
    /// Of the home screen.
    public private(set) var home: HomeModel
    /// The last thing that went wrong, for the payer; shown until the next act.
    public private(set) var problem: String?
    /// Stands in for wallet and bank while it is on.
    public private(set) var practice: Practice?

    private let real: SkillingWallet
    private let bank: any Transport
    /// Of the real wallet, while practice shows another.
    private let own: HomeModel
    /// Until the app was in front once, nothing covered it: it comes from elsewhere.
    private var isAway = true
    private let presenter: any Presenting
    private let network: any NetworkWatch
    private let now: @Sendable () -> Date

    var wallet: SkillingWallet { practice?.wallet ?? real }
    var transport: any Transport { practice?.simulator.server ?? bank }

    /// - Parameters:
    ///   - wallet: open.
    ///   - transport: to the bank's server.
    ///   - presenter: shows the phone to a reader.
    ///   - network: says whether there is one.
    ///   - now: the wallet's clock.
    public init(
        wallet: SkillingWallet, transport: any Transport, presenter: any Presenting, network: any NetworkWatch = AlwaysOnline(),
        now: @escaping @Sendable () -> Date = { Date() }
    ) {
        (real, bank, self.presenter, self.network, self.now) = (wallet, transport, presenter, network, now)
        own = HomeModel(wallet: wallet, transport: transport, now: now)
        home = own
    }

    /// Where the system has the app.
    public enum Place: Equatable, Sendable {
        /// The payer sees and uses it.
        case inFront
        /// Something of the system's lies over it: Face ID, the passcode, the sheet of a tap, a call that comes in.
        case covered
        /// Another app, or a locked phone.
        case away
    }

    /// The app came to the front, or left it. Paying covers the app itself, so that being covered changes nothing. Whoever comes from
    /// elsewhere has a network perhaps: what the banks have to say is fetched.
    public func moved(to place: Place) async {
        switch place {
        case .inFront:
            await isInFront(true)
            guard isAway else { return }
            isAway = false
            await own.updateUnasked()
        case .covered: break
        case .away:
            isAway = true
            await isInFront(false)
        }
    }

    /// Syncs the real wallet, also while one practises. True: every bank answered.
    func sync() async throws(SkillingError) -> Bool {
        let reports = try await own.sync()
        await home.look()
        return reports.areAnswered
    }

    func isInFront(_ isInFront: Bool) async {
        // While one practises, the real wallet signs nothing.
        real.setInFront(isInFront && practice == nil)
        practice?.wallet.setInFront(isInFront)
        guard isInFront else { return }
        await home.look()
    }

    /// Follows the wallet's events for as long as the app runs: what they tell is shown, then acknowledged. Again whenever
    /// ``practice`` begins or ends.
    public func follow() async {
        let wallet = wallet
        for await event in wallet.events {
            await take(event)
            try? await wallet.acknowledge(event)
        }
    }

    /// Follows the network.
    public func followNetwork() async {
        for await isOnline in network.states {
            own.isOnline = isOnline
        }
    }

    // MARK: From screen to screen

    /// Back to the start.
    public func goHome() async {
        problem = nil
        home.notice = nil
        screen = .home
        try? await practice?.shop.done()
        await home.look()
    }

    /// Opens the camera. The practice shop needs none.
    public func scan(for purpose: ScanModel.Purpose) async {
        problem = nil
        if practice != nil, purpose == .request { return await practise(Practice.plainAmount) }
        screen = .scan(ScanModel(purpose: purpose, app: self))
    }

    /// The camera saw a message: a request or a receipt, whatever was looked for. False: it is none for a wallet.
    public func scanned(_ message: Data) async -> Bool {
        guard case .scan = screen else { return true }
        do {
            try await look(at: message)
            return true
        } catch {
            switch error.kind {
            case .malformed, .receiptFitsNone: return false
            case .refused(let reason): show(ReceiptModel(refusal: reason, review: nil))
            default: problem = error.localizedDescription
            }
            return true
        }
    }

    /// The screen for a tap.
    public func tap() async {
        problem = nil
        let presenter = practice.map { PracticePresenter($0) } ?? presenter
        screen = .tap(await TapModel(wallet: wallet, presenter: presenter))
    }

    /// The list of payments.
    public func history() async {
        problem = nil
        let model = HistoryModel(wallet: wallet)
        screen = .history(model)
        await model.more()
    }

    /// One payment.
    public func open(_ payment: PaymentID) async {
        do {
            screen = .payment(try await PaymentModel(payment: payment, wallet: wallet))
        } catch {
            problem = error.localizedDescription
        }
    }

    /// The settings.
    public func settings() async {
        problem = nil
        let model = SettingsModel(wallet: wallet)
        screen = .settings(model)
        await model.look()
    }

    /// The screen for the bank's code.
    public func enrol() {
        problem = nil
        screen = .enrol(EnrolModel(app: self))
    }

    /// The simulator's switches.
    public func simulator() { screen = .simulator(SimulatorModel(app: self)) }

    // MARK: Paying

    /// Pays what was agreed to and shows it as a code; a torn practice tap shows what is known of it instead.
    func pay(_ authorised: Authorised, for review: Review) async throws(SkillingError) {
        if let torn = try await practice?.tearsTap(for: review) { return await open(torn) }
        let amount = review.amount?.formatted(decimals: review.decimals)
        await show(try await wallet.pay(authorised), merchant: review.merchant, amount: amount)
    }

    /// Shows what was paid as a code. The practice shop reads it at once and gives its receipt.
    func show(_ token: PaymentToken, merchant: String?, amount: String?) async {
        let code = CodeModel(token: token, merchant: merchant, amount: amount, wallet: wallet)
        screen = .code(code)
        guard let practice else { return }
        await code.draw()
        do {
            let taken = try await wallet.take(receipt: practice.reads(token))
            show(try await ReceiptModel(payment: taken.payment, wallet: wallet))
        } catch {
            // A receipt that no honest till signs: nobody knows, and that is what is shown.
            await open(token.payment)
            problem = error.localizedDescription
        }
    }

    /// A payment of the history as a code once more; where it was answered meanwhile, what came of it.
    func showAgain(_ payment: PaymentID) async {
        do {
            guard let token = try await wallet.repeat(payment) else { return await open(payment) }
            try await show(repeated: token)
        } catch {
            problem = error.localizedDescription
        }
    }

    private func show(repeated token: PaymentToken) async throws(SkillingError) {
        let entry = try await wallet.entry(of: token.payment)
        let amount: String? = if let entry { try await wallet.shown(entry.amount) } else { nil }
        await show(token, merchant: entry?.merchant, amount: amount)
    }

    func show(_ receipt: ReceiptModel) { screen = .receipt(receipt) }

    // MARK: Practice

    /// Practice instead of the real wallet, or the real one again.
    func setPractice(_ isOn: Bool) async {
        guard isOn != (practice != nil) else { return }
        practice?.wallet.shutDown()
        practice = nil
        own.notice = nil
        do {
            if isOn { practice = try await Practice.begin() }
        } catch {
            problem = error.localizedDescription
        }
        home = practice.map { HomeModel(wallet: $0.wallet, transport: $0.simulator.server, now: $0.now) } ?? own
        await isInFront(true)
    }

    /// The practice shop asks for an amount.
    func practise(_ amount: Money) async {
        guard let practice else { return }
        problem = nil
        do {
            try await look(at: practice.asks(amount))
        } catch {
            switch error.kind {
            case .refused(let reason): show(ReceiptModel(refusal: reason, review: nil))
            default:
                screen = .home
                problem = error.localizedDescription
            }
        }
    }

    private func look(at message: Data) async throws(SkillingError) {
        let reviewed: Reviewed
        do {
            reviewed = try await wallet.review(message)
        } catch {
            guard case .malformed = error.kind else { throw error }
            let taken = try await wallet.take(receipt: message)
            return show(try await ReceiptModel(payment: taken.payment, wallet: wallet))
        }
        switch reviewed {
        case .answered(let token): try await show(repeated: token)
        case .new(let review): screen = .review(ReviewModel(review: review, app: self))
        }
    }

    private func take(_ event: WalletEvent) async {
        switch event.kind {
        case .accepted(let payment, _), .declined(let payment, _, _), .voided(let payment, _):
            // A tap's outcome; a code's is scanned by hand.
            if case .tap = screen, let receipt = try? await ReceiptModel(payment: payment, wallet: wallet) { show(receipt) }
        case .fraudNotice(let reason, _): problem = reason.payerText
        default: break
        }
        await home.look()
    }
}
