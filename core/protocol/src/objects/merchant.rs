//! The merchant certificate: who stands behind a terminal key.

use crate::cbor::{Reader, Writer};
use crate::error::DecodeError;
use crate::signed::Object;
use crate::values::{
    Country, Extensions, Mcc, MerchantId, MerchantName, OutOfBounds, PublicKey, Seconds,
    TerminalId, Time,
};

/// Signed by the acquirer (protocol section 3, `merchant`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Merchant {
    /// Unique within the acquirer.
    pub id: MerchantId,
    /// Shown to the payer, with the place.
    pub name: MerchantName,
    /// Merchant category.
    pub mcc: Mcc,
    /// ISO 3166-1 alpha-2.
    pub country: Country,
    /// Signs requests and receipts.
    pub terminal_key: PublicKey,
    /// Which till.
    pub terminal_id: TerminalId,
    /// Inclusive.
    pub valid_from: Time,
    /// Exclusive; after `valid_from`.
    pub valid_until: Time,
    /// Key 15.
    pub extensions: Extensions,
}

impl Merchant {
    /// Whether `at` lies in its validity, the end moved by the extension of an outage in force.
    #[must_use]
    pub fn is_valid_at(&self, at: Time, extension: Seconds) -> bool {
        self.valid_from <= at && at < self.valid_until.plus(extension)
    }
}

impl Object for Merchant {
    const CONTEXT: &'static str = "skilling/v1/merchant";
    const NAME: &'static str = "merchant";
    const NAMES_KEY: bool = true;
    type Parent = ();

    fn read(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        reader.map(|map| {
            Ok(Self {
                id: MerchantId(map.required(1, "merchant.id")?.fixed()?),
                name: MerchantName::read(map.required(2, "merchant.name")?)?,
                mcc: Mcc::read(map.required(3, "merchant.mcc")?)?,
                country: Country::read(map.required(4, "merchant.country")?)?,
                terminal_key: PublicKey::read(map.required(5, "merchant.terminal_key")?)?,
                terminal_id: TerminalId(map.required(6, "merchant.terminal_id")?.fixed()?),
                valid_from: Time::read(map.required(7, "merchant.valid_from")?)?,
                valid_until: Time::read(map.required(8, "merchant.valid_until")?)?,
                extensions: Extensions::read(map)?,
            })
        })
    }

    fn write(&self, writer: &mut Writer) {
        writer.map(self.extensions.count().saturating_add(8));
        writer.uint(1_u8).bytes(self.id.as_bytes());
        writer.uint(2_u8).text(self.name.as_str());
        writer.uint(3_u8).uint(self.mcc.code());
        writer.uint(4_u8).text(self.country.as_str());
        writer.uint(5_u8).bytes(self.terminal_key.as_bytes());
        writer.uint(6_u8).bytes(self.terminal_id.as_bytes());
        writer.uint(7_u8).uint(self.valid_from);
        writer.uint(8_u8).uint(self.valid_until);
        self.extensions.write(writer);
    }

    fn check(&self) -> Result<(), OutOfBounds> {
        if self.valid_until > self.valid_from {
            return Ok(());
        }
        Err(OutOfBounds::new(
            Self::NAME,
            "valid until comes after valid from",
        ))
    }
}
