import Foundation
internal import SkillingCore

/// What a wallet is opened with.
public struct WalletConfiguration: Sendable {
    /// A folder of the app's own; made if it is missing, and kept out of backups where the system allows it.
    public var folder: URL
    /// The scheme's pinned root keys, 1 to 3, each P-256 as 33 or 65 bytes.
    public var roots: [Data]
    /// How long to wait for another process to leave the wallet, in seconds.
    public var patience: TimeInterval = 5
    /// The most that any call of your own ports may take, in seconds; for tests. Nil: each has its own bound.
    public var portPatience: TimeInterval?
    /// For simulators and tests; nil reads the system's clock.
    public var clock: (@Sendable () -> Date)?

    /// The usual.
    public init(folder: URL, roots: [Data]) {
        (self.folder, self.roots) = (folder, roots)
    }
}

/// One person's wallet: pays without a network what their bank allowed, and settles it later.
///
/// Safe to use from anywhere; calls are put in order inside, and whatever reads or writes the disk is done aside, never on
/// the main actor. Cancelling a task ends its wait with ``SkillingError/Kind/waitCancelled``, never a payment that was begun. One process at
/// a time has a wallet open.
///
/// - By QR: ``review(_:)``, show everything in the ``Review``, ``agree(to:)``, ``pay(_:)``, draw the token, ``presented(_:)``,
///   ``take(receipt:)``.
/// - By tap: ``card`` answers the reader; ``asks`` gives what it waits for: review it and agree. Or beforehand ``arm(_:ceiling:)``.
/// - Online: ``enrol(code:over:)`` once, then ``sync(with:over:wanting:)`` whenever there is a network.
public final class SkillingWallet: Sendable {
    let core: SkillingCore.Wallet
    let bell: Bell
    private let listeners: AskListeners
    /// Answers a till's reader.
    public let card: any CardEmulation

    init(_ core: SkillingCore.Wallet) {
        (bell, listeners) = (Bell(), AskListeners())
        (self.core, card) = (core, WalletCard(core, listeners, bell))
    }

    deinit { shutDown() }

    /// Opens or makes the wallet and brings every payment that was under way to a state.
    ///
    /// - Parameters:
    ///   - configuration: where, and whom it trusts.
    ///   - keys: signing keys of the phone; held as long as the wallet lives, so they must not hold it.
    ///   - vault: seals the store's key; held likewise.
    ///   - rollbackGuard: notices a restored folder; held likewise.
    /// - Throws: kinds `busy`, `storage`, `portFailed`, `invalidArgument`, `versionMismatch`.
    public static func open(
        _ configuration: WalletConfiguration, keys: any DeviceKeys, vault: any KeyVault, rollbackGuard: any RollbackGuard
    ) async throws(SkillingError) -> SkillingWallet {
        try SkillingVersion.check()
        return try await aside {
            try keepOutOfBackups(configuration.folder)
            let core = try SkillingCore.Wallet.open(
                config: WalletConfig(
                    folder: configuration.folder.path, roots: configuration.roots,
                    patienceMillis: configuration.patience.milliseconds, largestCommandData: nil,
                    portPatienceMillis: configuration.portPatience?.milliseconds),
                keys: DeviceKeysAdapter(keys), vault: KeyVaultAdapter(vault), guard: RollbackGuardAdapter(rollbackGuard),
                clock: configuration.clock.map(ClockAdapter.init))
            return SkillingWallet(core)
        }
    }

    /// Leaves the wallet: another process may open it as soon as calls under way have ended. Everything after is `shutDown`.
    public func shutDown() {
        try? core.shutDown()
        bell.end()
        listeners.end()
    }

    /// What a reader asks for and waits for the payer to see: review it, then agree or decline. Each stream begins with what is waited for
    /// now, if anything, and tells of a request once a tap, however often the reader repeats it. Ends with the wallet or the reader's task.
    public var asks: AsyncStream<Data> {
        listeners.stream { [core] in try? core.asked() }
    }

    /// For a simulated reader, which speaks to the core itself.
    var tapped: @Sendable () -> Void {
        { [core, listeners, bell] in
            if let request = try? core.asked() { listeners.tell(request) }
            listeners.tapEnded()
            bell.ring()
        }
    }

    /// Whether the app is in front on an unlocked phone. False until told; nothing is signed or repeated while it is false, and leaving
    /// ends an arming. Never blocks.
    ///
    /// True at `ScenePhase.active`, false at `.background`. At `.inactive` change nothing: the system's own prompt for Face ID or passcode
    /// and the sheet of a card session make the app inactive, and a payment that asks for them would never be signed.
    public func setInFront(_ isInFront: Bool) { try? core.setInFront(isInFront: isInFront) }

    /// A restored folder is noticed, but a folder that is never backed up cannot be restored at all.
    private static func keepOutOfBackups(_ folder: URL) throws {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        #if canImport(Darwin)
        var folder = folder
        var values = URLResourceValues()
        values.isExcludedFromBackup = true
        try folder.setResourceValues(values)
        #endif
    }
}

extension SkillingWallet {
    /// Blocking work of the core that may bring an event.
    func telling<T: Sendable>(_ work: @escaping @Sendable () throws -> T) async throws(SkillingError) -> T {
        defer { bell.ring() }
        return try await aside(work)
    }

    /// Waiting work of the core that may bring an event, even after the caller stopped waiting.
    func tellingWaited<T: Sendable>(_ work: @escaping @Sendable () async throws -> T) async throws(SkillingError) -> T {
        try await waited { [bell] in
            defer { bell.ring() }
            return try await work()
        }
    }
}

extension SkillingWallet {
    /// Asks the payer. Whoever stops waiting wants nothing of what they say afterwards: the system's question may still be on the screen, and
    /// what they agree to then would be the next reader's.
    func askingPayer<T: Sendable>(
        _ ask: @escaping @Sendable () async throws -> T, takingBack: @escaping @Sendable () throws -> Void
    ) async throws(SkillingError) -> T {
        let asking = Task { [bell] in
            defer { bell.ring() }
            return try await ask()
        }
        do {
            return try await waiting(for: asking)
        } catch {
            if error is CancellationError {
                Task {
                    guard case .success = await asking.result else { return }
                    try? await Aside.run(takingBack)
                }
            }
            throw SkillingError(error)
        }
    }
}

/// Blocking work of the core, away from the caller's actor, with errors of ours.
func aside<T: Sendable>(_ work: @escaping @Sendable () throws -> T) async throws(SkillingError) -> T {
    do {
        return try await Aside.run(work)
    } catch {
        throw SkillingError(error)
    }
}

/// Waiting work of the core: the caller's cancellation ends the wait alone.
func waited<T: Sendable>(_ work: @escaping @Sendable () async throws -> T) async throws(SkillingError) -> T {
    do {
        return try await waiting(for: Task { try await work() })
    } catch {
        throw SkillingError(error)
    }
}
