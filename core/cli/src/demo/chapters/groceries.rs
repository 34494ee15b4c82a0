//! (2) The network goes away. (3) Groceries by pictures. (4) Groceries by tap, whole and torn.

use skilling_platform::transport::{HttpRequest, Transport as _};
use skilling_protocol::values::Currency;
use skilling_terminal::{Answer, Outcome};
use skilling_wallet::tap::Tap;

use super::People;
use crate::demo::Told;
use crate::demo::cable::Cable;
use crate::demo::counter::{self, Purchase};
use crate::demo::stage::Stage;
use crate::demo::town::{Town, money, shown};

pub(super) fn the_network_goes(stage: &mut Stage, town: &mut Town, people: &People) -> Told {
    stage.step("The network goes away: the servers are really stopped");
    town.network_down()?;
    for bank in [&town.nordbank, &town.fjordbank, &town.acquirer] {
        let client = bank.host.client()?;
        let call = client.send(HttpRequest::get("/v1/trust"));
        match town.runtime.block_on(call) {
            Err(error) => stage.refused(
                bank.name,
                format!("GET {}/v1/trust: {error}", bank.host.url()),
            ),
            Ok(answer) => return Err(format!("{} answered {}", bank.name, answer.status).into()),
        }
    }
    for shop in town.shops() {
        let client = town.acquirer.host.client()?;
        let refreshed = town.runtime.block_on(shop.terminal.refresh(&client))?;
        if refreshed.is_complete() || shop.terminal.offline_since()?.is_none() {
            return Err("a till did not notice".into());
        }
    }
    stage.says(
        "tills",
        "each tried, failed, and will say \"offline since\" in its requests",
    );
    match town
        .grocery
        .terminal
        .can_accept(money(12_550)?, Currency::DKK)?
    {
        Answer::Yes(room) => stage.good(
            town.grocery.name,
            format!(
                "can sell offline: up to {} a payment",
                shown(room.largest, Currency::DKK)
            ),
        ),
        Answer::No(reasons) => return Err(format!("the grocery cannot sell: {reasons:?}").into()),
    }
    people.anna.says_how_far(stage)?;
    Ok(())
}

pub(super) fn by_picture(stage: &mut Stage, town: &Town, people: &People) -> Told {
    stage.step("Groceries by QR: pictures drawn to files, read back from files");
    let purchase = Purchase {
        phone: &people.anna,
        shop: &town.grocery,
        amount: money(12_550)?,
        currency: Currency::DKK,
    };
    let (_, outcome) = counter::pay_by_picture(stage, &town.runtime, &purchase, true)?;
    must_be_paid(&outcome)?;
    let purchase = Purchase {
        phone: &people.saga,
        amount: money(8_900)?,
        currency: Currency::SEK,
        ..purchase
    };
    let (_, outcome) = counter::pay_by_picture(stage, &town.runtime, &purchase, true)?;
    must_be_paid(&outcome)
}

pub(super) fn by_tap(stage: &mut Stage, town: &Town, people: &People) -> Told {
    stage.step("Groceries by NFC: chained APDUs, and a tap that is torn half way");
    let whole = Purchase {
        phone: &people.bo,
        shop: &town.grocery,
        amount: money(6_450)?,
        currency: Currency::DKK,
    };
    let request = whole.request()?;
    let mut cable = Cable::new(Tap::new(people.bo.wallet.clone()));
    let report = counter::tap(stage, &town.runtime, &whole, &request, &mut cable);
    let outcome = report.sale.ok_or("no token came")?;
    counter::verdict(stage, whole.shop, &outcome);
    must_be_paid(&outcome)?;
    stage.sent(
        "Bo",
        "grocery",
        "the tap as a trace",
        "tap.txt",
        cable.trace().as_bytes(),
    )?;
    drop(cable);

    let torn = Purchase {
        amount: money(4_200)?,
        ..whole
    };
    let request = torn.request()?;
    let mut first = Cable::that_breaks_after(Tap::new(people.bo.wallet.clone()), 300);
    let report = counter::tap(stage, &town.runtime, &torn, &request, &mut first);
    let Err(torn_because) = report.end else {
        return Err("the tap was not torn".into());
    };
    stage.refused(torn.shop.name, format!("torn: {torn_because}"));
    stage.why("the token left the phone and only a part of it came");
    let torn_tokens = first.tokens();
    drop(first);
    stage.says("Bo", "taps again");
    let mut again = Cable::new(Tap::new(people.bo.wallet.clone()));
    let report = counter::tap(stage, &town.runtime, &torn, &request, &mut again);
    let settled = report.settled.first().map(|(_, outcome)| outcome.clone());
    let outcome = settled
        .or(report.sale)
        .ok_or("the second tap brought nothing")?;
    counter::verdict(stage, torn.shop, &outcome);
    must_be_paid(&outcome)?;
    let again_tokens = again.tokens();
    let (before, after) = (torn_tokens.last(), again_tokens.first());
    if before.is_none() || before != after {
        return Err("the second tap gave another token".into());
    }
    let bytes = before.map_or(0, Vec::len);
    stage.good(
        "Bo",
        format!("gave the same {bytes} bytes twice: one payment, one token, one receipt"),
    );
    Ok(())
}

pub(super) fn must_be_paid(outcome: &Outcome) -> Told {
    if outcome.is_paid_now() {
        return Ok(());
    }
    Err(format!("not paid: {}", outcome.reason()).into())
}
