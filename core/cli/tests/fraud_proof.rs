//! Two tokens that convict, and two that do not.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // a test that cannot go on has failed

mod common;

use common::{Ran, Scratch, own_vectors, run, vectors};
use serde_json::Value;

fn arguments(case: &Value, scratch: &Scratch) -> Vec<String> {
    vec![
        "fraud-proof".into(),
        scratch.write_hex("a", &case["a"]),
        scratch.write_hex("b", &case["b"]),
        "--trust".into(),
        scratch.write_hex("trust", &case["trust"]),
        "--root".into(),
        scratch.write("root.hex", case["root"].as_str().unwrap()),
        "--json".into(),
    ]
}

fn prove(case: &Value) -> Ran {
    run(&arguments(case, &Scratch::new()))
}

fn convicting() -> Value {
    let all = own_vectors("fraud-proof.json");
    all.into_iter()
        .find(|case| case["proof"].is_string())
        .unwrap()
}

#[test]
fn every_pair_convicts_or_not_as_stated() {
    for case in vectors("fraud-proof.json") {
        let ran = prove(&case);
        let shown = ran.json();
        let name = &case["name"];
        assert_eq!(shown["proof"], case["proof"].is_string(), "{name}: {shown}");
        if case["proof"].is_string() {
            assert_eq!(shown["kind"], case["proof"], "{name}");
            assert_eq!(ran.status, 0);
            for id in [
                &shown["allowance_id"],
                &shown["payment_ids"][0],
                &shown["payment_ids"][1],
            ] {
                assert_eq!(id.as_str().unwrap().len(), 64);
            }
            assert_eq!(shown["device_key"].as_str().unwrap().len(), 66);
        } else {
            assert!(shown["why"].is_string());
            let unknown = shown["why"].as_str().unwrap().contains("no issuer key");
            assert_eq!(ran.status, if unknown { 5 } else { 1 }, "{name}");
        }
    }
}

#[test]
fn the_proof_is_written_and_can_be_checked_again() {
    let (case, scratch) = (convicting(), Scratch::new());
    let file = scratch.path("proof.cbor");
    let mut first = arguments(&case, &scratch);
    first.extend(["-o".into(), file.clone()]);
    let told = run(&first).json();
    assert_eq!(
        run(&["inspect", &file, "--json"]).json()["kind"],
        "fraud_proof"
    );
    first[1] = file;
    let options: Vec<String> = [&first[..2], &first[3..first.len() - 2]].concat();
    let again = run(&options);
    assert_eq!((again.status, again.json()), (0, told));
}

#[test]
fn without_a_key_that_is_trusted_nothing_is_decided() {
    let (mut case, scratch) = (convicting(), Scratch::new());
    let whole = arguments(&case, &scratch);
    let without = |option: &str| {
        let at = whole.iter().position(|it| it == option).unwrap();
        [&whole[..at], &whole[at + 2..]].concat()
    };
    assert_eq!(run(&without("--trust")).status, 5);
    assert_eq!(run(&without("--root")).status, 5);
    // Another root than the one that signed the bundle.
    let stranger = "02c6047f9441ed7d6d3045406e95c07cd85c778e4b8cef3ca7abac09b95c709ee5";
    case["root"] = stranger.into();
    let ran = prove(&case);
    assert_eq!((ran.status, &ran.json()["proof"]), (5, &Value::from(false)));
}

#[test]
fn a_token_that_cannot_be_read_proves_nothing() {
    let mut case = convicting();
    case["b"] = "8302".into();
    let ran = prove(&case);
    assert_eq!((ran.status, &ran.json()["proof"]), (1, &Value::from(false)));
}
