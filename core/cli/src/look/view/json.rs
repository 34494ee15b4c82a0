//! A view as JSON: an interface, so fields are added and never renamed.

use serde_json::{Map, Value as Json, json};
use skilling_protocol::reason::Reason;

use super::broken::{Around, Broken, rule_name};
use super::fields::{Field, Value};
use super::layout::{self, Segment};
use super::size::{self, QrSize};
use super::text::encoded_fields;
use super::{Manner, MessageView, ObjectView, View, rules, signatures, warnings};

const REDACTED: &str = "redacted";

impl View {
    /// One object, as the documentation of the command describes it.
    pub(crate) fn json(&self, manner: &Manner) -> Json {
        match self {
            Self::Message(view) => message(view, manner),
            Self::Broken(broken) => failure(broken, manner),
        }
    }
}

fn message(view: &MessageView, manner: &Manner) -> Json {
    let objects: Vec<Json> = view.objects.iter().map(|it| object(it, manner)).collect();
    let mut json = json!({
        "kind": view.kind.name(),
        "unverified": true,
        "bytes": view.bytes,
        "qr": qr(view.bytes),
        "framing": view.framing(),
        "objects": objects,
        "signatures": signatures::json(&signatures::of(view, manner)),
        "warnings": warnings::json(&warnings::of(view, manner)),
    });
    if manner.with_bytes {
        json["layout"] = segments(&layout::of_message(view), &view.message, manner);
    }
    if size::goes_by_nfc(view.kind) {
        json["nfc"] = json!({"blocks": size::nfc_blocks(view.bytes)});
    }
    json
}

/// Every byte of the message, run by run.
fn segments(all: &[Segment], message: &[u8], manner: &Manner) -> Json {
    let one = |it: &Segment| {
        let mut json = json!({
            "offset": it.offset,
            "bytes": it.bytes(),
            "level": it.level,
            "path": it.path,
            "name": it.name,
            "says": it.text(manner),
        });
        if !it.is_hidden(manner) {
            let end = it.offset.saturating_add(it.bytes());
            json["hex"] = json!(hex::encode(message.get(it.offset..end).unwrap_or_default()));
        }
        json
    };
    all.iter().map(one).collect()
}

fn qr(bytes: usize) -> Json {
    let size = QrSize::of(bytes);
    let mut qr = json!({"characters": size.characters});
    for (name, version) in [("version_m", size.version_m), ("version_l", size.version_l)] {
        if let Some(version) = version {
            qr[name] = json!(version);
        }
    }
    qr
}

fn object(view: &ObjectView, manner: &Manner) -> Json {
    let mut json = json!({
        "kind": view.kind,
        "bytes": view.bytes,
        "fields": table(&view.fields, manner.is_redacted),
    });
    if let Some(id) = &view.id {
        json["id"] = json!(if manner.is_redacted { REDACTED } else { id });
    }
    if let Some(key_id) = view.key_id {
        json["key_id"] = json!(key_id.to_string());
    }
    if let Some(parts) = view.parts.as_ref().filter(|_| manner.with_bytes) {
        let encoded: Map<String, Json> = encoded_fields(view, manner)
            .into_iter()
            .map(|(name, bytes)| (name.to_owned(), json!(hex::encode(bytes))))
            .collect();
        json["hex"] = Json::Object(encoded);
        if !manner.is_redacted {
            json["payload"] = json!(hex::encode(&parts.payload));
            json["signature"] = json!(hex::encode(parts.signature));
        }
    }
    json
}

/// Fields by name.
pub(super) fn table(fields: &[Field], is_redacted: bool) -> Json {
    let entries = fields.iter().map(|field| {
        let json = if is_redacted && field.is_private {
            json!(REDACTED)
        } else {
            shown(&field.value, is_redacted)
        };
        (field.name.clone(), json)
    });
    Json::Object(entries.collect())
}

/// Amounts in minor units, times in Unix seconds, byte strings in lower-case hex.
pub(crate) fn value(value: &Value) -> Json {
    shown(value, false)
}

fn shown(value: &Value, is_redacted: bool) -> Json {
    match value {
        Value::Number(number) => json!(number),
        Value::Money(amount, _) => json!(amount.minor_units()),
        Value::Currency(currency) => json!(currency.numeric()),
        Value::Time(time, _) => json!(time.unix()),
        Value::Duration(seconds) => json!(seconds.0),
        Value::Mcc(mcc) => json!(mcc.code()),
        Value::Bytes(bytes) => json!(hex::encode(bytes)),
        Value::Uuid(bytes) => json!(uuid::Uuid::from_bytes(*bytes).to_string()),
        Value::Text(text) => json!(text),
        Value::Word(word) => json!(word),
        Value::Flag(flag) => json!(flag),
        Value::Reason(code) => json!(code),
        Value::List(items) => items.iter().map(|it| shown(it, is_redacted)).collect(),
        Value::Table(fields) => table(fields, is_redacted),
    }
}

fn failure(broken: &Broken, manner: &Manner) -> Json {
    let hint = broken.hint.iter().map(String::as_str);
    let detail: Vec<&str> = std::iter::once(broken.detail.as_str())
        .chain(hint)
        .collect();
    let mut json = json!({
        "kind": broken.kind(),
        "error": {"rule": broken.rule, "offset": broken.offset, "detail": detail.join("; ")},
        "code": if broken.is_unsupported { Reason::Unsupported } else { Reason::Malformed }.code(),
    });
    if let Some(bytes) = broken.bytes {
        json["bytes"] = json!(bytes);
    }
    let about = rules::about(&broken.rule);
    json["error"]["section"] = json!(about.section);
    json["error"]["why"] = json!(about.why);
    json["error"]["help"] = json!(about.help);
    if let Some(field) = broken.field {
        json["error"]["field"] = json!(field);
    }
    if let Some(excerpt) = broken.excerpt.as_ref().filter(|_| !manner.is_redacted) {
        json["excerpt"] = match &excerpt.around {
            Around::Bytes(before, after) => {
                let bytes = [before.as_slice(), after].concat();
                json!({"from": excerpt.from, "hex": hex::encode(bytes)})
            }
            Around::Text(before, after) => {
                json!({"from": excerpt.from, "text": format!("{before}{after}")})
            }
        };
    }
    if let Some(message) = broken.message.as_ref().filter(|_| manner.with_bytes) {
        json["layout"] = segments(&layout::of_broken(broken), message, manner);
    }
    if let Some(outline) = &broken.outline {
        let elements: Vec<Json> = outline
            .elements
            .iter()
            .map(|element| {
                let mut json = json!({
                    "offset": element.offset,
                    "bytes": element.bytes,
                    "expected": element.expected,
                });
                if element.expected.is_some() {
                    json["well_formed"] = json!(element.error.is_none());
                }
                if !element.objects.is_empty() {
                    let objects = element.objects.iter().map(|it| object(it, manner));
                    json["objects"] = objects.collect();
                }
                if let Some(error) = element.error {
                    json["error"] = json!({"rule": rule_name(error.rule), "offset": error.offset});
                }
                json
            })
            .collect();
        json["readable"] = json!({
            "type": outline.message_type,
            "declared": outline.declared,
            "elements": elements,
        });
    }
    json
}

impl MessageView {
    /// The bytes that are neither of the objects: arrays, types and lengths.
    pub(super) fn framing(&self) -> usize {
        let objects: usize = self.objects.iter().map(|it| it.bytes).sum();
        self.bytes.saturating_sub(objects)
    }
}
