//! The extension map of key 15: unknown entries are ignored but signed over, so they are kept.

use alloc::vec::Vec;

use super::OutOfBounds;
use crate::cbor::{MapReader, Reader, Writer};
use crate::error::DecodeError;

/// Key 15 of the objects that have `ext`. An empty set is written as no key at all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Extensions(Vec<(u64, Vec<u8>)>);

impl Extensions {
    /// # Errors
    /// A value that is empty or over 64 bytes, or the same key twice.
    pub fn new(mut entries: Vec<(u64, Vec<u8>)>) -> Result<Self, OutOfBounds> {
        entries.sort();
        let doubled = entries
            .iter()
            .zip(entries.iter().skip(1))
            .any(|(a, b)| a.0 == b.0);
        let sized = entries
            .iter()
            .all(|(_, value)| (1..=64).contains(&value.len()));
        if doubled || !sized {
            return Err(OutOfBounds::new(
                "extensions",
                "distinct keys, values of 1 to 64 bytes",
            ));
        }
        Ok(Self(entries))
    }

    /// Key and value, keys ascending.
    #[must_use]
    pub fn entries(&self) -> &[(u64, Vec<u8>)] {
        &self.0
    }

    /// 1 if key 15 will be written, else 0: for the count of the map around it.
    pub(crate) fn count(&self) -> usize {
        usize::from(!self.0.is_empty())
    }

    pub(crate) fn read(map: &mut MapReader<'_, '_>) -> Result<Self, DecodeError> {
        let Some(reader) = map.optional(15, "extensions")? else {
            return Ok(Self::default());
        };
        reader
            .table(1, u64::MAX, |reader: &mut Reader<'_>, key| {
                Ok((key, reader.bytes(1, 64)?.to_vec()))
            })
            .map(Self)
    }

    pub(crate) fn write(&self, writer: &mut Writer) {
        if self.0.is_empty() {
            return;
        }
        writer.uint(15_u8).map(self.0.len());
        for (key, value) in &self.0 {
            writer.uint(*key).bytes(value);
        }
    }
}
