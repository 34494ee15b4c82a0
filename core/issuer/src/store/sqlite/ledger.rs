//! The books, in SQL.

use rusqlite::params;
use skilling_platform::sqlite::{amount_to_sql, time_to_sql};
use skilling_protocol::values::Currency;

use super::tx::{SqliteTx, Stored};
use crate::store::{Account, Ledger, Transfer};

impl SqliteTx<'_> {
    /// The account's row, made on first use.
    fn account_row(&self, account: Account, currency: Currency) -> Stored<i64> {
        let (kind, owner) = (account.kind(), account.owner());
        let key = params![kind, owner, currency.numeric()];
        let find = "SELECT id FROM account WHERE kind = ?1 AND owner = ?2 AND currency = ?3";
        if let Some(id) = self.one(find, key, |row| row.get(0))? {
            return Ok(id);
        }
        self.write(
            "INSERT INTO account (kind, owner, currency) VALUES (?1, ?2, ?3)",
            key,
        )?;
        Ok(self.0.last_insert_rowid())
    }
}

impl Ledger for SqliteTx<'_> {
    fn transfer(&mut self, it: &Transfer) -> Stored<()> {
        let from = self.account_row(it.from, it.currency)?;
        let to = self.account_row(it.to, it.currency)?;
        self.write(
            "INSERT INTO transfer (currency, \"from\", \"to\", amount, why, about, at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            params![
                it.currency.numeric(),
                from,
                to,
                amount_to_sql(it.amount),
                it.why,
                it.about.map(|id| id.0),
                time_to_sql(it.at),
            ],
        )?;
        Ok(())
    }

    fn balance(&mut self, account: Account, currency: Currency) -> Stored<i64> {
        let balance = self.one(
            "SELECT balance FROM account WHERE kind = ?1 AND owner = ?2 AND currency = ?3",
            params![account.kind(), account.owner(), currency.numeric()],
            |row| row.get(0),
        )?;
        Ok(balance.unwrap_or(0))
    }
}
