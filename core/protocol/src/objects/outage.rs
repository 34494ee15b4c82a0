//! The outage bulletin: small enough for a poster on the shop door.

use crate::cbor::{Reader, Writer};
use crate::error::{DecodeError, Rule};
use crate::signed::Object;
use crate::values::{Currency, OutOfBounds, Seconds, Time};

/// The longest extension: 14 days.
pub const MAX_EXTENSION: Seconds = Seconds(1_209_600);

/// Signed by a root (protocol section 3, `outage`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Outage {
    /// Of one currency the highest wins.
    pub serial: u32,
    /// Which currency's payments it is about.
    pub currency: Currency,
    /// Inclusive.
    pub from: Time,
    /// Exclusive; after `from`.
    pub until: Time,
    /// Added to expiries while in force, at most [`MAX_EXTENSION`]; 0 still declares.
    pub extension: Seconds,
}

impl Outage {
    /// Whether it is in force. The caller holds the one with the highest serial of its currency.
    #[must_use]
    pub fn is_in_force(&self, now: Time) -> bool {
        self.from <= now && now < self.until
    }
}

impl Object for Outage {
    const CONTEXT: &'static str = "skilling/v1/outage";
    const NAME: &'static str = "outage";
    const NAMES_KEY: bool = true;
    type Parent = ();

    fn read(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        reader.map(|map| {
            let serial = map.required(1, "outage.serial")?.uint32()?;
            let currency = Currency::read(map.required(2, "outage.currency")?)?;
            let from = Time::read(map.required(3, "outage.from")?)?;
            let until = Time::read(map.required(4, "outage.until")?)?;
            let extension = map.required(5, "outage.extension")?;
            let at = extension.offset();
            let seconds = Seconds(extension.uint32()?);
            if seconds > MAX_EXTENSION {
                return Err(extension.error_at(Rule::OutOfRange, at));
            }
            Ok(Self {
                serial,
                currency,
                from,
                until,
                extension: seconds,
            })
        })
    }

    fn write(&self, writer: &mut Writer) {
        writer.map(5);
        writer.uint(1_u8).uint(self.serial);
        writer.uint(2_u8).uint(self.currency);
        writer.uint(3_u8).uint(self.from);
        writer.uint(4_u8).uint(self.until);
        writer.uint(5_u8).uint(self.extension);
    }

    fn check(&self) -> Result<(), OutOfBounds> {
        if self.until <= self.from {
            return Err(OutOfBounds::new(Self::NAME, "until comes after from"));
        }
        if self.extension > MAX_EXTENSION {
            return Err(OutOfBounds::new(
                Self::NAME,
                "an extension of at most 14 days",
            ));
        }
        Ok(())
    }
}
