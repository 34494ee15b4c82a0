//! The port that notices a store put back to an older state.

/// How far a store has come: a counter that only rises, and a digest of everything counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mark {
    /// 1 for the first guarded commit.
    pub counter: u64,
    /// Chained over the guarded commits.
    pub digest: [u8; 32],
}

/// Why the guard cannot say or keep anything.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum GuardError {
    /// The mark offered is not above the one kept.
    #[error("the rollback guard never goes back")]
    NotAbove,
    /// Reading or writing failed, or what is kept is damaged.
    #[error("the rollback guard failed: {0}")]
    Fault(String),
}

/// Remembers one [`Mark`] where no backup, clone or restore of the wallet's folder reaches: hardware counter, key
/// store, or at least a place that is excluded from backups.
///
/// An implementation
/// - MUST have the mark durable when [`Self::advance`] returns, and MUST keep the old one whole if it fails or is killed;
/// - MUST refuse a counter that is not above the kept one, except the very mark it keeps, which changes nothing;
/// - MUST forget the mark only with the app or the device itself;
/// - MUST be callable from any thread, MUST NOT call into the wallet, MUST NOT panic.
pub trait RollbackGuard: Send + Sync {
    /// The mark kept; `None` if there never was one.
    ///
    /// # Errors
    /// `Fault`. A damaged mark is a fault, never `None`.
    fn read(&self) -> Result<Option<Mark>, GuardError>;

    /// Keeps `mark` from now on.
    ///
    /// # Errors
    /// `NotAbove`, `Fault`.
    fn advance(&self, mark: &Mark) -> Result<(), GuardError>;
}
