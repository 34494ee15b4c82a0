//! Codes of other standards: merchant categories, countries, and where a key lives.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use super::OutOfBounds;
use crate::cbor::{Reader, Writer};
use crate::error::{DecodeError, Rule};

/// An ISO 18245 merchant category code, 0 to 9999.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Mcc(u16);

impl Mcc {
    /// # Errors
    /// Over 9999.
    pub const fn new(code: u16) -> Result<Self, OutOfBounds> {
        if code > 9999 {
            return Err(OutOfBounds::new("mcc", "an ISO 18245 code, 0 to 9999"));
        }
        Ok(Self(code))
    }

    /// The code.
    #[must_use]
    pub const fn code(self) -> u16 {
        self.0
    }

    pub(crate) fn read(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let at = reader.offset();
        let value = reader.uint_to(9999)?;
        u16::try_from(value)
            .map(Self)
            .map_err(|_| reader.error_at(Rule::OutOfRange, at))
    }
}

impl fmt::Display for Mcc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}", self.0)
    }
}

/// A list of merchant categories: not empty, ascending, no duplicates.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Categories(Vec<Mcc>);

impl Categories {
    /// Sorts and removes duplicates.
    ///
    /// # Errors
    /// An empty list: where no category is open, nothing should be granted; where all are, the list is absent.
    pub fn new(mut codes: Vec<Mcc>) -> Result<Self, OutOfBounds> {
        codes.sort_unstable();
        codes.dedup();
        if codes.is_empty() {
            return Err(OutOfBounds::new("categories", "at least one"));
        }
        Ok(Self(codes))
    }

    /// Whether the list has the category.
    #[must_use]
    pub fn contains(&self, mcc: Mcc) -> bool {
        self.0.binary_search(&mcc).is_ok()
    }

    /// The codes, ascending.
    #[must_use]
    pub fn as_slice(&self) -> &[Mcc] {
        &self.0
    }

    pub(crate) fn read(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        reader.ascending(1, |mcc: &Mcc| *mcc, Mcc::read).map(Self)
    }

    pub(crate) fn write(&self, writer: &mut Writer) {
        writer.array(self.0.len());
        for mcc in &self.0 {
            writer.uint(mcc.0);
        }
    }
}

/// An ISO 3166-1 alpha-2 country: two letters A-Z.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Country([u8; 2]);

impl Country {
    /// # Errors
    /// Not two letters A-Z.
    pub fn new(text: &str) -> Result<Self, OutOfBounds> {
        match text.as_bytes() {
            [a @ b'A'..=b'Z', b @ b'A'..=b'Z'] => Ok(Self([*a, *b])),
            _ => Err(OutOfBounds::new(
                "country",
                "two letters A-Z (ISO 3166-1 alpha-2)",
            )),
        }
    }

    /// Two letters.
    #[must_use]
    pub fn as_str(&self) -> &str {
        core::str::from_utf8(&self.0).unwrap_or_default()
    }

    pub(crate) fn read(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let at = reader.offset();
        let text = reader.text(2, 2)?;
        Self::new(text).map_err(|_| reader.error_at(Rule::OutOfRange, at))
    }
}

/// Where a pay key lives, as the issuer verified it (allowance key 9). Ordered from weak to strong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum KeyProtection {
    /// Software: a file or process memory.
    Software,
    /// A trusted execution environment.
    TrustedEnvironment,
    /// A secure element (StrongBox, Secure Enclave).
    SecureElement,
}

impl KeyProtection {
    /// The value on the wire.
    #[must_use]
    pub const fn value(self) -> u8 {
        match self {
            Self::Software => 0,
            Self::TrustedEnvironment => 1,
            Self::SecureElement => 2,
        }
    }

    /// From the value on the wire.
    #[must_use]
    pub const fn from_value(value: u64) -> Option<Self> {
        match value {
            0 => Some(Self::Software),
            1 => Some(Self::TrustedEnvironment),
            2 => Some(Self::SecureElement),
            _ => None,
        }
    }

    /// `software`, `trusted_environment` or `secure_element`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Software => "software",
            Self::TrustedEnvironment => "trusted_environment",
            Self::SecureElement => "secure_element",
        }
    }

    pub(crate) fn read(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        reader.enumeration(Self::Software, Self::from_value)
    }
}

/// The URI of a status list: text of 1 to 200 bytes.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct StatusUri(String);

impl StatusUri {
    /// # Errors
    /// Empty or over 200 bytes.
    pub fn new(text: &str) -> Result<Self, OutOfBounds> {
        if text.is_empty() || text.len() > 200 {
            return Err(OutOfBounds::new("status list URI", "1 to 200 bytes"));
        }
        Ok(Self(text.into()))
    }

    /// The URI.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub(crate) fn read(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        reader.text(1, 200).map(|text| Self(text.into()))
    }
}
