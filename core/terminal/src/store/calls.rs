//! Rows of calls to the acquirer: stored before they are sent, so that the same bytes can be repeated.

use rusqlite::{Connection, OptionalExtension as _, params};
use skilling_platform::sqlite;
use skilling_protocol::objects::{Payment, PaymentState};
use skilling_protocol::values::ObjectId;

/// The deposit of a certificate that has no answer yet: its row and bytes.
pub(crate) fn open_deposit(
    tx: &Connection,
    certificate: i64,
) -> rusqlite::Result<Option<(i64, Vec<u8>)>> {
    tx.query_row(
        "SELECT id, body FROM deposit WHERE certificate = ?1 AND answer IS NULL",
        [certificate],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )
    .optional()
}

pub(crate) fn put_deposit(tx: &Connection, certificate: i64, body: &[u8]) -> rusqlite::Result<i64> {
    tx.execute(
        "INSERT INTO deposit (certificate, body) VALUES (?1, ?2)",
        params![certificate, body],
    )?;
    Ok(tx.last_insert_rowid())
}

/// False if another till was told the same before.
pub(crate) fn close_deposit(tx: &Connection, row: i64, answer: &[u8]) -> rusqlite::Result<bool> {
    let changed = tx.execute(
        "UPDATE deposit SET body = NULL, answer = ?2 WHERE id = ?1 AND answer IS NULL",
        params![row, answer],
    )?;
    Ok(changed == 1)
}

/// After an answer that says that nothing was done: the payments go into a new deposit.
pub(crate) fn drop_deposit(tx: &Connection, row: i64) -> rusqlite::Result<()> {
    tx.execute(
        "DELETE FROM deposit WHERE id = ?1 AND answer IS NULL",
        [row],
    )?;
    Ok(())
}

/// What was pending when it was last asked is asked again.
pub(crate) fn ask_pending_again(tx: &Connection, certificate: i64) -> rusqlite::Result<()> {
    tx.execute(
        "UPDATE payment INDEXED BY payment_due SET due = 1 WHERE certificate = ?1 AND due <> 0 AND due = 2",
        [certificate],
    )?;
    Ok(())
}

/// Ids of payments to deposit under a certificate.
pub(crate) fn due(
    tx: &Connection,
    certificate: i64,
    most: u32,
) -> rusqlite::Result<Vec<ObjectId<Payment>>> {
    // "due <> 0" is what the partial index knows itself by.
    let sql = "SELECT digest FROM payment INDEXED BY payment_due
               WHERE certificate = ?1 AND due <> 0 AND due = 1 LIMIT ?2";
    tx.prepare_cached(sql)?
        .query_map([certificate, most.into()], |row| {
            sqlite::bytes(row, "digest", |bytes| bytes.try_into().ok())
        })?
        .collect()
}

/// What is not deposited and receipted under a certificate.
pub(crate) fn count_due(tx: &Connection, certificate: i64) -> rusqlite::Result<u64> {
    let count: i64 = tx.query_row(
        "SELECT count(*) FROM payment INDEXED BY payment_due WHERE certificate = ?1 AND due <> 0",
        [certificate],
        |row| row.get(0),
    )?;
    Ok(u64::try_from(count).unwrap_or_default())
}

/// What the acquirer said of a payment. `receipt` is the latest one that was in the deposit: if a void came in
/// between, the payment stays due.
pub(crate) fn set_bank_state(
    tx: &Connection,
    id: &ObjectId<Payment>,
    state: Option<PaymentState>,
    receipt: &[u8],
) -> rusqlite::Result<()> {
    let due = match state {
        None | Some(PaymentState::Pending) => 2,
        Some(_) => 0,
    };
    let sql = "UPDATE payment SET bank_state = coalesce(?2, bank_state),
                   due = CASE WHEN receipt = ?3 THEN ?4 ELSE 1 END WHERE digest = ?1";
    tx.prepare_cached(sql)?.execute(params![
        id.as_bytes(),
        state.map(PaymentState::value),
        receipt,
        due
    ])?;
    Ok(())
}

pub(crate) fn renewal(tx: &Connection, certificate: i64) -> rusqlite::Result<Option<Vec<u8>>> {
    tx.query_row(
        "SELECT body FROM renewal WHERE certificate = ?1",
        [certificate],
        |row| row.get(0),
    )
    .optional()
}

pub(crate) fn put_renewal(tx: &Connection, certificate: i64, body: &[u8]) -> rusqlite::Result<()> {
    tx.execute(
        "INSERT OR REPLACE INTO renewal (certificate, body) VALUES (?1, ?2)",
        params![certificate, body],
    )?;
    Ok(())
}

pub(crate) fn drop_renewal(tx: &Connection, certificate: i64) -> rusqlite::Result<()> {
    tx.execute("DELETE FROM renewal WHERE certificate = ?1", [certificate])?;
    Ok(())
}
