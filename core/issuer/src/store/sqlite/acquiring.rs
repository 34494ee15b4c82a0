//! Terminals, claims on other issuers, and deposits to be presented to them, in SQL.

use rusqlite::params;
use skilling_platform::sqlite::{amount_to_sql, time_to_sql};
use skilling_protocol::values::{Digest, KeyId, MerchantId, PublicKey};

use super::read;
use super::tx::{SqliteTx, Stored};
use crate::store::{Acquiring, Claim, Forward, PaymentId, TerminalRow};

impl Acquiring for SqliteTx<'_> {
    fn put_claim(&mut self, it: &Claim) -> Stored<()> {
        self.write(
            "INSERT INTO claim (payment, issuer, merchant, currency, amount, standing, seen_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT (payment) DO UPDATE SET standing = ?6",
            params![
                it.payment.as_bytes(),
                it.issuer.as_bytes(),
                it.merchant.as_bytes(),
                it.currency.numeric(),
                amount_to_sql(it.amount),
                it.standing.name(),
                time_to_sql(it.seen_at),
            ],
        )?;
        Ok(())
    }

    fn claim(&mut self, id: PaymentId) -> Stored<Option<Claim>> {
        let sql = "SELECT * FROM claim WHERE payment = ?1";
        self.one(sql, [id.as_bytes()], read::claim)
    }

    fn put_terminal(&mut self, it: &TerminalRow) -> Stored<()> {
        let (merchant, terminal) = (it.merchant.as_bytes(), it.terminal_id.as_bytes());
        let replaced_by = it.replaced_by.map(|key| *key.as_bytes());
        self.write(
            "INSERT INTO terminal (key, merchant, terminal_id, certificate, replaced_by)
             VALUES (?1, ?2, ?3, ?4, ?5)
             ON CONFLICT (key) DO UPDATE SET certificate = ?4, replaced_by = ?5",
            params![
                it.key.as_bytes(),
                merchant,
                terminal,
                it.certificate,
                replaced_by
            ],
        )?;
        Ok(())
    }

    fn terminal(&mut self, key: &PublicKey) -> Stored<Option<TerminalRow>> {
        let sql = "SELECT * FROM terminal WHERE key = ?1";
        self.one(sql, [key.as_bytes()], read::terminal)
    }

    fn terminal_of(&mut self, merchant: MerchantId) -> Stored<Option<TerminalRow>> {
        let sql = "SELECT * FROM terminal WHERE merchant = ?1 LIMIT 1";
        self.one(sql, [merchant.as_bytes()], read::terminal)
    }

    fn put_forward(&mut self, it: &Forward) -> Stored<()> {
        self.write(
            "INSERT INTO forward (deposit, issuer_id, issuer, call, seen_at)
             VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT DO NOTHING",
            params![
                it.deposit.as_bytes(),
                it.issuer.key_id().0,
                it.issuer.as_bytes(),
                it.call,
                time_to_sql(it.seen_at),
            ],
        )?;
        Ok(())
    }

    fn forwards_of(&mut self, deposit: Digest) -> Stored<Vec<Forward>> {
        let sql = "SELECT * FROM forward WHERE deposit = ?1";
        self.all(sql, [deposit.as_bytes()], read::forward)
    }

    fn forwards(&mut self, limit: u32) -> Stored<Vec<Forward>> {
        let sql = "SELECT * FROM forward ORDER BY seen_at LIMIT ?1";
        self.all(sql, [limit], read::forward)
    }

    fn drop_forward(&mut self, deposit: Digest, issuer: KeyId) -> Stored<()> {
        self.write(
            "DELETE FROM forward WHERE deposit = ?1 AND issuer_id = ?2",
            params![deposit.as_bytes(), issuer.0],
        )?;
        Ok(())
    }
}
