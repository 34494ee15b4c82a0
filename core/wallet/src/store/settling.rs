//! Payments as the bank sees them: evidence that it has not answered to, and what it said.

use rusqlite::{OptionalExtension as _, params};
use skilling_platform::sqlite;
use skilling_protocol::message::{Evidence, Expected, PaymentRequest, Token};
use skilling_protocol::objects::{Allowance, Payment, PaymentState};
use skilling_protocol::values::{Amount, Currency, ObjectId, PublicKey, Time};

use super::payments::place;
use super::{AllowanceState, Store, StoreError, Tx};
use crate::payment::Stage;

/// A payment that the bank may say something of.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Settling {
    pub(crate) row: i64,
    pub(crate) allowance_row: i64,
    pub(crate) amount: Amount,
    pub(crate) currency: Currency,
    pub(crate) stage: Stage,
    /// What the bank said last.
    pub(crate) said: Option<PaymentState>,
    pub(crate) is_released_by_bank: bool,
    /// Receipts held now.
    pub(crate) receipts: usize,
}

impl Store {
    /// The first payment after `row` whose evidence the bank has not answered to.
    pub(crate) fn next_unreported(&self, bank: i64, row: i64) -> Result<Option<i64>, StoreError> {
        Ok(self
            .read()?
            .prepare_cached(
                "SELECT payments.row FROM payments INDEXED BY payments_unreported \
                 JOIN allowances ON allowances.row = payments.allowance \
                 WHERE payments.is_reported = 0 AND payments.row > ?2 AND allowances.bank = ?1 \
                 ORDER BY payments.row LIMIT 1",
            )?
            .query_row(params![bank, row], |row| row.get(0))
            .optional()?)
    }

    /// Everything held of a payment: token, request, receipts.
    pub(crate) fn evidence(&self, row: i64) -> Result<Evidence, StoreError> {
        let damaged = |_| StoreError::Damaged("evidence");
        let mut receipts = Vec::new();
        for bytes in self.receipts_of(row)? {
            receipts.push(Expected::decode(&bytes).map_err(damaged)?);
        }
        Ok(Evidence {
            token: Token::decode(&self.token_of(row)?).map_err(damaged)?,
            request: PaymentRequest::decode(&self.request_of(row)?).map_err(damaged)?,
            receipts,
        })
    }

    /// Receipt messages, the accepted one first.
    pub(crate) fn receipts_of(&self, row: i64) -> Result<Vec<Vec<u8>>, StoreError> {
        let sealed: (Option<Vec<u8>>, Option<Vec<u8>>) = self
            .read()?
            .prepare_cached("SELECT sealed_accepted, sealed_final FROM payments WHERE row = ?1")?
            .query_row(params![row], |row| Ok((row.get(0)?, row.get(1)?)))?;
        let columns = [("sealed_accepted", sealed.0), ("sealed_final", sealed.1)];
        columns
            .into_iter()
            .filter_map(|(column, sealed)| Some((column, sealed?)))
            .map(|(column, sealed)| Ok(self.sealer().open_at(place(column, row), &sealed)?))
            .collect()
    }

    /// Which bank granted the allowance, once that is known.
    pub(crate) fn bank_of(&self, allowance_row: i64) -> Result<Option<i64>, StoreError> {
        Ok(self
            .read()?
            .prepare_cached("SELECT bank FROM allowances WHERE row = ?1")?
            .query_row(params![allowance_row], |row| row.get(0))?)
    }
}

impl Tx<'_> {
    /// A payment under an allowance of this bank; no bank speaks of another's.
    pub(crate) fn settling(
        &self,
        bank: i64,
        id: &ObjectId<Payment>,
    ) -> Result<Option<Settling>, StoreError> {
        let mut statement = self.db.prepare_cached(
            "SELECT payments.row, allowance, amount, currency, stage, settlement, is_released_by_bank, \
             (sealed_accepted IS NOT NULL) + (sealed_final IS NOT NULL) AS receipts \
             FROM payments JOIN allowances ON allowances.row = payments.allowance \
             WHERE payments.id = ?1 AND allowances.bank = ?2",
        )?;
        let mut rows = statement.query(params![id.as_bytes(), bank])?;
        let Some(row) = rows.next()? else {
            return Ok(None);
        };
        let receipts: u8 = row.get("receipts")?;
        let said: Option<u64> = row.get::<_, Option<u8>>("settlement")?.map(u64::from);
        Ok(Some(Settling {
            row: row.get("row")?,
            allowance_row: row.get("allowance")?,
            amount: sqlite::amount(row, "amount")?,
            currency: Currency::new(row.get("currency")?)
                .map_err(|_| StoreError::Damaged("currency"))?,
            said: said
                .map(|said| PaymentState::from_value(said).ok_or(StoreError::Damaged("settlement")))
                .transpose()?,
            stage: Stage::from_value(row.get("stage")?)
                .ok_or(StoreError::Damaged("payment stage"))?,
            is_released_by_bank: row.get("is_released_by_bank")?,
            receipts: receipts.into(),
        }))
    }

    /// What the bank said, kept with its time; the next stage; whether the evidence as it stands was answered to.
    pub(crate) fn put_settlement(
        &self,
        payment: &Settling,
        said: PaymentState,
        time: Time,
        is_reported: bool,
    ) -> Result<(), StoreError> {
        self.db
            .prepare_cached(
                "UPDATE payments SET settlement = ?2, stage = ?3, is_released_by_bank = ?4, \
                 is_reported = max(is_reported, ?5) WHERE row = ?1",
            )?
            .execute(params![
                payment.row,
                said.value(),
                payment.stage.value(),
                payment.is_released_by_bank,
                is_reported
            ])?;
        self.db
            .prepare_cached("INSERT OR REPLACE INTO settlements VALUES (?1, ?2, ?3)")?
            .execute(params![
                payment.row,
                sqlite::time_to_sql(time),
                said.value()
            ])?;
        Ok(())
    }

    pub(crate) fn put_reserved(
        &self,
        bank: i64,
        id: &ObjectId<Allowance>,
        reserved: Amount,
    ) -> Result<bool, StoreError> {
        let changed = self
            .db
            .prepare_cached("UPDATE allowances SET reserved = ?3 WHERE id = ?1 AND bank = ?2")?
            .execute(params![
                id.as_bytes(),
                bank,
                sqlite::amount_to_sql(reserved)
            ])?;
        Ok(changed == 1)
    }

    pub(crate) fn has_allowance(&self, id: &ObjectId<Allowance>) -> Result<bool, StoreError> {
        let mut statement = self
            .db
            .prepare_cached("SELECT 1 FROM allowances WHERE id = ?1")?;
        Ok(statement.exists(params![id.as_bytes()])?)
    }

    /// The bank has answered to the end of this allowance. Nothing if it ended otherwise since.
    pub(crate) fn end_was_reported(
        &self,
        row: i64,
        state: AllowanceState,
    ) -> Result<(), StoreError> {
        self.db.execute(
            "UPDATE allowances SET is_reported = 1 WHERE row = ?1 AND state = ?2",
            params![row, state.value()],
        )?;
        Ok(())
    }

    pub(crate) fn put_bank_of(&self, allowance_row: i64, bank: i64) -> Result<(), StoreError> {
        self.db.execute(
            "UPDATE allowances SET bank = ?2 WHERE row = ?1",
            params![allowance_row, bank],
        )?;
        Ok(())
    }

    /// Allowances that came by hand belong to the bank whose key signed them.
    pub(crate) fn adopt(&self, bank: i64, issuer_key: &PublicKey) -> Result<(), StoreError> {
        self.db.execute(
            "UPDATE allowances SET bank = ?1 WHERE bank IS NULL AND issuer_key = ?2",
            params![bank, issuer_key.as_bytes()],
        )?;
        Ok(())
    }
}
