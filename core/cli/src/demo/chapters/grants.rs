//! (1) While the network is there: people enrol, banks grant.

use skilling_issuer::Funding;
use skilling_protocol::values::Currency;

use super::People;
use crate::demo::Told;
use crate::demo::stage::Stage;
use crate::demo::town::{Bank, Phone, Town, shown};

pub(super) fn tell(stage: &mut Stage, town: &mut Town) -> Told<People> {
    stage.step("Grants: banks reserve money and sign it to keys in phones");
    town.network_up()?;
    let (held, risk) = (Funding::Held, Funding::Risk);
    let (dkk, sek) = (Currency::DKK, Currency::SEK);
    let (nord, fjord, out) = (&town.nordbank, &town.fjordbank, &town.outsider);
    let people = People {
        anna: newcomer(stage, town, "Anna", nord, (dkk, held, 500_000), 200_000)?,
        bo: newcomer(stage, town, "Bo", fjord, (dkk, risk, 300_000), 150_000)?,
        saga: newcomer(stage, town, "Saga", fjord, (sek, held, 400_000), 100_000)?,
        ella: newcomer(stage, town, "Ella", nord, (dkk, held, 100_000), 50_000)?,
        mille: newcomer(stage, town, "Mille", nord, (dkk, held, 300_000), 200_000)?,
        ude: newcomer(stage, town, "Ude", out, (dkk, held, 200_000), 100_000)?,
    };
    for shop in town.shops() {
        let client = town.acquirer.host.client()?;
        let refreshed = town.runtime.block_on(shop.terminal.refresh(&client))?;
        if !refreshed.is_complete() {
            return Err(format!("{} could not refresh: {refreshed:?}", shop.name).into());
        }
    }
    stage.says(
        "tills",
        "hold today's trust bundle and every bank's status list",
    );
    let (version, bundle) = town.scheme.trust_bundle()?;
    stage.sent(
        "scheme",
        "everybody",
        &format!("trust bundle, version {version}"),
        "trust-bundle.cbor",
        &bundle,
    )?;
    Ok(people)
}

/// Opens an account, enrols a phone over HTTP and syncs a wish: the bank grants or says why not.
fn newcomer(
    stage: &mut Stage,
    town: &Town,
    name: &'static str,
    bank: &Bank,
    account: (Currency, Funding, u64),
    wish: u64,
) -> Told<Phone> {
    let (currency, funding, _) = account;
    let (phone, code) = town.customer(stage, name, bank, account)?;
    phone.enrol(town, bank, &code)?;
    phone.ask_for(town, bank, wish, currency)?;
    let allowances = phone.wallet.allowances()?;
    let granted = allowances.first().ok_or("no allowance came")?;
    let how = match funding {
        Funding::Held => "held from the account",
        Funding::Risk => "at the bank's risk",
    };
    stage.says(
        &format!("{} → {name}", bank.name),
        format!(
            "allowance of {}, at most {} a payment, {} payments, {how}",
            shown(granted.limit, currency),
            shown(granted.cap, currency),
            granted.max_payments
        ),
    );
    Ok(phone)
}
