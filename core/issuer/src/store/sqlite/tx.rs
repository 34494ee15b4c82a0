//! The operations of the store in SQL: one statement each, cached by the connection.

use rusqlite::{OptionalExtension, Params, Row, Transaction, named_params, params};
use skilling_platform::sqlite::{amount_to_sql, time_to_sql};
use skilling_protocol::values::{Currency, Digest, KeyId, MerchantId, Nonce, PublicKey, Time};

use super::read;
use crate::store::{
    Account, AllowanceId, AllowanceRow, Answer, Claim, CodeRow, CustomerId, CustomerRow, Forward,
    FundsRow, LinkRow, PaymentId, PaymentRow, Pending, ProofRow, StatusHead, StoreError,
    TerminalRow, Tier, Transfer, Tx,
};

pub(super) struct SqliteTx<'c>(pub(super) &'c Transaction<'c>);

type Stored<T> = Result<T, StoreError>;
type Reader<T> = fn(&Row<'_>) -> rusqlite::Result<T>;

impl SqliteTx<'_> {
    fn write(&self, sql: &str, params: impl Params) -> Stored<usize> {
        Ok(self.0.prepare_cached(sql)?.execute(params)?)
    }

    fn one<T>(&self, sql: &str, params: impl Params, read: Reader<T>) -> Stored<Option<T>> {
        let mut statement = self.0.prepare_cached(sql)?;
        Ok(statement.query_row(params, read).optional()?)
    }

    fn all<T>(&self, sql: &str, params: impl Params, read: Reader<T>) -> Stored<Vec<T>> {
        let mut statement = self.0.prepare_cached(sql)?;
        let rows = statement.query_map(params, read)?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    fn exists(&self, sql: &str, params: impl Params) -> Stored<bool> {
        Ok(self.0.prepare_cached(sql)?.exists(params)?)
    }

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

impl Tx for SqliteTx<'_> {
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

    fn allowances_of(&mut self, link: &PublicKey) -> Stored<Vec<AllowanceRow>> {
        let sql = "SELECT * FROM allowance WHERE link = ?1 ORDER BY id";
        self.all(sql, [link.as_bytes()], read::allowance)
    }

    fn unreported(&mut self, link: &PublicKey) -> Stored<Vec<PaymentRow>> {
        let sql = "SELECT * FROM payment WHERE link = ?1 AND reported IS NOT standing";
        self.all(sql, [link.as_bytes()], read::payment)
    }

    fn put_nonce(&mut self, nonce: Nonce, expires: Time) -> Stored<()> {
        self.write(
            "INSERT INTO nonce (value, expires) VALUES (?1, ?2)",
            params![nonce.as_bytes(), time_to_sql(expires)],
        )?;
        Ok(())
    }

    fn take_nonce(&mut self, nonce: Nonce, now: Time) -> Stored<bool> {
        let taken: Option<i64> = self.one(
            "DELETE FROM nonce WHERE value = ?1 RETURNING expires",
            [nonce.as_bytes()],
            |row| row.get(0),
        )?;
        Ok(taken.is_some_and(|expires| time_to_sql(now) < expires))
    }

    fn answer(&mut self, scope: &str, key: &[u8], id: &[u8]) -> Stored<Option<Answer>> {
        let sql = "SELECT * FROM answer WHERE scope = ?1 AND key = ?2 AND id = ?3";
        self.one(sql, params![scope, key, id], read::answer)
    }

    fn put_answer(&mut self, scope: &str, key: &[u8], id: &[u8], it: &Answer) -> Stored<()> {
        let (request, at) = (it.request.as_bytes(), time_to_sql(it.at));
        self.write(
            "INSERT INTO answer (scope, key, id, request, body, at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            params![scope, key, id, request, it.body, at],
        )?;
        Ok(())
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

    fn forget(&mut self, now: Time, answers_before: Time) -> Stored<()> {
        let sql = "DELETE FROM nonce WHERE expires <= ?1";
        self.write(sql, [time_to_sql(now)])?;
        let sql = "DELETE FROM answer WHERE at < ?1";
        self.write(sql, [time_to_sql(answers_before)])?;
        Ok(())
    }
}
