//! The small values that objects are made of. Each holds its bounds: whoever has one has a valid one.

mod codes;
mod extensions;
mod id;
mod key;
mod label;
mod money;
mod time;

pub use codes::{Categories, Country, KeyProtection, Mcc, StatusUri};
pub use extensions::Extensions;
pub use id::{Digest, IdempotencyId, MerchantId, Nonce, ObjectId, RequestNonce, TerminalId, Uuid};
pub use key::{KeyId, PublicKey, Signature};
pub use label::{Label, MerchantName, Reference};
pub use money::{Amount, Currency, Decimals, ParseAmountError};
pub use time::{Seconds, Time};

/// A number or text outside the bounds of protocol section 3.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{what}: {why}")]
pub struct OutOfBounds {
    /// What was to be made.
    pub what: &'static str,
    /// The bound.
    pub why: &'static str,
}

impl OutOfBounds {
    pub(crate) const fn new(what: &'static str, why: &'static str) -> Self {
        Self { what, why }
    }
}
