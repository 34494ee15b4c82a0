//! The acquirer: merchants, their certificates, and the deposits of their terminals.

mod deposit;
mod forward;
mod merchants;
mod renew;

pub(crate) use deposit::{Accepted, Counter, DepositKind, TerminalCall};
pub(crate) use forward::{apply_answer, send};
pub(crate) use merchants::{Holder, certificate, new_merchant_id};
pub(crate) use renew::{RenewCall, renew};

use skilling_protocol::crypto::{Signer as _, SoftwareKey};
use skilling_protocol::values::PublicKey;

/// The acquirer's key.
#[derive(Debug)]
pub(crate) struct AcquirerRole {
    pub(crate) key: SoftwareKey,
}

impl AcquirerRole {
    /// The public half of the acquirer key.
    pub(crate) fn key_public(&self) -> PublicKey {
        self.key.public_key()
    }
}
