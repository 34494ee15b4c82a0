//! After an outage everybody returns at once: a busy server says when to come again, nobody comes sooner, not all at the same
//! moment, and nothing is lost meanwhile.

#![allow(clippy::unwrap_used)]

use std::collections::BTreeSet;
use std::time::Duration;

use skilling_issuer::Limits;
use skilling_terminal::Problem;
use skilling_tests::town::{Town, wait};

#[test]
fn a_till_that_is_told_to_wait_waits_longer_than_told_and_deposits_in_the_end() {
    let town = Town::new();
    // Ten at once, then ten a second: enough to set up, and soon used up.
    let mut bank = town.bank_with("Nordbanken", Limits::new(10, Duration::from_secs(30)));
    let shop = town.shop("Netto", &bank);
    std::thread::sleep(Duration::from_millis(1_100));
    let phone = town.phone_with("asta", &bank, 100_000);
    assert!(shop.sells(&phone, 12_550).is_paid_now());

    let mut waits = BTreeSet::new();
    let mut told = None;
    for _ in 0..60 {
        let refreshed = wait(shop.till.refresh(&bank.transport())).unwrap();
        for (_, failed) in refreshed.failed {
            waits.insert(failed.again_after);
            told = Some(failed.problem);
        }
        if waits.len() >= 3 {
            break;
        }
    }
    assert_eq!(
        told,
        Some(Problem::Status {
            status: 429,
            code: Some(55)
        })
    );
    assert!(waits.len() >= 3, "never the same wait twice: {waits:?}");
    assert!(
        waits.iter().all(|it| *it >= Duration::from_secs(1)),
        "{waits:?}"
    );

    let busy = wait(shop.till.deposit(&bank.transport())).unwrap();
    if let Some(failed) = busy.failed {
        assert!(matches!(
            failed.problem,
            Problem::Status { status: 429, .. }
        ));
        assert_eq!(busy.still_due, 1, "it keeps what it could not deposit");
    }
    std::thread::sleep(Duration::from_millis(1_100));
    let deposited = wait(shop.till.deposit(&bank.transport())).unwrap();
    assert_eq!(busy.paid + deposited.paid, 1);
    bank.goes_away();
    let away = wait(shop.till.refresh(&bank.transport())).unwrap();
    assert!(matches!(away.failed[0].1.problem, Problem::NoAnswer(_)));
}
