//! A TOML as a tree that knows where each value stands, and the shape of every complaint about one: what, where, why,
//! what to do.

use std::collections::BTreeMap;

use toml::de::{DeArray, DeTable, DeValue};

use crate::escape::shown;
use crate::look::input;
use crate::status::{Failure, Status};

/// More than any message to make needs.
const MOST_BYTES: usize = 1 << 20;

/// A value, and the byte where it stands in its file; `None` for what stands in order when nothing is said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Node {
    pub(super) at: Option<usize>,
    pub(super) value: Value,
}

/// What a TOML may hold. Times are text here: they are read where a time is wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Value {
    Text(String),
    Integer(i128),
    Flag(bool),
    List(Vec<Node>),
    Table(Table),
    /// Floats, and integers beyond every type: named, never used.
    Other(String),
}

pub(super) type Table = BTreeMap<String, Node>;

/// A complaint about a TOML.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Wrong {
    what: String,
    at: Option<usize>,
    why: String,
    action: String,
}

impl Wrong {
    pub(super) fn new(
        what: impl Into<String>,
        at: Option<usize>,
        why: impl Into<String>,
        action: impl Into<String>,
    ) -> Self {
        Self {
            what: what.into(),
            at,
            why: why.into(),
            action: action.into(),
        }
    }

    /// At this place, where it says none itself.
    pub(super) fn or_at(mut self, at: Option<usize>) -> Self {
        self.at = self.at.or(at);
        self
    }
}

/// A file of TOML, read.
#[derive(Debug, Clone)]
pub(super) struct Source {
    name: String,
    text: String,
}

impl Source {
    /// A file, or `-`.
    ///
    /// # Errors
    /// It cannot be read, is too large, or no text.
    pub(super) fn open(argument: &str) -> Result<Self, Failure> {
        let bytes = input::whole(argument)?;
        let name = if argument == "-" {
            "standard input".to_owned()
        } else {
            shown(argument)
        };
        if bytes.len() > MOST_BYTES {
            return Err(Failure::usage(format!(
                "{name} has {} bytes: no TOML for a message is over {} KiB",
                bytes.len(),
                MOST_BYTES >> 10
            )));
        }
        let text = String::from_utf8(bytes).map_err(|error| {
            Failure::usage(format!(
                "{name} is no text: the byte at {} is not UTF-8\n   = help: give a TOML; skilling mint --example payment_token writes one",
                error.utf8_error().valid_up_to()
            ))
        })?;
        Ok(Self { name, text })
    }

    /// What stands in order where nothing else is said.
    pub(super) fn of(name: &str, text: &str) -> Self {
        Self {
            name: name.into(),
            text: text.into(),
        }
    }

    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// The tree.
    ///
    /// # Errors
    /// It is no TOML.
    pub(super) fn table(&self) -> Result<Table, Failure> {
        let parsed = DeTable::parse(&self.text).map_err(|error| {
            self.failure(&Wrong::new(
                "this is no TOML",
                error.span().map(|span| span.start),
                shown(error.message()),
                "mend that line; skilling mint --example payment_token writes a TOML to start from",
            ))
        })?;
        Ok(table(parsed.into_inner()))
    }

    /// A complaint with its place.
    pub(super) fn failure(&self, wrong: &Wrong) -> Failure {
        let place = match wrong.at {
            Some(at) => format!("{}, line {}", self.name, self.line(at)),
            None => self.name.clone(),
        };
        Failure {
            status: Status::Usage,
            message: format!(
                "{}\n  --> {place}\n   = why: {}\n   = help: {}",
                wrong.what, wrong.why, wrong.action
            ),
        }
    }

    fn line(&self, at: usize) -> usize {
        let before = self.text.bytes().take(at);
        before.filter(|byte| *byte == b'\n').count() + 1
    }
}

fn table(parsed: DeTable<'_>) -> Table {
    let entry = |(key, value): (toml::Spanned<_>, toml::Spanned<DeValue<'_>>)| {
        let key: std::borrow::Cow<'_, str> = key.into_inner();
        let at = Some(value.span().start);
        let value = self::value(value.into_inner());
        (key.into_owned(), Node { at, value })
    };
    parsed.into_iter().map(entry).collect()
}

fn list(parsed: DeArray<'_>) -> Vec<Node> {
    let node = |it: toml::Spanned<DeValue<'_>>| Node {
        at: Some(it.span().start),
        value: value(it.into_inner()),
    };
    parsed.into_iter().map(node).collect()
}

fn value(parsed: DeValue<'_>) -> Value {
    match parsed {
        DeValue::String(text) => Value::Text(text.into_owned()),
        DeValue::Integer(number) => i128::from_str_radix(number.as_str(), number.radix())
            .map_or_else(
                |_| Value::Other("a number beyond 128 bits".into()),
                Value::Integer,
            ),
        DeValue::Float(_) => Value::Other("a number with a fraction".into()),
        DeValue::Boolean(flag) => Value::Flag(flag),
        DeValue::Datetime(time) => Value::Text(time.to_string()),
        DeValue::Array(items) => Value::List(list(items)),
        DeValue::Table(entries) => Value::Table(table(entries)),
    }
}

/// Lays what was said over what stands in order: tables key by key, everything else whole.
pub(super) fn overlay(base: &mut Table, said: Table) {
    for (key, node) in said {
        match (base.get_mut(&key).map(|old| &mut old.value), node.value) {
            (Some(Value::Table(old)), Value::Table(new)) if !is_item(&new) => overlay(old, new),
            (_, value) => {
                base.insert(key, Node { at: node.at, value });
            }
        }
    }
}

/// Whether a table stands for one CBOR item, like `{ text = "abc" }`.
pub(super) fn is_item(table: &Table) -> bool {
    const NAMES: [&str; 6] = ["uint", "negative", "text", "bytes", "filled", "cbor"];
    table.len() == 1 && table.keys().all(|key| NAMES.contains(&key.as_str()))
}

/// The name that was probably meant.
pub(super) fn nearest<'n>(name: &str, known: impl IntoIterator<Item = &'n str>) -> Option<&'n str> {
    let scored = known.into_iter().map(|it| (distance(name, it), it));
    let (distance, best) = scored.min()?;
    (distance <= 2).then_some(best)
}

/// Levenshtein's, bounded by the length of the names.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().take(32).collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, from) in a.chars().take(32).enumerate() {
        let mut diagonal = i;
        row[0] = i + 1;
        for (j, to) in b.iter().enumerate() {
            let cost = diagonal + usize::from(from != *to);
            diagonal = row[j + 1];
            row[j + 1] = cost.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row.last().copied().unwrap_or_default()
}

/// Stops where anything in it looks like a private key: mint has no use for one, and a TOML is no place for it.
///
/// # Errors
/// It does.
pub(super) fn refuse_private_keys(text: &str, tree: &Table) -> Result<(), Wrong> {
    const MARKS: [&str; 6] = [
        "PRIVATE KEY",
        "MIGHAgEAMBMGByqGSM49",
        "MHcCAQEE",
        "308187020100",
        "30770201010420",
        "b3BlbnNzaC1rZXkt",
    ];
    let refusal = |at| {
        Wrong::new(
            "this looks like a private key, and mint takes none",
            at,
            "what is minted is for breaking on purpose: a real key must never sign it, nor lie in a file like this",
            "take it out, and name a seed: its throw-away keys are made from the name. If the key was real, replace it",
        )
    };
    if let Some(at) = MARKS.iter().find_map(|mark| text.find(mark)) {
        return Err(refusal(Some(at)));
    }
    named_secret(tree).map_or(Ok(()), |at| Err(refusal(at)))
}

fn named_secret(tree: &Table) -> Option<Option<usize>> {
    const NAMES: [&str; 5] = ["private", "secret", "scalar", "key_file", "password"];
    tree.iter().find_map(|(key, node)| {
        let lower = key.to_ascii_lowercase();
        if lower == "d" || NAMES.iter().any(|name| lower.contains(name)) {
            return Some(node.at);
        }
        inside(&node.value)
    })
}

fn inside(value: &Value) -> Option<Option<usize>> {
    match value {
        Value::Table(table) => named_secret(table),
        Value::List(items) => items.iter().find_map(|it| inside(&it.value)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_of_the_pen_is_understood() {
        let names = ["amount", "spent", "time"];
        assert_eq!(nearest("amonut", names), Some("amount"));
        assert_eq!(nearest("merchant", names), None);
    }

    #[test]
    fn a_table_is_laid_over_key_by_key_but_an_item_whole() {
        let parse = |text| Source::of("test", text).table().unwrap();
        let mut base = parse("[a]\nx = 1\ny = 2");
        overlay(&mut base, parse("[a]\nx = { text = \"1\" }"));
        let Value::Table(a) = &base["a"].value else {
            panic!()
        };
        assert!(matches!(a["x"].value, Value::Table(_)));
        assert_eq!(a["y"].value, Value::Integer(2));
    }
}
