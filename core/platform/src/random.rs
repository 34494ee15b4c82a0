//! Randomness from the operating system's cryptographic source.

use std::time::Duration;

/// The operating system has no randomness to give: nothing that needs it may go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the operating system gives no random bytes")]
pub struct NoRandomness;

/// `N` random bytes.
///
/// # Errors
/// [`NoRandomness`].
pub fn bytes<const N: usize>() -> Result<[u8; N], NoRandomness> {
    let mut buffer = [0; N];
    getrandom::fill(&mut buffer).map_err(|_| NoRandomness)?;
    Ok(buffer)
}

/// A number in `0..bound`, every one as likely; 0 for a bound of 0.
///
/// # Errors
/// [`NoRandomness`].
pub fn below(bound: u32) -> Result<u32, NoRandomness> {
    let limit = u64::from(bound);
    if limit < 2 {
        return Ok(0);
    }
    // Numbers past the last whole multiple of the bound would make small results likelier.
    let fair = (1_u64 << 32) - (1_u64 << 32) % limit;
    loop {
        let number = u64::from(u32::from_le_bytes(bytes()?));
        if number < fair {
            return Ok(u32::try_from(number % limit).unwrap_or_default());
        }
    }
}

/// Between `least` and twice that: clients wait a random 0 to 100 % longer than told (sync.md), because after an outage
/// everybody returns at once.
///
/// # Errors
/// [`NoRandomness`].
pub fn stretched(least: Duration) -> Result<Duration, NoRandomness> {
    let millis = u32::try_from(least.as_millis()).unwrap_or(u32::MAX);
    Ok(least.saturating_add(Duration::from_millis(below(millis)?.into())))
}
