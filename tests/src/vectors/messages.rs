//! Section 4: one whole message each, and what kind of message it is.

use serde_json::{Value, json};
use skilling_protocol::cbor::Writer;
use skilling_protocol::message::{
    Evidence, Expected as _, PaymentRequest, Token, decode_refusal, encode_refusal,
    encode_status_list,
};
use skilling_protocol::objects::{Outcome, Receipt};
use skilling_protocol::signed::Signed;
use skilling_protocol::values::Extensions;

use super::raw::{Raw, uint};
use crate::kit;

const MALFORMED: &str = "malformed";
const UNSUPPORTED: &str = "unsupported";
const SMALL: usize = 4_096;
const LARGE: usize = 16_384;

/// An array of a type and byte strings.
pub(super) fn message(kind: u64, elements: &[Vec<u8>]) -> Vec<u8> {
    let mut writer = Writer::new();
    writer.array(elements.len() + 1).uint(kind);
    elements.iter().for_each(|element| {
        writer.bytes(element);
    });
    writer.into_bytes()
}

fn receipt(outcome: Outcome) -> Signed<Receipt> {
    let honest = evidence().token;
    let time = kit::time(kit::NOW);
    Signed::sign(
        Receipt { outcome, time },
        honest.payment_id(),
        &kit::terminal(),
    )
    .unwrap()
}

pub(super) fn evidence() -> Evidence {
    let (token, request) = kit::honest_token();
    let token = Token::decode(&token).unwrap();
    Evidence {
        token,
        request,
        receipts: Vec::new(),
    }
}

/// A message of exactly this many bytes, made longer by an extension.
fn sized(target: usize, make: impl Fn(Extensions) -> Vec<u8>) -> Vec<u8> {
    let with = |lengths: &[usize]| {
        let entries = (1_000..).zip(lengths.iter().map(|length| vec![0x5a; *length]));
        make(Extensions::new(entries.collect()).unwrap())
    };
    let mut lengths = Vec::new();
    while with(&lengths).len() + 80 < target {
        lengths.push(64);
    }
    // An entry is a whole number of bytes but one: its head grows at 24. The other one fills that gap.
    for first in 1..=64 {
        for second in 1..=2 {
            let found = with(&[lengths.as_slice(), &[first, second]].concat());
            if found.len() == target {
                return found;
            }
        }
    }
    panic!("no extension makes {target} bytes");
}

fn token_with(extensions: Extensions) -> Token {
    let mut allowance = kit::allowance();
    allowance.extensions = extensions;
    let allowance = Signed::sign(allowance, (), &kit::issuer()).unwrap();
    let request = kit::request_id(&evidence().request);
    kit::token(&allowance, kit::payment(request), &kit::pay())
}

fn request_with(extensions: Extensions) -> PaymentRequest {
    let mut merchant = kit::merchant();
    merchant.extensions = extensions;
    kit::request_message(merchant, kit::request())
}

pub(super) fn cases() -> Vec<Value> {
    let mut found = Vec::new();
    let mut case = |name: &str, message: &[u8], kind: &str| {
        found.push(json!({ "name": name, "message": hex::encode(message), "kind": kind }));
    };
    whole(&mut case);
    types(&mut case);
    refusals(&mut case);
    shapes(&mut case);
    nested(&mut case);
    limits(&mut case);
    found
}

type Take<'a> = dyn FnMut(&str, &[u8], &str) + 'a;

fn whole(case: &mut Take<'_>) {
    let honest = evidence();
    let all = Evidence {
        receipts: vec![receipt(Outcome::Accepted), receipt(Outcome::Voided)],
        ..honest.clone()
    };
    let bundle = Signed::sign(kit::bundle(), (), &kit::root()).unwrap();
    let outage = Signed::sign(kit::outage(), (), &kit::root()).unwrap();
    case("a request", &honest.request.encode(), "payment_request");
    case("a token", &honest.token.encode(), "payment_token");
    case("a receipt", &receipt(Outcome::Accepted).encode(), "receipt");
    case("a trust bundle", &bundle.encode(), "trust_bundle");
    case(
        "a status list",
        &encode_status_list(&kit::status_list(&[], kit::NOW)),
        "status_list",
    );
    case(
        "a status list is not looked into",
        &encode_status_list(&[0xff]),
        "status_list",
    );
    case(
        "a fraud proof, whether it proves anything or not",
        &(honest.token.clone(), honest.token.clone()).encode(),
        "fraud_proof",
    );
    case("evidence without receipts", &honest.encode(), "evidence");
    case("evidence with two receipts", &all.encode(), "evidence");
    case("an outage", &outage.encode(), "outage");
}

fn types(case: &mut Take<'_>) {
    for kind in [9, 18, 4_294_967_296] {
        case(
            &format!("type {kind}"),
            &message(kind, &[vec![1]]),
            UNSUPPORTED,
        );
    }
    case("type 9 and nothing else", &message(9, &[]), UNSUPPORTED);
    case(
        "type 9 with an element that is no byte string",
        &[0x82, 9, 0],
        MALFORMED,
    );
    case("type 9 and a trailing byte", &[0x81, 9, 0], MALFORMED);
    case(
        "type 9, not in its shortest form",
        &[0x81, 0x18, 9],
        MALFORMED,
    );
    case("type as text", &[0x81, 0x61, b'2'], MALFORMED);
    case("an empty array", &[0x80], MALFORMED);
    case("a map", &[0xa1, 0, 0], MALFORMED);
    case("nothing", &[], MALFORMED);
}

fn refusals(case: &mut Take<'_>) {
    for code in [0, 41, u32::MAX] {
        let refusal = encode_refusal(code);
        assert_eq!(decode_refusal(&refusal), Ok(code));
        case(&format!("refusal {code}"), &refusal, "refusal");
    }
    case(
        "refusal 2^32",
        &[&[0x82, 0][..], &uint(1 << 32)].concat(),
        MALFORMED,
    );
    case("refusal without a code", &[0x81, 0], MALFORMED);
    case("refusal with two codes", &[0x83, 0, 1, 2], MALFORMED);
    case(
        "refusal with a code in bytes",
        &[0x82, 0, 0x41, 1],
        MALFORMED,
    );
}

fn shapes(case: &mut Take<'_>) {
    let honest = evidence();
    let (allowance, payment) = (
        honest.token.allowance.to_bytes(),
        honest.token.payment.to_bytes(),
    );
    let token = honest.token.encode();
    let three = [allowance.clone(), payment.clone(), payment.clone()];
    case("a token of three objects", &message(2, &three), MALFORMED);
    case(
        "a token without its payment",
        &message(2, std::slice::from_ref(&allowance)),
        MALFORMED,
    );
    case(
        "a token with its objects in the other order",
        &message(2, &[payment.clone(), allowance.clone()]),
        MALFORMED,
    );
    let longer = [payment.clone(), vec![0]].concat();
    case(
        "a token with a byte after its payment",
        &message(2, &[allowance, longer]),
        MALFORMED,
    );
    case(
        "a receipt that is no byte string",
        &[&[0x82, 3][..], &receipt(Outcome::Accepted).to_bytes()].concat(),
        MALFORMED,
    );
    case(
        "evidence without its request",
        &message(7, std::slice::from_ref(&token)),
        MALFORMED,
    );
    case(
        "a fraud proof of three tokens",
        &message(6, &[token.clone(), token.clone(), token]),
        MALFORMED,
    );
}

fn nested(case: &mut Take<'_>) {
    let honest = evidence();
    let unknown = Raw::of(
        *receipt(Outcome::Accepted).unverified(),
        honest.token.payment_id(),
        &kit::terminal(),
    )
    .with(1, uint(3));
    let unknown = message(3, &[unknown.sign(&kit::terminal())]);
    let (token, request) = (honest.token.encode(), honest.request.encode());
    case(
        "evidence with a receipt of an unknown outcome",
        &message(7, &[token.clone(), request.clone(), unknown.clone()]),
        UNSUPPORTED,
    );
    let broken = [receipt(Outcome::Voided).encode(), vec![0]].concat();
    case(
        "the same, and then a malformed receipt: malformed comes first",
        &message(7, &[token, request, unknown, broken]),
        MALFORMED,
    );
}

/// Of the larger types only the ones that fit a file of vectors.
fn limits(case: &mut Take<'_>) {
    let token = |bytes| sized(bytes, |extensions| token_with(extensions).encode());
    let request = |bytes| sized(bytes, |extensions| request_with(extensions).encode());
    case("a token of 4096 bytes", &token(SMALL), "payment_token");
    case("a token of 4097 bytes", &token(SMALL + 1), MALFORMED);
    case(
        "a request of 4096 bytes",
        &request(SMALL),
        "payment_request",
    );
    case("a request of 4097 bytes", &request(SMALL + 1), MALFORMED);
    let honest = evidence();
    let with = |token: Vec<u8>| message(7, &[token, honest.request.encode()]);
    case(
        "evidence of a token of 4096 bytes",
        &with(token(SMALL)),
        "evidence",
    );
    case(
        "evidence of a token of 4097 bytes: a nested message keeps its own limit",
        &with(token(SMALL + 1)),
        MALFORMED,
    );
    let receipts: Vec<_> = (0..150).map(|_| receipt(Outcome::Accepted)).collect();
    let full = |bytes| {
        sized(bytes, |extensions| {
            let evidence = Evidence {
                token: token_with(extensions),
                request: honest.request.clone(),
                receipts: receipts.clone(),
            };
            evidence.encode()
        })
    };
    case("evidence of 16384 bytes", &full(LARGE), "evidence");
    case("evidence of 16385 bytes", &full(LARGE + 1), MALFORMED);
}
