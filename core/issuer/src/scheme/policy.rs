//! The policies a new scheme starts with.

use skilling_protocol::objects::Policy;
use skilling_protocol::values::{
    Amount, Currency, Decimals, Extensions, KeyProtection, OutOfBounds, Seconds,
};

/// What every currency starts with: 1000.00 a payment, 350.00 without authentication, any key protection, 300 s of skew,
/// status lists of 10 days, 2000.00 of exposure, open to every category, 14 days to deposit.
///
/// # Errors
/// None in practice: the numbers are within their bounds.
pub fn default_policy() -> Result<Policy, OutOfBounds> {
    Ok(Policy {
        max_payment: Amount::new(100_000)?,
        max_unauthenticated: Amount::new(35_000)?,
        min_key_protection: KeyProtection::Software,
        skew: Seconds(300),
        max_status_age: Seconds::days(10),
        max_exposure: Amount::new(200_000)?,
        categories: None,
        outage_only: false,
        deposit_window: Seconds::days(14),
        decimals: Decimals::TWO,
        extensions: Extensions::default(),
    })
}

/// Danish, Swedish, Norwegian and Icelandic crowns and the euro. Every one is shown with two decimals, so that amounts
/// mean what people write.
///
/// # Errors
/// None in practice.
pub fn default_policies() -> Result<Vec<(Currency, Policy)>, OutOfBounds> {
    let mut currencies = [
        Currency::DKK,
        Currency::SEK,
        Currency::NOK,
        Currency::EUR,
        Currency::ISK,
    ];
    currencies.sort_unstable();
    let policy = default_policy()?;
    Ok(currencies.map(|it| (it, policy.clone())).into())
}
