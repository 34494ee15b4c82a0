import Foundation
internal import SkillingCore

/// An amount of money: never without its currency, never a floating-point number.
public struct Money: Hashable, Sendable {
    /// Smallest units (øre, cents), at most 2^53 - 1.
    public let minorUnits: UInt64
    /// In what.
    public let currency: Currency

    /// Takes both; calls into the core refuse an amount out of bounds.
    public init(minorUnits: UInt64, currency: Currency) {
        (self.minorUnits, self.currency) = (minorUnits, currency)
    }

    /// As people write it, in their own way: `125,50 kr.` where they do so.
    ///
    /// - Parameters:
    ///   - decimals: how many the scheme shows; amounts of the core come with it.
    ///   - locale: whose way.
    public func formatted(decimals: Int, locale: Locale = .current) -> String {
        var value = Decimal(string: String(minorUnits)) ?? 0
        let decimals = min(max(decimals, 0), 9)
        for _ in 0..<decimals { value /= 10 }
        let style = Decimal.FormatStyle.Currency(code: currency.code ?? "XXX", locale: locale)
        return value.formatted(style.precision(.fractionLength(decimals)))
    }
}

/// ISO 4217.
public struct Currency: Hashable, Sendable {
    /// The number, such as 208.
    public let numeric: UInt16

    /// Takes any number; the core refuses what cannot be.
    public init(numeric: UInt16) { self.numeric = numeric }

    /// Danish krone.
    public static let dkk = Currency(numeric: 208)
    /// Swedish krona.
    public static let sek = Currency(numeric: 752)
    /// Norwegian krone.
    public static let nok = Currency(numeric: 578)
    /// Euro.
    public static let eur = Currency(numeric: 978)
    /// Icelandic króna.
    public static let isk = Currency(numeric: 352)

    /// The three letters, for the currencies of the scheme; nil for others.
    public var code: String? {
        switch self {
        case .dkk: "DKK"
        case .sek: "SEK"
        case .nok: "NOK"
        case .eur: "EUR"
        case .isk: "ISK"
        default: nil
        }
    }
}

/// An entry of the protocol's one registry of codes: why a payment, a call or a grant was refused.
public struct Reason: Hashable, Sendable {
    /// The number that stands in receipts and refusals. Stable for ever.
    public let code: UInt32
    /// The stable `snake_case` name; `unknown` for a code of a newer version.
    public let name: String

    /// What it means to the payer, in the language of the app.
    public var payerText: String { Texts.payer(name, unknown: code) }

    /// What it means to the cashier, in the language of the app.
    public var cashierText: String { Texts.cashier(name, unknown: code) }
}

/// A payment, for lists and support. Names nobody.
public struct PaymentID: Hashable, Sendable {
    /// 64 hex digits.
    public let hex: String
    /// Takes what ``hex`` gave.
    public init(hex: String) { self.hex = hex }
}

/// A till's request.
public struct RequestID: Hashable, Sendable {
    /// 64 hex digits.
    public let hex: String
    /// Takes what ``hex`` gave.
    public init(hex: String) { self.hex = hex }
}

/// An allowance: what a bank allows this phone to pay without a network.
public struct AllowanceID: Hashable, Sendable {
    /// 64 hex digits.
    public let hex: String
    /// Takes what ``hex`` gave.
    public init(hex: String) { self.hex = hex }
}

extension Money {
    init(_ core: SkillingCore.Money) {
        self.init(minorUnits: core.minorUnits, currency: Currency(core.currency))
    }

    var core: SkillingCore.Money { .init(minorUnits: minorUnits, currency: UInt32(currency.numeric)) }
}

extension Currency {
    init(_ core: UInt32) { self.init(numeric: UInt16(clamping: core)) }
}

extension Reason {
    init(_ core: SkillingCore.Reason) { self.init(code: core.code, name: core.name) }
}

extension Date {
    init(unix seconds: Int64) { self.init(timeIntervalSince1970: TimeInterval(seconds)) }

    /// Whole seconds; dates out of the protocol's bounds are refused by the core.
    var unix: Int64 { timeIntervalSince1970.whole }
}

extension TimeInterval {
    /// Rounded down, and within what the core can hold whatever an app gives: "for ever" is `.infinity`, and no trap.
    var whole: Int64 { isNaN ? 0 : Int64(max(min(rounded(.down), 9e15), -9e15)) }

    /// Whole milliseconds, at least none.
    var milliseconds: UInt32 { UInt32(clamping: (self * 1000).whole) }
}

extension Reason {
    /// Every code that this version of the protocol knows: an app's own translations are tested against it.
    public static let all: [Reason] = (try? reasons().map { Reason(code: $0.code, name: $0.name) }) ?? []
}
