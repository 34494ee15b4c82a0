//! The receipt: what the terminal made of a payment.

use super::Payment;
use crate::cbor::{Reader, Writer};
use crate::error::{DecodeError, Rule};
use crate::signed::Object;
use crate::values::{ObjectId, Time};

/// What became of the payment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// Paid.
    Accepted,
    /// Was accepted; the terminal promises never to claim it.
    Voided,
    /// Refused for a reason code; the terminal promises never to claim it.
    Declined {
        /// A code of the registry, kept as it came: a newer terminal may know more.
        code: u32,
    },
}

impl Outcome {
    /// Voided and declined receipts are final and the only things that release an amount offline.
    #[must_use]
    pub const fn releases(self) -> bool {
        !matches!(self, Self::Accepted)
    }

    /// `accepted`, `voided` or `declined`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Voided => "voided",
            Self::Declined { .. } => "declined",
        }
    }
}

/// Signed by the terminal, bound to the payment (protocol section 3, `receipt`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Receipt {
    /// What became of the payment.
    pub outcome: Outcome,
    /// By the terminal's clock.
    pub time: Time,
}

impl Object for Receipt {
    const CONTEXT: &'static str = "skilling/v1/receipt";
    const NAME: &'static str = "receipt";
    const NAMES_KEY: bool = false;
    type Parent = ObjectId<Payment>;

    fn read(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        reader.map(|map| {
            // Key 2 belongs to outcome 2 alone; with an unknown outcome nothing can be said of it.
            let outcome = map
                .required(1, "receipt.outcome")?
                .enumeration(None, |value| (value <= 2).then_some(Some(value)))?;
            let code = map
                .optional(2, "receipt.code")?
                .map(Reader::uint32)
                .transpose()?;
            let outcome = match (outcome, code) {
                (Some(0), None) | (None, _) => Outcome::Accepted,
                (Some(2), Some(code)) => Outcome::Declined { code },
                (Some(2), None) => return Err(map.error(Rule::MissingKey, "receipt.code")),
                (Some(_), Some(_)) => return Err(map.error(Rule::UnknownKey, "receipt.code")),
                (Some(_), None) => Outcome::Voided,
            };
            let time = Time::read(map.required(3, "receipt.time")?)?;
            Ok(Self { outcome, time })
        })
    }

    fn write(&self, writer: &mut Writer) {
        match self.outcome {
            Outcome::Accepted => writer.map(2).uint(1_u8).uint(0_u8),
            Outcome::Voided => writer.map(2).uint(1_u8).uint(1_u8),
            Outcome::Declined { code } => {
                writer.map(3).uint(1_u8).uint(2_u8);
                writer.uint(2_u8).uint(code)
            }
        };
        writer.uint(3_u8).uint(self.time);
    }
}
