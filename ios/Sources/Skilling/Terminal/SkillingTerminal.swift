import Foundation
internal import SkillingCore

/// Why a till's key could not be made or used. Anything else that an implementation throws counts as undeclared, and its text goes
/// no further.
public enum TerminalKeysError: String, Error, Hashable, Sendable, CaseIterable {
    /// There is no such key here.
    case noSuchKey
    /// Making, keeping or signing failed.
    case fault
}

/// Signing keys of a till: P-256, one for each merchant certificate. They ask nobody and outlive restarts.
///
/// Called from any thread; must not call the terminal. Throws ``TerminalKeysError``.
public protocol TerminalKeys: Sendable {
    /// How the keys are kept, for support: `Secure Enclave`, `smart card`, `software`. Nil: not told.
    var protection: String? { get }
    /// The public halves of every key there is: 33 or 65 bytes each, at most 64 keys.
    func list() throws -> [Data]
    /// Makes a key, durable on return; gives its public half. Old ones stay.
    func create() throws -> Data
    /// Signs `bytes` (not their digest) with ES256: `r || s`. `key` is as ``list()`` or ``create()`` gave it.
    func sign(_ bytes: Data, with key: Data) throws -> Data
}

extension TerminalKeys {
    /// Not told.
    public var protection: String? { nil }
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
    let bell = Bell()

    private init(_ core: SkillingCore.Terminal) { self.core = core }

    deinit { shutDown() }

    /// Opens or makes the store.
    ///
    /// - Throws: kinds `busy`, `storage`, `portFailed`, `invalidArgument`, `versionMismatch`.
    public static func open(
        _ configuration: TerminalConfiguration, keys: any TerminalKeys
    ) async throws(SkillingError) -> SkillingTerminal {
        try SkillingVersion.check()
        return try await aside {
            SkillingTerminal(
                try SkillingCore.Terminal.open(
                    config: TerminalConfig(
                        storePath: configuration.store.path, roots: configuration.roots,
                        portPatienceMillis: configuration.portPatience?.milliseconds),
                    keys: TerminalKeysAdapter(keys), clock: configuration.clock.map(ClockAdapter.init)))
        }
    }

    /// Leaves the store. Everything after is `shutDown`.
    public func shutDown() {
        try? core.shutDown()
        bell.end()
    }
}

// MARK: Setting up

extension SkillingTerminal {
    /// Makes a key for a certificate that an acquirer will give; its public half, 33 bytes.
    public func createKey() async throws(SkillingError) -> Data {
        try await aside { [core] in try core.createKey() }
    }

    /// Takes the merchant certificate that an acquirer hands out at installation.
    public func take(certificate: Data) async throws(SkillingError) {
        try await aside { [core] in _ = try core.takeCertificate(object: certificate) }
    }

    /// Takes a trust bundle, status list, fraud proof, outage bulletin or certificate from wherever it comes. True if it was new.
    @discardableResult
    public func take(_ message: Data) async throws(SkillingError) -> Bool {
        try await telling { [core] in try core.take(messageBytes: message).isNew }
    }

    /// The certificate that new requests are made under.
    ///
    /// - Throws: kinds `tillNotReady`, `storage`.
    public func certificate() async throws(SkillingError) -> Certificate {
        try await aside { [core] in Certificate(try core.certificate()) }
    }
}

// MARK: Selling

extension SkillingTerminal {
    /// Whether an amount could be accepted now with nobody online, as far as the till alone can know: how far, or every reason why not.
    public func canAcceptOffline(_ amount: Money) async throws(SkillingError) -> CanAcceptOffline {
        try await aside { [core] in CanAcceptOffline(try core.canAccept(amount: amount.core)) }
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

    /// A request without an amount, to be printed: the payer types it, the cashier confirms it. Open until cancelled.
    public func printedRequest(in currency: Currency, reference: String? = nil) async throws(SkillingError) -> OpenRequest {
        try await aside { [core] in
            OpenRequest(try core.staticRequest(currency: UInt32(currency.numeric), reference: reference))
        }
    }

    /// Cancels a request: a payment for it is declined from now on.
    public func cancel(_ request: RequestID) async throws(SkillingError) {
        try await aside { [core] in try core.cancel(requestId: request.hex) }
    }

    /// The requests that can still be paid.
    public func openRequests() async throws(SkillingError) -> [OpenRequest] {
        try await aside { [core] in try core.openRequests().map(OpenRequest.init) }
    }

    /// Decides on a payment token. Decision and receipt are durable when this returns: only then say "paid". `sale`: what the cashier
    /// waits for.
    ///
    /// - Throws: kinds `malformed`, `tillRefused` (another till's request: go there), `storage`, `portFailed`.
    public func accept(_ token: Data, for sale: RequestID? = nil) async throws(SkillingError) -> SaleOutcome {
        try await telling { [core] in SaleOutcome(try core.accept(token: token, sale: sale?.hex)) }
    }

    /// After the cashier confirmed the amount of a payment for a printed code.
    public func confirm(_ token: Data, amount: Money) async throws(SkillingError) -> SaleOutcome {
        try await telling { [core] in SaleOutcome(try core.confirm(token: token, shown: amount.core)) }
    }

    /// After the cashier rejected the amount: declined, which gives the payer the amount back.
    public func reject(_ token: Data) async throws(SkillingError) -> SaleOutcome {
        try await telling { [core] in SaleOutcome(try core.reject(token: token)) }
    }

    /// Voids an accepted payment, whole: final, and the receipt must be given or shown.
    public func voidPayment(_ payment: PaymentID) async throws(SkillingError) -> Answered {
        try await telling { [core] in Answered(try core.voidPayment(paymentId: payment.hex)) }
    }

    /// The latest receipt of a payment, to show or give again.
    ///
    /// - Throws: kinds `notFound`, `storage`.
    public func receipt(of payment: PaymentID) async throws(SkillingError) -> Answered {
        try await aside { [core] in Answered(try core.receipt(paymentId: payment.hex)) }
    }

    /// Serves one phone in front of a reader, from select to receipt, until it may leave, the link is lost, or the time is over.
    /// `sale` is what is to be paid, if anything. Cancelling the task ends the tap at its next pause.
    ///
    /// - Throws: kinds `invalidArgument`, `shutDown`. What goes wrong with a phone is in the report.
    public func tap(
        _ reader: any Transceiver, sale: RequestID?, giveUpAfter seconds: TimeInterval = 60
    ) async throws(SkillingError) -> TapReport {
        do {
            let control = try TapControl.create()
            return try await withTaskCancellationHandler {
                try await telling { [core] in
                    TapReport(
                        try core.tap(
                            transceiver: TransceiverAdapter(reader), sale: sale?.hex, control: control,
                            giveUpAfterMillis: seconds.milliseconds))
                }
            } onCancel: {
                try? control.stop()
            }
        } catch { throw SkillingError(error) }
    }

    /// Blocking work of the core that may bring an event.
    func telling<T: Sendable>(_ work: @escaping @Sendable () throws -> T) async throws(SkillingError) -> T {
        defer { bell.ring() }
        return try await aside(work)
    }
}
