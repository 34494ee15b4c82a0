//! What is legal but odd is said, and what is ordinary is not.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // a test that cannot go on has failed

mod common;

use std::collections::BTreeSet;

use common::{Scratch, own_message, own_vectors, run};
use serde_json::Value;

/// When the messages were made.
const THEN: u64 = 1_800_000_000;

fn inspect(message: &str, options: &[&str]) -> Value {
    run(&[&["inspect", message, "--json"], options].concat()).json()
}

fn names(shown: &Value) -> Vec<String> {
    let warnings = shown["warnings"].as_array().unwrap().iter();
    warnings
        .map(|it| it["name"].as_str().unwrap().to_owned())
        .collect()
}

fn at(message: &str, time: u64) -> Vec<String> {
    names(&inspect(message, &["--now", &time.to_string()]))
}

#[test]
fn an_ordinary_token_is_not_remarked_upon() {
    let token = own_message("a token");
    assert!(at(&token, THEN).is_empty());
    let person = run(&["inspect", &token, "--now", &THEN.to_string()]).stdout;
    assert!(!person.contains("legal but odd"), "{person}");
}

#[test]
fn what_ends_soon_or_has_ended_or_comes_from_another_time_is_said() {
    let token = own_message("a token");
    let until = inspect(&token, &[])["objects"][0]["fields"]["valid_until"]
        .as_u64()
        .unwrap();
    assert!(at(&token, until - 3_600).contains(&"expires_soon".to_owned()));
    assert!(at(&token, until).contains(&"expired".to_owned()));
    assert_eq!(
        at(&token, THEN - 301),
        ["clock_far"],
        "the payment is ahead"
    );
    assert_eq!(
        at(&token, THEN + 86_401),
        ["clock_far"],
        "the payment is behind"
    );
    assert!(at(&token, 0).contains(&"not_valid_yet".to_owned()));
    // Evidence is about the past.
    let evidence = own_message("evidence with two receipts");
    assert!(!at(&evidence, THEN * 2).contains(&"expired".to_owned()));
}

#[test]
fn a_nonce_that_no_random_source_made_is_seen() {
    assert_eq!(at(&own_message("a request"), THEN), ["nonce_not_random"]);
}

#[test]
fn a_name_that_other_systems_may_cut_is_seen_without_being_repeated() {
    let all = own_vectors("objects.json");
    let merchants = all
        .iter()
        .filter(|it| it["object"] == "merchant" && it["result"] == "ok");
    let shown = merchants.filter_map(|case| {
        let object = case["bytes"].as_str().unwrap();
        let message = format!("821158{:02x}{object}", object.len() / 2);
        let shown = inspect(&message, &["--redact", "--now", &THEN.to_string()]);
        shown["objects"].is_array().then_some(shown)
    });
    let near: Vec<Value> = shown
        .filter(|it| names(it).contains(&"name_near_limit".to_owned()))
        .collect();
    let one = near
        .first()
        .expect("one of the cases has a name of 40 bytes");
    assert!(one["warnings"].to_string().contains("of at most 40 bytes"));
}

#[test]
fn what_terminals_will_decline_and_what_the_policy_does_not_allow_is_said() {
    let scratch = Scratch::new();
    let mut seen = BTreeSet::new();
    for (number, case) in own_vectors("verify.json").iter().enumerate() {
        let trust = scratch.write_hex(&format!("{number}.cbor"), &case["trust"]);
        let now = case["now"].to_string();
        let token = case["token"].as_str().unwrap();
        let ran = run(&["inspect", token, "--json", "--now", &now, "--trust", &trust]);
        if ran.status != 0 {
            continue;
        }
        let shown = ran.json();
        seen.extend(names(&shown));
        for it in shown["warnings"].as_array().unwrap() {
            assert!(it["field"].is_string() && it["text"].is_string());
        }
    }
    for expected in [
        "software_key",
        "cap_over_unauthenticated",
        "over_limit",
        "over_count",
        "over_cap",
        "unknown_issuer",
        "key_protection_too_weak",
        "no_policy",
        "amount_over_policy",
        "cap_over_policy",
    ] {
        assert!(seen.contains(expected), "{expected} is not among {seen:?}");
    }
}

#[test]
fn a_bundle_to_compare_with_may_have_to_be_signed_by_a_root() {
    let case = &own_vectors("verify.json")[0];
    let scratch = Scratch::new();
    let trust = scratch.write_hex("trust.cbor", &case["trust"]);
    let token = case["token"].as_str().unwrap();
    let with = |root: &str| run(&["inspect", token, "--trust", &trust, "--root", root]);
    assert_eq!(with(case["root"].as_str().unwrap()).status, 0);
    let lists = own_vectors("status-list.json");
    let ran = with(lists[0]["issuer_key"].as_str().unwrap());
    assert_eq!(ran.status, 2, "{}", ran.stderr);
    assert!(
        ran.stderr.contains("not signed by the root key"),
        "{}",
        ran.stderr
    );
    assert_eq!(run(&["inspect", token, "--trust", "8200181c"]).status, 2);
}
