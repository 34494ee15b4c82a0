//! Stores with a long past: one real payment, then its rows copied in SQL with numbers and ids of their own. Paying so often
//! for real would take minutes and leave the same rows.

use std::path::Path;

use rusqlite::Connection;
use skilling_protocol::message::Expected as _;

use super::phone::Phone;
use super::shop::{Payer, STORE, Shop};
use super::{Asker, PAST};

/// Payments that one allowance made in a shop.
const PER_ALLOWANCE: u32 = 5;

/// A phone that paid `count` times; its wallet is closed.
pub fn of_phone(folder: &Path, count: u32) {
    let phone = Phone::new(folder);
    let token = phone.pays(&Asker::default().asks().encode());
    phone.wallet.presented(&token.payment).unwrap();
    drop(phone);
    let store = Connection::open(folder.join("wallet/wallet.db")).unwrap();
    // Stage 4: the till said "paid", the bank has not heard of it. In a long outage that is what all of them are.
    copy(
        &store,
        "payments",
        count - 1,
        &[
            ("row", "row + i"),
            ("id", "randomblob(32)"),
            ("sequence", "sequence + i"),
            ("request_id", "randomblob(32)"),
            ("stage", "4"),
        ],
    );
    store
        .execute(
            "UPDATE allowances SET last_sequence = ?1, spent = spent * ?1",
            [count],
        )
        .unwrap();
}

/// A shop that accepted [`PAST`] payments under a fifth as many allowances; its store is closed.
pub fn of_shop(folder: &Path) {
    let shop = Shop::new(folder);
    let _ = shop.accepts(&Payer::default().pays(&shop.asks()));
    drop(shop);
    let store = Connection::open(folder.join(STORE)).unwrap();
    let id = ("id", "id + i");
    let digest = ("digest", "randomblob(32)");
    copy(&store, "request", PAST - 1, &[id, digest]);
    copy(&store, "allowance", PAST / PER_ALLOWANCE - 1, &[id, digest]);
    copy(
        &store,
        "payment",
        PAST - 1,
        &[
            id,
            digest,
            ("allowance", &format!("1 + i / {PER_ALLOWANCE}")),
            ("sequence", &format!("1 + i % {PER_ALLOWANCE}")),
            ("request", "request + i"),
        ],
    );
}

/// Copies the only row of a table `count` times; `i` counts the copies from 1.
fn copy(store: &Connection, table: &str, count: u32, changed: &[(&str, &str)]) {
    let columns: Vec<String> = store
        .prepare("SELECT name FROM pragma_table_info(?1)")
        .unwrap()
        .query_map([table], |row| row.get(0))
        .unwrap()
        .collect::<Result<_, _>>()
        .unwrap();
    let values = columns.iter().map(|column| {
        let change = changed.iter().find(|(name, _)| name == column);
        change.map_or(column.as_str(), |(_, value)| value)
    });
    let values: Vec<&str> = values.collect();
    let sql = format!(
        "WITH RECURSIVE copies (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM copies WHERE i < {count})
         INSERT INTO {table} ({}) SELECT {} FROM {table}, copies",
        columns.join(", "),
        values.join(", "),
    );
    let copied = store.execute(&sql, []).unwrap();
    assert_eq!(
        copied,
        usize::try_from(count).unwrap(),
        "{table} held more than one row"
    );
}
