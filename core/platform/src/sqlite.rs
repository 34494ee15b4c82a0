//! Opening a SQLite file the one way every store of this project is opened.
//!
//! WAL, `synchronous=FULL` (and `fullfsync`, which Apple's systems need), foreign keys, versioned migrations. A newer
//! schema is refused; a file that is no readable database is set aside under another name and reported, never deleted.

use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::types::FromSqlError;
use rusqlite::{Connection, OpenFlags, Row};
use rusqlite_migration::{M, Migrations};
use skilling_protocol::values::{Amount, Time};

/// How long a second process waits for the first before it is told that the store is busy.
const BUSY: Duration = Duration::from_secs(5);

/// Why a store cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Written by a newer version of this software.
    #[error(
        "the store was written by a newer version (schema {found}, this one knows {known}); update the app"
    )]
    NewerSchema {
        /// Schema of the file.
        found: i64,
        /// Newest schema known here.
        known: i64,
    },
    /// Not a readable database; it was moved to `kept_as` and nothing was deleted.
    #[error("the store cannot be read; it was set aside as {}", kept_as.display())]
    SetAside {
        /// Where it is now.
        kept_as: PathBuf,
    },
    /// Another process holds it.
    #[error("the store is in use by another process; try again")]
    Busy,
    /// The disk or the file system.
    #[error("the store cannot be opened: {0}")]
    Storage(#[from] rusqlite::Error),
}

/// Opens or creates the store at `path` and brings it to the newest schema. `migrations` are immutable: each is one
/// step, in order, and none is ever edited after a release.
///
/// # Errors
/// See [`OpenError`].
pub fn open(path: &Path, migrations: &[&'static str]) -> Result<Connection, OpenError> {
    match try_open(path, migrations) {
        Err(OpenError::Storage(error)) if is_unreadable(&error) => {
            let kept_as = set_aside(path).map_err(|_| OpenError::Storage(error))?;
            Err(OpenError::SetAside { kept_as })
        }
        other => other,
    }
}

fn try_open(path: &Path, migrations: &[&'static str]) -> Result<Connection, OpenError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
        | OpenFlags::SQLITE_OPEN_CREATE
        | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(BUSY)?;
    connection
        .pragma_update(None, "journal_mode", "WAL")
        .map_err(busy_or_storage)?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "fullfsync", true)?;
    connection.pragma_update(None, "checkpoint_fullfsync", true)?;
    connection.pragma_update(None, "foreign_keys", true)?;
    connection.pragma_update(None, "trusted_schema", false)?;
    connection.set_prepared_statement_cache_capacity(64);
    let found: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    let known = i64::try_from(migrations.len()).unwrap_or(i64::MAX);
    if found > known {
        return Err(OpenError::NewerSchema { found, known });
    }
    if found < known {
        migrate(&mut connection, migrations)?;
    }
    Ok(connection)
}

fn migrate(connection: &mut Connection, migrations: &[&'static str]) -> Result<(), OpenError> {
    let steps = migrations.iter().map(|sql| M::up(sql)).collect();
    Migrations::new(steps)
        .to_latest(connection)
        .map_err(|error| match error {
            rusqlite_migration::Error::RusqliteError { err, .. } => busy_or_storage(err),
            _ => OpenError::Storage(rusqlite::Error::InvalidQuery),
        })
}

fn busy_or_storage(error: rusqlite::Error) -> OpenError {
    if is_busy(&error) {
        OpenError::Busy
    } else {
        OpenError::Storage(error)
    }
}

/// Whether another connection holds the store just now.
#[must_use]
pub fn is_busy(error: &rusqlite::Error) -> bool {
    use rusqlite::ErrorCode::{DatabaseBusy, DatabaseLocked};
    matches!(
        error.sqlite_error_code(),
        Some(DatabaseBusy | DatabaseLocked)
    )
}

fn is_unreadable(error: &rusqlite::Error) -> bool {
    use rusqlite::ErrorCode::{DatabaseCorrupt, NotADatabase};
    matches!(
        error.sqlite_error_code(),
        Some(DatabaseCorrupt | NotADatabase)
    )
}

/// Renames the file and its WAL so that a new store can be made beside it.
fn set_aside(path: &Path) -> std::io::Result<PathBuf> {
    let free = (1_u32..)
        .map(|number| with_suffix(path, &format!(".unreadable-{number}")))
        .find(|candidate| !candidate.exists())
        .unwrap_or_else(|| with_suffix(path, ".unreadable"));
    std::fs::rename(path, &free)?;
    for extra in ["-wal", "-shm"] {
        let from = with_suffix(path, extra);
        if from.exists() {
            std::fs::rename(from, with_suffix(&free, extra))?;
        }
    }
    Ok(free)
}

fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

/// Money as SQLite has it: every amount and time fits an `i64`.
#[must_use]
pub fn amount_to_sql(amount: Amount) -> i64 {
    i64::try_from(amount.minor_units()).unwrap_or(i64::MAX)
}

/// A time as SQLite has it.
#[must_use]
pub fn time_to_sql(time: Time) -> i64 {
    i64::try_from(time.unix()).unwrap_or(i64::MAX)
}

/// An amount from a column.
///
/// # Errors
/// The column holds no amount.
pub fn amount(row: &Row<'_>, column: &str) -> rusqlite::Result<Amount> {
    checked(row, column, |value| Amount::new(value).ok())
}

/// A time from a column.
///
/// # Errors
/// The column holds no time.
pub fn time(row: &Row<'_>, column: &str) -> rusqlite::Result<Time> {
    checked(row, column, |value| Time::from_unix(value).ok())
}

fn checked<T>(row: &Row<'_>, column: &str, make: fn(u64) -> Option<T>) -> rusqlite::Result<T> {
    let value: i64 = row.get(column)?;
    u64::try_from(value)
        .ok()
        .and_then(make)
        .ok_or_else(|| bad(row, column))
}

/// A value with a bound from a column of bytes: keys, ids, digests.
///
/// # Errors
/// The column holds no such value.
pub fn bytes<T>(
    row: &Row<'_>,
    column: &str,
    make: impl FnOnce(&[u8]) -> Option<T>,
) -> rusqlite::Result<T> {
    let blob = row.get_ref(column)?.as_blob().ok();
    blob.and_then(make).ok_or_else(|| bad(row, column))
}

fn bad(row: &Row<'_>, column: &str) -> rusqlite::Error {
    let index = row.as_ref().column_index(column).unwrap_or_default();
    let error = FromSqlError::Other("a stored value is out of bounds".into());
    let kind = row
        .get_ref(index)
        .map_or(rusqlite::types::Type::Null, |value| value.data_type());
    rusqlite::Error::FromSqlConversionFailure(index, kind, Box::new(error))
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIRST: &str = "CREATE TABLE a (x INTEGER NOT NULL) STRICT;";
    const SECOND: &str = "CREATE TABLE b (y INTEGER NOT NULL) STRICT;";

    #[test]
    fn an_older_store_is_brought_up_to_date_and_a_newer_one_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("store.db");
        drop(open(&path, &[FIRST]).unwrap());
        drop(open(&path, &[FIRST, SECOND]).unwrap());
        let refused = open(&path, &[FIRST]);
        assert!(matches!(
            refused,
            Err(OpenError::NewerSchema { found: 2, known: 1 })
        ));
    }

    #[test]
    fn a_file_that_is_no_database_is_set_aside_and_kept() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("store.db");
        std::fs::write(
            &path,
            b"this is not a database, however long one looks at it",
        )
        .unwrap();
        let Err(OpenError::SetAside { kept_as }) = open(&path, &[FIRST]) else {
            panic!("it was opened");
        };
        assert!(std::fs::read(kept_as).unwrap().starts_with(b"this is not"));
        assert!(open(&path, &[FIRST]).is_ok());
    }
}
