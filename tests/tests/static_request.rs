//! A printed code: one shop's, for any amount, paid as often as people like. The payer types, the cashier confirms.

#![allow(clippy::unwrap_used, clippy::panic)]

use skilling_protocol::reason::Reason;
use skilling_protocol::values::Currency;
use skilling_terminal::{OpenRequest, Outcome, TerminalError};
use skilling_tests::kit;
use skilling_tests::town::{Shop, Town, through_a_picture};
use skilling_wallet::{Reviewed, Stage, WalletError};

fn prints_a_code(shop: &Shop) -> OpenRequest {
    shop.till.static_request(Currency::DKK, None).unwrap()
}

#[test]
fn the_payer_types_an_amount_and_the_cashier_confirms_it() {
    let town = Town::new();
    let bank = town.bank("Nordbanken");
    let shop = town.shop("Netto", &bank);
    let phone = town.phone_with("asta", &bank, 100_000);
    let poster = through_a_picture(&prints_a_code(&shop).message);

    let Reviewed::New(review) = phone.wallet.review(&poster).unwrap() else {
        panic!("nobody has paid it");
    };
    let too_soon = skilling_tests::town::wait(phone.wallet.agree(&review));
    assert!(matches!(too_soon, Err(WalletError::AmountNeeded)));

    let token = phone.types(&poster, 4_200);
    let Outcome::ConfirmAmount {
        amount, currency, ..
    } = shop.till.accept(&token).unwrap()
    else {
        panic!("the cashier is asked");
    };
    assert_eq!((amount, currency), (kit::amount(4_200), Currency::DKK));
    let seen = &shop.till.payments(None, 1).unwrap()[0];
    assert_eq!(seen.outcome, None, "it is kept, and nothing is decided yet");
    let other = shop.till.confirm(&token, kit::amount(42_000));
    assert!(matches!(other, Err(TerminalError::OtherAmount)));
    let paid = shop.till.confirm(&token, kit::amount(4_200)).unwrap();
    assert!(paid.is_paid_now());
    let (_, stage) = phone.wallet.take_receipt(paid.receipt().unwrap()).unwrap();
    assert_eq!(stage, Stage::Accepted);
}

#[test]
fn what_the_cashier_rejects_comes_back_to_the_payer() {
    let town = Town::new();
    let bank = town.bank("Nordbanken");
    let shop = town.shop("Netto", &bank);
    let phone = town.phone_with("asta", &bank, 100_000);
    let token = phone.types(&prints_a_code(&shop).message, 42);
    let rejected = shop.till.reject(&token).unwrap();
    assert_eq!(rejected.reason(), Reason::AmountMismatch);
    phone
        .wallet
        .take_receipt(rejected.receipt().unwrap())
        .unwrap();
    assert_eq!(phone.allowance().remaining, kit::amount(100_000));
    let too_late = shop.till.confirm(&token, kit::amount(42)).unwrap();
    assert!(matches!(too_late, Outcome::Again(_)), "a decline is final");
}

#[test]
fn a_code_that_somebody_pastes_up_elsewhere_pays_its_own_shop_and_no_other() {
    let town = Town::new();
    let bank = town.bank("Nordbanken");
    let netto = town.shop("Netto", &bank);
    let irma = town.shop("Irma", &bank);
    let phone = town.phone_with("asta", &bank, 100_000);
    let poster = prints_a_code(&netto);
    let Reviewed::New(review) = phone.wallet.review(&poster.message).unwrap() else {
        panic!("nobody has paid it");
    };
    assert_eq!(
        review.merchant().as_str(),
        "Netto",
        "the payer sees whom they pay"
    );
    let token = phone.types(&poster.message, 100);
    assert_eq!(
        irma.till.accept(&token).unwrap().reason(),
        Reason::UnknownRequest
    );
    assert!(
        irma.till
            .confirm(&token, kit::amount(100))
            .unwrap()
            .receipt()
            .is_none()
    );
    assert!(
        netto
            .till
            .confirm(&token, kit::amount(100))
            .unwrap()
            .is_paid_now()
    );
}

#[test]
fn many_pay_one_code_until_it_is_taken_down() {
    let town = Town::new();
    let bank = town.bank("Nordbanken");
    let shop = town.shop("Netto", &bank);
    let poster = prints_a_code(&shop);
    for name in ["asta", "bo"] {
        let phone = town.phone_with(name, &bank, 100_000);
        for amount in [100, 200] {
            let token = phone.types(&poster.message, amount);
            let paid = shop.till.confirm(&token, kit::amount(amount)).unwrap();
            assert!(paid.is_paid_now());
            phone.wallet.take_receipt(paid.receipt().unwrap()).unwrap();
        }
    }
    shop.till.cancel(&poster.id).unwrap();
    let phone = town.phone_with("eva", &bank, 100_000);
    let token = phone.types(&poster.message, 100);
    assert_eq!(
        shop.till.accept(&token).unwrap().reason(),
        Reason::RequestExpired
    );
}
