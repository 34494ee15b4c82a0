//! The simulated time: the scheme's, which passes when it is told to, and a device's clock, which may be wrong.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use skilling_protocol::values::{Seconds, Time};

use super::Simulator;
use crate::ports::{ClockError, ClockReading, WallClock};
use crate::values::seconds;

/// Seconds; written by any thread.
#[derive(Debug, Default)]
pub(super) struct Offsets {
    /// What has passed beyond the real time.
    pub(super) passed: AtomicI64,
    /// How far a device's clock is ahead of the scheme's.
    pub(super) device: AtomicI64,
    /// The same, for as long as a magic amount is at work.
    pub(super) moment: AtomicI64,
}

pub(super) fn moved(time: Time, by: i64) -> Time {
    let by_seconds = Seconds(u32::try_from(by.unsigned_abs()).unwrap_or(u32::MAX));
    if by < 0 {
        time.minus(by_seconds)
    } else {
        time.plus(by_seconds)
    }
}

/// The clock of a device in this scheme.
pub(super) struct DeviceClock(pub(super) Arc<Simulator>);

impl WallClock for DeviceClock {
    fn now(&self) -> Result<ClockReading, ClockError> {
        let offsets = &self.0.offsets;
        let device = offsets.device.load(Ordering::SeqCst);
        let moment = offsets.moment.load(Ordering::SeqCst);
        Ok(ClockReading {
            unix_seconds: seconds(moved(self.0.now(), device.saturating_add(moment))),
        })
    }
}
