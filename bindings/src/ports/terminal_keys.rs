//! The keys of a till.

use std::sync::Arc;

use skilling_protocol::crypto::Signer;
use skilling_protocol::values::{PublicKey, Signature};
use skilling_terminal::keys::TerminalKey;

use super::keys::SignatureBytes;
use super::{Patience, Port, PortProblem, Worker};
use crate::CoreError;
use crate::values::public_key;

/// The most keys of one till: one a certificate, old ones until everything under them is deposited.
pub(crate) const MOST_TERMINAL_KEYS: usize = 64;

/// The public half of a till's key.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct TerminalPublicKey {
    /// P-256: 65 bytes (04, x, y), or 33 compressed.
    pub bytes: Vec<u8>,
}

/// Every key of a till.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct TerminalKeyList {
    /// At most 64, in any order.
    pub keys: Vec<TerminalPublicKey>,
    /// How the device keeps them, in a word or two, for diagnostics: `StrongBox`, `TEE`, `smart card`, `software`.
    #[uniffi(default = None)]
    pub protection: Option<String>,
}

/// Why a till's key cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error, uniffi::Error)]
pub enum TerminalKeysError {
    /// No key with that public half.
    #[error("no such key")]
    NoSuchKey,
    /// The hardware or its driver failed.
    #[error("fault {code}")]
    Fault {
        /// A number of the implementation's own, for support.
        code: i32,
    },
    /// Whatever was thrown and is not declared here.
    #[error("undeclared")]
    Undeclared,
}

impl From<uniffi::UnexpectedUniFFICallbackError> for TerminalKeysError {
    fn from(_: uniffi::UnexpectedUniFFICallbackError) -> Self {
        Self::Undeclared
    }
}

impl From<TerminalKeysError> for PortProblem {
    fn from(error: TerminalKeysError) -> Self {
        match error {
            TerminalKeysError::NoSuchKey => Self::ContractBroken,
            TerminalKeysError::Fault { code } => Self::Fault { code },
            TerminalKeysError::Undeclared => Self::Undeclared,
        }
    }
}

impl From<TerminalKeysError> for CoreError {
    fn from(error: TerminalKeysError) -> Self {
        Self::port(Port::TerminalKeys, error.into())
    }
}

/// Keys of a till: P-256, one for each merchant certificate, in the device's key store. They ask nobody and outlive restarts.
#[uniffi::export(with_foreign)]
pub trait TerminalKeys: Send + Sync {
    /// Every key there is.
    fn list(&self) -> Result<TerminalKeyList, TerminalKeysError>;

    /// Makes a key, durable when it returns. Old ones stay.
    fn create(&self) -> Result<TerminalPublicKey, TerminalKeysError>;

    /// Signs `message` (not its digest) with ES256. `key` is as [`Self::list`] or [`Self::create`] gave it. At most 10 seconds.
    fn sign(
        &self,
        key: TerminalPublicKey,
        message: Vec<u8>,
    ) -> Result<SignatureBytes, TerminalKeysError>;
}

/// Every key of the app's, as the core sees them, and what the app says of their protection.
pub(crate) fn host_keys(
    foreign: &Arc<dyn TerminalKeys>,
    worker: &Arc<Worker>,
    patience: Patience,
) -> Result<(Vec<TerminalKey>, String), CoreError> {
    let keys = Arc::clone(foreign);
    let listed = worker
        .call(patience.short, move || keys.list())
        .map_err(|problem| CoreError::port(Port::TerminalKeys, problem))??;
    let broken = || CoreError::port(Port::TerminalKeys, PortProblem::WrongShape);
    if listed.keys.len() > MOST_TERMINAL_KEYS {
        return Err(broken());
    }
    let held = listed
        .keys
        .into_iter()
        .map(|name| host_key(foreign, worker, patience, name).ok_or_else(broken))
        .collect::<Result<_, _>>()?;
    Ok((
        held,
        listed.protection.unwrap_or_else(|| "not said".to_owned()),
    ))
}

/// One of them; `None` for what is no key.
pub(crate) fn host_key(
    foreign: &Arc<dyn TerminalKeys>,
    worker: &Arc<Worker>,
    patience: Patience,
    name: TerminalPublicKey,
) -> Option<TerminalKey> {
    let public = public_key(&name.bytes)?;
    Some(TerminalKey::new(HostKey {
        foreign: Arc::clone(foreign),
        worker: Arc::clone(worker),
        patience,
        name,
        public,
    }))
}

struct HostKey {
    foreign: Arc<dyn TerminalKeys>,
    worker: Arc<Worker>,
    patience: Patience,
    name: TerminalPublicKey,
    public: PublicKey,
}

/// Goes through the core as the words of a fault.
#[derive(Debug, thiserror::Error)]
#[error("{}", .0.words())]
struct DidNotSign(PortProblem);

impl From<TerminalKeysError> for DidNotSign {
    fn from(error: TerminalKeysError) -> Self {
        Self(error.into())
    }
}

impl Signer for HostKey {
    type Error = DidNotSign;

    fn public_key(&self) -> PublicKey {
        self.public
    }

    fn sign(&self, message: &[u8]) -> Result<Signature, DidNotSign> {
        let (keys, name) = (Arc::clone(&self.foreign), self.name.clone());
        let message = message.to_vec();
        let signed = self
            .worker
            .call(self.patience.short, move || keys.sign(name, message));
        let signed = signed.map_err(DidNotSign)??;
        Signature::from_bytes(&signed.bytes).map_err(|_| DidNotSign(PortProblem::WrongShape))
    }
}
