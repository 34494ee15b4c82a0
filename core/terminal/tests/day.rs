//! A shop's day: may we sell, what did we sell, what is kept (readiness, totals, lists).
#![allow(clippy::unwrap_used)] // a test that cannot go on has failed

mod common;

use common::*;
use skilling_protocol::message::{Evidence, Expected as _, PaymentRequest, Token};
use skilling_protocol::objects::Outcome as Said;
use skilling_protocol::reason::Reason;
use skilling_protocol::values::*;
use skilling_terminal::{Answer, DepositState, Outcome, Terminal, Total};

fn against(till: &Terminal, minor: u64, currency: Currency) -> Vec<Reason> {
    match till.can_accept(dkk(minor), currency).unwrap() {
        Answer::Yes(_) => Vec::new(),
        Answer::No(reasons) => reasons,
    }
}

#[test]
fn a_till_that_may_sell_says_how_much_and_for_how_long() {
    let shop = Shop::open();
    let Answer::Yes(headroom) = shop.till.can_accept(dkk(100_000), Currency::DKK).unwrap() else {
        panic!();
    };
    assert_eq!(headroom.largest, dkk(100_000));
    assert_eq!(headroom.largest_unauthenticated, dkk(35_000));
    assert_eq!(headroom.ends_by, Reason::UserAuthRequired);
    assert_eq!(headroom.until, at(NOON - 60).plus(Seconds::days(10)));
    // Day 11: small amounts only.
    shop.clock.advance(Seconds::days(11));
    let Answer::Yes(headroom) = shop.till.can_accept(dkk(100), Currency::DKK).unwrap() else {
        panic!();
    };
    assert_eq!(headroom.largest, dkk(35_000));
    assert_eq!(headroom.ends_by, Reason::TrustExpired);
    assert_eq!(
        against(&shop.till, 35_001, Currency::DKK),
        [Reason::UserAuthRequired]
    );
}

#[test]
fn a_till_that_may_not_sell_says_every_reason() {
    let mut changed = bundle();
    let policy = &mut changed.policies[0].1;
    policy.outage_only = true;
    policy.categories = Some(Categories::new(vec![mcc(PHARMACY)]).unwrap());
    let shop = Shop::with(changed, |_| {});
    shop.clock.advance(Seconds::days(100));
    assert_eq!(
        against(&shop.till, 100_001, Currency::DKK),
        [
            Reason::TrustExpired,
            Reason::MerchantCertificate,
            Reason::OutageRequired,
            Reason::OverCap,
            Reason::CategoryClosed,
            Reason::UserAuthRequired,
        ]
    );
    assert!(against(&shop.till, 1, Currency::EUR).contains(&Reason::CurrencyMismatch));
    shop.clock.set(at(1));
    assert!(against(&shop.till, 1, Currency::DKK).contains(&Reason::TerminalClock));
}

#[test]
fn a_till_without_anything_can_do_nothing_and_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let clock = skilling_platform::clock::ManualClock::at(at(NOON));
    let till = open_till(&folder.path().join("till.db"), &clock, &key(40));
    assert_eq!(
        against(&till, 1, Currency::DKK),
        [Reason::TrustExpired, Reason::MerchantCertificate]
    );
    let token = Phone::new(50).pays(&Shop::open().asks(1));
    let refused = till.accept(&token).unwrap();
    assert_eq!(refused.reason(), Reason::TrustExpired);
    assert!(refused.receipt().is_none());
}

#[test]
fn what_the_till_says_it_can_accept_it_accepts() {
    let shop = Shop::open();
    for minor in [1, 35_000, 35_001, 100_000, 100_001] {
        let says = against(&shop.till, minor, Currency::DKK).is_empty();
        // Another allowance each time, so that only the terminal's side counts.
        let mut phone = Phone::granted(50, |it| {
            it.uuid = Uuid([u8::try_from(minor % 251).unwrap(); 16])
        });
        let accepts = shop
            .till
            .accept(&phone.pays(&shop.asks(minor)))
            .unwrap()
            .is_paid_now();
        assert_eq!(says, accepts, "{minor}");
    }
}

#[test]
fn the_day_is_closed_with_totals_of_that_day() {
    let shop = Shop::open();
    let mut phone = Phone::new(50);
    let sell = |phone: &mut Phone, minor| {
        let token = phone.pays(&shop.asks(minor));
        shop.till.accept(&token).unwrap();
        Token::decode(&token).unwrap().payment_id()
    };
    sell(&mut phone, 1_000);
    let regretted = sell(&mut phone, 2_000);
    shop.till.void(&regretted).unwrap();
    let wrong = phone.pays_as(&shop.asks(300), |it| it.amount = dkk(299));
    shop.till.accept(&wrong).unwrap();
    shop.clock.advance(Seconds::days(1));
    sell(&mut phone, 40_000);
    let day = shop.till.totals(at(NOON), at(NOON + 86_400)).unwrap();
    assert_eq!(day.len(), 1);
    let one = |amount| Total {
        count: 1,
        amount: dkk(amount),
    };
    assert_eq!(day[0].currency, Currency::DKK);
    assert_eq!(day[0].accepted, one(1_000));
    assert_eq!(day[0].voided, one(2_000));
    assert_eq!(day[0].declined, one(299));
    assert_eq!(day[0].to_deposit, one(1_000));
    let next = shop
        .till
        .totals(at(NOON + 86_400), at(NOON + 172_800))
        .unwrap();
    assert_eq!(next[0].accepted, one(40_000));
}

#[test]
fn payments_are_listed_page_by_page_with_all_their_evidence() {
    let shop = Shop::open();
    let mut phone = Phone::new(50);
    let mut ids = Vec::new();
    for minor in 1..=5 {
        let request = shop.asks(minor);
        let token = phone.pays(&request);
        let Outcome::Accepted(paid) = shop.till.accept(&token).unwrap() else {
            panic!();
        };
        assert_eq!(paid.request, Some(request.id));
        ids.push(paid.payment);
    }
    shop.till.void(&ids[4]).unwrap();
    let first = shop.till.payments(None, 3).unwrap();
    let second = shop.till.payments(Some(first[2].cursor), 3).unwrap();
    let listed: Vec<_> = first.iter().chain(&second).map(|it| it.payment).collect();
    assert_eq!(listed, ids.iter().rev().copied().collect::<Vec<_>>());
    assert_eq!(first[0].outcome, Some(Said::Voided));
    assert_eq!(first[1].deposit, DepositState::Due);
    assert_eq!(first[1].allowance, phone.allowance.id(()));
    let evidence = Evidence::decode(&shop.till.evidence(&ids[4]).unwrap()).unwrap();
    assert_eq!(evidence.token.payment_id(), ids[4]);
    assert_eq!(evidence.receipts.len(), 2);
    let shown = shop.till.receipt(&ids[4]).unwrap();
    assert_eq!(shown.outcome, Said::Voided);
}

#[test]
fn a_certificate_that_holds_is_used_and_not_a_newer_one_that_has_ended() {
    let shop = Shop::open();
    let first = shop.till.certificate().unwrap().id();
    let mut short = merchant(&shop.till_key, GROCERY);
    short.valid_from = at(NOON);
    short.valid_until = at(NOON + 3_600);
    shop.till.take_certificate(&certify(short)).unwrap();
    let second = shop.till.certificate().unwrap().id();
    assert_ne!(second, first, "the newest, while it holds");

    shop.clock.advance(Seconds(3_600));
    assert_eq!(shop.till.certificate().unwrap().id(), first);
    let request = PaymentRequest::decode(&shop.asks(100).message).unwrap();
    assert_eq!(request.merchant.id(()), first);
    // Where none holds, nothing changes: readiness says why the till may not sell.
    shop.clock.advance(Seconds::days(100));
    assert_eq!(shop.till.certificate().unwrap().id(), second);
    let why = against(&shop.till, 100, Currency::DKK);
    assert!(why.contains(&Reason::MerchantCertificate), "{why:?}");
}
