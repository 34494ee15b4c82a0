//! The second pass: typed fields, in order, with the offset of whatever is wrong.
//!
//! An unknown enumeration value does not stop the reading: it is remembered, because "unsupported" is only
//! said of a message that breaks nothing else (protocol section 3).

use alloc::vec::Vec;

use super::strict::{self, Head};
use crate::error::{DecodeError, Rule};

/// A cursor over one message, nested byte strings included, so that every offset counts from its first byte.
#[derive(Debug)]
pub struct Reader<'a> {
    bytes: &'a [u8],
    start: usize,
    position: usize,
    end: usize,
    field: &'static str,
    unsupported: Option<DecodeError>,
}

impl<'a> Reader<'a> {
    /// Reads `bytes` from the start.
    #[must_use]
    pub fn new(bytes: &'a [u8], field: &'static str) -> Self {
        Self {
            bytes,
            start: 0,
            position: 0,
            end: bytes.len(),
            field,
            unsupported: None,
        }
    }

    /// Reads exactly one strictly encoded item with `read`; reports an unknown enumeration value last.
    ///
    /// # Errors
    /// The first rule broken.
    pub fn whole<T>(
        bytes: &'a [u8],
        field: &'static str,
        read: impl FnOnce(&mut Self) -> Result<T, DecodeError>,
    ) -> Result<T, DecodeError> {
        let mut reader = Self::checked(bytes, field)?;
        let value = read(&mut reader)?;
        reader.finish()?;
        Ok(value)
    }

    /// Over bytes that are strictly encoded.
    ///
    /// # Errors
    /// Those of [`strict::check`].
    pub(crate) fn checked(bytes: &'a [u8], field: &'static str) -> Result<Self, DecodeError> {
        strict::check(bytes, 0, field)?;
        Ok(Self::new(bytes, field))
    }

    /// Nothing may be left; an unknown enumeration value met on the way is reported now.
    ///
    /// # Errors
    /// `TrailingBytes`, or the remembered `UnknownEnumValue`.
    pub fn finish(self) -> Result<(), DecodeError> {
        if self.position != self.end {
            return Err(self.error(Rule::TrailingBytes));
        }
        self.unsupported.map_or(Ok(()), Err)
    }

    /// Names what is read next, for errors.
    pub fn field(&mut self, field: &'static str) -> &mut Self {
        self.field = field;
        self
    }

    /// Bytes from the start of the message.
    #[must_use]
    pub fn offset(&self) -> usize {
        self.position
    }

    /// An error at the current position.
    #[must_use]
    pub fn error(&self, rule: Rule) -> DecodeError {
        self.error_at(rule, self.position)
    }

    /// An error at the first byte of the whole item, or of the nested one that is being read.
    #[must_use]
    pub fn error_at_start(&self, rule: Rule) -> DecodeError {
        self.error_at(rule, self.start)
    }

    /// An error at `offset`.
    #[must_use]
    pub fn error_at(&self, rule: Rule, offset: usize) -> DecodeError {
        DecodeError {
            rule,
            offset,
            field: self.field,
        }
    }

    /// Whether the current item (or nested item) has been read to its end.
    #[must_use]
    pub fn is_at_end(&self) -> bool {
        self.position >= self.end
    }

    fn rest(&self) -> &'a [u8] {
        self.bytes.get(self.position..self.end).unwrap_or_default()
    }

    fn head(&mut self, major: u8) -> Result<u64, DecodeError> {
        let head = self.peek()?;
        if head.major != major {
            return Err(self.error(Rule::WrongType));
        }
        self.position = self.position.saturating_add(head.size);
        Ok(head.argument)
    }

    /// The next header, not consumed.
    ///
    /// # Errors
    /// As [`strict::head`].
    pub fn peek(&self) -> Result<Head, DecodeError> {
        strict::head(self.rest()).map_err(|rule| self.error(rule))
    }

    /// An unsigned integer.
    ///
    /// # Errors
    /// `WrongType`, `Truncated`.
    pub fn uint(&mut self) -> Result<u64, DecodeError> {
        self.head(0)
    }

    /// An unsigned integer of at most `max`.
    ///
    /// # Errors
    /// `OutOfRange` and those of [`Self::uint`].
    pub fn uint_to(&mut self, max: u64) -> Result<u64, DecodeError> {
        let at = self.position;
        let value = self.uint()?;
        if value > max {
            return Err(self.error_at(Rule::OutOfRange, at));
        }
        Ok(value)
    }

    /// `uint32` of protocol section 3.
    ///
    /// # Errors
    /// As [`Self::uint_to`].
    pub fn uint32(&mut self) -> Result<u32, DecodeError> {
        let at = self.position;
        let value = self.uint()?;
        u32::try_from(value).map_err(|_| self.error_at(Rule::OutOfRange, at))
    }

    /// The argument of a negative integer: 6 for -7.
    ///
    /// # Errors
    /// `WrongType`, `Truncated`.
    pub fn negative(&mut self) -> Result<u64, DecodeError> {
        self.head(1)
    }

    /// A byte string whose length lies in `min..=max`.
    ///
    /// # Errors
    /// `WrongType`, `Truncated`, `WrongLength`.
    pub fn bytes(&mut self, min: usize, max: usize) -> Result<&'a [u8], DecodeError> {
        let at = self.position;
        let content = self.content(2)?;
        if content.len() < min || content.len() > max {
            return Err(self.error_at(Rule::WrongLength, at));
        }
        Ok(content)
    }

    /// A byte string of exactly `N` bytes.
    ///
    /// # Errors
    /// As [`Self::bytes`].
    pub fn fixed<const N: usize>(&mut self) -> Result<[u8; N], DecodeError> {
        let at = self.position;
        let content = self.content(2)?;
        <[u8; N]>::try_from(content).map_err(|_| self.error_at(Rule::WrongLength, at))
    }

    /// A text of `min..=max` bytes.
    ///
    /// # Errors
    /// `WrongType`, `Truncated`, `WrongLength`, `NotUtf8`.
    pub fn text(&mut self, min: usize, max: usize) -> Result<&'a str, DecodeError> {
        let at = self.position;
        let content = self.content(3)?;
        if content.len() < min || content.len() > max {
            return Err(self.error_at(Rule::WrongLength, at));
        }
        core::str::from_utf8(content).map_err(|_| self.error_at(Rule::NotUtf8, at))
    }

    fn content(&mut self, major: u8) -> Result<&'a [u8], DecodeError> {
        let at = self.position;
        let length = self.head(major)?;
        let content = usize::try_from(length)
            .ok()
            .and_then(|length| self.rest().get(..length))
            .ok_or_else(|| self.error_at(Rule::Truncated, at))?;
        self.position = self.position.saturating_add(content.len());
        Ok(content)
    }

    /// The content of the byte string that comes next, not consumed.
    ///
    /// # Errors
    /// `WrongType`, `Truncated`.
    pub fn peek_bytes(&mut self) -> Result<&'a [u8], DecodeError> {
        let at = self.position;
        let content = self.content(2)?;
        self.position = at;
        Ok(content)
    }

    /// Steps over the tag that comes next; only the status list has one.
    ///
    /// # Errors
    /// `WrongType`, `Truncated`.
    pub fn untag(&mut self) -> Result<u64, DecodeError> {
        self.head(6)
    }

    /// The head of a map: its number of entries. For maps that follow another specification than section 2.
    ///
    /// # Errors
    /// `WrongType`, `Truncated`.
    pub fn map_head(&mut self) -> Result<u64, DecodeError> {
        self.head(5)
    }

    /// The head of an array: its count.
    ///
    /// # Errors
    /// `WrongType`, `Truncated`.
    pub fn array(&mut self) -> Result<usize, DecodeError> {
        let at = self.position;
        let count = self.head(4)?;
        usize::try_from(count)
            .ok()
            .filter(|count| *count <= self.rest().len())
            .ok_or_else(|| self.error_at(Rule::Truncated, at))
    }

    /// The head of an array that must have `count` items.
    ///
    /// # Errors
    /// `WrongType`, `Truncated`, `WrongLength`.
    pub fn array_of(&mut self, count: usize) -> Result<(), DecodeError> {
        let at = self.position;
        if self.array()? == count {
            Ok(())
        } else {
            Err(self.error_at(Rule::WrongLength, at))
        }
    }

    /// An array of at least `min` items, each read by `read`. Capacity grows with what was read, never with what was declared.
    ///
    /// # Errors
    /// `WrongLength` and those of `read`.
    pub fn list<T>(
        &mut self,
        min: usize,
        mut read: impl FnMut(&mut Self) -> Result<T, DecodeError>,
    ) -> Result<Vec<T>, DecodeError> {
        let at = self.position;
        let count = self.array()?;
        if count < min {
            return Err(self.error_at(Rule::WrongLength, at));
        }
        let mut items = Vec::new();
        for _ in 0..count {
            items.push(read(self)?);
        }
        Ok(items)
    }

    /// Like [`Self::list`], and the items must ascend by `key` without duplicates.
    ///
    /// # Errors
    /// `UnsortedList` and those of [`Self::list`].
    pub fn ascending<T, K: Ord>(
        &mut self,
        min: usize,
        key: impl Fn(&T) -> K,
        mut read: impl FnMut(&mut Self) -> Result<T, DecodeError>,
    ) -> Result<Vec<T>, DecodeError> {
        let mut last: Option<K> = None;
        self.list(min, |reader| {
            let at = reader.position;
            let item = read(reader)?;
            let this = key(&item);
            if last.as_ref().is_some_and(|last| *last >= this) {
                return Err(reader.error_at(Rule::UnsortedList, at));
            }
            last = Some(this);
            Ok(item)
        })
    }

    /// A map with ascending unsigned keys.
    ///
    /// # Errors
    /// Those of `read`; `UnknownKey` when `read` leaves a key unread.
    pub fn map<T>(
        &mut self,
        read: impl FnOnce(&mut MapReader<'_, 'a>) -> Result<T, DecodeError>,
    ) -> Result<T, DecodeError> {
        let left = self.head(5)?;
        let mut map = MapReader {
            reader: self,
            left,
            next: None,
        };
        let value = read(&mut map)?;
        map.finish()?;
        Ok(value)
    }

    /// A map from unsigned integers of at most `max_key` to whatever `read` reads, at least `min` entries.
    ///
    /// # Errors
    /// `WrongLength`, `OutOfRange` and those of `read`.
    pub fn table<T>(
        &mut self,
        min: u64,
        max_key: u64,
        mut read: impl FnMut(&mut Self, u64) -> Result<T, DecodeError>,
    ) -> Result<Vec<T>, DecodeError> {
        let at = self.position;
        let count = self.head(5)?;
        if count < min {
            return Err(self.error_at(Rule::WrongLength, at));
        }
        let mut entries = Vec::new();
        for _ in 0..count {
            let key = self.uint_to(max_key)?;
            entries.push(read(self, key)?);
        }
        Ok(entries)
    }

    /// A byte string that holds one strictly encoded item, read in place so that offsets stay absolute.
    ///
    /// # Errors
    /// Those of [`strict::check`] and `read`; `TrailingBytes`.
    pub fn nested<T>(
        &mut self,
        field: &'static str,
        read: impl FnOnce(&mut Self) -> Result<T, DecodeError>,
    ) -> Result<T, DecodeError> {
        let outer = self.enter(field)?;
        let value = read(self)?;
        self.leave(outer)?;
        Ok(value)
    }

    fn enter(&mut self, field: &'static str) -> Result<Outer, DecodeError> {
        let content = self.content(2)?;
        let after = self.position;
        let start = after.saturating_sub(content.len());
        strict::check(content, start, field)?;
        let outer = Outer {
            start: self.start,
            end: self.end,
            field: self.field,
        };
        self.start = start;
        self.position = start;
        self.end = after;
        self.field = field;
        Ok(outer)
    }

    fn leave(&mut self, outer: Outer) -> Result<(), DecodeError> {
        if self.position != self.end {
            return Err(self.error(Rule::TrailingBytes));
        }
        self.start = outer.start;
        self.end = outer.end;
        self.field = outer.field;
        Ok(())
    }

    /// An enumeration value: what `known` makes of it, or `fallback` with the fault remembered.
    ///
    /// # Errors
    /// Those of [`Self::uint`].
    pub fn enumeration<T>(
        &mut self,
        fallback: T,
        known: impl FnOnce(u64) -> Option<T>,
    ) -> Result<T, DecodeError> {
        let at = self.position;
        let value = self.uint()?;
        Ok(known(value).unwrap_or_else(|| {
            let error = self.error_at(Rule::UnknownEnumValue, at);
            self.unsupported.get_or_insert(error);
            fallback
        }))
    }

    /// Skips one well-formed, definite-length item of any kind (used where unknown claims are ignored).
    ///
    /// # Errors
    /// `Truncated`, `IndefiniteLength`, `TooDeep`.
    pub fn skip(&mut self) -> Result<(), DecodeError> {
        let mut pending = [0_u64; strict::MAX_NESTING];
        let mut depth = 0_usize;
        loop {
            let head = self.peek()?;
            let at = self.position;
            self.position = self.position.saturating_add(head.size);
            let children = match head.major {
                2 | 3 => {
                    let length = usize::try_from(head.argument)
                        .ok()
                        .filter(|length| *length <= self.rest().len())
                        .ok_or_else(|| self.error_at(Rule::Truncated, at))?;
                    self.position = self.position.saturating_add(length);
                    0
                }
                4 => head.argument,
                5 => head.argument.saturating_mul(2),
                6 => 1,
                _ => 0,
            };
            if children > 0 {
                let slot = pending
                    .get_mut(depth)
                    .ok_or_else(|| self.error_at(Rule::TooDeep, at))?;
                *slot = children;
                depth = depth.saturating_add(1);
                continue;
            }
            loop {
                let Some(slot) = depth.checked_sub(1).and_then(|top| pending.get_mut(top)) else {
                    return Ok(());
                };
                *slot = slot.saturating_sub(1);
                if *slot > 0 {
                    break;
                }
                depth = depth.saturating_sub(1);
            }
        }
    }
}

/// Where a reader goes on after what is nested.
struct Outer {
    start: usize,
    end: usize,
    field: &'static str,
}

/// The entries of one map, asked for in ascending order of their keys.
#[derive(Debug)]
pub struct MapReader<'r, 'a> {
    reader: &'r mut Reader<'a>,
    left: u64,
    next: Option<(u64, usize)>,
}

impl<'a> MapReader<'_, 'a> {
    /// The reader, at the value of `key`, if the map has it; `field` names it in errors.
    ///
    /// # Errors
    /// `UnknownKey` for a smaller key nobody asked for.
    pub fn optional(
        &mut self,
        key: u64,
        field: &'static str,
    ) -> Result<Option<&mut Reader<'a>>, DecodeError> {
        if self.next.is_none() && self.left > 0 {
            let at = self.reader.position;
            let found = self.reader.uint()?;
            self.next = Some((found, at));
            self.left = self.left.saturating_sub(1);
        }
        match self.next {
            Some((found, _)) if found == key => {
                self.next = None;
                self.reader.field = field;
                Ok(Some(self.reader))
            }
            Some((found, at)) if found < key => Err(self.reader.error_at(Rule::UnknownKey, at)),
            _ => Ok(None),
        }
    }

    /// The reader at the value of `key`.
    ///
    /// # Errors
    /// `MissingKey`, `UnknownKey`.
    pub fn required(
        &mut self,
        key: u64,
        field: &'static str,
    ) -> Result<&mut Reader<'a>, DecodeError> {
        let at = self.reader.position;
        match self.optional(key, field)? {
            Some(_) => Ok(self.reader),
            None => {
                self.reader.field = field;
                Err(self.reader.error_at(Rule::MissingKey, at))
            }
        }
    }

    /// An error at the current position, for rules that span fields.
    #[must_use]
    pub fn error(&self, rule: Rule, field: &'static str) -> DecodeError {
        DecodeError {
            rule,
            offset: self.reader.position,
            field,
        }
    }

    fn finish(self) -> Result<(), DecodeError> {
        match self.next {
            Some((_, at)) => Err(self.reader.error_at(Rule::UnknownKey, at)),
            None if self.left > 0 => Err(self.reader.error(Rule::UnknownKey)),
            None => Ok(()),
        }
    }
}
