//! The request that a payment answers.

use super::*;

#[test]
fn a_payment_for_another_shop_is_unknown_here_and_kept_as_evidence() {
    let (shop, other) = (Shop::open(), Shop::open());
    let mut phone = Phone::new(50);
    let there = phone.pays(&other.asks(100));
    refused(&shop, &there, Reason::UnknownRequest);
    let kept = shop.till.payments(None, 10).unwrap();
    assert_eq!((kept.len(), kept[0].outcome), (1, None));
    refused(&shop, &there, Reason::UnknownRequest);
}

#[test]
fn no_receipt_is_signed_for_another_shop_whatever_failed_first() {
    let (shop, other) = (Shop::open(), Shop::open());
    let mut late = Phone::granted(50, |it| it.valid_until = at(NOON));
    let there = late.pays(&other.asks(100));
    refused(&shop, &there, Reason::AllowanceExpired);
    assert_eq!(shop.till.payments(None, 10).unwrap().len(), 1);
}

#[test]
fn a_request_is_paid_once() {
    let shop = Shop::open();
    let request = shop.asks(100);
    let (first, second) = (Phone::new(50).pays(&request), Phone::new(51).pays(&request));
    let Outcome::Accepted(paid) = shop.till.accept(&first).unwrap() else {
        panic!();
    };
    declined(&shop, &second, Reason::RequestAlreadyPaid);
    shop.till.void(&paid.payment).unwrap();
    declined(
        &shop,
        &Phone::new(52).pays(&request),
        Reason::RequestAlreadyPaid,
    );
}

#[test]
fn a_request_can_be_cancelled_and_ends_by_itself() {
    let shop = Shop::open();
    let cancelled = shop.asks(100);
    shop.till.cancel(&cancelled.id).unwrap();
    declined(
        &shop,
        &Phone::new(50).pays(&cancelled),
        Reason::RequestExpired,
    );
    let request = shop.asks(100);
    assert_eq!(request.request.answer_before(), Some(at(NOON + 180)));
    shop.clock.advance(Seconds(180));
    assert!(shop.till.open_requests().unwrap().is_empty());
    declined(
        &shop,
        &Phone::new(51).pays(&request),
        Reason::RequestExpired,
    );
}

#[test]
fn the_payment_must_be_for_this_merchant_in_this_currency_over_this_amount() {
    let shop = Shop::open();
    let wrong_merchant = Phone::new(50).pays_as(&shop.asks(100), |it| {
        it.merchant_id = MerchantId(*b"somebody");
    });
    declined(&shop, &wrong_merchant, Reason::MerchantMismatch);
    let mut swedish = Phone::granted(51, |it| it.currency = Currency::SEK);
    declined(
        &shop,
        &swedish.pays(&shop.asks(100)),
        Reason::CurrencyMismatch,
    );
    let less = Phone::new(52).pays_as(&shop.asks(100), |it| it.amount = dkk(1));
    declined(&shop, &less, Reason::AmountMismatch);
}

#[test]
fn a_scheme_for_outages_only_takes_payments_only_then() {
    let mut changed = bundle();
    changed.policies[0].1.outage_only = true;
    let shop = Shop::with(changed, |_| {});
    let online = Phone::new(50).pays(&shop.asks(100));
    declined(&shop, &online, Reason::OutageRequired);
    shop.till.declare_offline(true).unwrap();
    let request = shop.asks(100);
    assert_eq!(request.request.offline_since, Some(at(NOON)));
    assert!(
        shop.till
            .accept(&Phone::new(51).pays(&request))
            .unwrap()
            .is_paid_now()
    );
    shop.till.declare_offline(false).unwrap();
    shop.till
        .take(&outage(1, at(NOON), at(NOON + 600), Seconds(0)))
        .unwrap();
    let declared = Phone::new(52).pays(&shop.asks(100));
    assert!(shop.till.accept(&declared).unwrap().is_paid_now());
}

#[test]
fn a_payer_whose_clock_is_far_off_is_declined() {
    let shop = Shop::open();
    let token = Phone::new(50).pays_as(&shop.asks(100), |it| it.time = at(NOON + 301));
    declined(&shop, &token, Reason::ClockSkew);
}
