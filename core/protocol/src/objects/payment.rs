//! The payment: what the phone signs.

use super::{Allowance, Request};
use crate::cbor::{Reader, Writer};
use crate::error::{DecodeError, Rule};
use crate::signed::Object;
use crate::values::{Amount, MerchantId, ObjectId, OutOfBounds, Time};

/// The number of a payment under its allowance: 1 to 2^32 - 1, strictly ascending.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Sequence(u32);

impl Sequence {
    /// The first number.
    pub const FIRST: Self = Self(1);

    /// # Errors
    /// Zero.
    pub const fn new(number: u32) -> Result<Self, OutOfBounds> {
        if number == 0 {
            return Err(OutOfBounds::new("sequence", "at least 1"));
        }
        Ok(Self(number))
    }

    /// The number.
    #[must_use]
    pub const fn get(self) -> u32 {
        self.0
    }

    /// The next number; `None` after the last.
    #[must_use]
    pub const fn next(self) -> Option<Self> {
        match self.0.checked_add(1) {
            Some(number) => Some(Self(number)),
            None => None,
        }
    }
}

/// Signed by the pay key, bound to its allowance (protocol section 3, `payment`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Payment {
    /// Never used for two payments that were committed; gaps are no fault.
    pub sequence: Sequence,
    /// At least 1.
    pub amount: Amount,
    /// Total of every payment ever committed under the allowance, this one included; never goes down.
    pub spent: Amount,
    /// To whom.
    pub merchant_id: MerchantId,
    /// The request it answers.
    pub request_id: ObjectId<Request>,
    /// By the payer's clock.
    pub time: Time,
    /// Total of the amounts whose voided or declined receipt the wallet holds; zero is written as no key.
    pub released: Amount,
}

impl Object for Payment {
    const CONTEXT: &'static str = "skilling/v1/payment";
    const NAME: &'static str = "payment";
    const NAMES_KEY: bool = false;
    type Parent = ObjectId<Allowance>;

    fn read(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        reader.map(|map| {
            let sequence = map.required(1, "payment.sequence")?;
            let at = sequence.offset();
            let number = sequence.uint32()?;
            Ok(Self {
                sequence: Sequence::new(number)
                    .map_err(|_| sequence.error_at(Rule::OutOfRange, at))?,
                amount: Amount::read_positive(map.required(2, "payment.amount")?)?,
                spent: Amount::read(map.required(3, "payment.spent")?)?,
                merchant_id: MerchantId(map.required(4, "payment.merchant_id")?.fixed()?),
                request_id: ObjectId::from_digest(crate::values::Digest(
                    map.required(5, "payment.request_id")?.fixed()?,
                )),
                time: Time::read(map.required(6, "payment.time")?)?,
                released: map
                    .optional(7, "payment.released")?
                    .map(Amount::read_positive)
                    .transpose()?
                    .unwrap_or_default(),
            })
        })
    }

    fn write(&self, writer: &mut Writer) {
        writer.map(if self.released.is_zero() { 6 } else { 7 });
        writer.uint(1_u8).uint(self.sequence.0);
        writer.uint(2_u8).uint(self.amount);
        writer.uint(3_u8).uint(self.spent);
        writer.uint(4_u8).bytes(self.merchant_id.as_bytes());
        writer.uint(5_u8).bytes(self.request_id.as_bytes());
        writer.uint(6_u8).uint(self.time);
        if !self.released.is_zero() {
            writer.uint(7_u8).uint(self.released);
        }
    }

    fn check(&self) -> Result<(), OutOfBounds> {
        if self.amount.is_zero() {
            return Err(OutOfBounds::new(Self::NAME, "amount is at least 1"));
        }
        Ok(())
    }
}
