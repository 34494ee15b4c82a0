//! The sealed store: one SQLite file, one writer, personal columns encrypted.
//!
//! Every write is one transaction. Those that a rollback must not undo ([`Store::write_guarded`]: payments, receipts, grants,
//! statements) also move the store's [`Mark`]; the caller brings the rollback guard after it. After a commit that failed nobody
//! knows what reached the disk: the store then refuses everything until it is opened again.

mod allowances;
mod banks;
mod counts;
mod events;
mod history;
mod payments;
mod seal;
mod settling;
mod trust;

use std::fs::{File, OpenOptions, TryLockError};
use std::path::Path;
use std::time::{Duration, Instant};

use rusqlite::{Connection, OptionalExtension as _, TransactionBehavior, params};
use sha2::{Digest as _, Sha256};
use skilling_platform::sqlite::{self, OpenError};
use zeroize::Zeroizing;

use crate::ports::{KeyVault, Mark, VaultError};

pub use allowances::AllowanceState;
pub(crate) use allowances::HeldAllowance;
pub(crate) use banks::StoredBank;
pub(crate) use events::{EventRow, NewEvent};
pub(crate) use history::{Below, Listed, Through};
pub(crate) use payments::{NewPayment, ReceiptChange, StoredPayment};
pub use seal::SealError;
pub(crate) use seal::{Place, Sealer};
pub(crate) use settling::Settling;

const MIGRATIONS: &[&str] = &[
    include_str!("schema_1.sql"),
    include_str!("schema_2.sql"),
    include_str!("schema_3.sql"),
    include_str!("schema_4.sql"),
];
/// The newest schema known here.
pub(crate) const SCHEMA: usize = MIGRATIONS.len();
/// Commits after which the write-ahead log is brought into the database, at a moment when nobody waits for a payment.
const CHECKPOINT_AFTER: u32 = 64;
/// How often a second process looks whether the first has left.
const LOOK_AGAIN: Duration = Duration::from_millis(20);

/// Why the store did not do what was asked. Nothing was changed, unless it says so.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Another process has this wallet open.
    #[error("another process uses this wallet; try again when it is done")]
    Busy,
    /// The file cannot be opened.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The file system.
    #[error("the wallet's folder cannot be used: {0}")]
    Io(#[from] std::io::Error),
    /// The vault does not give the store's key.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// A sealed value does not open: the file was changed by someone else.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// The database, or the disk under it.
    #[error("the wallet's store failed: {0}")]
    Database(#[from] rusqlite::Error),
    /// A stored value breaks its own bounds.
    #[error("the wallet's store holds a value that cannot be ({0})")]
    Damaged(&'static str),
    /// A commit failed and nobody knows what reached the disk: drop the wallet and open it again.
    #[error("a commit failed; open the wallet again to see what became of it")]
    ReopenNeeded,
}

/// The open store. Holds the wallet's lock file until it is dropped.
pub(crate) struct Store {
    db: Connection,
    sealer: Sealer,
    mark: Mark,
    previous: Mark,
    next_payment_row: i64,
    commits: u32,
    is_broken: bool,
    _lock: File,
}

/// A transaction under way.
pub(crate) struct Tx<'a> {
    pub(crate) db: &'a Connection,
    pub(crate) sealer: &'a Sealer,
}

const NOWHERE: Mark = Mark {
    counter: 0,
    digest: [0; 32],
};

impl Store {
    /// Opens or makes the store in `folder`, waiting at most `patience` for another process to leave it.
    pub(crate) fn open(
        folder: &Path,
        vault: &dyn KeyVault,
        patience: Duration,
    ) -> Result<Self, StoreError> {
        std::fs::create_dir_all(folder)?;
        let lock = take_lock(&folder.join("wallet.lock"), patience)?;
        let db =
            sqlite::open(&folder.join("wallet.db"), MIGRATIONS).map_err(|error| match error {
                OpenError::Busy => StoreError::Busy,
                other => StoreError::Open(other),
            })?;
        // Checkpoints wait for `tidy`: none falls into a payment.
        db.execute_batch("PRAGMA wal_autocheckpoint = 0")?;
        // Phones end apps without closing anything: what the last session left in the log would stay in it for good.
        checkpoint(&db)?;
        let sealer = open_key(&db, vault)?;
        let (mark, previous) = read_marks(&db)?;
        let last: Option<i64> =
            db.query_row("SELECT max(row) FROM payments", [], |row| row.get(0))?;
        Ok(Self {
            db,
            sealer,
            mark,
            previous,
            next_payment_row: last.unwrap_or(0).saturating_add(1),
            commits: 0,
            is_broken: false,
            _lock: lock,
        })
    }

    /// How far the store has come.
    pub(crate) const fn mark(&self) -> Mark {
        self.mark
    }

    /// How far it had come before its last guarded commit.
    pub(crate) const fn previous_mark(&self) -> Mark {
        self.previous
    }

    /// The database, for reading.
    pub(crate) fn read(&self) -> Result<&Connection, StoreError> {
        if self.is_broken {
            return Err(StoreError::ReopenNeeded);
        }
        Ok(&self.db)
    }

    pub(crate) const fn sealer(&self) -> &Sealer {
        &self.sealer
    }

    /// One durable transaction that no payment depends on.
    pub(crate) fn write<T>(
        &mut self,
        change: impl FnOnce(&Tx<'_>) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        self.transact(None, change)
    }

    /// One durable transaction that also moves the mark on; `event` is what the new digest covers besides the old one.
    pub(crate) fn write_guarded<T>(
        &mut self,
        event: &[u8],
        change: impl FnOnce(&Tx<'_>) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let from = self.mark;
        self.write_marked(from, event, change)
    }

    /// Like [`Self::write_guarded`], after a rollback: the new mark follows `from`, which the guard keeps.
    pub(crate) fn write_marked<T>(
        &mut self,
        from: Mark,
        event: &[u8],
        change: impl FnOnce(&Tx<'_>) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let counter = from
            .counter
            .checked_add(1)
            .filter(|counter| i64::try_from(*counter).is_ok())
            .ok_or(StoreError::Damaged("guard counter"))?;
        let digest = Sha256::new()
            .chain_update(from.digest)
            .chain_update(counter.to_be_bytes())
            .chain_update(event)
            .finalize()
            .into();
        let next = Mark { counter, digest };
        let done = self.transact(Some((next, from)), change)?;
        self.mark = next;
        self.previous = from;
        Ok(done)
    }

    fn transact<T>(
        &mut self,
        marks: Option<(Mark, Mark)>,
        change: impl FnOnce(&Tx<'_>) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        if self.is_broken {
            return Err(StoreError::ReopenNeeded);
        }
        let transaction = self
            .db
            .transaction_with_behavior(TransactionBehavior::Immediate)
            .map_err(busy)?;
        let tx = Tx {
            db: &transaction,
            sealer: &self.sealer,
        };
        let done = change(&tx)?;
        if let Some((mark, previous)) = marks {
            write_marks(&transaction, mark, previous)?;
        }
        if let Err(error) = transaction.commit() {
            self.is_broken = true;
            return Err(StoreError::Database(error));
        }
        self.commits = self.commits.saturating_add(1);
        Ok(done)
    }

    /// A write that may be lost with the power: what it says is found again on opening.
    pub(crate) fn write_relaxed(
        &mut self,
        change: impl FnOnce(&Tx<'_>) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        self.read()?.execute_batch("PRAGMA synchronous = NORMAL")?;
        let done = self.transact(None, change);
        self.db.execute_batch("PRAGMA synchronous = FULL")?;
        done
    }

    /// Brings the write-ahead log into the database when it has grown. Called while a person reads, never while a till waits.
    pub(crate) fn tidy(&mut self) -> Result<(), StoreError> {
        if self.commits >= CHECKPOINT_AFTER {
            self.commits = 0;
            checkpoint(self.read()?)?;
        }
        Ok(())
    }
}

fn checkpoint(db: &Connection) -> Result<(), StoreError> {
    Ok(db.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(()))?)
}

fn busy(error: rusqlite::Error) -> StoreError {
    if sqlite::is_busy(&error) {
        StoreError::Busy
    } else {
        StoreError::Database(error)
    }
}

fn take_lock(path: &Path, patience: Duration) -> Result<File, StoreError> {
    let file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(false)
        .open(path)?;
    let began = Instant::now();
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(file),
            Err(TryLockError::Error(error)) => return Err(StoreError::Io(error)),
            Err(TryLockError::WouldBlock) if began.elapsed() >= patience => {
                return Err(StoreError::Busy);
            }
            Err(TryLockError::WouldBlock) => std::thread::sleep(LOOK_AGAIN),
        }
    }
}

fn open_key(db: &Connection, vault: &dyn KeyVault) -> Result<Sealer, StoreError> {
    let sealed: Option<Vec<u8>> = db
        .query_row("SELECT store_key FROM vault", [], |row| row.get(0))
        .optional()?;
    let key = match sealed {
        Some(sealed) => vault.open(&sealed)?,
        None => {
            let key = skilling_platform::random::bytes::<32>()
                .map(|key| Zeroizing::new(key.to_vec()))
                .map_err(|_| SealError::NoRandomness)?;
            let sealed = vault.seal(&key)?;
            db.execute("INSERT INTO vault VALUES (1, ?1)", params![sealed])?;
            key
        }
    };
    Sealer::new(&key).ok_or(StoreError::Damaged("store key"))
}

fn read_marks(db: &Connection) -> Result<(Mark, Mark), StoreError> {
    let row: Option<(i64, [u8; 32], i64, [u8; 32])> = db
        .query_row(
            "SELECT counter, digest, previous_counter, previous_digest FROM guard",
            [],
            |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)),
        )
        .optional()?;
    let Some((counter, digest, previous_counter, previous_digest)) = row else {
        return Ok((NOWHERE, NOWHERE));
    };
    let mark = |counter, digest| {
        let counter = u64::try_from(counter).map_err(|_| StoreError::Damaged("guard counter"))?;
        Ok::<_, StoreError>(Mark { counter, digest })
    };
    Ok((
        mark(counter, digest)?,
        mark(previous_counter, previous_digest)?,
    ))
}

fn write_marks(db: &Connection, mark: Mark, previous: Mark) -> Result<(), StoreError> {
    let number =
        |mark: Mark| i64::try_from(mark.counter).map_err(|_| StoreError::Damaged("guard counter"));
    db.prepare_cached("INSERT OR REPLACE INTO guard VALUES (1, ?1, ?2, ?3, ?4)")?
        .execute(params![
            number(mark)?,
            mark.digest,
            number(previous)?,
            previous.digest
        ])?;
    Ok(())
}
