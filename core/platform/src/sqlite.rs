//! Opening a SQLite file the one way every store of this project is opened.
//!
//! WAL, `synchronous=FULL` (and `fullfsync`, which Apple's systems need), foreign keys, versioned migrations. A newer
//! schema is refused; a file that is no readable database is set aside under another name and reported, never deleted.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use rusqlite::config::DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE;
use rusqlite::types::FromSqlError;
use rusqlite::{Connection, OpenFlags, Row, TransactionBehavior};
use skilling_protocol::values::{Amount, Time};

/// How long a second process waits for the first before it is told that the store is busy.
const BUSY: Duration = Duration::from_secs(5);
/// How often it looks again where SQLite itself does not wait.
const LOOK_AGAIN: Duration = Duration::from_millis(5);

/// How every store is kept. In memory 128 KiB of it (SQLite's minus sign says KiB): SQLite's own 2 MiB fill over a phone's first thousand
/// payments and make nothing faster: few pages are read again, and the system keeps the others.
const SETTINGS: &str = "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA fullfsync = ON; \
     PRAGMA checkpoint_fullfsync = ON; PRAGMA foreign_keys = ON; PRAGMA trusted_schema = OFF; \
     PRAGMA cache_size = -128";

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
    match open_patiently(path, migrations) {
        Err(error) if is_unreadable(&error) => {
            let kept_as = set_aside(path).map_err(|_| OpenError::Storage(error))?;
            Err(OpenError::SetAside { kept_as })
        }
        Err(error) if is_busy(&error) => Err(OpenError::Busy),
        Err(error) => Err(OpenError::Storage(error)),
        Ok(Opened::Store(connection)) => Ok(connection),
        Ok(Opened::Newer { found, known }) => Err(OpenError::NewerSchema { found, known }),
    }
}

/// SQLite's own waiting does not cover everything that opening does: turning a new store to WAL while another process
/// does the same, or closes the store as its last user, is refused at once.
fn open_patiently(path: &Path, migrations: &[&'static str]) -> rusqlite::Result<Opened> {
    let began = Instant::now();
    loop {
        match try_open(path, migrations) {
            Err(error) if is_busy(&error) && began.elapsed() < BUSY => {
                std::thread::sleep(LOOK_AGAIN);
            }
            other => return other,
        }
    }
}

enum Opened {
    Store(Connection),
    Newer { found: i64, known: i64 },
}

fn try_open(path: &Path, migrations: &[&'static str]) -> rusqlite::Result<Opened> {
    make_private(path);
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
        | OpenFlags::SQLITE_OPEN_CREATE
        | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut connection = Connection::open_with_flags(path, flags)?;
    // Until the store is known to be readable, closing it must not fold the WAL into it and delete the WAL.
    connection.set_db_config(SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
    connection.busy_timeout(BUSY)?;
    connection.execute_batch(SETTINGS)?;
    connection.set_prepared_statement_cache_capacity(64);
    let known = i64::try_from(migrations.len()).unwrap_or(i64::MAX);
    let mut found = schema_of(&connection)?;
    if found < known {
        found = migrate(&mut connection, migrations, known)?;
    }
    if found > known {
        return Ok(Opened::Newer { found, known });
    }
    connection.set_db_config(SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, false)?;
    Ok(Opened::Store(connection))
}

/// Makes the file, if there is none, so that only its owner may read it; SQLite gives WAL and index the same mode.
/// Whatever goes wrong here, opening says so in a moment.
fn make_private(path: &Path) {
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    drop(options.open(path));
}

fn schema_of(connection: &Connection) -> rusqlite::Result<i64> {
    connection.pragma_query_value(None, "user_version", |row| row.get(0))
}

/// Takes the missing steps in one transaction and returns the schema there is then. The lock comes first and the schema
/// is read under it: of two processes that open an old store at once, the second finds the work done.
fn migrate(
    connection: &mut Connection,
    migrations: &[&'static str],
    known: i64,
) -> rusqlite::Result<i64> {
    let change = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let found = schema_of(&change)?;
    if found >= known {
        return Ok(found);
    }
    let done = usize::try_from(found).unwrap_or_default();
    for step in migrations.iter().skip(done) {
        change.execute_batch(step)?;
    }
    change.execute_batch(&format!("PRAGMA user_version = {known}"))?;
    change.commit()?;
    Ok(known)
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

/// Renames the file and its WAL so that a new store can be made beside it. The WAL goes first: a new store beside an old
/// WAL would delete it, and whoever is interrupted in between finds the rest unreadable and sets it aside as well.
fn set_aside(path: &Path) -> std::io::Result<PathBuf> {
    let free = (1_u32..)
        .map(|number| with_suffix(path, &format!(".unreadable-{number}")))
        .find(|candidate| !candidate.exists())
        .unwrap_or_else(|| with_suffix(path, ".unreadable"));
    for extra in ["-wal", "-shm"] {
        let from = with_suffix(path, extra);
        if from.exists() {
            fs::rename(from, with_suffix(&free, extra))?;
        }
    }
    fs::rename(path, &free)?;
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
        fs::write(
            &path,
            b"this is not a database, however long one looks at it",
        )
        .unwrap();
        let Err(OpenError::SetAside { kept_as }) = open(&path, &[FIRST]) else {
            panic!("it was opened");
        };
        assert!(fs::read(kept_as).unwrap().starts_with(b"this is not"));
        assert!(open(&path, &[FIRST]).is_ok());
    }

    #[test]
    fn of_a_killed_process_with_a_damaged_store_every_byte_is_kept_and_its_wal_too() {
        let folder = tempfile::tempdir().unwrap();
        let (live, path) = (
            folder.path().join("live.db"),
            folder.path().join("store.db"),
        );
        let (live_wal, wal) = (with_suffix(&live, "-wal"), with_suffix(&path, "-wal"));
        let connection = open(&live, &[FIRST]).unwrap();
        let checkpoint = "PRAGMA wal_checkpoint(TRUNCATE)";
        connection.query_row(checkpoint, [], |_| Ok(())).unwrap();
        connection.execute("INSERT INTO a VALUES (1)", []).unwrap();
        let mut damaged = fs::read(&live).unwrap();
        damaged[..100].fill(0x55);
        let written = fs::read(&live_wal).unwrap();
        fs::write(&path, &damaged).unwrap();
        fs::write(&wal, &written).unwrap();

        let Err(OpenError::SetAside { kept_as }) = open(&path, &[FIRST]) else {
            panic!("it was opened");
        };
        assert!(fs::read(&kept_as).unwrap() == damaged);
        assert!(fs::read(with_suffix(&kept_as, "-wal")).unwrap() == written);
        let fresh = open(&path, &[FIRST]).unwrap();
        let rows: i64 = fresh
            .query_row("SELECT count(*) FROM a", [], |row| row.get(0))
            .unwrap();
        assert_eq!(rows, 0);
    }

    #[test]
    fn many_who_open_a_new_store_at_once_all_get_it_and_each_step_is_taken_once() {
        const STEPS: &[&str] = &[FIRST, "INSERT INTO a VALUES (1);"];
        for _ in 0..20 {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("store.db");
            let start = std::sync::Barrier::new(4);
            std::thread::scope(|scope| {
                let openers: Vec<_> = (0..4)
                    .map(|_| {
                        scope.spawn(|| {
                            start.wait();
                            open(&path, STEPS).map(drop)
                        })
                    })
                    .collect();
                for opener in openers {
                    opener.join().unwrap().unwrap();
                }
            });
            let store = open(&path, STEPS).unwrap();
            let rows: i64 = store
                .query_row("SELECT count(*) FROM a", [], |row| row.get(0))
                .unwrap();
            assert_eq!(rows, 1);
        }
    }

    #[cfg(unix)]
    #[test]
    fn only_its_owner_may_read_a_new_store_and_its_wal() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("store.db");
        let store = open(&path, &[FIRST]).unwrap();
        store.execute("INSERT INTO a VALUES (1)", []).unwrap();
        for file in [path.clone(), with_suffix(&path, "-wal")] {
            let mode = fs::metadata(file).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
    }
}
