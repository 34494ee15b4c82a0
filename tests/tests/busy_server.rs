//! After an outage everybody returns at once: a busy server says when to come again, nobody comes sooner, not all at the same
//! moment, and nothing is lost meanwhile.

#![allow(clippy::unwrap_used)]

use std::collections::BTreeSet;
use std::time::Duration;

use skilling_terminal::Problem;
use skilling_tests::town::{Town, open_till, wait};
use skilling_wallet::sync;

const BUSY: Problem = Problem::Status {
    status: 429,
    code: Some(55),
};

#[test]
fn tills_that_are_told_to_wait_wait_longer_than_told_and_not_all_alike() {
    let town = Town::new();
    let mut bank = town.bank("Nordbanken");
    bank.takes_calls(1);
    let mut waits = BTreeSet::new();
    for number in 0..8 {
        let home = town.home(&format!("till {number}"));
        std::fs::create_dir_all(home.join("till-1")).unwrap();
        let till = open_till(&home, "till-1", town.root(), &town.clock);
        let refreshed = wait(till.refresh(&bank.transport())).unwrap();
        let (_, failed) = &refreshed.failed[0];
        assert_eq!(failed.problem, BUSY, "{refreshed:?}");
        let told = Duration::from_secs(1);
        assert!(
            failed.again_after >= told && failed.again_after <= 2 * told,
            "{failed:?}"
        );
        waits.insert(failed.again_after);
    }
    assert!(
        waits.len() > 4,
        "they come back one after the other: {waits:?}"
    );
}

#[test]
fn what_a_busy_server_turned_away_is_done_when_it_has_time() {
    let town = Town::new();
    let mut bank = town.bank("Nordbanken");
    let shop = town.shop("Netto", &bank);
    let phone = town.phone_with("asta", &bank, 100_000);
    assert!(shop.sells(&phone, 12_550).is_paid_now());

    bank.takes_calls(1);
    let _ = wait(shop.till.refresh(&bank.transport())).unwrap();
    let busy = wait(shop.till.deposit(&bank.transport())).unwrap();
    assert_eq!(busy.failed.unwrap().problem, BUSY);
    assert_eq!(
        (busy.paid, busy.still_due),
        (0, 1),
        "it keeps what it could not deposit"
    );
    let busy = phone.syncs(&bank).failed.unwrap();
    assert!(matches!(
        busy.problem,
        sync::Problem::Status { status: 429, .. }
    ));
    assert!(busy.again_after.unwrap() >= Duration::from_secs(1));

    bank.takes_calls(1_000);
    assert_eq!(wait(shop.till.deposit(&bank.transport())).unwrap().paid, 1);
    assert_eq!(phone.syncs(&bank).failed, None);
    assert_eq!(bank.account("merchant_payable"), 12_550);
}
