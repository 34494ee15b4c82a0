//! The vault that seals the store's key.

use std::sync::Arc;

use skilling_wallet::ports as core;
use skilling_wallet::ports::VaultError;
use zeroize::{Zeroize as _, Zeroizing};

use super::{Patience, PortProblem, Worker};

const LONGEST_SEALED: usize = 1_024;
const LONGEST_SECRET: usize = 64;

/// A secret. Overwrite it when it is done with.
#[derive(Clone, PartialEq, Eq, uniffi::Record)]
pub struct SecretBytes {
    /// At most 64 bytes.
    pub bytes: Vec<u8>,
}

impl std::fmt::Debug for SecretBytes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SecretBytes")
    }
}

/// A sealed secret.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct SealedBytes {
    /// At most 1,024 bytes.
    pub bytes: Vec<u8>,
}

/// Why the vault gives nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error, uniffi::Error)]
pub enum KeyVaultError {
    /// The device has not been unlocked since it started.
    #[error("locked")]
    Locked,
    /// The sealing key is gone, or the bytes were sealed elsewhere.
    #[error("cannot open")]
    CannotOpen,
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

impl From<uniffi::UnexpectedUniFFICallbackError> for KeyVaultError {
    fn from(_: uniffi::UnexpectedUniFFICallbackError) -> Self {
        Self::Undeclared
    }
}

impl From<KeyVaultError> for VaultError {
    fn from(error: KeyVaultError) -> Self {
        match error {
            KeyVaultError::Locked => Self::Locked,
            KeyVaultError::CannotOpen => Self::CannotOpen,
            KeyVaultError::Fault { code } => Self::Fault(PortProblem::Fault { code }.words()),
            KeyVaultError::Undeclared => Self::Fault(PortProblem::Undeclared.words()),
        }
    }
}

/// Seals short secrets with a key of this device that asks nobody and outlives a change of biometrics.
#[uniffi::export(with_foreign)]
pub trait KeyVault: Send + Sync {
    /// Seals 32 bytes. MUST NOT be possible to open on another device. At most 10 seconds.
    fn seal(&self, secret: SecretBytes) -> Result<SealedBytes, KeyVaultError>;

    /// Gives back unchanged what [`Self::seal`] sealed, for as long as the app is installed; MUST refuse changed bytes.
    fn open_sealed(&self, sealed: SealedBytes) -> Result<SecretBytes, KeyVaultError>;
}

/// The app's vault as the core sees it.
pub(crate) struct HostVault {
    pub(crate) foreign: Arc<dyn KeyVault>,
    pub(crate) worker: Worker,
    pub(crate) patience: Patience,
}

impl HostVault {
    pub(crate) fn new(foreign: Arc<dyn KeyVault>, patience: Patience) -> Self {
        Self {
            foreign,
            worker: Worker::default(),
            patience,
        }
    }
}

fn fault(problem: PortProblem) -> VaultError {
    VaultError::Fault(problem.words())
}

impl core::KeyVault for HostVault {
    fn seal(&self, secret: &[u8]) -> Result<Vec<u8>, VaultError> {
        let vault = Arc::clone(&self.foreign);
        let secret = SecretBytes {
            bytes: secret.to_vec(),
        };
        let sealed = self
            .worker
            .call(self.patience.short, move || vault.seal(secret));
        let sealed = sealed.map_err(fault)??;
        if sealed.bytes.is_empty() || sealed.bytes.len() > LONGEST_SEALED {
            return Err(fault(PortProblem::WrongShape));
        }
        Ok(sealed.bytes)
    }

    fn open(&self, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, VaultError> {
        let vault = Arc::clone(&self.foreign);
        let sealed = SealedBytes {
            bytes: sealed.to_vec(),
        };
        let opened = self
            .worker
            .call(self.patience.short, move || vault.open_sealed(sealed));
        let mut opened = opened.map_err(fault)??;
        if opened.bytes.is_empty() || opened.bytes.len() > LONGEST_SECRET {
            opened.bytes.zeroize();
            return Err(fault(PortProblem::WrongShape));
        }
        Ok(Zeroizing::new(opened.bytes))
    }
}
