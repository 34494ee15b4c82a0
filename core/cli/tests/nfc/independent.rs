//! A reader written apart from ours, in Python on pyscard, against our card.

use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::json;

use crate::beside_pcscd::beside_pcscd;
use crate::playing::{READER, card};
use crate::town::Town;

/// A Python that has pyscard: Debian's own, or whichever comes first.
fn python() -> &'static str {
    let has_pyscard = |python: &&str| {
        let found = Command::new(python)
            .args(["-c", "import smartcard"])
            .output();
        found.is_ok_and(|it| it.status.success())
    };
    ["/usr/bin/python3", "python3"]
        .into_iter()
        .find(has_pyscard)
        .expect("no Python with pyscard: on Debian, apt install python3-pyscard (scripts/setup does it)")
}

/// Starts the independent reader in the town's folder.
pub(crate) fn reader(town: &Town, arguments: &[&str]) -> Child {
    let script = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/nfc/reader.py");
    Command::new(python())
        .arg(script)
        .arg(READER)
        .args(arguments)
        .current_dir(town.path(""))
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

/// What it printed, if all went well.
pub(crate) fn printed(reader: Child) -> String {
    let ended = reader.wait_with_output().unwrap();
    let words = String::from_utf8_lossy(&ended.stderr);
    assert!(ended.status.success(), "{words}");
    String::from_utf8(ended.stdout).unwrap()
}

pub(crate) fn wait_for(town: &Town, name: &str) {
    let begun = Instant::now();
    while !town.path(name).exists() {
        assert!(begun.elapsed() < Duration::from_secs(120), "no {name}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn request(town: &Town, amount: &str) -> String {
    let made = town.ok(&[
        "terminal",
        "request",
        "--home",
        "till",
        amount,
        "-o",
        "request.hex",
    ]);
    made["request_id"].as_str().unwrap().to_owned()
}

#[test]
fn a_reader_of_another_house_is_paid_gives_its_receipt_and_gets_the_same_token_again() {
    beside_pcscd!();
    let town = Town::new();
    request(&town, "77");
    let mut phone = card(
        &town,
        "asta",
        &["--consent", "after:1", "--trace", "phone.txt"],
    );
    phone.event("in_field");

    let before = reader(&town, &["repeat", "request.hex", "none.hex"]);
    assert_eq!(printed(before), "repeat 6A88\n", "nothing to repeat yet");

    let paying = reader(&town, &["pay", "request.hex", "token.hex", "receipt.hex"]);
    wait_for(&town, "token.hex");
    let accepted = town.ok(&[
        "terminal",
        "accept",
        "--home",
        "till",
        "token.hex",
        "-o",
        "receipt.new.hex",
    ]);
    assert_eq!(
        (&accepted["outcome"], &accepted["amount"]),
        (&json!("accepted"), &json!(7_700))
    );
    std::fs::rename(town.path("receipt.new.hex"), town.path("receipt.hex")).unwrap();
    assert_eq!(printed(paying), "receipt 9000\n");

    let paid = phone.event("paid");
    assert_eq!(paid["payment_id"], accepted["payment_id"]);
    assert_eq!(phone.event("receipt")["taken"], json!(true));

    // Known as accepted: asked to repeat only, it gives no token; asked again, it says so.
    let again = reader(&town, &["pay", "request.hex", "again.hex"]);
    assert_eq!(printed(again), "");
    let refusal = town.run(&["inspect", "again.hex", "--json"]);
    assert_eq!(refusal.json()["objects"][0]["fields"]["code"], json!(28));
}

#[test]
fn a_token_that_was_not_received_is_repeated_byte_for_byte() {
    beside_pcscd!();
    let town = Town::new();
    request(&town, "78");
    let mut phone = card(&town, "asta", &["--consent", "armed:100"]);
    phone.event("in_field");
    printed(reader(&town, &["pay", "request.hex", "first.hex"]));
    let repeated = reader(&town, &["repeat", "request.hex", "second.hex"]);
    assert_eq!(printed(repeated), "repeat 9000\n");
    printed(reader(&town, &["pay", "request.hex", "third.hex"]));
    assert!(!town.read("first.hex").is_empty());
    assert_eq!(town.read("first.hex"), town.read("second.hex"));
    assert_eq!(town.read("first.hex"), town.read("third.hex"));
}
