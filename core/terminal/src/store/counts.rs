//! Counting, for a support desk.

use rusqlite::Connection;

/// How many of what.
pub(crate) struct Counts {
    pub(crate) accepted: u64,
    pub(crate) voided: u64,
    pub(crate) declined: u64,
    pub(crate) unanswered: u64,
    pub(crate) to_deposit: u64,
    pub(crate) torn_requests: u64,
    pub(crate) open_calls: u64,
    pub(crate) proofs: u64,
    pub(crate) events: u64,
}

/// Looks at every payment.
pub(crate) fn read(tx: &Connection) -> rusqlite::Result<Counts> {
    let count = |what: &str| {
        let sql = format!("SELECT count(*) FROM {what}");
        let count: i64 = tx.query_row(&sql, [], |row| row.get(0))?;
        Ok::<_, rusqlite::Error>(u64::try_from(count).unwrap_or_default())
    };
    let deposits = count("deposit WHERE answer IS NULL")?;
    Ok(Counts {
        accepted: count("payment WHERE outcome = 0")?,
        voided: count("payment WHERE outcome = 1")?,
        declined: count("payment WHERE outcome = 2")?,
        unanswered: count("payment WHERE outcome IS NULL")?,
        to_deposit: count("payment WHERE due <> 0 AND outcome IS NOT NULL")?,
        torn_requests: count("request WHERE torn = 1")?,
        open_calls: deposits.saturating_add(count("renewal")?),
        proofs: count("proof")?,
        events: count("event")?,
    })
}
