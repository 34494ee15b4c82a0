//! Signed objects: untagged `COSE_Sign1` (RFC 9052) as protocol section 2 narrows it.
//!
//! Three types, one direction: [`ToBeSigned`] becomes [`Signed`] with a signature; a [`Signed`] that came from outside
//! becomes [`Verified`] with the right key. Code that acts on an object asks for a [`Verified`] one.

use alloc::vec::Vec;
use core::ops::Deref;

use sha2::{Digest as _, Sha256};

use crate::cbor::{Reader, Writer};
use crate::crypto::{BadSignature, Signer, Verifier};
use crate::error::{DecodeError, Rule};
use crate::values::{Digest, KeyId, ObjectId, OutOfBounds, PublicKey, Signature};

/// COSE algorithm -7 (ES256) as the argument of a negative integer.
const ES256: u64 = 6;

/// An object of protocol section 3 or sync.md: its map, its context and what vouches for it.
pub trait Object: Sized {
    /// The first element of `external_aad`.
    const CONTEXT: &'static str;
    /// What it is called in errors and by the inspection command.
    const NAME: &'static str;
    /// Whether the protected header names the key (objects signed by a root, issuer or acquirer key).
    const NAMES_KEY: bool;
    /// `()` or the id of the object it is bound to.
    type Parent: Parent;

    /// Reads the payload map; bounds of single fields are enforced here.
    ///
    /// # Errors
    /// The first rule broken.
    fn read(reader: &mut Reader<'_>) -> Result<Self, DecodeError>;

    /// Writes the payload map.
    fn write(&self, writer: &mut Writer);

    /// Rules that span fields, enforced when reading and before signing.
    ///
    /// # Errors
    /// Which rule, in words.
    fn check(&self) -> Result<(), OutOfBounds> {
        Ok(())
    }
}

/// What an object is bound to by its `external_aad`.
pub trait Parent: Copy {
    /// The parent's id, if the context has one.
    fn digest(&self) -> Option<Digest>;
}

impl Parent for () {
    fn digest(&self) -> Option<Digest> {
        None
    }
}

impl<T> Parent for ObjectId<T> {
    fn digest(&self) -> Option<Digest> {
        Some(ObjectId::digest(self))
    }
}

/// An object that is complete but for its signature: for keys in hardware, which sign bytes and know nothing of objects.
#[derive(Debug, Clone)]
pub struct ToBeSigned<T: Object> {
    unsigned: Unsigned<T>,
    structure: Vec<u8>,
}

impl<T: Object> ToBeSigned<T> {
    /// Encodes `object` for the key that will sign it.
    ///
    /// # Errors
    /// The object breaks a rule that spans its fields.
    pub fn new(object: T, parent: T::Parent, key: &PublicKey) -> Result<Self, OutOfBounds> {
        object.check()?;
        let mut writer = Writer::new();
        object.write(&mut writer);
        let unsigned = Unsigned {
            object,
            key_id: T::NAMES_KEY.then(|| key.key_id()),
            payload: writer.into_bytes(),
        };
        let structure = unsigned.structure(parent);
        Ok(Self {
            unsigned,
            structure,
        })
    }

    /// The bytes to sign with ES256: the COSE `Sig_structure`.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.structure
    }

    /// The id the object will have.
    #[must_use]
    pub fn id(&self) -> ObjectId<T> {
        id_of(&self.structure)
    }

    /// Adds the signature. Whether it verifies is for [`Signed::verify`] to say.
    #[must_use]
    pub fn attach(self, signature: Signature) -> Signed<T> {
        Signed {
            unsigned: self.unsigned,
            signature,
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Unsigned<T> {
    object: T,
    key_id: Option<KeyId>,
    payload: Vec<u8>,
}

impl<T: Object> Unsigned<T> {
    fn structure(&self, parent: T::Parent) -> Vec<u8> {
        structure::<T>(self.key_id, &self.payload, parent)
    }
}

fn protected(key_id: Option<KeyId>) -> Vec<u8> {
    let mut writer = Writer::new();
    writer.map(if key_id.is_some() { 2 } else { 1 });
    writer.uint(1_u8).negative(ES256);
    if let Some(id) = key_id {
        writer.uint(4_u8).bytes(&id.0);
    }
    writer.into_bytes()
}

fn encoded(key_id: Option<KeyId>, payload: &[u8], signature: &Signature) -> Vec<u8> {
    let mut writer = Writer::new();
    writer.array(4).bytes(&protected(key_id)).map(0);
    writer.bytes(payload);
    writer.bytes(signature.as_bytes());
    writer.into_bytes()
}

fn structure<T: Object>(key_id: Option<KeyId>, payload: &[u8], parent: T::Parent) -> Vec<u8> {
    sig_structure(&protected(key_id), T::CONTEXT, parent.digest(), payload)
}

/// The COSE `Sig_structure` of protocol section 2 over any header and payload: for tools and tests that sign what no
/// [`Object`] may hold. Products sign with [`ToBeSigned`].
#[must_use]
pub fn sig_structure(
    protected: &[u8],
    context: &str,
    parent: Option<Digest>,
    payload: &[u8],
) -> Vec<u8> {
    let mut aad = Writer::new();
    match parent {
        None => aad.array(1).text(context),
        Some(digest) => aad.array(2).text(context).bytes(digest.as_bytes()),
    };
    let mut writer = Writer::new();
    writer.array(4).text("Signature1");
    writer.bytes(protected).bytes(&aad.into_bytes());
    writer.bytes(payload);
    writer.into_bytes()
}

fn id_of<T>(structure: &[u8]) -> ObjectId<T> {
    ObjectId::from_digest(Digest(Sha256::digest(structure).into()))
}

/// A decoded object with a signature that **nobody has verified yet**.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signed<T> {
    unsigned: Unsigned<T>,
    signature: Signature,
}

impl<T: Object> Signed<T> {
    /// Signs `object` with a key at hand.
    ///
    /// # Errors
    /// The object breaks its own rules, or the signer fails.
    pub fn sign<S: Signer + ?Sized>(
        object: T,
        parent: T::Parent,
        signer: &S,
    ) -> Result<Self, SignError<S::Error>> {
        let to_be_signed = ToBeSigned::new(object, parent, &signer.public_key())?;
        let signature = signer
            .sign(to_be_signed.bytes())
            .map_err(SignError::Signer)?;
        Ok(to_be_signed.attach(signature))
    }

    /// Decodes one encoded object that stands alone.
    ///
    /// # Errors
    /// Rule and offset, see [`DecodeError`].
    pub fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        Reader::whole(bytes, T::NAME, Self::read)
    }

    /// Reads the `COSE_Sign1` at the reader's position.
    pub(crate) fn read(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let key_id = read_headers(reader, T::NAME, T::NAMES_KEY)?;
        let (object, payload) = read_payload(reader)?;
        let signature = read_signature(reader)?;
        Ok(Self {
            unsigned: Unsigned {
                object,
                key_id,
                payload,
            },
            signature,
        })
    }

    /// What the object says, unverified: for finding keys and for showing with a warning.
    #[must_use]
    pub fn unverified(&self) -> &T {
        &self.unsigned.object
    }

    /// The key id in the protected header, for objects that name their key.
    #[must_use]
    pub fn key_id(&self) -> Option<KeyId> {
        self.unsigned.key_id
    }

    /// The signature, `r || s`.
    #[must_use]
    pub fn signature(&self) -> &Signature {
        &self.signature
    }

    /// The payload: the encoded map.
    #[must_use]
    pub fn payload(&self) -> &[u8] {
        &self.unsigned.payload
    }

    /// The object's id: SHA-256 of the `Sig_structure` (protocol section 2).
    #[must_use]
    pub fn id(&self, parent: T::Parent) -> ObjectId<T> {
        id_of(&self.unsigned.structure(parent))
    }

    /// The encoded object. Decoding is strict, so these are the very bytes that came.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        encoded(self.key_id(), self.payload(), &self.signature)
    }

    /// Verifies the signature under `key` and the binding to `parent`.
    ///
    /// # Errors
    /// [`BadSignature`]: another key, another parent, or changed bytes. It cannot be known which.
    pub fn verify(
        self,
        parent: T::Parent,
        key: &PublicKey,
        verifier: &(impl Verifier + ?Sized),
    ) -> Result<Verified<T>, BadSignature> {
        let structure = self.unsigned.structure(parent);
        verifier.verify(key, &structure, &self.signature)?;
        Ok(Verified {
            id: id_of(&structure),
            signed: self,
        })
    }

    /// Like [`Self::verify`], trying every key of those given: several known keys may share an id.
    ///
    /// # Errors
    /// [`BadSignature`] when none fits.
    pub fn verify_with_any<'k>(
        self,
        parent: T::Parent,
        keys: impl IntoIterator<Item = &'k PublicKey>,
        verifier: &(impl Verifier + ?Sized),
    ) -> Result<Verified<T>, BadSignature> {
        let structure = self.unsigned.structure(parent);
        for key in keys {
            let named = self.unsigned.key_id.is_none_or(|id| id == key.key_id());
            if named && verifier.verify(key, &structure, &self.signature).is_ok() {
                return Ok(Verified {
                    id: id_of(&structure),
                    signed: self,
                });
            }
        }
        Err(BadSignature)
    }
}

/// Whether one of `keys` signed the object at the reader's position. Its map is not looked into: of a large object from a
/// stranger nothing is unpacked.
pub(crate) fn is_signed_by<'k, T: Object>(
    reader: &mut Reader<'_>,
    parent: T::Parent,
    keys: impl IntoIterator<Item = &'k PublicKey>,
    verifier: &(impl Verifier + ?Sized),
) -> Result<bool, DecodeError> {
    let key_id = read_headers(reader, T::NAME, T::NAMES_KEY)?;
    let payload = reader.field("payload").bytes(0, usize::MAX)?;
    let signature = read_signature(reader)?;
    let structure = structure::<T>(key_id, payload, parent);
    let mut named = keys
        .into_iter()
        .filter(|key| key_id.is_none_or(|id| id == key.key_id()));
    Ok(named.any(|key| verifier.verify(key, &structure, &signature).is_ok()))
}

fn read_signature(reader: &mut Reader<'_>) -> Result<Signature, DecodeError> {
    reader.field("signature");
    let at = reader.offset();
    let raw = reader.bytes(64, 64)?;
    Signature::from_bytes(raw).map_err(|_| reader.error_at(Rule::BadSignatureValue, at))
}

/// The array's head and what stands before the payload.
fn read_headers(
    reader: &mut Reader<'_>,
    name: &'static str,
    names_key: bool,
) -> Result<Option<KeyId>, DecodeError> {
    reader.field(name).array_of(4)?;
    let key_id = reader.nested("protected header", |header| {
        read_protected(header, names_key)
    })?;
    reader.field("unprotected header").map(|_| Ok(()))?;
    Ok(key_id)
}

fn read_protected(header: &mut Reader<'_>, names_key: bool) -> Result<Option<KeyId>, DecodeError> {
    let bad = header.error(Rule::BadHeader);
    let key_id = header.map(|map| {
        if map.required(1, "alg")?.negative().map_err(|_| bad)? != ES256 {
            return Err(bad);
        }
        match map.optional(4, "kid")? {
            Some(reader) => Ok(Some(KeyId(reader.fixed()?))),
            None => Ok(None),
        }
    })?;
    if key_id.is_some() == names_key {
        Ok(key_id)
    } else {
        Err(bad)
    }
}

fn read_payload<T: Object>(reader: &mut Reader<'_>) -> Result<(T, Vec<u8>), DecodeError> {
    let payload = reader.field("payload").peek_bytes()?.to_vec();
    let object = reader.nested(T::NAME, |reader| {
        let start = reader.offset();
        let object = T::read(reader)?;
        object
            .check()
            .map_err(|_| reader.field(T::NAME).error_at(Rule::Inconsistent, start))?;
        Ok(object)
    })?;
    Ok((object, payload))
}

/// Why an object could not be signed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SignError<E> {
    /// The object breaks a rule that spans its fields.
    #[error("the object breaks its own rules: {0}")]
    Object(#[from] OutOfBounds),
    /// The signer failed.
    #[error("the signer failed")]
    Signer(E),
}

/// An object whose signature was verified. Reads like the object itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified<T: Object> {
    signed: Signed<T>,
    id: ObjectId<T>,
}

impl<T: Object> Verified<T> {
    /// The object's id.
    #[must_use]
    pub fn id(&self) -> ObjectId<T> {
        self.id
    }

    /// The signed object, for sending on.
    #[must_use]
    pub fn signed(&self) -> &Signed<T> {
        &self.signed
    }

    /// Gives the signed object back.
    #[must_use]
    pub fn into_signed(self) -> Signed<T> {
        self.signed
    }

    /// Takes an object from the holder's **own durable store**, where it was put after it had been verified.
    /// Never for bytes from outside.
    #[must_use]
    pub fn from_own_store(signed: Signed<T>, parent: T::Parent) -> Self {
        Self {
            id: signed.id(parent),
            signed,
        }
    }
}

impl<T: Object> Deref for Verified<T> {
    type Target = T;
    fn deref(&self) -> &T {
        &self.signed.unsigned.object
    }
}
