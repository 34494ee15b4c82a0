// What came of a tap.
import Foundation
internal import SkillingCore

/// What came of a tap.
public struct TapReport: Hashable, Sendable {
    /// How a tap ended.
    public enum End: Hashable, Sendable {
        /// All is done; the phone may leave.
        case done
        /// Stopped, or time was over, while the payer had not agreed.
        case stillWaiting
        /// The phone left or its answer broke off: tap again. `mustRepeat`: it may hold a payment that did not arrive; that is asked
        /// for first.
        case torn(mustRepeat: Bool)
        /// The phone has no wallet, or it is not in front: ask the payer to open it.
        case noWallet
        /// The phone cannot pay here; `detail` is for a log.
        case notUsable(detail: String)
    }

    /// What a phone said instead of taking a receipt.
    public enum ReceiptRefusal: String, Hashable, Sendable {
        /// It fits none of the payments that the phone tried it on.
        case fitsNone
        /// The phone has no payment to try it on.
        case noPayment
        /// The phone cannot read it.
        case unreadable
    }

    /// What became of the sale's token, if one came.
    public let sale: SaleOutcome?
    /// Earlier requests that this tap settled, and whatever the phone answered instead of the sale.
    public let settled: [RequestID: SaleOutcome]
    /// The phone's refusal of the sale.
    public let refusal: Reason?
    /// The phone did not take a receipt that it was given: draw that receipt as a code for the payer.
    public let receiptRefused: ReceiptRefusal?
    /// How it ended.
    public let end: End
    /// What the till or its reader could not do: a stable code, such as `port.terminal_keys.fault`.
    public let problem: String?

    /// The sale is paid.
    public var isPaid: Bool {
        ([sale].compactMap { $0 } + settled.values).contains { $0.completesSale }
    }

    init(_ core: SkillingCore.TapReport) {
        sale = core.sale.map(SaleOutcome.init)
        settled = Dictionary(
            core.settled.map { (RequestID(hex: $0.requestId), SaleOutcome($0.outcome)) }, uniquingKeysWith: { $1 })
        refusal = core.refusal.map(Reason.init)
        problem = core.problem?.code
        receiptRefused = core.receiptRefused.map(ReceiptRefusal.init)
        end = End(core.end)
    }
}

extension TapReport.End {
    init(_ core: SkillingCore.TapEnd) {
        self =
            switch core {
            case .done: .done
            case .stillWaiting: .stillWaiting
            case .torn(let mustRepeat): .torn(mustRepeat: mustRepeat)
            case .noWallet: .noWallet
            case .notUsable(let detail): .notUsable(detail: detail)
            }
    }
}

extension TapReport.ReceiptRefusal {
    init(_ core: SkillingCore.ReceiptRefusal) {
        self =
            switch core {
            case .fitsNone: .fitsNone
            case .noPayment: .noPayment
            case .unreadable: .unreadable
            }
    }
}

extension SaleOutcome {
    /// Paid just now, and it is the sale that was asked about.
    var completesSale: Bool {
        if case .accepted(_, let completesSale) = self { completesSale } else { false }
    }
}
