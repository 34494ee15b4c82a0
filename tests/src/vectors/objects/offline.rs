//! What phones and terminals exchange: allowance to outage, and the envelope of all.

use serde_json::Value;
use skilling_protocol::objects::{Outcome, Receipt};
use skilling_protocol::signed::Signed;
use skilling_protocol::values::{Digest, ObjectId};

use super::super::raw::{bytes, map, text, uint};
use super::cases::*;
use crate::kit;

pub(super) fn allowance() -> Vec<Value> {
    cases_of("allowance", |cases| {
        let raw = of(kit::allowance(), ());
        cases.shape(&raw, &[]);
        cases.extensions(&raw);
        cases.length(&raw, 1, "id", 16);
        cases.key(&raw, 2);
        cases.each(
            &raw,
            3,
            &[
                ("currency 999", uint(999), OK),
                ("currency 1000", uint(1_000), MALFORMED),
            ],
        );
        cases.amount(&raw, 4, "limit", MALFORMED);
        cases.amount(&raw, 5, "cap", MALFORMED);
        cases.add("limit 2^53 - 1", &raw.clone().with(4, uint(MAX)), OK);
        cases.add(
            "cap equal to the limit",
            &raw.clone().with(5, uint(200_000)),
            OK,
        );
        cases.add(
            "cap one over the limit",
            &raw.clone().with(5, uint(200_001)),
            MALFORMED,
        );
        cases.add("cap 1", &raw.clone().with(5, uint(1)), OK);
        cases.add("no payments", &raw.clone().with(6, uint(0)), MALFORMED);
        cases.add("one payment", &raw.clone().with(6, uint(1)), OK);
        cases.uint32(&raw, 6, "most payments");
        cases.add("valid until 2^53 - 1", &raw.clone().with(8, uint(MAX)), OK);
        cases.time(&raw, 7, "valid from");
        cases.time(&raw, 8, "valid until");
        let from = kit::NOW - 86_400;
        cases.add(
            "valid for a second",
            &raw.clone().with(8, uint(from + 1)),
            OK,
        );
        cases.add(
            "valid for no time",
            &raw.clone().with(8, uint(from)),
            MALFORMED,
        );
        cases.each(
            &raw,
            9,
            &[
                ("key protection 0", uint(0), OK),
                ("key protection 2", uint(2), OK),
                ("key protection 3", uint(3), UNSUPPORTED),
                ("key protection that is text", text("2"), MALFORMED),
            ],
        );
        cases.each(
            &raw,
            10,
            &[
                ("user_auth 0", uint(0), OK),
                ("user_auth 2", uint(2), UNSUPPORTED),
            ],
        );
        cases.uint32(&raw, 11, "status index");
        cases.categories(&raw, 12);
        let both = raw.clone().with(9, uint(3)).with(5, uint(200_001));
        cases.add(
            "unknown key protection and cap over limit",
            &both,
            MALFORMED,
        );
    })
}

pub(super) fn merchant() -> Vec<Value> {
    cases_of("merchant", |cases| {
        let raw = of(kit::merchant(), ());
        cases.shape(&raw, &[]);
        cases.extensions(&raw);
        cases.length(&raw, 1, "merchant id", 8);
        cases.label(&raw, 2, 40);
        cases.each(
            &raw,
            3,
            &[
                ("mcc 9999", uint(9_999), OK),
                ("mcc 10000", uint(10_000), MALFORMED),
            ],
        );
        cases.each(
            &raw,
            4,
            &[
                ("country SE", text("SE"), OK),
                ("country in small letters", text("dk"), MALFORMED),
                ("country of three letters", text("DNK"), MALFORMED),
                ("country of one letter", text("D"), MALFORMED),
            ],
        );
        cases.key(&raw, 5);
        cases.length(&raw, 6, "terminal id", 8);
        cases.time(&raw, 7, "valid from");
        cases.time(&raw, 8, "valid until");
        cases.add(
            "valid for no time",
            &raw.clone().with(8, raw.entries[&7].clone()),
            MALFORMED,
        );
        let from = kit::NOW - 86_400;
        cases.add(
            "valid for a second",
            &raw.clone().with(8, uint(from + 1)),
            OK,
        );
    })
}

pub(super) fn request() -> Vec<Value> {
    cases_of("request", |cases| {
        let parent = Signed::sign(kit::merchant(), (), &kit::acquirer())
            .unwrap()
            .id(());
        let raw = of(kit::request(), parent);
        cases.shape(&raw, &[]);
        let printed = raw.clone().without(1).without(5);
        cases.add("static: neither amount nor answer before", &printed, OK);
        cases.add(
            "static with offline since",
            &printed.clone().with(7, uint(kit::NOW)),
            MALFORMED,
        );
        cases.add("offline since", &raw.clone().with(7, uint(kit::NOW)), OK);
        cases.amount(&raw, 1, "amount", MALFORMED);
        cases.add("amount 1", &raw.clone().with(1, uint(1)), OK);
        cases.add(
            "currency 1000",
            &raw.clone().with(2, uint(1_000)),
            MALFORMED,
        );
        cases.length(&raw, 3, "nonce", 16);
        cases.time(&raw, 4, "made at");
        cases.add(
            "answer before equal to made at",
            &raw.clone().with(5, raw.entries[&4].clone()),
            MALFORMED,
        );
        cases.time(&raw, 5, "answer before");
        cases.add(
            "answer before a second after made at",
            &raw.clone().with(5, uint(kit::NOW)),
            OK,
        );
        cases.add("amount 2^53 - 1", &raw.clone().with(1, uint(MAX)), OK);
        cases.label(&raw, 6, 35);
        cases.time(&raw, 7, "offline since");
        cases.add(
            "an extension, which a request has not",
            &raw.clone().with(15, map(&[(1, bytes(1))])),
            MALFORMED,
        );
    })
}

pub(super) fn payment() -> Vec<Value> {
    cases_of("payment", |cases| {
        let allowance = Signed::sign(kit::allowance(), (), &kit::issuer()).unwrap();
        let request = kit::request_id(&kit::request_message(kit::merchant(), kit::request()));
        let raw = of(kit::payment(request), allowance.id(()));
        cases.shape(&raw, &[]);
        cases.add("sequence 0", &raw.clone().with(1, uint(0)), MALFORMED);
        cases.uint32(&raw, 1, "sequence");
        cases.amount(&raw, 2, "amount", MALFORMED);
        cases.amount(&raw, 3, "spent", OK);
        cases.length(&raw, 4, "merchant id", 8);
        cases.length(&raw, 5, "request id", 32);
        cases.time(&raw, 6, "time");
        cases.add("released 1", &raw.clone().with(7, uint(1)), OK);
        cases.amount(&raw, 7, "released", MALFORMED);
    })
}

pub(super) fn receipt() -> Vec<Value> {
    cases_of("receipt", |cases| {
        let payment = ObjectId::from_digest(Digest([0x0b; 32]));
        let time = kit::time(kit::NOW);
        let accepted = of(
            Receipt {
                outcome: Outcome::Accepted,
                time,
            },
            payment,
        );
        cases.shape(&accepted, &[]);
        cases.add(
            "voided",
            &of(
                Receipt {
                    outcome: Outcome::Voided,
                    time,
                },
                payment,
            ),
            OK,
        );
        let declined = of(
            Receipt {
                outcome: Outcome::Declined { code: 12 },
                time,
            },
            payment,
        );
        cases.shape(&declined, &[]);
        cases.uint32(&declined, 2, "reason code");
        cases.add(
            "accepted with a reason code",
            &declined.clone().with(1, uint(0)),
            MALFORMED,
        );
        cases.add(
            "voided with a reason code",
            &declined.clone().with(1, uint(1)),
            MALFORMED,
        );
        cases.add("outcome 3", &accepted.clone().with(1, uint(3)), UNSUPPORTED);
        cases.add(
            "outcome 3 with a reason code",
            &declined.clone().with(1, uint(3)),
            UNSUPPORTED,
        );
        cases.add(
            "outcome 3 with a reason code of 2^32",
            &declined.clone().with(1, uint(3)).with(2, uint(MAX32 + 1)),
            MALFORMED,
        );
        cases.time(&accepted, 3, "time");
    })
}

pub(super) fn outage() -> Vec<Value> {
    cases_of("outage", |cases| {
        let raw = of(kit::outage(), ());
        cases.shape(&raw, &[]);
        cases.uint32(&raw, 1, "serial");
        cases.add(
            "currency 1000",
            &raw.clone().with(2, uint(1_000)),
            MALFORMED,
        );
        cases.time(&raw, 3, "from");
        cases.time(&raw, 4, "until");
        cases.add(
            "no time long",
            &raw.clone().with(4, raw.entries[&3].clone()),
            MALFORMED,
        );
        cases.add(
            "a second long",
            &raw.clone().with(4, uint(kit::NOW - 86_400 + 1)),
            OK,
        );
        cases.each(
            &raw,
            5,
            &[
                ("no extension", uint(0), OK),
                ("14 days of extension", uint(1_209_600), OK),
                ("a second over 14 days", uint(1_209_601), MALFORMED),
            ],
        );
    })
}

/// The COSE envelope, on a receipt because it is the smallest object.
pub(super) fn envelope() -> Vec<Value> {
    cases_of("receipt", |cases| {
        let receipt = Receipt {
            outcome: Outcome::Accepted,
            time: kit::time(kit::NOW),
        };
        let parent = ObjectId::from_digest(Digest([0x0b; 32]));
        let honest = of(receipt, parent).sign(&kit::issuer());
        // 84 43 a10126 a0 47 <payload> 58 40 <signature>
        let change = |at: usize, remove: usize, insert: &[u8]| {
            let mut bytes = honest.clone();
            bytes.splice(at..at + remove, insert.iter().copied());
            bytes
        };
        let signature = honest.len() - 64;
        let order = hex::decode("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551")
            .unwrap();
        let half = |from: usize, value: &[u8]| change(signature + from, 32, value);
        cases.add_bytes("array of three", &change(0, 1, &[0x83]), MALFORMED);
        cases.add_bytes("tagged 18", &change(0, 0, &[0xd2]), MALFORMED);
        cases.add_bytes(
            "alg ES384",
            &change(1, 4, &[0x44, 0xa1, 0x01, 0x38, 0x22]),
            MALFORMED,
        );
        cases.add_bytes(
            "alg as text",
            &change(1, 4, &[0x44, 0xa1, 0x01, 0x61, 0x36]),
            MALFORMED,
        );
        cases.add_bytes("protected header empty", &change(1, 4, &[0x40]), MALFORMED);
        cases.add_bytes(
            "key id in an object that names none",
            &change(
                1,
                4,
                &[0x4d, 0xa2, 0x01, 0x26, 0x04, 0x48, 1, 2, 3, 4, 5, 6, 7, 8],
            ),
            MALFORMED,
        );
        cases.add_bytes(
            "unprotected header not empty",
            &change(5, 1, &[0xa1, 0x01, 0x26]),
            MALFORMED,
        );
        cases.add_bytes(
            "payload detached",
            &change(6, honest.len() - 66 - 6, &[0x40]),
            MALFORMED,
        );
        cases.add_bytes("trailing byte", &change(honest.len(), 0, &[0]), MALFORMED);
        cases.add_bytes(
            "signature of 63 bytes",
            &change(signature - 1, 2, &[63]),
            MALFORMED,
        );
        cases.add_bytes("r zero", &half(0, &[0; 32]), MALFORMED);
        cases.add_bytes("s zero", &half(32, &[0; 32]), MALFORMED);
        cases.add_bytes("r equal to the order", &half(0, &order), MALFORMED);
        cases.add_bytes("s equal to the order", &half(32, &order), MALFORMED);
    })
}
