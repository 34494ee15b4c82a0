//! Every message made by an independent implementation gives the stated result.
//!
//! Those vectors are not the project's to hand on, so they are not in this repository. Where they are absent nothing can be
//! judged, and a test that is listed as passed would be untrue: this one is a program of its own (`harness = false`) that
//! says aloud either what it judged or that it did not run. The project's own vectors always are: `own_vectors.rs`.

#![allow(clippy::unwrap_used, clippy::panic)] // a test that cannot go on has failed

use std::path::{Path, PathBuf};

use serde_json::Value;
use skilling_protocol::crypto::{DefaultVerifier, P256Verifier};
use skilling_protocol::fraud;
use skilling_protocol::message::{Expected as _, Message, Token};
use skilling_protocol::reason::Reason;
use skilling_tests::judge;

fn main() {
    let named = std::env::var_os("SKILLING_VECTORS").map(PathBuf::from);
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/vectors");
    // A folder that somebody named has to be there.
    if named.is_none() && !beside.exists() {
        println!(
            "\nNOT RUN: there are no vectors of an independent implementation here, so none were judged.\n\
             SKILLING_VECTORS names their folder (verify.json, inspect.json, fraud-proof.json).\n"
        );
        return;
    }
    let folder = named.unwrap_or(beside);

    let tokens = cases(&folder, "verify.json");
    let messages = cases(&folder, "inspect.json");
    let pairs = cases(&folder, "fraud-proof.json");
    judge::every_token_gets_its_verdict(tokens.iter().cloned(), &P256Verifier);
    judge::every_token_gets_its_verdict(tokens.iter().cloned(), &DefaultVerifier::default());
    every_message_is_what_it_is_said_to_be(&messages);
    two_tokens_convict_or_not_as_stated(&pairs);
    println!(
        "\nvectors of an independent implementation: {} tokens (by both verifiers), {} messages and {} pairs of tokens \
         gave the stated result\n",
        tokens.len(),
        messages.len(),
        pairs.len()
    );
}

fn every_message_is_what_it_is_said_to_be(cases: &[Value]) {
    for case in cases {
        let kind = match Message::decode(&bytes(&case["message"])) {
            Ok(message) => message.kind().name(),
            Err(error) if error.reason() == Reason::Unsupported => "unsupported",
            Err(_) => "malformed",
        };
        assert_eq!(Some(kind), case["kind"].as_str(), "{}", case["name"]);
    }
}

fn two_tokens_convict_or_not_as_stated(cases: &[Value]) {
    for case in cases {
        let bundle = judge::bundle(case, &P256Verifier).unwrap();
        let tokens = [&case["a"], &case["b"]].map(|it| Token::decode(&bytes(it)).unwrap());
        let proof = fraud::prove(&tokens[0], &tokens[1], &bundle, &P256Verifier);
        let name = proof.ok().map(|proof| proof.conflict.name());
        assert_eq!(name, case["proof"].as_str(), "{}", case["name"]);
    }
}

fn cases(folder: &Path, name: &str) -> Vec<Value> {
    let path = folder.join(name);
    let text = std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let parsed: Value = serde_json::from_slice(&text).unwrap();
    let cases = parsed["cases"].as_array().unwrap().clone();
    assert!(!cases.is_empty(), "{}: no cases", path.display());
    cases
}

fn bytes(value: &Value) -> Vec<u8> {
    hex::decode(value.as_str().unwrap()).unwrap()
}
