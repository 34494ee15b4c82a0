//! The acceptance store: one SQLite file that several tills may share (protocol section 6).
//!
//! Everything here speaks rows. Nothing here decides, signs or verifies; every function takes the transaction it is
//! part of. A store is **never restored from a backup**: a restored one would have forgotten acceptances, and two
//! tokens that should convict would both be paid. After a loss, start a new store with a new terminal key. The
//! random `store_id` tells one store from another.

pub(crate) mod calls;
pub(crate) mod counts;
pub(crate) mod events;
pub(crate) mod payments;
pub(crate) mod requests;
pub(crate) mod trust;

use std::path::Path;

use rusqlite::{Connection, Row, Transaction, TransactionBehavior, params};
use skilling_platform::sqlite::{self, OpenError, time_to_sql};
use skilling_protocol::values::Time;

const MIGRATIONS: &[&str] = &[
    include_str!("schema.sql"),
    include_str!("schema_2.sql"),
    include_str!("schema_3.sql"),
];
/// The newest schema known here.
pub const SCHEMA: usize = MIGRATIONS.len();

/// Opens or creates the store.
pub(crate) fn open(path: &Path) -> Result<Connection, OpenError> {
    sqlite::open(path, MIGRATIONS)
}

/// The one kind of transaction: it takes the write lock at once, so that what was read still holds when it commits.
pub(crate) fn begin(connection: &mut Connection) -> rusqlite::Result<Transaction<'_>> {
    connection.transaction_with_behavior(TransactionBehavior::Immediate)
}

/// What the whole store has once.
#[derive(Debug, Clone, Copy)]
pub(crate) struct State {
    pub(crate) generation: i64,
    pub(crate) last_acceptance: Option<Time>,
    pub(crate) offline_since: Option<Time>,
    pub(crate) failures: u32,
}

pub(crate) fn state(tx: &Connection) -> rusqlite::Result<State> {
    let sql =
        "SELECT generation, last_acceptance, offline_since, failures FROM store WHERE one = 1";
    tx.prepare_cached(sql)?.query_row([], |row| {
        Ok(State {
            generation: row.get("generation")?,
            last_acceptance: optional_time(row, "last_acceptance")?,
            offline_since: optional_time(row, "offline_since")?,
            failures: row.get("failures")?,
        })
    })
}

pub(crate) fn store_id(tx: &Connection) -> rusqlite::Result<[u8; 16]> {
    tx.query_row("SELECT store_id FROM store WHERE one = 1", [], |row| {
        row.get(0)
    })
}

/// Never goes back: a clock that creeps backwards by less than rule 29 notices would otherwise creep on for ever.
pub(crate) fn raise_last_acceptance(tx: &Connection, now: Time) -> rusqlite::Result<()> {
    let sql = "UPDATE store SET last_acceptance = max(coalesce(last_acceptance, 0), ?1)";
    tx.prepare_cached(sql)?.execute([time_to_sql(now)])?;
    Ok(())
}

/// Tells every till that shares the store to read trust, status, outages and certificates again.
pub(crate) fn next_generation(tx: &Connection) -> rusqlite::Result<()> {
    tx.prepare_cached("UPDATE store SET generation = generation + 1")?
        .execute([])?;
    Ok(())
}

/// The first time something failed is kept; `None` clears it.
pub(crate) fn set_offline_since(tx: &Connection, since: Option<Time>) -> rusqlite::Result<()> {
    let sql = "UPDATE store SET offline_since = CASE WHEN ?1 IS NULL THEN NULL
               ELSE coalesce(offline_since, ?1) END";
    tx.prepare_cached(sql)?
        .execute(params![since.map(time_to_sql)])?;
    Ok(())
}

pub(crate) fn set_failures(tx: &Connection, failures: u32) -> rusqlite::Result<()> {
    tx.prepare_cached("UPDATE store SET failures = ?1")?
        .execute([failures])?;
    Ok(())
}

pub(crate) fn optional_time(row: &Row<'_>, column: &str) -> rusqlite::Result<Option<Time>> {
    match row.get::<_, Option<i64>>(column)? {
        None => Ok(None),
        Some(_) => sqlite::time(row, column).map(Some),
    }
}
