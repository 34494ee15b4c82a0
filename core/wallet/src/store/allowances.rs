//! Allowances and the pay keys made for them.

use rusqlite::{OptionalExtension as _, Row, params};
use skilling_platform::sqlite;
use skilling_protocol::objects::Allowance;
use skilling_protocol::signed::{Signed, Verified};
use skilling_protocol::values::{Amount, PublicKey, Time};

use super::{Store, StoreError, Tx};
use crate::ports::KeyAlias;

/// What may still be done under an allowance. Expiry and exhaustion are not states: they follow from figures and clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AllowanceState {
    /// It may sign.
    Open,
    /// Closed for good by the wallet's own act; it never signs again.
    Closed,
    /// The store was rolled back: it never signs again, its figures are the last known and no statement.
    Lost,
    /// Its key is gone or was invalidated: it never signs again.
    KeyGone,
}

impl AllowanceState {
    pub(crate) const fn value(self) -> i64 {
        match self {
            Self::Open => 0,
            Self::Closed => 1,
            Self::Lost => 2,
            Self::KeyGone => 3,
        }
    }

    const fn from_value(value: i64) -> Option<Self> {
        match value {
            0 => Some(Self::Open),
            1 => Some(Self::Closed),
            2 => Some(Self::Lost),
            3 => Some(Self::KeyGone),
            _ => None,
        }
    }
}

/// An allowance of this wallet with its figures.
#[derive(Debug, Clone)]
pub(crate) struct HeldAllowance {
    pub(crate) row: i64,
    pub(crate) allowance: Verified<Allowance>,
    pub(crate) issuer_key: PublicKey,
    pub(crate) alias: KeyAlias,
    pub(crate) state: AllowanceState,
    pub(crate) is_reported: bool,
    pub(crate) last_sequence: u32,
    pub(crate) spent: Amount,
    pub(crate) released: Amount,
    pub(crate) reserved: Option<Amount>,
}

impl HeldAllowance {
    fn read(row: &Row<'_>) -> Result<Self, StoreError> {
        let object: Vec<u8> = row.get("object")?;
        let signed = Signed::decode(&object).map_err(|_| StoreError::Damaged("allowance"))?;
        let alias: String = row.get("alias")?;
        let reserved: Option<i64> = row.get("reserved")?;
        Ok(Self {
            row: row.get("row")?,
            allowance: Verified::from_own_store(signed, ()),
            issuer_key: sqlite::bytes(row, "issuer_key", |it| PublicKey::from_sec1(it).ok())?,
            alias: KeyAlias::new(&alias).ok_or(StoreError::Damaged("key alias"))?,
            state: AllowanceState::from_value(row.get("state")?)
                .ok_or(StoreError::Damaged("allowance state"))?,
            is_reported: row.get("is_reported")?,
            last_sequence: row.get("last_sequence")?,
            spent: sqlite::amount(row, "spent")?,
            released: sqlite::amount(row, "released")?,
            reserved: match reserved {
                Some(_) => Some(sqlite::amount(row, "reserved")?),
                None => None,
            },
        })
    }
}

impl Store {
    /// Every allowance that may sign, and every other whose end the issuer has not answered to.
    pub(crate) fn live_allowances(&self) -> Result<Vec<HeldAllowance>, StoreError> {
        let mut statement = self
            .read()?
            .prepare("SELECT * FROM allowances WHERE state = 0 OR is_reported = 0 ORDER BY row")?;
        let mut rows = statement.query([])?;
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            found.push(HeldAllowance::read(row)?);
        }
        Ok(found)
    }

    /// The name of a pay key that still waits for its grant.
    pub(crate) fn pay_key(&self, key: &PublicKey) -> Result<Option<KeyAlias>, StoreError> {
        let alias: Option<String> = self
            .read()?
            .query_row(
                "SELECT alias FROM pay_keys WHERE public_key = ?1",
                params![key.as_bytes()],
                |row| row.get(0),
            )
            .optional()?;
        alias
            .map(|alias| KeyAlias::new(&alias).ok_or(StoreError::Damaged("key alias")))
            .transpose()
    }
}

impl Tx<'_> {
    pub(crate) fn put_pay_key(
        &self,
        key: &PublicKey,
        alias: &KeyAlias,
        now: Time,
    ) -> Result<(), StoreError> {
        self.db.execute(
            "INSERT INTO pay_keys VALUES (?1, ?2, ?3)",
            params![key.as_bytes(), alias.as_str(), sqlite::time_to_sql(now)],
        )?;
        Ok(())
    }

    /// Takes a grant; its key no longer waits for one.
    pub(crate) fn put_allowance(
        &self,
        allowance: &Verified<Allowance>,
        issuer_key: &PublicKey,
        alias: &KeyAlias,
        now: Time,
    ) -> Result<HeldAllowance, StoreError> {
        self.db.execute(
            "INSERT INTO allowances (id, issuer_key, alias, object, state, granted_at) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            params![
                allowance.id().as_bytes(),
                issuer_key.as_bytes(),
                alias.as_str(),
                allowance.signed().to_bytes(),
                AllowanceState::Open.value(),
                sqlite::time_to_sql(now)
            ],
        )?;
        let row = self.db.last_insert_rowid();
        self.db.execute(
            "DELETE FROM pay_keys WHERE public_key = ?1",
            params![allowance.pay_key.as_bytes()],
        )?;
        Ok(HeldAllowance {
            row,
            allowance: allowance.clone(),
            issuer_key: *issuer_key,
            alias: alias.clone(),
            state: AllowanceState::Open,
            is_reported: false,
            last_sequence: 0,
            spent: Amount::ZERO,
            released: Amount::ZERO,
            reserved: None,
        })
    }

    pub(crate) fn put_spent(
        &self,
        row: i64,
        last_sequence: u32,
        spent: Amount,
    ) -> Result<(), StoreError> {
        self.db
            .prepare_cached("UPDATE allowances SET last_sequence = ?2, spent = ?3 WHERE row = ?1")?
            .execute(params![row, last_sequence, sqlite::amount_to_sql(spent)])?;
        Ok(())
    }

    /// Adds to `released` and gives the new total.
    pub(crate) fn add_released(&self, row: i64, amount: Amount) -> Result<Amount, StoreError> {
        let held = self
            .db
            .prepare_cached("SELECT released FROM allowances WHERE row = ?1")?
            .query_row(params![row], |row| sqlite::amount(row, "released"))?;
        let released = held
            .checked_add(amount)
            .ok_or(StoreError::Damaged("released"))?;
        self.db
            .prepare_cached("UPDATE allowances SET released = ?2 WHERE row = ?1")?
            .execute(params![row, sqlite::amount_to_sql(released)])?;
        Ok(released)
    }

    pub(crate) fn put_allowance_state(
        &self,
        row: i64,
        state: AllowanceState,
    ) -> Result<(), StoreError> {
        self.db
            .prepare_cached("UPDATE allowances SET state = ?2, is_reported = 0 WHERE row = ?1")?
            .execute(params![row, state.value()])?;
        Ok(())
    }
}
