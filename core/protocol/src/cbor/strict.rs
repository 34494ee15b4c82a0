//! The first pass: is this one item in core deterministic encoding, and nothing after it?
//!
//! It knows nothing of what the item means, never recurses and allocates nothing.

use crate::error::{DecodeError, Rule};

/// Arrays and maps inside each other (protocol section 2).
pub const MAX_NESTING: usize = 8;

/// A CBOR header: major type and argument.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Head {
    /// Major type, 0 to 7 (RFC 8949 section 3.1).
    pub major: u8,
    /// The argument: value, length or count.
    pub argument: u64,
    /// Bytes the header took: 1 to 9.
    pub size: usize,
    /// Whether a shorter header could have said the same.
    pub shortest: bool,
}

/// Reads one header. Indefinite lengths and reserved headers are refused; tags and simple values are returned.
///
/// # Errors
/// The rule broken; the caller knows the offset.
pub fn head(bytes: &[u8]) -> Result<Head, Rule> {
    let (&first, rest) = bytes.split_first().ok_or(Rule::Truncated)?;
    let (major, info) = (first >> 5, first & 0x1f);
    let width = match info {
        0..=23 => {
            return Ok(Head {
                major,
                argument: u64::from(info),
                size: 1,
                shortest: true,
            });
        }
        24 => 1_usize,
        25 => 2,
        26 => 4,
        27 => 8,
        31 => return Err(Rule::IndefiniteLength),
        _ => return Err(Rule::ReservedHeader),
    };
    let argument = rest
        .get(..width)
        .ok_or(Rule::Truncated)?
        .iter()
        .fold(0_u64, |value, byte| (value << 8) | u64::from(*byte));
    let floor = match width {
        1 => 24,
        2 => 1 << 8,
        4 => 1 << 16,
        _ => 1 << 32,
    };
    Ok(Head {
        major,
        argument,
        size: width.saturating_add(1),
        shortest: argument >= floor,
    })
}

/// One open array or map on the way down.
#[derive(Clone, Copy, Default)]
struct Level<'a> {
    /// Items still to come; a map counts keys and values.
    left: u64,
    is_map: bool,
    last_key: Option<&'a [u8]>,
}

/// Checks that `bytes` is exactly one item in the encoding of protocol section 2.
/// `base` is added to offsets in errors, `field` names what is looked at.
///
/// # Errors
/// The first rule broken, and where.
pub fn check(bytes: &[u8], base: usize, field: &'static str) -> Result<(), DecodeError> {
    let mut walk = Walk {
        bytes,
        position: 0,
        levels: [Level::default(); MAX_NESTING],
        depth: 0,
    };
    walk.run().map_err(|(rule, at)| DecodeError {
        rule,
        offset: base.saturating_add(at),
        field,
    })
}

struct Walk<'a> {
    bytes: &'a [u8],
    position: usize,
    levels: [Level<'a>; MAX_NESTING],
    depth: usize,
}

impl<'a> Walk<'a> {
    fn run(&mut self) -> Result<(), (Rule, usize)> {
        loop {
            self.item()?;
            self.close_finished_levels();
            if self.depth == 0 {
                break;
            }
        }
        if self.position == self.bytes.len() {
            Ok(())
        } else {
            Err((Rule::TrailingBytes, self.position))
        }
    }

    /// One header with the bytes or text that belong to it.
    fn item(&mut self) -> Result<(), (Rule, usize)> {
        let start = self.position;
        let rest = self.bytes.get(start..).unwrap_or_default();
        let head = head(rest).map_err(|rule| (rule, start))?;
        match head.major {
            6 => return Err((Rule::Tag, start)),
            7 => return Err((Rule::SimpleOrFloat, start)),
            _ if !head.shortest => return Err((Rule::NotShortest, start)),
            _ => {}
        }
        self.position = start.saturating_add(head.size);
        match head.major {
            2 | 3 => self.content(head, start)?,
            4 => self.open(head.argument, false, start)?,
            5 => self.open(head.argument, true, start)?,
            _ => {}
        }
        if matches!(head.major, 0..=3) {
            self.count_item(start)
        } else {
            Ok(())
        }
    }

    fn content(&mut self, head: Head, start: usize) -> Result<(), (Rule, usize)> {
        let left = self.bytes.len().saturating_sub(self.position);
        let length = usize::try_from(head.argument)
            .ok()
            .filter(|length| *length <= left)
            .ok_or((Rule::Truncated, start))?;
        let end = self.position.saturating_add(length);
        let content = self.bytes.get(self.position..end).unwrap_or_default();
        if head.major == 3 && core::str::from_utf8(content).is_err() {
            return Err((Rule::NotUtf8, start));
        }
        self.position = end;
        Ok(())
    }

    fn open(&mut self, count: u64, is_map: bool, start: usize) -> Result<(), (Rule, usize)> {
        let items = if is_map {
            count.checked_mul(2)
        } else {
            Some(count)
        }
        .ok_or((Rule::Truncated, start))?;
        // Every item takes at least a byte: a count that cannot fit is refused before it is walked.
        let left = self.bytes.len().saturating_sub(self.position);
        if usize::try_from(items).map_or(true, |items| items > left) {
            return Err((Rule::Truncated, start));
        }
        if self.in_key_position() {
            return Err((Rule::WrongType, start));
        }
        let level = self
            .levels
            .get_mut(self.depth)
            .ok_or((Rule::TooDeep, start))?;
        *level = Level {
            left: items,
            is_map,
            last_key: None,
        };
        self.depth = self.depth.saturating_add(1);
        Ok(())
    }

    fn in_key_position(&self) -> bool {
        self.top()
            .is_some_and(|top| top.is_map && top.left % 2 == 0)
    }

    fn top(&self) -> Option<&Level<'a>> {
        self.levels.get(self.depth.checked_sub(1)?)
    }

    /// A finished item fills a place in the array or map around it; in a map every other one is a key.
    fn count_item(&mut self, start: usize) -> Result<(), (Rule, usize)> {
        let encoded = self.bytes.get(start..self.position).unwrap_or_default();
        let Some(top) = self
            .depth
            .checked_sub(1)
            .and_then(|index| self.levels.get_mut(index))
        else {
            return Ok(());
        };
        if top.is_map && top.left % 2 == 0 {
            match top.last_key.map(|last| last.cmp(encoded)) {
                Some(core::cmp::Ordering::Equal) => return Err((Rule::DuplicateKey, start)),
                Some(core::cmp::Ordering::Greater) => return Err((Rule::UnsortedKeys, start)),
                _ => top.last_key = Some(encoded),
            }
        }
        top.left = top.left.saturating_sub(1);
        Ok(())
    }

    fn close_finished_levels(&mut self) {
        while let Some(top) = self.top() {
            if top.left > 0 {
                return;
            }
            self.depth = self.depth.saturating_sub(1);
            let parent = self
                .depth
                .checked_sub(1)
                .and_then(|index| self.levels.get_mut(index));
            if let Some(parent) = parent {
                parent.left = parent.left.saturating_sub(1);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;

    fn rule(hex: &str) -> Option<(Rule, usize)> {
        let bytes: Vec<u8> = hex::decode(hex).unwrap();
        check(&bytes, 0, "test").err().map(|e| (e.rule, e.offset))
    }

    #[test]
    fn deterministic_items_pass() {
        for hex in [
            "00",
            "1818",
            "40",
            "80",
            "a0",
            "a201020340",
            "8201820203",
            "a10126",
        ] {
            assert_eq!(rule(hex), None, "{hex}");
        }
    }

    #[test]
    fn every_forbidden_encoding_is_named_with_its_offset() {
        for (hex, expected, offset) in [
            ("", Rule::Truncated, 0),
            ("1817", Rule::NotShortest, 0),
            ("82001900ff", Rule::NotShortest, 2),
            ("5f4100ff", Rule::IndefiniteLength, 0),
            ("9fff", Rule::IndefiniteLength, 0),
            ("1c", Rule::ReservedHeader, 0),
            ("a202000100", Rule::UnsortedKeys, 3),
            ("a201000100", Rule::DuplicateKey, 3),
            ("c000", Rule::Tag, 0),
            ("f4", Rule::SimpleOrFloat, 0),
            ("fb0000000000000000", Rule::SimpleOrFloat, 0),
            ("0000", Rule::TrailingBytes, 1),
            ("61ff", Rule::NotUtf8, 0),
            ("5affffffff00", Rule::Truncated, 0),
            ("9bffffffffffffffff", Rule::Truncated, 0),
            ("bbffffffffffffffff", Rule::Truncated, 0),
            ("818181818181818100", Rule::TooDeep, 8),
        ] {
            let offset = if expected == Rule::TooDeep {
                7 + 1
            } else {
                offset
            };
            let got = rule(hex);
            if expected == Rule::TooDeep {
                // Eight levels are allowed, the ninth is not.
                assert_eq!(got, None);
                assert_eq!(rule("81818181818181818100"), Some((Rule::TooDeep, offset)));
            } else {
                assert_eq!(got, Some((expected, offset)), "{hex}");
            }
        }
    }
}
