//! Software keys in files: for terminals, issuers and test wallets. A phone's keys never come here.

use std::fs;
use std::io::{self, Write as _};
use std::path::Path;

use skilling_protocol::crypto::SoftwareKey;
use zeroize::Zeroizing;

use crate::random::{self, NoRandomness};

/// Why a key file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum KeyFileError {
    /// Reading or writing failed.
    #[error("the key file cannot be read or written: {0}")]
    Io(#[from] io::Error),
    /// Not 32 bytes of a private key.
    #[error("the key file does not hold a P-256 private key")]
    NotAKey,
    /// No randomness.
    #[error(transparent)]
    NoRandomness(#[from] NoRandomness),
}

/// A new key, and its scalar to be kept in a vault or file.
///
/// # Errors
/// [`NoRandomness`].
pub fn generate() -> Result<(SoftwareKey, Zeroizing<[u8; 32]>), NoRandomness> {
    loop {
        let scalar = Zeroizing::new(random::bytes::<32>()?);
        // One in 2^32 candidates is not below the order of the curve.
        if let Ok(key) = SoftwareKey::from_scalar(scalar.as_slice()) {
            return Ok((key, scalar));
        }
    }
}

/// Makes a key and writes it to a new file that only its owner may read; durable before it is returned.
///
/// # Errors
/// The file exists already or cannot be written.
pub fn create(path: &Path) -> Result<SoftwareKey, KeyFileError> {
    let (key, scalar) = generate()?;
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    file.write_all(scalar.as_slice())?;
    file.sync_all()?;
    if let Some(folder) = path.parent() {
        sync_folder(folder)?;
    }
    Ok(key)
}

/// Reads a key from its file.
///
/// # Errors
/// No such file, or no key in it.
pub fn load(path: &Path) -> Result<SoftwareKey, KeyFileError> {
    let scalar = Zeroizing::new(fs::read(path)?);
    SoftwareKey::from_scalar(&scalar).map_err(|_| KeyFileError::NotAKey)
}

/// Makes the names in a folder durable.
///
/// # Errors
/// The file system's.
pub fn sync_folder(folder: &Path) -> io::Result<()> {
    let folder = if folder.as_os_str().is_empty() {
        Path::new(".")
    } else {
        folder
    };
    fs::File::open(folder)?.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;
    use skilling_protocol::crypto::Signer as _;

    #[test]
    fn a_key_written_to_a_file_is_the_key_read_from_it_and_is_never_overwritten() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("terminal.key");
        let made = create(&path).unwrap();
        assert_eq!(load(&path).unwrap().public_key(), made.public_key());
        assert!(matches!(create(&path), Err(KeyFileError::Io(_))));
    }
}
