//! Bundles, bulletins and the clock; banks with several keys, and other banks.

use super::*;

#[test]
fn a_refresh_takes_what_is_newer_and_never_goes_back() {
    let (scheme, bank, phone, _, _) = online();
    let refresh = || block_on(phone.wallet().refresh(&bank)).unwrap();
    assert_eq!(refresh(), Default::default());
    bank.publishes(
        "/v1/trust",
        scheme.bundle_message(scheme.bundle(3)),
        "\"3\"",
    );
    bank.publishes(
        "/v1/outage/208",
        scheme.outage_message(1, Seconds::days(7)),
        "\"o1\"",
    );
    let refreshed = refresh();
    assert!(refreshed.is_bundle_new);
    assert_eq!(refreshed.outages, [Currency::DKK]);
    bank.publishes(
        "/v1/trust",
        scheme.bundle_message(scheme.bundle(2)),
        "\"2\"",
    );
    assert_eq!(refresh(), Default::default());
    assert_eq!(phone.wallet().bundle_version().unwrap(), 3);
    // Signed by nobody this wallet trusts.
    let mut forged = Scheme::new();
    forged.root = common::key(66);
    bank.publishes(
        "/v1/trust",
        forged.bundle_message(forged.bundle(9)),
        "\"9\"",
    );
    assert_eq!(refresh().failed.unwrap().problem, Problem::BadAnswer);
    assert_eq!(phone.wallet().bundle_version().unwrap(), 3);
}

#[test]
fn a_sync_raises_the_high_water_mark_of_the_clock() {
    let (scheme, bank, phone, id, _) = online();
    let till = scheme.till(1);
    let now = scheme.clock.now();
    scheme.clock.advance(Seconds::days(2));
    sync(&phone, &bank, id, None);
    scheme.clock.set(now);
    let refused = phone.wallet().review(&till.asks(1_000)).unwrap_err();
    assert_eq!(refused.reason(), Reason::HighWaterMark);
}

#[test]
fn a_bank_with_a_new_key_under_its_name_answers_and_grants() {
    let (mut scheme, bank, phone, id, first) = online();
    let mut bundle = scheme.bundle(2);
    let mut entry = bundle.issuers[0].clone();
    let old = scheme.bank.clone();
    scheme.bank = common::key(42);
    entry.key = scheme.bank.public_key();
    entry.key_id = entry.key.key_id();
    bundle.issuers.push(entry);
    let bank = bank.with_key(scheme.bank.clone());
    // Before the bundle lists it, its answer is nobody's.
    let failed = sync(&phone, &bank, id, want(5_000)).failed.unwrap();
    assert_eq!(failed.problem, Problem::BadAnswer);
    bank.publishes("/v1/trust", scheme.bundle_message(bundle), "\"2\"");
    assert!(
        block_on(phone.wallet().refresh(&bank))
            .unwrap()
            .is_bundle_new
    );
    let report = sync(&phone, &bank, id, None);
    assert_eq!((report.failed, report.granted.len()), (None, 1));
    let held = phone.wallet().allowances().unwrap();
    assert_eq!(held[0].id, first);
    assert_eq!(held[0].issuer_key, old.public_key());
    assert_eq!(held[1].issuer_key, scheme.bank.public_key());
    assert_eq!(
        phone.wallet().banks().unwrap()[0].issuer_key,
        scheme.bank.public_key()
    );
}

#[test]
fn another_bank_of_the_scheme_settles_nothing_here() {
    let (scheme, bank, phone, id, _) = online();
    let mut bundle = scheme.bundle(2);
    let mut other = bundle.issuers[0].clone();
    let key = common::key(43);
    other.key = key.public_key();
    other.key_id = other.key.key_id();
    other.name = MerchantName::new("Other bank").unwrap();
    bundle.issuers.push(other);
    phone
        .wallet()
        .take_bundle(&scheme.bundle_message(bundle))
        .unwrap();
    bank.next(SYNC, Fault::SignsWith(Box::new(key)));
    let report = sync(&phone, &bank, id, None);
    assert_eq!(report.failed.unwrap().problem, Problem::BadAnswer);
}
