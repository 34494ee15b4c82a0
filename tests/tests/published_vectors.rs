//! Every message made by an independent implementation gives the stated result.
//! The folder is not part of this repository; where it is absent the test says so and the project's own vectors stand alone.

#![allow(clippy::unwrap_used)]

use std::path::PathBuf;

use serde_json::Value;
use skilling_protocol::crypto::{DefaultVerifier, P256Verifier};
use skilling_protocol::fraud;
use skilling_protocol::message::{Expected as _, Message, Token};
use skilling_protocol::reason::Reason;
use skilling_tests::judge;

fn vectors(name: &str) -> Option<Vec<Value>> {
    let folder = std::env::var_os("SKILLING_VECTORS").map_or_else(
        || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../shared/vectors"),
        PathBuf::from,
    );
    let path = folder.join(name);
    let Ok(text) = std::fs::read_to_string(&path) else {
        eprintln!("{name}: no independent vectors here (set SKILLING_VECTORS to their folder)");
        return None;
    };
    let parsed: Value = serde_json::from_str(&text).unwrap();
    Some(parsed["cases"].as_array().unwrap().clone())
}

fn bytes(value: &Value) -> Vec<u8> {
    hex::decode(value.as_str().unwrap()).unwrap()
}

#[test]
fn every_token_gets_its_verdict_in_portable_rust() {
    judge::every_token_gets_its_verdict(
        vectors("verify.json").into_iter().flatten(),
        &P256Verifier,
    );
}

#[test]
fn every_token_gets_its_verdict_with_the_fast_verifier() {
    judge::every_token_gets_its_verdict(
        vectors("verify.json").into_iter().flatten(),
        &DefaultVerifier::default(),
    );
}

#[test]
fn every_message_is_what_it_is_said_to_be() {
    for case in vectors("inspect.json").into_iter().flatten() {
        let kind = match Message::decode(&bytes(&case["message"])) {
            Ok(message) => message.kind().name(),
            Err(error) if error.reason() == Reason::Unsupported => "unsupported",
            Err(_) => "malformed",
        };
        assert_eq!(Some(kind), case["kind"].as_str(), "{}", case["name"]);
    }
}

#[test]
fn two_tokens_convict_or_not_as_stated() {
    for case in vectors("fraud-proof.json").into_iter().flatten() {
        let bundle = judge::bundle(&case, &P256Verifier).unwrap();
        let tokens = [&case["a"], &case["b"]].map(|it| Token::decode(&bytes(it)).unwrap());
        let proof = fraud::prove(&tokens[0], &tokens[1], &bundle, &P256Verifier);
        let name = proof.ok().map(|proof| proof.conflict.name());
        assert_eq!(name, case["proof"].as_str(), "{}", case["name"]);
    }
}
