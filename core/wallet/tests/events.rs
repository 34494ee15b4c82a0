//! The app is told what happened, once it is durable, until it says that it has dealt with it.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "steps of the tests below"
)]

mod bank;
mod common;

use bank::Bank;
use common::{Phone, Scheme, amount, block_on};
use skilling_protocol::objects::{Outcome, PaymentState};
use skilling_protocol::reason::Reason;
use skilling_protocol::values::Currency;
use skilling_wallet::events::{SyncReason, What};
use skilling_wallet::sync::Want;

fn told(phone: &Phone) -> Vec<What> {
    let events = phone.wallet().events(0, 200).unwrap();
    events.into_iter().map(|event| event.what).collect()
}

fn forget(phone: &Phone) {
    phone.wallet().acknowledge(i64::MAX).unwrap();
}

#[test]
fn a_payment_is_told_from_presented_to_settled_and_across_restarts() {
    let scheme = Scheme::new();
    let (bank, mut phone) = (Bank::of(&scheme), scheme.empty_phone());
    let id = block_on(phone.wallet().enrol(&bank, "A1B2")).unwrap();
    let want = Want {
        currency: Currency::DKK,
        limit: amount(100_000),
        categories: None,
    };
    block_on(phone.wallet().sync(&bank, id, Some(want))).unwrap();
    assert!(matches!(told(&phone)[..], [What::AllowanceGranted(_)]));
    forget(&phone);

    let till = scheme.till(1);
    let token = phone.pays(&till.asks(1_000)).unwrap();
    phone.wallet().presented(&token.payment).unwrap();
    phone.wallet().presented(&token.payment).unwrap();
    let receipt = till.receipt(token.payment, Outcome::Accepted);
    phone.wallet().take_receipt(&receipt).unwrap();
    phone.wallet().take_receipt(&receipt).unwrap();
    block_on(phone.wallet().sync(&bank, id, None)).unwrap();
    block_on(phone.wallet().sync(&bank, id, None)).unwrap();
    phone.reopen();
    let events = phone.wallet().events(0, 200).unwrap();
    let kinds: Vec<_> = events.iter().map(|event| event.what).collect();
    let [
        What::Presented(shown),
        What::Receipt(paid, Outcome::Accepted),
        What::Bank(settled, PaymentState::Paid),
    ] = kinds[..]
    else {
        panic!("{kinds:?}");
    };
    assert_eq!((shown, paid), (paid, settled));
    assert_eq!(paid.payment, token.payment);
    assert_eq!(paid.amount, amount(1_000));

    phone.wallet().acknowledge(events[0].id).unwrap();
    phone.reopen();
    let left = phone.wallet().events(0, 200).unwrap();
    assert_eq!(left, events[1..]);
    assert_eq!(
        phone.wallet().events(events[1].id, 200).unwrap(),
        events[2..]
    );
    phone.wallet().acknowledge(events[0].id).unwrap();
    assert_eq!(phone.wallet().events(0, 200).unwrap(), left);
}

#[test]
fn a_decline_that_convicts_is_a_notice_of_fraud() {
    let scheme = Scheme::new();
    let phone = scheme.phone();
    forget(&phone);
    let till = scheme.till(1);
    let token = phone.pays(&till.asks(1_000)).unwrap();
    let code = Reason::ConflictingPayment.code();
    let receipt = till.receipt(token.payment, Outcome::Declined { code });
    phone.wallet().take_receipt(&receipt).unwrap();
    let told = told(&phone);
    let [
        What::Receipt(_, Outcome::Declined { code: 24 }),
        What::Fraud(reason, of),
    ] = told[..]
    else {
        panic!("{told:?}");
    };
    assert_eq!(
        (reason, of),
        (Reason::ConflictingPayment, Some(token.payment))
    );
}

#[test]
fn the_payment_that_leaves_less_than_a_tenth_says_so_once() {
    let scheme = Scheme::new();
    let phone = scheme.phone();
    forget(&phone);
    let till = scheme.till(1);
    phone.pays(&till.asks(50_000)).unwrap();
    assert_eq!(told(&phone), []);
    phone.pays(&till.asks(45_000)).unwrap();
    phone.pays(&till.asks(1_000)).unwrap();
    let told = told(&phone);
    let [
        What::AllowanceLow(low),
        What::SyncNeeded(SyncReason::AllowanceLow),
    ] = told[..]
    else {
        panic!("{told:?}");
    };
    assert_eq!(low.amount, amount(5_000));
}

#[test]
fn a_restored_backup_asks_for_a_sync() {
    let scheme = Scheme::new();
    let mut phone = scheme.phone();
    forget(&phone);
    let store = phone.config.folder.join("wallet.db");
    phone.close();
    let backup = std::fs::read(&store).unwrap();
    phone.reopen();
    phone.pays(&scheme.till(1).asks(1_000)).unwrap();
    phone.close();
    for extra in ["wallet.db-wal", "wallet.db-shm"] {
        let _ = std::fs::remove_file(phone.config.folder.join(extra));
    }
    std::fs::write(&store, backup).unwrap();
    phone.reopen();
    assert_eq!(told(&phone), [What::SyncNeeded(SyncReason::RolledBack)]);
}
