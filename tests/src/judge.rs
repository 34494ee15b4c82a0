//! Judges one case of a `verify.json`, ours or another implementation's: builds the terminal's situation from it and asks
//! the rules.

use serde_json::Value;
use skilling_protocol::crypto::Verifier;
use skilling_protocol::fraud::PastPayment;
use skilling_protocol::message::{Expected, PaymentRequest, Token, decode_status_list};
use skilling_protocol::objects::{Outage, TrustBundle};
use skilling_protocol::reason::Reason;
use skilling_protocol::rules::{self, KnownRequest, Situation};
use skilling_protocol::signed::{Signed, Verified};
use skilling_protocol::status_list::StatusList;
use skilling_protocol::values::{Amount, PublicKey, Time};

fn bytes(value: &Value) -> Vec<u8> {
    hex::decode(value.as_str().unwrap()).unwrap()
}

/// The bundle of a case, if its root signed it.
pub fn bundle(case: &Value, verifier: &impl Verifier) -> Option<Verified<TrustBundle>> {
    let root = PublicKey::from_sec1(&bytes(&case["root"])).unwrap();
    let signed = <Signed<TrustBundle> as Expected>::decode(&bytes(&case["trust"])).ok()?;
    signed.verify((), &root, verifier).ok()
}

/// The verdict on a case, and the payment id where it can be known.
pub fn verdict(case: &Value, verifier: &impl Verifier) -> (Reason, Option<String>) {
    let now = Time::from_unix(case["now"].as_u64().unwrap()).unwrap();
    let root = PublicKey::from_sec1(&bytes(&case["root"])).unwrap();
    let bundle = bundle(case, verifier);
    // Ours say more of what the terminal remembers; what is absent is nothing.
    let memory = &case["memory"];
    let last = memory["last_acceptance"]
        .as_u64()
        .map(|it| Time::from_unix(it).unwrap());
    if !rules::terminal_clock_holds(now, bundle.as_ref(), last) {
        return (Reason::TerminalClock, None);
    }
    let token = match <Token as Expected>::decode(&bytes(&case["token"])) {
        Ok(token) => token,
        Err(error) => return (error.reason(), None),
    };
    if !rules::version_holds(bundle.as_ref()) {
        return (Reason::Unsupported, None);
    }
    let request = <PaymentRequest as Expected>::decode(&bytes(&case["request"])).unwrap();
    let request_id = request.request.id(request.merchant.id(()));
    let known = KnownRequest {
        request: request.request.unverified(),
        merchant: request.merchant.unverified(),
        is_paid: memory["request_paid"] == true,
        is_cancelled: memory["request_cancelled"] == true,
    };
    let issuers = || bundle.iter().flat_map(|bundle| bundle.issuers.iter());
    let status: Vec<StatusList> = case["status"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|it| decode_status_list(&bytes(it)).ok())
        .filter_map(|cwt| StatusList::verify(&cwt, issuers(), verifier).ok())
        .collect();
    // Only an outage of the allowance's currency is asked for.
    let outage: Option<Verified<Outage>> = case["outage"].as_str().map(|_| {
        <Signed<Outage> as Expected>::decode(&bytes(&case["outage"]))
            .unwrap()
            .verify((), &root, verifier)
            .unwrap()
    });
    let allowance = token.allowance.unverified();
    let outage = outage.filter(|outage| outage.currency == allowance.currency);
    let history: Vec<PastPayment> = case["seen"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|it| {
            let seen = <Token as Expected>::decode(&bytes(it)).ok()?;
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
        accepted_total: Amount::new(memory["accepted_total"].as_u64().unwrap_or(0)).unwrap(),
        is_convicted: memory["convicted"] == true,
        history: &history,
    };
    let verdict = rules::check(&token, &situation, verifier);
    (verdict.reason(), Some(token.payment_id().to_string()))
}

/// Judges every case and compares code and payment id with what it states.
///
/// # Panics
/// The first case that gets another verdict.
pub fn every_token_gets_its_verdict(
    cases: impl IntoIterator<Item = Value>,
    verifier: &impl Verifier,
) {
    for case in cases {
        let (reason, payment_id) = verdict(&case, verifier);
        let code = case["code"].as_u64().unwrap();
        assert_eq!(u64::from(reason.code()), code, "{}", case["name"]);
        let stated = case["payment_id"].as_str();
        assert_eq!(payment_id.as_deref(), stated, "{}", case["name"]);
    }
}
