#if canImport(Security)
import Foundation
import Security

/// Keeps the mark in the keychain of this phone, where no backup of the app's folder carries it.
///
/// After a reinstall the old mark is still here while the store is new: the wallet then behaves as after a restored backup and
/// asks for a fresh allowance at the next sync. That is right: an old folder put back would look the same.
public final class KeychainRollbackGuard: RollbackGuard, @unchecked Sendable {
    private static let name = "mark"
    private let keychain: Keychain
    private let lock = NSLock()

    /// - Parameter service: the app's own name for its keychain items. Never change it.
    public init(service: String) {
        keychain = Keychain(service: "\(service).skilling")
    }

    public func read() throws -> RollbackMark? {
        lock.lock()
        defer { lock.unlock() }
        return try kept()
    }

    public func advance(to mark: RollbackMark) throws {
        lock.lock()
        defer { lock.unlock() }
        guard mark.digest.count == 32 else { throw RollbackGuardError.fault }
        if let kept = try kept() {
            if kept == mark { return }
            guard mark.counter > kept.counter else { throw RollbackGuardError.notAbove }
        }
        do {
            let bytes = Self.bytes(of: mark)
            if try keychain.replace(bytes, of: Self.name) { return }
            guard try keychain.add(bytes, as: Self.name, access: .afterFirstUnlock) else { throw RollbackGuardError.fault }
        } catch {
            throw RollbackGuardError.fault
        }
    }

    private func kept() throws -> RollbackMark? {
        let found: Data?
        do {
            found = try keychain.read(Self.name)
        } catch {
            throw RollbackGuardError.fault
        }
        guard let bytes = found else { return nil }
        guard bytes.count == 40 else { throw RollbackGuardError.fault }
        let counter = bytes.prefix(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        return RollbackMark(counter: counter, digest: Data(bytes.suffix(32)))
    }

    private static func bytes(of mark: RollbackMark) -> Data {
        withUnsafeBytes(of: mark.counter.bigEndian) { Data($0) } + mark.digest
    }
}
#endif
