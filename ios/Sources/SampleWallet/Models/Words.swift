import Foundation
import Skilling

/// The sample's words, in six languages: Android's under Android's names, and a few of an iPhone's own. The library's own (reasons,
/// errors) come from the library.
enum Words {
    /// The text of `key` with `%1$@`, `%2$@` replaced.
    static func text(_ key: String, _ arguments: String..., bundle: Bundle = .module) -> String {
        var text = bundle.localizedString(forKey: key, value: nil, table: nil)
        for (place, argument) in arguments.enumerated() {
            text = text.replacingOccurrences(of: "%\(place + 1)$@", with: argument)
        }
        return text
    }

    /// Day and time, short, in the payer's own way.
    static func moment(_ date: Date) -> String {
        let style = DateFormatter()
        style.dateStyle = .medium
        style.timeStyle = .short
        return style.string(from: date)
    }

    /// A country's name in the payer's language.
    static func country(_ code: String) -> String { Locale.current.localizedString(forRegionCode: code) ?? code }

    static func seconds(_ seconds: Int) -> String {
        text(seconds == 1 ? "seconds_left.one" : "seconds_left.other", String(seconds))
    }

    /// Where a payment stands, as the payer is told.
    static func standing(_ stage: PaymentStage, _ bank: BankState?) -> String {
        if bank == .disputed || bank == .refused { return text("disputed") }
        return switch stage {
        case .committed, .presented, .unconfirmed: text("unconfirmed")
        case .accepted: text("paid")
        case .settled: text("settled")
        case .voided: text("voided")
        case .declined: text("declined")
        case .givenBack: text("given_back")
        }
    }

    static func happened(_ kind: Moment.Kind) -> String {
        switch kind {
        case .signed: text("happened_signed")
        case .accepted: text("happened_accepted")
        case .voided: text("happened_voided")
        case .declined: text("happened_declined")
        case .bank(.pending): text("happened_bank_pending")
        case .bank(.paid): text("happened_bank_paid")
        case .bank(.givenBack): text("happened_bank_gave_back")
        case .bank(.disputed): text("happened_bank_disputes")
        case .bank(.refused): text("happened_bank_refused")
        }
    }

    /// Why nothing can be paid.
    static func why(_ end: Forecast.End) -> String {
        switch end {
        case .noAllowance: text("why_no_allowance")
        case .spent: text("why_spent")
        case .paymentCount: text("why_payment_count")
        case .allowanceExpiry: text("why_allowance_expiry")
        case .bundleExpiry: text("why_bundle_expiry")
        case .issuer: text("why_issuer")
        case .policy: text("why_policy")
        case .clock: text("why_clock")
        case .rolledBack: text("why_rolled_back")
        case .keyGone: text("why_key_gone")
        }
    }
}

/// A label and what it says, as on every card of the screens.
public struct Fact: Identifiable, Equatable, Sendable {
    public var id: String { label }
    public let label: String
    public let value: String

    init(_ key: String, _ value: String) {
        (label, self.value) = (Words.text(key), value)
    }
}
