import Foundation
internal import SkillingCore

/// A scheme with a bank and an acquirer in memory: for previews, tests and practice modes. Nothing it signs is worth anything anywhere
/// else, because its keys are made with it. Wallet and till that practise are the real ones: ``openWallet(in:)``, ``shop(for:)``.
///
/// Magic amounts bring every reason code: those whose last four digits are `9` and a code (`39024` has the code 24). Codes of a wallet or
/// a till come from a ``SimulatedShop``, those of a bank from a want with such a limit. Safe to use from anywhere.
public final class Simulator: Sendable {
    let core: SkillingCore.Simulator

    /// The server of bank, acquirer and scheme.
    public let server: any Transport
    /// The pinned roots for ``WalletConfiguration`` and ``TerminalConfiguration``.
    public let roots: [Data]
    /// The code that enrols.
    public let enrolmentCode: String
    /// The time in this scheme: give it to tills, and to wallets that were not opened here.
    public let clock: @Sendable () -> Date

    /// A scheme for Danish kroner that starts now.
    public init() throws(SkillingError) {
        do {
            core = try .create(clock: nil)
            server = SimulatedServer(try core.server())
            (roots, enrolmentCode) = (try core.roots(), try core.enrolmentCode())
            let clock = try core.clock()
            self.clock = { (try? clock.now()).map { Date(unix: $0.unixSeconds) } ?? Date() }
        } catch { throw SkillingError(error) }
    }

    /// A wallet of this scheme whose ports do what magic amounts ask of them. Its person agrees to everything else.
    ///
    /// - Parameter folder: made if it is missing.
    /// - Throws: as ``SkillingWallet/open(_:keys:vault:rollbackGuard:)``.
    public func openWallet(in folder: URL) async throws(SkillingError) -> SkillingWallet {
        try await aside { [core, roots] in
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            let path = { (name: String) in folder.appendingPathComponent(name).path }
            return SkillingWallet(
                try SkillingCore.Wallet.open(
                    config: WalletConfig(
                        folder: path("wallet"), roots: roots, patienceMillis: nil, largestCommandData: nil,
                        portPatienceMillis: nil),
                    keys: core.deviceKeys(folder: path("keys")), vault: softwareKeyVault(path: path("vault")),
                    guard: core.rollbackGuard(path: path("mark")), clock: core.clock()))
        }
    }

    /// A shop whose requests go to `wallet`.
    public func shop(for wallet: SkillingWallet) throws(SkillingError) -> SimulatedShop {
        do {
            return SimulatedShop(try core.shop(wallet: wallet.core), tapped: wallet.tapped)
        } catch { throw SkillingError(error) }
    }

    /// Lets time pass, for everybody: allowances, bundles and certificates grow old.
    public func passTime(_ time: TimeInterval) { try? core.passTime(seconds: UInt32(clamping: time.whole)) }

    /// Sets the clock of wallets and tills ahead of the scheme's, or behind it if negative; 0 is right.
    public func setClockAhead(_ time: TimeInterval) { try? core.setClockAhead(seconds: time.whole) }

    /// Revokes an allowance that was granted here: tills that have the newest status list refuse it.
    public func revoke(_ allowance: AllowanceID) throws(SkillingError) {
        do { try core.revoke(allowanceId: allowance.hex) } catch { throw SkillingError(error) }
    }

    /// Every call is answered with this code until it is nil.
    public func setServerProblem(_ reason: Reason?) { try? core.setServerProblem(code: reason?.code) }

    /// Without a network no call reaches the server.
    public func setNetwork(isUp: Bool) { try? core.setNetwork(isUp: isUp) }

    /// Answers are lost on the way back: the server has done what was asked.
    public func setAnswersLost(_ areLost: Bool) { try? core.setAnswersLost(areLost: areLost) }

    /// The certificate of a till with this key: for ``SkillingTerminal/take(certificate:)``.
    public func certificate(for key: Data, merchant: String) throws(SkillingError) -> Data {
        do { return try core.certificate(terminalKey: key, merchant: merchant) } catch { throw SkillingError(error) }
    }

    /// The trust bundle as it is now.
    public func bundle() throws(SkillingError) -> Data {
        do { return try core.bundle() } catch { throw SkillingError(error) }
    }

    /// Declares an outage that extends what expires by so many days (0 to 14); gives the bulletin.
    public func declareOutage(in currency: Currency, extendingBy days: Int) throws(SkillingError) -> Data {
        do {
            return try core.declareOutage(currency: UInt32(currency.numeric), extensionDays: UInt32(clamping: days))
        } catch { throw SkillingError(error) }
    }

    /// Ends an outage: the newest bulletin says that it is over.
    public func endOutage(in currency: Currency) throws(SkillingError) -> Data {
        do { return try core.endOutage(currency: UInt32(currency.numeric)) } catch { throw SkillingError(error) }
    }

    /// Suspends the bank, or lets it sign again: a new version of the bundle says so.
    public func suspendBank(_ isSuspended: Bool) { try? core.suspendBank(isSuspended: isSuspended) }

    /// The bank disputes a payment that it knows: the next sync says so.
    public func dispute(_ payment: PaymentID) throws(SkillingError) {
        do { try core.dispute(paymentId: payment.hex) } catch { throw SkillingError(error) }
    }

    /// The smallest magic amount that brings a code.
    public static func magicAmount(for reason: Reason, in currency: Currency = .dkk) -> Money {
        Money(minorUnits: 9_000 + UInt64(min(reason.code, 999)), currency: currency)
    }
}

/// The simulated server as an app's own transport.
private struct SimulatedServer: Transport {
    private let core: any SkillingCore.Transport

    init(_ core: any SkillingCore.Transport) { self.core = core }

    func send(_ request: TransportRequest) async throws -> TransportResponse {
        do {
            let answer = try await core.send(
                call: HttpCall(
                    method: request.method == .post ? .post : .get, path: request.path, body: request.body, etag: request.etag))
            return TransportResponse(
                status: Int(answer.status), body: answer.body, retryAfter: answer.retryAfterSeconds, etag: answer.etag)
        } catch {
            throw if case .TimedOut = error as? TransportPortError { TransportError.timedOut } else { TransportError.unreachable }
        }
    }
}
