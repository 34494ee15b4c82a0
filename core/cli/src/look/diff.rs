//! `skilling diff`: two messages of one kind, field by field.

use std::ops::Range;

use anstyle::Style;
use clap::Args;
use serde_json::{Value as Json, json};

use super::input;
use super::view::{self, Field, Manner, MessageView, ObjectView, View};
use super::words::time::Clock;
use super::words::wrap;
use crate::escape::shown;
use crate::output::{BAD, GOOD, HEADING, Output, paint};
use crate::status::{Failure, Status};

const EXAMPLE: &str = "Example:
  skilling diff first-token.cbor second-token.cbor

The status is 0 whether they differ or not; 1 where one of them is malformed.";

/// Compare two messages of one kind, field by field.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLE)]
pub(crate) struct Diff {
    /// A file, - or the text itself.
    a: String,
    /// The other one.
    b: String,
    #[command(flatten)]
    clock: Clock,
}

/// One place at which the two differ.
struct Difference {
    /// `payment.amount`, with the number of the object where there are several of a kind.
    place: String,
    /// `None` where it is absent.
    a: Option<Shown>,
    b: Option<Shown>,
}

/// A value for people and for programs.
struct Shown {
    text: String,
    json: Json,
}

impl Diff {
    pub(crate) fn run(self, output: Output) -> Result<Status, Failure> {
        let (a, b) = (message(&self.a, output)?, message(&self.b, output)?);
        if a.kind != b.kind {
            return Err(Failure::usage(format!(
                "one is a {}, the other a {}: only messages of one kind are compared",
                a.kind.name(),
                b.kind.name()
            )));
        }
        let manner = Manner::plain(self.clock.calendar()?);
        let differences = compare(&a, &b, &manner);
        if output.json {
            output.value(&json(&a, &differences))?;
        } else {
            output.text(&text(&a, &differences))?;
        }
        Ok(Status::Good)
    }
}

fn message(argument: &str, output: Output) -> Result<MessageView, Failure> {
    let found = input::load(argument, output)?.single(None, output)?;
    match View::of(&found) {
        View::Message(view) => Ok(view),
        View::Broken(broken) => Err(Failure::refused(broken.in_words(&shown(argument)))),
    }
}

fn compare(a: &MessageView, b: &MessageView, manner: &Manner) -> Vec<Difference> {
    let mut differences = Vec::new();
    let count = a.objects.len().max(b.objects.len());
    for index in 0..count {
        let pair = (a.objects.get(index), b.objects.get(index));
        let Some(object) = pair.0.or(pair.1) else {
            continue;
        };
        let name = place(a, b, index, object.kind);
        match pair {
            (Some(a), Some(b)) if a.kind == b.kind => {
                objects(&mut differences, &name, a, b, manner);
            }
            (a, b) => differences.push(Difference {
                place: name,
                a: a.map(whole),
                b: b.map(whole),
            }),
        }
    }
    differences
}

/// The kind, numbered where the messages have several of it.
fn place(a: &MessageView, b: &MessageView, index: usize, kind: &str) -> String {
    let of_kind = |view: &MessageView| view.objects.iter().filter(|it| it.kind == kind).count();
    if of_kind(a).max(of_kind(b)) < 2 {
        return kind.to_owned();
    }
    format!("{kind}[{index}]")
}

fn whole(object: &ObjectView) -> Shown {
    Shown {
        text: format!("a {} of {} bytes", object.kind, object.bytes),
        json: json!(object.kind),
    }
}

fn objects(
    differences: &mut Vec<Difference>,
    name: &str,
    a: &ObjectView,
    b: &ObjectView,
    manner: &Manner,
) {
    let plain = |text: String| Shown {
        json: json!(text),
        text,
    };
    let mut add = |field: &str, a: Option<Shown>, b: Option<Shown>| {
        if a.as_ref().map(|it| &it.json) != b.as_ref().map(|it| &it.json) {
            let place = format!("{name}.{field}");
            differences.push(Difference { place, a, b });
        }
    };
    add(
        "(object id)",
        a.id.clone().map(plain),
        b.id.clone().map(plain),
    );
    let key_id = |object: &ObjectView| object.key_id.map(|id| plain(id.to_string()));
    add("(key id)", key_id(a), key_id(b));
    let of = |fields: &[Field], name: &str| {
        let field = fields.iter().find(|field| field.name == name)?;
        Some(Shown {
            text: view::value_text(&field.value, manner),
            json: view::value_json(&field.value),
        })
    };
    for field in &a.fields {
        add(
            &field.name,
            of(&a.fields, &field.name),
            of(&b.fields, &field.name),
        );
    }
    let only_in_b = |field: &&Field| a.fields.iter().all(|it| it.name != field.name);
    for field in b.fields.iter().filter(only_in_b) {
        add(&field.name, None, of(&b.fields, &field.name));
    }
    let signature = |object: &ObjectView| {
        let parts = object.parts.as_ref()?;
        Some(plain(hex::encode(parts.signature)))
    };
    add("(signature)", signature(a), signature(b));
}

fn json(a: &MessageView, differences: &[Difference]) -> Json {
    let all: Vec<Json> = differences
        .iter()
        .map(|it| {
            let side = |side: &Option<Shown>| side.as_ref().map(|it| it.json.clone());
            json!({"field": it.place, "a": side(&it.a), "b": side(&it.b)})
        })
        .collect();
    json!({"kind": a.kind.name(), "same": all.is_empty(), "differences": all})
}

/// One place after the other, what is gone above what is new; only what differs is coloured.
fn text(a: &MessageView, differences: &[Difference]) -> String {
    let count = match differences.len() {
        0 => return format!("{}: no difference\n", a.kind.name()),
        1 => "1 difference".to_owned(),
        several => format!("{several} differences"),
    };
    let mut text = format!("{}: {count}\n", a.kind.name());
    for it in differences {
        let side = |side: &Option<Shown>| {
            side.as_ref()
                .map_or("(absent)".to_owned(), |it| it.text.clone())
        };
        let (a, b) = (side(&it.a), side(&it.b));
        let (before, behind) = common(&a, &b);
        text.push_str(&format!("{}\n", paint(HEADING, &it.place)));
        for (sign, style, side) in [('-', BAD, a), ('+', GOOD, b)] {
            let end = wrap::columns(&side).saturating_sub(behind);
            text.push_str(&coloured(sign, style, &side, before..end));
        }
    }
    text
}

/// How many characters are the same from the start, and how many more from the end.
fn common(a: &str, b: &str) -> (usize, usize) {
    let same = |pair: &(char, char)| pair.0 == pair.1;
    let before = a.chars().zip(b.chars()).take_while(same).count();
    let left = wrap::columns(a)
        .min(wrap::columns(b))
        .saturating_sub(before);
    let from_end = a.chars().rev().zip(b.chars().rev());
    (before, from_end.take(left).take_while(same).count())
}

/// Lines of a value, with the characters in `part` in a style.
fn coloured(sign: char, style: Style, value: &str, part: Range<usize>) -> String {
    let width = wrap::WIDTH.saturating_sub(4);
    let mut text = String::new();
    let characters: Vec<char> = value.chars().collect();
    for (number, line) in characters.chunks(width).enumerate() {
        let from = number.saturating_mul(width);
        let inside = |at: usize| at.saturating_sub(from).min(line.len());
        let (start, end) = (inside(part.start), inside(part.end.max(part.start)));
        let piece = |range: Range<usize>| -> String {
            line.get(range).unwrap_or_default().iter().collect()
        };
        let changed = piece(start..end);
        let changed = match changed.is_empty() {
            true => changed,
            false => paint(style, changed),
        };
        let sign = if number == 0 {
            paint(style, sign)
        } else {
            " ".into()
        };
        text.push_str(&format!(
            "  {sign} {}{changed}{}\n",
            piece(0..start),
            piece(end..line.len())
        ));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_differs_is_coloured_and_long_values_are_aligned() {
        assert_eq!(common("125.50 DKK", "125.51 DKK"), (5, 4));
        assert_eq!(common("aa", "aaa"), (2, 0));
        let long = "f".repeat(100);
        let plain = anstream::adapter::strip_str(&coloured('-', BAD, &long, 3..90)).to_string();
        let lines: Vec<&str> = plain.lines().collect();
        assert_eq!(
            (lines[0].len(), lines[1]),
            (80, format!("    {}", "f".repeat(24)).as_str())
        );
    }
}
