//! (5) A category opens. (6) What is refused, in words. (7) A void.

use skilling_protocol::reason::Reason;
use skilling_protocol::values::Currency;
use skilling_terminal::Outcome;
use skilling_wallet::Stage as Standing;

use super::People;
use super::groceries::must_be_paid;
use crate::demo::Told;
use crate::demo::counter::{self, Purchase};
use crate::demo::stage::Stage;
use crate::demo::town::{GROCERIES, PHARMACY, Town, categories, money, shown};

const DKK: Currency = Currency::DKK;

pub(super) fn a_category_opens(stage: &mut Stage, town: &Town, people: &People) -> Told {
    stage.step("The pharmacy: declined before its category opens, paid after");
    for currency in [Currency::DKK, Currency::SEK] {
        let mut policy = town.scheme.policy(currency)?.ok_or("no policy")?;
        policy.categories = Some(categories(&[GROCERIES, PHARMACY])?);
        town.scheme.set_policy(currency, &policy)?;
    }
    let (version, bundle) = town.scheme.trust_bundle()?;
    let title = format!("trust bundle, version {version}, as a file");
    let file = stage.sent("scheme", "everybody", &title, "trust-bundle.cbor", &bundle)?;
    let carried = std::fs::read(file)?;
    for phone in [
        &people.anna,
        &people.bo,
        &people.saga,
        &people.ella,
        &people.mille,
    ] {
        phone.wallet.take_bundle(&carried)?;
    }
    stage.says("phones", "have the file; the pharmacy's till has not");
    let purchase = Purchase {
        phone: &people.anna,
        shop: &town.pharmacy,
        amount: money(9_900)?,
        currency: DKK,
    };
    let (payment, outcome) = counter::pay_by_picture(stage, &town.runtime, &purchase, true)?;
    must_fail(&outcome, Reason::CategoryClosed)?;
    if people.anna.wallet.stage(&payment)? != Standing::Declined {
        return Err("the wallet does not know that it was declined".into());
    }
    stage.why("a declined receipt is the till's signed promise never to claim it: Anna has the amount again");
    for shop in [
        &town.pharmacy,
        &town.night_counter,
        &town.electronics,
        &town.grocery,
    ] {
        shop.terminal.take(&carried)?;
    }
    stage.says(town.pharmacy.name, "takes the file");
    let (_, outcome) = counter::pay_by_picture(stage, &town.runtime, &purchase, true)?;
    must_be_paid(&outcome)
}

pub(super) fn in_words(stage: &mut Stage, town: &Town, people: &People) -> Told {
    stage.step("Refused, in words: cap, limit, count, currency, category, a foreign bank");
    let at_grocery = |phone, minor: u64, currency| -> Told<Purchase<'_>> {
        Ok(Purchase {
            phone,
            shop: &town.grocery,
            amount: money(minor)?,
            currency,
        })
    };
    counter::refused_by_wallet(stage, &at_grocery(&people.anna, 100_001, DKK)?)?;
    counter::refused_by_wallet(stage, &at_grocery(&people.ella, 50_001, DKK)?)?;
    fifty_small_things(stage, town, people)?;
    counter::refused_by_wallet(stage, &at_grocery(&people.ella, 100, DKK)?)?;
    counter::refused_by_wallet(stage, &at_grocery(&people.saga, 5_000, DKK)?)?;
    let electronics = Purchase {
        shop: &town.electronics,
        ..at_grocery(&people.anna, 29_900, DKK)?
    };
    counter::refused_by_wallet(stage, &electronics)?;
    let foreign = at_grocery(&people.ude, 5_000, DKK)?;
    let (_, outcome) = counter::pay_by_picture(stage, &town.runtime, &foreign, false)?;
    must_fail(&outcome, Reason::UnknownIssuer)
}

/// Ella's allowance is good for fifty payments; a fifty-first is refused.
fn fifty_small_things(stage: &mut Stage, town: &Town, people: &People) -> Told {
    let ella = &people.ella;
    for _ in 0..50 {
        let sale = skilling_terminal::Sale::new(money(100)?, DKK);
        let request = town.grocery.terminal.request(&sale)?;
        let skilling_wallet::Reviewed::New(review) = ella.wallet.review_anew(&request.message)?
        else {
            return Err("answered before".into());
        };
        let agreed = town.runtime.block_on(ella.wallet.agree(&review))?;
        let token = ella.wallet.pay(&agreed)?;
        let outcome = town.grocery.terminal.accept(&token.bytes)?;
        must_be_paid(&outcome)?;
        ella.wallet
            .take_receipt(outcome.receipt().ok_or("no receipt")?)?;
    }
    stage.says(
        ella.name,
        format!(
            "pays fifty times {}: each one accepted",
            shown(money(100)?, DKK)
        ),
    );
    Ok(())
}

pub(super) fn a_void(stage: &mut Stage, town: &Town, people: &People) -> Told {
    stage.step("A void gives the amount back offline, and convicts nobody");
    let purchase = Purchase {
        phone: &people.anna,
        shop: &town.grocery,
        amount: money(8_000)?,
        currency: DKK,
    };
    let (payment, outcome) = counter::pay_by_picture(stage, &town.runtime, &purchase, true)?;
    must_be_paid(&outcome)?;
    let voided = town.grocery.terminal.void(&payment)?;
    let between = (town.grocery.name, people.anna.name);
    let receipt = counter::by_picture(stage, between, "voided receipt", &voided.receipt)?;
    let (_, standing) = people.anna.wallet.take_receipt(&receipt)?;
    if standing != Standing::Voided {
        return Err("the wallet does not know of the void".into());
    }
    people.anna.says_how_far(stage)?;
    let (_, outcome) = counter::pay_by_picture(stage, &town.runtime, &purchase, true)?;
    must_be_paid(&outcome)?;
    let proofs = town.grocery.terminal.proofs(None, 10)?;
    if !proofs.is_empty() {
        return Err("an honest payer was convicted".into());
    }
    stage.good(town.grocery.name, "holds no proof against anybody");
    Ok(())
}

pub(super) fn must_fail(outcome: &Outcome, reason: Reason) -> Told {
    if outcome.reason() == reason {
        return Ok(());
    }
    Err(format!("expected {reason}, got {}", outcome.reason()).into())
}
