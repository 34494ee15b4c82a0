//! Synced: the issuer's answer, the only thing that settles anything in a wallet (sync.md).

use alloc::vec::Vec;

use super::{Allowance, Payment, Sync};
use crate::cbor::{Reader, Writer};
use crate::error::DecodeError;
use crate::signed::Object;
use crate::values::{Amount, Digest, Nonce, ObjectId, Time};

/// What issuer or acquirer made of a payment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PaymentState {
    /// Neither claimed nor given back yet.
    Pending,
    /// Paid to the merchant.
    Paid,
    /// Voided, declined or never claimed: the payer has it again.
    GivenBack,
    /// Set and ended by the bank's own act.
    Disputed,
    /// It fails a rule; nothing follows from it.
    Refused,
}

impl PaymentState {
    /// From the value on the wire.
    #[must_use]
    pub const fn from_value(value: u64) -> Option<Self> {
        match value {
            0 => Some(Self::Pending),
            1 => Some(Self::Paid),
            2 => Some(Self::GivenBack),
            3 => Some(Self::Disputed),
            4 => Some(Self::Refused),
            _ => None,
        }
    }

    /// The value on the wire.
    #[must_use]
    pub const fn value(self) -> u8 {
        match self {
            Self::Pending => 0,
            Self::Paid => 1,
            Self::GivenBack => 2,
            Self::Disputed => 3,
            Self::Refused => 4,
        }
    }

    /// `pending`, `paid`, `given_back`, `disputed` or `refused`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Paid => "paid",
            Self::GivenBack => "given_back",
            Self::Disputed => "disputed",
            Self::Refused => "refused",
        }
    }

    /// `[digest, state]` pairs, ascending by digest.
    pub(super) fn read_pairs(
        reader: &mut Reader<'_>,
    ) -> Result<Vec<(ObjectId<Payment>, Self)>, DecodeError> {
        reader.ascending(
            0,
            |pair: &(ObjectId<Payment>, Self)| pair.0,
            |reader| {
                reader.array_of(2)?;
                let id = ObjectId::from_digest(Digest(reader.fixed()?));
                let state = reader.enumeration(Self::Pending, Self::from_value)?;
                Ok((id, state))
            },
        )
    }

    pub(super) fn write_pairs(pairs: &[(ObjectId<Payment>, Self)], writer: &mut Writer) {
        writer.array(pairs.len());
        for (id, state) in pairs {
            writer.array(2).bytes(id.as_bytes()).uint(state.value());
        }
    }
}

/// Signed by the issuer, bound to the sync (sync.md, `synced`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Synced {
    /// By the issuer's clock; raises the high-water mark.
    pub time: Time,
    /// For the next sync.
    pub next_nonce: Nonce,
    /// Ascending by payment id.
    pub payments: Vec<(ObjectId<Payment>, PaymentState)>,
    /// Still reserved, ascending by allowance id.
    pub reserved: Vec<(ObjectId<Allowance>, Amount)>,
    /// Why no grant, when one was wanted and none is given: a code of the registry.
    pub no_grant: Option<u32>,
}

impl Object for Synced {
    const CONTEXT: &'static str = "skilling/v1/synced";
    const NAME: &'static str = "synced";
    const NAMES_KEY: bool = true;
    type Parent = ObjectId<Sync>;

    fn read(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        reader.map(|map| {
            Ok(Self {
                time: Time::read(map.required(1, "synced.time")?)?,
                next_nonce: Nonce(map.required(2, "synced.next_nonce")?.fixed()?),
                payments: PaymentState::read_pairs(map.required(3, "synced.payments")?)?,
                reserved: map.required(4, "synced.reserved")?.ascending(
                    0,
                    |pair: &(ObjectId<Allowance>, Amount)| pair.0,
                    |reader| {
                        reader.array_of(2)?;
                        let id = ObjectId::from_digest(Digest(reader.fixed()?));
                        Ok((id, Amount::read(reader)?))
                    },
                )?,
                no_grant: map
                    .optional(5, "synced.no_grant")?
                    .map(Reader::uint32)
                    .transpose()?,
            })
        })
    }

    fn write(&self, writer: &mut Writer) {
        writer.map(if self.no_grant.is_some() { 5 } else { 4 });
        writer.uint(1_u8).uint(self.time);
        writer.uint(2_u8).bytes(self.next_nonce.as_bytes());
        writer.uint(3_u8);
        PaymentState::write_pairs(&self.payments, writer);
        writer.uint(4_u8).array(self.reserved.len());
        for (id, amount) in &self.reserved {
            writer.array(2).bytes(id.as_bytes()).uint(*amount);
        }
        if let Some(code) = self.no_grant {
            writer.uint(5_u8).uint(code);
        }
    }
}
