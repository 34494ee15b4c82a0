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
    /// For VoiceOver: a code cannot be read aloud.
    public let label: String

    private let token: PaymentToken
    private let wallet: SkillingWallet

    init(token: PaymentToken, amount: String, wallet: SkillingWallet) {
        (self.token, self.wallet, payment) = (token, wallet, token.payment)
        label = Words.text("code.label", amount)
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
