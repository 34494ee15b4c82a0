import Foundation
internal import SkillingCore

/// Signing keys of a till: P-256, one for each merchant certificate. They ask nobody and outlive restarts.
///
/// Called from any thread; must not call the terminal. What it throws counts as a fault.
public protocol TerminalKeys: Sendable {
    /// The public halves of every key there is: 33 or 65 bytes each, at most 64 keys.
    func list() throws -> [Data]
    /// Makes a key, durable on return; gives its public half. Old ones stay.
    func create() throws -> Data
    /// Signs `bytes` (not their digest) with ES256: `r || s`. `key` is as ``list()`` or ``create()`` gave it.
    func sign(_ bytes: Data, with key: Data) throws -> Data
}

/// A reader with a phone in front of it.
public protocol Transceiver: Sendable {
    /// Sends one command and waits for the response, at most 10 seconds. Throw anything: the link is lost.
    func transceive(_ command: Data) throws -> Data
}

/// What a till is opened with.
public struct TerminalConfiguration: Sendable {
    /// The store's file; made if it is missing, never restored from a backup.
    public var store: URL
    /// The scheme's pinned root keys, 1 to 3.
    public var roots: [Data]
    /// The most that any call of your own ports may take, in seconds; for tests.
    public var portPatience: TimeInterval?
    /// For simulators and tests; nil reads the system's clock.
    public var clock: (@Sendable () -> Date)?

    /// The usual.
    public init(store: URL, roots: [Data]) {
        (self.store, self.roots) = (store, roots)
    }
}

/// One till: asks for payment, decides on tokens, keeps them, deposits them. For tills on iOS and for testing wallets.
///
/// Safe to use from anywhere; whatever reads or writes the disk is done aside.
public final class SkillingTerminal: Sendable {
    let core: SkillingCore.Terminal

    private init(_ core: SkillingCore.Terminal) { self.core = core }

    deinit { try? core.shutDown() }

    /// Opens or makes the store.
    ///
    /// - Throws: kinds `busy`, `storage`, `portFailed`, `invalidArgument`.
    public static func open(
        _ configuration: TerminalConfiguration, keys: any TerminalKeys
    ) async throws(SkillingError) -> SkillingTerminal {
        try await aside {
            SkillingTerminal(
                try SkillingCore.Terminal.open(
                    config: TerminalConfig(
                        storePath: configuration.store.path, roots: configuration.roots,
                        portPatienceMillis: configuration.portPatience.map { UInt32(clamping: Int($0 * 1000)) }),
                    keys: TerminalKeysAdapter(keys), clock: configuration.clock.map(ClockAdapter.init)))
        }
    }

    /// Leaves the store. Everything after is `shutDown`.
    public func shutDown() { try? core.shutDown() }

    /// Makes a key for a certificate that an acquirer will give; its public half, 33 bytes.
    public func createKey() async throws(SkillingError) -> Data {
        try await aside { [core] in try core.createKey() }
    }

    /// Takes the merchant certificate that an acquirer hands out at installation.
    public func take(certificate: Data) async throws(SkillingError) {
        try await aside { [core] in _ = try core.takeCertificate(object: certificate) }
    }

    /// Takes a trust bundle, status list, fraud proof or outage bulletin from wherever it comes. True if it was new.
    @discardableResult
    public func take(_ message: Data) async throws(SkillingError) -> Bool {
        try await aside { [core] in try core.take(messageBytes: message).isNew }
    }

    /// Fetches bundle, status lists and bulletins. True if all of them came.
    @discardableResult
    public func refresh(over transport: any Transport) async throws(SkillingError) -> Bool {
        try await waited { [core] in try await core.refresh(transport: TransportAdapter(transport)).failures.isEmpty }
    }

    /// Asks for a payment: show ``OpenRequest/message`` as a ``QRCode``, or give its id to ``tap(_:sale:giveUpAfter:)``.
    ///
    /// - Throws: kinds `tillNotReady`, `invalidArgument`, `storage`, `portFailed`.
    public func request(
        _ amount: Money, reference: String? = nil, answerWithin seconds: UInt32? = nil
    ) async throws(SkillingError) -> OpenRequest {
        try await aside { [core] in
            OpenRequest(try core.request(sale: .init(amount: amount.core, reference: reference, answerWithinSeconds: seconds)))
        }
    }

    /// A request without an amount, to be printed.
    public func staticRequest(in currency: Currency, reference: String? = nil) async throws(SkillingError) -> OpenRequest {
        try await aside { [core] in
            OpenRequest(try core.staticRequest(currency: UInt32(currency.numeric), reference: reference))
        }
    }

    /// Cancels a request: a payment for it is declined from now on.
    public func cancel(_ request: RequestID) async throws(SkillingError) {
        try await aside { [core] in try core.cancel(requestId: request.hex) }
    }

    /// Decides on a payment token. Decision and receipt are durable when this returns. `sale`: what the cashier waits for.
    public func accept(_ token: Data, for sale: RequestID? = nil) async throws(SkillingError) -> SaleOutcome {
        try await aside { [core] in SaleOutcome(try core.accept(token: token, sale: sale?.hex)) }
    }

    /// After the cashier confirmed the amount of a payment for a printed code.
    public func confirm(_ token: Data, amount: Money) async throws(SkillingError) -> SaleOutcome {
        try await aside { [core] in SaleOutcome(try core.confirm(token: token, shown: amount.core)) }
    }

    /// After the cashier rejected the amount: declined, which gives the payer the amount back.
    public func reject(_ token: Data) async throws(SkillingError) -> SaleOutcome {
        try await aside { [core] in SaleOutcome(try core.reject(token: token)) }
    }

    /// Voids an accepted payment: final; the receipt must be given or shown.
    public func void(_ payment: PaymentID) async throws(SkillingError) -> Answered {
        try await aside { [core] in Answered(try core.voidPayment(paymentId: payment.hex)) }
    }

    /// Serves one phone in front of a reader until it may leave, the link is lost, or the time is over.
    public func tap(
        _ reader: any Transceiver, sale: RequestID?, giveUpAfter seconds: TimeInterval = 60
    ) async throws(SkillingError) -> TapReport {
        try await aside { [core] in
            TapReport(
                try core.tap(
                    transceiver: TransceiverAdapter(reader), sale: sale?.hex, control: try TapControl.create(),
                    giveUpAfterMillis: UInt32(clamping: Int(seconds * 1000))))
        }
    }

    /// Whether an amount could be accepted now, as far as the till alone can know: every reason why not, none where it can.
    public func reasonsAgainst(_ amount: Money) async throws(SkillingError) -> [Reason] {
        try await aside { [core] in try core.canAccept(amount: amount.core).reasons.map(Reason.init) }
    }

    /// Deposits everything due. A server that does not answer is no error: ``DepositReport/failure``.
    @discardableResult
    public func deposit(over transport: any Transport) async throws(SkillingError) -> DepositReport {
        try await waited { [core] in DepositReport(try await core.deposit(transport: TransportAdapter(transport))) }
    }

    /// Fraud proofs held.
    public func fraudProofs() async throws(SkillingError) -> [Data] {
        try await aside { [core] in try core.fraudProofs() }
    }
}

final class TerminalKeysAdapter: SkillingCore.TerminalKeys, Sendable {
    private let keys: any Skilling.TerminalKeys

    init(_ keys: any Skilling.TerminalKeys) { self.keys = keys }

    func list() throws -> TerminalKeyList {
        do { return TerminalKeyList(keys: try keys.list().map(TerminalPublicKey.init)) } catch { throw TerminalKeysError.Fault(code: 0) }
    }

    func create() throws -> TerminalPublicKey {
        do { return TerminalPublicKey(bytes: try keys.create()) } catch { throw TerminalKeysError.Fault(code: 0) }
    }

    func sign(key: TerminalPublicKey, message: Data) throws -> SignatureBytes {
        do {
            return SignatureBytes(bytes: try keys.sign(message, with: key.bytes))
        } catch { throw TerminalKeysError.Fault(code: 0) }
    }
}

final class TransceiverAdapter: SkillingCore.Transceiver, Sendable {
    private let reader: any Skilling.Transceiver

    init(_ reader: any Skilling.Transceiver) { self.reader = reader }

    func transceive(command: Data) throws -> ApduResponse {
        do { return ApduResponse(bytes: try reader.transceive(command)) } catch { throw TransceiverError.LinkLost }
    }
}
