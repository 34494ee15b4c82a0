//! A person asks: for how long, and up to what amount, can I still pay with the network down?

mod common;

use common::{Phone, Scheme, Terms, amount, block_on};
use skilling_platform::clock::Clock as _;
use skilling_protocol::values::{Seconds, Time};
use skilling_wallet::forecast::{Act, Coverage, End, Forecast};
use skilling_wallet::{Wallet, WalletError};

#[allow(clippy::unwrap_used, reason = "a step of the tests below")]
fn forecast(phone: &Phone) -> Forecast {
    let all = phone.wallet().forecast().unwrap();
    assert_eq!(all.len(), 1);
    all[0].clone()
}

fn days(coverage: &Coverage, scheme_start: Time) -> Option<u64> {
    coverage.until().map(|end| end.since(scheme_start) / 86_400)
}

fn acts(forecast: &Forecast) -> Vec<Act> {
    forecast.advice.iter().map(|advice| advice.act).collect()
}

/// A phone with a bundle that lasts longer than its allowance.
#[allow(clippy::unwrap_used, reason = "a step of the tests below")]
fn phone(scheme: &Scheme, terms: &Terms) -> Phone {
    let phone = scheme.empty_phone();
    let mut bundle = scheme.bundle(1);
    bundle.expires = scheme.clock.now().plus(Seconds::days(60));
    phone
        .wallet()
        .take_bundle(&scheme.bundle_message(bundle))
        .unwrap();
    scheme.grant(&phone, terms);
    phone
}

#[test]
fn a_fresh_allowance_covers_large_payments_until_status_lists_age_and_small_ones_until_it_expires()
{
    let scheme = Scheme::new();
    let now = scheme.clock.now();
    let forecast = forecast(&phone(&scheme, &Terms::default()));
    let coverage = &forecast.undeclared;
    assert_eq!(coverage.ends_by, End::AllowanceExpiry);
    assert_eq!(coverage.until(), Some(now.plus(Seconds::days(30))));
    let stretch = coverage.now().unwrap();
    assert_eq!(
        (stretch.total, stretch.largest),
        (amount(100_000), amount(50_000))
    );
    assert_eq!(stretch.payments, 50);
    // The bundle was issued an hour ago: ten days after that, one second more.
    let status = now
        .minus(Seconds::hours(1))
        .plus(Seconds::days(10))
        .plus(Seconds(1));
    assert_eq!(stretch.until, status);
    assert_eq!(coverage.until_for(amount(20_001)), Some(status));
    assert_eq!(coverage.until_for(amount(20_000)), coverage.until());
    assert_eq!(coverage.until_for(amount(50_001)), None);
    assert_eq!(forecast.declared, None);
    assert!(forecast.advice.is_empty());
}

#[test]
fn each_end_is_exact_to_the_second_and_agrees_with_what_the_wallet_then_does() {
    let scheme = Scheme::new();
    let phone = phone(&scheme, &Terms::default());
    let end = forecast(&phone).undeclared.until().unwrap();
    let pays = |wallet: &Wallet| {
        let request = scheme.till(1).asks(100);
        match wallet.review(&request) {
            Ok(skilling_wallet::Reviewed::New(review)) => review.pays.is_ok(),
            Ok(_) => false,
            Err(error) => {
                assert!(matches!(error, WalletError::Refused(_)), "{error}");
                false
            }
        }
    };
    scheme.clock.set(end.minus(Seconds(1)));
    assert!(forecast(&phone).undeclared.now().is_some());
    assert!(pays(phone.wallet()));
    scheme.clock.set(end);
    let over = forecast(&phone);
    assert_eq!(over.undeclared.stretches, []);
    assert_eq!(over.undeclared.ends_by, End::AllowanceExpiry);
    assert!(!pays(phone.wallet()));
    assert!(
        acts(&over)
            .iter()
            .any(|act| matches!(act, Act::Renew { .. }))
    );
}

#[test]
fn the_bundle_ends_the_coverage_if_it_expires_first() {
    let scheme = Scheme::new();
    let start = scheme.clock.now();
    let phone = scheme.empty_phone();
    let mut bundle = scheme.bundle(1);
    bundle.expires = start.plus(Seconds::days(20));
    phone
        .wallet()
        .take_bundle(&scheme.bundle_message(bundle))
        .unwrap();
    scheme.grant(&phone, &Terms::default());
    let first = forecast(&phone);
    assert_eq!(first.undeclared.ends_by, End::BundleExpiry);
    assert_eq!(days(&first.undeclared, start), Some(20));
    assert!(first.advice.is_empty());
    scheme.clock.advance(Seconds::days(7));
    let later = forecast(&phone);
    let refresh = later
        .advice
        .iter()
        .find(|it| it.act == Act::Refresh)
        .unwrap();
    assert_eq!(refresh.before, start.plus(Seconds::days(20)));
    scheme.clock.advance(Seconds::days(13));
    assert_eq!(forecast(&phone).undeclared.ends_by, End::BundleExpiry);
    assert_eq!(forecast(&phone).undeclared.now(), None);
}

#[test]
fn a_declared_outage_carries_the_allowance_and_the_bundle_on() {
    let scheme = Scheme::new();
    let start = scheme.clock.now();
    let phone = phone(&scheme, &Terms::default());
    scheme.clock.advance(Seconds::days(25));
    // In force from day 25 for 20 days, extending by 7.
    phone
        .wallet()
        .take_outage(&scheme.outage_message(1, Seconds::days(7)))
        .unwrap();
    let both = forecast(&phone);
    assert_eq!(days(&both.undeclared, start), Some(30));
    assert_eq!(days(both.declared.as_ref().unwrap(), start), Some(37));
    // One that ends before the extension is used up carries no further than itself.
    let short = scheme.outage_message(2, Seconds::days(14));
    phone.wallet().take_outage(&short).unwrap();
    let declared = forecast(&phone).declared.unwrap();
    assert_eq!(days(&declared, start), Some(44));
    scheme.clock.advance(Seconds::days(15));
    assert_eq!(forecast(&phone).undeclared.now(), None);
    assert!(forecast(&phone).declared.unwrap().now().is_some());
    scheme.clock.advance(Seconds::days(5));
    assert_eq!(forecast(&phone).declared.unwrap().now(), None);
}

#[test]
fn what_was_spent_and_counted_is_taken_off() {
    let scheme = Scheme::new();
    let terms = Terms {
        limit: 1_000,
        cap: 400,
        max_payments: 3,
        ..Terms::default()
    };
    let phone = phone(&scheme, &terms);
    let till = scheme.till(1);
    let now = |phone: &Phone| *forecast(phone).undeclared.now().unwrap();
    assert_eq!(now(&phone).total, amount(1_000));
    phone.pays(&till.asks(400)).unwrap();
    assert_eq!((now(&phone).total, now(&phone).payments), (amount(600), 2));
    phone.pays(&till.asks(50)).unwrap();
    // One payment is left: no more than one cap.
    assert_eq!(
        (now(&phone).total, now(&phone).largest),
        (amount(400), amount(400))
    );
    phone.pays(&till.asks(60)).unwrap();
    let over = forecast(&phone);
    assert_eq!(over.undeclared.ends_by, End::PaymentCount);
    assert!(matches!(acts(&over)[..], [Act::Renew { .. }]));
    assert_eq!(over.advice[0].before, over.at);

    // A second allowance covers again, and the spent one says nothing about its end.
    scheme.grant(&phone, &Terms::default());
    let again = forecast(&phone);
    assert_eq!(again.undeclared.now().unwrap().total, amount(100_000));
    assert_eq!(again.undeclared.ends_by, End::AllowanceExpiry);
    assert!(again.advice.is_empty());
}

#[test]
fn two_allowances_add_up_and_the_coverage_steps_down_when_the_first_ends() {
    let scheme = Scheme::new();
    let start = scheme.clock.now();
    let phone = phone(&scheme, &Terms::default());
    scheme.grant(
        &phone,
        &Terms {
            days: 5,
            limit: 7_000,
            cap: 7_000,
            ..Terms::default()
        },
    );
    let totals: Vec<_> = forecast(&phone)
        .undeclared
        .stretches
        .iter()
        .map(|it| (it.until.since(start) / 86_400, it.total.minor_units()))
        .collect();
    assert_eq!(totals, [(5, 107_000), (9, 100_000), (30, 100_000)]);
}

#[test]
fn a_clock_behind_what_the_bank_has_signed_stops_everything_until_it_is_set() {
    let scheme = Scheme::new();
    let phone = phone(&scheme, &Terms::default());
    let mark = scheme.clock.now().minus(Seconds::hours(1));
    // The skew of the policy is 120 seconds.
    scheme.clock.set(mark.minus(Seconds(120)));
    assert!(forecast(&phone).undeclared.ends_by != End::Clock);
    scheme.clock.set(mark.minus(Seconds(121)));
    let stopped = forecast(&phone);
    assert_eq!(stopped.undeclared.stretches, []);
    assert_eq!(stopped.undeclared.ends_by, End::Clock);
    assert_eq!(acts(&stopped)[0], Act::SetClock { at_least: mark });
}

#[test]
fn without_an_allowance_or_after_it_was_closed_the_answer_is_to_ask_for_one() {
    let scheme = Scheme::new();
    let phone = scheme.phone();
    let allowance = phone.wallet().allowances().unwrap()[0].id;
    block_on(phone.wallet().close(&allowance)).unwrap();
    assert_eq!(forecast(&phone).undeclared.ends_by, End::NoAllowance);
    let nobody = scheme.empty_phone();
    nobody
        .wallet()
        .take_bundle(&scheme.bundle_message(scheme.bundle(1)))
        .unwrap();
    assert_eq!(acts(&forecast(&nobody)), [Act::Want]);
    assert!(scheme.empty_phone().wallet().forecast().unwrap().is_empty());
}

#[test]
fn a_restored_phone_is_told_to_sync() {
    let scheme = Scheme::new();
    let mut phone = scheme.phone();
    phone.close();
    std::fs::remove_file(phone.folder.path().join("guard")).unwrap();
    phone.reopen();
    let lost = forecast(&phone);
    assert_eq!(lost.undeclared.ends_by, End::RolledBack);
    assert_eq!(acts(&lost), [Act::Sync]);
}

#[test]
fn ten_days_after_anything_was_heard_only_small_payments_are_left_and_sync_is_advised_before() {
    let scheme = Scheme::new();
    let heard = scheme.clock.now().minus(Seconds::hours(1));
    let phone = phone(&scheme, &Terms::default());
    scheme.clock.advance(Seconds::days(6));
    let sync = forecast(&phone).advice[0];
    assert_eq!(sync.act, Act::Sync);
    assert_eq!(sync.before, heard.plus(Seconds::days(10)).plus(Seconds(1)));
    scheme.clock.set(sync.before.minus(Seconds(1)));
    let largest = |phone: &Phone| forecast(phone).undeclared.now().unwrap().largest;
    assert_eq!(largest(&phone), amount(50_000));
    scheme.clock.set(sync.before);
    assert_eq!(largest(&phone), amount(20_000));
    // A newer bundle shows that somebody publishes again.
    let mut bundle = scheme.bundle(2);
    bundle.expires = scheme.clock.now().plus(Seconds::days(60));
    let bundle = scheme.bundle_message(bundle);
    phone.wallet().take_bundle(&bundle).unwrap();
    assert_eq!(largest(&phone), amount(50_000));
}

#[test]
fn a_key_that_asks_nobody_pays_small_amounts_only() {
    let scheme = Scheme::new();
    let terms = Terms {
        user_auth: false,
        max_payments: 2,
        ..Terms::default()
    };
    let now = *forecast(&phone(&scheme, &terms)).undeclared.now().unwrap();
    assert_eq!((now.largest, now.total), (amount(20_000), amount(40_000)));
}

#[test]
fn a_suspended_bank_covers_nothing() {
    let scheme = Scheme::new();
    let phone = phone(&scheme, &Terms::default());
    let mut bundle = scheme.bundle(2);
    bundle.issuers[0].suspended = true;
    phone
        .wallet()
        .take_bundle(&scheme.bundle_message(bundle))
        .unwrap();
    let over = forecast(&phone);
    assert_eq!(over.undeclared.ends_by, End::Issuer);
    assert_eq!(over.undeclared.until(), None);
    assert_eq!(acts(&over), [Act::Refresh]);
}
