//! A view for people.

use std::fmt::Write as _;

use skilling_protocol::cbor::Reader;
use skilling_protocol::message::MessageType;
use skilling_protocol::reason::Reason;

use super::broken::{Broken, rule_name};
use super::fields::{Field, Value};
use super::size::{self, QrSize};
use super::{Manner, MessageView, ObjectView, View};
use crate::escape::shown;
use crate::look::words::time::duration;
use crate::look::words::{mcc, money};
use crate::output::{BAD, FAINT, HEADING, NOTICE, paint};

/// Width of the column of names.
const NAMES: usize = 21;
const REDACTED: &str = "(redacted)";

impl View {
    /// Lines for a person, each ended.
    pub(crate) fn text(&self, manner: &Manner) -> String {
        match self {
            Self::Message(view) => message(view, manner),
            Self::Broken(broken) => failure(broken, manner),
        }
    }
}

fn message(view: &MessageView, manner: &Manner) -> String {
    let mut text = format!(
        "{}  {}  {}\n",
        paint(HEADING, view.kind.name()),
        paint(NOTICE, "UNVERIFIED"),
        paint(FAINT, "as it says itself; no signature was checked")
    );
    for object in &view.objects {
        self::object(&mut text, object, manner);
    }
    sizes(&mut text, view);
    text
}

fn object(text: &mut String, view: &ObjectView, manner: &Manner) {
    let _ = writeln!(text, "\n{}", paint(HEADING, view.kind));
    if let Some(id) = &view.id {
        let id = if manner.is_redacted { REDACTED } else { id };
        row(text, 2, "object id", id, "");
    }
    if let Some(key_id) = view.key_id {
        row(text, 2, "signed by key id", &key_id.to_string(), "");
    }
    let encoded = if manner.with_bytes {
        encoded_fields(view, manner)
    } else {
        Vec::new()
    };
    for field in &view.fields {
        let bytes = encoded.iter().find(|(name, _)| *name == field.name);
        let bytes = bytes.map_or_else(String::new, |(_, bytes)| hex::encode(bytes));
        self::field(text, 2, field, &bytes, manner);
    }
    if let Some(parts) = view
        .parts
        .as_ref()
        .filter(|_| manner.with_bytes && !manner.is_redacted)
    {
        row(text, 2, "(signature)", &hex::encode(parts.signature), "");
    }
}

fn row(text: &mut String, indent: usize, name: &str, value: &str, bytes: &str) {
    let width = NAMES.saturating_sub(indent.saturating_sub(2));
    let _ = write!(text, "{:indent$}{name:<width$} {value}", "");
    if !bytes.is_empty() {
        let _ = write!(text, "  {}", paint(FAINT, bytes));
    }
    text.push('\n');
}

fn field(text: &mut String, indent: usize, field: &Field, bytes: &str, manner: &Manner) {
    let deeper = indent.saturating_add(2);
    match &field.value {
        _ if manner.is_redacted && field.is_private => row(text, indent, &field.name, REDACTED, ""),
        Value::Table(fields) => {
            row(text, indent, &field.name, "", bytes);
            table(text, deeper, fields, manner);
        }
        Value::List(items) if items.iter().any(|it| matches!(it, Value::Table(_))) => {
            row(
                text,
                indent,
                &field.name,
                &format!("{} of them", items.len()),
                bytes,
            );
            for (number, item) in (1..).zip(items) {
                if let Value::Table(fields) = item {
                    let _ = writeln!(
                        text,
                        "{:deeper$}{}",
                        "",
                        paint(FAINT, format_args!("{number}."))
                    );
                    table(text, deeper.saturating_add(2), fields, manner);
                }
            }
        }
        value => row(
            text,
            indent,
            &field.name,
            &self::value(value, manner),
            bytes,
        ),
    }
}

fn table(text: &mut String, indent: usize, fields: &[Field], manner: &Manner) {
    for inner in fields {
        field(text, indent, inner, "", manner);
    }
}

/// One value on one line, with its unit, harmless.
pub(crate) fn value(value: &Value, manner: &Manner) -> String {
    match value {
        Value::Number(number) => number.to_string(),
        Value::Money(amount, Some((currency, decimals))) => {
            money::amount(*amount, *currency, *decimals)
        }
        Value::Money(amount, None) => format!("{} minor units", amount.minor_units()),
        Value::Currency(currency) => money::currency(*currency),
        Value::Time(time, sense) => manner.calendar.show(*time, *sense),
        Value::Duration(seconds) => {
            format!("{} s ({})", seconds.0, duration(u64::from(*seconds)))
        }
        Value::Mcc(code) => mcc::shown(*code),
        Value::Bytes(bytes) if bytes.is_empty() => "(empty)".into(),
        Value::Bytes(bytes) => hex::encode(bytes),
        Value::Uuid(bytes) => uuid::Uuid::from_bytes(*bytes).to_string(),
        Value::Text(text) => shown(text),
        Value::Word(word) => (*word).to_owned(),
        Value::Flag(flag) => if *flag { "yes" } else { "no" }.to_owned(),
        Value::Reason(code) => match Reason::from_code(*code) {
            Some(reason) => format!("{code} {reason}: {}", reason.cashier()),
            None => format!("{code} (a code of a newer version)"),
        },
        Value::List(items) if items.is_empty() => "none".into(),
        Value::List(items) => {
            let items: Vec<String> = items.iter().map(|it| self::value(it, manner)).collect();
            items.join(", ")
        }
        Value::Table(fields) => {
            let fields: Vec<String> = fields
                .iter()
                .map(|it| format!("{} {}", it.name, self::value(&it.value, manner)))
                .collect();
            format!("{{{}}}", fields.join("; "))
        }
    }
}

/// The encoding of each field that has a key of its own, as it stands in the payload.
pub(super) fn encoded_fields<'v>(
    view: &'v ObjectView,
    manner: &Manner,
) -> Vec<(&'v str, &'v [u8])> {
    let Some(parts) = &view.parts else {
        return Vec::new();
    };
    let entries = map_entries(&parts.payload);
    let shown = |field: &&Field| !(manner.is_redacted && names_somebody(field));
    let fields = view.fields.iter().filter(shown);
    fields
        .filter_map(|field| {
            let (_, bytes) = entries.iter().find(|(key, _)| Some(*key) == field.key)?;
            Some((field.name.as_str(), *bytes))
        })
        .collect()
}

/// Whether a field, or one inside it, is not fit for a ticket.
fn names_somebody(field: &Field) -> bool {
    let inside = |fields: &[Field]| fields.iter().any(names_somebody);
    field.is_private
        || match &field.value {
            Value::Table(fields) => inside(fields),
            Value::List(items) => items
                .iter()
                .any(|it| matches!(it, Value::Table(fields) if inside(fields))),
            _ => false,
        }
}

/// Key and encoded value of each entry; the payload was decoded before, so nothing is left out.
fn map_entries(payload: &[u8]) -> Vec<(u64, &[u8])> {
    let mut reader = Reader::new(payload, "payload");
    let mut entries = Vec::new();
    for _ in 0..reader.map_head().unwrap_or_default() {
        let Ok(key) = reader.uint() else { break };
        let start = reader.offset();
        if reader.skip().is_err() {
            break;
        }
        entries.push((key, payload.get(start..reader.offset()).unwrap_or_default()));
    }
    entries
}

fn sizes(text: &mut String, view: &MessageView) {
    let _ = writeln!(text, "\n{}", paint(HEADING, "size"));
    let bytes = |count: usize| format!("{count:>6}");
    for object in &view.objects {
        let Some(parts) = &object.parts else {
            row(text, 2, object.kind, &bytes(object.bytes), "");
            continue;
        };
        let signature = parts.signature.len();
        let rest = object
            .bytes
            .saturating_sub(parts.payload.len())
            .saturating_sub(signature);
        let detail = format!(
            "= fields {} + signature {signature} + COSE {rest}",
            parts.payload.len()
        );
        row(text, 2, object.kind, &bytes(object.bytes), &detail);
    }
    row(text, 2, "arrays and lengths", &bytes(view.framing()), "");
    row(
        text,
        2,
        "in all",
        &format!("{} bytes", bytes(view.bytes)),
        "",
    );
    travel(text, view);
}

fn travel(text: &mut String, view: &MessageView) {
    let qr = QrSize::of(view.bytes);
    let version = |version: Option<usize>, level| {
        version.map_or_else(
            || format!("too large at {level}"),
            |it| format!("version {it}-{level}"),
        )
    };
    let never = matches!(
        view.kind,
        MessageType::TrustBundle | MessageType::StatusList
    );
    let way = if never {
        "never travels as a code".into()
    } else {
        format!(
            "{} characters: {}, {}",
            qr.characters,
            version(qr.version_m, 'M'),
            version(qr.version_l, 'L')
        )
    };
    row(text, 2, "as a QR code", &way, "");
    let nfc = if size::goes_by_nfc(view.kind) {
        format!(
            "{} block(s) of at most 255 bytes",
            size::nfc_blocks(view.bytes)
        )
    } else {
        "never goes over NFC".into()
    };
    row(text, 2, "over NFC", &nfc, "");
}

fn failure(broken: &Broken, manner: &Manner) -> String {
    let mut text = format!("{}\n", paint(BAD, broken.kind()));
    row(&mut text, 2, "rule", &broken.rule, "");
    row(&mut text, 2, "what is wrong", &shown(&broken.detail), "");
    row(&mut text, 2, "at byte", &broken.offset.to_string(), "");
    if let Some(bytes) = broken.bytes {
        row(&mut text, 2, "bytes in all", &bytes.to_string(), "");
    }
    if let Some(excerpt) = broken.excerpt.as_ref().filter(|_| !manner.is_redacted) {
        let after = if excerpt.after.is_empty() {
            "(the end)".to_owned()
        } else {
            hex::encode(&excerpt.after)
        };
        let line = format!("{}>{}", hex::encode(&excerpt.before), paint(BAD, after));
        let name = format!("bytes from {}", excerpt.from);
        row(&mut text, 2, &name, &line, "");
    }
    let Some(outline) = &broken.outline else {
        return text;
    };
    let _ = writeln!(text, "\n{}", paint(HEADING, "what could still be read"));
    row(
        &mut text,
        2,
        "message type",
        &outline.message_type.to_string(),
        "",
    );
    row(
        &mut text,
        2,
        "elements after it",
        &outline.declared.to_string(),
        "",
    );
    for (number, element) in (1..).zip(&outline.elements) {
        let state = match (element.expected, element.error) {
            (None, _) => "of no known kind".into(),
            (Some(kind), None) => format!("{kind}, well-formed by itself"),
            (Some(kind), Some(error)) => format!(
                "{kind}, broken: {} at byte {}",
                rule_name(error.rule),
                error.offset
            ),
        };
        let line = format!(
            "{} bytes from byte {}: {state}",
            element.bytes, element.offset
        );
        row(&mut text, 2, &format!("element {number}"), &line, "");
    }
    for object in outline.elements.iter().flat_map(|it| &it.objects) {
        self::object(&mut text, object, manner);
    }
    text
}
