//! Converting, explaining, comparing, and the help that comes with every command.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // a test that cannot go on has failed

mod common;

use common::{own_message, own_vector, run, run_with_input, skilling, vectors};
use serde_json::Value;

const REFUSAL: &str = "8200181c";

#[test]
fn a_message_is_written_in_every_form() {
    for (form, text) in [
        ("hex", "8200181c"),
        ("base64", "ggAYHA=="),
        ("qr", "SKL1:PJG723"),
        ("diag", "[0, 28]"),
    ] {
        let ran = run(&["convert", REFUSAL, "--to", form]);
        assert_eq!(ran.status, 0);
        assert_eq!(ran.stdout.trim(), text, "{form}");
        if form != "diag" {
            let back = run_with_input(&["convert", "-", "--to", "hex"], ran.stdout);
            assert_eq!(back.stdout.trim(), REFUSAL, "{form}");
        }
    }
    let raw = skilling()
        .args(["convert", REFUSAL, "--to", "cbor"])
        .output()
        .unwrap();
    assert_eq!(raw.stdout, hex::decode(REFUSAL).unwrap());
    assert_eq!(
        run(&["convert", REFUSAL, "--to", "json"]).json()["kind"],
        "refusal"
    );
}

#[test]
fn every_message_has_one_text_and_comes_back_from_it() {
    let is_read = |case: &Value| {
        !["malformed", "unsupported", "refusal"].contains(&case["kind"].as_str().unwrap())
    };
    for case in vectors("messages.json").into_iter().filter(is_read) {
        let hex = case["message"].as_str().unwrap();
        let text = run(&["convert", hex, "--to", "qr"]).stdout;
        let text = text.trim_end();
        if let Some(stated) = case["qr"].as_str() {
            assert_eq!(text, stated, "{}", case["name"]);
        }
        assert_eq!(run(&["convert", text, "--to", "hex"]).stdout.trim(), hex);
        let notation = run(&["convert", hex, "--to", "diag"]).stdout;
        assert!(
            notation.starts_with('[') && notation.contains("h'"),
            "{notation}"
        );
    }
}

#[test]
fn what_is_no_cbor_has_no_notation_but_still_bytes() {
    assert_eq!(run(&["convert", "8302", "--to", "base64"]).status, 0);
    assert_eq!(run(&["convert", "8302", "--to", "diag"]).status, 1);
    let json = run(&["convert", "8302", "--to", "json"]);
    assert_eq!(
        (json.status, &json.json()["kind"]),
        (1, &Value::from("malformed"))
    );
    assert_eq!(run(&["convert", "SKL1:GGW", "--to", "hex"]).status, 1);
    assert_eq!(run(&["convert", REFUSAL, "--to", "xml"]).status, 2);
}

#[test]
fn a_code_is_explained_to_everyone() {
    for what in ["24", "conflicting_payment", "conflicting-payment"] {
        let shown = run(&["explain", what, "--json"]).json();
        assert_eq!(
            (&shown["code"], &shown["name"]),
            (&24.into(), &"conflicting_payment".into())
        );
        for whom in ["payer", "cashier", "developer", "action"] {
            assert!(!shown[whom].as_str().unwrap().is_empty(), "{whom}");
        }
    }
    for what in ["6985", "0x6985", "69 85", "conditions_not_satisfied"] {
        assert_eq!(
            run(&["explain", what, "--json"]).json()["status_word"],
            "6985",
            "{what}"
        );
    }
    assert_eq!(
        run(&["explain", "61xx", "--json"]).json()["name"],
        "more_data"
    );
    assert!(run(&["explain", "17"]).stdout.contains("cashier"));
    let part = run(&["explain", "mismatch"]);
    assert_eq!(part.status, 2);
    assert!(part.stderr.contains("amount_mismatch"), "{}", part.stderr);
    for unknown in ["99", "nonsense", "", "\u{1b}[31m"] {
        let ran = run(&["explain", unknown]);
        assert!(
            ran.status == 2 && !ran.stderr.contains('\u{1b}'),
            "{unknown}"
        );
    }
}

#[test]
fn every_code_of_the_registry_is_explained() {
    for reason in skilling_protocol::reason::Reason::all() {
        let by_code = run(&["explain", &reason.code().to_string(), "--json"]);
        assert_eq!(by_code.json()["name"], reason.name());
    }
}

#[test]
fn two_messages_are_compared_field_by_field() {
    let ran = run(&["diff", "82000c", "820011", "--json"]);
    let shown = ran.json();
    assert_eq!((ran.status, &shown["same"]), (0, &Value::from(false)));
    assert_eq!(
        shown["differences"],
        serde_json::json!([{"field": "refusal.code", "a": 12, "b": 17}])
    );
    assert_eq!(
        run(&["diff", REFUSAL, REFUSAL, "--json"]).json()["same"],
        true
    );
    assert!(
        run(&["diff", "82000c", "820011"])
            .stdout
            .contains("request_expired")
    );
}

#[test]
fn a_difference_is_aligned_and_only_it_is_coloured() {
    let plain = run(&["diff", "82000c", "820011"]).stdout;
    let lines: Vec<&str> = plain.lines().collect();
    assert_eq!(lines[..2], ["refusal: 1 difference", "refusal.code"]);
    assert!(
        lines[2].starts_with("  - 12 request_expired") && lines[3].starts_with("  + 17 over_cap")
    );
    assert!(
        lines.iter().all(|line| line.chars().count() <= 80),
        "{plain}"
    );
    let mut forced = skilling();
    forced
        .args(["diff", "82000c", "820011"])
        .env("CLICOLOR_FORCE", "1");
    let coloured = String::from_utf8(forced.output().unwrap().stdout).unwrap();
    assert!(
        coloured.contains(" 1\u{1b}"),
        "the 1 that both begin with is not coloured: {coloured:?}"
    );
}

#[test]
fn tokens_that_differ_in_a_signature_only_are_one_payment() {
    let [one, other] = ["in order", "the other signature of the same payment"]
        .map(|name| own_vector("verify.json", name));
    let token = |case: &Value| case["token"].as_str().unwrap().to_owned();
    let shown = run(&["diff", &token(&one), &token(&other), "--json"]).json();
    let fields: Vec<&str> = shown["differences"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["field"].as_str().unwrap())
        .collect();
    assert_eq!(fields, ["payment.(signature)"]);
}

#[test]
fn messages_that_cannot_be_compared_are_not() {
    let token = own_message("a token");
    assert_eq!(run(&["diff", &token, REFUSAL]).status, 2);
    assert_eq!(run(&["diff", "8302", REFUSAL]).status, 1);
    assert_eq!(run(&["diff", "/nonexistent", REFUSAL]).status, 3);
}

#[test]
fn help_on_every_command_carries_a_worked_example() {
    for command in [
        "inspect",
        "verify",
        "fraud-proof",
        "qr",
        "qr encode",
        "qr decode",
        "convert",
        "explain",
        "diff",
        "completions",
        "man",
    ] {
        let mut arguments: Vec<&str> = command.split(' ').collect();
        arguments.push("--help");
        let ran = run(&arguments);
        assert_eq!(ran.status, 0);
        let (_, example) = ran.stdout.split_once("Example").expect(command);
        assert!(
            example.contains(&format!("skilling {command}")),
            "{command}: {example}"
        );
    }
}

#[test]
fn completions_and_the_manual_come_from_the_command_itself() {
    assert!(run(&["completions", "bash"]).stdout.contains("fraud-proof"));
    assert!(run(&["man"]).stdout.contains(".TH skilling"));
    let folder = common::Scratch::new();
    assert_eq!(run(&["man", "--dir", &folder.path("")]).status, 0);
    assert!(folder.exists("skilling-verify.1"));
    assert_eq!(run(&["man", "--dir", "/dev/null/folder"]).status, 3);
}

#[test]
fn colour_is_for_terminals_and_can_be_forbidden() {
    let forced = |forbidden: bool| {
        let mut command = skilling();
        command
            .args(["inspect", REFUSAL])
            .env("CLICOLOR_FORCE", "1");
        if forbidden {
            command.env("NO_COLOR", "1").env_remove("CLICOLOR_FORCE");
        }
        String::from_utf8(command.output().unwrap().stdout).unwrap()
    };
    assert!(forced(false).contains('\u{1b}'));
    assert!(!forced(true).contains('\u{1b}'));
    assert!(!run(&["inspect", REFUSAL]).stdout.contains('\u{1b}'));
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let mut child = std::process::Command::new(env!("CARGO_BIN_EXE_skilling"))
        .args(["completions", "zsh"])
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let ended = child.wait_with_output().unwrap();
    assert!(ended.status.success() && ended.stderr.is_empty());
}
