//! The port that seals the store's key.

use zeroize::Zeroizing;

/// Why the vault gives nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum VaultError {
    /// Not now: the device has not been unlocked since it started. Try again later.
    #[error("the vault is locked until the device is unlocked")]
    Locked,
    /// The sealing key is gone, or the bytes were sealed elsewhere: this store cannot be read on this device any more.
    #[error("the vault cannot open the store's key; it was sealed elsewhere or its key is gone")]
    CannotOpen,
    /// The hardware or its driver failed.
    #[error("the vault failed: {0}")]
    Fault(String),
}

/// Seals short secrets with a key of this device.
///
/// An implementation
/// - MUST give the sealed secret back unchanged for as long as the app is installed, and MUST refuse changed bytes;
/// - MUST NOT be able to open, on another device, what was sealed here;
/// - MUST NOT ask the person, and MUST NOT be unusable because biometrics changed;
/// - MUST be callable from any thread, MUST NOT call into the wallet, MUST NOT panic.
pub trait KeyVault: Send + Sync {
    /// Seals at most 64 bytes into at most 1,024.
    ///
    /// # Errors
    /// `Locked`, `Fault`.
    fn seal(&self, secret: &[u8]) -> Result<Vec<u8>, VaultError>;

    /// Opens what [`Self::seal`] gave.
    ///
    /// # Errors
    /// `Locked`, `CannotOpen`, `Fault`.
    fn open(&self, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, VaultError>;
}
