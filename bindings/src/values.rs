//! Values that cross the border: money never without its currency, ids as hex, times as Unix seconds.

use skilling_protocol::values::{Amount, Currency, Decimals, ObjectId, PublicKey, Time};

use crate::CoreError;

/// An amount of money.
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Record)]
pub struct Money {
    /// Smallest units: ore, cents. At most 2^53 - 1.
    pub minor_units: u64,
    /// ISO 4217 numeric, 208 for DKK.
    pub currency: u32,
}

impl Money {
    pub(crate) fn of(amount: Amount, currency: Currency) -> Self {
        Self {
            minor_units: amount.minor_units(),
            currency: currency.numeric().into(),
        }
    }

    pub(crate) fn parts(self) -> Result<(Amount, Currency), CoreError> {
        let amount = Amount::new(self.minor_units).map_err(CoreError::bounds("minor_units"))?;
        Ok((amount, currency(self.currency)?))
    }

    /// The amount, if it is in this currency.
    pub(crate) fn in_currency(self, wanted: Currency) -> Result<Amount, CoreError> {
        let (amount, currency) = self.parts()?;
        if currency == wanted {
            Ok(amount)
        } else {
            Err(CoreError::argument(
                "currency",
                "another than the one asked for",
            ))
        }
    }
}

pub(crate) fn currency(numeric: u32) -> Result<Currency, CoreError> {
    let numeric = u16::try_from(numeric).unwrap_or(u16::MAX);
    Currency::new(numeric).map_err(CoreError::bounds("currency"))
}

/// Unix seconds; every protocol time fits.
pub(crate) fn seconds(time: Time) -> i64 {
    i64::try_from(time.unix()).unwrap_or(i64::MAX)
}

pub(crate) fn time(seconds: i64, argument: &str) -> Result<Time, CoreError> {
    let seconds =
        u64::try_from(seconds).map_err(|_| CoreError::argument(argument, "before 1970"))?;
    Time::from_unix(seconds).map_err(CoreError::bounds(argument))
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

pub(crate) fn id<T>(text: &str, argument: &str) -> Result<ObjectId<T>, CoreError> {
    let wrong = || CoreError::argument(argument, "not the 64 hex digits of an id");
    if text.len() != 64 || !text.is_ascii() {
        return Err(wrong());
    }
    let mut bytes = [0_u8; 32];
    for (byte, pair) in bytes.iter_mut().zip(text.as_bytes().chunks(2)) {
        let pair = std::str::from_utf8(pair).map_err(|_| wrong())?;
        *byte = u8::from_str_radix(pair, 16).map_err(|_| wrong())?;
    }
    ObjectId::try_from(bytes.as_slice()).map_err(|_| wrong())
}

/// A P-256 key as 33 bytes, or as the 65 uncompressed ones that phones give.
pub(crate) fn public_key(bytes: &[u8]) -> Option<PublicKey> {
    match bytes {
        [4, point @ ..] if point.len() == 64 => {
            let (x, y) = point.split_at_checked(32)?;
            let is_odd = y.last()? & 1 == 1;
            let mut compressed = vec![if is_odd { 3 } else { 2 }];
            compressed.extend_from_slice(x);
            PublicKey::from_sec1(&compressed).ok()
        }
        _ => PublicKey::from_sec1(bytes).ok(),
    }
}

pub(crate) fn roots(keys: &[Vec<u8>]) -> Result<Vec<PublicKey>, CoreError> {
    if keys.is_empty() || keys.len() > 3 {
        return Err(CoreError::argument("roots", "1 to 3 keys are pinned"));
    }
    keys.iter()
        .map(|key| public_key(key).ok_or_else(|| CoreError::argument("roots", "not a P-256 key")))
        .collect()
}

/// An amount as people read it, with a point: `12.50`. The app puts it into the payer's own way of writing. Any thread.
///
/// # Errors
/// `InvalidArgument`.
#[uniffi::export]
pub fn format_amount(money: Money, decimals: u32) -> Result<String, CoreError> {
    let decimals = decimals_of(decimals)?;
    Ok(decimals.format(money.parts()?.0))
}

/// What somebody typed as an amount: digits with a point, at most as many decimals as there are. Any thread.
///
/// # Errors
/// `InvalidArgument`.
#[uniffi::export]
pub fn parse_amount(text: String, currency: u32, decimals: u32) -> Result<Money, CoreError> {
    let decimals = decimals_of(decimals)?;
    let amount = decimals
        .parse(&text)
        .map_err(|error| CoreError::argument("text", error.to_string()))?;
    Ok(Money::of(amount, self::currency(currency)?))
}

fn decimals_of(decimals: u32) -> Result<Decimals, CoreError> {
    Decimals::new(u8::try_from(decimals).unwrap_or(u8::MAX)).map_err(CoreError::bounds("decimals"))
}
