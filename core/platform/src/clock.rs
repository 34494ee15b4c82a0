//! The clock port: the only place where anything asks what time it is.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use skilling_protocol::values::{Seconds, Time};

/// Tells the time in whole Unix seconds. Implementations may go backwards: people set clocks.
/// Callable from any thread, never blocks.
pub trait Clock: Send + Sync {
    /// The time now.
    fn now(&self) -> Time;
}

impl<C: Clock + ?Sized> Clock for Arc<C> {
    fn now(&self) -> Time {
        (**self).now()
    }
}

/// The system's clock. Before 1970 it says 1970.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Time {
        let since = SystemTime::now().duration_since(UNIX_EPOCH);
        let seconds = since.map_or(0, |since| since.as_secs());
        Time::from_unix(seconds).unwrap_or_default()
    }
}

/// A clock moved by hand, shared by its clones: for the demo and for tests.
#[derive(Debug, Clone, Default)]
pub struct ManualClock(Arc<AtomicU64>);

impl ManualClock {
    /// Stands at `time`.
    #[must_use]
    pub fn at(time: Time) -> Self {
        Self(Arc::new(AtomicU64::new(time.unix())))
    }

    /// Moves forward.
    pub fn advance(&self, by: Seconds) {
        self.set(self.now().plus(by));
    }

    /// Sets the time, backwards too.
    pub fn set(&self, time: Time) {
        self.0.store(time.unix(), Ordering::SeqCst);
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Time {
        Time::from_unix(self.0.load(Ordering::SeqCst)).unwrap_or_default()
    }
}
