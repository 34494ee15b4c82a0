//! Objects that break a rule on purpose: an honest payload taken apart, changed by the byte, and signed again.

use std::collections::BTreeMap;

use skilling_protocol::cbor::{Reader, Writer};
use skilling_protocol::crypto::{Signer as _, SoftwareKey};
use skilling_protocol::signed::{Object, Parent, Signed, sig_structure};
use skilling_protocol::values::Digest;

/// A payload by key, each value still encoded.
#[derive(Debug, Clone)]
pub struct Raw {
    context: &'static str,
    parent: Option<Digest>,
    names_key: bool,
    /// The encoded value of each key.
    pub entries: BTreeMap<u64, Vec<u8>>,
}

impl Raw {
    /// Takes an honest object apart.
    pub fn of<T: Object>(object: T, parent: T::Parent, signer: &SoftwareKey) -> Self {
        let signed = Signed::sign(object, parent, signer).unwrap();
        Self {
            context: T::CONTEXT,
            parent: parent.digest(),
            names_key: T::NAMES_KEY,
            entries: entries(signed.payload()),
        }
    }

    /// Replaces or adds a value.
    #[must_use]
    pub fn with(mut self, key: u64, value: Vec<u8>) -> Self {
        self.entries.insert(key, value);
        self
    }

    /// Leaves a key out.
    #[must_use]
    pub fn without(mut self, key: u64) -> Self {
        self.entries.remove(&key);
        self
    }

    /// The payload map, keys ascending.
    #[must_use]
    pub fn payload(&self) -> Vec<u8> {
        let mut writer = Writer::new();
        writer.map(self.entries.len());
        let mut bytes = writer.into_bytes();
        for (key, value) in &self.entries {
            bytes.extend(uint(*key));
            bytes.extend(value);
        }
        bytes
    }

    /// The signed object.
    #[must_use]
    pub fn sign(&self, signer: &SoftwareKey) -> Vec<u8> {
        sign_payload(
            self.context,
            self.parent,
            self.names_key,
            &self.payload(),
            signer,
        )
    }
}

/// `COSE_Sign1` over whatever payload.
#[must_use]
pub fn sign_payload(
    context: &str,
    parent: Option<Digest>,
    names_key: bool,
    payload: &[u8],
    signer: &SoftwareKey,
) -> Vec<u8> {
    let mut protected = Writer::new();
    protected.map(if names_key { 2 } else { 1 });
    protected.uint(1_u8).negative(6);
    if names_key {
        protected.uint(4_u8).bytes(&signer.public_key().key_id().0);
    }
    let protected = protected.into_bytes();
    let structure = sig_structure(&protected, context, parent, payload);
    let signature = signer.sign(&structure).unwrap();
    let mut object = Writer::new();
    object.array(4).bytes(&protected).map(0);
    object.bytes(payload).bytes(signature.as_bytes());
    object.into_bytes()
}

fn entries(payload: &[u8]) -> BTreeMap<u64, Vec<u8>> {
    let mut reader = Reader::new(payload, "payload");
    let count = reader.map_head().unwrap();
    (0..count)
        .map(|_| {
            let key = reader.uint().unwrap();
            let start = reader.offset();
            reader.skip().unwrap();
            (key, payload[start..reader.offset()].to_vec())
        })
        .collect()
}

/// An encoded unsigned integer.
#[must_use]
pub fn uint(value: u64) -> Vec<u8> {
    let mut writer = Writer::new();
    writer.uint(value);
    writer.into_bytes()
}

/// An encoded text.
#[must_use]
pub fn text(value: &str) -> Vec<u8> {
    let mut writer = Writer::new();
    writer.text(value);
    writer.into_bytes()
}

/// An encoded byte string of `length` times 0x5a.
#[must_use]
pub fn bytes(length: usize) -> Vec<u8> {
    let mut writer = Writer::new();
    writer.bytes(&vec![0x5a; length]);
    writer.into_bytes()
}

/// An encoded array of unsigned integers.
#[must_use]
pub fn uints(values: &[u64]) -> Vec<u8> {
    let mut writer = Writer::new();
    writer.array(values.len());
    values.iter().for_each(|value| {
        writer.uint(*value);
    });
    writer.into_bytes()
}

/// An encoded map of already encoded values.
#[must_use]
pub fn map(values: &[(u64, Vec<u8>)]) -> Vec<u8> {
    let mut writer = Writer::new();
    writer.map(values.len());
    let mut bytes = writer.into_bytes();
    for (key, value) in values {
        bytes.extend(uint(*key));
        bytes.extend(value);
    }
    bytes
}
