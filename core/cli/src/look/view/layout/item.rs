//! One CBOR item and everything in it, with the names and values of an object where they are known.

use skilling_protocol::cbor::strict::Head;

use super::walk::{Level, Walk, Went, content};
use super::{Says, field_under, names};
use crate::escape::shown;
use crate::look::view::fields::{Field, Value};

/// Arrays, maps and tags inside each other, within one object.
const DEEPEST_ITEM: usize = 16;

/// Where an item stands, and what is known of it.
#[derive(Clone, Copy)]
pub(super) struct Place<'a> {
    /// Where the item begins, its map key included.
    pub(super) from: usize,
    pub(super) key_bytes: usize,
    pub(super) level: Level,
    pub(super) value: Option<&'a Value>,
    /// Whose names the keys of a map have.
    pub(super) table: &'a str,
    pub(super) depth: usize,
}

impl<'a> Walk<'a> {
    /// The map that a payload or a header is.
    pub(super) fn map_or_item(
        &mut self,
        place: Place<'a>,
        to: usize,
        fields: Option<&'a [Field]>,
    ) -> Went {
        let head = self.head(place.from, to).ok_or(place.from)?;
        if head.major != 5 {
            return self.item(place, to, "content");
        }
        let says = Says::Structure(format!("map of {}", head.argument));
        self.push(place.level, [0, head.size, 0], place.from, "map", says);
        let at = place.from.saturating_add(head.size);
        self.entries(place, head.argument, at, to, fields)
    }

    /// Any one item.
    pub(super) fn item(&mut self, place: Place<'a>, to: usize, name: &str) -> Went {
        let from = place.from;
        let at = from.saturating_add(place.key_bytes);
        let head = self
            .head(at, to)
            .filter(|_| place.depth < DEEPEST_ITEM && !self.is_full())
            .ok_or(from)?;
        let after = at.saturating_add(head.size);
        let parts = [place.key_bytes, head.size, 0];
        let says = |raw: String| {
            place
                .value
                .map_or(Says::Raw(raw), |it| Says::Field(it.clone()))
        };
        match head.major {
            0 => self.push(
                place.level,
                parts,
                from,
                name,
                says(head.argument.to_string()),
            ),
            1 => {
                let number = -1 - i128::from(head.argument);
                let es256 = if number == -7 { " (ES256)" } else { "" };
                self.push(
                    place.level,
                    parts,
                    from,
                    name,
                    says(format!("{number}{es256}")),
                );
            }
            2 | 3 => {
                let (start, end) = content(head, at, to).ok_or(from)?;
                let bytes = self.bytes.get(start..end).unwrap_or_default();
                let text = std::str::from_utf8(bytes).ok().filter(|_| head.major == 3);
                let says = match (place.value, text) {
                    (Some(value), _) => Says::Field(value.clone()),
                    (None, Some(text)) => Says::Raw(format!("\"{text}\"")),
                    (None, None) => Says::Field(Value::Bytes(bytes.to_vec())),
                };
                let parts = [place.key_bytes, head.size, bytes.len()];
                self.push(place.level, parts, from, name, says);
                return Ok(end);
            }
            4 => {
                let opened = self.open(
                    place.level,
                    parts,
                    from,
                    name,
                    format!("list of {}", head.argument),
                );
                let went = self.list(place, head.argument, after, to);
                self.close(opened, went.unwrap_or(to));
                return went;
            }
            5 => {
                let opened = self.open(
                    place.level,
                    parts,
                    from,
                    name,
                    format!("map of {}", head.argument),
                );
                let fields = match place.value {
                    Some(Value::Table(fields)) => Some(fields.as_slice()),
                    _ => None,
                };
                let inside = Place {
                    level: place.level.deeper(),
                    ..place
                };
                let went = self.entries(inside, head.argument, after, to, fields);
                self.close(opened, went.unwrap_or(to));
                return went;
            }
            6 => {
                let says = Says::Structure(format!("tag {}", head.argument));
                self.push(place.level, parts, from, name, says);
                let depth = place.depth.saturating_add(1);
                let inside = Place {
                    from: after,
                    key_bytes: 0,
                    depth,
                    ..place
                };
                return self.item(inside, to, name);
            }
            _ => self.push(
                place.level,
                parts,
                from,
                name,
                says("simple value or float".into()),
            ),
        }
        Ok(after)
    }

    fn list(&mut self, place: Place<'a>, count: u64, mut at: usize, to: usize) -> Went {
        let mut index = 0_usize;
        while (index as u64) < count {
            let (value, name) = match place.value {
                Some(Value::List(items)) => (items.get(index), None),
                // A pair: its parts have names.
                Some(Value::Table(fields)) => {
                    let field = fields.get(index);
                    (
                        field.map(|it| &it.value),
                        field.map(|it| (it.name.clone(), it.is_private)),
                    )
                }
                _ => (None, None),
            };
            let number = index.saturating_add(1).to_string();
            let is_private = place.level.is_private || name.as_ref().is_some_and(|it| it.1);
            let inside = Place {
                from: at,
                key_bytes: 0,
                level: Level {
                    is_private,
                    ..place.level.deeper()
                },
                value,
                table: place.table,
                depth: place.depth.saturating_add(1),
            };
            at = self.item(
                inside,
                to,
                name.as_ref().map_or(number.as_str(), |it| it.0.as_str()),
            )?;
            index = index.saturating_add(1);
        }
        Ok(at)
    }

    fn entries(
        &mut self,
        place: Place<'a>,
        count: u64,
        mut at: usize,
        to: usize,
        fields: Option<&'a [Field]>,
    ) -> Went {
        let mut index = 0_u64;
        while index < count {
            let key = self.head(at, to).ok_or(at)?;
            let is_number = key.major == 0;
            // A key that is neither number nor text is shown as an item by itself.
            let (key_bytes, name) = match key.major {
                0 => (key.size, names::key(place.table, key.argument)),
                3 => self.text_key(key, at, to).ok_or(at)?,
                _ => {
                    let inside = Place {
                        from: at,
                        key_bytes: 0,
                        value: None,
                        ..place.deeper()
                    };
                    at = self.item(inside, to, "key")?;
                    (0, "value".to_owned())
                }
            };
            let field = fields
                .filter(|_| is_number)
                .and_then(|it| field_under(it, key.argument, &name));
            let name = field.map_or(name, |it| it.name.clone());
            let is_unknown = field.is_none() && !place.table.ends_with("header");
            let is_private = place.level.is_private || field.map_or(is_unknown, |it| it.is_private);
            let inside = Place {
                from: at,
                key_bytes,
                level: Level {
                    is_private,
                    ..place.level
                },
                value: field.map(|it| &it.value),
                table: names::table_of(&name, place.table),
                depth: place.depth.saturating_add(1),
            };
            at = self.item(inside, to, &name)?;
            index = index.saturating_add(1);
        }
        Ok(at)
    }

    /// The bytes of a key that is text, and the text.
    fn text_key(&self, head: Head, at: usize, to: usize) -> Option<(usize, String)> {
        let (start, end) = content(head, at, to)?;
        let text = String::from_utf8_lossy(self.bytes.get(start..end)?);
        Some((end.saturating_sub(at), shown(&text)))
    }
}

impl Place<'_> {
    fn deeper(self) -> Self {
        Self {
            depth: self.depth.saturating_add(1),
            ..self
        }
    }
}
