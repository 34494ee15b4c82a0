import Foundation
import Observation
import Skilling

/// Merchant, place, amount; agree or not. Shows only what the core verified.
@available(iOS 17, *)
@MainActor
@Observable
public final class ReviewModel {
    /// Where it stands.
    public enum State: Equatable, Sendable {
        /// The payer looks.
        case looking
        /// The system asks them to confirm.
        case agreeing
        /// It did not go; they may try again.
        case failed(String)
    }

    public private(set) var state = State.looking
    public private(set) var review: Review
    /// What the payer types for a printed code.
    public var typedAmount = ""
    /// They said that they do mean to pay a second time.
    public private(set) var meansItAgain = false

    private unowned let app: AppModel

    init(review: Review, app: AppModel) {
        (self.review, self.app) = (review, app)
    }

    /// The merchant's name with the place.
    public var merchant: String { review.merchant }

    /// Nil until one was typed.
    public var amount: String? { review.amount?.formatted(decimals: review.decimals) }

    /// A printed code: ask for an amount.
    public var asksAmount: Bool { review.amount == nil }

    /// What is left afterwards.
    public var leftAfter: String? {
        guard case .pays(let paying) = review.answer else { return nil }
        return Words.text("review.left_after", paying.remainingAfter.formatted(decimals: review.decimals))
    }

    /// Why it cannot be paid.
    public var refusal: String? {
        guard case .cannot(let reason) = review.answer else { return nil }
        return reason.payerText
    }

    /// The same was paid here a moment ago.
    public var warning: String? {
        guard let paidAt = review.sameAgainPaidAt, !meansItAgain else { return nil }
        return Words.text("review.same_again", Words.moment(paidAt))
    }

    /// What the button says.
    public var agreeTitle: String { Words.text("review.agree", amount ?? "") }

    /// The button can be pressed.
    public var canAgree: Bool {
        guard case .pays = review.answer, state != .agreeing else { return false }
        return true
    }

    /// Takes the amount that was typed, as people write it.
    public func enterAmount() async {
        guard let money = Self.money(typedAmount, in: review.currency, decimals: review.decimals) else {
            state = .failed(Words.text("review.type_amount"))
            return
        }
        do {
            review = try await app.wallet.enter(money, in: review)
            state = .looking
        } catch {
            state = .failed(error.localizedDescription)
        }
    }

    /// The payer agrees: the first press after a warning only takes note of it.
    public func agree() async {
        guard canAgree else { return }
        if warning != nil {
            meansItAgain = true
            return
        }
        state = .agreeing
        do {
            let authorised = try await app.wallet.agree(to: review)
            let token = try await app.wallet.pay(authorised)
            app.show(token, amount: amount ?? "")
        } catch {
            state = .failed(error.localizedDescription)
        }
    }

    /// The payer says no.
    public func decline() async {
        app.wallet.decline(review)
        await app.goHome()
    }

    /// `12,50` and `12.50` alike; nil for anything else. No floating point.
    static func money(_ text: String, in currency: Currency, decimals: Int) -> Money? {
        let parts = text.trimmingCharacters(in: .whitespaces).replacingOccurrences(of: ",", with: ".")
            .split(separator: ".", omittingEmptySubsequences: false)
        guard (1...2).contains(parts.count), parts.allSatisfy({ $0.allSatisfy { "0123456789".contains($0) } }),
            !parts[0].isEmpty, parts[0].count <= 12
        else { return nil }
        let cents = parts.count == 2 ? String(parts[1]) : ""
        guard cents.count <= decimals, parts.count == 1 || !cents.isEmpty else { return nil }
        let padded = cents + String(repeating: "0", count: decimals - cents.count)
        return UInt64(parts[0] + padded).map { Money(minorUnits: $0, currency: currency) }
    }
}
