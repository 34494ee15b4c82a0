//! Rows of requests: open ones, answered ones, and those whose answer may be on its way.

use rusqlite::{Connection, OptionalExtension as _, Row, params};
use skilling_platform::sqlite::{self, time_to_sql};
use skilling_protocol::objects::{Merchant, Request};
use skilling_protocol::signed::{Signed, Verified};
use skilling_protocol::values::{ObjectId, Seconds, Time};

use super::optional_time;

/// How long after "answer before" a torn request is still repeated, and how many at most (protocol section 4).
const REPEAT_FOR: Seconds = Seconds::hours(24);
const MOST_REPEATED: usize = 3;

/// A request of this store.
#[derive(Debug, Clone)]
pub(crate) struct RequestRow {
    pub(crate) row: i64,
    pub(crate) certificate: i64,
    pub(crate) request: Signed<Request>,
    pub(crate) is_paid: bool,
    pub(crate) cancelled_at: Option<Time>,
}

const COLUMNS: &str = "id, certificate, object, paid, cancelled_at";

fn read(row: &Row<'_>) -> rusqlite::Result<RequestRow> {
    Ok(RequestRow {
        row: row.get("id")?,
        certificate: row.get("certificate")?,
        request: sqlite::bytes(row, "object", |bytes| Signed::decode(bytes).ok())?,
        is_paid: row.get("paid")?,
        cancelled_at: optional_time(row, "cancelled_at")?,
    })
}

pub(crate) fn insert(
    tx: &Connection,
    certificate: i64,
    parent: ObjectId<Merchant>,
    request: &Signed<Request>,
) -> rusqlite::Result<()> {
    let sql =
        "INSERT INTO request (digest, certificate, object, answer_before) VALUES (?1, ?2, ?3, ?4)";
    tx.prepare_cached(sql)?.execute(params![
        request.id(parent).as_bytes(),
        certificate,
        request.to_bytes(),
        request.unverified().answer_before().map(time_to_sql),
    ])?;
    Ok(())
}

pub(crate) fn find(
    tx: &Connection,
    id: &ObjectId<Request>,
) -> rusqlite::Result<Option<RequestRow>> {
    let sql = "SELECT id, certificate, object, paid, cancelled_at FROM request WHERE digest = ?1";
    tx.prepare_cached(sql)?
        .query_row([id.as_bytes()], read)
        .optional()
}

pub(crate) fn by_row(tx: &Connection, row: i64) -> rusqlite::Result<RequestRow> {
    let sql = "SELECT id, certificate, object, paid, cancelled_at FROM request WHERE id = ?1";
    tx.prepare_cached(sql)?.query_row([row], read)
}

/// Neither paid nor cancelled nor past "answer before"; oldest first, static ones last.
pub(crate) fn open(tx: &Connection, now: Time) -> rusqlite::Result<Vec<RequestRow>> {
    let select = |which: &str| {
        format!(
            "SELECT {COLUMNS} FROM request INDEXED BY request_open
             WHERE paid = 0 AND cancelled_at IS NULL AND answer_before {which} ORDER BY id"
        )
    };
    let mut rows: Vec<RequestRow> = tx
        .prepare_cached(&select("> ?1"))?
        .query_map([time_to_sql(now)], read)?
        .collect::<Result<_, _>>()?;
    let mut statics = tx.prepare_cached(&select("IS NULL"))?;
    for row in statics.query_map([], read)? {
        rows.push(row?);
    }
    Ok(rows)
}

pub(crate) fn set_paid(tx: &Connection, row: i64) -> rusqlite::Result<()> {
    tx.prepare_cached("UPDATE request SET paid = 1 WHERE id = ?1")?
        .execute([row])?;
    Ok(())
}

pub(crate) fn cancel(tx: &Connection, row: i64, now: Time) -> rusqlite::Result<()> {
    tx.prepare_cached(
        "UPDATE request SET cancelled_at = ?2 WHERE id = ?1 AND cancelled_at IS NULL",
    )?
    .execute(params![row, time_to_sql(now)])?;
    Ok(())
}

/// Whether that changed anything.
pub(crate) fn set_torn(tx: &Connection, row: i64, torn: bool) -> rusqlite::Result<bool> {
    let changed = tx
        .prepare_cached("UPDATE request SET torn = ?2 WHERE id = ?1 AND torn <> ?2")?
        .execute(params![row, torn])?;
    Ok(changed == 1)
}

/// The newest torn requests of these certificates that are still repeated, newest first.
pub(crate) fn torn(
    tx: &Connection,
    certificates: &[i64],
    now: Time,
) -> rusqlite::Result<Vec<RequestRow>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM request INDEXED BY request_torn
         WHERE torn = 1 AND answer_before > ?1 ORDER BY id DESC"
    );
    let mut statement = tx.prepare_cached(&sql)?;
    let rows = statement.query_map([time_to_sql(now.minus(REPEAT_FOR))], read)?;
    rows.filter(|row| {
        row.as_ref()
            .map_or(true, |row| certificates.contains(&row.certificate))
    })
    .take(MOST_REPEATED)
    .collect()
}

/// Whether a request of a certificate can still be paid, or is still repeated.
pub(crate) fn may_be_answered(
    tx: &Connection,
    certificate: i64,
    now: Time,
) -> rusqlite::Result<bool> {
    let sql = "SELECT EXISTS (SELECT 1 FROM request INDEXED BY request_open WHERE certificate = ?1
                              AND paid = 0 AND cancelled_at IS NULL AND answer_before IS NULL)
                   OR EXISTS (SELECT 1 FROM request INDEXED BY request_open WHERE certificate = ?1
                              AND paid = 0 AND cancelled_at IS NULL AND answer_before > ?2)
                   OR EXISTS (SELECT 1 FROM request INDEXED BY request_torn WHERE certificate = ?1
                              AND torn = 1 AND answer_before > ?3)";
    tx.prepare_cached(sql)?.query_row(
        [
            certificate,
            time_to_sql(now),
            time_to_sql(now.minus(REPEAT_FOR)),
        ],
        |row| row.get(0),
    )
}

/// The request as its own store vouches for it.
pub(crate) fn own(row: &RequestRow, parent: ObjectId<Merchant>) -> Verified<Request> {
    Verified::from_own_store(row.request.clone(), parent)
}
