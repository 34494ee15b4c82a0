//! A vault whose key lies in a file beside the wallet: it keeps nobody out, and shows what a real one must do.

use std::fs;
use std::io::ErrorKind;
use std::path::PathBuf;

use zeroize::Zeroizing;

use crate::ports::{KeyVault, VaultError};
use crate::store::Sealer;

/// Seals with AES-256-GCM under a key in a file.
#[derive(Debug, Clone)]
pub struct FileVault {
    path: PathBuf,
}

impl FileVault {
    /// Keeps its key in the file at `path`, made when first used; its folder exists.
    #[must_use]
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into() }
    }

    fn sealer(&self, may_make: bool) -> Result<Sealer, VaultError> {
        let key = match fs::read(&self.path) {
            Ok(bytes) => Zeroizing::new(bytes),
            Err(error) if error.kind() == ErrorKind::NotFound && may_make => self.make()?,
            Err(error) if error.kind() == ErrorKind::NotFound => {
                return Err(VaultError::CannotOpen);
            }
            Err(error) => return Err(VaultError::Fault(error.kind().to_string())),
        };
        Sealer::new(&key).ok_or(VaultError::CannotOpen)
    }

    fn make(&self) -> Result<Zeroizing<Vec<u8>>, VaultError> {
        let key = skilling_platform::random::bytes::<32>()
            .map(|key| Zeroizing::new(key.to_vec()))
            .map_err(|error| VaultError::Fault(error.to_string()))?;
        super::replace(&self.path, &key)
            .map_err(|error| VaultError::Fault(error.kind().to_string()))?;
        Ok(key)
    }
}

const CONTEXT: &[u8] = b"skilling file vault 1";

impl KeyVault for FileVault {
    fn seal(&self, secret: &[u8]) -> Result<Vec<u8>, VaultError> {
        self.sealer(true)?
            .seal(CONTEXT, secret)
            .map_err(|error| VaultError::Fault(error.to_string()))
    }

    fn open(&self, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, VaultError> {
        self.sealer(false)?
            .open(CONTEXT, sealed)
            .map(Zeroizing::new)
            .map_err(|_| VaultError::CannotOpen)
    }
}
