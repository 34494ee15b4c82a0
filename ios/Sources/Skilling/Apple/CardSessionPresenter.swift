#if canImport(CoreNFC)
import CoreNFC
import Foundation

/// Shows this phone to a till's reader as a card, once.
///
/// iOS 17.4, in the European Economic Area, with two entitlements: `com.apple.developer.nfc.hce` and
/// `com.apple.developer.nfc.hce.iso7816.select-identifier-prefixes`. Creating a `CardSession` without them ends the app, so
/// ``availability()`` is asked first, every time. The app must be in front. The system gives exclusive use of the radio for 15 seconds at a
/// time with a pause between two, and emulates for 60 seconds at most: everything that happens is told as ``Progress``, so
/// that the payer never holds a phone that does nothing. Where a tap cannot be had, the QR code is a full equal.
@available(iOS 17.4, *)
public final class CardSessionPresenter: Sendable {
    /// Whether a tap can be offered.
    public enum Availability: Hashable, Sendable {
        /// It can.
        case available
        /// This phone has no card emulation: offer the QR code alone.
        case unsupported
        /// Not here or not now (region, account, settings): offer the QR code.
        case ineligible
    }

    /// What to show meanwhile.
    public enum Progress: Hashable, Sendable {
        /// Getting the radio.
        case preparing
        /// Hold the phone to the reader; exclusive for so many seconds.
        case hold(seconds: Int)
        /// A reader is near and is being answered.
        case reading
        /// The reader went away before the end: hold the phone there again.
        case torn
    }

    /// How it ended. Whether anything was paid is the wallet's to say, never this.
    public enum End: Hashable, Sendable {
        /// The exchange is complete.
        case done
        /// The payer or the app closed it.
        case cancelled
        /// A minute has passed: offer to start again.
        case tooLong
        /// The radio is being rested: offer again after about so many seconds, and the QR code now.
        case coolingDown(seconds: Int)
        /// A tap cannot be had; see ``Availability``.
        case unavailable(Availability)
        /// The connection broke: offer to start again. The same request gives the same payment.
        case lost
    }

    /// Exclusive use of the radio lasts this long; the pause after it as well.
    public static let intentSeconds = 15

    private let card: ReceiptWatch
    private let isDone: @Sendable () -> Bool
    private let running = Running()

    /// - Parameters:
    ///   - card: answers the commands, such as ``SkillingWallet/card``.
    ///   - isDone: asked when the reader lets go; true ends the session. Nil: once the wallet has taken the reader's receipt. The system's
    ///     sheet shows a tick then, or a sign of failure where ``SkillingWallet/card`` says that the payment was declined.
    public init(card: any CardEmulation, isDone: (@Sendable () -> Bool)? = nil) {
        let watch = ReceiptWatch(card)
        (self.card, self.isDone) = (watch, isDone ?? { watch.hasReceipt })
    }

    /// Asks the system; nothing is created.
    public static func availability() async -> Availability {
        guard NFCReaderSession.readingAvailable, CardSession.isSupported else { return .unsupported }
        return await CardSession.isEligible ? .available : .ineligible
    }

    /// Runs to its end; ``cancel()`` or the task's cancellation ends it early. One at a time.
    public func present(
        message: String, progress: @escaping @Sendable (Progress) -> Void = { _ in }
    ) async -> End {
        guard running.begin() else { return .lost }
        defer { running.end() }
        let availability = await Self.availability()
        guard availability == .available else { return .unavailable(availability) }
        progress(.preparing)
        let intent: NFCPresentmentIntentAssertion
        do {
            intent = try await NFCPresentmentIntentAssertion.acquire()
        } catch NFCPresentmentIntentAssertion.Error.systemNotAvailable {
            return .coolingDown(seconds: Self.intentSeconds)
        } catch {
            return .unavailable(.ineligible)
        }
        // While it is held, no other wallet of this phone comes to the front at a reader.
        defer { withExtendedLifetime(intent) {} }
        return await withTaskCancellationHandler {
            await emulate(message, progress)
        } onCancel: {
            cancel()
        }
    }

    /// Ends what runs.
    public func cancel() { running.cancel() }

    private func emulate(_ message: String, _ progress: @Sendable (Progress) -> Void) async -> End {
        do {
            let session = try await CardSession()
            defer {
                session.invalidate()
                card.fieldLost()
            }
            guard running.holds(session) else { return .cancelled }
            session.alertMessage = message
            progress(.hold(seconds: Self.intentSeconds))
            for try await event in session.eventStream {
                if let end = try await handle(event, session, progress) { return end }
            }
            return isDone() ? .done : .lost
        } catch let error as CardSession.Error {
            return isDone() ? .done : Self.end(error)
        } catch is CancellationError {
            return .cancelled
        } catch {
            return isDone() ? .done : .lost
        }
    }

    /// The session that runs, for whoever cancels it from elsewhere.
    private final class Running: @unchecked Sendable {
        private let lock = NSLock()
        private var isBegun = false
        private var isCancelled = false
        private var session: CardSession?

        func begin() -> Bool {
            lock.lock()
            defer { lock.unlock() }
            guard !isBegun else { return false }
            (isBegun, isCancelled) = (true, false)
            return true
        }

        /// False: it was cancelled meanwhile.
        func holds(_ session: CardSession) -> Bool {
            lock.lock()
            defer { lock.unlock() }
            self.session = session
            return !isCancelled
        }

        func cancel() {
            lock.lock()
            isCancelled = true
            session?.invalidate()
            lock.unlock()
        }

        func end() {
            lock.lock()
            (isBegun, session) = (false, nil)
            lock.unlock()
        }
    }

    private func handle(
        _ event: CardSession.Event, _ session: CardSession, _ progress: @Sendable (Progress) -> Void
    ) async throws -> End? {
        switch event {
        case .sessionStarted: break
        case .readerDetected:
            progress(.reading)
            // After a torn tap it goes on still.
            if await !session.isEmulationInProgress { try await session.startEmulation() }
        case .received(let apdu):
            if try await !respond(to: apdu) { return await readerIsGone(session, progress) }
        case .readerDeselected: return await readerIsGone(session, progress)
        case .sessionInvalidated(let reason): return isDone() ? .done : Self.end(reason)
        @unknown default: break
        }
        return nil
    }

    /// An answer is given once; only one that the radio could not send may be given a second time. False: that failed as well.
    private func respond(to apdu: CardSession.APDU) async throws -> Bool {
        let response = card.process(apdu.payload)
        for _ in 0..<2 {
            do {
                try await apdu.respond(response: response)
                return true
            } catch CardSession.Error.transmissionError {
                continue
            }
        }
        return false
    }

    /// A torn tap ends no session: the payer holds the phone there again.
    private func readerIsGone(_ session: CardSession, _ progress: @Sendable (Progress) -> Void) async -> End? {
        card.fieldLost()
        guard isDone() else {
            progress(.torn)
            return nil
        }
        // A payer who sees a tick leaves with the goods.
        await session.stopEmulation(status: card.isRefused ? .failure : .success)
        return .done
    }

    private static func end(_ error: CardSession.Error) -> End {
        switch error {
        case .userInvalidated: .cancelled
        case .maxSessionDurationReached: .tooLong
        case .accessNotAccepted, .systemEligibilityFailed: .unavailable(.ineligible)
        case .radioDisabled: .unavailable(.ineligible)
        case .systemNotAvailable: .coolingDown(seconds: intentSeconds)
        default: .lost
        }
    }
}
#endif
