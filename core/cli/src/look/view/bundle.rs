//! The trust bundle as fields. Its own policies say how many decimals its amounts have.

use skilling_protocol::objects::{AcquirerEntry, IssuerEntry, Policy, TrustBundle};
use skilling_protocol::signed::Signed;
use skilling_protocol::values::Currency;

use super::ObjectView;
use super::fields::{Field, Fields, Value};
use super::objects::signed;

pub(super) fn view(object: &Signed<TrustBundle>) -> ObjectView {
    signed(object, Some(object.id(())), fields(object.unverified()))
}

fn fields(it: &TrustBundle) -> Vec<Field> {
    let issuers = it.issuers.iter().map(|it| Value::Table(issuer(it)));
    let acquirers = it.acquirers.iter().map(|it| Value::Table(acquirer(it)));
    let mut policies = Fields::default();
    for (currency, its) in &it.policies {
        let name = currency.numeric().to_string();
        policies.push(None, &name, false, Value::Table(policy(its, *currency)));
    }
    let mut fields = Fields::default();
    fields
        .add(1, "version", Value::Number(it.version.into()))
        .add(2, "issued", Value::moment(it.issued))
        .add(3, "expires", Value::end(it.expires))
        .add(4, "issuers", Value::List(issuers.collect()))
        .add(5, "acquirers", Value::List(acquirers.collect()))
        .add(6, "policies", Value::Table(policies.done()));
    if let Some(lowest) = it.lowest_protocol {
        fields.add(7, "lowest_protocol", Value::Number(lowest.into()));
    }
    fields.extensions(&it.extensions).done()
}

fn issuer(it: &IssuerEntry) -> Vec<Field> {
    let currencies = it.currencies.iter().map(|it| Value::Currency(*it));
    Fields::default()
        .add(1, "key", Value::key(&it.key))
        .computed("key_id", Value::Bytes(it.key_id.0.to_vec()))
        .add(2, "name", Value::Text(it.name.to_string()))
        .add(3, "currencies", Value::List(currencies.collect()))
        .add(4, "valid_from", Value::moment(it.valid_from))
        .add(5, "valid_until", Value::end(it.valid_until))
        .add(6, "suspended", Value::Flag(it.suspended))
        .add(
            7,
            "status_uri",
            Value::Text(it.status_uri.as_str().to_owned()),
        )
        .extensions(&it.extensions)
        .done()
}

fn acquirer(it: &AcquirerEntry) -> Vec<Field> {
    Fields::default()
        .add(1, "key", Value::key(&it.key))
        .computed("key_id", Value::Bytes(it.key_id.0.to_vec()))
        .add(2, "name", Value::Text(it.name.to_string()))
        .add(4, "valid_from", Value::moment(it.valid_from))
        .add(5, "valid_until", Value::end(it.valid_until))
        .add(6, "suspended", Value::Flag(it.suspended))
        .extensions(&it.extensions)
        .done()
}

fn policy(it: &Policy, currency: Currency) -> Vec<Field> {
    let money = |amount| Value::Money(amount, Some((currency, it.decimals)));
    Fields::default()
        .add(1, "max_payment", money(it.max_payment))
        .add(2, "max_unauthenticated", money(it.max_unauthenticated))
        .add(
            3,
            "min_key_protection",
            Value::protection(it.min_key_protection),
        )
        .add(4, "skew", Value::Duration(it.skew))
        .add(5, "max_status_age", Value::Duration(it.max_status_age))
        .add(6, "max_exposure", money(it.max_exposure))
        .categories(7, it.categories.as_ref())
        .add(8, "outage_only", Value::Flag(it.outage_only))
        .add(9, "deposit_window", Value::Duration(it.deposit_window))
        .add(10, "decimals", Value::Number(it.decimals.get().into()))
        .extensions(&it.extensions)
        .done()
}
