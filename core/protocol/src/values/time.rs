//! Times: whole seconds since the Unix epoch. The crate never asks what time it is.

use super::OutOfBounds;
use crate::cbor::Reader;
use crate::error::DecodeError;

/// The latest time, 2^53 - 1 seconds (protocol section 3).
const MAX: u64 = 9_007_199_254_740_991;

/// A point in time in Unix seconds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Time(u64);

impl Time {
    /// # Errors
    /// Over 2^53 - 1.
    pub const fn from_unix(seconds: u64) -> Result<Self, OutOfBounds> {
        if seconds > MAX {
            return Err(OutOfBounds::new("time", "at most 9007199254740991 seconds"));
        }
        Ok(Self(seconds))
    }

    /// Seconds since the Unix epoch.
    #[must_use]
    pub const fn unix(self) -> u64 {
        self.0
    }

    /// Later by `seconds`; stays at the latest time there is.
    #[must_use]
    pub const fn plus(self, seconds: Seconds) -> Self {
        let sum = self.0.saturating_add(seconds.0 as u64);
        Self(if sum > MAX { MAX } else { sum })
    }

    /// Earlier by `seconds`; stays at the epoch.
    #[must_use]
    pub const fn minus(self, seconds: Seconds) -> Self {
        Self(self.0.saturating_sub(seconds.0 as u64))
    }

    /// How long from `earlier` to this; zero when it is not earlier.
    #[must_use]
    pub const fn since(self, earlier: Self) -> u64 {
        self.0.saturating_sub(earlier.0)
    }

    /// How far apart, whichever is first.
    #[must_use]
    pub const fn distance(self, other: Self) -> u64 {
        self.0.abs_diff(other.0)
    }

    pub(crate) fn read(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        reader.uint_to(MAX).map(Self)
    }
}

impl From<Time> for u64 {
    fn from(time: Time) -> Self {
        time.0
    }
}

/// A length of time in whole seconds (`uint32` on the wire).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Seconds(pub u32);

impl Seconds {
    /// Whole days.
    #[must_use]
    pub const fn days(days: u16) -> Self {
        Self((days as u32).saturating_mul(86_400))
    }

    /// Whole hours.
    #[must_use]
    pub const fn hours(hours: u16) -> Self {
        Self((hours as u32).saturating_mul(3_600))
    }
}

impl From<Seconds> for u64 {
    fn from(seconds: Seconds) -> Self {
        Self::from(seconds.0)
    }
}
