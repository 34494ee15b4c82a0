//! P-256 public keys, key ids and ES256 signatures (protocol section 1).

use core::fmt;

use p256::ecdsa::VerifyingKey;
use sha2::{Digest as _, Sha256};

use super::OutOfBounds;
use crate::cbor::Reader;
use crate::error::{DecodeError, Rule};

/// A P-256 public key: SEC1 compressed, 33 bytes, known to be a point of the curve.
///
/// The point is kept beside the bytes, so that a key is decompressed once, however many signatures it verifies.
#[derive(Clone, Copy)]
pub struct PublicKey {
    sec1: [u8; 33],
    point: VerifyingKey,
}

impl PublicKey {
    /// # Errors
    /// Not 33 bytes of a compressed point of P-256.
    pub fn from_sec1(bytes: &[u8]) -> Result<Self, OutOfBounds> {
        const WHAT: OutOfBounds =
            OutOfBounds::new("public key", "33 bytes, a compressed point of P-256");
        let sec1 = <[u8; 33]>::try_from(bytes).map_err(|_| WHAT)?;
        // The library also knows 05, the x-coordinate alone: a second form of the same key, with another key id.
        if !matches!(sec1, [2 | 3, ..]) {
            return Err(WHAT);
        }
        let point = VerifyingKey::from_sec1_bytes(&sec1).map_err(|_| WHAT)?;
        Ok(Self { sec1, point })
    }

    /// 33 bytes, as on the wire.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 33] {
        &self.sec1
    }

    /// The first 8 bytes of the SHA-256 of the 33 bytes. Several keys may share one.
    #[must_use]
    pub fn key_id(&self) -> KeyId {
        let digest = Sha256::digest(self.sec1);
        let mut id = [0; 8];
        id.iter_mut().zip(digest).for_each(|(to, from)| *to = from);
        KeyId(id)
    }

    pub(crate) const fn point(&self) -> &VerifyingKey {
        &self.point
    }

    pub(crate) fn read(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let at = reader.offset();
        let bytes = reader.bytes(33, 33)?;
        Self::from_sec1(bytes).map_err(|_| reader.error_at(Rule::BadPublicKey, at))
    }
}

impl From<VerifyingKey> for PublicKey {
    fn from(point: VerifyingKey) -> Self {
        let encoded = point.to_sec1_point(true);
        let mut sec1 = [0; 33];
        sec1.iter_mut()
            .zip(encoded.as_bytes())
            .for_each(|(to, from)| *to = *from);
        Self { sec1, point }
    }
}

impl PartialEq for PublicKey {
    fn eq(&self, other: &Self) -> bool {
        self.sec1 == other.sec1
    }
}
impl Eq for PublicKey {}
impl PartialOrd for PublicKey {
    fn partial_cmp(&self, other: &Self) -> Option<core::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for PublicKey {
    fn cmp(&self, other: &Self) -> core::cmp::Ordering {
        self.sec1.cmp(&other.sec1)
    }
}
impl core::hash::Hash for PublicKey {
    fn hash<H: core::hash::Hasher>(&self, state: &mut H) {
        self.sec1.hash(state);
    }
}
impl fmt::Display for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        super::id::write_hex(f, &self.sec1)
    }
}
impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PublicKey({self})")
    }
}

/// A key id: 8 bytes. It helps to find a key and proves nothing.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyId(pub [u8; 8]);

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        super::id::write_hex(f, &self.0)
    }
}
impl fmt::Debug for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeyId({self})")
    }
}

/// An ES256 signature: raw `r || s`, 64 bytes, both in 1..n-1, high s accepted.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Signature([u8; 64]);

impl Signature {
    /// # Errors
    /// Not 64 bytes, or r or s out of range.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, OutOfBounds> {
        const WHAT: OutOfBounds =
            OutOfBounds::new("signature", "64 bytes r || s, both between 1 and n - 1");
        let raw = <[u8; 64]>::try_from(bytes).map_err(|_| WHAT)?;
        p256::ecdsa::Signature::from_slice(&raw).map_err(|_| WHAT)?;
        Ok(Self(raw))
    }

    /// `r || s`.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 64] {
        &self.0
    }
}

impl fmt::Debug for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Signature(")?;
        super::id::write_hex(f, &self.0)?;
        f.write_str(")")
    }
}

impl From<&p256::ecdsa::Signature> for Signature {
    fn from(signature: &p256::ecdsa::Signature) -> Self {
        Self(signature.to_bytes().into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::{Signer as _, SoftwareKey};

    #[test]
    fn a_key_has_one_form_and_no_other_mark_is_taken_for_it() {
        let key = SoftwareKey::from_scalar(&[0x11; 32]).unwrap().public_key();
        for mark in 0..=u8::MAX {
            let mut bytes = *key.as_bytes();
            bytes[0] = mark;
            let taken = PublicKey::from_sec1(&bytes).is_ok();
            assert_eq!(taken, matches!(mark, 2 | 3), "mark {mark:02x}");
        }
    }
}
