//! (9) Day 7, day 11, and day 31 with a bulletin from a poster.

use skilling_platform::clock::Clock as _;
use skilling_protocol::objects::Payment;
use skilling_protocol::reason::Reason;
use skilling_protocol::values::{Currency, ObjectId, Seconds};

use super::People;
use super::groceries::must_be_paid;
use super::refusals::must_fail;
use crate::demo::Told;
use crate::demo::counter::{self, Purchase};
use crate::demo::stage::Stage;
use crate::demo::town::{Phone, Shop, Town, money};

/// What only the sync can settle.
pub(super) struct Late {
    /// Bo paid, and never got a receipt.
    pub(super) without_receipt: ObjectId<Payment>,
    /// Anna holds a receipt of a till that burnt.
    pub(super) at_burnt_till: ObjectId<Payment>,
    /// The bulletin that was on the shop door.
    pub(super) poster: Vec<u8>,
}

pub(super) fn tell(stage: &mut Stage, town: &Town, people: &People) -> Told<Late> {
    stage.step("A long outage: day 7, day 11, day 31");
    let dkk = Currency::DKK;
    let buys = |phone, shop, minor: u64| -> Told<Purchase<'_>> {
        Ok(Purchase {
            phone,
            shop,
            amount: money(minor)?,
            currency: dkk,
        })
    };
    let (anna, bo): (&Phone, &Phone) = (&people.anna, &people.bo);
    let (grocery, night): (&Shop, &Shop) = (&town.grocery, &town.night_counter);

    pass(stage, town, 7)?;
    let large = buys(anna, grocery, 40_000)?;
    let (_, outcome) = counter::pay_by_picture(stage, &town.runtime, &large, true)?;
    must_be_paid(&outcome)?;
    let unread = buys(bo, grocery, 4_500)?;
    let (without_receipt, outcome) = counter::pay_by_picture(stage, &town.runtime, &unread, false)?;
    must_be_paid(&outcome)?;
    stage.why("Bo's camera never sees the receipt: his payment stays unconfirmed");
    let (at_burnt_till, outcome) =
        counter::pay_by_picture(stage, &town.runtime, &buys(anna, night, 6_000)?, true)?;
    must_be_paid(&outcome)?;
    std::fs::remove_dir_all(&night.home)?;
    stage.refused(night.name, "burns down, with everything it stored");

    pass(stage, town, 11)?;
    let (_, outcome) = counter::pay_by_picture(stage, &town.runtime, &large, true)?;
    must_fail(&outcome, Reason::UserAuthRequired)?;
    stage.why("no revocation list is younger than 10 days: only small amounts until one comes");
    let small = buys(anna, grocery, 20_000)?;
    let (_, outcome) = counter::pay_by_picture(stage, &town.runtime, &small, true)?;
    must_be_paid(&outcome)?;

    pass(stage, town, 31)?;
    let bread = buys(anna, grocery, 3_000)?;
    counter::refused_by_wallet(stage, &bread)?;
    let poster = declare(stage, town, dkk)?;
    grocery.terminal.take(&poster)?;
    anna.wallet.take_outage(&poster)?;
    stage.says("grocery, Anna", "read the poster on the shop door");
    let (_, outcome) = counter::pay_by_picture(stage, &town.runtime, &bread, true)?;
    must_be_paid(&outcome)?;
    anna.says_how_far(stage)?;
    Ok(Late {
        without_receipt,
        at_burnt_till,
        poster,
    })
}

/// Time passes until a day of the story.
fn pass(stage: &Stage, town: &Town, day: u64) -> Told {
    let days = day.saturating_sub(town.day());
    let days = u16::try_from(days).unwrap_or(u16::MAX);
    town.clock.advance(Seconds::days(days));
    stage.notice(format!("day {day} without a network, {}", town.date()?));
    Ok(())
}

/// The scheme signs a bulletin; it is printed as a code and read from the picture.
fn declare(stage: &mut Stage, town: &Town, currency: Currency) -> Told<Vec<u8>> {
    let now = town.clock.now();
    let until = now.plus(Seconds::days(10));
    let bulletin = town
        .scheme
        .declare_outage(currency, now, until, Seconds::days(14))?;
    stage.says(
        "scheme",
        "declares an outage of kroner: for ten days, what ran out less than 14 days ago still pays",
    );
    counter::by_picture(stage, ("scheme", "poster"), "outage", &bulletin)
}
