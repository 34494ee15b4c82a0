//! Messages among other things: in the JSON of a program, in a log with codes, in a dump of bytes, in source text.

use serde_json::Value as Json;
use skilling_protocol::message::Message;

use super::detect::{self, base64, hex};
use super::{Found, picture};
use crate::escape::shown;
use crate::output::Output;

/// No program writes more for one payment; a longer text is not taken apart.
const MOST_TEXT: usize = 8 << 20;
/// Under these names hex is a message, even where it is a broken one.
const NAMES: [&str; 10] = [
    "message", "token", "request", "receipt", "trust", "outage", "proof", "evidence", "hex", "cbor",
];

/// What a text holds that is none of the plain forms.
pub(super) fn messages(text: &str, name: &str, output: Output) -> Option<(String, Vec<Found>)> {
    if text.len() > MOST_TEXT {
        return None;
    }
    if let Some(found) = in_json(text, name, output) {
        let form = format!("JSON with {} in it", detect::count(found.len()));
        return Some((form, found));
    }
    let codes = codes(text);
    if !codes.is_empty() {
        let form = format!(
            "a text with {} as SKL text in it",
            detect::count(codes.len())
        );
        return Some((form, codes));
    }
    let one = |form: &str, bytes| (form.to_owned(), vec![Found::Message(bytes)]);
    dump(text)
        .map(|bytes| one("a dump of bytes", bytes))
        .or_else(|| loose_hex(text).map(|bytes| one("hex with separators", bytes)))
}

/// Every string of a JSON document that is a message, once.
fn in_json(text: &str, name: &str, output: Output) -> Option<Vec<Found>> {
    if !text.trim_start().starts_with(['{', '[']) {
        return None;
    }
    let json: Json = serde_json::from_str(text).ok()?;
    let mut found = Vec::new();
    search(&json, "", &mut |at, key, text| {
        if let Some(it) = value(key, text)
            && !found.contains(&it)
        {
            output.note(format_args!("{name}: a message at {}", shown(at)));
            found.push(it);
        }
    });
    (!found.is_empty()).then_some(found)
}

/// Visits every string with its place and the name it stands under. The parser bounds how deep it goes.
fn search(json: &Json, at: &str, visit: &mut impl FnMut(&str, &str, &str)) {
    match json {
        Json::String(text) => visit(at, at.rsplit('/').next().unwrap_or_default(), text),
        Json::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                search(item, &format!("{at}/{index}"), visit);
            }
        }
        Json::Object(map) => {
            for (key, item) in map {
                search(item, &format!("{at}/{key}"), visit);
            }
        }
        _ => {}
    }
}

fn value(key: &str, text: &str) -> Option<Found> {
    if picture::is_code(text) {
        return Some(detect::code(text));
    }
    let (bytes, is_hex) = match hex(text) {
        Some(bytes) => (bytes, true),
        None => (base64(text)?.1, false),
    };
    let is_meant = is_hex && NAMES.contains(&key);
    (is_meant || Message::decode(&bytes).is_ok()).then_some(Found::Message(bytes))
}

/// Each text of a code, up to the first character that Base45 does not have.
fn codes(text: &str) -> Vec<Found> {
    const SIGNS: &str = " $%*+-./:";
    let is_of_code = |c: &char| c.is_ascii_digit() || c.is_ascii_uppercase() || SIGNS.contains(*c);
    let mut found = Vec::new();
    for (at, _) in text.match_indices("SKL") {
        let code: String = text
            .get(at..)
            .unwrap_or_default()
            .chars()
            .take_while(is_of_code)
            .collect();
        if picture::is_code(&code) {
            let whole = detect::code(&code);
            // A space may be the last character of a code, but more often it follows one.
            let it = match whole {
                Found::Broken(_) => detect::code(code.trim_end()),
                message => message,
            };
            if !found.contains(&it) {
                found.push(it);
            }
        }
    }
    found
}

/// Lines of an offset, hex, and often the characters beside it, as xxd and hexdump write them.
fn dump(text: &str) -> Option<Vec<u8>> {
    let mut bytes: Vec<u8> = Vec::new();
    for line in text.lines().filter(|line| !line.trim().is_empty()) {
        let (offset, rest) = line
            .trim_start()
            .split_once([':', ' '])
            .unwrap_or((line, ""));
        let offset = offset.trim_end_matches(':');
        if offset.len() < 4 || usize::from_str_radix(offset.trim(), 16).ok()? != bytes.len() {
            return None;
        }
        let rest = rest.trim_start();
        let content = match rest.split_once('|') {
            Some((content, _)) => content,
            None => rest.split("  ").next().unwrap_or_default(),
        };
        bytes.extend(hex(content).unwrap_or_default());
    }
    (!bytes.is_empty()).then_some(bytes)
}

/// Hex as source text and other tools write it: `0x83, 0x02`, `\x83\x02`, `83:02`.
pub(super) fn loose_hex(text: &str) -> Option<Vec<u8>> {
    let bare = text.replace("0x", " ").replace("\\x", " ");
    let is_between = |c: char| c.is_ascii_whitespace() || ",:;-{}[]()\"'".contains(c);
    let bare = bare.replace(is_between, " ");
    // A lone digit is a number and no byte.
    let is_bytes = bare.split_ascii_whitespace().all(|it| it.len() % 2 == 0);
    hex(&bare).filter(|_| is_bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    const REFUSAL: [u8; 4] = [0x82, 0, 0x18, 28];

    fn taken(text: &str) -> Option<(String, Vec<Found>)> {
        let silent = Output {
            json: false,
            quiet: true,
        };
        messages(text, "a text", silent)
    }

    #[test]
    fn one_message_is_found_however_it_was_written_down() {
        for (text, form) in [
            (
                r#"{"payment_id": "00", "token": "8200181c", "text": "SKL1:PJG723"}"#,
                "JSON with one message in it",
            ),
            (r#"[{"deep": ["ggAYHA=="]}]"#, "JSON with one message in it"),
            (
                "12:00:01 scanned SKL1:PJG723 at till 7",
                "a text with one message as SKL text in it",
            ),
            (
                "code=\"SKL1:PJG723\"",
                "a text with one message as SKL text in it",
            ),
            (
                "00000000: 8200 181c                                ....\n",
                "a dump of bytes",
            ),
            (
                "00000000  82 00 18 1c                                       |....|\n00000004\n",
                "a dump of bytes",
            ),
            ("{0x82, 0x00, 0x18, 0x1C}", "hex with separators"),
            ("\"\\x82\\x00\\x18\\x1c\"", "hex with separators"),
            ("82:00:18:1c", "hex with separators"),
        ] {
            let expected = (form.to_owned(), vec![Found::Message(REFUSAL.into())]);
            assert_eq!(taken(text), Some(expected), "{text}");
        }
    }

    #[test]
    fn what_holds_none_is_left_to_be_called_by_its_name() {
        for text in [
            "hello",
            "{}",
            "{\"a\": 1}",
            "[1, 2]",
            "SKL",
            "0x",
            "00000000: zz",
            "dead beef cafe!",
        ] {
            assert_eq!(taken(text), None, "{text}");
        }
    }
}
