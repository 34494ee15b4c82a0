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
        case scan(for: ScanPurpose)
        case review(ReviewModel)
        case code(CodeModel)
        case tap(TapModel)
        case receipt(ReceiptModel)
        case history(HistoryModel)
        case payment(PaymentModel)
        case settings(SettingsModel)
    }

    /// What is looked for with the camera.
    public enum ScanPurpose: Equatable, Sendable { case request, receipt }

    /// What is shown.
    public private(set) var screen = Screen.home
    /// Of the home screen.
    public let home: HomeModel
    /// The last thing that went wrong, for the payer; shown until the next act.
    public private(set) var problem: String?

    let wallet: SkillingWallet
    let transport: any Transport
    private let presenter: any Presenting

    /// - Parameters:
    ///   - wallet: open.
    ///   - transport: to the bank's server.
    ///   - presenter: shows the phone to a reader.
    public init(wallet: SkillingWallet, transport: any Transport, presenter: any Presenting) {
        (self.wallet, self.transport, self.presenter) = (wallet, transport, presenter)
        home = HomeModel(wallet: wallet)
    }

    /// The app came to the front, or left it.
    public func isInFront(_ isInFront: Bool) async {
        wallet.setInFront(isInFront)
        guard isInFront else { return }
        await home.look()
    }

    /// Follows the wallet's events, for as long as the app runs: what they tell is shown, then acknowledged.
    public func follow() async {
        for await event in wallet.events {
            await take(event)
            try? await wallet.acknowledge(event)
        }
    }

    /// Back to the start.
    public func goHome() async {
        problem = nil
        screen = .home
        await home.look()
    }

    /// Opens the camera.
    public func scan(for purpose: ScanPurpose) {
        problem = nil
        screen = .scan(for: purpose)
    }

    /// The camera saw a code.
    public func scanned(_ message: Data) async {
        guard case .scan(let purpose) = screen else { return }
        do {
            switch purpose {
            case .request: try await ask(message)
            case .receipt:
                let taken = try await wallet.take(receipt: message)
                screen = .receipt(await ReceiptModel(payment: taken.payment, wallet: wallet))
            }
            problem = nil
        } catch {
            problem = error.localizedDescription
        }
    }

    /// Shows what was paid as a code.
    func show(_ token: PaymentToken, amount: String) {
        screen = .code(CodeModel(token: token, amount: amount, wallet: wallet))
    }

    /// The screen for a tap.
    public func tap() async {
        problem = nil
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
        screen = .payment(await PaymentModel(payment: payment, wallet: wallet))
    }

    /// The settings.
    public func settings() async {
        problem = nil
        let model = SettingsModel(wallet: wallet, transport: transport)
        screen = .settings(model)
        await model.look()
    }

    private func ask(_ message: Data) async throws(SkillingError) {
        switch try await wallet.review(message) {
        case .answered(let token): show(token, amount: "")
        case .new(let review): screen = .review(ReviewModel(review: review, app: self))
        }
    }

    private func take(_ event: WalletEvent) async {
        switch event.kind {
        case .accepted(let payment, _), .declined(let payment, _, _), .voided(let payment, _):
            // A tap's outcome; a code's is scanned by hand.
            if case .tap = screen { screen = .receipt(await ReceiptModel(payment: payment, wallet: wallet)) }
        case .fraudNotice(let reason, _): problem = reason.payerText
        default: break
        }
        await home.look()
    }
}
