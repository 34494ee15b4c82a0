//! Nonces: single use, ten minutes.

use skilling_platform::random;
use skilling_protocol::values::{Nonce, Seconds, Time};

use crate::error::Error;
use crate::store::Tx;

const LIFETIME: Seconds = Seconds(600);

/// A new nonce, kept.
pub(crate) fn issue(tx: &mut dyn Tx, now: Time) -> Result<Nonce, Error> {
    let nonce = Nonce(random::bytes()?);
    tx.put_nonce(nonce, now.plus(LIFETIME))?;
    Ok(nonce)
}

/// Uses a nonce up; whether it was good.
pub(crate) fn take(tx: &mut dyn Tx, nonce: Nonce, now: Time) -> Result<bool, Error> {
    Ok(tx.take_nonce(nonce, now)?)
}
