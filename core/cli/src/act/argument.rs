//! What people write on the command line: amounts, currencies, durations, ids.

use skilling_protocol::objects::Policy;
use skilling_protocol::values::{Amount, Country, Currency, Decimals, Mcc, ObjectId, Seconds};

use crate::escape::shown;
use crate::look::words::money;
use crate::status::Failure;

/// `DKK` or `208`.
pub(crate) fn currency(text: &str) -> Result<Currency, String> {
    let upper = text.to_ascii_uppercase();
    let numeric = match iso_currency::Currency::from_code(&upper) {
        Some(known) => Some(known.numeric()),
        None => text.parse().ok(),
    };
    numeric
        .and_then(|numeric| Currency::new(numeric).ok())
        .ok_or_else(|| "give a currency of ISO 4217, like DKK or 208".into())
}

/// `5411`.
pub(crate) fn mcc(text: &str) -> Result<Mcc, String> {
    let code = text.parse().ok().and_then(|code| Mcc::new(code).ok());
    code.ok_or_else(|| "give a merchant category of ISO 18245, like 5411".into())
}

/// `DK`.
pub(crate) fn country(text: &str) -> Result<Country, String> {
    Country::new(text).map_err(|_| "give a country of ISO 3166-1, like DK".into())
}

/// `300`, `90s`, `45min`, `36h`, `10d`.
pub(crate) fn seconds(text: &str) -> Result<Seconds, String> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (count, unit) = text.split_at(digits);
    let size = match unit.trim() {
        "" | "s" => 1,
        "min" | "m" => 60,
        "h" => 3_600,
        "d" => 86_400,
        _ => return Err("give seconds, or a number with s, min, h or d, like 10d".into()),
    };
    let count: Option<u32> = count.parse().ok();
    count
        .and_then(|count| count.checked_mul(size))
        .map(Seconds)
        .ok_or_else(|| "give seconds, or a number with s, min, h or d, like 10d".into())
}

/// 64 hex digits: the id of a payment, a request or an allowance.
pub(crate) fn id<T>(text: &str) -> Result<ObjectId<T>, String> {
    let bytes = hex::decode(text).unwrap_or_default();
    ObjectId::try_from(bytes.as_slice())
        .map_err(|_| "give the id as 64 hex digits, as skilling prints it".into())
}

/// The decimals that amounts are written with: the policy's, else those of ISO 4217.
pub(crate) fn decimals(policy: Option<&Policy>, currency: Currency) -> Decimals {
    policy.map_or_else(|| money::decimals(currency), |policy| policy.decimals)
}

/// `125.50`, with the currency's decimals or none.
///
/// # Errors
/// No amount.
pub(crate) fn amount(text: &str, decimals: Decimals) -> Result<Amount, Failure> {
    decimals
        .parse(text)
        .map_err(|error| Failure::usage(format!("{} is no amount: {error}", shown(text))))
}

/// An amount to be paid: not nothing.
///
/// # Errors
/// As [`amount`]; zero.
pub(crate) fn payable(text: &str, decimals: Decimals) -> Result<Amount, Failure> {
    let amount = amount(text, decimals)?;
    if amount != Amount::ZERO {
        return Ok(amount);
    }
    let smallest = Amount::new(1).map(|it| decimals.format(it));
    Err(Failure::usage(format!(
        "the smallest amount is {}",
        smallest.unwrap_or_default()
    )))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn currencies_are_read_by_letters_and_by_number() {
        for text in ["DKK", "dkk", "208"] {
            assert_eq!(currency(text), Ok(Currency::DKK));
        }
        assert_eq!(currency("036").map(Currency::numeric), Ok(36));
        assert!(currency("crowns").is_err() && currency("").is_err());
    }

    #[test]
    fn durations_are_read_with_their_unit() {
        for (text, length) in [("300", 300), ("90s", 90), ("2min", 120), ("36h", 129_600)] {
            assert_eq!(seconds(text), Ok(Seconds(length)));
        }
        assert_eq!(seconds("10d"), Ok(Seconds::days(10)));
        for wrong in ["", "d", "-1", "1w", "99999999d"] {
            assert!(seconds(wrong).is_err(), "{wrong}");
        }
    }
}
