//! AES-256-GCM on personal columns. Table, column, row and sealing version are bound to every value, so that no sealed
//! value opens anywhere but where it was put.

use aes_gcm::aead::{Aead, KeyInit, Payload};
use aes_gcm::{Aes256Gcm, Nonce};
use skilling_platform::random;

const NONCE: usize = 12;
/// Raised by the migration that seals columns anew.
const VERSION: u32 = 1;

/// A value that does not open: changed, moved, or sealed under another key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    /// It was changed or moved, or the key is another.
    #[error("a sealed value does not open")]
    DoesNotOpen,
    /// No randomness for a nonce.
    #[error("the operating system gives no random bytes")]
    NoRandomness,
}

/// Seals and opens under one key, which is wiped when this is dropped.
pub(crate) struct Sealer(Aes256Gcm);

impl Sealer {
    /// `None` unless the key has 32 bytes.
    pub(crate) fn new(key: &[u8]) -> Option<Self> {
        Aes256Gcm::new_from_slice(key).ok().map(Self)
    }

    /// Nonce, ciphertext, tag.
    pub(crate) fn seal(&self, bound: &[u8], plain: &[u8]) -> Result<Vec<u8>, SealError> {
        let nonce = random::bytes::<NONCE>().map_err(|_| SealError::NoRandomness)?;
        let payload = Payload {
            msg: plain,
            aad: bound,
        };
        let sealed = self
            .0
            .encrypt(&Nonce::from(nonce), payload)
            .map_err(|_| SealError::DoesNotOpen)?;
        let mut value = nonce.to_vec();
        value.extend_from_slice(&sealed);
        Ok(value)
    }

    pub(crate) fn open(&self, bound: &[u8], value: &[u8]) -> Result<Vec<u8>, SealError> {
        let (nonce, sealed) = value
            .split_first_chunk::<NONCE>()
            .ok_or(SealError::DoesNotOpen)?;
        let payload = Payload {
            msg: sealed,
            aad: bound,
        };
        self.0
            .decrypt(&Nonce::from(*nonce), payload)
            .map_err(|_| SealError::DoesNotOpen)
    }

    pub(crate) fn seal_at(&self, place: Place, plain: &[u8]) -> Result<Vec<u8>, SealError> {
        self.seal(&place.bound(), plain)
    }

    pub(crate) fn open_at(&self, place: Place, value: &[u8]) -> Result<Vec<u8>, SealError> {
        self.open(&place.bound(), value)
    }
}

/// Where a sealed value stands.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place {
    pub(crate) table: &'static str,
    pub(crate) column: &'static str,
    pub(crate) row: i64,
}

impl Place {
    fn bound(self) -> Vec<u8> {
        let mut bound = Vec::with_capacity(64);
        for name in [self.table, self.column] {
            bound.extend_from_slice(name.as_bytes());
            bound.push(0);
        }
        bound.extend_from_slice(&self.row.to_be_bytes());
        bound.extend_from_slice(&VERSION.to_be_bytes());
        bound
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sealed_value_opens_only_where_it_was_put() {
        let sealer = Sealer::new(&[7; 32]).unwrap();
        let place = Place {
            table: "payments",
            column: "sealed_merchant",
            row: 3,
        };
        let value = sealer.seal_at(place, b"Netto").unwrap();
        assert_eq!(sealer.open_at(place, &value).unwrap(), b"Netto");
        for elsewhere in [
            Place { row: 4, ..place },
            Place {
                column: "sealed_reference",
                ..place
            },
            Place {
                table: "calls",
                ..place
            },
        ] {
            assert_eq!(
                sealer.open_at(elsewhere, &value),
                Err(SealError::DoesNotOpen)
            );
        }
        let mut changed = value.clone();
        changed[20] ^= 1;
        assert!(sealer.open_at(place, &changed).is_err());
        assert!(
            Sealer::new(&[8; 32])
                .unwrap()
                .open_at(place, &value)
                .is_err()
        );
    }
}
