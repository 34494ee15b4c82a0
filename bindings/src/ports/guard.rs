//! The guard that notices a store put back to an older state.

use std::sync::Arc;

use skilling_wallet::ports as core;
use skilling_wallet::ports::{GuardError, Mark};

use super::{Patience, PortProblem, Worker};

/// How far a store has come.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct GuardMark {
    /// Rises by one with each guarded commit; fits a signed 64-bit integer.
    pub counter: u64,
    /// 32 bytes.
    pub digest: Vec<u8>,
}

/// What a guard keeps.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct KeptMark {
    /// `None` if there never was one. A damaged mark is a fault, never `None`.
    pub mark: Option<GuardMark>,
}

/// Why the guard cannot say or keep anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error, uniffi::Error)]
pub enum RollbackGuardError {
    /// The mark offered is not above the one kept, and not the same.
    #[error("not above")]
    NotAbove,
    /// Reading or writing failed, or what is kept is damaged.
    #[error("fault {code}")]
    Fault {
        /// A number of the implementation's own, for support.
        code: i32,
    },
    /// Whatever was thrown and is not declared here.
    #[error("undeclared")]
    Undeclared,
}

impl From<uniffi::UnexpectedUniFFICallbackError> for RollbackGuardError {
    fn from(_: uniffi::UnexpectedUniFFICallbackError) -> Self {
        Self::Undeclared
    }
}

impl From<RollbackGuardError> for GuardError {
    fn from(error: RollbackGuardError) -> Self {
        match error {
            RollbackGuardError::NotAbove => Self::NotAbove,
            RollbackGuardError::Fault { code } => fault(PortProblem::Fault { code }),
            RollbackGuardError::Undeclared => fault(PortProblem::Undeclared),
        }
    }
}

fn fault(problem: PortProblem) -> GuardError {
    GuardError::Fault(problem.words())
}

/// Remembers one mark where no backup, clone or restore of the wallet's folder reaches.
#[uniffi::export(with_foreign)]
pub trait RollbackGuard: Send + Sync {
    /// The mark kept. At most 10 seconds.
    fn read(&self) -> Result<KeptMark, RollbackGuardError>;

    /// Keeps `mark` from now on: durable when this returns, the old one whole if it fails or is killed. A counter that is not above
    /// is `NotAbove`, except the very mark that is kept, which changes nothing.
    fn advance(&self, mark: GuardMark) -> Result<(), RollbackGuardError>;
}

/// The app's guard as the core sees it.
pub(crate) struct HostGuard {
    foreign: Arc<dyn RollbackGuard>,
    worker: Worker,
    patience: Patience,
}

impl HostGuard {
    pub(crate) fn new(foreign: Arc<dyn RollbackGuard>, patience: Patience) -> Self {
        Self {
            foreign,
            worker: Worker::default(),
            patience,
        }
    }
}

impl core::RollbackGuard for HostGuard {
    fn read(&self) -> Result<Option<Mark>, GuardError> {
        let guard = Arc::clone(&self.foreign);
        let kept = self.worker.call(self.patience.short, move || guard.read());
        let kept = kept.map_err(fault)??;
        let Some(mark) = kept.mark else {
            return Ok(None);
        };
        let digest = <[u8; 32]>::try_from(mark.digest.as_slice());
        Ok(Some(Mark {
            counter: mark.counter,
            digest: digest.map_err(|_| fault(PortProblem::WrongShape))?,
        }))
    }

    fn advance(&self, mark: &Mark) -> Result<(), GuardError> {
        let guard = Arc::clone(&self.foreign);
        let mark = GuardMark {
            counter: mark.counter,
            digest: mark.digest.to_vec(),
        };
        let advanced = self
            .worker
            .call(self.patience.short, move || guard.advance(mark));
        Ok(advanced.map_err(fault)??)
    }
}
