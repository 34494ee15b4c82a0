//! CBOR items, also those that section 2 forbids: for messages that a decoder must refuse.

use skilling_protocol::cbor::Writer;

/// One item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Item {
    Uint(u64),
    /// -1 - argument.
    Negative(u64),
    Bytes(Vec<u8>),
    Text(String),
    List(Vec<Item>),
    /// In the order given.
    Map(Vec<(u64, Item)>),
    /// Encoded already, whatever it is.
    Raw(Vec<u8>),
}

impl Item {
    /// Deterministic, but for what is raw.
    pub(super) fn encode(&self) -> Vec<u8> {
        let mut writer = Writer::new();
        match self {
            Self::Uint(value) => writer.uint(*value),
            Self::Negative(argument) => writer.negative(*argument),
            Self::Bytes(bytes) => writer.bytes(bytes),
            Self::Text(text) => writer.text(text),
            Self::List(items) => {
                writer.array(items.len());
                let mut bytes = writer.into_bytes();
                bytes.extend(items.iter().flat_map(Self::encode));
                return bytes;
            }
            Self::Map(entries) => return map(entries.len(), &encoded(entries)),
            Self::Raw(bytes) => return bytes.clone(),
        };
        writer.into_bytes()
    }
}

/// A key and its value, each encoded.
pub(super) type Pair = (Vec<u8>, Vec<u8>);

/// Each key and value, encoded.
pub(super) fn encoded(entries: &[(u64, Item)]) -> Vec<Pair> {
    let one = |(key, item): &(u64, Item)| (uint(*key), item.encode());
    entries.iter().map(one).collect()
}

/// A map of `count` entries in the order given.
pub(super) fn map(count: usize, entries: &[Pair]) -> Vec<u8> {
    let mut writer = Writer::new();
    writer.map(count);
    let mut bytes = writer.into_bytes();
    bytes.extend(pairs(entries));
    bytes
}

/// The same map with an indefinite length.
pub(super) fn indefinite_map(entries: &[Pair]) -> Vec<u8> {
    let mut bytes = vec![0xbf];
    bytes.extend(pairs(entries));
    bytes.push(0xff);
    bytes
}

fn pairs(entries: &[Pair]) -> Vec<u8> {
    entries
        .iter()
        .flat_map(|(key, value)| [key.as_slice(), value.as_slice()].concat())
        .collect()
}

/// An unsigned integer.
pub(super) fn uint(value: u64) -> Vec<u8> {
    let mut writer = Writer::new();
    writer.uint(value);
    writer.into_bytes()
}

/// The same item with its head one form longer than needed; `None` where there is no longer one.
pub(super) fn longer(item: &[u8]) -> Option<Vec<u8>> {
    let (head, rest) = item.split_first()?;
    let (major, info) = (head & 0xe0, head & 0x1f);
    let mut bytes = Vec::with_capacity(item.len() + 4);
    match info {
        0..=23 => bytes.extend([major | 24, info]),
        24 => bytes.extend([major | 25, 0]),
        25 => bytes.extend([major | 26, 0, 0]),
        26 => bytes.extend([major | 27, 0, 0, 0, 0]),
        _ => return None,
    }
    bytes.extend_from_slice(rest);
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_item_is_made_one_form_longer() {
        assert_eq!(longer(&[0x05]), Some(vec![0x18, 5]));
        assert_eq!(longer(&[0x18, 0x20]), Some(vec![0x19, 0, 0x20]));
        assert_eq!(longer(&[0x41, 9]), Some(vec![0x58, 1, 9]));
        assert_eq!(longer(&[0x1b, 0, 0, 0, 0, 0, 0, 0, 1]), None);
    }

    #[test]
    fn maps_are_written_as_they_stand() {
        let entries = encoded(&[(2, Item::Uint(1)), (1, Item::Text("a".into()))]);
        assert_eq!(map(2, &entries), [0xa2, 2, 1, 1, 0x61, b'a']);
        assert_eq!(indefinite_map(&entries), [0xbf, 2, 1, 1, 0x61, b'a', 0xff]);
    }
}
