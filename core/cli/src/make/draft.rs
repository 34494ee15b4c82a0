//! One signed object in parts: header, map, parent, signature. Each part can be wrong before it is put together.

use sha2::{Digest as _, Sha256};
use skilling_protocol::cbor::{Reader, Writer};
use skilling_protocol::crypto::{Signer as _, SoftwareKey};
use skilling_protocol::error::DecodeError;
use skilling_protocol::signed::{Object, Parent as _, Signed, sig_structure};
use skilling_protocol::values::{Digest, KeyId};

use super::cbor::{self, Pair};

/// An object before it is signed.
#[derive(Debug, Clone)]
pub(super) struct Draft {
    /// First element of `external_aad`.
    pub(super) context: String,
    /// The id of what it is bound to.
    pub(super) parent: Option<Digest>,
    /// The protected header, encoded.
    pub(super) header: Vec<u8>,
    /// The unprotected header, encoded: an empty map where all is in order.
    pub(super) unprotected: Vec<u8>,
    /// Key and value, each encoded, in the order they are written.
    pub(super) entries: Vec<Pair>,
    /// The payload, where it is not simply the map of the entries.
    pub(super) payload: Option<Vec<u8>>,
}

impl Draft {
    /// Takes an honest object apart.
    ///
    /// # Errors
    /// Never for an object that was decoded.
    pub(super) fn of<T: Object>(
        signed: &Signed<T>,
        parent: T::Parent,
    ) -> Result<Self, DecodeError> {
        Ok(Self {
            context: T::CONTEXT.into(),
            parent: parent.digest(),
            header: header(signed.key_id()),
            unprotected: vec![0xa0],
            entries: entries(signed.payload())?,
            payload: None,
        })
    }

    /// Replaces a value, or adds it where keys ascend.
    pub(super) fn set(&mut self, key: u64, value: Vec<u8>) {
        let wanted = cbor::uint(key);
        match self.entries.iter_mut().find(|(key, _)| *key == wanted) {
            Some((_, old)) => *old = value,
            None => {
                // Shorter encodings sort first, then by the bytes (RFC 8949 section 4.2.1, for integers the same).
                let at = self
                    .entries
                    .partition_point(|(key, _)| (key.len(), key) < (wanted.len(), &wanted));
                self.entries.insert(at, (wanted, value));
            }
        }
    }

    /// Leaves a key out.
    pub(super) fn remove(&mut self, key: u64) {
        let unwanted = cbor::uint(key);
        self.entries.retain(|(key, _)| *key != unwanted);
    }

    /// The map.
    pub(super) fn payload(&self) -> Vec<u8> {
        self.payload
            .clone()
            .unwrap_or_else(|| cbor::map(self.entries.len(), &self.entries))
    }

    fn structure(&self) -> Vec<u8> {
        sig_structure(&self.header, &self.context, self.parent, &self.payload())
    }

    /// SHA-256 of what is signed.
    pub(super) fn id(&self) -> Digest {
        Digest(Sha256::digest(self.structure()).into())
    }

    /// Signs it.
    pub(super) fn sign(&self, key: &SoftwareKey) -> Vec<u8> {
        match key.sign(&self.structure()) {
            Ok(signature) => self.with_signature(signature.as_bytes()),
            Err(never) => match never {},
        }
    }

    /// The object with any bytes for a signature.
    pub(super) fn with_signature(&self, signature: &[u8]) -> Vec<u8> {
        let mut writer = Writer::new();
        writer.array(4).bytes(&self.header);
        let mut bytes = writer.into_bytes();
        bytes.extend(&self.unprotected);
        let mut writer = Writer::new();
        writer.bytes(&self.payload()).bytes(signature);
        bytes.extend(writer.into_bytes());
        bytes
    }
}

/// `{1: -7}`, with `4: key id` for objects that name their key.
pub(super) fn header(key_id: Option<KeyId>) -> Vec<u8> {
    let mut writer = Writer::new();
    writer.map(if key_id.is_some() { 2 } else { 1 });
    writer.uint(1_u8).negative(6);
    if let Some(id) = key_id {
        writer.uint(4_u8).bytes(&id.0);
    }
    writer.into_bytes()
}

fn entries(payload: &[u8]) -> Result<Vec<Pair>, DecodeError> {
    let mut reader = Reader::new(payload, "payload");
    let count = reader.map_head()?;
    let mut entries = Vec::new();
    for _ in 0..count {
        let key = cbor::uint(reader.uint()?);
        let start = reader.offset();
        reader.skip()?;
        let value = payload.get(start..reader.offset()).unwrap_or_default();
        entries.push((key, value.to_vec()));
    }
    Ok(entries)
}

/// `[type, bstr, ...]`.
pub(super) fn message(kind: u64, elements: &[Vec<u8>]) -> Vec<u8> {
    let mut writer = Writer::new();
    writer.array(elements.len().saturating_add(1)).uint(kind);
    for element in elements {
        writer.bytes(element);
    }
    writer.into_bytes()
}
