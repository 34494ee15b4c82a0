//! A bank fails while tills hold its tokens: what was accepted before stays claimed and listed, and is paid if the bank, or who
//! follows it, pays again.

#![allow(clippy::unwrap_used)]

use skilling_protocol::reason::Reason;
use skilling_tests::town::{Town, wait};

#[test]
fn tokens_of_a_suspended_bank_stay_claimed_and_are_paid_when_it_answers_again() {
    let town = Town::new();
    let mut failing = town.bank("Snoras");
    let acquirer = town.bank("Nordbanken");
    let shop = town.shop("Netto", &acquirer);
    let phone = town.phone_with("asta", &failing, 100_000);
    assert!(shop.sells(&phone, 12_550).is_paid_now());
    let token_in_flight = phone.pays(&shop.asks(1_000).message);

    failing.goes_away();
    town.scheme.suspend_issuer(&failing.key(), true).unwrap();
    shop.refreshes(&acquirer);
    let refused = shop.till.accept(&token_in_flight).unwrap();
    assert_eq!(
        refused.reason(),
        Reason::IssuerSuspended,
        "nothing new is taken"
    );

    let deposited = wait(shop.till.deposit(&acquirer.transport())).unwrap();
    assert_eq!(
        (deposited.paid, deposited.pending, deposited.refused),
        (0, 2, 0),
        "{deposited:?}"
    );
    let report = acquirer.server.report().unwrap();
    let claim = report
        .claims
        .iter()
        .find(|it| it.amount == 12_550)
        .expect("it is listed");
    assert!(claim.suspended && claim.state == "pending");
    assert_eq!(claim.issuer, failing.key().key_id().to_string());
    assert_eq!(shop.till.still_due().unwrap(), 2);

    town.days_pass(3);
    failing.comes_back();
    town.scheme.suspend_issuer(&failing.key(), false).unwrap();
    let deposited = wait(shop.till.deposit(&acquirer.transport())).unwrap();
    assert_eq!(
        (deposited.paid, deposited.given_back, deposited.pending),
        (1, 1, 0)
    );
    assert_eq!(failing.account("merchant_payable"), 12_550);
    assert!(acquirer.server.report().unwrap().claims.is_empty());
}
