import Foundation

/// How far a wallet's store has come.
public struct RollbackMark: Hashable, Sendable {
    /// Only rises.
    public let counter: UInt64
    /// 32 bytes, chained over everything counted.
    public let digest: Data

    /// Takes both.
    public init(counter: UInt64, digest: Data) {
        (self.counter, self.digest) = (counter, digest)
    }
}

/// Why the guard keeps or says nothing. Anything else that an implementation throws counts as ``RollbackGuardError/fault``.
public enum RollbackGuardError: String, Error, Hashable, Sendable, CaseIterable {
    /// The mark offered is not above the one kept.
    case notAbove
    /// Reading or writing failed, what is kept is damaged, or nobody answered.
    case fault
}

/// Remembers one mark where no backup, clone or restore of the wallet's folder reaches. ``KeychainRollbackGuard`` is the one for
/// production.
///
/// The mark is durable when ``advance(to:)`` returns, and the old one stays whole when it fails. A damaged mark is a
/// fault, never nil. Called from any thread; must not call the wallet.
public protocol RollbackGuard: Sendable {
    /// The mark kept; nil if there never was one.
    func read() throws -> RollbackMark?
    /// Keeps `mark` from now on. The very mark that is kept changes nothing; anything else not above it is refused.
    func advance(to mark: RollbackMark) throws
}
