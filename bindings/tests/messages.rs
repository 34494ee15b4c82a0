//! Every kind of message that a day brings, over the exported surface: verified as it came and not once a byte is changed, and inspected
//! under the names that `skilling inspect` gives its fields.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "steps of the tests below"
)]

mod common;

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use common::{DKK, Town, asks, block_on, kroner, pays};
use serde_json::Value;
use skilling_ffi::CoreError;
use skilling_ffi::inspect::{VerifyContext, inspect, verify};
use skilling_ffi::ports::{HttpAnswer, HttpCall, Transport, TransportPortError};
use skilling_ffi::simulator::PhoneAnswer;
use skilling_ffi::simulator::PhoneDoes;
use skilling_ffi::terminal::{Outcome, RenewalResult};
use skilling_protocol::crypto::{Signer as _, SoftwareKey};
use skilling_protocol::message::{Expected, SyncAnswer, SyncCall};
use skilling_protocol::objects::{IssuerEntry, TrustBundle};
use skilling_protocol::signed::Signed;
use skilling_protocol::values::MerchantName;

/// Message 0 with code 40.
const REFUSAL: &[u8] = &[0x82, 0x00, 0x18, 0x28];

/// The network with somebody listening.
struct Tapped {
    inner: Arc<dyn Transport>,
    heard: Mutex<Vec<(Vec<u8>, Vec<u8>)>>,
}

#[async_trait]
impl Transport for Tapped {
    async fn send(&self, call: HttpCall) -> Result<HttpAnswer, TransportPortError> {
        let body = call.body.clone();
        let answer = self.inner.send(call).await?;
        if !body.is_empty() {
            let both = (body, answer.body.clone());
            self.heard.lock().unwrap().push(both);
        }
        Ok(answer)
    }
}

/// A message with what it takes to verify it beside roots and bundle.
#[derive(Clone, Default)]
struct Case {
    message: Vec<u8>,
    request: Option<Vec<u8>>,
    seen: Vec<Vec<u8>>,
    call: Option<Vec<u8>>,
}

fn one(message: Vec<u8>) -> Case {
    Case {
        message,
        ..Case::default()
    }
}

/// A town after a day, and every message of it.
fn day() -> (Town, Vec<Case>) {
    let mut town = Town::new();
    let tapped = Arc::new(Tapped {
        inner: Arc::clone(&town.server),
        heard: Mutex::default(),
    });
    town.server = Arc::clone(&tapped) as Arc<dyn Transport>;
    let (wallet, till) = (town.phone(&town.parts()), town.till());
    let request = asks(&till, kroner(20)).bytes;
    let token = pays(&wallet, &request).unwrap();
    let Outcome::Accepted { answered, .. } = till.accept(token.bytes.clone(), None).unwrap() else {
        panic!("not accepted");
    };
    wallet.take_receipt(answered.receipt.clone()).unwrap();
    let evidence = till.evidence(token.payment_id.clone()).unwrap();
    let phone = Arc::clone(&town.simulator)
        .phone(Arc::clone(&till))
        .unwrap();
    phone.set_does(PhoneDoes::PaysAsClone).unwrap();
    let answer = phone.answer(asks(&till, kroner(21)).bytes, None).unwrap();
    let PhoneAnswer::Token { bytes } = answer else {
        panic!("{answer:?}");
    };
    till.accept(bytes, None).unwrap();
    let proof = till.fraud_proofs().unwrap().remove(0);
    let bank = wallet.banks().unwrap()[0].number;
    block_on(wallet.sync(Arc::clone(&town.server), bank, None)).unwrap();
    block_on(till.deposit(Arc::clone(&town.server))).unwrap();
    let renewed = block_on(till.renew(Arc::clone(&town.server), false)).unwrap();
    assert!(matches!(renewed, RenewalResult::Until { .. }));

    let mut cases = vec![
        one(request.clone()),
        Case {
            request: Some(request.clone()),
            ..one(token.bytes.clone())
        },
        Case {
            request: Some(request),
            seen: vec![token.bytes],
            ..one(answered.receipt)
        },
        one(town.simulator.bundle().unwrap()),
        one(town.simulator.status_list().unwrap()),
        one(proof),
        one(evidence),
        one(town.simulator.declare_outage(DKK, 3).unwrap()),
    ];
    for (call, answer) in tapped.heard.lock().unwrap().drain(..) {
        cases.push(Case {
            call: Some(call.clone()),
            ..one(answer)
        });
        cases.push(one(call));
    }
    (town, cases)
}

fn context(town: &Town, case: &Case) -> VerifyContext {
    let now = std::time::SystemTime::UNIX_EPOCH.elapsed().unwrap();
    VerifyContext {
        now: i64::try_from(now.as_secs()).unwrap(),
        roots: town.simulator.roots().unwrap(),
        bundle: Some(town.simulator.bundle().unwrap()),
        outages: Vec::new(),
        status_lists: Vec::new(),
        request: case.request.clone(),
        seen: case.seen.clone(),
        memory: None,
        call: case.call.clone(),
    }
}

fn says(town: &Town, case: &Case, message: Vec<u8>) -> Result<u32, CoreError> {
    verify(message, context(town, case)).map(|said| said.reason.code)
}

#[test]
fn every_kind_of_message_is_true_as_it_came_and_not_once_it_was_changed() {
    let (town, cases) = day();
    let elsewhere = Town::new();
    let mut kinds = BTreeSet::new();
    for case in &cases {
        let seen = inspect(case.message.clone()).unwrap();
        let said = says(&town, case, case.message.clone());
        assert_eq!(said, Ok(0), "{}", seen.kind);
        kinds.insert(seen.type_number);
        // The last byte is one of a signature in every kind.
        let mut changed = case.message.clone();
        *changed.last_mut().unwrap() ^= 1;
        let said = says(&town, case, changed);
        assert!(matches!(said, Err(_) | Ok(1..)), "{}: {said:?}", seen.kind);
        // Own keys sign enrolments; nobody else's bundle makes the rest true.
        if seen.type_number != 10 {
            let said = says(&elsewhere, case, case.message.clone());
            let is_phone = seen.type_number == 12;
            assert!(
                is_phone || matches!(said, Err(_) | Ok(1..)),
                "{}",
                seen.kind
            );
        }
    }
    let all: Vec<u32> = (1..=8).chain(10..=17).collect();
    assert_eq!(kinds.into_iter().collect::<Vec<_>>(), all);
}

/// Somebody pays an honest till, and shows receipt and request of a till of their own that no acquirer here knows.
#[test]
fn a_receipt_is_worth_no_more_than_the_certificate_of_its_till() {
    let (elsewhere, cases) = day();
    let is_receipt = |case: &&Case| inspect(case.message.clone()).unwrap().type_number == 3;
    let forged = cases.iter().find(is_receipt).unwrap();
    assert_eq!(says(&elsewhere, forged, forged.message.clone()), Ok(0));
    let unknown_acquirer = says(&Town::new(), forged, forged.message.clone());
    assert_eq!(unknown_acquirer, Ok(46));

    // Right by itself, for another request of the same till than the one that is shown.
    let town = Town::new();
    let (wallet, till) = (town.phone(&town.parts()), town.till());
    let paid = asks(&till, kroner(2)).bytes;
    let token = pays(&wallet, &paid).unwrap().bytes;
    let Outcome::Accepted { answered, .. } = till.accept(token.clone(), None).unwrap() else {
        panic!("not accepted");
    };
    let shown = |request| Case {
        request: Some(request),
        seen: vec![token.clone()],
        ..Case::default()
    };
    let said = |request| says(&town, &shown(request), answered.receipt.clone());
    assert_eq!(said(paid), Ok(0));
    let other = said(asks(&till, kroner(900)).bytes);
    assert!(
        matches!(other, Err(CoreError::NotTrusted { .. })),
        "{other:?}"
    );
}

/// The answer to a sync of a town, with a grant, as two banks of another scheme would sign it.
#[test]
fn a_grant_counts_as_the_bank_s_that_answers_and_as_no_other_s() {
    let (town, cases) = day();
    let granted = |case: &&Case| matches!(&SyncAnswer::decode(&case.message), Ok(it) if it.allowance.is_some());
    let case = cases.iter().find(granted).unwrap();
    let call = SyncCall::decode(case.call.as_ref().unwrap()).unwrap();
    let answer = SyncAnswer::decode(&case.message).unwrap();
    let [root, bank, its_next_key, other] =
        [1, 2, 3, 4].map(|n| SoftwareKey::from_scalar(&[n; 32]).unwrap());

    let bundle = town.simulator.bundle().unwrap();
    let mut bundle = <Signed<TrustBundle> as Expected>::decode(&bundle)
        .unwrap()
        .unverified()
        .clone();
    let entry = bundle.issuers[0].clone();
    let issuer = |key: &SoftwareKey, name: &str| IssuerEntry {
        key: key.public_key(),
        key_id: key.public_key().key_id(),
        name: MerchantName::new(name).unwrap(),
        ..entry.clone()
    };
    bundle.issuers = vec![
        issuer(&bank, "Bank"),
        issuer(&its_next_key, "Bank"),
        issuer(&other, "Other bank"),
    ];
    let bundle = Signed::sign(bundle, (), &root).unwrap().encode();

    let said = |grants: &SoftwareKey| {
        let synced = answer.synced.unverified().clone();
        let allowance = answer.allowance.as_ref().unwrap().unverified().clone();
        let answer = SyncAnswer {
            synced: Signed::sign(synced, call.sync.id(()), &bank).unwrap(),
            allowance: Some(Signed::sign(allowance, (), grants).unwrap()),
        };
        let context = VerifyContext {
            roots: vec![root.public_key().as_bytes().to_vec()],
            bundle: Some(bundle.clone()),
            ..context(&town, case)
        };
        verify(answer.encode(), context).map(|said| said.reason.code)
    };
    assert_eq!(said(&bank), Ok(0));
    assert_eq!(said(&its_next_key), Ok(0));
    assert!(matches!(said(&other), Err(CoreError::NotTrusted { .. })));
}

#[test]
fn what_is_missing_or_cannot_be_verified_is_said_in_words() {
    let (town, cases) = day();
    for case in cases {
        let kind = inspect(case.message.clone()).unwrap().type_number;
        let wanted = match kind {
            3 => "request",
            11 | 13 | 15 => "call",
            _ => continue,
        };
        let said = says(&town, &Case::default(), case.message);
        let Err(CoreError::InvalidArgument { argument, .. }) = said else {
            panic!("{kind}: {said:?}");
        };
        assert_eq!(argument, wanted);
    }
    let said = says(&town, &Case::default(), REFUSAL.to_vec()).unwrap_err();
    assert!(said.info().detail.contains("nobody signs"), "{said}");
}

fn json(path: &str) -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path);
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

/// What the schema says of the fields of a kind of object.
fn fields_of<'a>(schema: &'a Value, kind: &str) -> &'a Value {
    let mut rules = schema["$defs"]["object"]["allOf"]
        .as_array()
        .unwrap()
        .iter();
    let rule = rules.find(|it| it["if"]["properties"]["kind"]["const"] == kind);
    &rule.unwrap()["then"]["properties"]["fields"]
}

#[test]
fn every_field_of_every_message_has_the_name_and_the_privacy_of_the_schema() {
    let schema = json("docs/schema/inspect.json");
    let (_town, mut cases) = day();
    cases.push(one(REFUSAL.to_vec()));
    let mut kinds = BTreeSet::new();
    for case in cases {
        for object in inspect(case.message).unwrap().objects {
            let said = fields_of(&schema, &object.kind);
            let mut names = BTreeSet::new();
            for field in &object.fields {
                let name = field.path.split('.').next().unwrap();
                let rule = &said["properties"][name];
                assert!(!rule.is_null(), "{} has no {name}", object.kind);
                let is_private = rule["anyOf"]
                    .as_array()
                    .is_some_and(|any| any.iter().any(|it| it["const"] == "redacted"));
                assert!(!is_private || field.is_private, "{}.{name}", object.kind);
                names.insert(name);
            }
            for required in said["required"].as_array().into_iter().flatten() {
                let name = required.as_str().unwrap();
                let value = said["properties"][name]["type"].as_str();
                // A list or a table without entries is no field here.
                let may_be_empty = matches!(value, Some("array" | "object"));
                assert!(
                    may_be_empty || names.contains(name),
                    "{}: {name}",
                    object.kind
                );
            }
            kinds.insert(object.kind);
        }
    }
    assert_eq!(kinds.len(), 16, "{kinds:?}");
}
