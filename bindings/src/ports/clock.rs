//! The time.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use skilling_platform::clock::{Clock, SystemClock};
use skilling_protocol::values::Time;

use super::{Port, PortProblem};
use crate::CoreError;

/// What a clock says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Record)]
pub struct ClockReading {
    /// Whole seconds since 1970, not negative.
    pub unix_seconds: i64,
}

/// The clock cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error, uniffi::Error)]
pub enum ClockError {
    /// Whatever was thrown.
    #[error("undeclared")]
    Undeclared,
}

impl From<uniffi::UnexpectedUniFFICallbackError> for ClockError {
    fn from(_: uniffi::UnexpectedUniFFICallbackError) -> Self {
        Self::Undeclared
    }
}

/// Tells the time; for simulators and tests. A wallet or terminal without one reads the system's clock, which costs nothing.
#[uniffi::export(with_foreign)]
pub trait WallClock: Send + Sync {
    /// The time now. At once: it is asked often, and no deadline guards it.
    fn now(&self) -> Result<ClockReading, ClockError>;
}

/// The system's clock, or the app's.
pub(crate) struct HostClock {
    foreign: Option<Arc<dyn WallClock>>,
    last: AtomicI64,
}

impl HostClock {
    pub(crate) fn new(foreign: Option<Arc<dyn WallClock>>) -> Arc<Self> {
        Arc::new(Self {
            foreign,
            last: AtomicI64::new(0),
        })
    }

    /// Looks whether the clock can be read, before anything is done by it.
    pub(crate) fn check(&self) -> Result<(), CoreError> {
        self.read()
            .map(|_| ())
            .map_err(|problem| CoreError::port(Port::WallClock, problem))
    }

    fn read(&self) -> Result<Time, PortProblem> {
        let Some(foreign) = &self.foreign else {
            return Ok(SystemClock.now());
        };
        let seconds = match foreign.now() {
            Ok(reading) => reading.unix_seconds,
            Err(ClockError::Undeclared) => return Err(PortProblem::Undeclared),
        };
        let time = u64::try_from(seconds).map_err(|_| PortProblem::WrongShape)?;
        let time = Time::from_unix(time).map_err(|_| PortProblem::WrongShape)?;
        self.last.store(seconds, Ordering::SeqCst);
        Ok(time)
    }
}

impl Clock for HostClock {
    /// A clock that fails in the middle of something says what it last said.
    fn now(&self) -> Time {
        self.read().unwrap_or_else(|_| {
            let last = u64::try_from(self.last.load(Ordering::SeqCst)).unwrap_or_default();
            Time::from_unix(last).unwrap_or_default()
        })
    }
}
