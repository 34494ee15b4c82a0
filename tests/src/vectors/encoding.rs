//! Section 2: what a decoder must refuse whatever it means. Each item is a whole CBOR item on its own.

use serde_json::{Value, json};

/// Name, hex, whether a strict decoder takes it.
const CASES: &[(&str, &str, bool)] = &[
    ("unsigned integer, one byte", "17", true),
    ("unsigned integer, two bytes", "1818", true),
    ("unsigned integer, three bytes", "190100", true),
    ("unsigned integer, five bytes", "1a00010000", true),
    ("unsigned integer, nine bytes", "1b0000000100000000", true),
    ("23 in two bytes", "1817", false),
    ("255 in three bytes", "1900ff", false),
    ("65535 in five bytes", "1a0000ffff", false),
    ("4294967295 in nine bytes", "1b00000000ffffffff", false),
    ("byte string length not shortest", "580100", false),
    ("text length not shortest", "780161", false),
    ("array length not shortest", "980100", false),
    ("map length not shortest", "b8010000", false),
    ("map with ascending keys", "a200010101", true),
    ("map keys not sorted", "a201010001", false),
    ("map key twice", "a200010001", false),
    (
        "keys sorted by their encoding, short before long",
        "a2170018ff00",
        true,
    ),
    ("indefinite byte string", "5f4100ff", false),
    ("indefinite text", "7f6161ff", false),
    ("indefinite array", "9f00ff", false),
    ("indefinite map", "bf0000ff", false),
    ("lone break", "ff", false),
    ("reserved additional information 28", "1c", false),
    ("reserved additional information 30", "1e", false),
    ("tag", "c000", false),
    ("tag 55799", "d9d9f700", false),
    ("half float", "f90000", false),
    ("single float", "fa00000000", false),
    ("double float", "fb0000000000000000", false),
    ("true", "f5", false),
    ("null", "f6", false),
    ("undefined", "f7", false),
    ("simple value in two bytes", "f820", false),
    ("nothing", "", false),
    ("trailing byte", "0000", false),
    ("argument cut", "19ff", false),
    ("byte string cut", "4201", false),
    (
        "byte string that declares four gigabytes",
        "5affffffff",
        false,
    ),
    (
        "array that declares 2^64 - 1 items",
        "9bffffffffffffffff",
        false,
    ),
    (
        "map that declares 2^63 entries",
        "bb8000000000000000",
        false,
    ),
    ("text that is UTF-8", "62c3b8", true),
    ("text that is not UTF-8", "62c328", false),
    ("text with a surrogate", "63eda080", false),
    ("nested 8 deep", "818181818181818100", true),
    ("nested 9 deep", "81818181818181818100", false),
];

pub(super) fn cases() -> Vec<Value> {
    CASES
        .iter()
        .map(|(name, item, ok)| json!({ "name": name, "item": item, "ok": ok }))
        .collect()
}
