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
    static func payer(_ name: String, unknown code: UInt32) -> String {
        words("skilling_payer_\(name)") ?? text("reason.unknown", String(code))
    }

    /// What it means to the cashier, to whom the banks' answers to a phone are one thing.
    static func cashier(_ name: String, unknown code: UInt32) -> String {
        let shared = ["attestation", "customer"].contains(name) ? "not_enrolled_now" : "no_grant"
        return words("skilling_cashier_\(name)") ?? (code >= 50 && code < 70 ? words("skilling_cashier_\(shared)") : nil)
            ?? text("reason.unknown", String(code))
    }

    private static func words(_ key: String) -> String? {
        let text = text(key)
        return text == key ? nil : text
    }
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
