//! Enrolment: a phone's link key and who vouches for it (sync.md).

use alloc::vec::Vec;

use crate::cbor::{Reader, Writer};
use crate::error::DecodeError;
use crate::signed::Object;
use crate::values::{Nonce, ObjectId, PublicKey, Time};

/// What kind of attestation the enrolment carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AttestationKind {
    /// Nothing: test schemes only.
    None,
    /// An Android key attestation chain.
    Android,
    /// An Apple attestation object.
    Apple,
}

impl AttestationKind {
    const fn from_value(value: u64) -> Option<Self> {
        match value {
            0 => Some(Self::None),
            1 => Some(Self::Android),
            2 => Some(Self::Apple),
            _ => None,
        }
    }

    const fn value(self) -> u8 {
        match self {
            Self::None => 0,
            Self::Android => 1,
            Self::Apple => 2,
        }
    }
}

/// Signed by the link key (sync.md, `enrolment`).
#[derive(Clone, PartialEq, Eq)]
pub struct Enrolment {
    /// From the issuer.
    pub nonce: Nonce,
    /// The key that will sign syncs.
    pub link_key: PublicKey,
    /// Kind of the attestation.
    pub kind: AttestationKind,
    /// At most 16,384 bytes; what they are depends on the kind.
    pub attestation: Vec<u8>,
    /// The bank's own proof of who the customer is, 1 to 2,048 bytes. Personal: `Debug` does not show it.
    pub customer_proof: Vec<u8>,
}

impl core::fmt::Debug for Enrolment {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Enrolment")
            .field("link_key", &self.link_key)
            .field("kind", &self.kind)
            .finish_non_exhaustive()
    }
}

impl Object for Enrolment {
    const CONTEXT: &'static str = "skilling/v1/enrolment";
    const NAME: &'static str = "enrolment";
    const NAMES_KEY: bool = false;
    type Parent = ();

    fn read(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        reader.map(|map| {
            Ok(Self {
                nonce: Nonce(map.required(1, "enrolment.nonce")?.fixed()?),
                link_key: PublicKey::read(map.required(2, "enrolment.link_key")?)?,
                kind: map
                    .required(3, "enrolment.attestation_kind")?
                    .enumeration(AttestationKind::None, AttestationKind::from_value)?,
                attestation: map
                    .required(4, "enrolment.attestation")?
                    .bytes(0, 16_384)?
                    .to_vec(),
                customer_proof: map
                    .required(5, "enrolment.customer_proof")?
                    .bytes(1, 2_048)?
                    .to_vec(),
            })
        })
    }

    fn write(&self, writer: &mut Writer) {
        writer.map(5);
        writer.uint(1_u8).bytes(self.nonce.as_bytes());
        writer.uint(2_u8).bytes(self.link_key.as_bytes());
        writer.uint(3_u8).uint(self.kind.value());
        writer.uint(4_u8).bytes(&self.attestation);
        writer.uint(5_u8).bytes(&self.customer_proof);
    }
}

/// The issuer's answer, bound to the enrolment (sync.md, `enrolled`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Enrolled {
    /// By the issuer's clock.
    pub time: Time,
}

impl Object for Enrolled {
    const CONTEXT: &'static str = "skilling/v1/enrolled";
    const NAME: &'static str = "enrolled";
    const NAMES_KEY: bool = true;
    type Parent = ObjectId<Enrolment>;

    fn read(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        reader.map(|map| {
            Ok(Self {
                time: Time::read(map.required(1, "enrolled.time")?)?,
            })
        })
    }

    fn write(&self, writer: &mut Writer) {
        writer.map(1).uint(1_u8).uint(self.time);
    }
}
