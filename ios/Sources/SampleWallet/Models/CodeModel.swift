import Foundation
import Observation
import Skilling

/// The payment as a code for the till's camera.
@available(iOS 17, *)
@MainActor
@Observable
public final class CodeModel {
    /// To draw; nil while it is made.
    public private(set) var code: QRCode?
    public private(set) var problem: String?
    public let payment: PaymentID
    public let merchant: String?
    public let amount: String?
    /// It was paid before: the same code again.
    public let isRepeat: Bool
    /// For VoiceOver: a code cannot be read aloud.
    public let label: String

    let token: PaymentToken
    private let wallet: SkillingWallet

    init(token: PaymentToken, merchant: String?, amount: String?, wallet: SkillingWallet) {
        (self.token, self.wallet, payment) = (token, wallet, token.payment)
        (self.merchant, self.amount, isRepeat) = (merchant, amount, token.isRepeat)
        label = [Words.text("code_label"), amount].compactMap { $0 }.joined(separator: " ")
    }

    /// Draws it, and notes that it was shown.
    public func draw() async {
        do {
            let message = token.message
            code = try await Task.detached { try QRCode(message: message) }.value
            try await wallet.presented(payment)
        } catch {
            problem = error.localizedDescription
        }
    }
}
