//! An object's payload as a list of fields.

use skilling_protocol::cbor::Reader;
use skilling_protocol::error::DecodeError;

use super::InspectedField;
use super::names::{self, Name};
use crate::values::hex;

/// Every field of a payload that was decoded before, in order. Policies keep their currency for a name.
pub(super) fn of(object: &str, payload: &[u8]) -> Result<Vec<InspectedField>, DecodeError> {
    let mut fields = Vec::new();
    Reader::whole(payload, "payload", |reader| {
        let place = Place {
            path: String::new(),
            table: names::of(object),
            is_private: false,
        };
        value(reader, &place, &mut fields)
    })?;
    Ok(fields)
}

/// Where a value stands.
struct Place {
    path: String,
    /// Of the keys, if it is a map.
    table: &'static [Name],
    is_private: bool,
}

impl Place {
    fn below(&self, name: &str, table: &'static [Name], is_private: bool) -> Self {
        let path = if self.path.is_empty() {
            name.to_owned()
        } else {
            format!("{}.{name}", self.path)
        };
        Self {
            path,
            table,
            is_private: self.is_private || is_private,
        }
    }

    fn at_key(&self, key: u64) -> Self {
        if self.path == "policies" {
            return self.below(&key.to_string(), self.table, false);
        }
        match names::find(self.table, key) {
            Some(found) => self.below(found.name, found.inner, found.is_private),
            None => self.below(&key.to_string(), &[], true),
        }
    }
}

/// Nesting is bounded by the strict decoder before.
fn value(
    reader: &mut Reader<'_>,
    place: &Place,
    fields: &mut Vec<InspectedField>,
) -> Result<(), DecodeError> {
    let text = match reader.peek()?.major {
        0 => reader.uint()?.to_string(),
        1 => format!("-{}", reader.negative()?.saturating_add(1)),
        2 => hex(reader.bytes(0, usize::MAX)?),
        3 => reader.text(0, usize::MAX)?.to_owned(),
        4 => {
            for index in 0..reader.array()? {
                let item = place.below(&index.to_string(), place.table, false);
                value(reader, &item, fields)?;
            }
            return Ok(());
        }
        _ => {
            for _ in 0..reader.map_head()? {
                let key = reader.uint()?;
                value(reader, &place.at_key(key), fields)?;
            }
            return Ok(());
        }
    };
    fields.push(InspectedField {
        path: place.path.clone(),
        value: text,
        is_private: place.is_private,
    });
    Ok(())
}
