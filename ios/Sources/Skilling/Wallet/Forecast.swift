// What can be paid without a network, until when, and what to do about it.
import Foundation
internal import SkillingCore

/// What may still be done under an allowance.
public enum AllowanceState: String, Hashable, Sendable {
    /// It may sign.
    case open
    /// Closed for good.
    case closed
    /// The wallet was put back to an older state: it never signs again.
    case lost
    /// Its key is gone: it never signs again.
    case keyGone
}

/// What a bank allows this phone to pay without a network.
public struct Allowance: Hashable, Sendable, Identifiable {
    /// What payments are bound to.
    public let id: AllowanceID
    /// The most in all.
    public let limit: Money
    /// The most for one payment.
    public let cap: Money
    /// What is left.
    public let remaining: Money
    /// How many payments are left.
    public let paymentsLeft: Int
    /// Exclusive.
    public let validUntil: Date
    /// What may still be done.
    public let state: AllowanceState

    init(_ core: SkillingCore.AllowanceView) {
        id = AllowanceID(hex: core.id)
        limit = Money(core.limit)
        cap = Money(core.cap)
        remaining = Money(core.remaining)
        paymentsLeft = Int(core.maxPayments) - Int(min(core.lastSequence, core.maxPayments))
        validUntil = Date(unix: core.validUntil)
        state =
            switch core.state {
            case .open: .open
            case .closed: .closed
            case .lost: .lost
            case .keyGone: .keyGone
            }
    }
}

/// What this wallet can pay in one currency.
public struct Forecast: Hashable, Sendable {
    /// A stretch of time in which the same can be paid, if nothing is spent before.
    public struct Stretch: Hashable, Sendable {
        /// Inclusive.
        public let from: Date
        /// Exclusive.
        public let until: Date
        /// The most in all.
        public let total: Money
        /// The most for one payment.
        public let largest: Money
        /// The most payments.
        public let payments: Int
    }

    /// How it goes on from now.
    public struct Coverage: Hashable, Sendable {
        /// In order, without gaps. Empty: nothing can be paid now.
        public let stretches: [Stretch]
        /// What ends it, or stands against paying now.
        public let endsBy: End
        /// The same as an entry of the registry: its words are for the payer.
        public let reason: Reason
    }

    /// What ends a coverage, or stands against paying now.
    public enum End: String, Hashable, Sendable, CaseIterable {
        /// There is no allowance in this currency.
        case noAllowance
        /// It is spent.
        case spent
        /// All payments that it allows were made.
        case paymentCount
        /// The allowance ends.
        case allowanceExpiry
        /// The list of banks runs out.
        case bundleExpiry
        /// The bank is suspended.
        case issuer
        /// The scheme's policy is closed.
        case policy
        /// The phone's clock is wrong.
        case clock
        /// The wallet was put back to an older state.
        case rolledBack
        /// The pay key is gone.
        case keyGone
    }

    /// What helps.
    public enum Act: Hashable, Sendable {
        /// Set the phone's clock, to this or later.
        case setClock(atLeast: Date)
        /// ``SkillingWallet/refresh(over:)``.
        case refresh
        /// ``SkillingWallet/sync(with:over:wanting:)``.
        case sync
        /// ``SkillingWallet/renew(at:over:)``.
        case renew(AllowanceID)
        /// Enrol, or ask the bank for an allowance.
        case want
    }

    /// Something to do, and by when.
    public struct Advice: Hashable, Sendable {
        /// What.
        public let act: Act
        /// Now, if it is past.
        public let before: Date
    }

    /// Of which.
    public let currency: Currency
    /// If nobody declares an outage.
    public let undeclared: Coverage
    /// With the outage bulletin that is held, if one is.
    public let declared: Coverage?
    /// Most urgent first. Empty: nothing for now.
    public let advice: [Advice]

    /// What holds now: with the bulletin where one is held.
    public var coverage: Coverage { declared ?? undeclared }

    init(_ core: SkillingCore.Forecast) {
        currency = Currency(core.currency)
        undeclared = Coverage(core.undeclared)
        declared = core.declared.map(Coverage.init)
        advice = core.advice.map { Advice(act: Act($0.act), before: Date(unix: $0.before)) }
    }
}

extension Forecast.Coverage {
    init(_ core: SkillingCore.Coverage) {
        reason = Reason(core.reason)
        endsBy = Forecast.End(core.endsBy)
        stretches = core.stretches.map {
            Forecast.Stretch(
                from: Date(unix: $0.from), until: Date(unix: $0.until), total: Money($0.total), largest: Money($0.largest),
                payments: Int($0.payments))
        }
    }
}

extension Forecast.End {
    init(_ core: SkillingCore.CoverageEnd) {
        self =
            switch core {
            case .noAllowance: .noAllowance
            case .spent: .spent
            case .paymentCount: .paymentCount
            case .allowanceExpiry: .allowanceExpiry
            case .bundleExpiry: .bundleExpiry
            case .issuer: .issuer
            case .policy: .policy
            case .clock: .clock
            case .rolledBack: .rolledBack
            case .keyGone: .keyGone
            }
    }
}

extension Forecast.Act {
    init(_ core: SkillingCore.AdviceAct) {
        self =
            switch core {
            case .setClock(let atLeast): .setClock(atLeast: Date(unix: atLeast))
            case .refresh: .refresh
            case .sync: .sync
            case .renew(let allowance): .renew(AllowanceID(hex: allowance))
            case .want: .want
            }
    }
}

/// The scheme's policy for a currency.
public struct Policy: Hashable, Sendable {
    /// The most for one payment.
    public let maxPayment: Money
    /// The most where the payer's key asks for no authentication.
    public let maxUnauthenticated: Money
    /// How many decimals are shown.
    public let decimals: Int
    /// Open only while the till is offline or an outage is declared.
    public let isOutageOnly: Bool

    init(_ core: SkillingCore.PolicyView) {
        maxPayment = Money(core.maxPayment)
        maxUnauthenticated = Money(core.maxUnauthenticated)
        decimals = Int(core.decimals)
        isOutageOnly = core.isOutageOnly
    }
}
