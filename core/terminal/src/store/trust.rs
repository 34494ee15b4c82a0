//! Rows of what others vouch for: bundle, status lists, outages, certificates.

use rusqlite::{Connection, OptionalExtension as _, params};
use skilling_protocol::objects::Merchant;
use skilling_protocol::signed::Verified;
use skilling_protocol::values::{Currency, PublicKey};

pub(crate) fn bundle(tx: &Connection) -> rusqlite::Result<Option<Vec<u8>>> {
    tx.query_row("SELECT message FROM bundle", [], |row| row.get(0))
        .optional()
}

/// What was fetched under an older bundle may mean nothing under this one, so everything is fetched again.
pub(crate) fn put_bundle(tx: &Connection, message: &[u8]) -> rusqlite::Result<()> {
    tx.execute(
        "INSERT OR REPLACE INTO bundle (one, message) VALUES (1, ?1)",
        [message],
    )?;
    tx.execute("DELETE FROM fetched", [])?;
    super::next_generation(tx)
}

pub(crate) fn status_lists(tx: &Connection) -> rusqlite::Result<Vec<Vec<u8>>> {
    tx.prepare("SELECT cwt FROM status_list ORDER BY issuer_key")?
        .query_map([], |row| row.get(0))?
        .collect()
}

pub(crate) fn put_status_list(
    tx: &Connection,
    issuer: &PublicKey,
    cwt: &[u8],
) -> rusqlite::Result<()> {
    tx.execute(
        "INSERT OR REPLACE INTO status_list (issuer_key, cwt) VALUES (?1, ?2)",
        params![issuer.as_bytes(), cwt],
    )?;
    super::next_generation(tx)
}

pub(crate) fn outages(tx: &Connection) -> rusqlite::Result<Vec<Vec<u8>>> {
    tx.prepare("SELECT message FROM outage ORDER BY currency")?
        .query_map([], |row| row.get(0))?
        .collect()
}

pub(crate) fn put_outage(
    tx: &Connection,
    currency: Currency,
    message: &[u8],
) -> rusqlite::Result<()> {
    tx.execute(
        "INSERT OR REPLACE INTO outage (currency, message) VALUES (?1, ?2)",
        params![currency.numeric(), message],
    )?;
    super::next_generation(tx)
}

pub(crate) fn etag(tx: &Connection, path: &str) -> rusqlite::Result<Option<String>> {
    tx.query_row("SELECT etag FROM fetched WHERE path = ?1", [path], |row| {
        row.get(0)
    })
    .optional()
}

/// Without an ETag the next fetch asks for everything again.
pub(crate) fn put_etag(tx: &Connection, path: &str, etag: Option<&str>) -> rusqlite::Result<()> {
    match etag {
        Some(etag) => tx.execute(
            "INSERT OR REPLACE INTO fetched (path, etag) VALUES (?1, ?2)",
            [path, etag],
        )?,
        None => tx.execute("DELETE FROM fetched WHERE path = ?1", [path])?,
    };
    Ok(())
}

/// Row id, encoded certificate, acquirer key.
pub(crate) type CertificateRow = (i64, Vec<u8>, Vec<u8>);

pub(crate) fn certificates(tx: &Connection) -> rusqlite::Result<Vec<CertificateRow>> {
    tx.prepare("SELECT id, object, acquirer_key FROM certificate ORDER BY id")?
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?
        .collect()
}

pub(crate) fn put_certificate(
    tx: &Connection,
    merchant: &Verified<Merchant>,
    acquirer: &PublicKey,
) -> rusqlite::Result<()> {
    tx.execute(
        "INSERT INTO certificate (digest, object, acquirer_key) VALUES (?1, ?2, ?3)
         ON CONFLICT (digest) DO NOTHING",
        params![
            merchant.id().as_bytes(),
            merchant.signed().to_bytes(),
            acquirer.as_bytes()
        ],
    )?;
    super::next_generation(tx)
}
