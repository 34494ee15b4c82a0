//! `skilling diff`: two messages of one kind, field by field.

use clap::Args;
use serde_json::{Value as Json, json};

use super::input;
use super::view::{self, Field, Manner, MessageView, ObjectView, View};
use super::words::time::{self, Calendar};
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
        let manner = Manner::plain(Calendar::new(time::now(), None)?);
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

fn text(a: &MessageView, differences: &[Difference]) -> String {
    if differences.is_empty() {
        return format!("{}: no difference\n", a.kind.name());
    }
    let mut text = String::new();
    for it in differences {
        let side = |side: &Option<Shown>| {
            side.as_ref()
                .map_or("(absent)".to_owned(), |it| it.text.clone())
        };
        text.push_str(&format!(
            "{}\n  {} {}\n  {} {}\n",
            paint(HEADING, &it.place),
            paint(BAD, "-"),
            side(&it.a),
            paint(GOOD, "+"),
            side(&it.b)
        ));
    }
    text
}
