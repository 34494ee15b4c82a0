//! Rows of payments, of the allowances they are made under, and of proofs.

use rusqlite::{Connection, OptionalExtension as _, Row, params};
use skilling_platform::sqlite::{self, amount_to_sql, time_to_sql};
use skilling_protocol::fraud::PastPayment;
use skilling_protocol::objects::{Allowance, Outcome, Payment, Receipt, Sequence};
use skilling_protocol::rules::Acceptance;
use skilling_protocol::signed::{Signed, Verified};
use skilling_protocol::values::{Amount, Currency, ObjectId, PublicKey, Time};

use super::optional_time;

/// An allowance that was verified here before.
#[derive(Debug)]
pub(crate) struct AllowanceRow {
    pub(crate) row: i64,
    pub(crate) object: Vec<u8>,
    pub(crate) issuer_key: Vec<u8>,
    pub(crate) accepted: Amount,
}

pub(crate) fn allowance(
    tx: &Connection,
    id: &ObjectId<Allowance>,
) -> rusqlite::Result<Option<AllowanceRow>> {
    let sql = "SELECT id, object, issuer_key, accepted FROM allowance WHERE digest = ?1";
    tx.prepare_cached(sql)?
        .query_row([id.as_bytes()], |row| {
            Ok(AllowanceRow {
                row: row.get("id")?,
                object: row.get("object")?,
                issuer_key: row.get("issuer_key")?,
                accepted: sqlite::amount(row, "accepted")?,
            })
        })
        .optional()
}

pub(crate) fn remember_allowance(tx: &Connection, proven: &Acceptance) -> rusqlite::Result<i64> {
    let sql = "INSERT INTO allowance (digest, object, issuer_key) VALUES (?1, ?2, ?3)";
    tx.prepare_cached(sql)?.insert(params![
        proven.allowance.id().as_bytes(),
        proven.allowance.signed().to_bytes(),
        proven.issuer_key.as_bytes(),
    ])
}

pub(crate) fn set_accepted(tx: &Connection, allowance: i64, total: Amount) -> rusqlite::Result<()> {
    tx.prepare_cached("UPDATE allowance SET accepted = ?2 WHERE id = ?1")?
        .execute([allowance, amount_to_sql(total)])?;
    Ok(())
}

/// What rules 24 and 25 need of the past: whichever has the same number, and the nearest before and after it.
///
/// The nearest are enough. As long as no two stored payments of an allowance contradict each other, `spent` and
/// `released` rise with the number, so the nearest before has the highest of both and the nearest after has the lowest
/// `released` and `spent - amount`. Once two do contradict each other, the key is convicted and rule 9 decides.
pub(crate) fn history(
    tx: &Connection,
    allowance: i64,
    sequence: Sequence,
) -> rusqlite::Result<Vec<PastPayment>> {
    let mut found = Vec::with_capacity(3);
    for sql in [
        "SELECT digest, sequence, amount, spent, released FROM payment
         WHERE allowance = ?1 AND sequence <= ?2 ORDER BY sequence DESC LIMIT 2",
        "SELECT digest, sequence, amount, spent, released FROM payment
         WHERE allowance = ?1 AND sequence > ?2 ORDER BY sequence LIMIT 1",
    ] {
        let mut statement = tx.prepare_cached(sql)?;
        let rows = statement.query_map([allowance, sequence.get().into()], |row| {
            Ok(PastPayment {
                id: sqlite::bytes(row, "digest", |bytes| bytes.try_into().ok())?,
                sequence: Sequence::new(row.get("sequence")?).unwrap_or(Sequence::FIRST),
                amount: sqlite::amount(row, "amount")?,
                spent: sqlite::amount(row, "spent")?,
                released: sqlite::amount(row, "released")?,
            })
        })?;
        for row in rows {
            found.push(row?);
        }
    }
    Ok(found)
}

/// One payment as it stands.
#[derive(Debug, Clone)]
pub(crate) struct PaymentRow {
    pub(crate) row: i64,
    pub(crate) id: ObjectId<Payment>,
    pub(crate) allowance: i64,
    pub(crate) request: Option<i64>,
    pub(crate) certificate: Option<i64>,
    pub(crate) amount: Amount,
    pub(crate) currency: Currency,
    pub(crate) object: Vec<u8>,
    pub(crate) outcome: Option<u8>,
    pub(crate) reason: Option<u32>,
    pub(crate) answered_at: Option<Time>,
    pub(crate) receipt: Option<Vec<u8>>,
    pub(crate) earlier_receipt: Option<Vec<u8>>,
    pub(crate) due: u8,
    pub(crate) bank_state: Option<u8>,
}

impl PaymentRow {
    /// What the latest receipt says; nothing without one.
    pub(crate) fn outcome(&self) -> Option<Outcome> {
        match self.outcome? {
            0 => Some(Outcome::Accepted),
            1 => Some(Outcome::Voided),
            _ => Some(Outcome::Declined {
                code: self.reason.unwrap_or_default(),
            }),
        }
    }
}

const SELECT: &str = "SELECT id, digest, allowance, request, certificate, amount, currency, object, outcome, \
                      reason, answered_at, receipt, earlier_receipt, due, bank_state FROM payment ";

fn read(row: &Row<'_>) -> rusqlite::Result<PaymentRow> {
    Ok(PaymentRow {
        row: row.get("id")?,
        id: sqlite::bytes(row, "digest", |bytes| bytes.try_into().ok())?,
        allowance: row.get("allowance")?,
        request: row.get("request")?,
        certificate: row.get("certificate")?,
        amount: sqlite::amount(row, "amount")?,
        currency: currency(row)?,
        object: row.get("object")?,
        outcome: row.get("outcome")?,
        reason: row.get("reason")?,
        answered_at: optional_time(row, "answered_at")?,
        receipt: row.get("receipt")?,
        earlier_receipt: row.get("earlier_receipt")?,
        due: row.get("due")?,
        bank_state: row.get("bank_state")?,
    })
}

pub(crate) fn currency(row: &Row<'_>) -> rusqlite::Result<Currency> {
    let code: u16 = row.get("currency")?;
    Currency::new(code).map_err(|_| rusqlite::Error::IntegralValueOutOfRange(0, code.into()))
}

pub(crate) fn find(
    tx: &Connection,
    id: &ObjectId<Payment>,
) -> rusqlite::Result<Option<PaymentRow>> {
    tx.prepare_cached(&format!("{SELECT} WHERE digest = ?1"))?
        .query_row([id.as_bytes()], read)
        .optional()
}

/// Newest first, those before row `before`.
pub(crate) fn page(tx: &Connection, before: i64, most: u32) -> rusqlite::Result<Vec<PaymentRow>> {
    let sql = format!("{SELECT} WHERE id < ?1 ORDER BY id DESC LIMIT ?2");
    tx.prepare_cached(&sql)?
        .query_map([before, most.into()], read)?
        .collect()
}

/// A verified payment and what was made of it.
pub(crate) struct NewPayment<'a> {
    pub(crate) payment: &'a Verified<Payment>,
    pub(crate) allowance: i64,
    pub(crate) currency: Currency,
    /// Row of the request and of its certificate, if it is known.
    pub(crate) request: Option<(i64, i64)>,
    /// Row of the payment, if it came before and was not answered.
    pub(crate) row: Option<i64>,
    pub(crate) answer: Option<&'a Signed<Receipt>>,
}

pub(crate) fn put(tx: &Connection, new: &NewPayment<'_>) -> rusqlite::Result<()> {
    if let Some(row) = new.row {
        return answer_known(tx, row, new);
    }
    let (outcome, reason) = columns(new.answer);
    let sql = "INSERT INTO payment (digest, allowance, request, certificate, sequence, amount, spent, released,
                   currency, object, outcome, reason, answered_at, receipt, due)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)";
    let payment = new.payment;
    tx.prepare_cached(sql)?.execute(params![
        payment.id().as_bytes(),
        new.allowance,
        new.request.map(|it| it.0),
        new.request.map(|it| it.1),
        payment.sequence.get(),
        amount_to_sql(payment.amount),
        amount_to_sql(payment.spent),
        amount_to_sql(payment.released),
        new.currency.numeric(),
        payment.signed().to_bytes(),
        outcome,
        reason,
        new.answer.map(|it| time_to_sql(it.unverified().time)),
        new.answer.map(Signed::to_bytes),
        new.answer.is_some(),
    ])?;
    Ok(())
}

fn answer_known(tx: &Connection, row: i64, new: &NewPayment<'_>) -> rusqlite::Result<()> {
    let Some(receipt) = new.answer else {
        return Ok(());
    };
    let (outcome, reason) = columns(new.answer);
    let sql = "UPDATE payment SET request = ?2, certificate = ?3, outcome = ?4, reason = ?5, answered_at = ?6,
                   receipt = ?7, due = 1 WHERE id = ?1";
    tx.prepare_cached(sql)?.execute(params![
        row,
        new.request.map(|it| it.0),
        new.request.map(|it| it.1),
        outcome,
        reason,
        time_to_sql(receipt.unverified().time),
        receipt.to_bytes(),
    ])?;
    Ok(())
}

fn columns(receipt: Option<&Signed<Receipt>>) -> (Option<u8>, Option<u32>) {
    match receipt.map(|it| it.unverified().outcome) {
        None => (None, None),
        Some(Outcome::Accepted) => (Some(0), None),
        Some(Outcome::Voided) => (Some(1), None),
        Some(Outcome::Declined { code }) => (Some(2), Some(code)),
    }
}

/// Accepted to voided: the accepted receipt is kept as evidence, the exposure goes down.
pub(crate) fn void(
    tx: &Connection,
    payment: &PaymentRow,
    receipt: &Signed<Receipt>,
) -> rusqlite::Result<()> {
    let sql = "UPDATE payment SET outcome = 1, earlier_receipt = receipt, receipt = ?2, due = 1
               WHERE id = ?1 AND outcome = 0";
    let changed = tx
        .prepare_cached(sql)?
        .execute(params![payment.row, receipt.to_bytes()])?;
    if changed == 1 {
        tx.prepare_cached("UPDATE allowance SET accepted = accepted - ?2 WHERE id = ?1")?
            .execute([payment.allowance, amount_to_sql(payment.amount)])?;
    }
    Ok(())
}

/// The allowance of a stored payment, as it was when first verified.
pub(crate) fn allowance_object(tx: &Connection, row: i64) -> rusqlite::Result<Signed<Allowance>> {
    tx.prepare_cached("SELECT object FROM allowance WHERE id = ?1")?
        .query_row([row], |row| {
            sqlite::bytes(row, "object", |bytes| Signed::decode(bytes).ok())
        })
}

pub(crate) fn is_convicted(tx: &Connection, pay_key: &PublicKey) -> rusqlite::Result<bool> {
    tx.prepare_cached("SELECT EXISTS (SELECT 1 FROM proof WHERE pay_key = ?1)")?
        .query_row([pay_key.as_bytes()], |row| row.get(0))
}

/// Proofs kept of one key. One convicts it; the tokens themselves are all kept, so a cheat who signs on makes no work that grows.
const MOST_PROOFS: u32 = 16;

pub(crate) fn keep_proof(
    tx: &Connection,
    pay_key: &PublicKey,
    message: &[u8],
) -> rusqlite::Result<()> {
    let sql = "INSERT INTO proof (pay_key, message) SELECT ?1, ?2
               WHERE NOT EXISTS (SELECT 1 FROM proof WHERE pay_key = ?1 AND message = ?2)
                 AND (SELECT count(*) FROM proof WHERE pay_key = ?1) < ?3";
    tx.prepare_cached(sql)?
        .execute(params![pay_key.as_bytes(), message, MOST_PROOFS])?;
    Ok(())
}

/// Proofs after row `after`, oldest first, with their rows.
pub(crate) fn proofs(
    tx: &Connection,
    after: i64,
    most: u32,
) -> rusqlite::Result<Vec<(i64, Vec<u8>)>> {
    tx.prepare_cached("SELECT id, message FROM proof WHERE id > ?1 ORDER BY id LIMIT ?2")?
        .query_map([after, most.into()], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect()
}

/// What is due of one currency: accepted or not, how many, how much, since when.
pub(crate) struct WaitingRow {
    pub(crate) currency: Currency,
    pub(crate) is_accepted: bool,
    pub(crate) count: u64,
    pub(crate) amount: Amount,
    pub(crate) oldest: Option<Time>,
}

pub(crate) fn waiting(tx: &Connection) -> rusqlite::Result<Vec<WaitingRow>> {
    let sql =
        "SELECT currency, outcome = 0 AS is_accepted, count(*) AS count, sum(amount) AS amount,
                   min(answered_at) AS oldest
               FROM payment INDEXED BY payment_due WHERE due <> 0 AND outcome IS NOT NULL
               GROUP BY currency, is_accepted ORDER BY currency";
    tx.prepare_cached(sql)?
        .query_map([], |row| {
            let count: i64 = row.get("count")?;
            Ok(WaitingRow {
                currency: currency(row)?,
                is_accepted: row.get("is_accepted")?,
                count: u64::try_from(count).unwrap_or_default(),
                amount: sqlite::amount(row, "amount")?,
                oldest: optional_time(row, "oldest")?,
            })
        })?
        .collect()
}

/// Currency, outcome, whether something is due, how many, how much.
pub(crate) struct TotalRow {
    pub(crate) currency: Currency,
    pub(crate) outcome: u8,
    pub(crate) is_due: bool,
    pub(crate) count: u64,
    pub(crate) amount: Amount,
}

/// Totals of what was first answered from `from` to before `until`.
pub(crate) fn totals(tx: &Connection, from: Time, until: Time) -> rusqlite::Result<Vec<TotalRow>> {
    let sql = "SELECT currency, outcome, due <> 0 AS is_due, count(*) AS count, sum(amount) AS amount FROM payment
               WHERE outcome IS NOT NULL AND answered_at >= ?1 AND answered_at < ?2
               GROUP BY currency, outcome, is_due ORDER BY currency, outcome";
    tx.prepare_cached(sql)?
        .query_map([time_to_sql(from), time_to_sql(until)], |row| {
            let count: i64 = row.get("count")?;
            Ok(TotalRow {
                currency: currency(row)?,
                outcome: row.get("outcome")?,
                is_due: row.get("is_due")?,
                count: u64::try_from(count).unwrap_or_default(),
                amount: sqlite::amount(row, "amount")?,
            })
        })?
        .collect()
}
