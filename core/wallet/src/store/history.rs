//! Reading payments for people: newest first, a page at a time, from an index.

use rusqlite::{Row, params};
use skilling_platform::sqlite;
use skilling_protocol::objects::{Payment, PaymentState};
use skilling_protocol::values::{Amount, Currency, ObjectId, Time};

use super::payments::place;
use super::{Store, StoreError};
use crate::payment::Stage;

/// Where a page ends: the next begins below it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Below {
    pub(crate) time: i64,
    pub(crate) row: i64,
}

/// Which index leads to what is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Through {
    All,
    /// Voided, declined, given back.
    Undone,
    /// Disputed, refused.
    Contested,
}

impl Through {
    const fn sql(self) -> &'static str {
        match self {
            Self::All => {
                "SELECT row, id, amount, currency, time, stage, settlement \
                 FROM payments INDEXED BY payments_by_time \
                 WHERE time >= ?1 AND time < ?2 AND (time, row) < (?3, ?4) \
                 ORDER BY time DESC, row DESC LIMIT ?5"
            }
            Self::Undone => {
                "SELECT row, id, amount, currency, time, stage, settlement \
                 FROM payments INDEXED BY payments_undone \
                 WHERE stage IN (5, 6, 8) AND time >= ?1 AND time < ?2 AND (time, row) < (?3, ?4) \
                 ORDER BY time DESC, row DESC LIMIT ?5"
            }
            Self::Contested => {
                "SELECT row, id, amount, currency, time, stage, settlement \
                 FROM payments INDEXED BY payments_contested \
                 WHERE settlement IN (3, 4) AND time >= ?1 AND time < ?2 AND (time, row) < (?3, ?4) \
                 ORDER BY time DESC, row DESC LIMIT ?5"
            }
        }
    }
}

/// One payment without what is sealed.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Listed {
    pub(crate) row: i64,
    pub(crate) id: ObjectId<Payment>,
    pub(crate) amount: Amount,
    pub(crate) currency: Currency,
    pub(crate) time: Time,
    pub(crate) stage: Stage,
    pub(crate) bank: Option<PaymentState>,
}

fn payment_state(value: i64) -> Result<PaymentState, StoreError> {
    u64::try_from(value)
        .ok()
        .and_then(PaymentState::from_value)
        .ok_or(StoreError::Damaged("settlement"))
}

impl Listed {
    pub(crate) const fn below(&self) -> Below {
        Below {
            // Every time fits: `Time` ends at 2^53.
            time: self.time.unix().cast_signed(),
            row: self.row,
        }
    }

    fn read(row: &Row<'_>) -> Result<Self, StoreError> {
        let bank: Option<i64> = row.get("settlement")?;
        Ok(Self {
            row: row.get("row")?,
            id: sqlite::bytes(row, "id", |it| ObjectId::try_from(it).ok())?,
            amount: sqlite::amount(row, "amount")?,
            currency: Currency::new(row.get("currency")?)
                .map_err(|_| StoreError::Damaged("currency"))?,
            time: sqlite::time(row, "time")?,
            stage: Stage::from_value(row.get("stage")?)
                .ok_or(StoreError::Damaged("payment stage"))?,
            bank: bank.map(payment_state).transpose()?,
        })
    }
}

impl Store {
    /// At most `most` payments from `from` (inclusive) to `until` (exclusive) below a place, newest first.
    pub(crate) fn listed(
        &self,
        through: Through,
        from: Time,
        until: Option<Time>,
        below: Option<Below>,
        most: u32,
    ) -> Result<Vec<Listed>, StoreError> {
        let end = Below {
            time: i64::MAX,
            row: i64::MAX,
        };
        let below = below.unwrap_or(end);
        // Both bounds on the indexed column: a late page starts where it starts, not at the newest payment.
        let until = until.map_or(i64::MAX, sqlite::time_to_sql);
        let until = until.min(below.time.saturating_add(1));
        let mut statement = self.read()?.prepare_cached(through.sql())?;
        let mut rows = statement.query(params![
            sqlite::time_to_sql(from),
            until,
            below.time,
            below.row,
            most
        ])?;
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            found.push(Listed::read(row)?);
        }
        Ok(found)
    }

    /// Merchant's name and the till's number of a payment.
    pub(crate) fn merchant_of(&self, row: i64) -> Result<(String, Option<String>), StoreError> {
        let (merchant, reference): (Vec<u8>, Option<Vec<u8>>) = self
            .read()?
            .prepare_cached(
                "SELECT sealed_merchant, sealed_reference FROM payments WHERE row = ?1",
            )?
            .query_row(params![row], |row| Ok((row.get(0)?, row.get(1)?)))?;
        let open = |column, sealed: &[u8]| {
            let plain = self.sealer().open_at(place(column, row), sealed)?;
            String::from_utf8(plain).map_err(|_| StoreError::Damaged("text"))
        };
        let reference = reference.map(|sealed| open("sealed_reference", &sealed));
        Ok((open("sealed_merchant", &merchant)?, reference.transpose()?))
    }

    /// What the bank said of a payment, oldest first.
    pub(crate) fn settlements_of(&self, row: i64) -> Result<Vec<(Time, PaymentState)>, StoreError> {
        let mut statement = self.read()?.prepare_cached(
            "SELECT time, state FROM settlements WHERE payment = ?1 ORDER BY time",
        )?;
        let mut rows = statement.query(params![row])?;
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            found.push((
                sqlite::time(row, "time")?,
                payment_state(row.get("state")?)?,
            ));
        }
        Ok(found)
    }
}
