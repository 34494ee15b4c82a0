//! When to try a call again (sync.md): exponential back-off, never sooner than the server said, always stretched.

use std::time::Duration;

use crate::random::{self, NoRandomness};

const FIRST: Duration = Duration::from_secs(1);
const LONGEST: Duration = Duration::from_secs(15 * 60);

/// How long to wait after the `failures`-th failure in a row (the first is 1), at least `retry_after` seconds if told.
///
/// # Errors
/// [`NoRandomness`].
pub fn wait(failures: u32, retry_after: Option<u32>) -> Result<Duration, NoRandomness> {
    let doubled = FIRST.saturating_mul(2_u32.saturating_pow(failures.saturating_sub(1)));
    let told = Duration::from_secs(retry_after.unwrap_or(0).into());
    random::stretched(doubled.min(LONGEST).max(told))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_and_never_undercut_the_server() {
        for failures in 1..40 {
            let waited = wait(failures, None).unwrap();
            assert!(waited >= FIRST && waited <= LONGEST * 2);
        }
        assert!(wait(1, Some(120)).unwrap() >= Duration::from_secs(120));
        assert!(wait(1, Some(120)).unwrap() <= Duration::from_secs(240));
    }
}
