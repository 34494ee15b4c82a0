//! (8) A cloned phone: bounded, seen where it meets itself, and a proof that anyone can check.

use std::fs;
use std::path::Path;

use skilling_protocol::crypto::DefaultVerifier;
use skilling_protocol::fraud;
use skilling_protocol::message::{Evidence, Expected as _, Token};
use skilling_protocol::objects::Payment;
use skilling_protocol::reason::Reason;
use skilling_protocol::values::{Currency, ObjectId};

use super::People;
use super::groceries::must_be_paid;
use super::refusals::must_fail;
use crate::demo::Told;
use crate::demo::counter::{self, Purchase};
use crate::demo::stage::Stage;
use crate::demo::town::{Phone, Shop, Town, money, shown};

/// Returns the clone that went far away.
pub(super) fn tell(stage: &mut Stage, town: &Town, people: &People) -> Told<Phone> {
    stage.step("A cloned phone pays two shops");
    let near = clone(stage, town, people, "clone 1")?;
    let far = clone(stage, town, people, "clone 2")?;
    stage.notice("somebody extracted the keys of Mille's phone and copied all of it, twice: secure hardware is there to prevent this");
    let pays = |phone, shop, minor: u64| -> Told<Purchase<'_>> {
        Ok(Purchase {
            phone,
            shop,
            amount: money(minor)?,
            currency: Currency::DKK,
        })
    };
    let runtime = &town.runtime;
    let honest = pays(&people.mille, &town.grocery, 30_000)?;
    let (first, outcome) = counter::pay_by_picture(stage, runtime, &honest, true)?;
    must_be_paid(&outcome)?;
    let copied = pays(&near, &town.grocery_till_2, 31_000)?;
    let (_, outcome) = counter::pay_by_picture(stage, runtime, &copied, false)?;
    must_fail(&outcome, Reason::ConflictingPayment)?;
    stage.why("the second till shares a store with the first: it keeps both tokens as a proof");
    let copied = pays(&far, &town.pharmacy, 32_000)?;
    let (second, outcome) = counter::pay_by_picture(stage, runtime, &copied, true)?;
    must_be_paid(&outcome)?;
    let policy = town.scheme.policy(Currency::DKK)?.ok_or("no policy")?;
    let most = shown(policy.max_exposure, Currency::DKK);
    stage.why("the pharmacy is taken in: far away, it has never seen this allowance");
    stage.why(format!(
        "the scheme's ceiling bounds it: no till's store takes more than {most} of one allowance"
    ));
    let tokens = (
        token(&town.grocery, &first)?,
        token(&town.pharmacy, &second)?,
    );
    let bundle = town.scheme.history()?;
    let bundle = bundle.latest().ok_or("there is no bundle")?;
    let found = fraud::prove(&tokens.0, &tokens.1, bundle, &DefaultVerifier::default())?;
    let proof = tokens.encode();
    stage.sent(
        "the two tokens",
        "anybody",
        "together a fraud proof",
        "fraud-proof.cbor",
        &proof,
    )?;
    stage.good(
        "anybody",
        format!(
            "checks it with the bank's public key alone: {}",
            found.conflict.name()
        ),
    );
    Ok(far)
}

fn clone(stage: &Stage, town: &Town, people: &People, name: &'static str) -> Told<Phone> {
    let home = stage.home(&format!("phone-mille-{}", name.replace(' ', "-")))?;
    copy(&people.mille.home, &home)?;
    Phone::switch_on(name, &home, town.scheme.root(), &town.clock)
}

fn token(shop: &Shop, payment: &ObjectId<Payment>) -> Told<Token> {
    Ok(Evidence::decode(&shop.terminal.evidence(payment)?)?.token)
}

/// Copies a folder with everything in it.
fn copy(from: &Path, to: &Path) -> std::io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}
