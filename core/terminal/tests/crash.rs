//! The till loses power at every named point between "token received" and "receipt sent": after a restart the payment is
//! either wholly there, with its receipt, or not at all, and the same token settles it (issue of the main job, faults).
#![allow(clippy::unwrap_used)] // a test that cannot go on has failed

mod common;

use std::path::{Path, PathBuf};
use std::process::Command;

use common::tapped::{Field, Tapped};
use common::*;
use skilling_link::card::{AskMode, CardApplication as _};
use skilling_link::reader::{Next, ReaderOptions};
use skilling_platform::clock::ManualClock;
use skilling_protocol::objects::{Outcome as Said, Request};
use skilling_protocol::values::ObjectId;
use skilling_terminal::{Outcome, TapReport, Terminal, fault};

const FOLDER: &str = "SKILLING_TEST_FOLDER";
const TAP: &str = "SKILLING_TEST_TAP";

fn tap(till: &Terminal, phone: &mut Tapped, sale: Option<&ObjectId<Request>>) -> TapReport {
    let field = Field {
        phone,
        left: usize::MAX,
        crossed: 0,
    };
    till.tap(field, ReaderOptions::default(), sale, &mut || {
        Next::AskAgain
    })
}

/// Not a test of its own: the process that is killed. It does nothing unless it is told where.
#[test]
fn the_process_that_dies() {
    let Some(folder) = std::env::var_os(FOLDER).map(PathBuf::from) else {
        return;
    };
    let till = open_till(
        &folder.join("till.db"),
        &ManualClock::at(at(NOON)),
        &key(40),
    );
    if std::env::var_os(TAP).is_some() {
        let sale = till.open_requests().unwrap().remove(0);
        tap(&till, &mut Tapped::new(50), Some(&sale.id));
        return;
    }
    let token = std::fs::read(folder.join("token")).unwrap();
    let outcome = till.accept(&token).unwrap();
    std::fs::write(folder.join("receipt"), outcome.receipt().unwrap()).unwrap();
}

fn process(folder: &Path, point: &str) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", "the_process_that_dies"]);
    command.env(FOLDER, folder).env("SKILLING_CRASH_AT", point);
    command
}

/// Well, or by losing power: nothing else.
fn ends_well(command: &mut Command) -> bool {
    let output = command.output().unwrap();
    let words = String::from_utf8_lossy(&output.stdout);
    assert!(!words.contains("panicked"), "{words}");
    output.status.success()
}

#[test]
fn power_is_lost_at_every_point_and_the_payment_is_there_or_not_never_half() {
    let accepting = fault::POINTS
        .iter()
        .filter(|it| !it.ends_with("_receipt") && !it.ends_with("_sent"));
    for point in accepting {
        let shop = Shop::open();
        let folder = shop.folder.path().to_owned();
        let token = Phone::new(50).pays(&shop.asks(100));
        std::fs::write(folder.join("token"), &token).unwrap();
        assert!(
            !ends_well(&mut process(&folder, point)),
            "it did not die at {point}"
        );
        assert!(!folder.join("receipt").exists());

        let till = shop.reopened();
        let stored = till.payments(None, 10).unwrap();
        let outcome = till.accept(&token).unwrap();
        let answered = match (&outcome, stored.as_slice()) {
            (Outcome::Accepted(answered), []) => answered,
            (Outcome::Again(answered), [_]) => answered,
            other => panic!("{point}: {other:?}"),
        };
        assert_eq!(
            *point == "terminal.after_commit",
            stored.len() == 1,
            "{point}"
        );
        read_receipt(&answered.receipt, &token, &shop.till_key);
        assert_eq!(till.payments(None, 10).unwrap().len(), 1);
        assert!(till.open_requests().unwrap().is_empty());
        // Exposure counted once: exactly the rest still fits.
        let totals = till.totals(at(0), at(NOON + 1)).unwrap();
        assert_eq!(
            (totals[0].accepted.count, totals[0].accepted.amount),
            (1, dkk(100))
        );
    }
}

#[test]
fn power_is_lost_anywhere_in_a_tap_and_the_next_tap_settles_it() {
    for point in fault::POINTS {
        let shop = Shop::open();
        let sale = shop.asks(100);
        let died = !ends_well(process(shop.folder.path(), point).env(TAP, "1"));
        assert!(died, "it did not die at {point}");

        // The phone signs the same bytes again, so this is the phone that was there, without its receipt.
        let mut phone = Tapped::new(50);
        phone.pay(&sale.message, AskMode::Ask);
        let till = shop.reopened();
        assert_eq!(till.torn_requests().unwrap(), [sale], "{point}");
        let report = tap(&till, &mut phone, None);
        assert_eq!(report.settled.len(), 1, "{point}: {report:?}");
        assert_eq!(phone.said(), [Said::Accepted], "{point}");
        assert_eq!(till.payments(None, 10).unwrap().len(), 1);
        assert!(till.torn_requests().unwrap().is_empty());
    }
}

#[test]
fn without_a_fault_the_same_process_ends_well() {
    let shop = Shop::open();
    let token = Phone::new(50).pays(&shop.asks(100));
    std::fs::write(shop.folder.path().join("token"), &token).unwrap();
    assert!(ends_well(&mut process(shop.folder.path(), "nowhere")));
    let receipt = std::fs::read(shop.folder.path().join("receipt")).unwrap();
    read_receipt(&receipt, &token, &shop.till_key);
}
