//! A value of a TOML as the CBOR item that its field wants, or as any other by intention.

use skilling_protocol::values::{Currency, Time};

use super::cbor::Item;
use super::keys::Role;
use super::shape::{Field, Form, PAYMENT_STATES};
use super::source::{Node, Table, Value, Wrong, is_item, nearest};
use super::story::Story;
use crate::act::argument;
use crate::escape::shown;
use crate::look::words::{money, time};

/// No field is filled with more than this: one byte past the largest message would do.
const MOST_FILLED: i128 = (16 << 20) + 1;

/// The item of a field. `place` is `[payment] amount`.
pub(super) fn item(form: Form, node: &Node, place: &str, story: &mut Story) -> Result<Item, Wrong> {
    let made = match &node.value {
        Value::Table(table) if is_item(table) => any(table, place),
        value => of_form(form, value, place, story),
    };
    made.map_err(|wrong| wrong.or_at(node.at))
}

/// The map of a table, keys ascending.
pub(super) fn map(
    fields: &[Field],
    table: &Table,
    place: &str,
    story: &mut Story,
) -> Result<Vec<(u64, Item)>, Wrong> {
    let mut entries = Vec::new();
    for (name, node) in table {
        let Some(field) = fields.iter().find(|field| field.name == name) else {
            return Err(unknown(
                name,
                fields.iter().map(|it| it.name),
                place,
                node.at,
            ));
        };
        let place = format!("{place} {name}");
        entries.push((field.key, item(field.form, node, &place, story)?));
    }
    entries.sort_by_key(|(key, _)| *key);
    Ok(entries)
}

/// A name that is none of those known.
pub(super) fn unknown<'n>(
    name: &str,
    known: impl IntoIterator<Item = &'n str> + Clone,
    place: &str,
    at: Option<usize>,
) -> Wrong {
    let all: Vec<&str> = known.clone().into_iter().collect();
    Wrong::new(
        format!("{place} has no {}", shown(name)),
        at,
        format!("it knows {}", all.join(", ")),
        match nearest(name, known) {
            Some(near) => format!("write {near}"),
            None => "take one of these; a key that the protocol does not know goes into an off table: extra = { 99 = 1 }".into(),
        },
    )
}

/// `{ text = "abc" }`: a value of another type, or out of every bound.
pub(super) fn any(table: &Table, place: &str) -> Result<Item, Wrong> {
    let wrong = |why: &str| {
        Wrong::new(
            format!("{place}: this is no item"),
            None,
            why,
            "write { uint = 5 }, { negative = -5 }, { text = \"abc\" }, { bytes = \"c0ffee\" }, { filled = 5000 } or { cbor = \"f6\" }",
        )
    };
    let Some((name, node)) = table.iter().next() else {
        return Err(wrong("the table is empty"));
    };
    Ok(match (name.as_str(), &node.value) {
        ("uint", Value::Integer(number)) => Item::Uint(
            u64::try_from(*number).map_err(|_| wrong("uint is from 0 to 18446744073709551615"))?,
        ),
        ("negative", Value::Integer(number)) => {
            let argument = -1 - number;
            Item::Negative(
                u64::try_from(argument)
                    .map_err(|_| wrong("negative is from -1 down to -18446744073709551616"))?,
            )
        }
        ("text", Value::Text(text)) => Item::Text(text.clone()),
        ("bytes", Value::Text(text)) => Item::Bytes(hex(text, place)?),
        ("cbor", Value::Text(text)) => Item::Raw(hex(text, place)?),
        ("filled", Value::Integer(count)) if (0..=MOST_FILLED).contains(count) => {
            Item::Bytes(vec![0x5a; usize::try_from(*count).unwrap_or_default()])
        }
        ("filled", _) => {
            return Err(wrong(
                "filled is a number of bytes, at most 16777217: one more than the largest message",
            ));
        }
        _ => return Err(wrong("its value is of another type than its name says")),
    })
}

/// Hex of any length.
pub(super) fn hex(text: &str, place: &str) -> Result<Vec<u8>, Wrong> {
    hex::decode(text).map_err(|_| {
        Wrong::new(
            format!("{place}: {} is no hex", shown(text)),
            None,
            "bytes are written as two hex digits each",
            "write like \"c0ffee\"; to put text there on purpose, write { text = \"abc\" }",
        )
    })
}

fn of_form(form: Form, value: &Value, place: &str, story: &mut Story) -> Result<Item, Wrong> {
    match (form, value) {
        (
            Form::Number
            | Form::Amount
            | Form::Time
            | Form::Length
            | Form::Currency
            | Form::Choice(_),
            Value::Integer(number),
        ) => number_item(*number, place),
        (Form::Amount, Value::Text(text)) => {
            let currency = story.currency();
            argument::amount(text, money::decimals(currency))
                .map(|amount| Item::Uint(amount.minor_units()))
                .map_err(|failure| {
                    mismatch(
                        place,
                        &failure.message,
                        "write \"125.50\", or minor units: 12550",
                    )
                })
        }
        (Form::Time, Value::Text(text)) => instant(text, story.now())
            .map(|time| Item::Uint(time.unix()))
            .map_err(|why| {
                let what = format!("{} is no time", shown(text));
                mismatch(place, &what, &why)
            }),
        (Form::Length, Value::Text(text)) => argument::seconds(text)
            .map(|seconds| Item::Uint(u64::from(seconds.0)))
            .map_err(|why| mismatch(place, &format!("{} is no length", shown(text)), &why)),
        (Form::Currency, Value::Text(text)) => currency(text, place).map(Item::Uint),
        (Form::Text, Value::Text(text)) => Ok(Item::Text(text.clone())),
        (Form::Bytes(length), Value::Text(text)) => Ok(Item::Bytes(bytes(text, length, place)?)),
        (Form::Opaque, Value::Text(text)) => Ok(Item::Bytes(hex(text, place)?)),
        (Form::Key, Value::Text(text)) => public_key(text, place, story).map(Item::Bytes),
        (Form::Id, Value::Text(text)) => id(text, place, story).map(Item::Bytes),
        (Form::Choice(names), Value::Text(text)) => choice(names, text, place),
        (Form::Flag, Value::Flag(flag)) => Ok(Item::Uint(u64::from(*flag))),
        (Form::Flag, Value::Integer(number)) => number_item(*number, place),
        (Form::Numbers | Form::Currencies | Form::Ids | Form::States, Value::List(items)) => {
            list(form, items, place, story)
        }
        (Form::Map(fields), Value::Table(table)) => map(fields, table, place, story).map(Item::Map),
        (Form::Maps(fields), Value::List(items)) => maps(fields, items, place, story),
        (Form::ByCurrency(fields), Value::Table(table)) => by_currency(fields, table, place, story),
        (Form::Extensions, Value::Table(table)) => extensions(table, place),
        _ => Err(mismatch(place, &found(value), wanted(form))),
    }
}

fn list(form: Form, items: &[Node], place: &str, story: &mut Story) -> Result<Item, Wrong> {
    let each = match form {
        Form::Currencies => Form::Currency,
        Form::Ids => Form::Id,
        _ => Form::Number,
    };
    let mut made = Vec::new();
    for node in items {
        made.push(if let Form::States = form {
            state(node, place, story)?
        } else {
            item(each, node, place, story)?
        });
    }
    Ok(Item::List(made))
}

/// `["id:payment", "paid"]` or `["id:allowance", 200000]`.
fn state(node: &Node, place: &str, story: &mut Story) -> Result<Item, Wrong> {
    let Value::List(pair) = &node.value else {
        return Err(mismatch(place, &found(&node.value), wanted(Form::States)).or_at(node.at));
    };
    let [of, state] = pair.as_slice() else {
        return Err(mismatch(place, "a list that is no pair", wanted(Form::States)).or_at(node.at));
    };
    Ok(Item::List(vec![
        item(Form::Id, of, place, story)?,
        item(Form::Choice(PAYMENT_STATES), state, place, story)?,
    ]))
}

fn maps(fields: &[Field], items: &[Node], place: &str, story: &mut Story) -> Result<Item, Wrong> {
    let mut made = Vec::new();
    for node in items {
        let Value::Table(table) = &node.value else {
            return Err(mismatch(place, &found(&node.value), "a table each").or_at(node.at));
        };
        made.push(Item::Map(map(fields, table, place, story)?));
    }
    Ok(Item::List(made))
}

fn by_currency(
    fields: &[Field],
    table: &Table,
    place: &str,
    story: &mut Story,
) -> Result<Item, Wrong> {
    let mut made = Vec::new();
    for (name, node) in table {
        let place = format!("{place} {}", shown(name));
        let key = currency(name, &place).map_err(|wrong| wrong.or_at(node.at))?;
        let Value::Table(policy) = &node.value else {
            return Err(mismatch(&place, &found(&node.value), "a table").or_at(node.at));
        };
        story.speaks_of(Currency::new(u16::try_from(key).unwrap_or_default()).ok());
        made.push((key, Item::Map(map(fields, policy, &place, story)?)));
    }
    made.sort_by_key(|(key, _)| *key);
    Ok(Item::Map(made))
}

fn extensions(table: &Table, place: &str) -> Result<Item, Wrong> {
    numbered(table, place, |node| match &node.value {
        Value::Text(text) => Ok(Item::Bytes(hex(text, place)?)),
        Value::Table(table) if is_item(table) => any(table, place),
        value => Err(mismatch(place, &found(value), "hex")),
    })
    .map(Item::Map)
}

/// A table with numbers for keys.
pub(super) fn numbered(
    table: &Table,
    place: &str,
    mut item: impl FnMut(&Node) -> Result<Item, Wrong>,
) -> Result<Vec<(u64, Item)>, Wrong> {
    let mut made = Vec::new();
    for (name, node) in table {
        let key = name.parse::<u64>().map_err(|_| {
            mismatch(
                place,
                &format!("the key {}", shown(name)),
                "whole numbers for keys",
            )
            .or_at(node.at)
        })?;
        made.push((key, item(node).map_err(|wrong| wrong.or_at(node.at))?));
    }
    made.sort_by_key(|(key, _)| *key);
    Ok(made)
}

fn number_item(number: i128, place: &str) -> Result<Item, Wrong> {
    if let Ok(value) = u64::try_from(number) {
        return Ok(Item::Uint(value));
    }
    u64::try_from(-1 - number).map(Item::Negative).map_err(|_| {
        Wrong::new(
            format!("{place}: {number} fits no CBOR integer"),
            None,
            "they reach from -18446744073709551616 to 18446744073709551615",
            "take a smaller one, or bytes: { filled = 16 }",
        )
    })
}

fn currency(text: &str, place: &str) -> Result<u64, Wrong> {
    argument::currency(text)
        .map(|currency| u64::from(currency.numeric()))
        .map_err(|why| mismatch(place, &format!("{} is no currency", shown(text)), &why))
}

fn bytes(text: &str, length: usize, place: &str) -> Result<Vec<u8>, Wrong> {
    // Text of just this length is taken as it stands: ids of merchants and tills are often text.
    if text.len() == length && text.is_ascii() {
        return Ok(text.as_bytes().to_vec());
    }
    hex(text, place)
}

fn public_key(text: &str, place: &str, story: &Story) -> Result<Vec<u8>, Wrong> {
    if let Some(name) = text.strip_prefix("key:") {
        let role = role(name, place)?;
        return Ok(story.keys().public(role).as_bytes().to_vec());
    }
    let bytes = hex(text, place)?;
    if bytes.len() == 32 {
        return Err(Wrong::new(
            format!("{place}: 32 bytes, as private keys have"),
            None,
            "a public key is 33 bytes, and mint takes no private one",
            "write key:pay, another role, or 66 hex digits; 32 bytes on purpose are { bytes = \"...\" }",
        ));
    }
    Ok(bytes)
}

/// A role by its name.
pub(super) fn role(name: &str, place: &str) -> Result<Role, Wrong> {
    Role::from_name(name).ok_or_else(|| {
        Wrong::new(
            format!("{place}: nobody is called {}", shown(name)),
            None,
            "every key of a story is derived from its seed, by role",
            format!("take one of {}", Role::names()),
        )
    })
}

fn id(text: &str, place: &str, story: &mut Story) -> Result<Vec<u8>, Wrong> {
    match text.strip_prefix("id:") {
        Some(name) => story.id(name, place).map(|id| id.0.to_vec()),
        None => hex(text, place),
    }
}

fn choice(names: &[&str], text: &str, place: &str) -> Result<Item, Wrong> {
    let at = names.iter().position(|name| *name == text);
    at.map(|at| Item::Uint(at as u64)).ok_or_else(|| {
        mismatch(
            place,
            &format!("{} is none of its values", shown(text)),
            &format!("{}, or a number", names.join(", ")),
        )
    })
}

/// RFC 3339, Unix seconds, `now`, or `now+3min`.
fn instant(text: &str, now: Time) -> Result<Time, String> {
    const HELP: &str =
        "RFC 3339 (2027-01-15T08:00:00Z), Unix seconds, or from now on: now+3min, now-10d";
    let Some(rest) = text.strip_prefix("now") else {
        return time::parse(text).map_err(|_| HELP.into());
    };
    let (sign, length) = match rest.split_at_checked(1) {
        None => return Ok(now),
        Some(("+", length)) => (1, length),
        Some(("-", length)) => (-1, length),
        Some(_) => return Err(HELP.into()),
    };
    let length = argument::seconds(length).map_err(|_| HELP.to_owned())?;
    let unix = i128::from(now.unix()) + sign * i128::from(length.0);
    let unix = u64::try_from(unix).map_err(|_| "a time after 1970".to_owned())?;
    Time::from_unix(unix).map_err(|error| error.to_string())
}

/// What was found where something else is wanted.
pub(super) fn found(value: &Value) -> String {
    match value {
        Value::Text(text) => format!("the text {}", shown(text)),
        Value::Integer(number) => format!("the number {number}"),
        Value::Flag(flag) => flag.to_string(),
        Value::List(_) => "a list".into(),
        Value::Table(_) => "a table".into(),
        Value::Other(what) => what.clone(),
    }
}

const fn wanted(form: Form) -> &'static str {
    match form {
        Form::Number => "a whole number",
        Form::Amount => "an amount: \"125.50\", or minor units: 12550",
        Form::Time => "a time: RFC 3339, Unix seconds, or now+3min",
        Form::Length => "seconds, or a length like \"10d\"",
        Form::Currency => "a currency: \"DKK\" or 208",
        Form::Text => "text",
        Form::Bytes(_) | Form::Opaque => "hex",
        Form::Key => "key:ROLE, or 66 hex digits",
        Form::Id => "id:OBJECT, or 64 hex digits",
        Form::Choice(_) => "a name or a number",
        Form::Flag => "true or false",
        Form::Numbers => "a list of numbers",
        Form::Currencies => "a list of currencies",
        Form::Ids => "a list of ids",
        Form::States => "a list of pairs: [[\"id:payment\", \"paid\"]]",
        Form::Map(_) => "a table",
        Form::Maps(_) => "tables: [[...]]",
        Form::ByCurrency(_) => "a table for every currency",
        Form::Extensions => "a table like { 1000 = \"c0ffee\" }",
    }
}

/// `what` stands where `wanted` should.
pub(super) fn mismatch(place: &str, what: &str, wanted: &str) -> Wrong {
    Wrong::new(
        format!("{place}: {what}"),
        None,
        format!("wanted: {wanted}"),
        "mend it; to put another type there on purpose, write { text = \"abc\" }, { bytes = \"c0ffee\" }, { uint = 5 } or { cbor = \"f6\" }",
    )
}

/// The currency of a table, for amounts as people write them; none where it has none.
pub(super) fn currency_of(table: Option<&Table>) -> Option<Currency> {
    let node = table.and_then(|table| table.get("currency"));
    match node.map(|node| &node.value) {
        Some(Value::Text(text)) => argument::currency(text).ok(),
        Some(Value::Integer(number)) => u16::try_from(*number)
            .ok()
            .and_then(|number| Currency::new(number).ok()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_from_now_on() {
        let now = Time::from_unix(1_000_000).unwrap();
        for (text, unix) in [
            ("now", 1_000_000),
            ("now+3min", 1_000_180),
            ("now-1d", 913_600),
            ("60", 60),
            ("1970-01-02T00:00:00Z", 86_400),
        ] {
            assert_eq!(instant(text, now).map(Time::unix), Ok(unix), "{text}");
        }
        for wrong in ["now*2", "now+", "now-100d", "later", "now+1w"] {
            assert!(instant(wrong, now).is_err(), "{wrong}");
        }
    }
}
