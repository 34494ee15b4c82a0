//! How much one client may ask: a bucket a client that fills at a steady rate.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// What the server takes.
#[derive(Debug)]
pub struct Limits {
    /// Calls a second from one address, on the average; as many at once.
    pub calls_per_second: u32,
    /// The longest a call may take.
    pub timeout: Duration,
    /// Calls under way at a time; more are told to come back (503).
    pub calls_at_once: usize,
    /// Take the client's address from the last entry of `X-Forwarded-For`: only behind a proxy that writes it.
    pub behind_proxy: bool,
    under_way: AtomicUsize,
    buckets: Mutex<HashMap<Option<IpAddr>, Bucket>>,
}

#[derive(Debug, Clone, Copy)]
struct Bucket {
    /// Calls left, in thousandths.
    left: u64,
    filled: Instant,
}

/// One call under way; leaves when dropped.
#[derive(Debug)]
pub(super) struct Place<'a>(&'a AtomicUsize);

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

/// Addresses remembered at most; full buckets are forgotten first.
const MOST_BUCKETS: usize = 10_000;

impl Default for Limits {
    fn default() -> Self {
        Self::new(100, Duration::from_secs(30))
    }
}

impl Limits {
    /// Limits of one's own.
    #[must_use]
    pub fn new(calls_per_second: u32, timeout: Duration) -> Self {
        Self {
            calls_per_second,
            timeout,
            calls_at_once: 512,
            behind_proxy: false,
            under_way: AtomicUsize::new(0),
            buckets: Mutex::default(),
        }
    }

    /// A place among the calls under way; `None` when all are taken.
    pub(super) fn enter(&self) -> Option<Place<'_>> {
        let place = Place(&self.under_way);
        let before = self.under_way.fetch_add(1, Ordering::SeqCst);
        (before < self.calls_at_once).then_some(place)
    }

    /// Takes one call from the bucket of `client`; whether there was one. `now` is monotonic, not the time of day.
    pub(super) fn take(&self, client: Option<IpAddr>, now: Instant) -> bool {
        let full = u64::from(self.calls_per_second).saturating_mul(1_000);
        let refill = |bucket: &Bucket| {
            let millis = now.saturating_duration_since(bucket.filled).as_millis();
            let gained = u64::try_from(millis).unwrap_or(u64::MAX);
            let gained = gained.saturating_mul(self.calls_per_second.into());
            bucket.left.saturating_add(gained).min(full)
        };
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        if buckets.len() >= MOST_BUCKETS && !buckets.contains_key(&client) {
            buckets.retain(|_, bucket| refill(bucket) < full);
            if buckets.len() >= MOST_BUCKETS {
                return false;
            }
        }
        let bucket = buckets.entry(client).or_insert(Bucket {
            left: full,
            filled: now,
        });
        let left = refill(bucket);
        let (left, taken) = match left.checked_sub(1_000) {
            Some(rest) => (rest, true),
            None => (left, false),
        };
        *bucket = Bucket { left, filled: now };
        taken
    }
}
