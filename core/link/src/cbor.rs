//! The few CBOR heads that framing needs: a message's type, a refusal's code, the select response.
//!
//! Strict as protocol section 2 asks (shortest form, definite length), but shallow: everything else about a
//! message is decided by whoever decodes it.

/// Major types of RFC 8949 section 3.1 used here.
pub(crate) const UINT: u8 = 0;
pub(crate) const ARRAY: u8 = 4;
pub(crate) const MAP: u8 = 5;

/// Appends the shortest head of `major` and `value`.
pub(crate) fn put_head(out: &mut Vec<u8>, major: u8, value: u64) {
    let major = major << 5;
    let [a, b, c, d, e, f, g, h] = value.to_be_bytes();
    match value {
        0..=23 => out.push(major | h),
        24..=0xFF => out.extend_from_slice(&[major | 24, h]),
        0x100..=0xFFFF => out.extend_from_slice(&[major | 25, g, h]),
        0x1_0000..=0xFFFF_FFFF => out.extend_from_slice(&[major | 26, e, f, g, h]),
        _ => out.extend_from_slice(&[major | 27, a, b, c, d, e, f, g, h]),
    }
}

/// Reads heads off the front of a byte string.
pub(crate) struct Heads<'a>(pub(crate) &'a [u8]);

impl Heads<'_> {
    /// The next head, or nothing where the bytes end or the head is not in its one allowed form.
    pub(crate) fn next(&mut self) -> Option<(u8, u64)> {
        let (&first, rest) = self.0.split_first()?;
        let (value, least, width) = match first & 0x1F {
            info @ 0..=23 => (u64::from(info), 0, 0),
            24 => (big_endian(rest.get(..1)?), 24, 1),
            25 => (big_endian(rest.get(..2)?), 0x100, 2),
            26 => (big_endian(rest.get(..4)?), 0x1_0000, 4),
            27 => (big_endian(rest.get(..8)?), 0x1_0000_0000, 8),
            _ => return None,
        };
        self.0 = rest.get(width..)?;
        (value >= least).then_some((first >> 5, value))
    }

    /// The next head, if it is of this major type.
    pub(crate) fn expect(&mut self, major: u8) -> Option<u64> {
        self.next()
            .and_then(|(found, value)| (found == major).then_some(value))
    }
}

fn big_endian(bytes: &[u8]) -> u64 {
    bytes
        .iter()
        .fold(0, |value, &byte| (value << 8) | u64::from(byte))
}

/// The type number in front of a message (protocol section 4), or nothing where the bytes do not begin like one.
///
/// Only the outer array's head and its first element are looked at; that the rest is well-formed is not known.
pub fn message_type(message: &[u8]) -> Option<u64> {
    let mut heads = Heads(message);
    let elements = heads.expect(ARRAY)?;
    if elements == 0 {
        return None;
    }
    heads.expect(UINT)
}

/// The code of a refusal `[0, code]`, or nothing where the message is not exactly that.
pub(crate) fn refusal_code(message: &[u8]) -> Option<u32> {
    let mut heads = Heads(message);
    let whole = heads.expect(ARRAY)? == 2 && heads.expect(UINT)? == 0;
    let code = heads.expect(UINT)?;
    if !whole || !heads.0.is_empty() {
        return None;
    }
    u32::try_from(code).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_width_of_a_head_comes_back() {
        for value in [
            0,
            23,
            24,
            255,
            256,
            65_535,
            65_536,
            u64::from(u32::MAX),
            1 << 32,
            u64::MAX,
        ] {
            let mut bytes = Vec::new();
            put_head(&mut bytes, MAP, value);
            let mut heads = Heads(&bytes);
            assert_eq!(heads.next(), Some((MAP, value)));
            assert!(heads.0.is_empty());
        }
    }

    #[test]
    fn a_longer_head_than_needed_is_refused() {
        for bytes in [
            &[0x18, 23][..],
            &[0x19, 0, 255],
            &[0x1A, 0, 0, 255, 255],
            &[0x1F],
            &[0x19, 1],
        ] {
            assert_eq!(Heads(bytes).next(), None, "{bytes:02x?}");
        }
    }

    #[test]
    fn only_an_exact_refusal_has_a_code() {
        assert_eq!(refusal_code(&[0x82, 0, 0x18, 28]), Some(28));
        assert_eq!(refusal_code(&[0x82, 0, 0x18, 28, 0]), None);
        assert_eq!(refusal_code(&[0x83, 0, 1, 2]), None);
        assert_eq!(refusal_code(&[0x82, 0, 0x1B, 0, 0, 0, 1, 0, 0, 0, 0]), None);
        assert_eq!(message_type(&[0x80]), None);
        assert_eq!(message_type(&[0x81, 0x03]), Some(3));
    }
}
