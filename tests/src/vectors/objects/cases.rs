//! What the cases of every object share: its shape, its bounds, and one key at a time changed.

use serde_json::{Value, json};
use skilling_protocol::message::Expected as _;
use skilling_protocol::signed::Object;

use super::super::messages::{evidence, message};
use super::super::raw::{Raw, bytes, map, text, uint, uints};
use crate::kit;

pub(super) const OK: &str = "ok";
pub(super) const MALFORMED: &str = "malformed";
pub(super) const UNSUPPORTED: &str = "unsupported";
pub(super) const MAX: u64 = 9_007_199_254_740_991;
pub(super) const MAX32: u64 = 4_294_967_295;

pub(super) struct Cases {
    object: &'static str,
    pub(super) found: Vec<Value>,
}

impl Cases {
    pub(super) fn add(&mut self, name: &str, raw: &Raw, result: &str) {
        let signed = raw.sign(&kit::issuer());
        self.add_bytes(name, &signed, result);
    }

    pub(super) fn add_bytes(&mut self, name: &str, signed: &[u8], result: &str) {
        self.found.push(json!({
            "object": self.object, "name": name, "bytes": hex::encode(signed), "result": result,
            "message": hex::encode(in_a_message(self.object, signed)),
        }));
    }

    /// The honest one, one with an unknown key, and one for each key left out.
    pub(super) fn shape(&mut self, raw: &Raw, optional: &[u64]) {
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
    pub(super) fn extensions(&mut self, raw: &Raw) {
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

    pub(super) fn each(&mut self, raw: &Raw, key: u64, values: &[(&str, Vec<u8>, &str)]) {
        for (name, value, result) in values {
            self.add(name, &raw.clone().with(key, value.clone()), result);
        }
    }

    pub(super) fn amount(&mut self, raw: &Raw, key: u64, what: &str, zero: &str) {
        self.add(&format!("{what} 0"), &raw.clone().with(key, uint(0)), zero);
        self.add(
            &format!("{what} over 2^53 - 1"),
            &raw.clone().with(key, uint(MAX + 1)),
            MALFORMED,
        );
    }

    pub(super) fn uint32(&mut self, raw: &Raw, key: u64, what: &str) {
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

    pub(super) fn time(&mut self, raw: &Raw, key: u64, what: &str) {
        self.add(
            &format!("{what} over 2^53 - 1"),
            &raw.clone().with(key, uint(MAX + 1)),
            MALFORMED,
        );
    }

    pub(super) fn length(&mut self, raw: &Raw, key: u64, what: &str, length: usize) {
        for wrong in [length - 1, length + 1] {
            self.add(
                &format!("{what} of {wrong} bytes"),
                &raw.clone().with(key, bytes(wrong)),
                MALFORMED,
            );
        }
    }

    pub(super) fn categories(&mut self, raw: &Raw, key: u64) {
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

    pub(super) fn label(&mut self, raw: &Raw, key: u64, longest: usize) {
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

    pub(super) fn key(&mut self, raw: &Raw, key: u64) {
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

pub(super) fn of<T: Object>(object: T, parent: T::Parent) -> Raw {
    Raw::of(object, parent, &kit::issuer())
}

/// The object as a message brings it, all else in order: for whoever decodes nothing but messages.
fn in_a_message(object: &str, encoded: &[u8]) -> Vec<u8> {
    let (bytes, honest) = (encoded.to_vec(), evidence());
    let [allowance, payment] = [
        honest.token.allowance.to_bytes(),
        honest.token.payment.to_bytes(),
    ];
    let [merchant, request] = [
        honest.request.merchant.to_bytes(),
        honest.request.request.to_bytes(),
    ];
    match object {
        "merchant" => message(1, &[bytes, request]),
        "request" => message(1, &[merchant, bytes]),
        "allowance" => message(2, &[bytes, payment]),
        "payment" => message(2, &[allowance, bytes]),
        "receipt" => message(3, &[bytes]),
        "trust_bundle" => message(4, &[bytes]),
        "outage" => message(8, &[bytes]),
        "enrolment" => message(10, &[bytes]),
        "enrolled" => message(11, &[bytes]),
        "sync" => message(12, &[bytes]),
        "synced" => message(13, &[bytes]),
        "deposit" => message(14, &[merchant, bytes, honest.encode()]),
        "deposited" => message(15, &[bytes]),
        "renewal" => message(16, &[merchant, bytes]),
        other => panic!("no message holds a {other}"),
    }
}

pub(super) fn cases_of(object: &'static str, fill: impl FnOnce(&mut Cases)) -> Vec<Value> {
    let mut cases = Cases {
        object,
        found: Vec::new(),
    };
    fill(&mut cases);
    cases.found
}

/// The entries of an issuer or policy inside an encoded list or map of one.
pub(super) fn inside(list: &[u8], head: usize) -> std::collections::BTreeMap<u64, Vec<u8>> {
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
