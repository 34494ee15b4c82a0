//! Reports, off the hot path, in SQL.

use rusqlite::params;
use skilling_protocol::values::Currency;

use super::read;
use super::tx::{SqliteTx, Stored};
use crate::store::{Account, Claim, PaymentId, PaymentRow, Pending, ProofRow, Reports};

impl Reports for SqliteTx<'_> {
    fn totals(&mut self) -> Stored<Vec<(Currency, &'static str, i64)>> {
        let rows = self.all(
            "SELECT currency, kind, sum(balance) AS balance FROM account
             GROUP BY currency, kind ORDER BY currency, kind",
            [],
            |row| {
                let kind: String = row.get("kind")?;
                Ok((read::currency(row, "currency")?, kind, row.get("balance")?))
            },
        )?;
        let known = |(currency, kind, balance): (Currency, String, i64)| {
            let kind = Account::KINDS.into_iter().find(|it| *it == kind)?;
            Some((currency, kind, balance))
        };
        Ok(rows.into_iter().filter_map(known).collect())
    }

    fn sums(&mut self) -> Stored<Vec<(Currency, i64)>> {
        self.all(
            "SELECT account.currency AS currency, sum(leg.amount) AS balance FROM
                 (SELECT \"to\" AS account, amount FROM transfer
                  UNION ALL SELECT \"from\", -amount FROM transfer) AS leg
             JOIN account ON account.id = leg.account
             GROUP BY account.currency ORDER BY account.currency",
            [],
            |row| Ok((read::currency(row, "currency")?, row.get("balance")?)),
        )
    }

    fn balances(&mut self, kind: &str) -> Stored<Vec<(Vec<u8>, Currency, i64)>> {
        self.all(
            "SELECT owner, currency, balance FROM account WHERE kind = ?1 AND balance <> 0
             ORDER BY owner, currency",
            [kind],
            |row| {
                let currency = read::currency(row, "currency")?;
                Ok((row.get("owner")?, currency, row.get("balance")?))
            },
        )
    }

    fn payments(&mut self, after: Option<PaymentId>, limit: u32) -> Stored<Vec<PaymentRow>> {
        let after = after.map_or_else(Vec::new, |it| it.as_bytes().to_vec());
        let sql = "SELECT * FROM payment WHERE id > ?1 ORDER BY id LIMIT ?2";
        self.all(sql, params![after, limit], read::payment)
    }

    fn pending(&mut self) -> Stored<Vec<Pending>> {
        let sql = "SELECT * FROM payment WHERE standing = 'pending' ORDER BY seen_at";
        self.all(sql, [], |row| {
            let payment = read::payment(row)?;
            Ok(Pending {
                payment: payment.id,
                acquirer: payment.acquirer,
                merchant: payment.merchant,
                currency: payment.currency,
                amount: payment.amount,
                seen_at: payment.seen_at,
            })
        })
    }

    fn open_claims(&mut self) -> Stored<Vec<Claim>> {
        let sql = "SELECT * FROM claim WHERE standing IN ('pending', 'disputed') ORDER BY seen_at";
        self.all(sql, [], read::claim)
    }

    fn proofs(&mut self) -> Stored<Vec<ProofRow>> {
        let sql = "SELECT * FROM proof ORDER BY found_at, first, second";
        self.all(sql, [], read::proof)
    }
}
