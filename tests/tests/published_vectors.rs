//! Every message made by an independent implementation gives the stated result.
//! The folder is not part of this repository; where it is absent the test says so and the project's own vectors stand alone.

#![allow(clippy::unwrap_used)]

use std::path::PathBuf;

use serde_json::Value;
use skilling_protocol::crypto::{DefaultVerifier, P256Verifier, Verifier};
use skilling_protocol::fraud::{self, PastPayment};
use skilling_protocol::message::{Expected, Message, PaymentRequest, Token, decode_status_list};
use skilling_protocol::objects::{Outage, TrustBundle};
use skilling_protocol::reason::Reason;
use skilling_protocol::rules::{self, KnownRequest, Situation};
use skilling_protocol::signed::{Signed, Verified};
use skilling_protocol::status_list::StatusList;
use skilling_protocol::values::{Amount, PublicKey, Time};

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

fn bundle(case: &Value, verifier: &impl Verifier) -> Option<Verified<TrustBundle>> {
    let root = PublicKey::from_sec1(&bytes(&case["root"])).unwrap();
    let signed = Signed::<TrustBundle>::decode_message(&bytes(&case["trust"]))?;
    signed.verify((), &root, verifier).ok()
}

trait DecodeMessage: Sized {
    fn decode_message(bytes: &[u8]) -> Option<Self>;
}
impl<T: Expected> DecodeMessage for T {
    fn decode_message(bytes: &[u8]) -> Option<Self> {
        <T as Expected>::decode(bytes).ok()
    }
}

fn verdict(case: &Value, verifier: &impl Verifier) -> (Reason, Option<String>) {
    let now = Time::from_unix(case["now"].as_u64().unwrap()).unwrap();
    let root = PublicKey::from_sec1(&bytes(&case["root"])).unwrap();
    let bundle = bundle(case, verifier);
    if !rules::terminal_clock_holds(now, bundle.as_ref(), None) {
        return (Reason::TerminalClock, None);
    }
    let token = match <Token as Expected>::decode(&bytes(&case["token"])) {
        Ok(token) => token,
        Err(error) => return (error.reason(), None),
    };
    let request = <PaymentRequest as Expected>::decode(&bytes(&case["request"])).unwrap();
    let request_id = request.request.id(request.merchant.id(()));
    let known = KnownRequest {
        request: request.request.unverified(),
        merchant: request.merchant.unverified(),
        is_paid: false,
        is_cancelled: false,
    };
    let issuers = || bundle.iter().flat_map(|bundle| bundle.issuers.iter());
    let status: Vec<StatusList> = case["status"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|it| decode_status_list(&bytes(it)).ok())
        .filter_map(|cwt| StatusList::verify(&cwt, issuers(), verifier).ok())
        .collect();
    let outage: Option<Verified<Outage>> = case["outage"].as_str().map(|_| {
        Signed::<Outage>::decode_message(&bytes(&case["outage"]))
            .unwrap()
            .verify((), &root, verifier)
            .unwrap()
    });
    let allowance = token.allowance.unverified();
    let history: Vec<PastPayment> = case["seen"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|it| {
            let seen = Token::decode_message(&bytes(it))?;
            let id = seen.allowance_id();
            (id == token.allowance_id()).then_some(())?;
            let payment = seen.payment.verify(id, &allowance.pay_key, verifier).ok()?;
            Some(PastPayment::of(&payment))
        })
        .collect();
    let situation = Situation {
        now,
        bundle: bundle.as_ref(),
        outage: outage.as_ref(),
        status_lists: &status,
        request: (token.payment.unverified().request_id == request_id).then_some(known),
        known_allowance: None,
        accepted_total: Amount::ZERO,
        is_convicted: false,
        history: &history,
    };
    let verdict = rules::check(&token, &situation, verifier);
    (verdict.reason(), Some(token.payment_id().to_string()))
}

fn every_token_gets_its_verdict(verifier: &impl Verifier) {
    for case in vectors("verify.json").into_iter().flatten() {
        let (reason, payment_id) = verdict(&case, verifier);
        assert_eq!(
            u64::from(reason.code()),
            case["code"].as_u64().unwrap(),
            "{}",
            case["name"]
        );
        assert_eq!(
            payment_id.as_deref(),
            case["payment_id"].as_str(),
            "{}",
            case["name"]
        );
    }
}

#[test]
fn every_token_gets_its_verdict_in_portable_rust() {
    every_token_gets_its_verdict(&P256Verifier);
}

#[test]
fn every_token_gets_its_verdict_with_the_fast_verifier() {
    every_token_gets_its_verdict(&DefaultVerifier::default());
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
        let bundle = bundle(&case, &P256Verifier).unwrap();
        let tokens = [&case["a"], &case["b"]].map(|it| Token::decode_message(&bytes(it)).unwrap());
        let proof = fraud::prove(&tokens[0], &tokens[1], &bundle, &P256Verifier);
        let name = proof.ok().map(|proof| proof.conflict.name());
        assert_eq!(name, case["proof"].as_str(), "{}", case["name"]);
    }
}
