//! The network is gone and stays away: day 7 as on the first, day 11 small amounts, and past the papers' end a bulletin from a
//! poster keeps everybody paying.

#![allow(clippy::unwrap_used)]

use skilling_protocol::objects::Outcome as Said;
use skilling_protocol::reason::Reason;
use skilling_protocol::values::{Currency, Seconds};
use skilling_terminal::{Answer, Outcome, Problem};
use skilling_tests::kit;
use skilling_tests::town::{Phone, Shop, Town, tap, through_a_picture, wait};
use skilling_wallet::WalletError;

fn why_not(shop: &Shop, amount: u64) -> Vec<Reason> {
    match shop
        .till
        .can_accept(kit::amount(amount), Currency::DKK)
        .unwrap()
    {
        Answer::Yes(_) => Vec::new(),
        Answer::No(why) => why,
    }
}

#[test]
fn a_week_without_network_changes_nothing_and_after_ten_days_small_amounts_go_on() {
    let town = Town::new();
    let mut bank = town.bank("Nordbanken");
    let shop = town.shop("Netto", &bank);
    let phone = town.phone_with("asta", &bank, 400_000);
    bank.goes_away();
    let failed = wait(shop.till.refresh(&bank.transport())).unwrap();
    assert!(
        matches!(failed.failed[0].1.problem, Problem::NoAnswer(_)),
        "{failed:?}"
    );
    assert!(shop.till.offline_since().unwrap().is_some());

    for day in 1..=7 {
        town.days_pass(1);
        assert!(phone.pays_by_qr(&shop, 20_000).is_paid_now(), "day {day}");
    }
    assert!(
        shop.sells(&phone, 40_000).is_paid_now(),
        "large amounts too"
    );

    town.days_pass(4);
    assert_eq!(why_not(&shop, 40_000), [Reason::UserAuthRequired]);
    let large = shop.sells(&phone, 40_000);
    assert!(matches!(&large, Outcome::Declined(it) if matches!(it.outcome, Said::Declined { .. })));
    assert_eq!(large.reason(), Reason::UserAuthRequired);
    assert_eq!(why_not(&shop, 10_000), []);
    assert!(
        shop.sells(&phone, 10_000).is_paid_now(),
        "day 11: small amounts"
    );

    bank.comes_back();
    let deposited = wait(shop.till.deposit(&bank.transport())).unwrap();
    assert_eq!(
        (deposited.paid, deposited.given_back, deposited.still_due),
        (9, 1, 0)
    );
    assert_eq!(
        bank.account("merchant_payable"),
        7 * 20_000 + 40_000 + 10_000
    );
    shop.refreshes(&bank);
    assert_eq!(why_not(&shop, 40_000), []);
}

fn pays(phone: &Phone, shop: &Shop) -> Result<bool, WalletError> {
    let token = phone.tries_to_pay(&shop.asks(10_000).message)?;
    let outcome = shop.till.accept(&token.bytes).unwrap();
    phone
        .wallet
        .take_receipt(outcome.receipt().unwrap())
        .unwrap();
    Ok(outcome.is_paid_now())
}

#[test]
fn papers_that_ended_are_lengthened_by_a_poster_and_by_nothing_else() {
    let town = Town::new();
    let mut bank = town.bank("Nordbanken");
    let shop = town.shop("Netto", &bank);
    let asta = town.phone_with("asta", &bank, 100_000);
    let bo = town.phone_with("bo", &bank, 100_000);
    bank.goes_away();
    town.days_pass(31);
    assert!(matches!(
        pays(&asta, &shop),
        Err(WalletError::Refused(Reason::TrustExpired))
    ));
    assert_eq!(why_not(&shop, 10_000)[0], Reason::TrustExpired);

    let poster = through_a_picture(&town.outage(7, Seconds::days(14)));
    assert!(shop.till.take(&poster).unwrap().is_new);
    assert_eq!(why_not(&shop, 10_000), []);
    assert!(asta.wallet.take_outage(&poster).unwrap());
    assert!(
        pays(&asta, &shop).unwrap(),
        "bundle and allowance have two weeks more"
    );

    // A phone that has not seen the poster gets the bulletin from the till at its first tap.
    let sale = shop.asks(5_000);
    let first = tap(&shop.till, &bo, Some(&sale));
    assert!(first.sale.is_none());
    assert_eq!(bo.wallet.outage_serials().unwrap().len(), 1, "{first:?}");
    bo.is_armed();
    assert!(
        tap(&shop.till, &bo, Some(&shop.asks(5_100)))
            .sale
            .unwrap()
            .is_paid_now()
    );

    town.days_pass(7);
    assert!(pays(&asta, &shop).is_err(), "the outage is over");
    bank.comes_back();
    let deposited = wait(shop.till.deposit(&bank.transport())).unwrap();
    assert_eq!(
        (deposited.paid, deposited.refused),
        (2, 0),
        "what was accepted is paid"
    );
}
