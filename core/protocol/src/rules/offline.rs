//! Small rules that terminal and wallet share.

use crate::objects::{Outage, Payment};
use crate::signed::Verified;
use crate::values::{Amount, Seconds, Time};

/// The extension of an outage in force, else nothing (section 6). The caller hands in the outage with the highest
/// serial known of the currency in question.
#[must_use]
pub fn extension_in_force(outage: Option<&Verified<Outage>>, now: Time) -> Seconds {
    outage
        .filter(|outage| outage.is_in_force(now))
        .map_or(Seconds(0), |outage| outage.extension)
}

/// Rule 18: the totals of a payment fit the limit.
#[must_use]
pub fn limit_holds(payment: &Payment, limit: Amount) -> bool {
    let least = payment.amount.checked_add(payment.released);
    let counts = least.is_some_and(|least| payment.spent >= least);
    let net = payment.spent.checked_sub(payment.released);
    counts && net.is_some_and(|net| net <= limit) && payment.released <= limit
}
