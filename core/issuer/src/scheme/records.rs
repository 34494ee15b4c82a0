//! The scheme's rows in SQLite. What was published comes back as verified: it was signed here.

use rusqlite::{Connection, OptionalExtension as _, Row, params};
use skilling_platform::sqlite::{amount, amount_to_sql, bytes, time, time_to_sql};
use skilling_protocol::message::Expected;
use skilling_protocol::objects::{AcquirerEntry, IssuerEntry, Outage, Policy, TrustBundle};
use skilling_protocol::signed::{Object, Signed, Verified};
use skilling_protocol::values::{
    Currency, Decimals, Extensions, KeyProtection, MerchantName, PublicKey, Seconds, StatusUri,
    Time,
};

use super::Bundle;
use crate::error::Error;
use crate::store::{StoreError, categories, categories_to_sql};

const DAMAGED: Error = Error::Store(StoreError::Damaged);

fn checked<T, E>(value: Result<T, E>) -> Result<T, Error> {
    value.map_err(|_| DAMAGED)
}

fn all<T>(
    connection: &Connection,
    sql: &str,
    read: impl Fn(&Row<'_>) -> Result<T, Error>,
) -> Result<Vec<T>, Error> {
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query([])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(read(row)?);
    }
    Ok(found)
}

fn key(row: &Row<'_>) -> Result<PublicKey, Error> {
    Ok(bytes(row, "key", |it| PublicKey::from_sec1(it).ok())?)
}

fn name(row: &Row<'_>) -> Result<MerchantName, Error> {
    let text: String = row.get("name")?;
    checked(MerchantName::new(&text))
}

fn currency_list(text: &str) -> Result<Vec<Currency>, Error> {
    let codes: Vec<u16> = checked(serde_json::from_str(text))?;
    checked(codes.into_iter().map(Currency::new).collect())
}

pub(super) fn issuers(connection: &Connection) -> Result<Vec<IssuerEntry>, Error> {
    all(connection, "SELECT * FROM issuer ORDER BY key", |row| {
        let key = key(row)?;
        let (currencies, uri): (String, String) = (row.get("currencies")?, row.get("status_uri")?);
        Ok(IssuerEntry {
            key,
            key_id: key.key_id(),
            name: name(row)?,
            currencies: currency_list(&currencies)?,
            valid_from: time(row, "valid_from")?,
            valid_until: time(row, "valid_until")?,
            suspended: row.get("suspended")?,
            status_uri: checked(StatusUri::new(&uri))?,
            extensions: Extensions::default(),
        })
    })
}

pub(super) fn put_issuer(
    connection: &Connection,
    entry: &IssuerEntry,
    url: Option<&str>,
) -> Result<(), Error> {
    let mut codes: Vec<u16> = entry.currencies.iter().map(|it| it.numeric()).collect();
    codes.sort_unstable();
    codes.dedup();
    connection.execute(
        "INSERT OR REPLACE INTO issuer (key, name, currencies, valid_from, valid_until, suspended,
             status_uri, url) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        params![
            entry.key.as_bytes(),
            entry.name.as_str(),
            checked(serde_json::to_string(&codes))?,
            time_to_sql(entry.valid_from),
            time_to_sql(entry.valid_until),
            entry.suspended,
            entry.status_uri.as_str(),
            url,
        ],
    )?;
    Ok(())
}

pub(super) fn put_url(connection: &Connection, issuer: &PublicKey, url: &str) -> Result<(), Error> {
    let sql = "UPDATE issuer SET url = ?2 WHERE key = ?1";
    connection.execute(sql, params![issuer.as_bytes(), url])?;
    Ok(())
}

pub(super) fn url_of(connection: &Connection, issuer: &PublicKey) -> Result<Option<String>, Error> {
    let sql = "SELECT url FROM issuer WHERE key = ?1";
    let found = connection.query_row(sql, [issuer.as_bytes()], |row| row.get(0));
    Ok(found.optional()?.flatten())
}

pub(super) fn acquirers(connection: &Connection) -> Result<Vec<AcquirerEntry>, Error> {
    all(connection, "SELECT * FROM acquirer ORDER BY key", |row| {
        let key = key(row)?;
        Ok(AcquirerEntry {
            key,
            key_id: key.key_id(),
            name: name(row)?,
            valid_from: time(row, "valid_from")?,
            valid_until: time(row, "valid_until")?,
            suspended: row.get("suspended")?,
            extensions: Extensions::default(),
        })
    })
}

pub(super) fn put_acquirer(connection: &Connection, entry: &AcquirerEntry) -> Result<(), Error> {
    connection.execute(
        "INSERT OR REPLACE INTO acquirer (key, name, valid_from, valid_until, suspended)
         VALUES (?1, ?2, ?3, ?4, ?5)",
        params![
            entry.key.as_bytes(),
            entry.name.as_str(),
            time_to_sql(entry.valid_from),
            time_to_sql(entry.valid_until),
            entry.suspended,
        ],
    )?;
    Ok(())
}

/// `table` is `issuer` or `acquirer`.
pub(super) fn suspend(
    connection: &Connection,
    table: &'static str,
    key: &PublicKey,
    suspended: bool,
) -> Result<(), Error> {
    let sql = format!("UPDATE {table} SET suspended = ?2 WHERE key = ?1");
    match connection.execute(&sql, params![key.as_bytes(), suspended])? {
        0 => Err(Error::Unknown(table)),
        _ => Ok(()),
    }
}

pub(super) fn policies(connection: &Connection) -> Result<Vec<(Currency, Policy)>, Error> {
    all(
        connection,
        "SELECT * FROM policy ORDER BY currency",
        |row| {
            let protection: u8 = row.get("min_key_protection")?;
            let policy = Policy {
                max_payment: amount(row, "max_payment")?,
                max_unauthenticated: amount(row, "max_unauthenticated")?,
                min_key_protection: KeyProtection::from_value(protection.into()).ok_or(DAMAGED)?,
                skew: Seconds(row.get("skew")?),
                max_status_age: Seconds(row.get("max_status_age")?),
                max_exposure: amount(row, "max_exposure")?,
                categories: categories(row.get("categories")?).ok_or(DAMAGED)?,
                outage_only: row.get("outage_only")?,
                deposit_window: Seconds(row.get("deposit_window")?),
                decimals: checked(Decimals::new(row.get("decimals")?))?,
                extensions: Extensions::default(),
            };
            Ok((checked(Currency::new(row.get("currency")?))?, policy))
        },
    )
}

pub(super) fn put_policy(
    connection: &Connection,
    currency: Currency,
    it: &Policy,
) -> Result<(), Error> {
    connection.execute(
        "INSERT OR REPLACE INTO policy (currency, max_payment, max_unauthenticated,
             min_key_protection, skew, max_status_age, max_exposure, categories, outage_only,
             deposit_window, decimals) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
        params![
            currency.numeric(),
            amount_to_sql(it.max_payment),
            amount_to_sql(it.max_unauthenticated),
            it.min_key_protection.value(),
            it.skew.0,
            it.max_status_age.0,
            amount_to_sql(it.max_exposure),
            categories_to_sql(it.categories.as_ref()),
            it.outage_only,
            it.deposit_window.0,
            it.decimals.get(),
        ],
    )?;
    Ok(())
}

fn own<T: Object<Parent = ()>>(message: &[u8]) -> Result<Verified<T>, Error>
where
    Signed<T>: Expected,
{
    let signed = checked(<Signed<T> as Expected>::decode(message))?;
    Ok(Verified::from_own_store(signed, ()))
}

pub(super) fn latest_bundle(connection: &Connection) -> Result<Option<Bundle>, Error> {
    let sql = "SELECT message FROM bundle ORDER BY version DESC LIMIT 1";
    let message: Option<Vec<u8>> = connection.query_row(sql, [], |row| row.get(0)).optional()?;
    message.map(|it| own::<TrustBundle>(&it)).transpose()
}

pub(super) fn put_bundle(
    connection: &Connection,
    version: u32,
    message: &[u8],
) -> Result<(), Error> {
    let sql = "INSERT INTO bundle (version, message) VALUES (?1, ?2)";
    connection.execute(sql, params![version, message])?;
    Ok(())
}

/// The highest version and the number of outages: whether there is anything new.
pub(super) fn newest(connection: &Connection) -> Result<(u32, u32), Error> {
    let sql =
        "SELECT (SELECT coalesce(max(version), 0) FROM bundle), (SELECT count(*) FROM outage)";
    let found = connection.query_row(sql, [], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(found)
}

pub(super) fn published(
    connection: &Connection,
) -> Result<(Vec<Bundle>, Vec<Verified<Outage>>), Error> {
    let bundles = all(
        connection,
        "SELECT message FROM bundle ORDER BY version",
        |row| own::<TrustBundle>(&row.get::<_, Vec<u8>>(0)?),
    )?;
    let sql = "SELECT message FROM outage ORDER BY currency, serial";
    let outages = all(connection, sql, |row| {
        own::<Outage>(&row.get::<_, Vec<u8>>(0)?)
    })?;
    Ok((bundles, outages))
}

pub(super) fn next_serial(connection: &Connection, currency: Currency) -> Result<u32, Error> {
    let sql = "SELECT coalesce(max(serial), 0) + 1 FROM outage WHERE currency = ?1";
    Ok(connection.query_row(sql, [currency.numeric()], |row| row.get(0))?)
}

pub(super) fn put_outage(
    connection: &Connection,
    currency: Currency,
    serial: u32,
    message: &[u8],
) -> Result<(), Error> {
    let sql = "INSERT INTO outage (currency, serial, message) VALUES (?1, ?2, ?3)";
    connection.execute(sql, params![currency.numeric(), serial, message])?;
    Ok(())
}

pub(super) fn put_status(
    connection: &Connection,
    name: &str,
    issued_at: Time,
    message: &[u8],
) -> Result<(), Error> {
    connection.execute(
        "INSERT INTO status_list (name, issued_at, message) VALUES (?1, ?2, ?3)
         ON CONFLICT (name) DO UPDATE SET issued_at = ?2, message = ?3 WHERE issued_at < ?2",
        params![name, time_to_sql(issued_at), message],
    )?;
    Ok(())
}

pub(super) fn status(
    connection: &Connection,
    name: &str,
) -> Result<Option<(Time, Vec<u8>)>, Error> {
    let sql = "SELECT issued_at, message FROM status_list WHERE name = ?1";
    let found = connection.query_row(sql, [name], |row| {
        Ok((time(row, "issued_at")?, row.get("message")?))
    });
    Ok(found.optional()?)
}
