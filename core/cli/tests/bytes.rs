//! Every byte of a message has a name, and the page is no wider than a terminal.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // a test that cannot go on has failed

mod common;

use common::{own_message, own_vectors, run_with_input, vectors};
use serde_json::Value;

/// Every message there is: the independent ones, and the project's own with all their faults.
fn messages() -> Vec<String> {
    let hex = |case: &Value, name: &str| case[name].as_str().map(str::to_owned);
    let mut all = Vec::new();
    for name in [
        "messages.json",
        "status-list.json",
        "fraud-proof.json",
        "verify.json",
    ] {
        let cases = match name {
            "status-list.json" => own_vectors(name),
            _ => vectors(name),
        };
        for case in cases {
            let names = ["message", "token", "request", "trust", "a", "b", "hex"];
            all.extend(names.into_iter().filter_map(|it| hex(&case, it)));
        }
    }
    all.sort();
    all.dedup();
    assert!(all.len() > 50, "{} messages", all.len());
    all
}

fn inspect(message: &str, options: &[&str]) -> common::Ran {
    run_with_input(&[&["inspect", "-"], options].concat(), message)
}

/// Every run lies right behind the one before, and together they are the message.
fn assert_tiles(shown: &Value, message: &str) {
    let mut put_together = String::new();
    for run in shown["layout"].as_array().unwrap() {
        let at = run["offset"].as_u64().unwrap() as usize;
        assert_eq!(at * 2, put_together.len(), "{run} in {message}");
        let hex = run["hex"].as_str().unwrap();
        assert_eq!(
            run["bytes"].as_u64().unwrap() as usize * 2,
            hex.len(),
            "{run}"
        );
        assert!(!run["name"].as_str().unwrap().is_empty());
        put_together.push_str(hex);
    }
    assert_eq!(put_together, message);
}

#[test]
fn the_named_runs_are_the_message_byte_for_byte() {
    for message in messages() {
        assert_tiles(&inspect(&message, &["--bytes", "--json"]).json(), &message);
    }
}

#[test]
fn a_message_cut_at_any_byte_is_still_named_to_its_last_byte() {
    let token = own_message("a token");
    for end in (0..token.len()).step_by(26) {
        let cut = &token[..end];
        assert_tiles(&inspect(cut, &["--bytes", "--json"]).json(), cut);
    }
    let cut = inspect(&token[..420], &["--bytes"]).stdout;
    assert!(cut.contains("136 bytes, only 28 of them here"), "{cut}");
    assert!(
        cut.contains("amount"),
        "the fields before the cut are named: {cut}"
    );
}

#[test]
fn well_formed_messages_hold_nothing_without_a_name() {
    for case in vectors("messages.json") {
        if case["kind"] == "malformed" || case["kind"] == "unsupported" {
            continue;
        }
        let shown = inspect(case["message"].as_str().unwrap(), &["--bytes", "--json"]).json();
        if shown["kind"] == "malformed" {
            continue; // a status list is only looked into here
        }
        for run in shown["layout"].as_array().unwrap() {
            let name = run["name"].as_str().unwrap();
            assert!(name != "(not read)" && !name.starts_with("key "), "{run}");
        }
        // Every field of the view stands somewhere in the bytes, under the same name.
        let paths: Vec<&str> = shown["layout"]
            .as_array()
            .unwrap()
            .iter()
            .map(|it| it["path"].as_str().unwrap())
            .collect();
        for object in shown["objects"].as_array().unwrap() {
            for name in object["fields"].as_object().unwrap().keys() {
                let ending = format!("/{name}");
                let found = paths.iter().any(|it| it.ends_with(&ending));
                assert!(found || name == "deflated_bytes", "{name} of {object}");
            }
        }
    }
}

#[test]
fn no_line_is_wider_than_a_terminal() {
    for message in messages() {
        for options in [&[][..], &["--bytes"]] {
            let page = inspect(&message, options).stdout;
            for line in page.lines() {
                assert!(line.chars().count() <= 80, "{line}");
                assert_eq!(line.trim_end(), line, "nothing behind a line");
            }
        }
    }
}

#[test]
fn a_redacted_layout_says_where_everything_is_and_not_what_it_says() {
    let message = own_message("a token");
    let shown = inspect(&message, &["--bytes", "--json", "--redact"]).json();
    let mut end = 0;
    for run in shown["layout"].as_array().unwrap() {
        assert_eq!(run["offset"], end);
        end += run["bytes"].as_u64().unwrap();
        let secret = [
            "signature",
            "id",
            "device_key",
            "status_index",
            "merchant_id",
            "request_id",
        ];
        let is_private = secret.contains(&run["name"].as_str().unwrap());
        assert_eq!(run.get("hex").is_none(), is_private, "{run}");
    }
    assert_eq!(end as usize * 2, message.len());
}
