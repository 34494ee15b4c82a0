//! Tills of one shop share a store, and a cheat gains nothing by going from till to till.

#![allow(clippy::unwrap_used)]

use skilling_protocol::reason::Reason;
use skilling_terminal::TerminalError;
use skilling_tests::kit;
use skilling_tests::town::{Town, asks, wait};

#[test]
fn what_one_till_took_counts_at_the_other_and_a_void_makes_room_at_both() {
    let town = Town::new();
    let bank = town.bank("Nordbanken");
    let shop = town.shop("Netto", &bank);
    let second = town.another_till(&shop, &bank);
    let far_away = town.shop("Irma", &bank);
    let phone = town.phone_with("asta", &bank, 400_000);

    let first = shop.sells(&phone, 100_000);
    let pays_at_the_second = |amount| {
        let outcome = second
            .accept(&phone.pays(&asks(&second, amount).message))
            .unwrap();
        phone
            .wallet
            .take_receipt(outcome.receipt().unwrap())
            .unwrap();
        outcome
    };
    assert!(pays_at_the_second(100_000).is_paid_now());
    assert_eq!(
        pays_at_the_second(1).reason(),
        Reason::OverExposure,
        "2000.00 a store"
    );
    assert!(
        far_away.sells(&phone, 100_000).is_paid_now(),
        "another store counts by itself"
    );

    let paid = &shop.till.payments(None, 10).unwrap();
    let voided = paid.last().unwrap().payment;
    let receipt = shop.till.void(&voided).unwrap();
    phone.wallet.take_receipt(&receipt.receipt).unwrap();
    assert!(pays_at_the_second(100_000).is_paid_now());
    assert_eq!(pays_at_the_second(1).reason(), Reason::OverExposure);
    assert!(first.is_paid_now());
}

#[test]
fn a_token_is_answered_by_the_till_that_asked_and_lost_at_none() {
    let town = Town::new();
    let bank = town.bank("Nordbanken");
    let shop = town.shop("Netto", &bank);
    let second = town.another_till(&shop, &bank);
    let phone = town.phone_with("asta", &bank, 100_000);
    let token = phone.pays(&shop.asks(12_550).message);
    let elsewhere = second.accept(&token);
    assert!(matches!(
        elsewhere,
        Err(TerminalError::MadeByAnotherTill { .. })
    ));
    let outcome = shop.till.accept(&token).unwrap();
    assert!(outcome.is_paid_now());
    phone
        .wallet
        .take_receipt(outcome.receipt().unwrap())
        .unwrap();
}

#[test]
fn papers_that_one_till_takes_are_there_for_both_and_each_deposits_what_it_signed() {
    let town = Town::new();
    let bank = town.bank("Nordbanken");
    let shop = town.shop("Netto", &bank);
    let second = town.another_till(&shop, &bank);
    let phone = town.phone_with("asta", &bank, 100_000);
    let revoked = phone.allowance().id;
    let asked_before = second
        .accept(&phone.pays(&asks(&second, 100).message))
        .unwrap();
    assert!(asked_before.is_paid_now());
    bank.server.revoke(revoked).unwrap();
    shop.refreshes(&bank);
    let refused = second
        .accept(&phone.pays(&asks(&second, 100).message))
        .unwrap();
    assert_eq!(refused.reason(), Reason::AllowanceRevoked);

    let of_the_first = wait(shop.till.deposit(&bank.transport())).unwrap();
    assert_eq!(
        (of_the_first.paid, of_the_first.still_due),
        (0, 0),
        "it signed nothing"
    );
    let of_the_second = wait(second.deposit(&bank.transport())).unwrap();
    assert_eq!((of_the_second.paid, of_the_second.still_due), (1, 0));
    assert_eq!(bank.account("merchant_payable"), 100);
    assert_eq!(kit::amount(100), asked_before_amount(&second));
}

/// What the shop's first payment was.
fn asked_before_amount(till: &skilling_terminal::Terminal) -> skilling_protocol::values::Amount {
    till.payments(None, 10).unwrap().last().unwrap().amount
}
