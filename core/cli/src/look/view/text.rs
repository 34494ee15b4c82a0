//! A view for people.

use std::fmt::Write as _;

use skilling_protocol::cbor::Reader;
use skilling_protocol::reason::Reason;

use super::broken::Broken;
use super::fields::{Field, Value};
use super::{
    Manner, MessageView, ObjectView, View, bytes, diagnosis, layout, signatures, sizes, warnings,
};
use crate::escape::shown;
use crate::look::words::time::duration;
use crate::look::words::{mcc, money, wrap};
use crate::output::{FAINT, HEADING, NOTICE, paint};

/// The column of names.
#[derive(Debug, Clone, Copy)]
pub(super) struct Column {
    indent: usize,
    width: usize,
}

/// The one of an object's own fields.
pub(super) const NAMES: Column = Column {
    indent: 2,
    width: 18,
};
const REDACTED: &str = "(redacted)";

impl View {
    /// Lines for a person, each ended and none wider than the page; `name` is what the input is called, harmless.
    pub(crate) fn text(&self, name: &str, manner: &Manner) -> String {
        match self {
            Self::Message(view) => message(view, manner),
            Self::Broken(broken) => failure(broken, name, manner),
        }
    }
}

fn message(view: &MessageView, manner: &Manner) -> String {
    let mut text = format!(
        "{}  {}  {}\n",
        paint(HEADING, view.kind.name()),
        paint(NOTICE, "UNVERIFIED"),
        paint(FAINT, "as it says itself; only skilling verify decides")
    );
    if manner.with_bytes {
        let segments = layout::of_message(view);
        text.push('\n');
        text.push_str(&bytes::table(
            &segments,
            &view.message,
            &view.objects,
            manner,
        ));
    } else {
        for object in &view.objects {
            self::object(&mut text, object, manner);
        }
    }
    signatures::section(&mut text, &signatures::of(view, manner));
    warnings::section(&mut text, &warnings::of(view, manner));
    sizes::sizes(&mut text, view);
    text
}

fn failure(broken: &Broken, name: &str, manner: &Manner) -> String {
    let mut text = broken.diagnosis(name, manner.is_redacted);
    if manner.with_bytes
        && let Some(message) = &broken.message
    {
        let segments = layout::of_broken(broken);
        text.push('\n');
        text.push_str(&bytes::table(&segments, message, &[], manner));
    } else if let Some(outline) = &broken.outline {
        diagnosis::outline(&mut text, outline, manner);
    }
    text
}

/// An object with its fields.
pub(super) fn object(text: &mut String, view: &ObjectView, manner: &Manner) {
    let _ = writeln!(text, "\n{}", paint(HEADING, view.kind));
    if let Some(id) = &view.id {
        let id = if manner.is_redacted { REDACTED } else { id };
        row(text, NAMES, "object id", id);
    }
    if let Some(key_id) = view.key_id {
        row(text, NAMES, "signed by key id", &key_id.to_string());
    }
    for field in &view.fields {
        self::field(text, NAMES, field, manner);
    }
}

/// A name and its value: beside it where the page is wide enough, words in several lines, hex on a line of its own.
pub(super) fn row(text: &mut String, column: Column, name: &str, value: &str) {
    let Column { indent, width } = column;
    let first = format!("{:indent$}{name:<width$} ", "");
    let room = wrap::WIDTH.saturating_sub(wrap::columns(&first));
    if wrap::columns(value) <= room || value.contains(' ') {
        text.push_str(wrap::hanging(&first, value).trim_end());
        text.push('\n');
        return;
    }
    let inside = indent.saturating_add(4);
    let _ = writeln!(text, "{}", first.trim_end());
    text.push_str(&wrap::hanging(&" ".repeat(inside), value));
}

fn field(text: &mut String, column: Column, field: &Field, manner: &Manner) {
    let deeper = column.indent.saturating_add(2);
    match &field.value {
        _ if manner.is_redacted && field.is_private => row(text, column, &field.name, REDACTED),
        Value::Table(fields) => {
            row(text, column, &field.name, "");
            table(text, deeper, fields, manner);
        }
        Value::List(items) if items.iter().any(|it| matches!(it, Value::Table(_))) => {
            row(
                text,
                column,
                &field.name,
                &format!("{} of them", items.len()),
            );
            for (number, item) in (1..).zip(items) {
                if let Value::Table(fields) = item {
                    let number = paint(FAINT, format_args!("{number}."));
                    let _ = writeln!(text, "{:deeper$}{number}", "");
                    table(text, deeper.saturating_add(2), fields, manner);
                }
            }
        }
        value => row(text, column, &field.name, &self::value(value, manner)),
    }
}

fn table(text: &mut String, indent: usize, fields: &[Field], manner: &Manner) {
    let longest = fields.iter().map(|it| wrap::columns(&it.name)).max();
    let width = longest.unwrap_or_default();
    for inner in fields {
        field(text, Column { indent, width }, inner, manner);
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
