//! What an input is: raw CBOR, hex, base64, `SKL1:` text, a picture, or an APDU trace.

use base64::Engine as _;
use base64::alphabet::{Alphabet, STANDARD, URL_SAFE};
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use skilling_link::qr::text::{self, PREFIX, TextError};
use skilling_protocol::message::Message;

use super::{Breach, Found, among, picture, trace};
use crate::escape::shown;
use crate::output::Output;
use crate::status::Failure;

/// From this length on, an argument in base64 is not mistaken for the name of a file that is missing.
const LONG: usize = 40;

/// What is given by mistake, by its first bytes.
const CONTAINERS: [(&[u8], &str); 4] = [
    (
        b"SQLite format 3\0",
        "a database and holds no message by itself: open it with sqlite3",
    ),
    (b"PK\x03\x04", "a ZIP archive: give a file in it"),
    (b"\x1f\x8b", "compressed with gzip: unpack it first"),
    (b"\x7fELF", "a program"),
];

/// What a file or standard input holds.
pub(super) fn bytes(
    bytes: &[u8],
    name: &str,
    output: Output,
) -> Result<(String, Vec<Found>), Failure> {
    picture::refuse_others(bytes, name)?;
    if let Some(format) = picture::format(bytes) {
        let found = picture::messages(bytes, name, output)?;
        let form = format!("a {format} picture with {} to read", count(found.len()));
        return Ok((form, found));
    }
    let as_text = std::str::from_utf8(bytes)
        .ok()
        .map(|text| text.trim_start_matches('\u{feff}'));
    if let Some(text) = as_text
        && let Some(taken) = written(text, name, output)?
    {
        return Ok(taken);
    }
    if let Some((_, what)) = CONTAINERS.into_iter().find(|it| bytes.starts_with(it.0)) {
        output.warn(format_args!("{name} is {what}"));
    }
    Ok((raw_form(bytes), vec![Found::Message(bytes.to_vec())]))
}

/// What an argument holds that is no file.
pub(super) fn argument(argument: &str) -> Result<(String, Vec<Found>), Failure> {
    let text = argument.trim();
    if text.is_empty() {
        return Ok((raw_form(&[]), vec![Found::Message(Vec::new())]));
    }
    if let Some(found) = codes(text) {
        return Ok(("SKL text".into(), found));
    }
    if let Some(bytes) = hex(text) {
        return Ok(("hex".into(), vec![Found::Message(bytes)]));
    }
    if let Some((form, bytes)) = base64(text) {
        let meant = !text.starts_with('/') && text.len() >= LONG;
        if meant || Message::decode(&bytes).is_ok() {
            return Ok((form.into(), vec![Found::Message(bytes)]));
        }
    }
    if let Some(bytes) = among::loose_hex(text).filter(|it| Message::decode(it).is_ok()) {
        return Ok(("hex with separators".into(), vec![Found::Message(bytes)]));
    }
    if text
        .chars()
        .all(|c| c.is_ascii_hexdigit() || c.is_ascii_whitespace())
    {
        let form =
            "raw CBOR: as hex it has an odd number of digits, one too few or too many".into();
        return Ok((form, vec![Found::Message(text.into())]));
    }
    Err(Failure::file(format!(
        "there is no file {}, and it is no message as hex, base64 or SKL1 text",
        shown(argument)
    )))
}

fn written(
    text: &str,
    name: &str,
    output: Output,
) -> Result<Option<(String, Vec<Found>)>, Failure> {
    if let Some(found) = codes(text) {
        return Ok(Some(("SKL text".into(), found)));
    }
    if trace::looks_like_one(text) {
        return trace::messages(text, name, output).map(Some);
    }
    let decoded = match hex(text) {
        Some(bytes) => Some(("hex", bytes)),
        None => base64(text),
    };
    let plain = decoded.map(|(form, bytes)| (form.into(), vec![Found::Message(bytes)]));
    Ok(plain.or_else(|| among::messages(text, name, output)))
}

fn raw_form(bytes: &[u8]) -> String {
    if bytes.is_empty() {
        "raw CBOR (it is empty)".into()
    } else {
        "raw CBOR".into()
    }
}

pub(super) fn count(messages: usize) -> String {
    if messages == 1 {
        "one message".into()
    } else {
        format!("{messages} messages")
    }
}

/// One message a line, if every line that is not blank begins like the text of a code.
fn codes(text: &str) -> Option<Vec<Found>> {
    let lines: Vec<&str> = text
        .split('\n')
        .map(|line| line.trim_end_matches('\r'))
        .filter(|line| !line.trim().is_empty())
        .collect();
    let all = lines
        .iter()
        .all(|line| line.starts_with("SKL1:") || line.starts_with("SKL2:"));
    (all && !lines.is_empty()).then(|| lines.into_iter().map(code).collect())
}

/// The message in the text of a code, whatever its type.
pub(crate) fn code(line: &str) -> Found {
    let error = match text::decode(line) {
        Ok(message) => return Found::Message(message),
        // Such a text has no business in a code, but looking at it does no harm.
        Err(TextError::NeverAsCode { .. }) => {
            let body = line.strip_prefix(PREFIX).unwrap_or_default();
            match base45::decode(body) {
                Ok(message) => return Found::Message(message),
                Err(_) => TextError::Truncated,
            }
        }
        Err(error) => error,
    };
    let (rule, offset) = match error {
        TextError::BadCharacter { offset } => ("base45_character", offset),
        TextError::BadGroup { offset } => ("base45_group", offset),
        TextError::Truncated => ("base45_truncated", line.len()),
        TextError::Empty => ("truncated", PREFIX.len()),
        TextError::TooLong => ("message_too_long", 0),
        TextError::Unsupported | TextError::WrongPrefix | TextError::NeverAsCode { .. } => {
            ("unknown_prefix", 0)
        }
    };
    Found::Broken(Breach {
        is_unsupported: error == TextError::Unsupported,
        rule,
        offset,
        detail: error.to_string(),
        around: Breach::around(line, offset),
    })
}

pub(super) fn hex(text: &str) -> Option<Vec<u8>> {
    let text = text.trim();
    let text = text.strip_prefix("0x").unwrap_or(text);
    let digits: String = text.split_ascii_whitespace().collect();
    if digits.is_empty() {
        return None;
    }
    ::hex::decode(digits).ok()
}

pub(super) fn base64(text: &str) -> Option<(&'static str, Vec<u8>)> {
    let text: String = text.split_ascii_whitespace().collect();
    if text.is_empty() {
        return None;
    }
    let decode = |alphabet: &Alphabet| {
        let config =
            GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
        GeneralPurpose::new(alphabet, config).decode(&text).ok()
    };
    decode(&STANDARD)
        .map(|bytes| ("base64", bytes))
        .or_else(|| decode(&URL_SAFE).map(|bytes| ("base64url", bytes)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_is_read_in_every_written_form() {
        for (text, form) in [
            ("8200181c", "hex"),
            ("82 00 18 1C", "hex"),
            ("0x8200181c", "hex"),
            ("ggAYHA==", "base64"),
            ("ggAYHA", "base64"),
        ] {
            let (taken, found) = argument(text).unwrap();
            assert_eq!(taken, form);
            assert_eq!(found, [Found::Message(vec![0x82, 0, 0x18, 28])], "{text}");
        }
    }

    #[test]
    fn a_missing_file_is_not_taken_for_a_message() {
        for name in [
            "no-such-file",
            "missing",
            "/tmp/nothing/here",
            "token.cbor",
            "hello",
        ] {
            assert!(argument(name).is_err(), "{name}");
        }
        assert!(argument("").is_ok() && argument("820").is_ok());
    }
}
