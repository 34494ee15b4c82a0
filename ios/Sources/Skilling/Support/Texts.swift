import Foundation

/// The library's own words for payers, in English, Danish, Swedish, Norwegian, Finnish and Estonian.
enum Texts {
    /// The text of `key` with `%1$@`, `%2$@` replaced. A text that is missing shows its key: better than nothing, and tests see it.
    static func text(_ key: String, _ arguments: String..., bundle: Bundle = .module) -> String {
        var text = bundle.localizedString(forKey: key, value: nil, table: nil)
        for (place, argument) in arguments.enumerated() {
            text = text.replacingOccurrences(of: "%\(place + 1)$@", with: argument)
        }
        return text
    }

    /// What a code of the registry means to the payer.
    static func reason(_ name: String, unknown code: UInt32) -> String {
        guard let key = reasons[name] else { return text("reason.unknown", String(code)) }
        return text("reason.\(key)")
    }

    /// Many codes are one thing to a payer; cashiers and developers have their own words in the registry.
    private static let reasons: [String: String] = [
        "accepted": "accepted", "malformed": "unreadable", "unsupported": "unreadable", "trust_expired": "trust_expired",
        "unknown_issuer": "bank_not_accepted", "issuer_suspended": "bank_not_accepted",
        "bad_allowance_signature": "bank_not_accepted", "allowance_not_valid_yet": "allowance_ended",
        "allowance_expired": "allowance_ended", "allowance_revoked": "allowance_ended",
        "bad_payment_signature": "not_confirmed", "unknown_request": "other_till", "request_expired": "too_late",
        "merchant_mismatch": "other_till", "currency_mismatch": "currency", "amount_mismatch": "amount_differs",
        "clock_skew": "clock", "over_cap": "too_much_once", "over_limit": "no_money_left", "over_count": "no_payments_left",
        "category_closed": "shop_closed", "user_auth_required": "too_much_once", "key_protection_too_weak": "phone_not_safe",
        "over_exposure": "too_much_once", "conflicting_payment": "used_before", "inconsistent_history": "used_before",
        "storage_failed": "till_failed", "outage_required": "shop_closed", "request_already_paid": "already_paid",
        "terminal_clock": "clock", "payer_refused": "said_no", "no_allowance": "no_money_left", "high_water_mark": "clock",
        "wallet_busy": "busy", "merchant_certificate": "shop_unconfirmed", "bad_request_signature": "shop_unconfirmed",
        "unknown_acquirer": "shop_unconfirmed", "wallet_storage_failed": "phone_storage", "nonce": "call_failed",
        "idempotency_id_reused": "call_failed", "attestation": "phone_not_safe", "customer": "customer",
        "too_large": "call_failed", "server_busy": "call_failed", "unknown_link_key": "unknown_link_key",
        "terminal_not_trusted": "call_failed", "bad_call_signature": "call_failed", "no_funds": "no_funds",
        "product_limits": "product_limits", "currency_not_offered": "currency_not_offered", "blocked": "blocked",
        "pay_key_attestation": "phone_not_safe",
    ]
}

extension ConsentPrompt {
    /// For the system's prompt, in the payer's language: amount and merchant, or the ceiling.
    public var reason: String {
        let sum = amount.formatted(decimals: decimals)
        return switch purpose {
        case .payment(let merchant, _): Texts.text("consent.payment", sum, merchant)
        case .arming: Texts.text("consent.arming", sum)
        }
    }
}
