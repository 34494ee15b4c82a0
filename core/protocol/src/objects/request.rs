//! The payment request: what a terminal asks for, or, printed, what it would like.

use super::Merchant;
use crate::cbor::{Reader, Writer};
use crate::error::{DecodeError, Rule};
use crate::signed::Object;
use crate::values::{Amount, Currency, ObjectId, OutOfBounds, Reference, RequestNonce, Time};

/// The amount of a dynamic request and until when it may be answered; they come together or not at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Amounted {
    /// At least 1.
    pub amount: Amount,
    /// Exclusive; after "made at".
    pub answer_before: Time,
}

/// Signed by the terminal, bound to its merchant certificate (protocol section 3, `request`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// Absent: a static request, the payer types the amount.
    pub amounted: Option<Amounted>,
    /// Its currency.
    pub currency: Currency,
    /// From a cryptographic random source.
    pub nonce: RequestNonce,
    /// By the terminal's clock.
    pub made_at: Time,
    /// A till or receipt number.
    pub reference: Option<Reference>,
    /// The terminal declares itself offline since; never in a static request.
    pub offline_since: Option<Time>,
}

impl Request {
    /// The amount asked for; `None` for a static request.
    #[must_use]
    pub fn amount(&self) -> Option<Amount> {
        self.amounted.map(|it| it.amount)
    }

    /// Until when it may be answered; `None` for a static request.
    #[must_use]
    pub fn answer_before(&self) -> Option<Time> {
        self.amounted.map(|it| it.answer_before)
    }

    /// A printed code without an amount.
    #[must_use]
    pub fn is_static(&self) -> bool {
        self.amounted.is_none()
    }
}

impl Object for Request {
    const CONTEXT: &'static str = "skilling/v1/request";
    const NAME: &'static str = "request";
    const NAMES_KEY: bool = false;
    type Parent = ObjectId<Merchant>;

    fn read(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        reader.map(|map| {
            let amount = map
                .optional(1, "request.amount")?
                .map(Amount::read_positive)
                .transpose()?;
            let currency = Currency::read(map.required(2, "request.currency")?)?;
            let nonce = RequestNonce(map.required(3, "request.nonce")?.fixed()?);
            let made_at = Time::read(map.required(4, "request.made_at")?)?;
            let answer_before = map
                .optional(5, "request.answer_before")?
                .map(Time::read)
                .transpose()?;
            let amounted = match (amount, answer_before) {
                (Some(amount), Some(answer_before)) => Some(Amounted {
                    amount,
                    answer_before,
                }),
                (None, None) => None,
                (Some(_), None) => return Err(map.error(Rule::MissingKey, "request.answer_before")),
                (None, Some(_)) => return Err(map.error(Rule::UnknownKey, "request.answer_before")),
            };
            Ok(Self {
                amounted,
                currency,
                nonce,
                made_at,
                reference: map
                    .optional(6, "request.reference")?
                    .map(Reference::read)
                    .transpose()?,
                offline_since: map
                    .optional(7, "request.offline_since")?
                    .map(Time::read)
                    .transpose()?,
            })
        })
    }

    fn write(&self, writer: &mut Writer) {
        let optional = [self.reference.is_some(), self.offline_since.is_some()];
        let optional = optional.into_iter().filter(|present| *present).count();
        let amounted = if self.amounted.is_some() { 2 } else { 0 };
        writer.map(optional.saturating_add(amounted).saturating_add(3));
        if let Some(it) = self.amounted {
            writer.uint(1_u8).uint(it.amount);
        }
        writer.uint(2_u8).uint(self.currency);
        writer.uint(3_u8).bytes(self.nonce.as_bytes());
        writer.uint(4_u8).uint(self.made_at);
        if let Some(it) = self.amounted {
            writer.uint(5_u8).uint(it.answer_before);
        }
        if let Some(reference) = &self.reference {
            writer.uint(6_u8).text(reference.as_str());
        }
        if let Some(since) = self.offline_since {
            writer.uint(7_u8).uint(since);
        }
    }

    fn check(&self) -> Result<(), OutOfBounds> {
        let rule = |holds, why| {
            if holds {
                Ok(())
            } else {
                Err(OutOfBounds::new(Self::NAME, why))
            }
        };
        match self.amounted {
            Some(it) => {
                rule(!it.amount.is_zero(), "amount is at least 1")?;
                rule(
                    it.answer_before > self.made_at,
                    "answer before comes after made at",
                )
            }
            None => rule(
                self.offline_since.is_none(),
                "a static request has no offline since",
            ),
        }
    }
}
