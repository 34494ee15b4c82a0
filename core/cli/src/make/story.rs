//! One payment as a TOML tells it: every object built from what stands in order and what was said instead, each bound to
//! its parent, signed by throw-away keys.

use std::collections::BTreeMap;

use skilling_protocol::crypto::Signer as _;
use skilling_protocol::message::{MessageType, encode_status_list};
use skilling_protocol::status_list::StatusBits;
use skilling_protocol::values::{Currency, Digest, Seconds, StatusUri, Time};

use super::cbor::Item;
use super::draft::{self, Draft};
use super::keys::{DEFAULT_SEED, Keys, Role};
use super::off::ObjectOff;
use super::off_message::{ListOff, MessageOff};
use super::shape::{self, Field, Form, Part, Shape};
use super::source::{self, Node, Source, Table, Value, Wrong};
use super::value::{self, found, mismatch};
use crate::escape::shown;
use crate::look::words::time;
use crate::status::Failure;

/// Everything in order, at the time below.
pub(super) const HONEST: &str = include_str!("honest.toml");
/// When a story plays where it does not say: 2027-01-15 08:00:00 UTC.
const DEFAULT_NOW: u64 = 1_800_000_000;
/// More receipts than fit any evidence.
const MOST_RECEIPTS: i128 = 200;

/// A story, told as far as it was asked for.
#[derive(Debug)]
pub(super) struct Story {
    keys: Keys,
    now: Time,
    kind: MessageType,
    tree: Table,
    /// What amounts are in that people write.
    currency: Currency,
    drafts: BTreeMap<&'static str, (Draft, ObjectOff)>,
    /// What is being built, to see a story that refers to itself.
    building: Vec<&'static str>,
}

impl Story {
    /// Reads a TOML; `now` and `seed` stand in for what it says of them.
    ///
    /// # Errors
    /// It is no TOML of a message; it holds a private key.
    pub(super) fn read(source: &Source, now: Option<Time>) -> Result<Self, Failure> {
        let said = source.table()?;
        Self::of(source, said, now).map_err(|wrong| source.failure(&wrong))
    }

    fn of(source: &Source, mut said: Table, now: Option<Time>) -> Result<Self, Wrong> {
        source::refuse_private_keys(source.text(), &said)?;
        let kind = take_text(&mut said, "kind")?
            .map(|(text, at)| {
                shape::kind(&text).ok_or_else(|| {
                    value::unknown(&text, shape::KINDS.map(MessageType::name), "the protocol", at)
                })
            })
            .transpose()?
            .ok_or_else(|| {
                Wrong::new(
                    "it does not say what to make",
                    None,
                    "kind is needed: one of the messages of the protocol",
                    "write kind = \"payment_token\"; skilling mint --example payment_token shows the whole",
                )
            })?;
        let seed = take_text(&mut said, "seed")?;
        let keys = match &seed {
            Some((text, at)) => Keys::new(text).map_err(|why| {
                Wrong::new(
                    "seed: it cannot be taken",
                    *at,
                    why,
                    "write seed = \"release 2\"",
                )
            })?,
            None => Keys::new(DEFAULT_SEED).map_err(|why| Wrong::new("seed", None, why, ""))?,
        };
        let now = match (said.remove("now"), now) {
            (_, Some(now)) => now,
            (Some(node), None) => moment(&node)?,
            (None, None) => Time::from_unix(DEFAULT_NOW).unwrap_or_default(),
        };
        check_tables(&said)?;
        let mut tree = Source::of("the honest story", HONEST)
            .table()
            .map_err(|failure| Wrong::new(failure.message, None, "", ""))?;
        source::overlay(&mut tree, said);
        Ok(Self {
            keys,
            now,
            kind,
            tree,
            currency: Currency::DKK,
            drafts: BTreeMap::new(),
            building: Vec::new(),
        })
    }

    pub(super) fn keys(&self) -> &Keys {
        &self.keys
    }

    pub(super) fn now(&self) -> Time {
        self.now
    }

    pub(super) fn kind(&self) -> MessageType {
        self.kind
    }

    pub(super) fn currency(&self) -> Currency {
        self.currency
    }

    /// Amounts from here on are in this currency, where there is one.
    pub(super) fn speaks_of(&mut self, currency: Option<Currency>) {
        if let Some(currency) = currency {
            self.currency = currency;
        }
    }

    /// The message that the TOML asks for, with everything that is off.
    pub(super) fn message(&mut self) -> Result<Vec<u8>, Wrong> {
        let off = MessageOff::read(self.tree.get("off"))?;
        let kind = self.kind;
        if off.is_nothing() {
            return self.in_order(kind);
        }
        off.apply(kind, self.elements(kind)?, &self.in_order(kind)?)
    }

    /// A message of this story, its objects as they are, itself in order.
    pub(super) fn in_order(&mut self, kind: MessageType) -> Result<Vec<u8>, Wrong> {
        match kind {
            MessageType::Refusal => {
                let code = self.number("refusal", "code")?;
                Ok([vec![0x82, 0], code.encode()].concat())
            }
            MessageType::StatusList => Ok(encode_status_list(&self.status_list()?)),
            _ => Ok(draft::message(
                u64::from(kind.number()),
                &self.elements(kind)?,
            )),
        }
    }

    /// What a message holds after its type.
    fn elements(&mut self, kind: MessageType) -> Result<Vec<Vec<u8>>, Wrong> {
        match kind {
            MessageType::Refusal => return Ok(Vec::new()),
            MessageType::StatusList => return Ok(vec![self.status_list()?]),
            _ => {}
        }
        let mut elements = Vec::new();
        for part in shape::parts(kind) {
            match part {
                Part::Object(name) => elements.push(self.object(name)?),
                Part::Message(kind) => elements.push(self.in_order(*kind)?),
                Part::SecondToken => {
                    let token = [self.object("allowance")?, self.object("second")?];
                    elements.push(draft::message(2, &token));
                }
                Part::Receipts => {
                    for _ in 0..self.receipts()? {
                        elements.push(self.in_order(MessageType::Receipt)?);
                    }
                }
            }
        }
        Ok(elements)
    }

    /// A signed object.
    fn object(&mut self, name: &'static str) -> Result<Vec<u8>, Wrong> {
        let shape = named(name)?;
        let keys = self.keys.clone();
        let (draft, off) = self.draft(shape)?;
        Ok(off.sign(draft, shape.signer, &keys))
    }

    /// The id of an object, for those that name it.
    pub(super) fn id(&mut self, name: &str, place: &str) -> Result<Digest, Wrong> {
        let Some(shape) = shape::shape_of(name) else {
            return Err(value::unknown(
                name,
                shape::SHAPES.iter().map(|it| it.name),
                place,
                None,
            ));
        };
        self.draft(shape).map(|(draft, _)| draft.id())
    }

    fn draft(&mut self, shape: &'static Shape) -> Result<&(Draft, ObjectOff), Wrong> {
        if !self.drafts.contains_key(shape.name) {
            if self.building.contains(&shape.name) {
                return Err(Wrong::new(
                    format!("[{}] holds its own id", shape.name),
                    None,
                    "an id is a digest of the whole object: it cannot stand inside",
                    "name another object, or write 64 hex digits",
                ));
            }
            self.building.push(shape.name);
            let built = self.build(shape);
            self.building.pop();
            self.drafts.insert(shape.name, built?);
        }
        self.drafts.get(shape.name).ok_or_else(|| {
            Wrong::new(
                shape.name,
                None,
                "it was not built",
                "report this: it cannot happen",
            )
        })
    }

    fn build(&mut self, shape: &'static Shape) -> Result<(Draft, ObjectOff), Wrong> {
        let place = format!("[{}]", shape.name);
        let mut table = self.table(shape.name)?;
        let off = ObjectOff::read(table.remove("off").as_ref(), shape, self)?;
        let currency = value::currency_of(Some(&table)).or_else(|| self.money_of("allowance"));
        self.speaks_of(currency);
        let entries = value::map(shape.fields, &table, &place, self)?;
        let parent = match shape.parent {
            Some(parent) => Some(self.id(parent, &place)?),
            None => None,
        };
        let signer = self.keys.public(off.signer(shape.signer));
        let draft = Draft {
            context: shape.context.into(),
            parent,
            header: draft::header(shape.names_key.then(|| signer.key_id())),
            unprotected: vec![0xa0],
            entries: super::cbor::encoded(&entries),
            payload: None,
        };
        Ok((off.shape(draft, shape, &place)?, off))
    }

    fn money_of(&self, name: &str) -> Option<Currency> {
        match self.tree.get(name).map(|node| &node.value) {
            Some(Value::Table(table)) => value::currency_of(Some(table)),
            _ => None,
        }
    }

    /// A table of the story, by name.
    fn table(&self, name: &str) -> Result<Table, Wrong> {
        match self.tree.get(name) {
            Some(Node {
                value: Value::Table(table),
                ..
            }) => Ok(table.clone()),
            Some(node) => {
                Err(mismatch(name, &found(&node.value), "a table: [name]").or_at(node.at))
            }
            None => Ok(Table::new()),
        }
    }

    fn number(&mut self, table: &str, name: &str) -> Result<Item, Wrong> {
        let place = format!("[{table}] {name}");
        let found = self.table(table)?;
        let node = found.get(name).ok_or_else(|| {
            Wrong::new(
                format!("{place} is missing"),
                None,
                "it is needed",
                "write a number",
            )
        })?;
        value::item(Form::Number, node, &place, self)
    }

    fn receipts(&mut self) -> Result<i128, Wrong> {
        let table = self.table("evidence")?;
        match table.get("receipts").map(|node| (&node.value, node.at)) {
            Some((Value::Integer(count), _)) if (0..=MOST_RECEIPTS).contains(count) => Ok(*count),
            None => Ok(0),
            Some((value, at)) => {
                Err(mismatch("[evidence] receipts", &found(value), "0 to 200").or_at(at))
            }
        }
    }

    /// The CWT of the status list. It follows its own specification: of it only what a list says can be off, its
    /// signature, and what follows it.
    fn status_list(&mut self) -> Result<Vec<u8>, Wrong> {
        const FIELDS: &[Field] = &[
            Field {
                key: 0,
                name: "uri",
                form: Form::Text,
            },
            Field {
                key: 1,
                name: "issued",
                form: Form::Time,
            },
            Field {
                key: 2,
                name: "ttl",
                form: Form::Length,
            },
            Field {
                key: 3,
                name: "entries",
                form: Form::Number,
            },
            Field {
                key: 4,
                name: "revoked",
                form: Form::Numbers,
            },
        ];
        let mut table = self.table("status")?;
        let off = ListOff::read(table.remove("off").as_ref())?;
        let wrong = |why: &str| {
            Wrong::new(
                "[status]: no list can be made of this",
                None,
                why,
                "mend it; lists that break their specification are in the vectors that skilling corpus writes",
            )
        };
        let items = value::map(FIELDS, &table, "[status]", self)?;
        let [
            (0, Item::Text(uri)),
            (1, Item::Uint(issued)),
            (2, Item::Uint(ttl)),
            (3, Item::Uint(entries)),
            (4, Item::List(revoked)),
        ] = items.as_slice()
        else {
            return Err(wrong(
                "uri, issued, ttl, entries and revoked are needed, each of its own type",
            ));
        };
        let uri = StatusUri::new(uri).map_err(|error| wrong(&error.to_string()))?;
        let issued = Time::from_unix(*issued).map_err(|error| wrong(&error.to_string()))?;
        let ttl = Seconds(u32::try_from(*ttl).map_err(|_| wrong("ttl is at most 4294967295 s"))?);
        let entries = u32::try_from(*entries).ok().filter(|it| *it <= 1 << 24);
        let entries = entries.ok_or_else(|| wrong("entries are at most 16777216 here"))?;
        let mut bits = StatusBits::new(entries).map_err(|error| wrong(&error.to_string()))?;
        for index in revoked {
            let index = match index {
                Item::Uint(index) => u32::try_from(*index).ok(),
                _ => None,
            };
            let index = index.ok_or_else(|| wrong("an index is a number of 32 bits"))?;
            bits.revoke(index)
                .map_err(|error| wrong(&error.to_string()))?;
        }
        match bits.sign(&uri, issued, ttl, self.keys.key(off.signer(Role::Issuer))) {
            Ok(cwt) => Ok(off.apply(cwt)),
            Err(never) => match never {},
        }
    }

    /// The root's public key in hex.
    pub(super) fn root(&self) -> String {
        self.keys.key(Role::Root).public_key().to_string()
    }
}

fn named(name: &str) -> Result<&'static Shape, Wrong> {
    shape::shape_of(name).ok_or_else(|| {
        Wrong::new(
            name,
            None,
            "it has no shape",
            "report this: it cannot happen",
        )
    })
}

fn take_text(table: &mut Table, name: &str) -> Result<Option<(String, Option<usize>)>, Wrong> {
    match table.remove(name) {
        None => Ok(None),
        Some(Node {
            at,
            value: Value::Text(text),
        }) => Ok(Some((text, at))),
        Some(node) => Err(mismatch(name, &found(&node.value), "text").or_at(node.at)),
    }
}

fn moment(node: &Node) -> Result<Time, Wrong> {
    let read = match &node.value {
        Value::Text(text) => time::parse(text).map_err(|why| (shown(text), why)),
        Value::Integer(unix) => u64::try_from(*unix)
            .ok()
            .and_then(|unix| Time::from_unix(unix).ok())
            .ok_or_else(|| (unix.to_string(), "0 to 9007199254740991".into())),
        value => Err((found(value), "a time".into())),
    };
    read.map_err(|(what, why)| mismatch("now", &format!("{what} is no time"), &why).or_at(node.at))
}

/// Nothing is ignored in silence.
fn check_tables(said: &Table) -> Result<(), Wrong> {
    const OTHERS: [&str; 7] = [
        "kind", "seed", "now", "off", "evidence", "refusal", "status",
    ];
    let known: Vec<&str> = OTHERS
        .into_iter()
        .chain(shape::SHAPES.iter().map(|it| it.name))
        .collect();
    let stray = said
        .iter()
        .find(|(name, _)| !known.contains(&name.as_str()));
    stray.map_or(Ok(()), |(name, node)| {
        Err(value::unknown(
            name,
            known.iter().copied(),
            "a story",
            node.at,
        ))
    })
}
