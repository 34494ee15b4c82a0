//! The project's own vectors: the committed files are what the generator makes, and every case gives its stated result,
//! through both verifiers.

#![allow(clippy::unwrap_used, clippy::panic)]

use std::path::Path;

use serde_json::Value;
use skilling_protocol::cbor::strict;
use skilling_protocol::crypto::{DefaultVerifier, P256Verifier};
use skilling_protocol::error::DecodeError;
use skilling_protocol::fraud;
use skilling_protocol::message::{Expected as _, Message, Token};
use skilling_protocol::objects::{
    Allowance, Deposit, Deposited, Enrolled, Enrolment, IssuerEntry, Merchant, Outage, Payment,
    Receipt, Renewal, Request, Sync, Synced, TrustBundle,
};
use skilling_protocol::reason::Reason;
use skilling_protocol::signed::{Object, Signed};
use skilling_protocol::status_list::StatusList;
use skilling_protocol::values::{PublicKey, StatusUri};
use skilling_tests::judge;
use skilling_tests::kit;

fn cases(name: &str) -> Vec<Value> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("vectors")
        .join(name);
    let text = std::fs::read_to_string(path).unwrap();
    let parsed: Value = serde_json::from_str(&text).unwrap();
    parsed["cases"].as_array().unwrap().clone()
}

fn bytes(value: &Value) -> Vec<u8> {
    hex::decode(value.as_str().unwrap()).unwrap()
}

#[test]
fn the_committed_files_are_what_the_generator_makes() {
    for (name, content) in skilling_tests::vectors::files() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("vectors")
            .join(name);
        let committed = std::fs::read_to_string(path).unwrap_or_default();
        assert!(
            committed == content,
            "{name} is stale: cargo run -p skilling-tests --bin make-vectors"
        );
    }
}

#[test]
fn only_deterministic_cbor_is_taken() {
    for case in cases("encoding.json") {
        let taken = strict::check(&bytes(&case["item"]), 0, "item").is_ok();
        assert_eq!(Some(taken), case["ok"].as_bool(), "{}", case["name"]);
    }
}

/// Decodes; what was taken must come out again to the byte.
fn result<T: Object>(encoded: &[u8]) -> &'static str {
    match Signed::<T>::decode(encoded) {
        Ok(signed) => {
            assert_eq!(signed.to_bytes(), encoded);
            "ok"
        }
        Err(error) if error.reason() == Reason::Unsupported => "unsupported",
        Err(DecodeError { offset, .. }) => {
            assert!(offset <= encoded.len());
            "malformed"
        }
    }
}

#[test]
fn every_bound_of_every_object_holds() {
    for case in cases("objects.json") {
        let encoded = bytes(&case["bytes"]);
        let result = match case["object"].as_str().unwrap() {
            "allowance" => result::<Allowance>(&encoded),
            "merchant" => result::<Merchant>(&encoded),
            "request" => result::<Request>(&encoded),
            "payment" => result::<Payment>(&encoded),
            "receipt" => result::<Receipt>(&encoded),
            "outage" => result::<Outage>(&encoded),
            "trust_bundle" => result::<TrustBundle>(&encoded),
            "enrolment" => result::<Enrolment>(&encoded),
            "enrolled" => result::<Enrolled>(&encoded),
            "sync" => result::<Sync>(&encoded),
            "synced" => result::<Synced>(&encoded),
            "deposit" => result::<Deposit>(&encoded),
            "deposited" => result::<Deposited>(&encoded),
            "renewal" => result::<Renewal>(&encoded),
            other => panic!("no such object: {other}"),
        };
        assert_eq!(
            Some(result),
            case["result"].as_str(),
            "{}: {}",
            case["object"],
            case["name"]
        );
    }
}

#[test]
fn every_message_is_of_its_kind() {
    for case in cases("messages.json") {
        let kind = kind(&bytes(&case["message"]));
        assert_eq!(Some(kind), case["kind"].as_str(), "{}", case["name"]);
    }
}

#[test]
fn a_message_is_as_good_as_the_object_in_it() {
    for case in cases("objects.json") {
        let result = match kind(&bytes(&case["message"])) {
            failed @ ("malformed" | "unsupported") => failed,
            _ => "ok",
        };
        assert_eq!(Some(result), case["result"].as_str(), "{}", case["name"]);
    }
}

fn kind(encoded: &[u8]) -> &'static str {
    match Message::decode(encoded) {
        Ok(message) => message.kind().name(),
        Err(error) if error.reason() == Reason::Unsupported => "unsupported",
        Err(DecodeError { offset, .. }) => {
            assert!(offset <= encoded.len());
            "malformed"
        }
    }
}

#[test]
fn every_token_gets_its_verdict_in_portable_rust() {
    judge::every_token_gets_its_verdict(cases("verify.json"), &P256Verifier);
}

#[test]
fn every_token_gets_its_verdict_with_the_fast_verifier() {
    judge::every_token_gets_its_verdict(cases("verify.json"), &DefaultVerifier::default());
}

#[test]
fn every_rule_has_a_token_that_breaks_it() {
    let codes: Vec<u64> = cases("verify.json")
        .iter()
        .map(|case| case["code"].as_u64().unwrap())
        .collect();
    // 26 is the store's own failure: no token brings it about.
    for code in (0..=29).filter(|code| *code != 26) {
        assert!(codes.contains(&code), "no token for code {code}");
    }
}

#[test]
fn two_tokens_convict_or_not() {
    for case in cases("fraud-proof.json") {
        let bundle = judge::bundle(&case, &P256Verifier).unwrap();
        let [a, b] = ["a", "b"].map(|key| Token::decode(&bytes(&case[key])).unwrap());
        let proof = fraud::prove(&a, &b, &bundle, &P256Verifier).ok();
        let name = proof.map(|proof| proof.conflict.name());
        assert_eq!(name, case["proof"].as_str(), "{}", case["name"]);
    }
}

#[test]
fn a_status_list_counts_only_as_its_specification_and_ours_say() {
    for case in cases("status-list.json") {
        let issuer = IssuerEntry {
            key: PublicKey::from_sec1(&bytes(&case["issuer_key"])).unwrap(),
            status_uri: StatusUri::new(case["uri"].as_str().unwrap()).unwrap(),
            ..kit::bundle().issuers.remove(0)
        };
        let list = StatusList::verify(&bytes(&case["cwt"]), [&issuer], &P256Verifier).ok();
        let set = list.map(|list| {
            let set = (0..16_u32).filter(|index| list.is_set(*index) == Some(true));
            set.map(u64::from).collect::<Vec<_>>()
        });
        let expected = case["set_of_first_16"].as_array();
        let expected = expected.map(|set| {
            set.iter()
                .map(|it| it.as_u64().unwrap())
                .collect::<Vec<_>>()
        });
        assert_eq!(set, expected, "{}", case["name"]);
    }
}
