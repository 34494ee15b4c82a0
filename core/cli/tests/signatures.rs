//! Which signatures of a message hold, as far as the keys at hand can tell.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // a test that cannot go on has failed

mod common;

use common::{Scratch, own_message, own_vectors, run};
use serde_json::{Value, json};

/// Kind and outcome of each.
fn signatures(arguments: &[&str]) -> Vec<(String, Value)> {
    let ran = run(&[&["inspect", "--json"], arguments].concat());
    assert_eq!(
        ran.status, 0,
        "a signature that fails changes no status: {}",
        ran.stderr
    );
    let all = ran.json()["signatures"].as_array().unwrap().clone();
    let pair = |it: Value| (it["kind"].as_str().unwrap().to_owned(), it["holds"].clone());
    all.into_iter().map(pair).collect()
}

fn expected(pairs: &[(&str, Option<bool>)]) -> Vec<(String, Value)> {
    pairs
        .iter()
        .map(|(kind, holds)| ((*kind).to_owned(), json!(holds)))
        .collect()
}

#[test]
fn a_key_inside_the_message_checks_what_it_signed() {
    let token = own_message("a token");
    assert_eq!(
        signatures(&[&token]),
        expected(&[("allowance", None), ("payment", Some(true))])
    );
    let request = own_message("a request");
    assert_eq!(
        signatures(&[&request]),
        expected(&[("merchant", None), ("request", Some(true))])
    );
    let evidence = own_message("evidence with two receipts");
    let all = signatures(&[&evidence]);
    assert_eq!(all.len(), 6);
    assert!(
        all.iter().all(|it| it.1.is_null() || it.1 == true),
        "{all:?}"
    );
}

#[test]
fn a_bundle_and_a_root_bring_the_other_keys() {
    let case = &own_vectors("verify.json")[0];
    let scratch = Scratch::new();
    let trust = scratch.write_hex("trust.cbor", &case["trust"]);
    let (token, root) = (
        case["token"].as_str().unwrap(),
        case["root"].as_str().unwrap(),
    );
    assert_eq!(
        signatures(&[token, "--trust", &trust]),
        expected(&[("allowance", Some(true)), ("payment", Some(true))])
    );
    assert_eq!(
        signatures(&[&trust, "--root", root]),
        expected(&[("trust_bundle", Some(true))])
    );
    let person = run(&["inspect", token, "--trust", &trust]).stdout;
    assert!(
        person.contains("holds under an issuer's key of the bundle"),
        "{person}"
    );
}

#[test]
fn a_signature_that_was_changed_fails_and_the_message_is_still_shown() {
    for case in own_vectors("verify.json") {
        let (kind, index) = match case["code"].as_u64() {
            Some(6) => ("allowance", 0),
            Some(10) => ("payment", 1),
            _ => continue,
        };
        let scratch = Scratch::new();
        let trust = scratch.write_hex("trust.cbor", &case["trust"]);
        let all = signatures(&[case["token"].as_str().unwrap(), "--trust", &trust]);
        assert_eq!(
            all[index],
            (kind.to_owned(), json!(false)),
            "{}",
            case["name"]
        );
    }
    let stranger = own_vectors("status-list.json")[0]["issuer_key"]
        .as_str()
        .unwrap()
        .to_owned();
    let bundle = own_message("a trust bundle");
    assert_eq!(
        signatures(&[&bundle, "--root", &stranger]),
        expected(&[("trust_bundle", Some(false))])
    );
}
