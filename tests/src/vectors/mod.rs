//! The project's own vectors: made here with fixed keys, written to `tests/vectors/` by `make-vectors`, never edited by
//! hand. `tests/vectors/README.md` says how another implementation uses them.

pub mod encoding;
pub mod fraud;
pub mod messages;
pub mod objects;
pub mod raw;
pub mod status;
pub mod verify;

use serde_json::{Value, json};

/// File name and content of every vector file.
#[must_use]
pub fn files() -> Vec<(&'static str, String)> {
    let file = |what: &str, cases: Vec<Value>| {
        let value = json!({ "protocol": "skilling/v1", "what": what, "cases": cases });
        serde_json::to_string_pretty(&value).unwrap() + "\n"
    };
    vec![
        (
            "encoding.json",
            file(
                "one CBOR item each, and the rule of section 2 it breaks, if any",
                encoding::cases(),
            ),
        ),
        (
            "objects.json",
            file(
                "one signed object each, at and over every bound of section 3 and sync.md",
                objects::cases(),
            ),
        ),
        (
            "messages.json",
            file(
                "one message each, and its kind by section 4",
                messages::cases(),
            ),
        ),
        (
            "verify.json",
            file(
                "one payment token each, as a terminal judges it by section 6",
                verify::cases(),
            ),
        ),
        (
            "fraud-proof.json",
            file(
                "two payment tokens each, and what they convict of by section 7",
                fraud::cases(),
            ),
        ),
        (
            "status-list.json",
            file(
                "one status list each, and whether it counts",
                status::cases(),
            ),
        ),
    ]
}
