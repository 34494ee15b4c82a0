//! Where every byte of a message belongs: runs of bytes with a name, nested, that follow one another without a gap.
//!
//! The structure is read from the bytes themselves ([`walk`]), so a broken message has a layout as well, up to where
//! it breaks. What a field means comes from the [view](super::ObjectView) of its object where there is one, and its
//! name else from the tables of protocol section 3 ([`names`]).

mod item;
mod names;
mod walk;

use super::fields::{Field, Value};
use super::{Broken, Manner, MessageView, ObjectView, value_text};
use crate::escape::shown;

/// One run of bytes and what it says.
#[derive(Debug, Clone)]
pub(crate) struct Segment {
    /// From the start of the message.
    pub(crate) offset: usize,
    /// Bytes of a map key in front, of the CBOR header, and of the content that belongs to it.
    pub(crate) parts: [usize; 3],
    /// Where what it opens ends; of a field by itself its own end.
    pub(crate) whole_end: usize,
    /// How far inside others.
    pub(crate) level: usize,
    /// `message/2:payment/payload/amount`, unique in the message.
    pub(crate) path: String,
    /// The last part of the path.
    pub(crate) name: String,
    pub(crate) says: Says,
    /// Not fit for a ticket.
    pub(crate) is_private: bool,
    /// The object that begins here, counted in the order of the view.
    pub(crate) object: Option<usize>,
}

/// What a run of bytes says.
#[derive(Debug, Clone)]
pub(crate) enum Says {
    /// Structure: how many things follow, what kind.
    Structure(String),
    /// A value whose meaning nobody knows here; from the message, so not safe to show raw.
    Raw(String),
    /// A field with its unit.
    Field(Value),
    /// Bytes that could not be followed, and why.
    Unread(&'static str),
}

impl Segment {
    /// How many bytes it has by itself.
    pub(crate) fn bytes(&self) -> usize {
        self.parts.iter().sum()
    }

    /// Where what may be hidden begins: behind key and header, or with the header where it is all there is.
    pub(crate) fn content(&self) -> usize {
        let [key, header, content] = self.parts;
        let header = if content == 0 { 0 } else { header };
        self.offset.saturating_add(key).saturating_add(header)
    }

    /// What it says, for a person and harmless.
    pub(crate) fn text(&self, manner: &Manner) -> String {
        if self.is_hidden(manner) {
            return "(redacted)".into();
        }
        match &self.says {
            Says::Structure(text) => text.clone(),
            Says::Raw(text) => shown(text),
            Says::Field(value) => value_text(value, manner),
            Says::Unread(why) => (*why).to_owned(),
        }
    }

    /// The same beside its hex: what the hex says already, and how far away a time is, is left out.
    pub(crate) fn brief(&self, manner: &Manner) -> String {
        match &self.says {
            _ if self.is_hidden(manner) => self.text(manner),
            Says::Field(Value::Bytes(bytes)) => format!("{} bytes", bytes.len()),
            Says::Field(Value::Time(time, _)) => {
                let absolute = manner.calendar.absolute(*time);
                absolute.unwrap_or_else(|| self.text(manner))
            }
            _ => self.text(manner),
        }
    }

    /// Whether nothing of its content may be shown.
    pub(crate) fn is_hidden(&self, manner: &Manner) -> bool {
        let structure = matches!(self.says, Says::Structure(_));
        manner.is_redacted && !structure && self.is_private
    }

    /// Whether it is structure and no value.
    pub(crate) fn is_structure(&self) -> bool {
        matches!(self.says, Says::Structure(_))
    }
}

/// The layout of a well-formed message.
pub(crate) fn of_message(view: &MessageView) -> Vec<Segment> {
    walk::message(&view.message, &view.objects)
}

/// The layout of a broken one, as far as it can be followed; empty where there are no bytes.
pub(crate) fn of_broken(broken: &Broken) -> Vec<Segment> {
    let elements = broken.outline.iter().flat_map(|it| &it.elements);
    let objects: Vec<ObjectView> = elements.flat_map(|it| it.objects.clone()).collect();
    broken
        .message
        .as_deref()
        .map(|bytes| walk::message(bytes, &objects))
        .unwrap_or_default()
}

/// The field of a table that stands under a map key, or else has this name.
fn field_under<'f>(fields: &'f [Field], key: u64, name: &str) -> Option<&'f Field> {
    let number = key.to_string();
    let by_key = fields.iter().find(|field| field.key == Some(key));
    by_key.or_else(|| {
        let keyless =
            |field: &&Field| field.key.is_none() && (field.name == number || field.name == name);
        fields.iter().find(keyless)
    })
}
