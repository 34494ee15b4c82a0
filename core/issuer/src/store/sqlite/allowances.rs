//! Allowances, payments, proofs and the status list, in SQL.

use rusqlite::{named_params, params};
use skilling_platform::sqlite::{amount_to_sql, time_to_sql};
use skilling_protocol::values::{PublicKey, Time};

use super::read;
use super::tx::{SqliteTx, Stored};
use crate::store::{
    AllowanceId, AllowanceRow, Allowances, PaymentId, PaymentRow, ProofRow, StatusHead,
};

impl Allowances for SqliteTx<'_> {
    fn allowances_of(&mut self, link: &PublicKey) -> Stored<Vec<AllowanceRow>> {
        let sql = "SELECT * FROM allowance WHERE link = ?1 ORDER BY id";
        self.all(sql, [link.as_bytes()], read::allowance)
    }

    fn unreported(&mut self, link: &PublicKey) -> Stored<Vec<PaymentRow>> {
        let sql = "SELECT * FROM payment WHERE link = ?1 AND reported IS NOT standing";
        self.all(sql, [link.as_bytes()], read::payment)
    }

    fn put_allowance(&mut self, it: &AllowanceRow) -> Stored<()> {
        self.write(
            "INSERT INTO allowance VALUES (:id, :link, :customer, :funding, :pay_key, :currency,
                 :limit, :valid_from, :valid_until, :deposit_window, :status_index, :revoked,
                 :standing, :greatest_spent, :settled, :closing_sync, :signed)
             ON CONFLICT (id) DO UPDATE SET revoked = :revoked, standing = :standing,
                 greatest_spent = :greatest_spent, settled = :settled, closing_sync = :closing_sync",
            named_params! {
                ":id": it.id.as_bytes(),
                ":link": it.link.as_bytes(),
                ":customer": it.customer.as_bytes(),
                ":funding": it.funding.name(),
                ":pay_key": it.pay_key.as_bytes(),
                ":currency": it.currency.numeric(),
                ":limit": amount_to_sql(it.limit),
                ":valid_from": time_to_sql(it.valid_from),
                ":valid_until": time_to_sql(it.valid_until),
                ":deposit_window": it.deposit_window.0,
                ":status_index": it.status_index,
                ":revoked": it.revoked,
                ":standing": it.standing.name(),
                ":greatest_spent": amount_to_sql(it.greatest_spent),
                ":settled": it.settled,
                ":closing_sync": it.closing_sync,
                ":signed": it.signed,
            },
        )?;
        Ok(())
    }

    fn allowance(&mut self, id: AllowanceId) -> Stored<Option<AllowanceRow>> {
        let sql = "SELECT * FROM allowance WHERE id = ?1";
        self.one(sql, [id.as_bytes()], read::allowance)
    }

    fn pay_key_is_used(&mut self, key: &PublicKey) -> Stored<bool> {
        let sql = "SELECT 1 FROM allowance WHERE pay_key = ?1";
        self.exists(sql, [key.as_bytes()])
    }

    fn status_index_is_used(&mut self, index: u32) -> Stored<bool> {
        self.exists("SELECT 1 FROM allowance WHERE status_index = ?1", [index])
    }

    fn allowances_due(
        &mut self,
        now: Time,
        after: Option<AllowanceId>,
        limit: u32,
    ) -> Stored<Vec<AllowanceRow>> {
        let after = after.map_or_else(Vec::new, |it| it.as_bytes().to_vec());
        self.all(
            "SELECT * FROM allowance WHERE settled = 0 AND valid_until + deposit_window <= ?1
             AND id > ?2 ORDER BY id LIMIT ?3",
            params![time_to_sql(now), after, limit],
            read::allowance,
        )
    }

    fn payments_of(&mut self, allowance: AllowanceId) -> Stored<Vec<PaymentRow>> {
        let sql = "SELECT * FROM payment WHERE allowance = ?1 ORDER BY sequence, id";
        self.all(sql, [allowance.as_bytes()], read::payment)
    }

    fn put_proof(&mut self, it: &ProofRow) -> Stored<bool> {
        let new = self.write(
            "INSERT INTO proof (first, second, allowance, currency, kind, message, found_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT DO NOTHING",
            params![
                it.payments.0.as_bytes(),
                it.payments.1.as_bytes(),
                it.allowance.as_bytes(),
                it.currency.numeric(),
                it.kind,
                it.message,
                time_to_sql(it.found_at),
            ],
        )?;
        Ok(new == 1)
    }

    fn put_payment(&mut self, it: &PaymentRow) -> Stored<()> {
        self.write(
            "INSERT INTO payment VALUES (:id, :allowance, :link, :currency, :sequence, :amount,
                 :spent, :released, :acquirer, :merchant, :standing, :reported, :seen_at, :evidence)
             ON CONFLICT (id) DO UPDATE SET standing = :standing, reported = :reported,
                 acquirer = :acquirer, evidence = :evidence",
            named_params! {
                ":id": it.id.as_bytes(),
                ":allowance": it.allowance.as_bytes(),
                ":link": it.link.as_bytes(),
                ":currency": it.currency.numeric(),
                ":sequence": it.sequence,
                ":amount": amount_to_sql(it.amount),
                ":spent": amount_to_sql(it.spent),
                ":released": amount_to_sql(it.released),
                ":acquirer": it.acquirer.0,
                ":merchant": it.merchant.as_bytes(),
                ":standing": it.standing.name(),
                ":reported": it.reported.map(crate::settle::Standing::name),
                ":seen_at": time_to_sql(it.seen_at),
                ":evidence": it.evidence,
            },
        )?;
        Ok(())
    }

    fn payment(&mut self, id: PaymentId) -> Stored<Option<PaymentRow>> {
        let sql = "SELECT * FROM payment WHERE id = ?1";
        self.one(sql, [id.as_bytes()], read::payment)
    }

    fn status_head(&mut self) -> Stored<StatusHead> {
        let sql = "SELECT * FROM status_list WHERE one = 1";
        Ok(self.one(sql, [], read::status_head)?.unwrap_or_default())
    }

    fn put_status_head(&mut self, it: &StatusHead) -> Stored<()> {
        self.write(
            "INSERT INTO status_list (one, revision, entries, used, published, issued_at, message)
             VALUES (1, ?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT (one) DO UPDATE SET revision = ?1,
             entries = ?2, used = ?3, published = ?4, issued_at = ?5, message = ?6",
            params![
                it.revision,
                it.entries,
                it.used,
                it.published,
                time_to_sql(it.issued_at),
                it.message,
            ],
        )?;
        Ok(())
    }

    fn revoked_indices(&mut self) -> Stored<Vec<u32>> {
        let sql = "SELECT status_index FROM allowance WHERE revoked = 1";
        self.all(sql, [], |row| row.get(0))
    }
}
