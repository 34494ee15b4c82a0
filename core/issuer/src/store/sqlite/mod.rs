//! The embedded store: one SQLite file, one connection, one writer at a time.

mod acquiring;
mod allowances;
mod calls;
mod customers;
mod ledger;
mod read;
mod reports;
#[cfg(test)]
mod tests;
mod tx;

pub(crate) use read::{categories, categories_to_sql};

use std::path::Path;
use std::sync::{Mutex, PoisonError};

use rusqlite::{Connection, TransactionBehavior};
use skilling_platform::sqlite::{self, OpenError};

use super::{Store, StoreError, Tx};

/// One file a version, in order; none is ever edited after a release.
const MIGRATIONS: [&str; 1] = [include_str!("schema_1.sql")];

/// [`Store`] in one SQLite file. Several processes may open it: writers wait for each other.
#[derive(Debug)]
pub struct SqliteStore {
    connection: Mutex<Connection>,
}

impl SqliteStore {
    /// Opens or creates the file at `path`.
    ///
    /// # Errors
    /// A newer schema, an unreadable file (set aside, not deleted), a busy or failing disk.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        Ok(Self {
            connection: Mutex::new(sqlite::open(path, &MIGRATIONS)?),
        })
    }
}

impl Store for SqliteStore {
    fn transact(&self, work: &mut dyn FnMut(&mut dyn Tx) -> bool) -> Result<(), StoreError> {
        // A panic elsewhere rolled its transaction back; the connection is as good as before.
        let mut connection = self
            .connection
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let commit = work(&mut tx::SqliteTx(&transaction));
        if commit {
            transaction.commit()?;
        } else {
            transaction.rollback()?;
        }
        Ok(())
    }
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        use rusqlite::ErrorCode::ConstraintViolation;
        if sqlite::is_busy(&error) {
            return Self::Busy;
        }
        match &error {
            rusqlite::Error::FromSqlConversionFailure(..) => Self::Damaged,
            other if other.sqlite_error_code() == Some(ConstraintViolation) => {
                Self::Refused(other.to_string())
            }
            other => Self::Unavailable(other.to_string()),
        }
    }
}

impl From<OpenError> for StoreError {
    fn from(error: OpenError) -> Self {
        match error {
            OpenError::Busy => Self::Busy,
            OpenError::Storage(error) => error.into(),
            other => Self::Unavailable(other.to_string()),
        }
    }
}
