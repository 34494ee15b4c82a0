//! Section 6: one payment token each. Every rule has a case at its bound that passes and one past it that fails.

mod allowance;
mod form;
mod history;
mod limits;
mod request;
mod scene;
mod trust;

use serde_json::Value;
use skilling_protocol::crypto::Signer as _;

use crate::kit;
use scene::{Scene, honest};

/// Name, what it shows, the code, what is changed.
type Case = (&'static str, &'static str, u32, fn(&mut Scene));

/// In the order of the file.
const CASES: [&[Case]; 6] = [
    form::CASES,
    trust::CASES,
    allowance::CASES,
    request::CASES,
    limits::CASES,
    history::CASES,
];

pub(super) fn cases() -> Vec<Value> {
    let made = CASES
        .into_iter()
        .flatten()
        .map(|(name, note, code, change)| {
            let mut scene = honest();
            change(&mut scene);
            scene.into_case(name, note, *code)
        });
    made.chain([twin_keys(), high_s()]).collect()
}

/// The same payment with the other valid signature: the id is the same, and it is accepted.
fn high_s() -> Value {
    let mut scene = honest();
    scene.tamper = |mut bytes| {
        use p256::elliptic_curve::PrimeField as _;
        let at = bytes.len() - 32;
        let s: [u8; 32] = bytes[at..].try_into().unwrap();
        let s = p256::Scalar::from_repr(s.into()).unwrap();
        bytes[at..].copy_from_slice(&(-s).to_repr());
        bytes
    };
    scene.into_case(
        "the other signature of the same payment",
        "malleability makes no second payment",
        0,
    )
}

/// The issuer stands behind a stranger in the bundle: both are tried where they share an id, each found by its own.
fn twin_keys() -> Value {
    let mut scene = honest();
    let mut other = scene.bundle.issuers[0].clone();
    other.key = kit::stranger().public_key();
    other.key_id = other.key.key_id();
    scene.bundle.issuers.insert(0, other);
    scene.into_case("the second issuer of the bundle", "4", 0)
}
