//! The disk is full while an app pays or sells: a typed error that says what to do, nothing lost, and the next payment works when there
//! is room. Each story runs in a process of its own, whose files cannot grow.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "steps of the tests below"
)]

mod common;

use std::path::Path;
use std::process::Command;

use common::{Town, asks, kroner, pays};
use skilling_ffi::terminal::{OpenRequest, Outcome, Sale};
use skilling_ffi::wallet::{PaymentToken, Reviewed};
use skilling_ffi::{CoreError, StorageProblem, wallet_reason};

const OWN_PROCESS: &str = "SKILLING_TEST_NO_ROOM";

/// Runs `story`, which is this very test, where writing over a limit fails like writing to a full disk.
fn in_a_process_of_its_own(test: &str, story: fn()) {
    if std::env::var_os(OWN_PROCESS).is_some() {
        return story();
    }
    // Without the signal that would end the process.
    let status = Command::new("sh")
        .args(["-c", "trap '' XFSZ; exec \"$@\"", "sh"])
        .arg(std::env::current_exe().unwrap())
        .args(["--exact", test, "--nocapture"])
        .env(OWN_PROCESS, "1")
        .status();
    assert!(status.unwrap().success(), "see above");
}

/// No file of this process may grow beyond `bytes`; without it, there is room again.
fn room(bytes: Option<u64>) {
    let limit = bytes.map_or("unlimited".to_owned(), |bytes| bytes.to_string());
    let set = Command::new("prlimit")
        .args(["--pid", &std::process::id().to_string()])
        .arg(format!("--fsize={limit}:"))
        .status();
    assert!(set.expect("prlimit, of util-linux").success());
}

fn largest(folder: &Path) -> u64 {
    let sizes = std::fs::read_dir(folder).unwrap();
    let sizes = sizes.map(|it| it.unwrap().metadata().unwrap().len());
    sizes.max().unwrap()
}

fn requests(town: &Town) -> Vec<OpenRequest> {
    let till = town.till();
    (1..=40).map(|amount| asks(&till, kroner(amount))).collect()
}

#[track_caller]
fn assert_says_full(error: &CoreError) {
    let CoreError::Storage { info, problem } = error else {
        panic!("{error:?}");
    };
    assert_eq!(
        (problem, info.code.as_str()),
        (&StorageProblem::Full, "storage.full")
    );
    assert!(info.action.starts_with("Free space"), "{}", info.action);
}

#[test]
fn a_wallet_without_room_says_so_and_pays_when_there_is_some() {
    in_a_process_of_its_own(
        "a_wallet_without_room_says_so_and_pays_when_there_is_some",
        wallet_without_room,
    );
}

fn wallet_without_room() {
    let town = Town::new();
    let (parts, requests) = (town.parts(), requests(&town));
    let wallet = town.phone(&parts);
    room(Some(largest(Path::new(&town.path("wallet"))) + 100_000));
    let mut tokens: Vec<PaymentToken> = Vec::new();
    let error = loop {
        let request = &requests[tokens.len()];
        match pays(&wallet, &request.bytes) {
            Ok(token) => tokens.push(token),
            Err(error) => break error,
        }
    };
    assert!(!tokens.is_empty(), "there was never room for a payment");
    assert_says_full(&error);
    let words = wallet_reason(error.info().code.clone()).unwrap().unwrap();
    assert_eq!(words.name, "wallet_storage_failed");
    // Until it is opened again, nothing is said that may not be so.
    let again = wallet.review(requests[tokens.len()].bytes.clone());
    assert!(matches!(again, Err(CoreError::Storage { .. })));
    wallet.shut_down().unwrap();
    if let Err(error) = town.open(&parts) {
        assert!(matches!(error, CoreError::Storage { .. }), "{error:?}");
    }

    room(None);
    let wallet = town.open(&parts).unwrap();
    for (token, request) in tokens.iter().zip(&requests) {
        let Reviewed::Answered { token: again } = wallet.review(request.bytes.clone()).unwrap()
        else {
            panic!("a token that is outside was forgotten");
        };
        assert_eq!(again.bytes, token.bytes);
    }
    let late = requests[tokens.len()..].iter();
    tokens.extend(late.map(|it| pays(&wallet, &it.bytes).unwrap()));
    let till = town.till();
    for token in tokens {
        let outcome = till.accept(token.bytes, None).unwrap();
        assert!(matches!(outcome, Outcome::Accepted { .. }), "{outcome:?}");
    }
    let held = &wallet.allowances().unwrap()[0];
    assert_eq!((held.last_sequence, held.spent), (40, kroner(40 * 41 / 2)));
}

#[test]
fn a_till_without_room_says_so_and_sells_when_there_is_some() {
    in_a_process_of_its_own(
        "a_till_without_room_says_so_and_sells_when_there_is_some",
        till_without_room,
    );
}

fn till_without_room() {
    let town = Town::new();
    let requests = requests(&town);
    let wallet = town.phone(&town.parts());
    let tokens: Vec<_> = requests
        .iter()
        .map(|it| pays(&wallet, &it.bytes).unwrap().bytes)
        .collect();
    let till = town.till();
    room(Some(largest(town.folder.path()) + 100_000));
    let accepts = |token: &Vec<u8>| till.accept(token.clone(), None).unwrap();
    let mut sold = 0;
    loop {
        match accepts(&tokens[sold]) {
            Outcome::Accepted { .. } => sold += 1,
            Outcome::Refused { reason, .. } => break assert_eq!(reason.code, 26),
            other => panic!("{other:?}"),
        }
    }
    assert!(sold > 0, "there was never room for a payment");
    let sale = Sale {
        amount: kroner(1),
        reference: None,
        answer_within_seconds: None,
    };
    // A request is smaller than a payment: some may still fit.
    let mut more = (0..40).map(|_| till.request(sale.clone()));
    assert_says_full(&more.find_map(Result::err).expect("it was never full"));
    // What was said "paid" of is there, and no more.
    let counted = till.offline_status().unwrap().offline_payments_count;
    assert_eq!(usize::try_from(counted).unwrap(), sold);

    room(None);
    till.request(sale).unwrap();
    for token in &tokens[..sold] {
        assert!(matches!(accepts(token), Outcome::Again { .. }));
    }
    for token in &tokens[sold..] {
        assert!(matches!(accepts(token), Outcome::Accepted { .. }));
    }
}
