//! A message as something to look at: its objects, their fields by name, ids and sizes. Nothing in it is verified.
//!
//! Built once ([`objects`], [`bundle`], [`online`]), then written as JSON ([`json`]) or for people ([`text`]).

mod broken;
mod bundle;
mod bytes;
mod diagnosis;
mod fields;
mod json;
pub(crate) mod layout;
mod objects;
mod online;
pub(crate) mod rules;
pub(crate) mod signatures;
pub(crate) mod size;
mod sizes;
pub(crate) mod tap;
mod text;
pub(crate) mod warnings;

use skilling_protocol::message::{Message, MessageType};
use skilling_protocol::objects::TrustBundle;
use skilling_protocol::values::{KeyId, PublicKey};

use super::input::Found;
use super::words::time::Calendar;

pub(crate) use broken::Broken;
pub(crate) use fields::Field;
pub(crate) use json::value as value_json;
pub(crate) use text::value as value_text;

/// What an input turned out to be.
#[derive(Debug, Clone)]
pub(crate) enum View {
    /// A well-formed message.
    Message(MessageView),
    /// Malformed or unsupported.
    Broken(Broken),
}

/// A well-formed message, unverified.
#[derive(Debug, Clone)]
pub(crate) struct MessageView {
    pub(crate) kind: MessageType,
    /// Of the whole message.
    pub(crate) bytes: usize,
    /// The message itself.
    pub(crate) message: Vec<u8>,
    /// In the order in which they stand in the message, those of nested messages in their place.
    pub(crate) objects: Vec<ObjectView>,
}

/// One signed object, or what stands in its place (a refusal's code, a status list).
#[derive(Debug, Clone)]
pub(crate) struct ObjectView {
    pub(crate) kind: &'static str,
    /// Hex; `None` where the parent is not in the message.
    pub(crate) id: Option<String>,
    pub(crate) key_id: Option<KeyId>,
    /// Encoded, without the length in front.
    pub(crate) bytes: usize,
    pub(crate) fields: Vec<Field>,
    /// The payload and signature of a signed object.
    pub(crate) parts: Option<Parts>,
}

/// The parts of a signed object, for the size breakdown and for hex beside the fields.
#[derive(Debug, Clone)]
pub(crate) struct Parts {
    pub(crate) payload: Vec<u8>,
    pub(crate) signature: [u8; 64],
}

/// How a view is shown.
#[derive(Debug, Clone)]
pub(crate) struct Manner {
    pub(crate) calendar: Calendar,
    /// Hex beside each field.
    pub(crate) with_bytes: bool,
    /// Fit for a ticket: nothing that names a person, a shop, a device or a payment.
    pub(crate) is_redacted: bool,
    /// What the scheme allows, to warn of what goes beyond it.
    pub(crate) trust: Option<TrustBundle>,
    /// The root keys that sign bundles and bulletins, where they were given.
    pub(crate) roots: Vec<PublicKey>,
}

impl Manner {
    /// Fields without hex, nothing left out.
    pub(crate) fn plain(calendar: Calendar) -> Self {
        Self {
            calendar,
            with_bytes: false,
            is_redacted: false,
            trust: None,
            roots: Vec::new(),
        }
    }
}

impl View {
    /// Looks at what came in.
    pub(crate) fn of(found: &Found) -> Self {
        let bytes = match found {
            Found::Message(bytes) => bytes,
            Found::Broken(breach) => return Self::Broken(Broken::of_breach(breach)),
        };
        match Message::decode(bytes) {
            Ok(message) => match objects::of(&message, bytes.len()) {
                Ok(objects) => Self::Message(MessageView {
                    kind: message.kind(),
                    bytes: bytes.len(),
                    message: bytes.clone(),
                    objects,
                }),
                Err(error) => Self::Broken(Broken::of_status_list(bytes, &error)),
            },
            Err(error) => Self::Broken(Broken::of_message(bytes, error)),
        }
    }
}
