//! The allowance: what a bank lets one pay key spend offline.

use crate::cbor::{Reader, Writer};
use crate::error::DecodeError;
use crate::signed::Object;
use crate::values::{
    Amount, Categories, Currency, Extensions, KeyProtection, Mcc, OutOfBounds, PublicKey, Time,
    Uuid,
};

/// Signed by the issuer (protocol section 3, `allowance`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Allowance {
    /// For people and ledgers; rules speak of the object id.
    pub uuid: Uuid,
    /// The key that signs payments under it.
    pub pay_key: PublicKey,
    /// Its currency.
    pub currency: Currency,
    /// The most that may be spent in all.
    pub limit: Amount,
    /// The most for one payment; at least 1, at most `limit`.
    pub cap: Amount,
    /// The most payments; at least 1.
    pub max_payments: u32,
    /// Inclusive.
    pub valid_from: Time,
    /// Exclusive; after `valid_from`.
    pub valid_until: Time,
    /// Where the pay key lives, as the issuer verified it.
    pub key_protection: KeyProtection,
    /// The hardware signs only after the user authenticates, payment by payment.
    pub user_auth: bool,
    /// Index in the issuer's status list.
    pub status_index: u32,
    /// The categories it may be spent in; absent: any.
    pub categories: Option<Categories>,
    /// Key 15.
    pub extensions: Extensions,
}

impl Allowance {
    /// Whether its own list of categories, if it has one, has `mcc` (rule 20).
    #[must_use]
    pub fn is_open_for(&self, mcc: Mcc) -> bool {
        self.categories
            .as_ref()
            .is_none_or(|list| list.contains(mcc))
    }
}

impl Object for Allowance {
    const CONTEXT: &'static str = "skilling/v1/allowance";
    const NAME: &'static str = "allowance";
    const NAMES_KEY: bool = true;
    type Parent = ();

    fn read(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        reader.map(|map| {
            Ok(Self {
                uuid: Uuid(map.required(1, "allowance.id")?.fixed()?),
                pay_key: PublicKey::read(map.required(2, "allowance.device_key")?)?,
                currency: Currency::read(map.required(3, "allowance.currency")?)?,
                limit: Amount::read(map.required(4, "allowance.limit")?)?,
                cap: Amount::read_positive(map.required(5, "allowance.cap")?)?,
                max_payments: map.required(6, "allowance.max_payments")?.uint32()?,
                valid_from: Time::read(map.required(7, "allowance.valid_from")?)?,
                valid_until: Time::read(map.required(8, "allowance.valid_until")?)?,
                key_protection: KeyProtection::read(map.required(9, "allowance.key_protection")?)?,
                user_auth: map
                    .required(10, "allowance.user_auth")?
                    .enumeration(false, super::trust_bundle::flag)?,
                status_index: map.required(11, "allowance.status_index")?.uint32()?,
                categories: map
                    .optional(12, "allowance.categories")?
                    .map(Categories::read)
                    .transpose()?,
                extensions: Extensions::read(map)?,
            })
        })
    }

    fn write(&self, writer: &mut Writer) {
        let optional =
            usize::from(self.categories.is_some()).saturating_add(self.extensions.count());
        writer.map(optional.saturating_add(11));
        writer.uint(1_u8).bytes(self.uuid.as_bytes());
        writer.uint(2_u8).bytes(self.pay_key.as_bytes());
        writer.uint(3_u8).uint(self.currency);
        writer.uint(4_u8).uint(self.limit);
        writer.uint(5_u8).uint(self.cap);
        writer.uint(6_u8).uint(self.max_payments);
        writer.uint(7_u8).uint(self.valid_from);
        writer.uint(8_u8).uint(self.valid_until);
        writer.uint(9_u8).uint(self.key_protection.value());
        writer.uint(10_u8).uint(u8::from(self.user_auth));
        writer.uint(11_u8).uint(self.status_index);
        if let Some(categories) = &self.categories {
            writer.uint(12_u8);
            categories.write(writer);
        }
        self.extensions.write(writer);
    }

    fn check(&self) -> Result<(), OutOfBounds> {
        let rule = |holds, why| {
            if holds {
                Ok(())
            } else {
                Err(OutOfBounds::new(Self::NAME, why))
            }
        };
        rule(!self.cap.is_zero(), "cap is at least 1")?;
        rule(self.cap <= self.limit, "cap is at most the limit")?;
        rule(self.max_payments >= 1, "at least one payment")?;
        rule(
            self.valid_until > self.valid_from,
            "valid until comes after valid from",
        )
    }
}
