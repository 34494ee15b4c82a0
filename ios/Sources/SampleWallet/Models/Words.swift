import Foundation
import Skilling

/// The sample's words, in six languages. The library's own (reasons, errors) come from the library.
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

    static func stage(_ stage: PaymentStage) -> String {
        switch stage {
        case .committed: text("stage.committed")
        case .presented: text("stage.presented")
        case .unconfirmed: text("stage.unconfirmed")
        case .accepted: text("stage.accepted")
        case .settled: text("stage.settled")
        case .voided: text("stage.voided")
        case .declined: text("stage.declined")
        case .givenBack: text("stage.given_back")
        }
    }

    static func bank(_ state: BankState) -> String {
        switch state {
        case .pending: text("bank.pending")
        case .paid: text("bank.paid")
        case .givenBack: text("bank.given_back")
        case .disputed: text("bank.disputed")
        case .refused: text("bank.refused")
        }
    }

    static func moment(_ kind: Moment.Kind) -> String {
        switch kind {
        case .signed: text("moment.signed")
        case .accepted: text("moment.receipt", text("stage.accepted"))
        case .voided: text("moment.receipt", text("stage.voided"))
        case .declined(let reason): text("moment.receipt", reason.payerText)
        case .bank(let state): text("moment.bank", bank(state))
        }
    }
}
