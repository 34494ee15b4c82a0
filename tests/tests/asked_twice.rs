//! Asked twice, shown twice: a payer who may have paid already is asked, and a token that comes again completes nothing.

#![allow(clippy::unwrap_used, clippy::panic)]

use skilling_protocol::reason::Reason;
use skilling_terminal::Outcome;
use skilling_tests::kit;
use skilling_tests::town::{Phone, Town, tap};
use skilling_wallet::{Reviewed, Warning};

fn warnings(phone: &Phone, request: &[u8]) -> Vec<Warning> {
    match phone.wallet.review(request).unwrap() {
        Reviewed::New(review) => review.warnings,
        Reviewed::Answered(_) => panic!("it is a new request"),
    }
}

#[test]
fn the_same_amount_to_the_same_shop_with_no_word_of_the_first_is_asked_about_for_ten_minutes() {
    let town = Town::new();
    let bank = town.bank("Nordbanken");
    let shop = town.shop("Netto", &bank);
    let phone = town.phone_with("asta", &bank, 100_000);
    let token = phone.pays(&shop.asks(12_550).message);
    let again = [Warning::SameAgain {
        paid_at: kit::time(kit::NOW),
    }];
    assert_eq!(warnings(&phone, &shop.asks(12_550).message), again);
    assert_eq!(
        warnings(&phone, &shop.asks(12_551).message),
        [],
        "another amount"
    );

    let phone = phone.restarts().unwrap();
    assert_eq!(
        warnings(&phone, &shop.asks(12_550).message),
        again,
        "a restart forgets nothing"
    );
    phone.is_armed();
    let asked = shop.asks(12_550);
    let waits = tap(&shop.till, &phone, Some(&asked));
    assert!(waits.sale.is_none(), "an armed phone asks too");

    town.seconds_pass(601);
    assert_eq!(
        warnings(&phone, &shop.asks(12_550).message),
        [],
        "later it is another purchase"
    );
    let receipt = shop.till.accept(&token).unwrap();
    assert_eq!(
        receipt.reason(),
        Reason::RequestExpired,
        "the cashier waited too long"
    );
    phone
        .wallet
        .take_receipt(receipt.receipt().unwrap())
        .unwrap();
    assert_eq!(
        phone.allowance().remaining,
        kit::amount(100_000),
        "and the amount came back"
    );
}

#[test]
fn a_receipt_ends_the_question() {
    let town = Town::new();
    let bank = town.bank("Nordbanken");
    let shop = town.shop("Netto", &bank);
    let phone = town.phone_with("asta", &bank, 100_000);
    assert!(shop.sells(&phone, 12_550).is_paid_now());
    assert_eq!(warnings(&phone, &shop.asks(12_550).message), []);
}

#[test]
fn a_token_that_is_shown_again_gets_its_receipt_and_completes_no_other_sale() {
    let town = Town::new();
    let bank = town.bank("Nordbanken");
    let shop = town.shop("Netto", &bank);
    let phone = town.phone_with("asta", &bank, 100_000);
    let token = phone.pays(&shop.asks(12_550).message);
    let first = shop.till.accept(&token).unwrap();
    assert!(first.is_paid_now());

    let next = shop.asks(12_550);
    let shown_again = shop.till.accept(&token).unwrap();
    assert!(matches!(shown_again, Outcome::Again(_)) && !shown_again.is_paid_now());
    assert_eq!(shown_again.receipt(), first.receipt());
    assert_eq!(
        shop.till.open_requests().unwrap(),
        [next],
        "the next sale is as open as before"
    );

    let id = phone
        .wallet
        .take_receipt(first.receipt().unwrap())
        .unwrap()
        .0;
    let voided = shop.till.void(&id).unwrap();
    let latest = shop.till.accept(&token).unwrap();
    assert_eq!(
        latest.receipt(),
        Some(voided.receipt.as_slice()),
        "the latest receipt"
    );
}

#[test]
fn a_request_that_was_paid_is_paid_once_whoever_is_asked() {
    let town = Town::new();
    let bank = town.bank("Nordbanken");
    let shop = town.shop("Netto", &bank);
    let asta = town.phone_with("asta", &bank, 100_000);
    let bo = town.phone_with("bo", &bank, 100_000);
    let request = shop.asks(12_550);
    let (one, two) = (asta.pays(&request.message), bo.pays(&request.message));
    assert!(shop.till.accept(&one).unwrap().is_paid_now());
    let refused = shop.till.accept(&two).unwrap();
    assert_eq!(refused.reason(), Reason::RequestAlreadyPaid);
    bo.wallet.take_receipt(refused.receipt().unwrap()).unwrap();
    assert_eq!(
        bo.allowance().remaining,
        kit::amount(100_000),
        "who paid in vain has it back"
    );
}
