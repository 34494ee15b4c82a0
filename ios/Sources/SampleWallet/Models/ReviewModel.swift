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

    private unowned let app: AppModel

    init(review: Review, app: AppModel) {
        (self.review, self.app) = (review, app)
    }

    /// The merchant's name with the place.
    public var merchant: String { review.merchant }

    /// Nil until one was typed.
    public var amount: String? { review.amount?.formatted(decimals: review.decimals) }

    /// A printed code: ask for an amount first.
    public var asksAmount: Bool { review.amount == nil }

    /// Country, reference, what is left afterwards.
    public var facts: [Fact] {
        var facts = [Fact("place", Words.country(review.country))]
        if let reference = review.reference { facts.append(Fact("reference", reference)) }
        if case .pays(let paying) = review.answer {
            facts.append(Fact("left_after", paying.remainingAfter.formatted(decimals: review.decimals)))
        }
        return facts
    }

    /// The till has no network either.
    public var offline: String? { review.offlineSince.map { _ in Words.text("till_offline") } }

    /// Why it cannot be paid.
    public var refusal: String? {
        guard case .cannot(let reason) = review.answer else { return nil }
        return reason.payerText
    }

    /// The same was paid here a moment ago.
    public var warning: String? { review.sameAgainPaidAt.map { Words.text("same_again", Words.moment($0)) } }

    /// What the button says: a second payment is named one.
    public var agreeTitle: String {
        warning == nil ? Words.text("agree", amount ?? "") : Words.text("agree_again")
    }

    /// The button can be pressed.
    public var canAgree: Bool {
        guard case .pays = review.answer, state != .agreeing else { return false }
        return true
    }

    /// Takes the amount that was typed, as people write it.
    public func enterAmount() async {
        guard let money = Self.money(typedAmount, in: review.currency, decimals: review.decimals) else {
            state = .failed(Words.text("type_amount"))
            return
        }
        do {
            review = try await app.wallet.enter(money, in: review)
            state = .looking
        } catch {
            state = .failed(error.localizedDescription)
        }
    }

    /// The payer agrees.
    public func agree() async {
        guard canAgree else { return }
        state = .agreeing
        do {
            let authorised = try await app.wallet.agree(to: review)
            try await app.pay(authorised, for: review)
        } catch {
            if case .refused(let reason) = error.kind { return app.show(ReceiptModel(refusal: reason, review: review)) }
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
