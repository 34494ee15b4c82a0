//! A message that breaks a rule: which, where, what stands there, and what could still be read.

use skilling_protocol::cbor::strict;
use skilling_protocol::error::{DecodeError, Rule};
use skilling_protocol::message::{Expected, LARGEST_MESSAGE};
use skilling_protocol::objects::{Allowance, Merchant, Payment, Receipt, Request, TrustBundle};
use skilling_protocol::reason::Reason;
use skilling_protocol::signed::{Object, Signed};
use skilling_protocol::status_list::StatusListError;
use skilling_protocol::values::PublicKey;

use super::fields::Field;
use super::{ObjectView, bundle, objects, online};
use crate::escape::shown;
use crate::look::input::Breach;

/// Bytes shown before the fault, and from it on: one line.
const BEFORE: usize = 8;
const AFTER: usize = 14;
/// Elements of the outer array that are looked at one by one.
const MOST_ELEMENTS: usize = 64;

/// What is known of a message that cannot be decoded.
#[derive(Debug, Clone)]
pub(crate) struct Broken {
    pub(crate) is_unsupported: bool,
    /// Stable `snake_case` name.
    pub(crate) rule: String,
    pub(crate) offset: usize,
    pub(crate) detail: String,
    /// What it is instead, where that can be told.
    pub(crate) hint: Option<String>,
    /// Of the message, where there are bytes to speak of.
    pub(crate) bytes: Option<usize>,
    /// The message itself.
    pub(crate) message: Option<Vec<u8>>,
    /// What was being read, in the words of the protocol.
    pub(crate) field: Option<&'static str>,
    pub(crate) excerpt: Option<Excerpt>,
    pub(crate) outline: Option<Outline>,
}

/// The bytes around the fault; or the characters, where the input was a text that holds none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Excerpt {
    /// Offset of the first one shown.
    pub(crate) from: usize,
    pub(crate) around: Around,
}

/// What stands before the fault, and from the fault on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Around {
    Bytes(Vec<u8>, Vec<u8>),
    Text(String, String),
}

/// The outer array as far as it can be followed.
#[derive(Debug, Clone)]
pub(crate) struct Outline {
    pub(crate) message_type: u64,
    /// How many elements follow the type, as the array says.
    pub(crate) declared: u64,
    pub(crate) elements: Vec<Element>,
}

/// One element of the outer array.
#[derive(Debug, Clone)]
pub(crate) struct Element {
    pub(crate) offset: usize,
    pub(crate) bytes: usize,
    /// What must stand here, where the type is known.
    pub(crate) expected: Option<&'static str>,
    /// The first rule that it breaks by itself.
    pub(crate) error: Option<DecodeError>,
    /// What it holds, where it is well-formed.
    pub(crate) objects: Vec<ObjectView>,
}

impl Broken {
    /// Bytes that the decoder refused.
    pub(super) fn of_message(bytes: &[u8], error: DecodeError) -> Self {
        let hint = bare_object(bytes)
            .map(|kind| format!("it is a bare {kind}, which travels only inside a message"))
            .or_else(|| public_key(bytes));
        Self {
            is_unsupported: error.reason() == Reason::Unsupported,
            rule: rule_name(error.rule),
            offset: error.offset,
            detail: format!("{} ({})", error.rule, error.field),
            hint,
            bytes: Some(bytes.len()),
            message: Some(bytes.to_vec()),
            field: Some(error.field),
            excerpt: Some(Excerpt::around(bytes, error.offset)),
            outline: Outline::of(bytes),
        }
    }

    /// A text that holds no bytes.
    pub(crate) fn of_breach(breach: &Breach) -> Self {
        Self {
            is_unsupported: breach.is_unsupported,
            rule: breach.rule.to_owned(),
            offset: breach.offset,
            detail: breach.detail.clone(),
            hint: None,
            bytes: None,
            message: None,
            field: None,
            excerpt: Some(Excerpt::of_text(&breach.around, breach.offset)),
            outline: None,
        }
    }

    /// A status list message whose list is none.
    pub(super) fn of_status_list(bytes: &[u8], error: &StatusListError) -> Self {
        let start = Outline::of(bytes)
            .and_then(|outline| outline.elements.first().map(|element| element.offset))
            .unwrap_or_default();
        let (rule, offset) = match error {
            StatusListError::Malformed(error) => {
                (rule_name(error.rule), start.saturating_add(error.offset))
            }
            _ => ("status_list".to_owned(), start),
        };
        Self {
            is_unsupported: false,
            rule,
            offset,
            detail: error.to_string(),
            hint: None,
            bytes: Some(bytes.len()),
            message: Some(bytes.to_vec()),
            field: Some("status_list"),
            excerpt: Some(Excerpt::around(bytes, offset)),
            outline: Outline::of(bytes),
        }
    }

    /// `malformed` or `unsupported`.
    pub(crate) fn kind(&self) -> &'static str {
        if self.is_unsupported {
            Reason::Unsupported.name()
        } else {
            Reason::Malformed.name()
        }
    }
}

/// The kind of a signed object that stands alone, a certificate for instance, where a message is expected.
fn bare_object(bytes: &[u8]) -> Option<&'static str> {
    fn is<T: Object>(bytes: &[u8]) -> Option<&'static str> {
        Signed::<T>::decode(bytes).is_ok().then_some(T::NAME)
    }
    is::<Merchant>(bytes)
        .or_else(|| is::<Allowance>(bytes))
        .or_else(|| is::<Request>(bytes))
        .or_else(|| is::<Payment>(bytes))
        .or_else(|| is::<TrustBundle>(bytes))
}

/// A key given where a message is expected, a root for instance.
fn public_key(bytes: &[u8]) -> Option<String> {
    let key = PublicKey::from_sec1(bytes).ok()?;
    Some(format!("it is a public key, with key id {}", key.key_id()))
}

/// The stable name of a rule: its own, in snake case.
pub(crate) fn rule_name(rule: Rule) -> String {
    let mut name = String::new();
    for c in format!("{rule:?}").chars() {
        if c.is_ascii_uppercase() && !name.is_empty() {
            name.push('_');
        }
        name.push(c.to_ascii_lowercase());
    }
    name
}

impl Excerpt {
    fn around(bytes: &[u8], offset: usize) -> Self {
        let offset = offset.min(bytes.len());
        let from = offset.saturating_sub(BEFORE);
        let end = offset.saturating_add(AFTER).min(bytes.len());
        let part = |from, end| bytes.get(from..end).unwrap_or_default().to_vec();
        Self {
            from,
            around: Around::Bytes(part(from, offset), part(offset, end)),
        }
    }

    fn of_text((before, after): &(String, String), offset: usize) -> Self {
        Self {
            from: offset.saturating_sub(before.len()),
            around: Around::Text(shown(before), shown(after)),
        }
    }

    /// What stands before the fault, harmless.
    pub(crate) fn before(&self) -> String {
        match &self.around {
            Around::Bytes(before, _) => before.iter().map(|it| format!("{it:02x} ")).collect(),
            Around::Text(before, _) => before.clone(),
        }
    }

    /// What stands from the fault on, harmless; empty at the end.
    pub(crate) fn after(&self) -> String {
        match &self.around {
            Around::Bytes(_, after) => {
                let bytes: Vec<String> = after.iter().map(|it| format!("{it:02x}")).collect();
                bytes.join(" ")
            }
            Around::Text(_, after) => after.clone(),
        }
    }

    /// The columns that the first byte or character at fault takes.
    pub(crate) fn mark(&self) -> usize {
        match &self.around {
            Around::Bytes(..) => 2,
            Around::Text(..) => 1,
        }
    }
}

impl Outline {
    /// `None` where not even an array with a type number begins the bytes.
    fn of(bytes: &[u8]) -> Option<Self> {
        let bytes = bytes.get(..LARGEST_MESSAGE).unwrap_or(bytes);
        let array = strict::head(bytes).ok().filter(|head| head.major == 4)?;
        let mut at = array.size;
        let number = strict::head(bytes.get(at..)?)
            .ok()
            .filter(|head| head.major == 0)?;
        at = at.saturating_add(number.size);
        let declared = array.argument.checked_sub(1)?;
        let mut elements = Vec::new();
        while elements.len() < MOST_ELEMENTS && (elements.len() as u64) < declared {
            let Some((content, start)) = byte_string(bytes, at) else {
                break;
            };
            at = start.saturating_add(content.len());
            elements.push(Element::of(number.argument, elements.len(), content, start));
        }
        Some(Self {
            message_type: number.argument,
            declared,
            elements,
        })
    }
}

/// The content of the byte string at `at`, and where it begins.
fn byte_string(bytes: &[u8], at: usize) -> Option<(&[u8], usize)> {
    let head = strict::head(bytes.get(at..)?)
        .ok()
        .filter(|head| head.major == 2)?;
    let start = at.checked_add(head.size)?;
    let end = start.checked_add(usize::try_from(head.argument).ok()?)?;
    Some((bytes.get(start..end)?, start))
}

impl Element {
    fn of(message_type: u64, index: usize, content: &[u8], offset: usize) -> Self {
        let (expected, read) = match read(message_type, index, content) {
            Some((name, read)) => (Some(name), read),
            None => (None, Ok(Vec::new())),
        };
        let (objects, error) = match read {
            Ok(objects) => (objects, None),
            Err(error) => (Vec::new(), Some(error)),
        };
        Self {
            offset,
            bytes: content.len(),
            expected,
            error: error.map(|error| DecodeError {
                offset: error.offset.saturating_add(offset),
                ..error
            }),
            objects,
        }
    }
}

/// What must stand at a place, and the objects read there.
type Read = Option<(&'static str, Result<Vec<ObjectView>, DecodeError>)>;

fn object<T: Object>(bytes: &[u8], view: impl Fn(&Signed<T>) -> ObjectView) -> Read {
    let read = Signed::<T>::decode(bytes).map(|it| vec![view(&it)]);
    Some((T::NAME, read))
}

/// An object whose parent may not be readable: shown without an id.
fn child<T: Object>(bytes: &[u8], fields: impl Fn(&T) -> Vec<Field>) -> Read {
    object(bytes, |it: &Signed<T>| {
        objects::signed(it, None, fields(it.unverified()))
    })
}

fn message<T: Expected>(bytes: &[u8], view: impl Fn(&T) -> Vec<ObjectView>) -> Read {
    Some((T::TYPE.name(), T::decode(bytes).map(|it| view(&it))))
}

/// Reads one element by itself (the tables of protocol section 4 and sync.md).
fn read(message_type: u64, index: usize, bytes: &[u8]) -> Read {
    match (message_type, index) {
        (1 | 14 | 16 | 17, 0) => object(bytes, objects::merchant_view),
        (1, 1) => child(bytes, objects::request),
        (2, 0) | (13, 1) => object(bytes, objects::allowance_view),
        (2, 1) => child(bytes, |it| objects::payment(it, None)),
        (3, 0) => child(bytes, objects::receipt),
        (4, 0) => object(bytes, bundle::view),
        (6, 0 | 1) | (7, 0) => message(bytes, objects::token_objects),
        (7, 1) => message(bytes, objects::request_objects),
        (7, _) => message(bytes, |it: &Signed<Receipt>| {
            vec![objects::signed(it, None, objects::receipt(it.unverified()))]
        }),
        (8, 0) => child(bytes, objects::outage),
        (10, 0) => child(bytes, online::enrolment),
        (11, 0) => child(bytes, online::enrolled),
        (12, 0) => child(bytes, online::sync),
        (13, 0) => child(bytes, online::synced),
        (14, 1) => child(bytes, online::deposit),
        (12 | 14, _) => message(bytes, objects::evidence_objects),
        (15, 0) => child(bytes, online::deposited),
        (16, 1) => child(bytes, online::renewal),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_have_stable_names() {
        assert_eq!(rule_name(Rule::TrailingBytes), "trailing_bytes");
        assert_eq!(rule_name(Rule::NotUtf8), "not_utf8");
        assert_eq!(rule_name(Rule::BadPublicKey), "bad_public_key");
    }

    #[test]
    fn an_array_that_promises_much_is_followed_as_far_as_it_goes() {
        let outline = Outline::of(&[0x9a, 0xff, 0xff, 0xff, 0xff, 2, 0x41, 7]).unwrap();
        assert_eq!((outline.message_type, outline.declared), (2, 0xffff_fffe));
        assert_eq!(outline.elements.len(), 1);
        assert_eq!(outline.elements[0].offset, 7);
        assert!(outline.elements[0].error.is_some());
    }
}
