//! Payments: one row each, never deleted.

use rusqlite::{OptionalExtension as _, Row, params};
use skilling_platform::sqlite;
use skilling_protocol::objects::{Payment, Receipt, Request};
use skilling_protocol::signed::Verified;
use skilling_protocol::values::{Amount, Currency, ObjectId, Time};

use super::{Place, Store, StoreError, Tx};
use crate::payment::Stage;

/// A payment about to be committed.
pub(crate) struct NewPayment<'a> {
    pub(crate) allowance_row: i64,
    pub(crate) payment: &'a Verified<Payment>,
    pub(crate) currency: Currency,
    pub(crate) answer_before: Option<Time>,
    pub(crate) merchant_name: &'a str,
    pub(crate) reference: Option<&'a str>,
    pub(crate) request: &'a [u8],
    pub(crate) token: &'a [u8],
}

/// What the store says of a payment without opening what is sealed.
#[derive(Debug, Clone)]
pub(crate) struct StoredPayment {
    pub(crate) row: i64,
    pub(crate) id: ObjectId<Payment>,
    pub(crate) allowance_row: i64,
    pub(crate) amount: Amount,
    pub(crate) currency: Currency,
    pub(crate) answer_before: Option<Time>,
    pub(crate) time: Time,
    pub(crate) stage: Stage,
    /// The amount came back because the bank said so.
    pub(crate) is_released_by_bank: bool,
}

/// What a receipt does to a payment.
pub(crate) struct ReceiptChange<'a> {
    pub(crate) row: i64,
    pub(crate) stage: Stage,
    pub(crate) receipt: &'a Receipt,
    pub(crate) bytes: &'a [u8],
}

const COLUMNS: &str =
    "row, id, allowance, amount, currency, answer_before, time, stage, is_released_by_bank";

impl StoredPayment {
    fn read(row: &Row<'_>) -> Result<Self, StoreError> {
        let answer_before: Option<i64> = row.get("answer_before")?;
        Ok(Self {
            row: row.get("row")?,
            id: sqlite::bytes(row, "id", |it| ObjectId::try_from(it).ok())?,
            allowance_row: row.get("allowance")?,
            amount: sqlite::amount(row, "amount")?,
            currency: Currency::new(row.get("currency")?)
                .map_err(|_| StoreError::Damaged("currency"))?,
            answer_before: match answer_before {
                Some(_) => Some(sqlite::time(row, "answer_before")?),
                None => None,
            },
            time: sqlite::time(row, "time")?,
            stage: Stage::from_value(row.get("stage")?)
                .ok_or(StoreError::Damaged("payment stage"))?,
            is_released_by_bank: row.get("is_released_by_bank")?,
        })
    }
}

pub(crate) const fn place(column: &'static str, row: i64) -> Place {
    Place {
        table: "payments",
        column,
        row,
    }
}

impl Store {
    /// The row the next payment will have: what is sealed in it is bound to it.
    pub(crate) const fn next_payment_row(&self) -> i64 {
        self.next_payment_row
    }

    pub(crate) fn payment_was_committed(&mut self) {
        self.next_payment_row = self.next_payment_row.saturating_add(1);
    }

    /// The newest payment that answers this request.
    pub(crate) fn latest_answer(
        &self,
        request: &ObjectId<Request>,
    ) -> Result<Option<StoredPayment>, StoreError> {
        let sql = format!(
            "SELECT {COLUMNS} FROM payments WHERE request_id = ?1 ORDER BY row DESC LIMIT 1"
        );
        let mut statement = self.read()?.prepare_cached(&sql)?;
        let mut rows = statement.query(params![request.as_bytes()])?;
        rows.next()?.map(StoredPayment::read).transpose()
    }

    pub(crate) fn payment(
        &self,
        id: &ObjectId<Payment>,
    ) -> Result<Option<StoredPayment>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM payments WHERE id = ?1");
        let mut statement = self.read()?.prepare_cached(&sql)?;
        let mut rows = statement.query(params![id.as_bytes()])?;
        rows.next()?.map(StoredPayment::read).transpose()
    }

    pub(crate) fn payment_at(&self, row: i64) -> Result<Option<StoredPayment>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM payments WHERE row = ?1");
        let mut statement = self.read()?.prepare_cached(&sql)?;
        let mut rows = statement.query(params![row])?;
        rows.next()?.map(StoredPayment::read).transpose()
    }

    /// Payments that a receipt may still change, newest first, at most `limit`.
    pub(crate) fn unsettled(&self, limit: u32) -> Result<Vec<StoredPayment>, StoreError> {
        let sql = format!(
            "SELECT {COLUMNS} FROM payments INDEXED BY payments_unsettled \
             WHERE stage <= 4 ORDER BY row DESC LIMIT ?1"
        );
        let mut statement = self.read()?.prepare_cached(&sql)?;
        let mut rows = statement.query(params![limit])?;
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            found.push(StoredPayment::read(row)?);
        }
        Ok(found)
    }

    /// Of the latest `among` payments those that the bank has paid, newest first.
    pub(crate) fn lately_settled(&self, among: u32) -> Result<Vec<StoredPayment>, StoreError> {
        let sql = format!(
            "SELECT {COLUMNS} FROM (SELECT * FROM payments ORDER BY row DESC LIMIT ?1) WHERE stage = ?2"
        );
        let mut statement = self.read()?.prepare_cached(&sql)?;
        let mut rows = statement.query(params![among, Stage::Settled.value()])?;
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            found.push(StoredPayment::read(row)?);
        }
        Ok(found)
    }

    /// Message 1 that the payment answers.
    pub(crate) fn request_of(&self, row: i64) -> Result<Vec<u8>, StoreError> {
        self.sealed("sealed_request", row)
    }

    /// Message 2.
    pub(crate) fn token_of(&self, row: i64) -> Result<Vec<u8>, StoreError> {
        self.sealed("sealed_token", row)
    }

    fn sealed(&self, column: &'static str, row: i64) -> Result<Vec<u8>, StoreError> {
        let sql = format!("SELECT {column} FROM payments WHERE row = ?1");
        let value: Option<Vec<u8>> = self
            .read()?
            .prepare_cached(&sql)?
            .query_row(params![row], |row| row.get(0))
            .optional()?;
        let value = value.ok_or(StoreError::Damaged("payment"))?;
        Ok(self.sealer().open_at(place(column, row), &value)?)
    }
}

impl Tx<'_> {
    pub(crate) fn put_payment(&self, row: i64, new: &NewPayment<'_>) -> Result<(), StoreError> {
        let seal = |column, plain: &[u8]| self.sealer.seal_at(place(column, row), plain);
        let reference = new
            .reference
            .map(|text| seal("sealed_reference", text.as_bytes()))
            .transpose()?;
        self.db
            .prepare_cached(
                "INSERT INTO payments (row, id, allowance, sequence, currency, amount, request_id, \
                 answer_before, time, stage, sealed_merchant, sealed_reference, sealed_request, \
                 sealed_token) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)",
            )?
            .execute(params![
                row,
                new.payment.id().as_bytes(),
                new.allowance_row,
                new.payment.sequence.get(),
                new.currency.numeric(),
                sqlite::amount_to_sql(new.payment.amount),
                new.payment.request_id.as_bytes(),
                new.answer_before.map(sqlite::time_to_sql),
                sqlite::time_to_sql(new.payment.time),
                Stage::Committed.value(),
                seal("sealed_merchant", new.merchant_name.as_bytes())?,
                reference,
                seal("sealed_request", new.request)?,
                seal("sealed_token", new.token)?,
            ])?;
        Ok(())
    }

    /// Row and figures of the payment, if this is the first that is heard of it.
    pub(crate) fn put_presented(
        &self,
        id: &ObjectId<Payment>,
    ) -> Result<Option<(i64, Amount, Currency)>, StoreError> {
        let mut statement = self.db.prepare_cached(
            "UPDATE payments SET stage = 2 WHERE id = ?1 AND stage = 1 \
             RETURNING row, amount, currency",
        )?;
        let mut rows = statement.query(params![id.as_bytes()])?;
        rows.next()?.map(figures).transpose()
    }

    pub(crate) fn put_receipt(&self, change: &ReceiptChange<'_>) -> Result<(), StoreError> {
        use skilling_protocol::objects::Outcome;
        let (sql, column, code) = match change.receipt.outcome {
            Outcome::Accepted => (
                "UPDATE payments SET stage = ?2, receipt_time = ?3, declined_code = ?4, \
                 sealed_accepted = ?5, is_reported = 0 WHERE row = ?1",
                "sealed_accepted",
                None,
            ),
            Outcome::Voided => (FINAL, "sealed_final", None),
            Outcome::Declined { code } => (FINAL, "sealed_final", Some(code)),
        };
        let sealed = self
            .sealer
            .seal_at(place(column, change.row), change.bytes)?;
        self.db.prepare_cached(sql)?.execute(params![
            change.row,
            change.stage.value(),
            sqlite::time_to_sql(change.receipt.time),
            code,
            sealed
        ])?;
        Ok(())
    }

    /// Payments whose session is over: committed and presented become unconfirmed. Gives row and figures of those that nobody had
    /// noted as presented, oldest first.
    pub(crate) fn end_sessions(&self) -> Result<Vec<(i64, Amount, Currency)>, StoreError> {
        let mut statement = self.db.prepare_cached(
            "SELECT row, amount, currency FROM payments INDEXED BY payments_under_way \
             WHERE stage <= 2 AND stage = 1 ORDER BY row",
        )?;
        let mut rows = statement.query([])?;
        let mut unnoted = Vec::new();
        while let Some(row) = rows.next()? {
            unnoted.push(figures(row)?);
        }
        self.db
            .prepare_cached(
                "UPDATE payments INDEXED BY payments_under_way SET stage = 3 WHERE stage <= 2",
            )?
            .execute([])?;
        Ok(unnoted)
    }
}

/// What an event of a payment holds.
fn figures(row: &Row<'_>) -> Result<(i64, Amount, Currency), StoreError> {
    let currency = Currency::new(row.get("currency")?);
    let currency = currency.map_err(|_| StoreError::Damaged("currency"))?;
    Ok((row.get("row")?, sqlite::amount(row, "amount")?, currency))
}

const FINAL: &str = "UPDATE payments SET stage = ?2, receipt_time = ?3, declined_code = ?4, \
                     sealed_final = ?5, is_reported = 0 WHERE row = ?1";
