//! What is legal but odd: nothing here makes a message malformed, and each of it has puzzled somebody.

mod bundle;
mod money;
mod policy;
mod times;

use std::fmt::Write as _;

use serde_json::{Value as Json, json};
use skilling_protocol::values::{Amount, Currency, Decimals, Time};

use super::fields::Value;
use super::size::{self, QrSize};
use super::{Manner, MessageView, ObjectView};
use crate::look::words::wrap;
use crate::output::{HEADING, NOTICE, paint};

/// Codes beyond this version are hard for a phone in the hand.
const LARGEST_EASY_VERSION: usize = 20;
/// From this share of a label's bytes on it is near its limit.
const NEAR: usize = 4;

/// Something odd.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Warning {
    /// Stable `snake_case` name.
    pub(crate) name: &'static str,
    /// `payment.time`.
    pub(crate) place: String,
    /// For people; holds nothing private.
    pub(crate) text: String,
}

/// Everything odd about a message, in the order of its objects.
pub(crate) fn of(view: &MessageView, manner: &Manner) -> Vec<Warning> {
    let mut found = Found(Vec::new());
    for (index, object) in view.objects.iter().enumerate() {
        times::look(&mut found, view.kind, object, manner);
        labels(&mut found, object);
        money::look(
            &mut found,
            object,
            view.objects.get(..index).unwrap_or_default(),
            manner,
        );
        if let Some(trust) = &manner.trust {
            policy::look(&mut found, object, trust);
        }
        if object.kind == "trust_bundle" {
            bundle::look(&mut found, object);
        }
        form(&mut found, object);
    }
    let version = QrSize::of(view.bytes).version_m;
    if size::goes_by_nfc(view.kind) && version.is_none_or(|it| it > LARGEST_EASY_VERSION) {
        found.add(
            "large_code",
            "message",
            "as a code it is hard to read from a phone in the hand",
        );
    }
    found.0
}

/// Lines for a person; none where there is nothing odd.
pub(super) fn section(text: &mut String, warnings: &[Warning]) {
    if warnings.is_empty() {
        return;
    }
    let _ = writeln!(text, "\n{}", paint(HEADING, "legal but odd"));
    for it in warnings {
        let words = format!("{}: {} ({})", it.place, it.text, it.name);
        let hung = wrap::hanging("  ! ", &words);
        text.push_str(&hung.replacen('!', &paint(NOTICE, '!'), 1));
    }
}

/// For programs.
pub(super) fn json(warnings: &[Warning]) -> Json {
    let one = |it: &Warning| json!({"name": it.name, "field": it.place, "text": it.text});
    warnings.iter().map(one).collect()
}

/// Gathers warnings.
struct Found(Vec<Warning>);

impl Found {
    fn add(&mut self, name: &'static str, place: impl Into<String>, text: impl Into<String>) {
        self.0.push(Warning {
            name,
            place: place.into(),
            text: text.into(),
        });
    }
}

/// Names that may be cut on their way, and keys that are easy to copy.
fn labels(found: &mut Found, object: &ObjectView) {
    for (field, limit) in [("name", 40_usize), ("reference", 35)] {
        if let Some(Value::Text(text)) = object.value(field)
            && text.len().saturating_add(NEAR) >= limit
        {
            let words = format!(
                "{} of at most {limit} bytes: other systems may cut it",
                text.len()
            );
            found.add("name_near_limit", object.place(field), words);
        }
    }
    if object.value("key_protection") == Some(&Value::Word("software")) {
        found.add(
            "software_key",
            object.place("key_protection"),
            "the pay key lives in software: whoever copies the phone's storage copies it",
        );
    }
    if let Some(Value::Bytes(nonce)) = object.value("nonce")
        && nonce.iter().all(|it| Some(it) == nonce.first())
    {
        found.add(
            "nonce_not_random",
            object.place("nonce"),
            "every byte is the same: no random source made it",
        );
    }
}

/// Oddities of the encoding that break no rule.
fn form(found: &mut Found, object: &ObjectView) {
    if object.value("extensions").is_some() {
        found.add(
            "extensions",
            object.place("extensions"),
            "signed over, and ignored by this version",
        );
    }
}

impl ObjectView {
    /// The value of a field of this name.
    pub(super) fn value(&self, name: &str) -> Option<&Value> {
        self.fields
            .iter()
            .find(|it| it.name == name)
            .map(|it| &it.value)
    }

    fn place(&self, field: &str) -> String {
        format!("{}.{field}", self.kind)
    }

    fn time(&self, field: &str) -> Option<Time> {
        match self.value(field)? {
            Value::Time(time, _) => Some(*time),
            _ => None,
        }
    }

    fn amount(&self, field: &str) -> Option<Amount> {
        match self.value(field)? {
            Value::Money(amount, _) => Some(*amount),
            _ => None,
        }
    }

    fn currency(&self) -> Option<(Currency, Decimals)> {
        self.fields.iter().find_map(|it| match &it.value {
            Value::Money(_, currency) => *currency,
            _ => None,
        })
    }

    fn number(&self, field: &str) -> Option<u64> {
        match self.value(field)? {
            Value::Number(number) => Some(*number),
            _ => None,
        }
    }
}
