//! What goes beyond the trust bundle that was given: known keys, and the policy of the currency.

use skilling_protocol::objects::{Policy, TrustBundle};
use skilling_protocol::reason::Reason;
use skilling_protocol::values::{Currency, KeyProtection};

use super::Found;
use crate::look::view::ObjectView;
use crate::look::view::fields::Value;
use crate::look::words::money;

pub(super) fn look(found: &mut Found, object: &ObjectView, trust: &TrustBundle) {
    match object.kind {
        "allowance" => allowance(found, object, trust),
        "merchant" => {
            let known = |id| trust.acquirers_with(id).next().is_some();
            if object.key_id.is_some_and(|id| !known(id)) {
                let words = "the trust bundle has no acquirer key of this id";
                found.add("unknown_acquirer", object.place("key_id"), words);
            }
        }
        "request" => {
            if let Some(policy) = policy_of(object, trust) {
                amount(found, object, "amount", policy, money_of(object));
            }
        }
        "payment" => {
            if let Some((currency, _)) = object.currency()
                && let Some(policy) = trust.policy(currency)
            {
                amount(found, object, "amount", policy, Some(currency));
            }
        }
        _ => {}
    }
}

fn money_of(object: &ObjectView) -> Option<Currency> {
    match object.value("currency") {
        Some(Value::Currency(currency)) => Some(*currency),
        _ => None,
    }
}

fn policy_of<'t>(object: &ObjectView, trust: &'t TrustBundle) -> Option<&'t Policy> {
    trust.policy(money_of(object)?)
}

fn allowance(found: &mut Found, object: &ObjectView, trust: &TrustBundle) {
    if object
        .key_id
        .is_some_and(|id| trust.issuers_with(id).next().is_none())
    {
        let words = "the trust bundle has no issuer key of this id";
        found.add(Reason::UnknownIssuer.name(), object.place("key_id"), words);
    }
    let Some(policy) = policy_of(object, trust) else {
        let words = "the trust bundle has no policy for it";
        found.add("no_policy", object.place("currency"), words);
        return;
    };
    amount(found, object, "cap", policy, money_of(object));
    if let Some(cap) = object.amount("cap")
        && object.value("user_auth") == Some(&Value::Flag(false))
        && cap > policy.max_unauthenticated
    {
        let words = "the key needs no user: terminals take less from it than its cap";
        found.add("cap_over_unauthenticated", object.place("cap"), words);
    }
    if let Some(Value::Word(word)) = object.value("key_protection")
        && let Some(held) = (0..3)
            .filter_map(KeyProtection::from_value)
            .find(|it| it.name() == *word)
        && held < policy.min_key_protection
    {
        let words = format!(
            "weaker than the {} that the policy asks for",
            policy.min_key_protection.name()
        );
        found.add(
            Reason::KeyProtectionTooWeak.name(),
            object.place("key_protection"),
            words,
        );
    }
}

fn amount(
    found: &mut Found,
    object: &ObjectView,
    field: &str,
    policy: &Policy,
    currency: Option<Currency>,
) {
    if let (Some(amount), Some(currency)) = (object.amount(field), currency)
        && amount > policy.max_payment
    {
        let shown = |amount| money::amount(amount, currency, policy.decimals);
        let words = format!(
            "{} is over the {} that the policy allows for one payment",
            shown(amount),
            shown(policy.max_payment)
        );
        let name = if field == "cap" {
            "cap_over_policy"
        } else {
            "amount_over_policy"
        };
        found.add(name, object.place(field), words);
    }
}
