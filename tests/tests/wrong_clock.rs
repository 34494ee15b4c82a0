//! Clocks that are wrong: a till that cannot know the time accepts nothing and asks for it, and a phone whose clock is off is
//! refused in a way that costs nobody anything.

#![allow(clippy::unwrap_used, clippy::panic)]

use skilling_platform::clock::{Clock as _, ManualClock};
use skilling_protocol::reason::Reason;
use skilling_protocol::values::{Currency, Seconds};
use skilling_terminal::{Answer, Sale, TerminalError};
use skilling_tests::kit;
use skilling_tests::town::{Phone, Town};
use skilling_wallet::WalletError;

#[test]
fn a_till_whose_clock_is_before_its_bundle_or_its_last_sale_accepts_nothing_until_it_is_set() {
    let town = Town::new();
    let bank = town.bank("Nordbanken");
    let shop = town.shop("Netto", &bank);
    let phone = town.phone_with("asta", &bank, 100_000);
    let right = town.clock.now();
    let token = phone.pays(&shop.asks(12_550).message);

    // A flat battery: the till believes that it is 1970, or last year.
    for wrong in [kit::time(0), right.minus(Seconds::days(360))] {
        town.clock.set(wrong);
        let sale = Sale::new(kit::amount(100), Currency::DKK);
        assert!(matches!(
            shop.till.request(&sale),
            Err(TerminalError::Clock)
        ));
        let refused = shop.till.accept(&token).unwrap();
        assert_eq!(refused.reason(), Reason::TerminalClock);
        assert_eq!(
            refused.receipt(),
            None,
            "nothing is said that the payer could lose by"
        );
        let may_sell = shop
            .till
            .can_accept(kit::amount(100), Currency::DKK)
            .unwrap();
        assert!(matches!(may_sell, Answer::No(why) if why.contains(&Reason::TerminalClock)));
    }
    town.clock.set(right);
    assert!(
        shop.till.accept(&token).unwrap().is_paid_now(),
        "set right, the same token is paid"
    );

    town.days_pass(2);
    assert!(shop.sells(&phone, 100).is_paid_now());
    // Back to the day before yesterday: after the bundle, but before the last sale.
    town.clock.set(right);
    assert_eq!(
        shop.till.accept(&token).unwrap().reason(),
        Reason::TerminalClock
    );
}

#[test]
fn a_phone_whose_clock_is_off_by_more_than_the_skew_pays_nothing_or_gets_it_back() {
    let town = Town::new();
    let bank = town.bank("Nordbanken");
    let shop = town.shop("Netto", &bank);
    town.phone_with("asta", &bank, 100_000).is_off();
    let now = town.clock.now();
    let phone_at = |time| {
        let clock = ManualClock::at(time);
        Phone::open(&town.home("asta"), town.root(), &clock).unwrap()
    };
    let refused = |phone: &Phone| match phone.tries_to_pay(&shop.asks(100).message) {
        Ok(token) => {
            let answer = shop.till.accept(&token.bytes).unwrap();
            assert!(!answer.is_paid_now());
            phone
                .wallet
                .take_receipt(answer.receipt().unwrap())
                .unwrap();
            answer.reason()
        }
        Err(WalletError::Refused(reason)) => reason,
        Err(error) => panic!("{error}"),
    };
    let cases = [
        (now.minus(Seconds::days(30)), Reason::HighWaterMark),
        (now.minus(Seconds(900)), Reason::HighWaterMark),
        (now.plus(Seconds(900)), Reason::ClockSkew),
        (now.plus(Seconds::days(60)), Reason::TrustExpired),
    ];
    for (time, why) in cases {
        let phone = phone_at(time);
        assert_eq!(refused(&phone), why);
        assert_eq!(phone.allowance().remaining, kit::amount(100_000), "{why:?}");
        phone.is_off();
    }
    let phone = phone_at(now.plus(Seconds(100)));
    assert!(
        shop.sells(&phone, 100).is_paid_now(),
        "a little is no trouble"
    );
}
