//! Banks, the call to each that is not answered yet, and keys that are to be deleted.

use rusqlite::{OptionalExtension as _, Row, params};
use skilling_platform::sqlite;
use skilling_protocol::objects::Allowance;
use skilling_protocol::values::{Nonce, ObjectId, PublicKey, Seconds, Time};

use super::{Place, Store, StoreError, Tx};
use crate::ports::KeyAlias;

/// How long a nonce of the issuer is good (sync.md).
const NONCE_LASTS: Seconds = Seconds(600);

/// A bank this phone is enrolled at, or is enrolling at.
#[derive(Debug, Clone)]
pub(crate) struct StoredBank {
    pub(crate) row: i64,
    pub(crate) link_key: PublicKey,
    pub(crate) link_alias: KeyAlias,
    pub(crate) issuer_key: Option<PublicKey>,
    pub(crate) enrolled_at: Option<Time>,
    pub(crate) synced_at: Option<Time>,
    next_nonce: Option<Nonce>,
    nonce_until: Option<Time>,
    pub(crate) failures: u32,
}

/// An empty column, or its value.
fn optional<T>(
    row: &Row<'_>,
    column: &str,
    read: impl FnOnce() -> rusqlite::Result<T>,
) -> rusqlite::Result<Option<T>> {
    match row.get_ref(column)? {
        rusqlite::types::ValueRef::Null => Ok(None),
        _ => read().map(Some),
    }
}

fn alias(name: &str) -> Result<KeyAlias, StoreError> {
    KeyAlias::new(name).ok_or(StoreError::Damaged("key alias"))
}

impl StoredBank {
    fn read(row: &Row<'_>) -> Result<Self, StoreError> {
        let key = |column| sqlite::bytes(row, column, |it| PublicKey::from_sec1(it).ok());
        let name: String = row.get("link_alias")?;
        Ok(Self {
            row: row.get("row")?,
            link_key: key("link_key")?,
            link_alias: alias(&name)?,
            issuer_key: optional(row, "issuer_key", || key("issuer_key"))?,
            enrolled_at: optional(row, "enrolled_at", || sqlite::time(row, "enrolled_at"))?,
            synced_at: optional(row, "synced_at", || sqlite::time(row, "synced_at"))?,
            next_nonce: optional(row, "next_nonce", || {
                sqlite::bytes(row, "next_nonce", |it| Nonce::try_from(it).ok())
            })?,
            nonce_until: optional(row, "nonce_until", || sqlite::time(row, "nonce_until"))?,
            failures: row.get("failures")?,
        })
    }

    /// Whether no call was made or answered since: each takes or brings a nonce.
    pub(crate) fn is_as(&self, before: &Self) -> bool {
        self.next_nonce == before.next_nonce && self.synced_at == before.synced_at
    }

    /// The nonce of the last answer, while it is good.
    pub(crate) fn nonce(&self, now: Time) -> Option<Nonce> {
        let until = self.nonce_until.filter(|until| now < *until)?;
        // A clock that was set back far says nothing about how old the nonce is.
        (until <= now.plus(NONCE_LASTS)).then_some(self.next_nonce)?
    }
}

const fn place(bank: i64) -> Place {
    Place {
        table: "calls",
        column: "sealed_body",
        row: bank,
    }
}

impl Store {
    pub(crate) fn banks(&self) -> Result<Vec<StoredBank>, StoreError> {
        let mut statement = self.read()?.prepare("SELECT * FROM banks ORDER BY row")?;
        let mut rows = statement.query([])?;
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            found.push(StoredBank::read(row)?);
        }
        Ok(found)
    }

    pub(crate) fn bank(&self, row: i64) -> Result<Option<StoredBank>, StoreError> {
        let mut statement = self
            .read()?
            .prepare_cached("SELECT * FROM banks WHERE row = ?1")?;
        let mut rows = statement.query(params![row])?;
        rows.next()?.map(StoredBank::read).transpose()
    }

    /// The call to this bank that is not answered yet.
    pub(crate) fn open_call(&self, bank: i64) -> Result<Option<Vec<u8>>, StoreError> {
        let sealed: Option<Vec<u8>> = self
            .read()?
            .prepare_cached("SELECT sealed_body FROM calls WHERE bank = ?1")?
            .query_row(params![bank], |row| row.get(0))
            .optional()?;
        sealed
            .map(|sealed| Ok(self.sealer().open_at(place(bank), &sealed)?))
            .transpose()
    }

    pub(crate) fn retired_keys(&self) -> Result<Vec<KeyAlias>, StoreError> {
        let mut statement = self.read()?.prepare("SELECT alias FROM retired_keys")?;
        let names = statement.query_map([], |row| row.get::<_, String>(0))?;
        names.map(|name| alias(&name?)).collect()
    }

    /// Allowances the bank keeps a reserve for, that this store does not hold and nobody has told it about.
    pub(crate) fn strangers(&self, bank: i64) -> Result<Vec<ObjectId<Allowance>>, StoreError> {
        let mut statement = self
            .read()?
            .prepare("SELECT id FROM strangers WHERE bank = ?1 AND is_reported = 0")?;
        let ids = statement.query_map(params![bank], |row| {
            sqlite::bytes(row, "id", |it| ObjectId::try_from(it).ok())
        })?;
        Ok(ids.collect::<Result<_, _>>()?)
    }

    pub(crate) fn etag(&self, path: &str) -> Result<Option<String>, StoreError> {
        Ok(self
            .read()?
            .query_row(
                "SELECT etag FROM etags WHERE path = ?1",
                params![path],
                |row| row.get(0),
            )
            .optional()?)
    }
}

impl Tx<'_> {
    pub(crate) fn put_bank(
        &self,
        link_key: &PublicKey,
        link_alias: &KeyAlias,
    ) -> Result<i64, StoreError> {
        self.db.execute(
            "INSERT INTO banks (link_key, link_alias) VALUES (?1, ?2)",
            params![link_key.as_bytes(), link_alias.as_str()],
        )?;
        Ok(self.db.last_insert_rowid())
    }

    /// An enrolment that came to nothing: its link key never signs again.
    pub(crate) fn drop_bank(&self, bank: &StoredBank) -> Result<(), StoreError> {
        self.retire_key(&bank.link_alias)?;
        self.drop_call(bank.row)?;
        self.db
            .execute("DELETE FROM banks WHERE row = ?1", params![bank.row])?;
        Ok(())
    }

    pub(crate) fn put_enrolled(
        &self,
        bank: i64,
        issuer_key: &PublicKey,
        time: Time,
    ) -> Result<(), StoreError> {
        self.db.execute(
            "UPDATE banks SET issuer_key = ?2, enrolled_at = ?3, failures = 0 WHERE row = ?1",
            params![bank, issuer_key.as_bytes(), sqlite::time_to_sql(time)],
        )?;
        self.drop_call(bank)
    }

    /// The bank answered: its key, its time, the nonce for the next call.
    pub(crate) fn put_synced(
        &self,
        bank: i64,
        issuer_key: &PublicKey,
        time: Time,
        nonce: &Nonce,
        now: Time,
    ) -> Result<(), StoreError> {
        self.db.execute(
            "UPDATE banks SET issuer_key = ?2, synced_at = ?3, next_nonce = ?4, nonce_until = ?5, failures = 0 \
             WHERE row = ?1",
            params![
                bank,
                issuer_key.as_bytes(),
                sqlite::time_to_sql(time),
                nonce.as_bytes(),
                sqlite::time_to_sql(now.plus(NONCE_LASTS))
            ],
        )?;
        self.drop_call(bank)
    }

    /// Keeps a call until it is answered; the nonce in it is used up. False if there is one already.
    pub(crate) fn put_call(&self, bank: i64, body: &[u8], now: Time) -> Result<bool, StoreError> {
        let sealed = self.sealer.seal_at(place(bank), body)?;
        let put = self.db.execute(
            "INSERT OR IGNORE INTO calls VALUES (?1, ?2, ?3)",
            params![bank, sealed, sqlite::time_to_sql(now)],
        )?;
        self.db.execute(
            "UPDATE banks SET next_nonce = NULL, nonce_until = NULL WHERE row = ?1",
            params![bank],
        )?;
        Ok(put == 1)
    }

    pub(crate) fn drop_call(&self, bank: i64) -> Result<(), StoreError> {
        self.db
            .execute("DELETE FROM calls WHERE bank = ?1", params![bank])?;
        Ok(())
    }

    pub(crate) fn put_failures(&self, bank: i64, failures: u32) -> Result<(), StoreError> {
        self.db.execute(
            "UPDATE banks SET failures = ?2 WHERE row = ?1",
            params![bank, failures],
        )?;
        Ok(())
    }

    /// A pay key whose grant does not come.
    pub(crate) fn drop_pay_key(&self, key: &PublicKey) -> Result<(), StoreError> {
        let key = key.as_bytes();
        self.db.execute(
            "INSERT OR IGNORE INTO retired_keys SELECT alias FROM pay_keys WHERE public_key = ?1",
            params![key],
        )?;
        self.db
            .execute("DELETE FROM pay_keys WHERE public_key = ?1", params![key])?;
        Ok(())
    }

    pub(crate) fn retire_key(&self, alias: &KeyAlias) -> Result<(), StoreError> {
        self.db.execute(
            "INSERT OR IGNORE INTO retired_keys VALUES (?1)",
            params![alias.as_str()],
        )?;
        Ok(())
    }

    pub(crate) fn key_was_deleted(&self, alias: &KeyAlias) -> Result<(), StoreError> {
        self.db.execute(
            "DELETE FROM retired_keys WHERE alias = ?1",
            params![alias.as_str()],
        )?;
        Ok(())
    }

    /// After a rollback: an old call may have been answered before, and the grant in its stored answer spent. It is never sent
    /// again, and no grant is taken for a key of before.
    pub(crate) fn forget_what_waits(&self) -> Result<(), StoreError> {
        self.db.execute_batch(
            "INSERT OR IGNORE INTO retired_keys SELECT alias FROM pay_keys; \
             DELETE FROM pay_keys; \
             DELETE FROM calls WHERE bank IN (SELECT row FROM banks WHERE issuer_key IS NOT NULL); \
             UPDATE banks SET next_nonce = NULL, nonce_until = NULL;",
        )?;
        Ok(())
    }

    pub(crate) fn put_stranger(
        &self,
        bank: i64,
        id: &ObjectId<Allowance>,
    ) -> Result<(), StoreError> {
        self.db.execute(
            "INSERT OR IGNORE INTO strangers (id, bank) VALUES (?1, ?2)",
            params![id.as_bytes(), bank],
        )?;
        Ok(())
    }

    pub(crate) fn stranger_was_reported(&self, id: &ObjectId<Allowance>) -> Result<(), StoreError> {
        self.db.execute(
            "UPDATE strangers SET is_reported = 1 WHERE id = ?1",
            params![id.as_bytes()],
        )?;
        Ok(())
    }

    /// Everything is fetched again, changed or not.
    pub(crate) fn forget_etags(&self) -> Result<(), StoreError> {
        self.db.execute("DELETE FROM etags", [])?;
        Ok(())
    }

    pub(crate) fn put_etag(&self, path: &str, etag: Option<&str>) -> Result<(), StoreError> {
        match etag {
            Some(etag) => self.db.execute(
                "INSERT OR REPLACE INTO etags VALUES (?1, ?2)",
                params![path, etag],
            )?,
            None => self
                .db
                .execute("DELETE FROM etags WHERE path = ?1", params![path])?,
        };
        Ok(())
    }
}
