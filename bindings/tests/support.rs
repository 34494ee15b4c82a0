//! What an app team learns when something went unnoticed: events that gave way, and diagnostics for a support ticket.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "steps of the tests below"
)]

mod common;

use std::path::Path;
use std::sync::Arc;
use std::time::SystemTime;

use common::{Town, asks, kroner, pays};
use skilling_ffi::ports::{ClockError, ClockReading, WallClock};
use skilling_ffi::software::software_terminal_keys;
use skilling_ffi::terminal::TerminalConfig;
use skilling_ffi::{Terminal, Wallet};

/// Copies the newest event of a store a thousand times, as if it had happened so often and nobody had asked.
fn a_thousand_more(store: &str, table: &str, columns: &str) {
    let db = rusqlite::Connection::open(Path::new(store)).unwrap();
    let copy = format!(
        "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000)
         INSERT INTO {table} ({columns})
         SELECT {columns} FROM n, (SELECT * FROM {table} ORDER BY id DESC LIMIT 1)"
    );
    assert_eq!(db.execute(&copy, []).unwrap(), 1_000);
}

fn presents_one(town: &Town, wallet: &Wallet) {
    let request = asks(&town.till(), kroner(1));
    let token = pays(wallet, &request.bytes).unwrap();
    wallet.presented(token.payment_id).unwrap();
}

#[test]
fn an_app_that_never_acknowledged_is_told_how_many_events_gave_way() {
    let town = Town::new();
    let parts = town.parts();
    let wallet = town.phone(&parts);
    wallet.shut_down().unwrap();
    let store = town.path("wallet/wallet.db");
    a_thousand_more(
        &store,
        "events",
        "at, kind, payment, allowance, amount, currency, detail",
    );
    let wallet = town.open(&parts).unwrap();
    assert_eq!(wallet.events(0, 1).unwrap()[0].lost_before, 0);
    presents_one(&town, &wallet);

    // The grant and the first copy gave way to the payment, for good.
    wallet.shut_down().unwrap();
    let wallet = town.open(&parts).unwrap();
    let told = wallet.events(0, 200).unwrap();
    assert_eq!((told[0].id, told[0].lost_before), (3, 2));
    assert!(told[1..].iter().all(|event| event.lost_before == 0));
    assert!(says(
        &wallet.diagnostics().unwrap().report,
        "events lost",
        "2"
    ));
    // An app that had read the first knows of it.
    assert_eq!(wallet.events(1, 1).unwrap()[0].lost_before, 1);
    assert_eq!(wallet.events(3, 1).unwrap()[0].lost_before, 0);
    wallet.acknowledge(3).unwrap();
    assert_eq!(wallet.events(0, 1).unwrap()[0].lost_before, 0);
    // One acknowledgement of everything does not hide what is lost afterwards.
    wallet.acknowledge(i64::MAX).unwrap();
    presents_one(&town, &wallet);
    wallet.shut_down().unwrap();
    a_thousand_more(
        &store,
        "events",
        "at, kind, payment, allowance, amount, currency, detail",
    );
    let wallet = town.open(&parts).unwrap();
    presents_one(&town, &wallet);
    assert_eq!(wallet.events(0, 1).unwrap()[0].lost_before, 2);
}

#[test]
fn a_till_that_never_acknowledged_is_told_how_many_events_gave_way() {
    let town = Town::new();
    let (wallet, till) = (town.phone(&town.parts()), town.till());
    let sells = |till: &Terminal| {
        let request = asks(till, kroner(1));
        let token = pays(&wallet, &request.bytes).unwrap();
        till.accept(token.bytes, None).unwrap();
    };
    sells(&till);
    a_thousand_more(&town.path("till.db"), "event", "at, kind, payment, detail");
    sells(&till);
    let told = till.events(0, 200).unwrap();
    assert_eq!((told[0].id, told[0].lost_before), (3, 2));
    assert!(told[1..].iter().all(|event| event.lost_before == 0));
    assert!(says(
        &till.diagnostics().unwrap().report,
        "events lost",
        "2"
    ));

    // The oldest that are left were written by a newer release, in kinds that nobody here knows.
    let db = rusqlite::Connection::open(town.path("till.db")).unwrap();
    let newer = "UPDATE event SET kind = 99 WHERE id BETWEEN 3 AND 202 OR id = 204";
    assert_eq!(db.execute(newer, []).unwrap(), 201);
    let told = till.events(0, 200).unwrap();
    assert_eq!((told[0].id, told[0].lost_before), (203, 202));
    assert_eq!((told[1].id, told[1].lost_before), (205, 1));
    till.acknowledge(told[0].id).unwrap();
    assert_eq!(till.events(0, 1).unwrap()[0].lost_before, 1);
    till.acknowledge(told[1].id).unwrap();
    assert_eq!(till.events(0, 1).unwrap()[0].lost_before, 0);
}

fn says(report: &str, name: &str, value: &str) -> bool {
    report
        .lines()
        .any(|line| line == format!("{name}: {value}"))
}

struct ADayBehind;

impl WallClock for ADayBehind {
    fn now(&self) -> Result<ClockReading, ClockError> {
        let now = SystemTime::UNIX_EPOCH.elapsed().unwrap().as_secs();
        Ok(ClockReading {
            unix_seconds: i64::try_from(now).unwrap() - 86_400,
        })
    }
}

#[test]
fn a_support_ticket_says_what_a_till_holds_and_whether_its_clock_is_right() {
    let town = Town::new();
    let (wallet, till) = (town.phone(&town.parts()), town.till());
    let before = till.diagnostics().unwrap().report;
    for (name, value) in [
        ("key protection", "software"),
        ("keys", "1"),
        ("clock", "not behind the bundle and the last acceptance"),
        ("setup", "a certificate is held"),
        ("trust bundle", "version 1, in force"),
        ("network", "online"),
        ("payments accepted", "0"),
    ] {
        assert!(says(&before, name, value), "{name} in {before}");
    }
    let paid = pays(&wallet, &asks(&till, kroner(7)).bytes).unwrap();
    let voided = pays(&wallet, &asks(&till, kroner(8)).bytes).unwrap();
    till.accept(paid.bytes, None).unwrap();
    till.accept(voided.bytes, None).unwrap();
    till.void_payment(voided.payment_id).unwrap();
    asks(&till, kroner(9));
    till.declare_offline(true).unwrap();
    let after = till.diagnostics().unwrap().report;
    for (name, value) in [
        ("payments accepted", "1"),
        ("payments voided", "1"),
        ("receipts to deposit", "2"),
        ("requests open", "1"),
        ("events not acknowledged", "3"),
        ("network", "offline"),
    ] {
        assert!(says(&after, name, value), "{name} in {after}");
    }

    // The same store on a device whose clock was set back.
    till.shut_down().unwrap();
    let config = TerminalConfig {
        store_path: town.path("till.db"),
        roots: town.simulator.roots().unwrap(),
        port_patience_millis: None,
    };
    let keys = software_terminal_keys(town.path("till-keys")).unwrap();
    let behind = Arc::new(ADayBehind);
    let till = Terminal::open(config, keys, Some(behind)).unwrap();
    let report = till.diagnostics().unwrap().report;
    let clock = "behind the bundle or the last acceptance: set the time";
    assert!(says(&report, "clock", clock), "{report}");
}
