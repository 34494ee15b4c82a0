//! Amounts with their currency.
//!
//! The policy of a bundle says how many decimals are shown. Where no bundle is at hand, ISO 4217's own number stands in.

use skilling_protocol::objects::TrustBundle;
use skilling_protocol::values::{Amount, Currency, Decimals};

fn iso(currency: Currency) -> Option<iso_currency::Currency> {
    iso_currency::Currency::from_numeric(currency.numeric())
}

/// Whether ISO 4217 has it.
pub(crate) fn is_known(currency: Currency) -> bool {
    iso(currency).is_some()
}

/// The decimals of ISO 4217; two where it does not know the currency.
pub(crate) fn decimals(currency: Currency) -> Decimals {
    iso(currency)
        .and_then(iso_currency::Currency::exponent)
        .and_then(|exponent| u8::try_from(exponent).ok())
        .and_then(|exponent| Decimals::new(exponent).ok())
        .unwrap_or(Decimals::TWO)
}

/// The decimals of the bundle's policy, else those of ISO 4217.
pub(crate) fn decimals_under(bundle: Option<&TrustBundle>, currency: Currency) -> Decimals {
    bundle
        .and_then(|bundle| bundle.policy(currency))
        .map_or_else(|| decimals(currency), |policy| policy.decimals)
}

/// `DKK`, or the number where ISO 4217 does not know it.
pub(crate) fn code(currency: Currency) -> String {
    iso(currency).map_or_else(|| currency.to_string(), |it| it.code().to_owned())
}

/// `208 DKK (Danish krone)`.
pub(crate) fn currency(currency: Currency) -> String {
    match iso(currency) {
        Some(known) => format!("{currency} {} ({})", known.code(), known.name()),
        None => format!("{currency} (not in ISO 4217)"),
    }
}

/// `125.50 DKK`.
pub(crate) fn amount(amount: Amount, currency: Currency, decimals: Decimals) -> String {
    format!("{} {}", decimals.format(amount), code(currency))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kroner_have_two_decimals_in_denmark_and_none_in_iceland() {
        let minor = Amount::new(12_550).unwrap();
        let show = |currency| amount(minor, currency, decimals(currency));
        assert_eq!(show(Currency::DKK), "125.50 DKK");
        assert_eq!(show(Currency::ISK), "12550 ISK");
        assert_eq!(show(Currency::new(1).unwrap()), "125.50 001");
    }
}
