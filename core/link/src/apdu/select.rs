//! What the phone says of itself when it is selected.

use crate::cbor::{Heads, MAP, UINT, put_head};

/// Entries of key 4 that are written at most, so that the response stays within one message's limit.
const MAX_OUTAGES: usize = 256;
const MAX_CURRENCY: u64 = 999;

/// The select response (protocol section 4): facts about the wallet that are the same for every reader.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SelectInfo {
    /// Key 1: the highest protocol version spoken.
    pub protocol_version: u32,
    /// Key 2: the most data bytes of one command; 1 or more. Up to this, one extended command may be sent.
    pub largest_command_data: u32,
    /// Key 3: the trust bundle's version, 0 without one.
    pub bundle_version: u32,
    /// Key 4: for each currency (ISO 4217 numeric, 0 to 999) the serial of the outage bulletin known, ascending
    /// by currency; empty where none is known, and then key 4 is absent.
    pub outages: Vec<(u16, u32)>,
}

/// Why a select response cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SelectInfoError {
    /// Not the deterministic CBOR map of protocol section 4.
    #[error("the select response is malformed at byte {offset}")]
    Malformed {
        /// Where reading stopped.
        offset: usize,
    },
}

impl SelectInfo {
    /// The CBOR map. Outages are sorted; of one currency given twice the highest serial is written.
    pub fn encode(&self) -> Vec<u8> {
        let mut outages = self.outages.clone();
        outages.sort_unstable_by(|a, b| (a.0, b.1).cmp(&(b.0, a.1)));
        outages.dedup_by_key(|entry| entry.0);
        outages.truncate(MAX_OUTAGES);

        let mut out = Vec::new();
        put_head(&mut out, MAP, if outages.is_empty() { 3 } else { 4 });
        let fields = [
            self.protocol_version,
            self.largest_command_data,
            self.bundle_version,
        ];
        for (key, value) in (1..).zip(fields) {
            put_head(&mut out, UINT, key);
            put_head(&mut out, UINT, u64::from(value));
        }
        if !outages.is_empty() {
            put_head(&mut out, UINT, 4);
            put_head(&mut out, MAP, u64::try_from(outages.len()).unwrap_or(0));
            for (currency, serial) in outages {
                put_head(&mut out, UINT, u64::from(currency));
                put_head(&mut out, UINT, u64::from(serial));
            }
        }
        out
    }

    /// Reads the CBOR map, as strictly as protocol section 2 reads everything.
    pub fn decode(bytes: &[u8]) -> Result<Self, SelectInfoError> {
        let mut heads = Heads(bytes);
        Self::read(&mut heads)
            .filter(|_| heads.0.is_empty())
            .ok_or(SelectInfoError::Malformed {
                offset: bytes.len().saturating_sub(heads.0.len()),
            })
    }

    fn read(heads: &mut Heads<'_>) -> Option<Self> {
        let entries = heads.expect(MAP)?;
        let protocol_version = field(heads, 1)?;
        let largest_command_data = field(heads, 2).filter(|&most| most > 0)?;
        let bundle_version = field(heads, 3)?;
        let outages = match entries {
            3 => Vec::new(),
            4 => outages(heads)?,
            _ => return None,
        };
        Some(Self {
            protocol_version,
            largest_command_data,
            bundle_version,
            outages,
        })
    }
}

fn field(heads: &mut Heads<'_>, key: u64) -> Option<u32> {
    let found = heads.expect(UINT)?;
    let value = heads.expect(UINT)?;
    (found == key).then(|| u32::try_from(value).ok()).flatten()
}

fn outages(heads: &mut Heads<'_>) -> Option<Vec<(u16, u32)>> {
    let key = heads.expect(UINT)?;
    let count = heads.expect(MAP)?;
    if key != 4 || count == 0 {
        return None;
    }
    let mut outages: Vec<(u16, u32)> = Vec::new();
    for _ in 0..count {
        let currency = heads.expect(UINT).filter(|&code| code <= MAX_CURRENCY)?;
        let currency = u16::try_from(currency).ok()?;
        let serial = u32::try_from(heads.expect(UINT)?).ok()?;
        if outages.last().is_some_and(|last| last.0 >= currency) {
            return None;
        }
        outages.push((currency, serial));
    }
    Some(outages)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn info() -> SelectInfo {
        SelectInfo {
            protocol_version: 1,
            largest_command_data: 4096,
            bundle_version: 7,
            outages: vec![(208, 3), (752, 70_000)],
        }
    }

    #[test]
    fn it_comes_back_with_and_without_outages() {
        let with = info();
        let mut without = info();
        without.outages.clear();
        assert_eq!(
            without.encode(),
            [0xA3, 1, 1, 2, 0x19, 0x10, 0x00, 3, 7],
            "the bytes that section 4 shows"
        );
        for info in [with, without] {
            assert_eq!(SelectInfo::decode(&info.encode()), Ok(info));
        }
    }

    #[test]
    fn unsorted_outages_are_written_sorted_with_the_highest_serial() {
        let mut given = info();
        given.outages = vec![(752, 70_000), (208, 1), (208, 3)];
        assert_eq!(given.encode(), info().encode());
    }

    #[test]
    fn every_shortening_and_every_addition_is_malformed() {
        let bytes = info().encode();
        for end in 0..bytes.len() {
            assert!(SelectInfo::decode(&bytes[..end]).is_err());
        }
        assert!(SelectInfo::decode(&[&bytes[..], &[0]].concat()).is_err());
        assert!(
            SelectInfo::decode(&[0xA3, 1, 1, 2, 0, 3, 7]).is_err(),
            "no data at all"
        );
        assert!(
            SelectInfo::decode(&[0xA4, 1, 1, 2, 9, 3, 7, 4, 0xA0]).is_err(),
            "empty key 4"
        );
        assert!(
            SelectInfo::decode(&[
                0xA4, 1, 1, 2, 9, 3, 7, 4, 0xBB, 255, 255, 255, 255, 255, 255, 255, 255
            ])
            .is_err(),
            "a count without entries allocates nothing"
        );
        for outages in [
            &[0xA2, 1, 5, 1, 6][..],
            &[0xA2, 2, 5, 1, 6],
            &[0xA1, 0x19, 0x03, 0xE8, 5],
        ] {
            let bytes = [&[0xA4, 1, 1, 2, 9, 3, 7, 4][..], outages].concat();
            assert!(SelectInfo::decode(&bytes).is_err(), "{outages:02x?}");
        }
    }
}
