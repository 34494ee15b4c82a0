//! The payer takes their time, or walks off.

use std::io::Write as _;
use std::process::{Command, Stdio};

use serde_json::json;

use crate::beside_pcscd::beside_pcscd;
use crate::playing::{card, listen};
use crate::town::Town;
use crate::wire::{Cut, Wire};

/// The payer agrees so long after the first ask; gives how often the till asked.
fn pays_after(seconds: u32) -> usize {
    let town = Town::new();
    let wire = Wire::new(Cut::Never);
    let mut till = listen(&town, &["9.90"]);
    let consent = format!("after:{seconds}");
    let mut phone = card(
        &town,
        "asta",
        &["--consent", &consent, "--once", "--vpcd", &wire.address],
    );
    assert_eq!((till.ends(), phone.ends()), (0, 0));
    assert_eq!((till.counted("paid"), till.counted("waiting")), (1, 1));
    assert_eq!(
        phone.names(),
        ["in_field", "asked", "agreed", "paid", "receipt", "left"],
        "asked once, however often the till asks"
    );
    let asked = &phone.told[1];
    assert_eq!(asked["merchant"], "Netto Torvegade, København");
    assert_eq!(asked["amount"], json!(990));
    let passed = wire.passed.lock().unwrap();
    let waiting = passed.answers.iter().filter(|it| **it == [0x69, 0x85]);
    waiting.count()
}

#[test]
fn a_payer_who_agrees_at_once_pays_at_the_next_ask() {
    beside_pcscd!();
    assert!(pays_after(0) >= 1);
}

#[test]
fn a_payer_who_takes_a_second_pays() {
    beside_pcscd!();
    assert!(pays_after(1) >= 2);
}

#[test]
fn a_payer_who_takes_twenty_seconds_pays_and_is_asked_once() {
    beside_pcscd!();
    // Every 0.5 to 1 s, on a machine that may be busy.
    assert!(pays_after(20) >= 10);
}

#[test]
fn agreeing_away_from_the_reader_pays_at_the_next_tap_without_another_question() {
    beside_pcscd!();
    let town = Town::new();
    let wire = Wire::new(Cut::Never);
    let mut till = listen(&town, &["35"]);
    let mut phone = card(
        &town,
        "asta",
        &["--consent", "after:2", "--once", "--vpcd", &wire.address],
    );
    phone.event("asked");
    wire.leave();
    till.event("torn");
    phone.event("agreed");
    wire.come_back();
    assert_eq!((till.ends(), phone.ends()), (0, 0));
    assert_eq!((till.counted("paid"), phone.counted("asked")), (1, 1));
}

#[test]
fn walking_off_with_the_token_is_settled_at_the_next_visit() {
    beside_pcscd!();
    let town = Town::new();
    let wire = Wire::new(Cut::Token);
    let mut till = listen(&town, &["35", "--answer-within", "6s"]);
    let mut phone = card(
        &town,
        "asta",
        &["--consent", "after:1", "--vpcd", &wire.address],
    );
    let torn = till.event("torn");
    assert_eq!(torn["may_have_paid"], json!(true));
    assert_eq!(phone.ends(), 0);
    assert_eq!((till.ends(), till.counted("expired")), (1, 1));
    assert_eq!(
        town.remaining("asta"),
        200_000 - 3_500,
        "presented is spent"
    );

    // Later, for something else: the earlier payment came too late, so the payer has it back.
    let mut till = listen(&town, &["2"]);
    let mut phone = card(&town, "asta", &["--consent", "armed:50", "--once"]);
    assert_eq!((till.ends(), phone.ends()), (0, 0));
    let said = |name: &str| till.told.iter().find(|it| it["event"] == name).unwrap();
    assert_eq!(said("not_paid")["reason"], "request_expired");
    assert!(said("not_paid")["settles"].is_string());
    assert_eq!(said("paid")["amount"], json!(200));
    assert_eq!(town.remaining("asta"), 200_000 - 200);
}

#[test]
fn a_person_at_the_keyboard_sees_what_is_asked_and_answers() {
    beside_pcscd!();
    let town = Town::new();
    for (answer, amount, status) in [("y", "35", 0), ("n", "36", 1)] {
        let mut till = listen(&town, &[amount, "--once"]);
        // The command wants a terminal to ask on; `script` makes one.
        let card = format!(
            "{} wallet card --home asta --once",
            env!("CARGO_BIN_EXE_skilling")
        );
        let mut phone = Command::new("script")
            .args(["--quiet", "--return", "--command", &card, "/dev/null"])
            .current_dir(town.path(""))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let keys = phone.stdin.as_mut().unwrap();
        writeln!(keys, "{answer}").unwrap();
        assert_eq!(till.ends(), status, "{:?}", till.told);
        let shown = phone.wait_with_output().unwrap().stdout;
        let shown = String::from_utf8(shown).unwrap();
        let question = format!("Pay {amount}.00 DKK to Netto Torvegade, København?");
        assert!(shown.contains(&question), "{shown}");
        assert_eq!(till.counted("refused"), usize::from(status == 1));
    }
    assert_eq!(town.remaining("asta"), 200_000 - 3_500);
}

#[test]
fn a_payer_who_never_agrees_pays_nothing_and_the_request_stays_open_after_ctrl_c() {
    beside_pcscd!();
    let town = Town::new();
    let mut till = listen(&town, &["35"]);
    let _phone = card(&town, "asta", &["--consent", "never"]);
    till.event("waiting");
    till.interrupt();
    assert_eq!(till.ends(), 1);
    let stopped = till.told.last().unwrap();
    assert_eq!(
        (&stopped["event"], &stopped["request_open"]),
        (&json!("stopped"), &json!(true))
    );
}
