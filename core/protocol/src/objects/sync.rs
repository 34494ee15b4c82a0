//! Sync: what a wallet tells its issuer (sync.md).

use alloc::vec::Vec;

use super::Allowance;
use crate::cbor::{Reader, Writer};
use crate::error::DecodeError;
use crate::signed::Object;
use crate::values::{
    Amount, Categories, Currency, IdempotencyId, Nonce, ObjectId, PublicKey, Time,
};

/// What a wallet says of an allowance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AllowanceState {
    /// It may still sign under it.
    Open,
    /// It never signs under it again.
    Closed,
    /// Storage was rolled back: it never signs again, the figures are the last known and no statement.
    Lost,
}

impl AllowanceState {
    const fn from_value(value: u64) -> Option<Self> {
        match value {
            0 => Some(Self::Open),
            1 => Some(Self::Closed),
            2 => Some(Self::Lost),
            _ => None,
        }
    }

    const fn value(self) -> u8 {
        match self {
            Self::Open => 0,
            Self::Closed => 1,
            Self::Lost => 2,
        }
    }
}

/// One allowance in a sync.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Statement {
    /// Which.
    pub allowance: ObjectId<Allowance>,
    /// Last sequence committed; 0 before the first.
    pub last_sequence: u32,
    /// Spent so far.
    pub spent: Amount,
    /// Released so far.
    pub released: Amount,
    /// Open, closed or lost.
    pub state: AllowanceState,
}

impl Statement {
    fn read(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        reader.map(|map| {
            Ok(Self {
                allowance: ObjectId::from_digest(crate::values::Digest(
                    map.required(1, "sync.allowance.id")?.fixed()?,
                )),
                last_sequence: map.required(2, "sync.allowance.last_sequence")?.uint32()?,
                spent: Amount::read(map.required(3, "sync.allowance.spent")?)?,
                released: Amount::read(map.required(4, "sync.allowance.released")?)?,
                state: map
                    .required(5, "sync.allowance.state")?
                    .enumeration(AllowanceState::Open, AllowanceState::from_value)?,
            })
        })
    }

    fn write(&self, writer: &mut Writer) {
        writer.map(5);
        writer.uint(1_u8).bytes(self.allowance.as_bytes());
        writer.uint(2_u8).uint(self.last_sequence);
        writer.uint(3_u8).uint(self.spent);
        writer.uint(4_u8).uint(self.released);
        writer.uint(5_u8).uint(self.state.value());
    }
}

/// A new allowance that is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// Its currency.
    pub currency: Currency,
    /// The limit wished for.
    pub limit: Amount,
    /// A fresh pay key.
    pub pay_key: PublicKey,
    /// Its attestation, at most 16,384 bytes, of the kind of the enrolment.
    pub attestation: Vec<u8>,
    /// Categories wished for; absent: any.
    pub categories: Option<Categories>,
}

impl Wanted {
    fn read(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        reader.map(|map| {
            Ok(Self {
                currency: Currency::read(map.required(1, "sync.wanted.currency")?)?,
                limit: Amount::read(map.required(2, "sync.wanted.limit")?)?,
                pay_key: PublicKey::read(map.required(3, "sync.wanted.device_key")?)?,
                attestation: map
                    .required(4, "sync.wanted.attestation")?
                    .bytes(0, 16_384)?
                    .to_vec(),
                categories: map
                    .optional(5, "sync.wanted.categories")?
                    .map(Categories::read)
                    .transpose()?,
            })
        })
    }

    fn write(&self, writer: &mut Writer) {
        writer.map(if self.categories.is_some() { 5 } else { 4 });
        writer.uint(1_u8).uint(self.currency);
        writer.uint(2_u8).uint(self.limit);
        writer.uint(3_u8).bytes(self.pay_key.as_bytes());
        writer.uint(4_u8).bytes(&self.attestation);
        if let Some(categories) = &self.categories {
            writer.uint(5_u8);
            categories.write(writer);
        }
    }
}

/// Signed by the link key (sync.md, `sync`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sync {
    /// The same call repeated gets the same answer.
    pub idempotency_id: IdempotencyId,
    /// From the issuer's last answer.
    pub nonce: Nonce,
    /// By the wallet's clock.
    pub time: Time,
    /// Trust bundle version held.
    pub bundle_version: u32,
    /// One for each allowance.
    pub statements: Vec<Statement>,
    /// A new allowance, if one is wanted.
    pub wanted: Option<Wanted>,
    /// Who speaks.
    pub link_key: PublicKey,
}

impl Object for Sync {
    const CONTEXT: &'static str = "skilling/v1/sync";
    const NAME: &'static str = "sync";
    const NAMES_KEY: bool = false;
    type Parent = ();

    fn read(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        reader.map(|map| {
            Ok(Self {
                idempotency_id: IdempotencyId(map.required(1, "sync.idempotency_id")?.fixed()?),
                nonce: Nonce(map.required(2, "sync.nonce")?.fixed()?),
                time: Time::read(map.required(3, "sync.time")?)?,
                bundle_version: map.required(4, "sync.bundle_version")?.uint32()?,
                statements: map
                    .required(5, "sync.allowances")?
                    .list(0, Statement::read)?,
                wanted: map
                    .optional(6, "sync.wanted")?
                    .map(Wanted::read)
                    .transpose()?,
                link_key: PublicKey::read(map.required(7, "sync.link_key")?)?,
            })
        })
    }

    fn write(&self, writer: &mut Writer) {
        writer.map(if self.wanted.is_some() { 7 } else { 6 });
        writer.uint(1_u8).bytes(self.idempotency_id.as_bytes());
        writer.uint(2_u8).bytes(self.nonce.as_bytes());
        writer.uint(3_u8).uint(self.time);
        writer.uint(4_u8).uint(self.bundle_version);
        writer.uint(5_u8).array(self.statements.len());
        self.statements.iter().for_each(|it| it.write(writer));
        if let Some(wanted) = &self.wanted {
            writer.uint(6_u8);
            wanted.write(writer);
        }
        writer.uint(7_u8).bytes(self.link_key.as_bytes());
    }
}
