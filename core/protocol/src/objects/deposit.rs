//! Deposit: a terminal claims what it accepted (sync.md).

use alloc::vec::Vec;

use super::synced::PaymentState;
use super::{Merchant, Payment};
use crate::cbor::{Reader, Writer};
use crate::error::DecodeError;
use crate::signed::Object;
use crate::values::{Digest, IdempotencyId, ObjectId, OutOfBounds, Time};

/// Signed by the terminal key, bound to the merchant certificate (sync.md, `deposit`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deposit {
    /// The same call repeated gets the same answer.
    pub idempotency_id: IdempotencyId,
    /// By the terminal's clock.
    pub time: Time,
    /// At least one, ascending; each with exactly one evidence in the call.
    pub payments: Vec<ObjectId<Payment>>,
}

impl Object for Deposit {
    const CONTEXT: &'static str = "skilling/v1/deposit";
    const NAME: &'static str = "deposit";
    const NAMES_KEY: bool = false;
    type Parent = ObjectId<Merchant>;

    fn read(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        reader.map(|map| {
            Ok(Self {
                idempotency_id: IdempotencyId(map.required(1, "deposit.idempotency_id")?.fixed()?),
                time: Time::read(map.required(2, "deposit.time")?)?,
                payments: map.required(3, "deposit.payments")?.ascending(
                    1,
                    |id: &ObjectId<Payment>| *id,
                    |reader| Ok(ObjectId::from_digest(Digest(reader.fixed()?))),
                )?,
            })
        })
    }

    fn write(&self, writer: &mut Writer) {
        writer.map(3);
        writer.uint(1_u8).bytes(self.idempotency_id.as_bytes());
        writer.uint(2_u8).uint(self.time);
        writer.uint(3_u8).array(self.payments.len());
        for id in &self.payments {
            writer.bytes(id.as_bytes());
        }
    }

    fn check(&self) -> Result<(), OutOfBounds> {
        let ids = &self.payments;
        if ids.is_empty() || ids.iter().zip(ids.iter().skip(1)).any(|(a, b)| a >= b) {
            return Err(OutOfBounds::new(
                Self::NAME,
                "at least one payment, ascending",
            ));
        }
        Ok(())
    }
}

/// The answer, signed by the acquirer (at `/v1/present` by the issuer), bound to the deposit (sync.md, `deposited`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deposited {
    /// By the answerer's clock.
    pub time: Time,
    /// Ascending by payment id.
    pub payments: Vec<(ObjectId<Payment>, PaymentState)>,
}

impl Object for Deposited {
    const CONTEXT: &'static str = "skilling/v1/deposited";
    const NAME: &'static str = "deposited";
    const NAMES_KEY: bool = true;
    type Parent = ObjectId<Deposit>;

    fn read(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        reader.map(|map| {
            Ok(Self {
                time: Time::read(map.required(1, "deposited.time")?)?,
                payments: PaymentState::read_pairs(map.required(2, "deposited.payments")?)?,
            })
        })
    }

    fn write(&self, writer: &mut Writer) {
        writer.map(2).uint(1_u8).uint(self.time);
        writer.uint(2_u8);
        PaymentState::write_pairs(&self.payments, writer);
    }
}
