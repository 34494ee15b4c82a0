//! Rows of the queue of events.

use rusqlite::{Row, params};
use skilling_platform::sqlite;
use skilling_protocol::objects::{Allowance, Payment};
use skilling_protocol::values::{Amount, Currency, ObjectId, Time};

use super::{Store, StoreError, Tx};

/// At most this many are kept; the oldest give way. What they told stands in the history.
pub(crate) const MOST_EVENTS: i64 = 1_000;

/// An event about to be written, without what it is about in words.
#[derive(Debug, Clone, Copy)]
pub(crate) struct NewEvent {
    pub(crate) kind: i64,
    pub(crate) payment: Option<i64>,
    pub(crate) allowance: Option<i64>,
    pub(crate) money: Option<(Amount, Currency)>,
    pub(crate) detail: Option<i64>,
}

/// An event with the ids and figures of what it is about.
#[derive(Debug, Clone, Copy)]
pub(crate) struct EventRow {
    pub(crate) id: i64,
    pub(crate) at: Time,
    pub(crate) kind: i64,
    pub(crate) payment: Option<ObjectId<Payment>>,
    pub(crate) allowance: Option<ObjectId<Allowance>>,
    pub(crate) money: Option<(Amount, Currency)>,
    pub(crate) detail: Option<i64>,
}

impl EventRow {
    fn read(row: &Row<'_>) -> Result<Self, StoreError> {
        let currency: Option<u16> = row.get("currency")?;
        let is_there =
            |column| Ok::<_, StoreError>(row.get_ref(column)? != rusqlite::types::ValueRef::Null);
        Ok(Self {
            id: row.get("id")?,
            at: sqlite::time(row, "at")?,
            kind: row.get("kind")?,
            payment: is_there("payment")?
                .then(|| sqlite::bytes(row, "payment", |it| ObjectId::try_from(it).ok()))
                .transpose()?,
            allowance: is_there("allowance")?
                .then(|| sqlite::bytes(row, "allowance", |it| ObjectId::try_from(it).ok()))
                .transpose()?,
            money: currency.map(|code| money(row, code)).transpose()?,
            detail: row.get("detail")?,
        })
    }
}

fn money(row: &Row<'_>, currency: u16) -> Result<(Amount, Currency), StoreError> {
    let currency = Currency::new(currency).map_err(|_| StoreError::Damaged("currency"))?;
    Ok((sqlite::amount(row, "amount")?, currency))
}

impl Store {
    /// At most `most` events after `after`, oldest first.
    pub(crate) fn events(&self, after: i64, most: u32) -> Result<Vec<EventRow>, StoreError> {
        let mut statement = self.read()?.prepare_cached(
            "SELECT events.id, events.at, events.kind, events.amount, events.currency, events.detail, \
             payments.id AS payment, allowances.id AS allowance \
             FROM events LEFT JOIN payments ON payments.row = events.payment \
             LEFT JOIN allowances ON allowances.row = events.allowance \
             WHERE events.id > ?1 ORDER BY events.id LIMIT ?2",
        )?;
        let mut rows = statement.query(params![after, most])?;
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            found.push(EventRow::read(row)?);
        }
        Ok(found)
    }
}

impl Store {
    /// How many with ids above `after` gave way before the app acknowledged them.
    pub(crate) fn lost_events(&self, after: i64) -> Result<u64, StoreError> {
        let lost: i64 = self
            .read()?
            .prepare_cached(
                "SELECT coalesce((SELECT min(id) FROM events) - 1 - max(?1, event), 0) FROM acknowledged",
            )?
            .query_row(params![after], |row| row.get(0))?;
        Ok(u64::try_from(lost).unwrap_or_default())
    }
}

impl Tx<'_> {
    /// Adds an event to what this transaction does.
    pub(crate) fn put_event(&self, event: &NewEvent, at: Time) -> Result<(), StoreError> {
        self.db
            .prepare_cached(
                "INSERT INTO events (at, kind, payment, allowance, amount, currency, detail) \
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            )?
            .execute(params![
                sqlite::time_to_sql(at),
                event.kind,
                event.payment,
                event.allowance,
                event.money.map(|money| sqlite::amount_to_sql(money.0)),
                event.money.map(|money| money.1.numeric()),
                event.detail
            ])?;
        let oldest = self.db.last_insert_rowid().saturating_sub(MOST_EVENTS);
        self.forget_events(oldest)
    }

    /// Forgets everything up to and including `id`, because the app was told.
    pub(crate) fn acknowledge_events(&self, id: i64) -> Result<(), StoreError> {
        // Never beyond the last event: what comes after it was told to nobody yet.
        self.db
            .prepare_cached(
                "UPDATE acknowledged SET event = max(event, min(?1, \
                 coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'events'), 0)))",
            )?
            .execute(params![id])?;
        self.forget_events(id)
    }

    /// Forgets everything up to and including `id`.
    fn forget_events(&self, id: i64) -> Result<(), StoreError> {
        self.db
            .prepare_cached("DELETE FROM events WHERE id <= ?1")?
            .execute(params![id])?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::software::FileVault;

    #[test]
    fn what_nobody_acknowledges_does_not_grow_for_ever_and_no_id_comes_twice() {
        let folder = tempfile::tempdir().unwrap();
        let vault = FileVault::new(folder.path().join("vault"));
        let mut store = Store::open(folder.path(), &vault, Duration::ZERO).unwrap();
        let event = NewEvent {
            kind: 8,
            payment: None,
            allowance: None,
            money: None,
            detail: Some(1),
        };
        let write = |store: &mut Store, count| {
            let told = store
                .write(|tx| (0..count).try_for_each(|_| tx.put_event(&event, Time::default())));
            told.unwrap();
        };
        write(&mut store, 1_100);
        let kept = store.events(0, 2_000).unwrap();
        assert_eq!(kept.len(), 1_000);
        assert_eq!((kept[0].id, kept[999].id), (101, 1_100));
        store.write(|tx| tx.acknowledge_events(i64::MAX)).unwrap();
        write(&mut store, 1);
        assert_eq!(store.events(0, 10).unwrap()[0].id, 1_101);
    }

    /// Written by a release that did not count what gave way: of that nothing is known, of what comes after everything.
    #[test]
    fn a_store_of_an_earlier_release_counts_from_its_update_on() {
        for kept in ["id > 0", "id > 2", "id > 9"] {
            let folder = tempfile::tempdir().unwrap();
            let vault = FileVault::new(folder.path().join("vault"));
            let earlier = sqlite::open(
                &folder.path().join("wallet.db"),
                &crate::store::MIGRATIONS[..3],
            )
            .unwrap();
            for _ in 0..5 {
                let one = "INSERT INTO events (at, kind, detail) VALUES (1, 8, 1)";
                earlier.execute(one, []).unwrap();
            }
            let forget = format!("DELETE FROM events WHERE NOT ({kept})");
            earlier.execute(&forget, []).unwrap();
            drop(earlier);
            let mut store = Store::open(folder.path(), &vault, Duration::ZERO).unwrap();
            assert_eq!(store.lost_events(0).unwrap(), 0, "{kept}");
            let held = u64::try_from(store.events(0, 9).unwrap().len()).unwrap();
            let event = NewEvent {
                kind: 8,
                payment: None,
                allowance: None,
                money: None,
                detail: Some(1),
            };
            store
                .write(|tx| (0..1_000).try_for_each(|_| tx.put_event(&event, Time::default())))
                .unwrap();
            assert_eq!(store.lost_events(0).unwrap(), held, "{kept}");
        }
    }
}
