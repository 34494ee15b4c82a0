//! Rows of SQLite as the store's rows: every value is checked again on its way out.

use rusqlite::Row;
use rusqlite::types::{FromSqlError, Type};
use skilling_platform::sqlite::{amount, bytes, time};
use skilling_protocol::values::{
    Amount, Categories, Currency, Digest, KeyId, KeyProtection, Mcc, MerchantId, ObjectId,
    PublicKey, Seconds, TerminalId, Uuid,
};

use crate::settle::Standing;
use crate::store::{
    AllowanceRow, AllowanceStanding, Answer, Claim, CodeRow, CustomerRow, Forward, Funding,
    FundsRow, LinkRow, PaymentRow, ProofRow, StatusHead, TerminalRow, Tier,
};

type Read<T> = rusqlite::Result<T>;

fn damaged() -> rusqlite::Error {
    let error = FromSqlError::Other("a stored value is out of bounds".into());
    rusqlite::Error::FromSqlConversionFailure(0, Type::Null, Box::new(error))
}

fn named<T>(row: &Row<'_>, column: &str, from_name: impl Fn(&str) -> Option<T>) -> Read<T> {
    let name: String = row.get(column)?;
    from_name(&name).ok_or_else(damaged)
}

fn uint32(row: &Row<'_>, column: &str) -> Read<u32> {
    row.get(column)
}

pub(super) fn currency(row: &Row<'_>, column: &str) -> Read<Currency> {
    let numeric: u16 = row.get(column)?;
    Currency::new(numeric).map_err(|_| damaged())
}

fn key(row: &Row<'_>, column: &str) -> Read<PublicKey> {
    bytes(row, column, |it| PublicKey::from_sec1(it).ok())
}

fn optional_key(row: &Row<'_>, column: &str) -> Read<Option<PublicKey>> {
    match row.get_ref(column)? {
        rusqlite::types::ValueRef::Null => Ok(None),
        _ => key(row, column).map(Some),
    }
}

fn object<T>(row: &Row<'_>, column: &str) -> Read<ObjectId<T>> {
    bytes(row, column, |it| ObjectId::try_from(it).ok())
}

fn digest(row: &Row<'_>, column: &str) -> Read<Digest> {
    bytes(row, column, |it| Digest::try_from(it).ok())
}

fn uuid(row: &Row<'_>, column: &str) -> Read<Uuid> {
    bytes(row, column, |it| Uuid::try_from(it).ok())
}

fn merchant(row: &Row<'_>) -> Read<MerchantId> {
    bytes(row, "merchant", |it| MerchantId::try_from(it).ok())
}

fn blob(row: &Row<'_>, column: &str) -> Read<Vec<u8>> {
    row.get(column)
}

/// Categories as a JSON list of codes.
pub(crate) fn categories(text: Option<String>) -> Option<Option<Categories>> {
    let Some(text) = text else {
        return Some(None);
    };
    let codes: Vec<u16> = serde_json::from_str(&text).ok()?;
    let codes: Result<Vec<Mcc>, _> = codes.into_iter().map(Mcc::new).collect();
    Categories::new(codes.ok()?).ok().map(Some)
}

/// Categories as a JSON list of codes.
pub(crate) fn categories_to_sql(categories: Option<&Categories>) -> Option<String> {
    let codes: Vec<u16> = categories?.as_slice().iter().map(|it| it.code()).collect();
    serde_json::to_string(&codes).ok()
}

pub(super) fn customer(row: &Row<'_>) -> Read<CustomerRow> {
    Ok(CustomerRow {
        id: uuid(row, "id")?,
        name: row.get("name")?,
        tier: row.get("tier")?,
        blocked: row.get("blocked")?,
    })
}

pub(super) fn funds(row: &Row<'_>) -> Read<FundsRow> {
    Ok(FundsRow {
        customer: uuid(row, "customer")?,
        currency: currency(row, "currency")?,
        funding: named(row, "funding", Funding::from_name)?,
        line: amount(row, "line")?,
    })
}

pub(super) fn tier(row: &Row<'_>) -> Read<Tier> {
    let max_limit: Option<i64> = row.get("max_limit")?;
    let protection: u8 = row.get("min_key_protection")?;
    Ok(Tier {
        name: row.get("name")?,
        max_limit: max_limit
            .map(|it| {
                u64::try_from(it)
                    .ok()
                    .and_then(|it| Amount::new(it).ok())
                    .ok_or_else(damaged)
            })
            .transpose()?,
        max_open: uint32(row, "max_open")?,
        min_key_protection: KeyProtection::from_value(protection.into()).ok_or_else(damaged)?,
        categories: categories(row.get("categories")?).ok_or_else(damaged)?,
    })
}

pub(super) fn code(row: &Row<'_>) -> Read<CodeRow> {
    Ok(CodeRow {
        digest: digest(row, "digest")?,
        customer: uuid(row, "customer")?,
        used_by: optional_key(row, "used_by")?,
    })
}

pub(super) fn link(row: &Row<'_>) -> Read<LinkRow> {
    Ok(LinkRow {
        key: key(row, "key")?,
        customer: uuid(row, "customer")?,
        attestation_kind: row.get("attestation_kind")?,
        blocked: row.get("blocked")?,
        enrolled_at: time(row, "enrolled_at")?,
    })
}

pub(super) fn answer(row: &Row<'_>) -> Read<Answer> {
    Ok(Answer {
        request: digest(row, "request")?,
        body: blob(row, "body")?,
        at: time(row, "at")?,
    })
}

pub(super) fn allowance(row: &Row<'_>) -> Read<AllowanceRow> {
    Ok(AllowanceRow {
        id: object(row, "id")?,
        link: key(row, "link")?,
        customer: uuid(row, "customer")?,
        funding: named(row, "funding", Funding::from_name)?,
        pay_key: key(row, "pay_key")?,
        currency: currency(row, "currency")?,
        limit: amount(row, "limit")?,
        valid_from: time(row, "valid_from")?,
        valid_until: time(row, "valid_until")?,
        deposit_window: Seconds(uint32(row, "deposit_window")?),
        status_index: uint32(row, "status_index")?,
        revoked: row.get("revoked")?,
        standing: named(row, "standing", AllowanceStanding::from_name)?,
        greatest_spent: amount(row, "greatest_spent")?,
        settled: row.get("settled")?,
        closing_sync: row.get("closing_sync")?,
        signed: blob(row, "signed")?,
    })
}

pub(super) fn payment(row: &Row<'_>) -> Read<PaymentRow> {
    let reported: Option<String> = row.get("reported")?;
    Ok(PaymentRow {
        id: object(row, "id")?,
        allowance: object(row, "allowance")?,
        link: key(row, "link")?,
        currency: currency(row, "currency")?,
        sequence: uint32(row, "sequence")?,
        amount: amount(row, "amount")?,
        spent: amount(row, "spent")?,
        released: amount(row, "released")?,
        acquirer: key_id(row, "acquirer")?,
        merchant: merchant(row)?,
        standing: named(row, "standing", Standing::from_name)?,
        reported: reported.as_deref().and_then(Standing::from_name),
        seen_at: time(row, "seen_at")?,
        evidence: blob(row, "evidence")?,
    })
}

fn key_id(row: &Row<'_>, column: &str) -> Read<KeyId> {
    bytes(row, column, |it| it.try_into().ok().map(KeyId))
}

pub(super) fn proof(row: &Row<'_>) -> Read<ProofRow> {
    Ok(ProofRow {
        allowance: object(row, "allowance")?,
        currency: currency(row, "currency")?,
        kind: row.get("kind")?,
        payments: (object(row, "first")?, object(row, "second")?),
        message: blob(row, "message")?,
        found_at: time(row, "found_at")?,
    })
}

pub(super) fn claim(row: &Row<'_>) -> Read<Claim> {
    Ok(Claim {
        payment: object(row, "payment")?,
        issuer: key(row, "issuer")?,
        merchant: merchant(row)?,
        currency: currency(row, "currency")?,
        amount: amount(row, "amount")?,
        standing: named(row, "standing", Standing::from_name)?,
        seen_at: time(row, "seen_at")?,
    })
}

pub(super) fn terminal(row: &Row<'_>) -> Read<TerminalRow> {
    Ok(TerminalRow {
        key: key(row, "key")?,
        merchant: merchant(row)?,
        terminal_id: bytes(row, "terminal_id", |it| TerminalId::try_from(it).ok())?,
        certificate: blob(row, "certificate")?,
        replaced_by: optional_key(row, "replaced_by")?,
    })
}

pub(super) fn forward(row: &Row<'_>) -> Read<Forward> {
    Ok(Forward {
        deposit: digest(row, "deposit")?,
        issuer: key(row, "issuer")?,
        call: blob(row, "call")?,
        seen_at: time(row, "seen_at")?,
    })
}

pub(super) fn status_head(row: &Row<'_>) -> Read<StatusHead> {
    Ok(StatusHead {
        revision: uint32(row, "revision")?,
        entries: uint32(row, "entries")?,
        used: uint32(row, "used")?,
        published: row.get("published")?,
        issued_at: time(row, "issued_at")?,
        message: blob(row, "message")?,
    })
}
