//! What a store, its key's vault or the disk under it says.

use skilling_platform::sqlite::OpenError;
use skilling_wallet::StoreError;
use skilling_wallet::ports::VaultError;

use super::make::{busy, no_randomness};
use super::{CoreError, StorageProblem};
use crate::ports::{Port, PortProblem};

impl From<VaultError> for CoreError {
    fn from(error: VaultError) -> Self {
        match &error {
            VaultError::Locked => Self::storage(
                "storage.vault_locked",
                error.to_string(),
                "Open the wallet again once the device has been unlocked.",
                StorageProblem::VaultLocked,
            ),
            VaultError::CannotOpen => Self::storage(
                "storage.vault_cannot_open",
                error.to_string(),
                "Start a new wallet in another folder and enrol again; the bank gives back what is not spent.",
                StorageProblem::VaultCannotOpen,
            ),
            VaultError::Fault(text) => Self::port(Port::KeyVault, PortProblem::from_words(text)),
        }
    }
}

impl From<OpenError> for CoreError {
    fn from(error: OpenError) -> Self {
        match error {
            OpenError::NewerSchema { found, known } => Self::storage(
                "storage.newer_schema",
                error.to_string(),
                "Update the app.",
                StorageProblem::NewerSchema { found, known },
            ),
            OpenError::SetAside { kept_as } => {
                let name = kept_as.file_name().unwrap_or_default().to_string_lossy();
                Self::storage(
                    "storage.set_aside",
                    "the store cannot be read; it was set aside",
                    "Open again for a new store; keep the old file for support.",
                    StorageProblem::SetAside {
                        file_name: name.into_owned(),
                    },
                )
            }
            OpenError::Busy => busy(),
            OpenError::Storage(error) => database(&error),
        }
    }
}

/// SQLite's words name tables and files of ours; only the number of the error leaves here.
pub(super) fn database(error: &rusqlite::Error) -> CoreError {
    use rusqlite::ErrorCode::DiskFull;
    use rusqlite::ffi::SQLITE_IOERR_WRITE;
    let number = error.sqlite_error().map_or(0, |it| it.extended_code);
    // A write that fails for a quota or a limit has another number than one for the disk.
    if error.sqlite_error_code() == Some(DiskFull) || number == SQLITE_IOERR_WRITE {
        return CoreError::storage(
            "storage.full",
            "the disk is full, or takes no more of this app",
            "Free space, shut down, open again; if it stays so, the device's storage is faulty.",
            StorageProblem::Full,
        );
    }
    CoreError::storage(
        "storage.failed",
        format!("the store failed (SQLite error {number})"),
        "Shut down and open again; if it stays so, the device's storage is faulty.",
        StorageProblem::Failed,
    )
}

impl From<StoreError> for CoreError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Busy => busy(),
            StoreError::Open(error) => error.into(),
            StoreError::Vault(error) => error.into(),
            StoreError::Database(error) => database(&error),
            StoreError::Io(error) if error.kind() == std::io::ErrorKind::StorageFull => {
                Self::storage(
                    "storage.full",
                    "the disk is full",
                    "Free space, then open again.",
                    StorageProblem::Full,
                )
            }
            StoreError::Io(error) => Self::storage(
                "storage.failed",
                format!("the folder cannot be used ({:?})", error.kind()),
                "Give a folder of the app's own that can be written.",
                StorageProblem::Failed,
            ),
            StoreError::ReopenNeeded => Self::storage(
                "storage.reopen_needed",
                "a commit failed and nobody knows what reached the disk",
                "Shut down and open again.",
                StorageProblem::ReopenNeeded,
            ),
            StoreError::Seal(skilling_wallet::SealError::NoRandomness) => no_randomness(),
            StoreError::Seal(_) | StoreError::Damaged(_) => Self::storage(
                "storage.damaged",
                "a stored value was changed or moved",
                "Keep the folder for support and start a new wallet in another.",
                StorageProblem::Damaged,
            ),
        }
    }
}
