//! (10) The network is back: deposits, syncs, everybody settled by the table, the ledger sums to zero.

use serde_json::{Value, json};
use skilling_protocol::crypto::DefaultVerifier;
use skilling_protocol::fraud;
use skilling_protocol::message::{Expected as _, Token};
use skilling_protocol::reason::Reason;
use skilling_protocol::values::{Amount, Currency};
use skilling_wallet::Stage as Standing;

use super::People;
use super::long_outage::Late;
use super::refusals::must_fail;
use crate::demo::Told;
use crate::demo::counter::{self, Purchase};
use crate::demo::stage::Stage;
use crate::demo::town::{Bank, Phone, Town, money, shown};

pub(super) fn tell(
    stage: &mut Stage,
    town: &mut Town,
    people: &People,
    clone: &Phone,
    late: Late,
) -> Told<Value> {
    stage.step("The network is back: deposits, syncs, and who is paid");
    town.network_up()?;
    deposits(stage, town)?;
    syncs(stage, town, people)?;
    settled(stage, people, &late)?;
    let proofs = proof(stage, town)?;
    revoked(stage, town, clone, &late)?;
    fresh(stage, town, people)?;
    let sums = ledgers(stage, town)?;
    Ok(json!({ "ledgers": sums, "proofs": proofs }))
}

fn deposits(stage: &Stage, town: &Town) -> Told {
    let client = town.acquirer.host.client()?;
    for shop in [&town.grocery, &town.grocery_till_2, &town.pharmacy] {
        let refreshed = town.runtime.block_on(shop.terminal.refresh(&client))?;
        if !refreshed.is_complete() {
            return Err(format!("{} could not refresh: {refreshed:?}", shop.name).into());
        }
        let report = town.runtime.block_on(shop.terminal.deposit(&client))?;
        if let Some(failed) = report.failed {
            return Err(format!("{} could not deposit: {failed:?}", shop.name).into());
        }
        stage.says(
            shop.name,
            format!(
                "deposits: {} paid, {} given back, {} pending, {} refused",
                report.paid, report.given_back, report.pending, report.refused
            ),
        );
        if report.still_due > 0 {
            return Err(format!("{} has {} still due", shop.name, report.still_due).into());
        }
    }
    Ok(())
}

fn syncs(stage: &Stage, town: &Town, people: &People) -> Told {
    for (phone, bank) in [
        (&people.anna, &town.nordbank),
        (&people.ella, &town.nordbank),
        (&people.mille, &town.nordbank),
        (&people.bo, &town.fjordbank),
        (&people.saga, &town.fjordbank),
    ] {
        phone.sync(town, bank)?;
        stage.says(phone.name, format!("syncs with {}", bank.name));
    }
    Ok(())
}

fn settled(stage: &Stage, people: &People, late: &Late) -> Told {
    for (phone, payment, story) in [
        (
            &people.bo,
            &late.without_receipt,
            "the payment without a receipt: the shop deposited it",
        ),
        (
            &people.anna,
            &late.at_burnt_till,
            "the payment at the till that burnt: Anna's receipt pays the shop",
        ),
    ] {
        let standing = phone.wallet.stage(payment)?;
        if standing != Standing::Settled {
            return Err(format!("{story}, but it is {}", standing.name()).into());
        }
        stage.good(phone.name, format!("{story}: {}", standing.name()));
    }
    Ok(())
}

fn proof(stage: &Stage, town: &Town) -> Told<usize> {
    let proofs = town.nordbank.server.proofs()?;
    let history = town.scheme.history()?;
    let bundle = history.latest().ok_or("there is no bundle")?;
    for proof in &proofs {
        let (a, b) = <(Token, Token)>::decode(&proof.message)?;
        let checked = fraud::prove(&a, &b, bundle, &DefaultVerifier::default())?;
        let name = checked.conflict.name();
        let amount = |token: &Token| shown(token.payment.unverified().amount, Currency::DKK);
        stage.good(
            town.nordbank.name,
            format!(
                "holds a proof, and it checks: {name}, {} and {}",
                amount(&a),
                amount(&b)
            ),
        );
    }
    if proofs.is_empty() {
        return Err("the bank found no proof".into());
    }
    if proofs.len() > 1 {
        stage.why("every two of the cheat's tokens are a proof");
    }
    stage.why("whoever accepted before the status list could tell is paid; the bank recovers from the payer");
    Ok(proofs.len())
}

fn revoked(stage: &mut Stage, town: &Town, clone: &Phone, late: &Late) -> Told {
    let client = town.acquirer.host.client()?;
    town.runtime
        .block_on(town.pharmacy.terminal.refresh(&client))?;
    town.pharmacy.terminal.take(&late.poster)?;
    clone.wallet.take_bundle(&town.scheme.trust_bundle()?.1)?;
    clone.wallet.take_outage(&late.poster)?;
    let purchase = Purchase {
        phone: clone,
        shop: &town.pharmacy,
        amount: money(5_000)?,
        currency: Currency::DKK,
    };
    let (_, outcome) = counter::pay_by_picture(stage, &town.runtime, &purchase, false)?;
    must_fail(&outcome, Reason::AllowanceRevoked)
}

fn fresh(stage: &Stage, town: &Town, people: &People) -> Told {
    for (phone, bank) in [
        (&people.anna, &town.nordbank),
        (&people.bo, &town.fjordbank),
    ] {
        let known: Vec<_> = phone.wallet.allowances()?.iter().map(|it| it.id).collect();
        phone.ask_for(town, bank, 100_000, Currency::DKK)?;
        let allowances = phone.wallet.allowances()?;
        let newest = allowances.iter().find(|it| !known.contains(&it.id));
        let newest = newest.ok_or("no new allowance came")?;
        stage.says(
            phone.name,
            format!("is granted another {}", shown(newest.limit, Currency::DKK)),
        );
        phone.says_how_far(stage)?;
    }
    Ok(())
}

fn ledgers(stage: &Stage, town: &Town) -> Told<Vec<Value>> {
    let mut sums = Vec::new();
    for bank in [&town.nordbank, &town.fjordbank] {
        sums.extend(ledger(stage, bank)?);
    }
    stage.why("a minus is the other side: suspense, of money that customers paid in; bank risk, of promises on credit");
    Ok(sums)
}

fn ledger(stage: &Stage, bank: &Bank) -> Told<Vec<Value>> {
    let report = bank.server.report()?;
    let mut told = Vec::new();
    for row in &report.currencies {
        let currency = Currency::new(row.currency)?;
        stage.says(bank.name, format!("ledger in {}", currency_name(currency)));
        let mut rows: Vec<(String, String)> = Vec::new();
        for (account, balance) in &row.accounts {
            rows.push((account.replace('_', " "), signed(*balance, currency)?));
        }
        rows.push(("sum".to_owned(), signed(row.sum, currency)?));
        stage.table(&rows);
        if row.sum != 0 {
            return Err(format!("the ledger of {} does not sum to zero", bank.name).into());
        }
        told.push(json!({ "bank": bank.name, "currency": row.currency, "sum": row.sum }));
    }
    Ok(told)
}

fn currency_name(currency: Currency) -> String {
    iso_currency::Currency::from_numeric(currency.numeric())
        .map_or_else(|| currency.to_string(), |it| it.code().to_owned())
}

fn signed(minor: i64, currency: Currency) -> Told<String> {
    let amount = Amount::new(minor.unsigned_abs())?;
    let sign = if minor < 0 { "-" } else { "" };
    Ok(format!("{sign}{}", shown(amount, currency)))
}
