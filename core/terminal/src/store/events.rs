//! Rows of the queue of events.

use rusqlite::{Connection, params};
use skilling_platform::sqlite::{self, time_to_sql};
use skilling_protocol::objects::Payment;
use skilling_protocol::values::{Amount, Currency, ObjectId, Time};

use super::payments::currency;

/// At most this many are kept; the oldest give way. What they told stands in the list of payments.
const MOST: i64 = 1_000;

/// An event with the figures of its payment.
pub(crate) struct EventRow {
    pub(crate) id: i64,
    pub(crate) at: Time,
    pub(crate) kind: u8,
    pub(crate) payment: ObjectId<Payment>,
    pub(crate) amount: Amount,
    pub(crate) currency: Currency,
    pub(crate) detail: Option<u32>,
}

pub(crate) fn put(
    tx: &Connection,
    kind: u8,
    payment: &ObjectId<Payment>,
    detail: Option<u32>,
    at: Time,
) -> rusqlite::Result<()> {
    let sql = "INSERT INTO event (at, kind, payment, detail)
               SELECT ?1, ?2, id, ?4 FROM payment WHERE digest = ?3";
    let changed = tx.prepare_cached(sql)?.execute(params![
        time_to_sql(at),
        kind,
        payment.as_bytes(),
        detail
    ])?;
    if changed == 0 {
        return Ok(());
    }
    forget(tx, tx.last_insert_rowid().saturating_sub(MOST))
}

/// Forgets everything up to and including `id`, because the app was told.
pub(crate) fn acknowledge(tx: &Connection, id: i64) -> rusqlite::Result<()> {
    // Never beyond the last event: what comes after it was told to nobody yet.
    let sql = "UPDATE store SET acknowledged = max(acknowledged, min(?1,
               coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'event'), 0)))";
    tx.prepare_cached(sql)?.execute([id])?;
    forget(tx, id)
}

/// How many with ids above `after` gave way before the app acknowledged them.
pub(crate) fn lost(tx: &Connection, after: i64) -> rusqlite::Result<u64> {
    let sql =
        "SELECT coalesce((SELECT min(id) FROM event) - 1 - max(?1, acknowledged), 0) FROM store";
    let lost: i64 = tx
        .prepare_cached(sql)?
        .query_row([after], |row| row.get(0))?;
    Ok(u64::try_from(lost).unwrap_or_default())
}

/// Everything up to and including `id`.
fn forget(tx: &Connection, id: i64) -> rusqlite::Result<()> {
    tx.prepare_cached("DELETE FROM event WHERE id <= ?1")?
        .execute([id])?;
    Ok(())
}

/// At most `most` after `after`, oldest first.
pub(crate) fn page(tx: &Connection, after: i64, most: u32) -> rusqlite::Result<Vec<EventRow>> {
    let sql = "SELECT event.id, at, kind, detail, payment.digest, payment.amount, payment.currency
               FROM event JOIN payment ON payment.id = event.payment
               WHERE event.id > ?1 ORDER BY event.id LIMIT ?2";
    tx.prepare_cached(sql)?
        .query_map([after, most.into()], |row| {
            Ok(EventRow {
                id: row.get("id")?,
                at: sqlite::time(row, "at")?,
                kind: row.get("kind")?,
                payment: sqlite::bytes(row, "digest", |bytes| bytes.try_into().ok())?,
                amount: sqlite::amount(row, "amount")?,
                currency: currency(row)?,
                detail: row.get("detail")?,
            })
        })?
        .collect()
}

#[cfg(test)]
mod tests {
    use crate::store::MIGRATIONS;

    use super::*;

    /// Written by a release that did not count what gave way: of that nothing is known, of what comes after everything.
    #[test]
    fn a_store_of_an_earlier_release_counts_from_its_update_on() {
        for kept in ["id > 0", "id > 2", "id > 9"] {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("till.db");
            let earlier = sqlite::open(&path, &MIGRATIONS[..2]).unwrap();
            earlier.pragma_update(None, "foreign_keys", false).unwrap();
            for _ in 0..5 {
                let one = "INSERT INTO event (at, kind, payment) VALUES (1, 5, 1)";
                earlier.execute(one, []).unwrap();
            }
            let forget = format!("DELETE FROM event WHERE NOT ({kept})");
            earlier.execute(&forget, []).unwrap();
            drop(earlier);
            let store = crate::store::open(&path).unwrap();
            assert_eq!(lost(&store, 0).unwrap(), 0, "{kept}");
            store
                .execute("DELETE FROM event WHERE id <= 4", [])
                .unwrap();
            let gone = if kept == "id > 9" { 0 } else { 4 };
            let known = if kept == "id > 2" { 2 } else { gone };
            assert_eq!(lost(&store, 0).unwrap(), known, "{kept}");
        }
    }
}
