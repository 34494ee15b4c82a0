//! Money: minor units with an ISO 4217 numeric currency. No floats, no unchecked sums.

use alloc::format;
use alloc::string::{String, ToString};
use core::fmt;

use super::OutOfBounds;
use crate::cbor::Reader;
use crate::error::DecodeError;

/// The largest amount, 2^53 - 1 minor units (protocol section 3).
const MAX: u64 = 9_007_199_254_740_991;

/// An amount in minor units, 0 to 2^53 - 1. What the minor unit is worth, [`Decimals`] of the policy says.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Amount(u64);

impl Amount {
    /// Nothing.
    pub const ZERO: Self = Self(0);
    /// The largest amount there is.
    pub const MAX: Self = Self(MAX);

    /// # Errors
    /// Over 2^53 - 1.
    pub const fn new(minor_units: u64) -> Result<Self, OutOfBounds> {
        if minor_units > MAX {
            return Err(OutOfBounds::new(
                "amount",
                "at most 9007199254740991 minor units",
            ));
        }
        Ok(Self(minor_units))
    }

    /// The number of minor units.
    #[must_use]
    pub const fn minor_units(self) -> u64 {
        self.0
    }

    /// The sum; `None` past the largest amount.
    #[must_use]
    pub const fn checked_add(self, other: Self) -> Option<Self> {
        match self.0.checked_add(other.0) {
            Some(sum) if sum <= MAX => Some(Self(sum)),
            _ => None,
        }
    }

    /// The difference; `None` below zero.
    #[must_use]
    pub const fn checked_sub(self, other: Self) -> Option<Self> {
        match self.0.checked_sub(other.0) {
            Some(difference) => Some(Self(difference)),
            None => None,
        }
    }

    /// The difference, or zero: for headroom, never for ledgers.
    #[must_use]
    pub const fn saturating_sub(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }

    /// Whether this is nothing.
    #[must_use]
    pub const fn is_zero(self) -> bool {
        self.0 == 0
    }

    pub(crate) fn read(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        reader.uint_to(MAX).map(Self)
    }

    /// An amount of at least one minor unit.
    pub(crate) fn read_positive(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let at = reader.offset();
        let amount = Self::read(reader)?;
        if amount.is_zero() {
            return Err(reader.error_at(crate::error::Rule::OutOfRange, at));
        }
        Ok(amount)
    }
}

impl From<Amount> for u64 {
    fn from(amount: Amount) -> Self {
        amount.0
    }
}

/// An ISO 4217 numeric currency code, 0 to 999.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Currency(u16);

impl Currency {
    /// Danish krone.
    pub const DKK: Self = Self(208);
    /// Swedish krona.
    pub const SEK: Self = Self(752);
    /// Norwegian krone.
    pub const NOK: Self = Self(578);
    /// Euro.
    pub const EUR: Self = Self(978);
    /// Icelandic króna.
    pub const ISK: Self = Self(352);

    /// # Errors
    /// Over 999.
    pub const fn new(numeric: u16) -> Result<Self, OutOfBounds> {
        if numeric > 999 {
            return Err(OutOfBounds::new(
                "currency",
                "an ISO 4217 numeric code, 0 to 999",
            ));
        }
        Ok(Self(numeric))
    }

    /// The numeric code.
    #[must_use]
    pub const fn numeric(self) -> u16 {
        self.0
    }

    pub(crate) fn read(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let at = reader.offset();
        let value = reader.uint_to(999)?;
        u16::try_from(value)
            .map(Self)
            .map_err(|_| reader.error_at(crate::error::Rule::OutOfRange, at))
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:03}", self.0)
    }
}

impl From<Currency> for u64 {
    fn from(currency: Currency) -> Self {
        Self::from(currency.0)
    }
}

/// How many decimals of a currency are shown, 0 to 4: policy key 10, and nothing else, says it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Decimals(u8);

impl Decimals {
    /// Two decimals, as most currencies have.
    pub const TWO: Self = Self(2);

    /// # Errors
    /// Over 4.
    pub const fn new(decimals: u8) -> Result<Self, OutOfBounds> {
        if decimals > 4 {
            return Err(OutOfBounds::new("decimals", "0 to 4"));
        }
        Ok(Self(decimals))
    }

    /// 0 to 4.
    #[must_use]
    pub const fn get(self) -> u8 {
        self.0
    }

    fn scale(self) -> u64 {
        10_u64.saturating_pow(u32::from(self.0))
    }

    /// "125.50" for 12550 with two decimals, "126" for 126 with none.
    #[must_use]
    pub fn format(self, amount: Amount) -> String {
        let scale = self.scale();
        let (whole, part) = (
            amount.0.checked_div(scale).unwrap_or_default(),
            amount.0.checked_rem(scale).unwrap_or_default(),
        );
        if self.0 == 0 {
            whole.to_string()
        } else {
            format!("{whole}.{part:0width$}", width = usize::from(self.0))
        }
    }

    /// Reads what people write: "125.50", "125.5", "125" (never an exponent, a sign or a separator of thousands).
    ///
    /// # Errors
    /// Says which: not a number, more decimals than the currency has, too large.
    pub fn parse(self, text: &str) -> Result<Amount, ParseAmountError> {
        let (whole, part) = text.split_once('.').unwrap_or((text, ""));
        let digits = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
        if whole.is_empty() || !digits(whole) || !digits(part) || text.ends_with('.') {
            return Err(ParseAmountError::NotANumber);
        }
        if part.len() > usize::from(self.0) {
            return Err(ParseAmountError::TooManyDecimals { allowed: self.0 });
        }
        let padded = format!("{whole}{part:0<width$}", width = usize::from(self.0));
        padded
            .parse::<u64>()
            .ok()
            .and_then(|minor| Amount::new(minor).ok())
            .ok_or(ParseAmountError::TooLarge)
    }
}

/// Why a text is no amount.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ParseAmountError {
    /// Not digits with at most one point.
    #[error("write the amount with digits and a point, like 125.50")]
    NotANumber,
    /// More decimals than the currency has.
    #[error("this currency has {allowed} decimals")]
    TooManyDecimals {
        /// Decimals of the policy.
        allowed: u8,
    },
    /// Over 2^53 - 1 minor units.
    #[error("the amount is too large")]
    TooLarge,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_written_and_read_as_people_do() {
        let two = Decimals::TWO;
        let amount = Amount::new(12_550).unwrap();
        assert_eq!(two.format(amount), "125.50");
        for text in ["125.50", "125.5"] {
            assert_eq!(two.parse(text), Ok(amount));
        }
        assert_eq!(
            two.parse("125"),
            Amount::new(12_500).map_err(|_| ParseAmountError::TooLarge)
        );
        assert_eq!(Decimals::new(0).unwrap().format(amount), "12550");
        assert_eq!(two.format(Amount::new(5).unwrap()), "0.05");
    }

    #[test]
    fn what_is_no_amount_is_refused() {
        let two = Decimals::TWO;
        for text in ["", ".", "1.", ".5", "-1", "1e3", "1,000", "+5", " 1", "１"] {
            assert_eq!(two.parse(text), Err(ParseAmountError::NotANumber), "{text}");
        }
        assert_eq!(
            two.parse("1.005"),
            Err(ParseAmountError::TooManyDecimals { allowed: 2 })
        );
        assert_eq!(
            two.parse("99999999999999999999"),
            Err(ParseAmountError::TooLarge)
        );
        assert!(Amount::new(MAX + 1).is_err());
        assert_eq!(Amount::MAX.checked_add(Amount(1)), None);
    }
}
