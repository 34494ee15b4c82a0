//! Section 7: which two tokens convict.

use serde_json::{Value, json};
use skilling_protocol::message::{Expected as _, Token};
use skilling_protocol::objects::{Payment, Sequence};
use skilling_protocol::signed::Signed;
use skilling_protocol::values::RequestNonce;

use crate::kit;

/// A payment by its figures: sequence, amount, spent, released, and which request.
fn payment(figures: (u32, u64, u64, u64), request: u8) -> Payment {
    let mut asked = kit::request();
    asked.nonce = RequestNonce([request; 16]);
    let message = kit::request_message(kit::merchant(), asked);
    Payment {
        sequence: Sequence::new(figures.0).unwrap(),
        amount: kit::amount(figures.1),
        spent: kit::amount(figures.2),
        released: kit::amount(figures.3),
        ..kit::payment(kit::request_id(&message))
    }
}

fn token(figures: (u32, u64, u64, u64), request: u8) -> Token {
    let allowance = Signed::sign(kit::allowance(), (), &kit::issuer()).unwrap();
    kit::token(&allowance, payment(figures, request), &kit::pay())
}

pub(super) fn cases() -> Vec<Value> {
    let trust = Signed::sign(kit::bundle(), (), &kit::root())
        .unwrap()
        .encode();
    let case = |name: &str, a: &Token, b: &Token, proof: Option<&str>| {
        json!({
            "name": name, "root": kit::hex_of_root(), "trust": hex::encode(&trust),
            "a": hex::encode(a.encode()), "b": hex::encode(b.encode()), "proof": proof,
        })
    };
    let conflicting = Some("conflicting_payment");
    let inconsistent = Some("inconsistent_history");
    let first = token((1, 100, 100, 0), 1);
    let mut other_allowance = kit::allowance();
    other_allowance.uuid.0[0] ^= 1;
    let other_allowance = Signed::sign(other_allowance, (), &kit::issuer()).unwrap();
    let elsewhere = kit::token(&other_allowance, payment((1, 100, 100, 0), 2), &kit::pay());
    let allowance = Signed::sign(kit::allowance(), (), &kit::issuer()).unwrap();
    let forged = kit::token(&allowance, payment((1, 100, 100, 0), 2), &kit::stranger());
    let no_allowance = Signed::sign(kit::allowance(), (), &kit::stranger()).unwrap();
    let unknown = kit::token(&no_allowance, payment((1, 100, 100, 0), 2), &kit::pay());
    vec![
        case(
            "same sequence, two requests",
            &first,
            &token((1, 100, 100, 0), 2),
            conflicting,
        ),
        case(
            "same sequence, other amount",
            &first,
            &token((1, 200, 200, 0), 1),
            conflicting,
        ),
        case("the same payment twice", &first, &first.clone(), None),
        case(
            "one after the other",
            &first,
            &token((2, 50, 150, 0), 2),
            None,
        ),
        case(
            "the later one first",
            &token((2, 50, 150, 0), 2),
            &first,
            None,
        ),
        case(
            "a gap in the numbers and more spent between",
            &first,
            &token((9, 50, 900, 0), 2),
            None,
        ),
        case(
            "total one too little",
            &first,
            &token((2, 50, 149, 0), 2),
            inconsistent,
        ),
        case(
            "total went down, given in the other order",
            &token((2, 50, 149, 0), 2),
            &first,
            inconsistent,
        ),
        case(
            "a void between: released grew",
            &first,
            &token((2, 50, 150, 100), 2),
            None,
        ),
        case(
            "released went down",
            &token((2, 50, 150, 100), 1),
            &token((3, 50, 200, 99), 2),
            inconsistent,
        ),
        case(
            "released stayed",
            &token((2, 50, 150, 100), 1),
            &token((3, 50, 200, 100), 2),
            None,
        ),
        case("two allowances", &first, &elsewhere, None),
        case("one payment signed by another key", &first, &forged, None),
        case("one allowance signed by a stranger", &first, &unknown, None),
    ]
}
