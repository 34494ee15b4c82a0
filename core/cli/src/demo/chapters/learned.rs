//! (11) What a merchant, the acquirer and the bank learned: looked for in the very bytes that each of them stores.

use std::path::PathBuf;

use rusqlite::types::ValueRef;
use rusqlite::{Connection, OpenFlags};
use skilling_protocol::message::{Evidence, Expected as _};

use super::People;
use crate::demo::Told;
use crate::demo::stage::Stage;
use crate::demo::town::{Town, shown};

pub(super) fn tell(stage: &mut Stage, town: &Town, people: &People) -> Told {
    stage.step("What each of them learned, from the bytes they store");
    let evidence = one_payment(stage, town, people)?;
    let pay_key = *evidence.token.allowance.unverified().pay_key.as_bytes();
    let shop = evidence.request.merchant.unverified().name.as_str();
    let needles: [(&str, &[u8]); 3] = [
        ("Anna's name", people.anna.name.as_bytes()),
        ("her pay key", &pay_key),
        ("the shop's name", shop.as_bytes()),
    ];
    stage.says("everybody's files", "rows in which each thing stands:");
    let mut rows = Vec::new();
    for (who, file) in files(stage, town)? {
        let store = Connection::open_with_flags(&file, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
        let mut found = Vec::new();
        for (what, needle) in &needles {
            found.push(format!("{what}: {}", rows_with(&store, needle)?));
        }
        rows.push((who.to_owned(), found.join(", ")));
    }
    stage.table(&rows);
    stage.why("only the bank can join a name to a key; Anna's own store is sealed");
    let shops_know = Connection::open(town.grocery.home.join("till.db"))?;
    if rows_with(&shops_know, people.anna.name.as_bytes())? > 0 {
        return Err("the grocery stores the payer's name".into());
    }
    Ok(())
}

/// One payment of Anna's, field by field, as the grocery has it.
fn one_payment(stage: &mut Stage, town: &Town, people: &People) -> Told<Evidence> {
    let stored = town.grocery.terminal.payments(None, 200)?;
    let hers = people.anna.wallet.allowances()?;
    let hers: Vec<_> = hers.iter().map(|it| it.id).collect();
    let linked: Vec<_> = stored
        .iter()
        .filter(|it| hers.contains(&it.allowance))
        .collect();
    let one = linked.last().ok_or("the grocery stored nothing of Anna")?;
    let bytes = town.grocery.terminal.evidence(&one.payment)?;
    stage.keep("what-the-grocery-stores.cbor", &bytes)?;
    let evidence = Evidence::decode(&bytes)?;
    let allowance = evidence.token.allowance.unverified();
    let payment = evidence.token.payment.unverified();
    let money = |amount| shown(amount, allowance.currency);
    stage.says(
        town.grocery.name,
        format!("stores {} bytes of one payment of Anna's:", bytes.len()),
    );
    let row = |name: &str, value: String| (name.to_owned(), value);
    stage.table(&[
        row(
            "allowance",
            format!(
                "{}, the same in {} payments: they can be linked",
                short(one.allowance),
                linked.len()
            ),
        ),
        row(
            "pay key",
            format!(
                "{}, another one in her next allowance",
                short(allowance.pay_key)
            ),
        ),
        row(
            "limit and cap",
            format!("{} and {}", money(allowance.limit), money(allowance.cap)),
        ),
        row(
            "spent so far",
            format!(
                "{} with payment number {}",
                money(payment.spent),
                payment.sequence.get()
            ),
        ),
        row("status index", allowance.status_index.to_string()),
    ]);
    Ok(evidence)
}

/// Who stores where.
fn files(stage: &Stage, town: &Town) -> Told<[(&'static str, PathBuf); 4]> {
    let bank = |folder: &str| -> Told<PathBuf> { Ok(stage.home(folder)?.join("bank.db")) };
    Ok([
        (town.grocery.name, town.grocery.home.join("till.db")),
        (town.acquirer.name, bank("acquirer")?),
        (town.nordbank.name, bank("nordbank")?),
        (
            "Anna's phone",
            stage.home("phone-anna")?.join("wallet/wallet.db"),
        ),
    ])
}

/// In how many rows of all tables some column holds these bytes.
fn rows_with(store: &Connection, needle: &[u8]) -> Told<usize> {
    let mut tables = store.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'")?;
    let names = tables.query_map([], |row| row.get::<_, String>(0))?;
    let mut found = 0;
    for name in names {
        let mut all = store.prepare(&format!("SELECT * FROM \"{}\"", name?))?;
        let columns = all.column_count();
        let mut rows = all.query([])?;
        while let Some(row) = rows.next()? {
            let holds = |column| match row.get_ref(column) {
                Ok(ValueRef::Text(bytes) | ValueRef::Blob(bytes)) => {
                    bytes.windows(needle.len()).any(|window| window == needle)
                }
                _ => false,
            };
            found += usize::from((0..columns).any(holds));
        }
    }
    Ok(found)
}

fn short(hex: impl std::fmt::Display) -> String {
    hex.to_string()
        .chars()
        .take(16)
        .chain("...".chars())
        .collect()
}
