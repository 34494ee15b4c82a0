import Foundation
internal import SkillingCore

extension SkillingWallet {
    /// Looks at a payment request, from a code or from ``asks``. The same request again gives the same token until a receipt comes.
    ///
    /// - Throws: kinds `malformed`, `refused`, `notInFront` (a token would be repeated), `storage`.
    public func review(_ message: Data) async throws(SkillingError) -> Reviewed {
        try await aside { [core] in try Reviewed(core.review(messageBytes: message)) }
    }

    /// Like ``review(_:)``, for a printed code that the payer wants to pay once more although nobody answered to the last payment.
    public func reviewAnew(_ message: Data) async throws(SkillingError) -> Reviewed {
        try await aside { [core] in try Reviewed(core.reviewAnew(messageBytes: message)) }
    }

    /// The review of a printed code with the amount that the payer typed.
    ///
    /// - Throws: kinds `refused` (over the scheme's bound, zero, or the request has an amount), `invalidArgument` for another currency.
    public func enter(_ amount: Money, in review: Review) async throws(SkillingError) -> Review {
        try await aside { [core] in try Review(core.enterAmount(review: review.core, amount: amount.core)) }
    }

    /// Asks the payer for this very payment, through ``DeviceKeys/authorize(alias:prompt:)``. Nothing is locked meanwhile. What they say after
    /// the wait was cancelled counts for nothing.
    ///
    /// - Throws: kinds `amountNeeded`, `notInFront`, `consentPassed`, `refused`, `rolledBack`, `payerRefused`, `lockedOut`, `noPasscode`,
    ///   `keyGone`, `portFailed`, `waitCancelled`.
    public func agree(to review: Review) async throws(SkillingError) -> Authorised {
        try await askingPayer { [core] in
            try await Authorised(core.agree(review: review.core))
        } takingBack: { [core] in
            _ = try core.withdraw(review: review.core)
        }
    }

    /// The payer said no: a reader that asks again within a minute is told so.
    public func decline(_ review: Review) { try? core.decline(review: review.core) }

    /// Takes back what was agreed to. True if it was not paid yet.
    @discardableResult
    public func abandon(_ authorised: Authorised) async throws(SkillingError) -> Bool {
        try await aside { [core] in try core.abandon(authorised: authorised.core) }
    }

    /// Pays what was agreed to. The token is durable when this returns, so it may be drawn.
    ///
    /// - Throws: kinds `consentPassed`, `refused`, `keyGone`, `notInFront`, `storage` (nothing was paid), `portFailed` of the rollback
    ///   guard (it is committed: the same request gives the token once the guard works).
    public func pay(_ authorised: Authorised) async throws(SkillingError) -> PaymentToken {
        try await telling { [core] in try PaymentToken(core.pay(authorised: authorised.core)) }
    }

    /// The token of a payment of the history that the payer wants to show once more, also after a restart; nil once it was answered, and
    /// a day after its request has run out. Nothing is paid twice.
    ///
    /// - Throws: kinds `notFound`, `notInFront`, `storage`, `portFailed`.
    public func `repeat`(_ payment: PaymentID) async throws(SkillingError) -> PaymentToken? {
        try await telling { [core] in try core.repeat(paymentId: payment.hex).map(PaymentToken.init) }
    }

    /// Notes that the token was drawn. Losing this note loses nothing.
    public func presented(_ payment: PaymentID) async throws(SkillingError) {
        try await telling { [core] in try core.presented(paymentId: payment.hex) }
    }

    /// Where a payment stands.
    public func stage(of payment: PaymentID) async throws(SkillingError) -> PaymentStage {
        try await aside { [core] in try PaymentStage(core.stage(paymentId: payment.hex)) }
    }

    /// Arms the wallet: the payer authenticates, and the first request within 60 seconds of at most `ceiling` is paid from this
    /// allowance without another question. Whatever is asked first uses the arming up. What the payer says after the wait was cancelled
    /// counts for nothing.
    ///
    /// - Throws: as ``agree(to:)``; kind `refused` for a ceiling over cap or policy.
    public func arm(_ allowance: AllowanceID, ceiling: Money) async throws(SkillingError) -> Armed {
        try await askingPayer { [core] in
            let armed = try await core.arm(allowanceId: allowance.hex, ceiling: ceiling.core)
            return Armed(
                allowance: AllowanceID(hex: armed.allowanceId), ceiling: Money(armed.ceiling), until: Date(unix: armed.until))
        } takingBack: { [core] in
            _ = try core.disarm()
        }
    }

    /// Takes the arming back. True if it was still waiting.
    @discardableResult
    public func disarm() async throws(SkillingError) -> Bool {
        try await aside { [core] in try core.disarm() }
    }

    /// Takes a receipt from the till's code. Durable when this returns; the same again changes nothing.
    ///
    /// - Throws: kinds `malformed`, `receiptFitsNone`, `storage`, `portFailed`.
    @discardableResult
    public func take(receipt message: Data) async throws(SkillingError) -> ReceiptTaken {
        try await telling { [core] in
            let taken = try core.takeReceipt(messageBytes: message)
            return ReceiptTaken(payment: PaymentID(hex: taken.paymentId), stage: PaymentStage(taken.stage))
        }
    }
}

extension Reviewed {
    init(_ core: SkillingCore.Reviewed) throws {
        self =
            switch core {
            case .answered(let token): .answered(PaymentToken(token))
            case .new(let review): .new(try Review(review))
            }
    }
}
