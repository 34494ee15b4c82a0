//! The objects of protocol section 3 as fields, and the objects of every message in order.

use skilling_protocol::message::{Evidence, Message, PaymentRequest, Token};
use skilling_protocol::objects::{Allowance, Merchant, Outage, Outcome, Payment, Receipt, Request};
use skilling_protocol::signed::{Object, Signed};
use skilling_protocol::status_list::{self, StatusListError};
use skilling_protocol::values::{Currency, ObjectId};

use super::fields::{Field, Fields, Value};
use super::{ObjectView, Parts, bundle, online};

/// A signed object with its id, where the parent is known.
pub(super) fn signed<T: Object>(
    object: &Signed<T>,
    id: Option<ObjectId<T>>,
    fields: Vec<Field>,
) -> ObjectView {
    ObjectView {
        kind: T::NAME,
        id: id.map(|id| id.to_string()),
        key_id: object.key_id(),
        bytes: object.to_bytes().len(),
        fields,
        parts: Some(Parts {
            payload: object.payload().to_vec(),
            signature: *object.signature().as_bytes(),
        }),
    }
}

/// Every object of a message of `length` bytes. Only a status list can still turn out broken: the message that
/// carries it does not look into it.
pub(super) fn of(message: &Message, length: usize) -> Result<Vec<ObjectView>, StatusListError> {
    Ok(match message {
        Message::Refusal(code) => vec![refusal(*code, length)],
        Message::PaymentRequest(it) => request_objects(it),
        Message::PaymentToken(it) => token_objects(it),
        Message::Receipt(it) => vec![signed(it, None, receipt(it.unverified()))],
        Message::TrustBundle(it) => vec![bundle::view(it)],
        Message::StatusList(cwt) => vec![status_list(cwt)?],
        Message::FraudProof(it) => {
            let mut objects = token_objects(&it.0);
            objects.extend(token_objects(&it.1));
            objects
        }
        Message::Evidence(it) => evidence_objects(it),
        Message::Outage(it) => vec![signed(it, Some(it.id(())), outage(it.unverified()))],
        other => online::of(other),
    })
}

pub(super) fn token_objects(token: &Token) -> Vec<ObjectView> {
    let currency = token.allowance.unverified().currency;
    vec![
        allowance_view(&token.allowance),
        signed(
            &token.payment,
            Some(token.payment_id()),
            payment(token.payment.unverified(), Some(currency)),
        ),
    ]
}

pub(super) fn request_objects(message: &PaymentRequest) -> Vec<ObjectView> {
    let id = message.merchant.id(());
    vec![
        merchant_view(&message.merchant),
        signed(
            &message.request,
            Some(message.request.id(id)),
            request(message.request.unverified()),
        ),
    ]
}

pub(super) fn evidence_objects(evidence: &Evidence) -> Vec<ObjectView> {
    let mut objects = token_objects(&evidence.token);
    objects.extend(request_objects(&evidence.request));
    let parent = evidence.token.payment_id();
    objects.extend(
        evidence
            .receipts
            .iter()
            .map(|it| signed(it, Some(it.id(parent)), receipt(it.unverified()))),
    );
    objects
}

pub(super) fn allowance_view(object: &Signed<Allowance>) -> ObjectView {
    signed(object, Some(object.id(())), allowance(object.unverified()))
}

pub(super) fn merchant_view(object: &Signed<Merchant>) -> ObjectView {
    signed(object, Some(object.id(())), merchant(object.unverified()))
}

pub(super) fn allowance(it: &Allowance) -> Vec<Field> {
    let money = |amount| Value::money(amount, it.currency);
    Fields::default()
        .private(1, "id", Value::Uuid(*it.uuid.as_bytes()))
        .private(2, "device_key", Value::key(&it.pay_key))
        .add(3, "currency", Value::Currency(it.currency))
        .add(4, "limit", money(it.limit))
        .add(5, "cap", money(it.cap))
        .add(6, "max_payments", Value::Number(it.max_payments.into()))
        .add(7, "valid_from", Value::moment(it.valid_from))
        .add(8, "valid_until", Value::end(it.valid_until))
        .add(9, "key_protection", Value::protection(it.key_protection))
        .add(10, "user_auth", Value::Flag(it.user_auth))
        .private(11, "status_index", Value::Number(it.status_index.into()))
        .categories(12, it.categories.as_ref())
        .extensions(&it.extensions)
        .done()
}

fn merchant(it: &Merchant) -> Vec<Field> {
    Fields::default()
        .private(1, "id", Value::Bytes(it.id.as_bytes().to_vec()))
        .private(2, "name", Value::Text(it.name.to_string()))
        .add(3, "mcc", Value::Mcc(it.mcc))
        .add(4, "country", Value::Text(it.country.as_str().to_owned()))
        .private(5, "terminal_key", Value::key(&it.terminal_key))
        .private(
            6,
            "terminal_id",
            Value::Bytes(it.terminal_id.as_bytes().to_vec()),
        )
        .add(7, "valid_from", Value::moment(it.valid_from))
        .add(8, "valid_until", Value::end(it.valid_until))
        .extensions(&it.extensions)
        .done()
}

pub(super) fn request(it: &Request) -> Vec<Field> {
    let mut fields = Fields::default();
    if let Some(amount) = it.amount() {
        fields.add(1, "amount", Value::money(amount, it.currency));
    }
    fields
        .add(2, "currency", Value::Currency(it.currency))
        .private(3, "nonce", Value::Bytes(it.nonce.as_bytes().to_vec()))
        .add(4, "made_at", Value::moment(it.made_at));
    if let Some(end) = it.answer_before() {
        fields.add(5, "answer_before", Value::end(end));
    }
    if let Some(reference) = &it.reference {
        fields.private(6, "reference", Value::Text(reference.to_string()));
    }
    if let Some(since) = it.offline_since {
        fields.add(7, "offline_since", Value::moment(since));
    }
    fields.done()
}

/// A payment names no currency: its allowance does, where that is at hand.
pub(super) fn payment(it: &Payment, currency: Option<Currency>) -> Vec<Field> {
    let money = |amount| match currency {
        Some(currency) => Value::money(amount, currency),
        None => Value::Money(amount, None),
    };
    let mut fields = Fields::default();
    fields
        .add(1, "sequence", Value::Number(it.sequence.get().into()))
        .add(2, "amount", money(it.amount))
        .add(3, "spent", money(it.spent))
        .private(
            4,
            "merchant_id",
            Value::Bytes(it.merchant_id.as_bytes().to_vec()),
        )
        .private(
            5,
            "request_id",
            Value::Bytes(it.request_id.as_bytes().to_vec()),
        )
        .add(6, "time", Value::moment(it.time));
    if !it.released.is_zero() {
        fields.add(7, "released", money(it.released));
    }
    fields.done()
}

pub(super) fn receipt(it: &Receipt) -> Vec<Field> {
    let mut fields = Fields::default();
    fields.add(1, "outcome", Value::Word(it.outcome.name()));
    if let Outcome::Declined { code } = it.outcome {
        fields.add(2, "code", Value::Reason(code));
    }
    fields.add(3, "time", Value::moment(it.time)).done()
}

pub(super) fn outage(it: &Outage) -> Vec<Field> {
    Fields::default()
        .add(1, "serial", Value::Number(it.serial.into()))
        .add(2, "currency", Value::Currency(it.currency))
        .add(3, "from", Value::moment(it.from))
        .add(4, "until", Value::end(it.until))
        .add(5, "extension", Value::Duration(it.extension))
        .done()
}

fn refusal(code: u32, length: usize) -> ObjectView {
    ObjectView {
        kind: "refusal",
        id: None,
        key_id: None,
        // The array and the type take a byte each; all that follows is the code.
        bytes: length.saturating_sub(2),
        fields: Fields::default()
            .computed("code", Value::Reason(code))
            .done(),
        parts: None,
    }
}

fn status_list(cwt: &[u8]) -> Result<ObjectView, StatusListError> {
    let list = status_list::inspect(cwt)?;
    let mut fields = Fields::default();
    fields
        .computed("uri", Value::Text(list.uri))
        .computed("issued_at", Value::moment(list.issued_at));
    if let Some(expires) = list.expires {
        fields.computed("expires", Value::Number(expires));
    }
    if let Some(ttl) = list.ttl {
        fields.computed("ttl", Value::Number(ttl));
    }
    let deflated = u64::try_from(list.deflated_bytes).unwrap_or(u64::MAX);
    fields.computed("deflated_bytes", Value::Number(deflated));
    Ok(ObjectView {
        kind: "status_list",
        id: None,
        key_id: Some(list.key_id),
        bytes: cwt.len(),
        fields: fields.done(),
        parts: None,
    })
}
