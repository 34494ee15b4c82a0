//! Section 3 and sync.md: every object at and over every bound. Each case stands alone: one encoded signed object.

use serde_json::{Value, json};
use skilling_protocol::objects::{
    AttestationKind, Deposit, Deposited, Enrolled, Enrolment, Outcome, PaymentState, Receipt,
    Renewal, Statement, Sync, Synced, Wanted,
};
use skilling_protocol::signed::{Object, Signed};
use skilling_protocol::values::{Amount, Currency, Digest, IdempotencyId, Nonce, ObjectId};

use super::raw::{Raw, bytes, map, text, uint, uints};
use crate::kit;

const OK: &str = "ok";
const MALFORMED: &str = "malformed";
const UNSUPPORTED: &str = "unsupported";
const MAX: u64 = 9_007_199_254_740_991;
const MAX32: u64 = 4_294_967_295;

struct Cases {
    object: &'static str,
    found: Vec<Value>,
}

impl Cases {
    fn add(&mut self, name: &str, raw: &Raw, result: &str) {
        let signed = raw.sign(&kit::issuer());
        self.add_bytes(name, &signed, result);
    }

    fn add_bytes(&mut self, name: &str, signed: &[u8], result: &str) {
        self.found.push(json!({
            "object": self.object, "name": name, "bytes": hex::encode(signed), "result": result,
        }));
    }

    /// The honest one, one with an unknown key, and one for each key left out.
    fn shape(&mut self, raw: &Raw, optional: &[u64]) {
        self.add("in order", raw, OK);
        self.add("unknown key 14", &raw.clone().with(14, uint(0)), MALFORMED);
        for key in raw.entries.keys() {
            let result = if optional.contains(key) {
                OK
            } else {
                MALFORMED
            };
            self.add(
                &format!("without key {key}"),
                &raw.clone().without(*key),
                result,
            );
        }
    }

    /// Key 15 where it is allowed.
    fn extensions(&mut self, raw: &Raw) {
        let ext = |length| raw.clone().with(15, map(&[(1, bytes(length))]));
        self.add("extension of 1 byte", &ext(1), OK);
        self.add("extension of 64 bytes", &ext(64), OK);
        self.add("extension of no bytes", &ext(0), MALFORMED);
        self.add("extension of 65 bytes", &ext(65), MALFORMED);
        self.add(
            "extension map empty",
            &raw.clone().with(15, map(&[])),
            MALFORMED,
        );
        self.add(
            "extension that is no bytes",
            &raw.clone().with(15, map(&[(1, uint(1))])),
            MALFORMED,
        );
    }

    fn each(&mut self, raw: &Raw, key: u64, values: &[(&str, Vec<u8>, &str)]) {
        for (name, value, result) in values {
            self.add(name, &raw.clone().with(key, value.clone()), result);
        }
    }

    fn amount(&mut self, raw: &Raw, key: u64, what: &str, zero: &str) {
        self.add(&format!("{what} 0"), &raw.clone().with(key, uint(0)), zero);
        self.add(
            &format!("{what} over 2^53 - 1"),
            &raw.clone().with(key, uint(MAX + 1)),
            MALFORMED,
        );
    }

    fn uint32(&mut self, raw: &Raw, key: u64, what: &str) {
        self.add(
            &format!("{what} 2^32 - 1"),
            &raw.clone().with(key, uint(MAX32)),
            OK,
        );
        self.add(
            &format!("{what} 2^32"),
            &raw.clone().with(key, uint(MAX32 + 1)),
            MALFORMED,
        );
    }

    fn time(&mut self, raw: &Raw, key: u64, what: &str) {
        self.add(
            &format!("{what} over 2^53 - 1"),
            &raw.clone().with(key, uint(MAX + 1)),
            MALFORMED,
        );
    }

    fn length(&mut self, raw: &Raw, key: u64, what: &str, length: usize) {
        for wrong in [length - 1, length + 1] {
            self.add(
                &format!("{what} of {wrong} bytes"),
                &raw.clone().with(key, bytes(wrong)),
                MALFORMED,
            );
        }
    }

    fn categories(&mut self, raw: &Raw, key: u64) {
        self.each(
            raw,
            key,
            &[
                ("one category", uints(&[5411]), OK),
                ("category 9999", uints(&[0, 9999]), OK),
                ("category 10000", uints(&[10_000]), MALFORMED),
                ("no category", uints(&[]), MALFORMED),
                ("categories not ascending", uints(&[5912, 5411]), MALFORMED),
                ("category twice", uints(&[5411, 5411]), MALFORMED),
            ],
        );
    }

    fn label(&mut self, raw: &Raw, key: u64, longest: usize) {
        self.each(
            raw,
            key,
            &[
                ("label of one byte", text("A"), OK),
                ("label as long as can be", text(&"x".repeat(longest)), OK),
                (
                    "label a byte too long",
                    text(&"x".repeat(longest + 1)),
                    MALFORMED,
                ),
                (
                    "label too long in bytes, not in letters",
                    text(&"ø".repeat(longest / 2 + 1)),
                    MALFORMED,
                ),
                ("label empty", text(""), MALFORMED),
                (
                    "label with Nordic and Baltic letters",
                    text("Æøå Šķūņõ ž"),
                    OK,
                ),
                ("label with U+017F", text("\u{17f}"), OK),
                ("label with U+0180", text("\u{180}"), MALFORMED),
                ("label with U+00A0", text("a\u{a0}b"), MALFORMED),
                ("label with a soft hyphen", text("a\u{ad}b"), MALFORMED),
                (
                    "label with a right-to-left override",
                    text("a\u{202e}b"),
                    MALFORMED,
                ),
                (
                    "label with a control character",
                    text("a\u{1b}[31m"),
                    MALFORMED,
                ),
                ("label with DEL", text("a\u{7f}"), MALFORMED),
                ("label with a leading space", text(" a"), MALFORMED),
                ("label with a trailing space", text("a "), MALFORMED),
                ("label with a doubled space", text("a  b"), MALFORMED),
                ("label that is bytes", bytes(3), MALFORMED),
            ],
        );
    }

    fn key(&mut self, raw: &Raw, key: u64) {
        let point = |first: u8, rest: u8| {
            let mut value = vec![0x58, 33, first];
            value.extend([rest; 32]);
            value
        };
        self.length(raw, key, "public key", 33);
        self.each(
            raw,
            key,
            &[
                (
                    "public key that is not on the curve",
                    point(2, 0xff),
                    MALFORMED,
                ),
                (
                    "public key with an uncompressed mark",
                    point(4, 0x11),
                    MALFORMED,
                ),
                ("public key at infinity", point(0, 0), MALFORMED),
                (
                    "public key with an x of the field that no point has",
                    point(2, 0x01),
                    MALFORMED,
                ),
                (
                    "public key with the mark 05, the x of a point",
                    point(5, 0x5a),
                    MALFORMED,
                ),
            ],
        );
    }
}

fn of<T: Object>(object: T, parent: T::Parent) -> Raw {
    Raw::of(object, parent, &kit::issuer())
}

fn cases_of(object: &'static str, fill: impl FnOnce(&mut Cases)) -> Vec<Value> {
    let mut cases = Cases {
        object,
        found: Vec::new(),
    };
    fill(&mut cases);
    cases.found
}

pub(super) fn cases() -> Vec<Value> {
    [
        allowance(),
        merchant(),
        request(),
        payment(),
        receipt(),
        outage(),
        trust_bundle(),
        enrolment(),
        sync(),
        synced(),
        deposit(),
        renewal(),
        envelope(),
    ]
    .concat()
}

fn allowance() -> Vec<Value> {
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

fn merchant() -> Vec<Value> {
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

fn request() -> Vec<Value> {
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

fn payment() -> Vec<Value> {
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

fn receipt() -> Vec<Value> {
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

fn outage() -> Vec<Value> {
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

fn trust_bundle() -> Vec<Value> {
    cases_of("trust_bundle", |cases| {
        let raw = of(kit::bundle(), ());
        cases.shape(&raw, &[]);
        cases.extensions(&raw);
        cases.uint32(&raw, 1, "version");
        cases.time(&raw, 2, "issued");
        cases.time(&raw, 3, "expires");
        cases.add("no issuers", &raw.clone().with(4, uints(&[])), OK);
        cases.add("no acquirers", &raw.clone().with(5, uints(&[])), OK);
        cases.add("no policies", &raw.clone().with(6, map(&[])), OK);
        cases.uint32(&raw, 7, "lowest protocol");
        bundle_with(
            cases,
            "an issuer twice",
            |it| it.issuers.push(it.issuers[0].clone()),
            MALFORMED,
        );
        bundle_with(
            cases,
            "an acquirer twice",
            |it| it.acquirers.push(it.acquirers[0].clone()),
            MALFORMED,
        );
        issuer_entry(cases, &raw);
        acquirer_entry(cases, &raw);
        policy_entry(cases, &raw);
    })
}

/// A bundle that breaks a rule across its entries cannot be made by the encoder, so its lists are doubled by hand.
fn bundle_with(
    cases: &mut Cases,
    name: &str,
    change: impl FnOnce(&mut skilling_protocol::objects::TrustBundle),
    result: &str,
) {
    let mut bundle = kit::bundle();
    change(&mut bundle);
    let mut writer = skilling_protocol::cbor::Writer::new();
    bundle.write(&mut writer);
    let context = "skilling/v1/trust-bundle";
    let signed =
        super::raw::sign_payload(context, None, true, &writer.into_bytes(), &kit::issuer());
    cases.add_bytes(name, &signed, result);
}

/// The entries of an issuer or policy inside an encoded list or map of one.
fn inside(list: &[u8], head: usize) -> std::collections::BTreeMap<u64, Vec<u8>> {
    let mut reader = skilling_protocol::cbor::Reader::new(&list[head..], "entry");
    let count = reader.map_head().unwrap();
    let entry = &list[head..];
    (0..count)
        .map(|_| {
            let key = reader.uint().unwrap();
            let start = reader.offset();
            reader.skip().unwrap();
            (key, entry[start..reader.offset()].to_vec())
        })
        .collect()
}

fn issuer_entry(cases: &mut Cases, raw: &Raw) {
    let honest = inside(&raw.entries[&4], 1);
    let with = |key: u64, value: Option<Vec<u8>>| {
        let mut entry = honest.clone();
        match value {
            Some(value) => entry.insert(key, value),
            None => entry.remove(&key),
        };
        let entries: Vec<_> = entry.into_iter().collect();
        raw.clone().with(4, [vec![0x81], map(&entries)].concat())
    };
    for key in honest.keys() {
        cases.add(
            &format!("issuer without key {key}"),
            &with(*key, None),
            MALFORMED,
        );
    }
    cases.add("issuer with key 8", &with(8, Some(uint(0))), MALFORMED);
    cases.add(
        "issuer's currency 1000",
        &with(3, Some(uints(&[208, 1_000]))),
        MALFORMED,
    );
    cases.add(
        "issuer suspended 2, and an acquirer without keys",
        &with(6, Some(uint(2))).with(5, [vec![0x81], map(&[])].concat()),
        MALFORMED,
    );
    cases.add(
        "issuer without currencies",
        &with(3, Some(uints(&[]))),
        MALFORMED,
    );
    cases.add(
        "issuer's currencies not ascending",
        &with(3, Some(uints(&[752, 208]))),
        MALFORMED,
    );
    cases.add("issuer suspended 2", &with(6, Some(uint(2))), UNSUPPORTED);
    cases.add(
        "issuer URI of 200 bytes",
        &with(7, Some(text(&"u".repeat(200)))),
        OK,
    );
    cases.add(
        "issuer URI of 201 bytes",
        &with(7, Some(text(&"u".repeat(201)))),
        MALFORMED,
    );
    cases.add("issuer URI empty", &with(7, Some(text(""))), MALFORMED);
    cases.add(
        "issuer name of 41 bytes",
        &with(2, Some(text(&"n".repeat(41)))),
        MALFORMED,
    );
}

fn acquirer_entry(cases: &mut Cases, raw: &Raw) {
    let honest = inside(&raw.entries[&5], 1);
    let with = |key: u64, value: Option<Vec<u8>>| {
        let mut entry = honest.clone();
        match value {
            Some(value) => entry.insert(key, value),
            None => entry.remove(&key),
        };
        let entries: Vec<_> = entry.into_iter().collect();
        raw.clone().with(5, [vec![0x81], map(&entries)].concat())
    };
    for key in honest.keys() {
        cases.add(
            &format!("acquirer without key {key}"),
            &with(*key, None),
            MALFORMED,
        );
    }
    cases.add(
        "acquirer with key 3",
        &with(3, Some(uints(&[208]))),
        MALFORMED,
    );
    cases.add("acquirer suspended", &with(6, Some(uint(1))), OK);
    cases.add("acquirer suspended 2", &with(6, Some(uint(2))), UNSUPPORTED);
    cases.add(
        "acquirer name of 41 bytes",
        &with(2, Some(text(&"n".repeat(41)))),
        MALFORMED,
    );
    let extension = |length| with(15, Some(map(&[(1, bytes(length))])));
    cases.add("acquirer with an extension", &extension(64), OK);
    cases.add(
        "acquirer with an extension of 65 bytes",
        &extension(65),
        MALFORMED,
    );
}

fn policy_entry(cases: &mut Cases, raw: &Raw) {
    // Map of two currencies: the first value starts after the map head and a three-byte key.
    let honest = inside(&raw.entries[&6], 3);
    let with = |key: u64, value: Option<Vec<u8>>| {
        let mut entry = honest.clone();
        match value {
            Some(value) => entry.insert(key, value),
            None => entry.remove(&key),
        };
        let entries: Vec<_> = entry.into_iter().collect();
        raw.clone().with(6, map(&[(208, map(&entries))]))
    };
    for key in honest.keys() {
        let result = if *key == 7 { OK } else { MALFORMED };
        cases.add(
            &format!("policy without key {key}"),
            &with(*key, None),
            result,
        );
    }
    cases.add("policy with key 11", &with(11, Some(uint(0))), MALFORMED);
    cases.add(
        "policy key protection 3",
        &with(3, Some(uint(3))),
        UNSUPPORTED,
    );
    for (key, what) in [(1, "the most"), (2, "the most without authentication")] {
        cases.add(
            &format!("policy {what} over 2^53 - 1"),
            &with(key, Some(uint(MAX + 1))),
            MALFORMED,
        );
        cases.add(&format!("policy {what} 0"), &with(key, Some(uint(0))), OK);
    }
    for (key, what) in [(5, "age of status lists"), (9, "deposit window")] {
        let (most, over) = (Some(uint(MAX32)), Some(uint(MAX32 + 1)));
        cases.add(&format!("policy {what} 2^32 - 1"), &with(key, most), OK);
        cases.add(&format!("policy {what} 2^32"), &with(key, over), MALFORMED);
    }
    cases.add(
        "policy skew 2^32",
        &with(4, Some(uint(MAX32 + 1))),
        MALFORMED,
    );
    cases.add("policy exposure 0", &with(6, Some(uint(0))), MALFORMED);
    cases.add("policy exposure 1", &with(6, Some(uint(1))), OK);
    cases.add(
        "policy without a category in its list",
        &with(7, Some(uints(&[]))),
        MALFORMED,
    );
    cases.add("policy outage only 2", &with(8, Some(uint(2))), UNSUPPORTED);
    cases.add("policy of 4 decimals", &with(10, Some(uint(4))), OK);
    cases.add(
        "policy of 5 decimals",
        &with(10, Some(uint(5))),
        UNSUPPORTED,
    );
    let currency = raw.clone().with(
        6,
        map(&[(1_000, map(&honest.into_iter().collect::<Vec<_>>()))]),
    );
    cases.add("policy of currency 1000", &currency, MALFORMED);
}

fn enrolment() -> Vec<Value> {
    let honest = Enrolment {
        nonce: Nonce([1; 32]),
        link_key: skilling_protocol::crypto::Signer::public_key(&kit::pay()),
        kind: AttestationKind::None,
        attestation: Vec::new(),
        customer_proof: b"code".to_vec(),
    };
    let answer = cases_of("enrolled", |cases| {
        let parent = ObjectId::from_digest(Digest([2; 32]));
        let raw = of(
            Enrolled {
                time: kit::time(kit::NOW),
            },
            parent,
        );
        cases.shape(&raw, &[]);
        cases.time(&raw, 1, "time");
    });
    let mut found = cases_of("enrolment", |cases| {
        let raw = of(honest, ());
        cases.shape(&raw, &[]);
        cases.length(&raw, 1, "nonce", 32);
        cases.key(&raw, 2);
        cases.each(
            &raw,
            3,
            &[
                ("attestation kind 2", uint(2), OK),
                ("attestation kind 3", uint(3), UNSUPPORTED),
            ],
        );
        cases.each(
            &raw,
            4,
            &[
                ("attestation of 16384 bytes", bytes(16_384), OK),
                ("attestation of 16385 bytes", bytes(16_385), MALFORMED),
            ],
        );
        cases.each(
            &raw,
            5,
            &[
                ("customer proof of 2048 bytes", bytes(2_048), OK),
                ("customer proof of 2049 bytes", bytes(2_049), MALFORMED),
                ("customer proof of no bytes", bytes(0), MALFORMED),
            ],
        );
    });
    found.extend(answer);
    found
}

fn sync() -> Vec<Value> {
    cases_of("sync", |cases| {
        let key = skilling_protocol::crypto::Signer::public_key(&kit::pay());
        let honest = Sync {
            idempotency_id: IdempotencyId([1; 16]),
            nonce: Nonce([2; 32]),
            time: kit::time(kit::NOW),
            bundle_version: 7,
            statements: vec![Statement {
                allowance: ObjectId::from_digest(Digest([3; 32])),
                last_sequence: 4,
                spent: kit::amount(500),
                released: Amount::ZERO,
                state: skilling_protocol::objects::AllowanceState::Open,
            }],
            wanted: Some(Wanted {
                currency: Currency::DKK,
                limit: kit::amount(200_000),
                pay_key: key,
                attestation: Vec::new(),
                categories: None,
            }),
            link_key: key,
        };
        let raw = of(honest, ());
        cases.shape(&raw, &[6]);
        cases.length(&raw, 1, "idempotency id", 16);
        cases.length(&raw, 2, "nonce", 32);
        cases.time(&raw, 3, "time");
        cases.uint32(&raw, 4, "bundle version");
        cases.add("no statements", &raw.clone().with(5, uints(&[])), OK);
        let statement = |state: u64| {
            let entries = [
                (1, bytes(32)),
                (2, uint(1)),
                (3, uint(1)),
                (4, uint(0)),
                (5, uint(state)),
            ];
            raw.clone().with(5, [vec![0x81], map(&entries)].concat())
        };
        for (name, change, result) in [
            ("wanted: attestation of 16384 bytes", (4, bytes(16_384)), OK),
            (
                "wanted: attestation of 16385 bytes",
                (4, bytes(16_385)),
                MALFORMED,
            ),
            ("wanted: currency 1000", (1, uint(1_000)), MALFORMED),
            ("wanted: limit over 2^53 - 1", (2, uint(MAX + 1)), MALFORMED),
            ("wanted: one category", (5, uints(&[5411])), OK),
            ("wanted: no category", (5, uints(&[])), MALFORMED),
            ("wanted: key 6", (6, uint(0)), MALFORMED),
        ] {
            let mut wanted = inside(&raw.entries[&6], 0);
            wanted.insert(change.0, change.1);
            let wanted: Vec<_> = wanted.into_iter().collect();
            cases.add(name, &raw.clone().with(6, map(&wanted)), result);
        }
        cases.add("statement lost", &statement(2), OK);
        cases.add("statement state 3", &statement(3), UNSUPPORTED);
        cases.key(&raw, 7);
    })
}

fn synced() -> Vec<Value> {
    cases_of("synced", |cases| {
        let (a, b) = (
            ObjectId::from_digest(Digest([1; 32])),
            ObjectId::from_digest(Digest([2; 32])),
        );
        let honest = Synced {
            time: kit::time(kit::NOW),
            next_nonce: Nonce([9; 32]),
            payments: vec![(a, PaymentState::Paid), (b, PaymentState::Refused)],
            reserved: vec![(ObjectId::from_digest(Digest([1; 32])), kit::amount(5))],
            no_grant: Some(60),
        };
        let reversed = Synced {
            payments: vec![(b, PaymentState::Paid), (a, PaymentState::Paid)],
            ..honest.clone()
        };
        let twice = Synced {
            payments: vec![(a, PaymentState::Paid), (a, PaymentState::Paid)],
            ..honest.clone()
        };
        let parent = ObjectId::from_digest(Digest([7; 32]));
        let raw = of(honest, parent);
        cases.shape(&raw, &[5]);
        cases.time(&raw, 1, "time");
        cases.length(&raw, 2, "next nonce", 32);
        cases.add("payments not ascending", &of(reversed, parent), MALFORMED);
        cases.add("a payment twice", &of(twice, parent), MALFORMED);
        let pair = |state| [vec![0x81, 0x82], bytes(32), uint(state)].concat();
        cases.add("payment state 4", &raw.clone().with(3, pair(4)), OK);
        cases.add(
            "payment state 5",
            &raw.clone().with(3, pair(5)),
            UNSUPPORTED,
        );
        let reserved = |first: u8, second: u8, most: u64| {
            let one =
                |id: u8, amount: u64| [vec![0x82, 0x58, 32], vec![id; 32], uint(amount)].concat();
            raw.clone()
                .with(4, [vec![0x82], one(first, 0), one(second, most)].concat())
        };
        cases.add("reserved ascending", &reserved(1, 2, MAX), OK);
        cases.add("reserved not ascending", &reserved(2, 1, 5), MALFORMED);
        cases.add("reserved twice", &reserved(1, 1, 5), MALFORMED);
        cases.add(
            "reserved over 2^53 - 1",
            &reserved(1, 2, MAX + 1),
            MALFORMED,
        );
        cases.uint32(&raw, 5, "why no grant");
    })
}

fn deposit() -> Vec<Value> {
    let parent = ObjectId::from_digest(Digest([7; 32]));
    let mut found = cases_of("deposit", |cases| {
        let honest = Deposit {
            idempotency_id: IdempotencyId([1; 16]),
            time: kit::time(kit::NOW),
            payments: vec![
                ObjectId::from_digest(Digest([1; 32])),
                ObjectId::from_digest(Digest([2; 32])),
            ],
        };
        let raw = of(honest, parent);
        cases.shape(&raw, &[]);
        cases.length(&raw, 1, "idempotency id", 16);
        cases.time(&raw, 2, "time");
        cases.add("no payments", &raw.clone().with(3, uints(&[])), MALFORMED);
        let twice = [vec![0x82], bytes(32), bytes(32)].concat();
        cases.add("a payment twice", &raw.clone().with(3, twice), MALFORMED);
        cases.add(
            "a payment id of 31 bytes",
            &raw.clone().with(3, [vec![0x81], bytes(31)].concat()),
            MALFORMED,
        );
    });
    found.extend(cases_of("deposited", |cases| {
        let honest = Deposited {
            time: kit::time(kit::NOW),
            payments: vec![(ObjectId::from_digest(Digest([1; 32])), PaymentState::Paid)],
        };
        let raw = of(honest, ObjectId::from_digest(Digest([8; 32])));
        cases.shape(&raw, &[]);
        cases.time(&raw, 1, "time");
        let pair = [vec![0x81, 0x82], bytes(32), uint(5)].concat();
        cases.add("payment state 5", &raw.clone().with(2, pair), UNSUPPORTED);
    }));
    found
}

fn renewal() -> Vec<Value> {
    cases_of("renewal", |cases| {
        let honest = Renewal {
            idempotency_id: IdempotencyId([1; 16]),
            time: kit::time(kit::NOW),
            new_terminal_key: Some(skilling_protocol::crypto::Signer::public_key(
                &kit::stranger(),
            )),
        };
        let raw = of(honest, ObjectId::from_digest(Digest([7; 32])));
        cases.shape(&raw, &[3]);
        cases.length(&raw, 1, "idempotency id", 16);
        cases.time(&raw, 2, "time");
        cases.key(&raw, 3);
    })
}

/// The COSE envelope, on a receipt because it is the smallest object.
fn envelope() -> Vec<Value> {
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
