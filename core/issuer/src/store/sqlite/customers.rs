//! Customers, what they may draw on, and their phones, in SQL.

use rusqlite::params;
use skilling_platform::sqlite::{amount_to_sql, time_to_sql};
use skilling_protocol::values::{Currency, Digest, PublicKey};

use super::read;
use super::tx::{SqliteTx, Stored};
use crate::store::{CodeRow, CustomerId, CustomerRow, Customers, FundsRow, LinkRow, Tier};

impl Customers for SqliteTx<'_> {
    fn put_customer(&mut self, it: &CustomerRow) -> Stored<()> {
        self.write(
            "INSERT INTO customer (id, name, tier, blocked) VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT (id) DO UPDATE SET name = ?2, tier = ?3, blocked = ?4",
            params![it.id.as_bytes(), it.name, it.tier, it.blocked],
        )?;
        Ok(())
    }

    fn customer(&mut self, id: CustomerId) -> Stored<Option<CustomerRow>> {
        let sql = "SELECT * FROM customer WHERE id = ?1";
        self.one(sql, [id.as_bytes()], read::customer)
    }

    fn put_funds(&mut self, it: &FundsRow) -> Stored<()> {
        let (currency, line) = (it.currency.numeric(), amount_to_sql(it.line));
        self.write(
            "INSERT INTO funds (customer, currency, funding, line) VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT (customer, currency) DO UPDATE SET funding = ?3, line = ?4",
            params![it.customer.as_bytes(), currency, it.funding.name(), line],
        )?;
        Ok(())
    }

    fn funds(&mut self, customer: CustomerId, currency: Currency) -> Stored<Option<FundsRow>> {
        let sql = "SELECT * FROM funds WHERE customer = ?1 AND currency = ?2";
        let key = params![customer.as_bytes(), currency.numeric()];
        self.one(sql, key, read::funds)
    }

    fn put_tier(&mut self, it: &Tier) -> Stored<()> {
        self.write(
            "INSERT INTO tier (name, max_limit, max_open, min_key_protection, categories)
             VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT (name) DO UPDATE SET
             max_limit = ?2, max_open = ?3, min_key_protection = ?4, categories = ?5",
            params![
                it.name,
                it.max_limit.map(amount_to_sql),
                it.max_open,
                it.min_key_protection.value(),
                read::categories_to_sql(it.categories.as_ref()),
            ],
        )?;
        Ok(())
    }

    fn tier(&mut self, name: &str) -> Stored<Option<Tier>> {
        self.one("SELECT * FROM tier WHERE name = ?1", [name], read::tier)
    }

    fn put_code(&mut self, it: &CodeRow) -> Stored<()> {
        let used_by = it.used_by.map(|key| *key.as_bytes());
        self.write(
            "INSERT INTO enrolment_code (digest, customer, used_by) VALUES (?1, ?2, ?3)
             ON CONFLICT (digest) DO UPDATE SET used_by = ?3",
            params![it.digest.as_bytes(), it.customer.as_bytes(), used_by],
        )?;
        Ok(())
    }

    fn code(&mut self, digest: Digest) -> Stored<Option<CodeRow>> {
        let sql = "SELECT * FROM enrolment_code WHERE digest = ?1";
        self.one(sql, [digest.as_bytes()], read::code)
    }

    fn put_link(&mut self, it: &LinkRow) -> Stored<()> {
        self.write(
            "INSERT INTO link (key, customer, attestation_kind, blocked, enrolled_at)
             VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT (key) DO UPDATE SET blocked = ?4",
            params![
                it.key.as_bytes(),
                it.customer.as_bytes(),
                it.attestation_kind,
                it.blocked,
                time_to_sql(it.enrolled_at),
            ],
        )?;
        Ok(())
    }

    fn link(&mut self, key: &PublicKey) -> Stored<Option<LinkRow>> {
        let sql = "SELECT * FROM link WHERE key = ?1";
        self.one(sql, [key.as_bytes()], read::link)
    }

    fn links_of(&mut self, customer: CustomerId) -> Stored<Vec<LinkRow>> {
        let sql = "SELECT * FROM link WHERE customer = ?1";
        self.all(sql, [customer.as_bytes()], read::link)
    }
}
