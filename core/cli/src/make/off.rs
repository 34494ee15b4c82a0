//! What is off by intention in how an object is put together, beside its values.

use skilling_protocol::values::KeyId;

use super::cbor::{self, Item};
use super::draft::{self, Draft};
use super::keys::{Keys, Role};
use super::shape::Shape;
use super::source::{Node, Table, Value, Wrong, is_item};
use super::story::Story;
use super::value::{self, any, found, mismatch, numbered};
use crate::escape::shown;

/// `[payment.off]`.
#[derive(Debug, Default)]
pub(super) struct ObjectOff {
    leave_out: Vec<String>,
    extra: Vec<(u64, Item)>,
    duplicate: Vec<String>,
    longer: Vec<String>,
    unsorted: bool,
    indefinite: bool,
    signed_by: Option<Role>,
    /// The key id in the header: absent as it should be, `None` without.
    key_id: Option<Option<Vec<u8>>>,
    signature: Option<Spoilt>,
    context: Option<String>,
    /// The parent's id: absent as it should be, `None` without.
    parent: Option<Option<[u8; 32]>>,
    header: Option<Vec<u8>>,
    unprotected: Option<Vec<u8>>,
    payload_after: Vec<u8>,
    tag: Option<u8>,
    after: Vec<u8>,
}

/// What is done to a signature.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Spoilt {
    /// Its last bit is another.
    Flipped,
    /// 64 zeros: r and s are out of range.
    Zero,
    /// A byte is missing.
    Short,
    Other(Vec<u8>),
}

impl Spoilt {
    fn read(text: &str, place: &str) -> Result<Self, Wrong> {
        Ok(match text {
            "flipped" => Self::Flipped,
            "zero" => Self::Zero,
            "short" => Self::Short,
            _ => Self::Other(value::hex(text, place).map_err(|_| {
                mismatch(
                    place,
                    &format!("{} is no way to spoil it", shown(text)),
                    "flipped, zero, short, or hex",
                )
            })?),
        })
    }
}

impl ObjectOff {
    /// Reads the table of an object.
    pub(super) fn read(
        node: Option<&Node>,
        shape: &'static Shape,
        story: &mut Story,
    ) -> Result<Self, Wrong> {
        const KNOWN: [&str; 16] = [
            "leave_out",
            "extra",
            "duplicate",
            "longer",
            "unsorted",
            "indefinite",
            "signed_by",
            "key_id",
            "signature",
            "context",
            "parent",
            "header",
            "unprotected",
            "payload_after",
            "tag",
            "after",
        ];
        let mut off = Self::default();
        let place = format!("[{}.off]", shape.name);
        for (name, node) in table(node, &place)?.into_iter().flatten() {
            let place = format!("{place} {name}");
            let text = || text(node, &place);
            let mut read = || -> Result<(), Wrong> {
                match name.as_str() {
                    "leave_out" => off.leave_out = names(node, shape, &place)?,
                    "duplicate" => off.duplicate = names(node, shape, &place)?,
                    "longer" => off.longer = names(node, shape, &place)?,
                    "extra" => off.extra = extra(node, &place)?,
                    "unsorted" => off.unsorted = flag(node, &place)?,
                    "indefinite" => off.indefinite = flag(node, &place)?,
                    "signed_by" => off.signed_by = Some(value::role(text()?, &place)?),
                    "key_id" => off.key_id = Some(key_id(text()?, &place, story)?),
                    "signature" => off.signature = Some(Spoilt::read(text()?, &place)?),
                    "context" => off.context = Some(text()?.to_owned()),
                    "parent" => off.parent = Some(parent(text()?, &place, story)?),
                    "header" => off.header = Some(value::hex(text()?, &place)?),
                    "unprotected" => off.unprotected = Some(value::hex(text()?, &place)?),
                    "payload_after" => off.payload_after = value::hex(text()?, &place)?,
                    "tag" => off.tag = Some(tag(node, &place)?),
                    "after" => off.after = value::hex(text()?, &place)?,
                    _ => return Err(value::unknown(name, KNOWN, "an off table", node.at)),
                }
                Ok(())
            };
            read().map_err(|wrong| wrong.or_at(node.at))?;
        }
        Ok(off)
    }

    /// Who signs it.
    pub(super) fn signer(&self, honest: Role) -> Role {
        self.signed_by.unwrap_or(honest)
    }

    /// Changes what is signed.
    pub(super) fn shape(
        &self,
        mut draft: Draft,
        shape: &'static Shape,
        place: &str,
    ) -> Result<Draft, Wrong> {
        let key = |name: &String| {
            shape
                .fields
                .iter()
                .find(|it| it.name == name)
                .map(|it| it.key)
        };
        for key in self.leave_out.iter().filter_map(key) {
            draft.remove(key);
        }
        for (key, item) in &self.extra {
            draft.set(*key, item.encode());
        }
        for name in &self.longer {
            let wanted = key(name).map(cbor::uint);
            let entry = draft
                .entries
                .iter_mut()
                .find(|it| Some(&it.0) == wanted.as_ref());
            let longer = entry.and_then(|it| cbor::longer(&it.1).map(|longer| it.1 = longer));
            longer.ok_or_else(|| {
                Wrong::new(
                    format!("{place} {name} cannot be made longer"),
                    None,
                    "it is not there, or has the longest head already",
                    "take another field",
                )
            })?;
        }
        for name in &self.duplicate {
            let wanted = key(name).map(cbor::uint);
            let at = draft
                .entries
                .iter()
                .position(|it| Some(&it.0) == wanted.as_ref());
            if let Some((at, entry)) = at.and_then(|at| Some((at, draft.entries.get(at)?.clone())))
            {
                draft.entries.insert(at, entry);
            }
        }
        if self.unsorted {
            draft.entries.reverse();
        }
        if self.indefinite {
            draft.payload = Some(cbor::indefinite_map(&draft.entries));
        }
        if !self.payload_after.is_empty() {
            draft.payload = Some([draft.payload(), self.payload_after.clone()].concat());
        }
        if let Some(key_id) = &self.key_id {
            let id = key_id.as_ref().map(|id| <[u8; 8]>::try_from(id.as_slice()));
            draft.header = draft::header(id.and_then(Result::ok).map(KeyId));
        }
        if let Some(header) = &self.header {
            draft.header.clone_from(header);
        }
        if let Some(unprotected) = &self.unprotected {
            draft.unprotected.clone_from(unprotected);
        }
        if let Some(context) = &self.context {
            draft.context.clone_from(context);
        }
        if let Some(parent) = self.parent {
            draft.parent = parent.map(skilling_protocol::values::Digest);
        }
        Ok(draft)
    }

    /// Signs it, or spoils that.
    pub(super) fn sign(&self, draft: &Draft, honest: Role, keys: &Keys) -> Vec<u8> {
        let signed = draft.sign(keys.key(self.signer(honest)));
        let signature = signed.split_at(signed.len().saturating_sub(64)).1;
        let mut bytes = match &self.signature {
            None => signed,
            Some(Spoilt::Flipped) => draft.with_signature(&flipped(signature)),
            Some(Spoilt::Zero) => draft.with_signature(&[0; 64]),
            Some(Spoilt::Short) => draft.with_signature(signature.split_at(63).0),
            Some(Spoilt::Other(bytes)) => draft.with_signature(bytes),
        };
        if let Some(tag) = self.tag {
            // Tags up to 23 stand in the head; 24 and more take a byte.
            let head = if tag < 24 {
                vec![0xc0 | tag]
            } else {
                vec![0xd8, tag]
            };
            bytes.splice(0..0, head);
        }
        bytes.extend(&self.after);
        bytes
    }
}

/// The same bytes, the last bit another.
pub(super) fn flipped(bytes: &[u8]) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    if let Some(last) = bytes.last_mut() {
        *last ^= 1;
    }
    bytes
}

pub(super) fn table<'n>(node: Option<&'n Node>, place: &str) -> Result<Option<&'n Table>, Wrong> {
    match node.map(|node| (&node.value, node.at)) {
        None => Ok(None),
        Some((Value::Table(table), _)) => Ok(Some(table)),
        Some((value, at)) => Err(mismatch(place, &found(value), "a table").or_at(at)),
    }
}

pub(super) fn text<'n>(node: &'n Node, place: &str) -> Result<&'n str, Wrong> {
    match &node.value {
        Value::Text(text) => Ok(text),
        value => Err(mismatch(place, &found(value), "text").or_at(node.at)),
    }
}

pub(super) fn flag(node: &Node, place: &str) -> Result<bool, Wrong> {
    match &node.value {
        Value::Flag(flag) => Ok(*flag),
        value => Err(mismatch(place, &found(value), "true or false").or_at(node.at)),
    }
}

pub(super) fn count(node: &Node, place: &str) -> Result<u64, Wrong> {
    let number = match &node.value {
        Value::Integer(number) => u64::try_from(*number).ok(),
        _ => None,
    };
    number.ok_or_else(|| mismatch(place, &found(&node.value), "a number from 0 up").or_at(node.at))
}

fn tag(node: &Node, place: &str) -> Result<u8, Wrong> {
    let tag = u8::try_from(count(node, place)?);
    tag.map_err(|_| mismatch(place, "a tag over 255", "a tag from 0 to 255").or_at(node.at))
}

/// Names of fields.
fn names(node: &Node, shape: &'static Shape, place: &str) -> Result<Vec<String>, Wrong> {
    let Value::List(items) = &node.value else {
        return Err(mismatch(place, &found(&node.value), "a list of fields"));
    };
    let mut names = Vec::new();
    for item in items {
        let name = text(item, place)?;
        if !shape.fields.iter().any(|field| field.name == name) {
            return Err(value::unknown(
                name,
                shape.fields.iter().map(|it| it.name),
                place,
                item.at,
            ));
        }
        names.push(name.to_owned());
    }
    Ok(names)
}

/// `{ 99 = 1, 100 = "text", 101 = { cbor = "f6" } }`.
fn extra(node: &Node, place: &str) -> Result<Vec<(u64, Item)>, Wrong> {
    let Value::Table(table) = &node.value else {
        return Err(mismatch(
            place,
            &found(&node.value),
            "a table like { 99 = 1 }",
        ));
    };
    numbered(table, place, |node| match &node.value {
        Value::Text(text) => Ok(Item::Text(text.clone())),
        Value::Integer(number) => u64::try_from(*number)
            .map(Item::Uint)
            .map_err(|_| mismatch(place, &number.to_string(), "a number from 0 up")),
        Value::Table(table) if is_item(table) => any(table, place),
        value => Err(mismatch(place, &found(value), "a number, text, or an item")),
    })
}

fn key_id(text: &str, place: &str, story: &Story) -> Result<Option<Vec<u8>>, Wrong> {
    if text == "none" {
        return Ok(None);
    }
    if let Some(name) = text.strip_prefix("key:") {
        let key = story.keys().public(value::role(name, place)?);
        return Ok(Some(key.key_id().0.to_vec()));
    }
    let bytes = value::hex(text, place)?;
    if bytes.len() == 8 {
        return Ok(Some(bytes));
    }
    Err(mismatch(
        place,
        "it is not 8 bytes",
        "16 hex digits, key:ROLE, or none; header = \"...\" takes any bytes",
    ))
}

fn parent(text: &str, place: &str, story: &mut Story) -> Result<Option<[u8; 32]>, Wrong> {
    if text == "none" {
        return Ok(None);
    }
    if let Some(name) = text.strip_prefix("id:") {
        return story.id(name, place).map(|id| Some(id.0));
    }
    let bytes = value::hex(text, place)?;
    let bytes = <[u8; 32]>::try_from(bytes.as_slice());
    bytes.map(Some).map_err(|_| {
        mismatch(
            place,
            "it is not 32 bytes",
            "64 hex digits, id:OBJECT, or none",
        )
    })
}
