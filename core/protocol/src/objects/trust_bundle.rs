//! The trust bundle: who may issue, who may acquire, and the scheme's policy per currency.

use alloc::vec::Vec;

use crate::cbor::{Reader, Writer};
use crate::error::DecodeError;
use crate::signed::Object;
use crate::values::{
    Amount, Categories, Currency, Decimals, Extensions, KeyId, KeyProtection, Mcc, MerchantName,
    OutOfBounds, PublicKey, Seconds, StatusUri, Time,
};

/// 0 and 1 as an enumeration.
pub(super) fn flag(value: u64) -> Option<bool> {
    match value {
        0 => Some(false),
        1 => Some(true),
        _ => None,
    }
}

/// Signed by a root (protocol section 3, `trust-bundle`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrustBundle {
    /// A holder never goes back to a lower one.
    pub version: u32,
    /// Raises the clock's high-water mark.
    pub issued: Time,
    /// Past it nothing is accepted (rule 3).
    pub expires: Time,
    /// Each public key once.
    pub issuers: Vec<IssuerEntry>,
    /// Each public key once.
    pub acquirers: Vec<AcquirerEntry>,
    /// Currencies ascending.
    pub policies: Vec<(Currency, Policy)>,
    /// Lowest protocol version still accepted.
    pub lowest_protocol: Option<u32>,
    /// Key 15.
    pub extensions: Extensions,
}

impl TrustBundle {
    /// The policy of a currency.
    #[must_use]
    pub fn policy(&self, currency: Currency) -> Option<&Policy> {
        self.policies
            .binary_search_by_key(&currency, |(currency, _)| *currency)
            .ok()
            .and_then(|index| self.policies.get(index))
            .map(|(_, policy)| policy)
    }

    /// Every issuer whose key has this id; usually one.
    pub fn issuers_with(&self, id: KeyId) -> impl Iterator<Item = &IssuerEntry> {
        self.issuers.iter().filter(move |entry| entry.key_id == id)
    }

    /// Every acquirer whose key has this id; usually one.
    pub fn acquirers_with(&self, id: KeyId) -> impl Iterator<Item = &AcquirerEntry> {
        self.acquirers
            .iter()
            .filter(move |entry| entry.key_id == id)
    }

    /// Whether it is before its expiry, moved by the extension of an outage in force (rule 3).
    #[must_use]
    pub fn is_in_force(&self, now: Time, extension: Seconds) -> bool {
        now < self.expires.plus(extension)
    }
}

/// One issuer of the bundle.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IssuerEntry {
    /// Verifies its allowances and status lists.
    pub key: PublicKey,
    /// The key's id, kept so that it is computed once.
    pub key_id: KeyId,
    /// Its name.
    pub name: MerchantName,
    /// Ascending, at least one.
    pub currencies: Vec<Currency>,
    /// Inclusive.
    pub valid_from: Time,
    /// Exclusive.
    pub valid_until: Time,
    /// Suspended: nothing of it is accepted.
    pub suspended: bool,
    /// Where its status list is published; also claim 2 of that list.
    pub status_uri: StatusUri,
    /// Key 15.
    pub extensions: Extensions,
}

impl IssuerEntry {
    /// Not suspended, within its validity, and for this currency (rule 5).
    #[must_use]
    pub fn is_active_for(&self, currency: Currency, now: Time) -> bool {
        !self.suspended
            && self.valid_from <= now
            && now < self.valid_until
            && self.currencies.contains(&currency)
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        reader.map(|map| {
            let key = PublicKey::read(map.required(1, "issuer.key")?)?;
            Ok(Self {
                key,
                key_id: key.key_id(),
                name: MerchantName::read(map.required(2, "issuer.name")?)?,
                currencies: map.required(3, "issuer.currencies")?.ascending(
                    1,
                    |it: &Currency| *it,
                    Currency::read,
                )?,
                valid_from: Time::read(map.required(4, "issuer.valid_from")?)?,
                valid_until: Time::read(map.required(5, "issuer.valid_until")?)?,
                suspended: map
                    .required(6, "issuer.suspended")?
                    .enumeration(false, flag)?,
                status_uri: StatusUri::read(map.required(7, "issuer.status_uri")?)?,
                extensions: Extensions::read(map)?,
            })
        })
    }

    fn write(&self, writer: &mut Writer) {
        writer.map(self.extensions.count().saturating_add(7));
        writer.uint(1_u8).bytes(self.key.as_bytes());
        writer.uint(2_u8).text(self.name.as_str());
        writer.uint(3_u8).array(self.currencies.len());
        for currency in &self.currencies {
            writer.uint(*currency);
        }
        writer.uint(4_u8).uint(self.valid_from);
        writer.uint(5_u8).uint(self.valid_until);
        writer.uint(6_u8).uint(u8::from(self.suspended));
        writer.uint(7_u8).text(self.status_uri.as_str());
        self.extensions.write(writer);
    }
}

/// One acquirer of the bundle.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AcquirerEntry {
    /// Verifies its merchant certificates.
    pub key: PublicKey,
    /// The key's id, kept so that it is computed once.
    pub key_id: KeyId,
    /// Its name.
    pub name: MerchantName,
    /// Inclusive.
    pub valid_from: Time,
    /// Exclusive.
    pub valid_until: Time,
    /// Suspended: its merchants are not paid.
    pub suspended: bool,
    /// Key 15.
    pub extensions: Extensions,
}

impl AcquirerEntry {
    /// Not suspended and within its validity (wallet code 46).
    #[must_use]
    pub fn is_active(&self, now: Time) -> bool {
        !self.suspended && self.valid_from <= now && now < self.valid_until
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        reader.map(|map| {
            let key = PublicKey::read(map.required(1, "acquirer.key")?)?;
            Ok(Self {
                key,
                key_id: key.key_id(),
                name: MerchantName::read(map.required(2, "acquirer.name")?)?,
                valid_from: Time::read(map.required(4, "acquirer.valid_from")?)?,
                valid_until: Time::read(map.required(5, "acquirer.valid_until")?)?,
                suspended: map
                    .required(6, "acquirer.suspended")?
                    .enumeration(false, flag)?,
                extensions: Extensions::read(map)?,
            })
        })
    }

    fn write(&self, writer: &mut Writer) {
        writer.map(self.extensions.count().saturating_add(5));
        writer.uint(1_u8).bytes(self.key.as_bytes());
        writer.uint(2_u8).text(self.name.as_str());
        writer.uint(4_u8).uint(self.valid_from);
        writer.uint(5_u8).uint(self.valid_until);
        writer.uint(6_u8).uint(u8::from(self.suspended));
        self.extensions.write(writer);
    }
}

/// The scheme's policy for one currency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    /// The most for one payment.
    pub max_payment: Amount,
    /// The most without user authentication.
    pub max_unauthenticated: Amount,
    /// The weakest key protection accepted.
    pub min_key_protection: KeyProtection,
    /// Clock skew allowed.
    pub skew: Seconds,
    /// Oldest status list accepted; past it, no payment may exceed `max_unauthenticated`.
    pub max_status_age: Seconds,
    /// The most accepted from one allowance at one acceptance store, net of voids; at least 1.
    pub max_exposure: Amount,
    /// Categories the scheme is open to; absent: any.
    pub categories: Option<Categories>,
    /// Only while the terminal is offline or an outage is declared.
    pub outage_only: bool,
    /// How long after "valid until" terminals may still deposit.
    pub deposit_window: Seconds,
    /// Decimals shown.
    pub decimals: Decimals,
    /// Key 15.
    pub extensions: Extensions,
}

impl Policy {
    /// Whether the scheme is open to `mcc` (rule 20).
    #[must_use]
    pub fn is_open_for(&self, mcc: Mcc) -> bool {
        self.categories
            .as_ref()
            .is_none_or(|list| list.contains(mcc))
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        reader.map(|map| {
            Ok(Self {
                max_payment: Amount::read(map.required(1, "policy.max_payment")?)?,
                max_unauthenticated: Amount::read(map.required(2, "policy.max_unauthenticated")?)?,
                min_key_protection: KeyProtection::read(
                    map.required(3, "policy.min_key_protection")?,
                )?,
                skew: Seconds(map.required(4, "policy.skew")?.uint32()?),
                max_status_age: Seconds(map.required(5, "policy.max_status_age")?.uint32()?),
                max_exposure: Amount::read_positive(map.required(6, "policy.max_exposure")?)?,
                categories: map
                    .optional(7, "policy.categories")?
                    .map(Categories::read)
                    .transpose()?,
                outage_only: map
                    .required(8, "policy.outage_only")?
                    .enumeration(false, flag)?,
                deposit_window: Seconds(map.required(9, "policy.deposit_window")?.uint32()?),
                decimals: map.required(10, "policy.decimals")?.enumeration(
                    Decimals::TWO,
                    |value| {
                        u8::try_from(value)
                            .ok()
                            .and_then(|it| Decimals::new(it).ok())
                    },
                )?,
                extensions: Extensions::read(map)?,
            })
        })
    }

    fn write(&self, writer: &mut Writer) {
        let optional =
            usize::from(self.categories.is_some()).saturating_add(self.extensions.count());
        writer.map(optional.saturating_add(9));
        writer.uint(1_u8).uint(self.max_payment);
        writer.uint(2_u8).uint(self.max_unauthenticated);
        writer.uint(3_u8).uint(self.min_key_protection.value());
        writer.uint(4_u8).uint(self.skew);
        writer.uint(5_u8).uint(self.max_status_age);
        writer.uint(6_u8).uint(self.max_exposure);
        if let Some(categories) = &self.categories {
            writer.uint(7_u8);
            categories.write(writer);
        }
        writer.uint(8_u8).uint(u8::from(self.outage_only));
        writer.uint(9_u8).uint(self.deposit_window);
        writer.uint(10_u8).uint(self.decimals.get());
        self.extensions.write(writer);
    }
}

impl Object for TrustBundle {
    const CONTEXT: &'static str = "skilling/v1/trust-bundle";
    const NAME: &'static str = "trust_bundle";
    const NAMES_KEY: bool = true;
    type Parent = ();

    fn read(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        reader.map(|map| {
            Ok(Self {
                version: map.required(1, "trust_bundle.version")?.uint32()?,
                issued: Time::read(map.required(2, "trust_bundle.issued")?)?,
                expires: Time::read(map.required(3, "trust_bundle.expires")?)?,
                issuers: map
                    .required(4, "trust_bundle.issuers")?
                    .list(0, IssuerEntry::read)?,
                acquirers: map
                    .required(5, "trust_bundle.acquirers")?
                    .list(0, AcquirerEntry::read)?,
                policies: map.required(6, "trust_bundle.policies")?.table(
                    0,
                    999,
                    |reader, key| {
                        let currency = u16::try_from(key)
                            .ok()
                            .and_then(|code| Currency::new(code).ok())
                            .ok_or_else(|| reader.error(crate::error::Rule::OutOfRange))?;
                        Ok((currency, Policy::read(reader)?))
                    },
                )?,
                lowest_protocol: map
                    .optional(7, "trust_bundle.lowest_protocol")?
                    .map(Reader::uint32)
                    .transpose()?,
                extensions: Extensions::read(map)?,
            })
        })
    }

    fn write(&self, writer: &mut Writer) {
        let optional =
            usize::from(self.lowest_protocol.is_some()).saturating_add(self.extensions.count());
        writer.map(optional.saturating_add(6));
        writer.uint(1_u8).uint(self.version);
        writer.uint(2_u8).uint(self.issued);
        writer.uint(3_u8).uint(self.expires);
        writer.uint(4_u8).array(self.issuers.len());
        self.issuers.iter().for_each(|entry| entry.write(writer));
        writer.uint(5_u8).array(self.acquirers.len());
        self.acquirers.iter().for_each(|entry| entry.write(writer));
        writer.uint(6_u8).map(self.policies.len());
        for (currency, policy) in &self.policies {
            writer.uint(*currency);
            policy.write(writer);
        }
        if let Some(lowest) = self.lowest_protocol {
            writer.uint(7_u8).uint(lowest);
        }
        self.extensions.write(writer);
    }

    fn check(&self) -> Result<(), OutOfBounds> {
        fn once(keys: impl Iterator<Item = PublicKey>) -> bool {
            let mut keys: Vec<_> = keys.collect();
            keys.sort_unstable();
            keys.iter().zip(keys.iter().skip(1)).all(|(a, b)| a != b)
        }
        let rule = |holds, why| {
            if holds {
                Ok(())
            } else {
                Err(OutOfBounds::new(Self::NAME, why))
            }
        };
        rule(
            once(self.issuers.iter().map(|it| it.key)),
            "an issuer key stands once",
        )?;
        rule(
            once(self.acquirers.iter().map(|it| it.key)),
            "an acquirer key stands once",
        )?;
        let ascending = |codes: &[Currency]| {
            codes.iter().zip(codes.iter().skip(1)).all(|(a, b)| a < b) && !codes.is_empty()
        };
        rule(
            self.issuers.iter().all(|it| ascending(&it.currencies)),
            "an issuer's currencies ascend",
        )?;
        rule(
            self.policies
                .iter()
                .all(|(_, it)| !it.max_exposure.is_zero()),
            "a policy's exposure is at least 1",
        )?;
        let policies = self.policies.iter().zip(self.policies.iter().skip(1));
        rule(
            policies.into_iter().all(|(a, b)| a.0 < b.0),
            "policies ascend by currency",
        )
    }
}
