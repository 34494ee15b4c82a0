// What the wallet shows of the past: payments and what happened to them.
import Foundation
internal import SkillingCore

/// What a bank last said of a payment.
public enum BankState: String, Hashable, Sendable, CaseIterable {
    /// Neither claimed nor given back yet.
    case pending
    /// Paid to the merchant.
    case paid
    /// The payer has it again.
    case givenBack
    /// Disputed.
    case disputed
    /// It fails a rule.
    case refused
}

/// What is looked for. Empty: everything.
public struct HistorySearch: Hashable, Sendable {
    /// Signed at or after this.
    public var from: Date?
    /// Signed before this.
    public var until: Date?
    /// Part of the merchant's name, in any case.
    public var merchant: String?
    /// Where the wallet has it.
    public var stage: PaymentStage?
    /// What the bank last said of it.
    public var bank: BankState?

    /// Everything.
    public init() {}
}

/// One payment.
public struct HistoryEntry: Hashable, Sendable, Identifiable {
    /// Of the payment.
    public let id: PaymentID
    /// When it was signed, by the phone's clock.
    public let time: Date
    /// What was paid.
    public let amount: Money
    /// The merchant's name with the place.
    public let merchant: String
    /// The till's number for it.
    public let reference: String?
    /// Where the wallet has it.
    public let stage: PaymentStage
    /// What the bank last said of it.
    public let bank: BankState?

    init(_ core: SkillingCore.HistoryEntry) {
        id = PaymentID(hex: core.paymentId)
        time = Date(unix: core.time)
        amount = Money(core.amount)
        merchant = core.merchant
        reference = core.reference
        stage = PaymentStage(core.stage)
        bank = core.bank.map(BankState.init)
    }
}

/// A page of the history.
public struct HistoryPage: Hashable, Sendable {
    /// Where a page ended.
    public struct Cursor: Hashable, Sendable {
        let time: Int64
        let row: Int64
    }

    /// Newest first. May be fewer than asked for, even none, while there are more.
    public let entries: [HistoryEntry]
    /// Hand this in for the next page; nil: that was all.
    public let next: Cursor?
}

/// Something that happened to a payment.
public struct Moment: Hashable, Sendable {
    /// What can happen.
    public enum Kind: Hashable, Sendable {
        /// The phone signed it.
        case signed
        /// The till accepted it.
        case accepted
        /// The till took it back.
        case voided
        /// The till refused it.
        case declined(Reason)
        /// The bank said this of it.
        case bank(BankState)
    }

    /// By the clock of whoever says it: phone, till or bank.
    public let time: Date
    /// What.
    public let kind: Kind

    init(_ core: SkillingCore.Moment) {
        time = Date(unix: core.time)
        kind =
            switch core.kind {
            case .signed: .signed
            case .accepted: .accepted
            case .voided: .voided
            case .declined(let reason): .declined(Reason(reason))
            case .bank(let state): .bank(BankState(state))
            }
    }
}

extension BankState {
    init(_ core: SkillingCore.BankState) {
        self =
            switch core {
            case .pending: .pending
            case .paid: .paid
            case .givenBack: .givenBack
            case .disputed: .disputed
            case .refused: .refused
            }
    }

    var core: SkillingCore.BankState {
        switch self {
        case .pending: .pending
        case .paid: .paid
        case .givenBack: .givenBack
        case .disputed: .disputed
        case .refused: .refused
        }
    }
}
