//! A rollback guard in a file, which must lie outside the wallet's folder: what is copied back with the store guards nothing.

use std::fs;
use std::io::ErrorKind;
use std::path::PathBuf;

use crate::ports::{GuardError, Mark, RollbackGuard};

/// Counter, digest: 40 bytes.
#[derive(Debug, Clone)]
pub struct FileGuard {
    path: PathBuf,
}

impl FileGuard {
    /// Keeps its mark in the file at `path`; its folder exists.
    #[must_use]
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into() }
    }
}

impl RollbackGuard for FileGuard {
    fn read(&self) -> Result<Option<Mark>, GuardError> {
        let bytes = match fs::read(&self.path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(GuardError::Fault(error.kind().to_string())),
        };
        let damaged = || GuardError::Fault("the file is damaged".into());
        let (counter, digest) = bytes.split_first_chunk::<8>().ok_or_else(damaged)?;
        Ok(Some(Mark {
            counter: u64::from_be_bytes(*counter),
            digest: digest.try_into().map_err(|_| damaged())?,
        }))
    }

    fn advance(&self, mark: &Mark) -> Result<(), GuardError> {
        match self.read()? {
            Some(kept) if kept == *mark => return Ok(()),
            Some(kept) if kept.counter >= mark.counter => return Err(GuardError::NotAbove),
            _ => {}
        }
        let mut bytes = mark.counter.to_be_bytes().to_vec();
        bytes.extend_from_slice(&mark.digest);
        super::replace(&self.path, &bytes)
            .map_err(|error| GuardError::Fault(error.kind().to_string()))
    }
}
