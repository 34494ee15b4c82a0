//! (11) What a merchant, the acquirer and the bank learned: read from the bytes that each of them stores.

use skilling_protocol::message::{Evidence, Expected as _};

use super::People;
use crate::demo::Told;
use crate::demo::stage::Stage;
use crate::demo::town::{Town, shown};

pub(super) fn tell(stage: &mut Stage, town: &Town, people: &People) -> Told {
    stage.step("What each of them learned, from the bytes they store");
    let stored = town.grocery.terminal.payments(None, 200)?;
    let anna = people.anna.wallet.allowances()?;
    let anna: Vec<_> = anna.iter().map(|it| it.id).collect();
    let theirs: Vec<_> = stored
        .iter()
        .filter(|it| anna.contains(&it.allowance))
        .collect();
    let one = theirs.last().ok_or("the grocery stored nothing of Anna")?;
    let bytes = town.grocery.terminal.evidence(&one.payment)?;
    let path = stage.keep("what-the-grocery-stores.cbor", &bytes)?;
    let evidence = Evidence::decode(&bytes)?;
    let (allowance, payment) = (
        evidence.token.allowance.unverified(),
        evidence.token.payment.unverified(),
    );
    stage.says(
        town.grocery.name,
        format!("stores {} bytes of one payment of Anna's:", bytes.len()),
    );
    stage.table(&[
        (
            "allowance".to_owned(),
            format!(
                "{} (the same in {} payments: they can be linked)",
                short(&one.allowance.to_string()),
                theirs.len()
            ),
        ),
        (
            "pay key".to_owned(),
            format!(
                "{} (another one in the next allowance)",
                short(&allowance.pay_key.to_string())
            ),
        ),
        (
            "limit and cap".to_owned(),
            format!(
                "{} and {}",
                shown(allowance.limit, allowance.currency),
                shown(allowance.cap, allowance.currency)
            ),
        ),
        (
            "spent so far".to_owned(),
            format!(
                "{} in {} payments",
                shown(payment.spent, allowance.currency),
                payment.sequence.get()
            ),
        ),
        (
            "status index".to_owned(),
            allowance.status_index.to_string(),
        ),
        (
            "name, account, balance".to_owned(),
            absent(&bytes, people.anna.name)?,
        ),
    ]);
    stage.why(format!(
        "see for yourself: skilling inspect {}",
        path.display()
    ));
    stage.says(
        town.acquirer.name,
        "received the same bytes in deposits: which shop, which amounts, no names",
    );
    let report = town.nordbank.server.report()?;
    let owed = report.payable.len();
    stage.says(
        town.nordbank.name,
        format!("knows its customers and owes {owed} merchants: it sees where its own customers paid once they sync or shops deposit"),
    );
    Ok(())
}

/// Looks for a name in the bytes, and says what was found.
fn absent(bytes: &[u8], name: &str) -> Told<String> {
    let found = bytes
        .windows(name.len())
        .any(|window| window.eq_ignore_ascii_case(name.as_bytes()));
    if found {
        return Err("the payer's name stands in what the merchant stores".into());
    }
    Ok("not in these bytes".to_owned())
}

fn short(hex: &str) -> String {
    hex.chars().take(16).chain("...".chars()).collect()
}
