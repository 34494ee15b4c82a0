//! Amounts and counts of a payment against the allowance beside it, and what belongs together against each other.

use skilling_protocol::reason::Reason;
use skilling_protocol::values::Amount;

use super::Found;
use crate::look::view::fields::Value;
use crate::look::view::{Manner, ObjectView};
use crate::look::words::money;

/// `before`: the objects that stand in front of it.
pub(super) fn look(found: &mut Found, object: &ObjectView, before: &[ObjectView], manner: &Manner) {
    unknown_currency(found, object);
    if object.kind == "payment"
        && let Some(allowance) = before.last().filter(|it| it.kind == "allowance")
    {
        payment(found, object, allowance, manner);
    }
    if object.kind == "request"
        && let [.., payment, merchant] = before
        && payment.kind == "payment"
    {
        belongs(found, payment, merchant, object);
    }
}

fn unknown_currency(found: &mut Found, object: &ObjectView) {
    if let Some(Value::Currency(currency)) = object.value("currency")
        && !money::is_known(*currency)
    {
        let words = format!("{currency} is no currency of ISO 4217");
        found.add("unknown_currency", object.place("currency"), words);
    }
}

/// What a terminal declines whatever it knows, and what comes close to it.
fn payment(found: &mut Found, payment: &ObjectView, allowance: &ObjectView, manner: &Manner) {
    let declined = |found: &mut Found, reason: Reason, field: &str, words: String| {
        let words = format!("{words}: every terminal declines it with {}", reason.code());
        found.add(reason.name(), payment.place(field), words);
    };
    let shown = |amount: Amount| match allowance.currency() {
        Some((currency, decimals)) => money::amount(amount, currency, decimals),
        None => amount.minor_units().to_string(),
    };
    if let (Some(amount), Some(cap)) = (payment.amount("amount"), allowance.amount("cap"))
        && amount > cap
    {
        let words = format!("{} is over the cap of {}", shown(amount), shown(cap));
        declined(found, Reason::OverCap, "amount", words);
    }
    let released = payment.amount("released").unwrap_or_default();
    if let (Some(spent), Some(limit)) = (payment.amount("spent"), allowance.amount("limit")) {
        match spent.minor_units().checked_sub(released.minor_units()) {
            Some(net) if net > limit.minor_units() => {
                let words = format!("more is spent than the limit of {}", shown(limit));
                declined(found, Reason::OverLimit, "spent", words);
            }
            Some(net) if net == limit.minor_units() => {
                let words = format!("the limit of {} is spent to the last", shown(limit));
                found.add("spent_up", payment.place("spent"), words);
            }
            _ => {}
        }
    }
    if let (Some(sequence), Some(most)) =
        (payment.number("sequence"), allowance.number("max_payments"))
    {
        if sequence > most {
            let words = format!("{sequence} of at most {most} payments");
            declined(found, Reason::OverCount, "sequence", words);
        } else if sequence == most {
            found.add(
                "last_payment",
                payment.place("sequence"),
                format!("the last of {most} payments"),
            );
        }
    }
    let time = payment.time("time");
    let outside = time.is_some_and(|time| {
        allowance.time("valid_from").is_some_and(|from| time < from)
            || allowance
                .time("valid_until")
                .is_some_and(|until| time >= until)
    });
    if let Some(time) = time.filter(|_| outside) {
        let at = manner.calendar.absolute(time).unwrap_or_default();
        let words = format!("{at} is outside the allowance's validity");
        found.add("outside_validity", payment.place("time"), words);
    }
}

/// A payment beside the request that it should answer.
fn belongs(found: &mut Found, payment: &ObjectView, merchant: &ObjectView, request: &ObjectView) {
    let digest = match payment.value("request_id") {
        Some(Value::Bytes(bytes)) => hex::encode(bytes),
        _ => return,
    };
    if request.id.as_ref() != Some(&digest) {
        let words = "it answers another request than the one beside it";
        found.add(
            Reason::UnknownRequest.name(),
            payment.place("request_id"),
            words,
        );
    }
    if merchant.value("id") != payment.value("merchant_id") {
        let words = "it names another merchant than the certificate beside it";
        found.add(
            Reason::MerchantMismatch.name(),
            payment.place("merchant_id"),
            words,
        );
    }
    if let (Some(asked), Some(paid)) = (request.amount("amount"), payment.amount("amount"))
        && asked != paid
    {
        let words = "it pays another amount than the request beside it asks for";
        found.add(
            Reason::AmountMismatch.name(),
            payment.place("amount"),
            words,
        );
    }
}
