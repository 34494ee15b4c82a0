//! The messages between phones, tills and servers (sync.md) as fields.

use skilling_protocol::message::Message;
use skilling_protocol::objects::{
    AllowanceState, AttestationKind, Deposit, Deposited, Enrolled, Enrolment, Payment,
    PaymentState, Renewal, Statement, Sync, Synced, Wanted,
};
use skilling_protocol::values::ObjectId;

use super::ObjectView;
use super::fields::{Field, Fields, Value};
use super::objects::{allowance_view, evidence_objects, merchant_view, signed};

/// The objects of messages 10 to 17; of other types none.
pub(super) fn of(message: &Message) -> Vec<ObjectView> {
    match message {
        Message::Enrolment(it) => vec![signed(it, Some(it.id(())), enrolment(it.unverified()))],
        Message::Enrolled(it) => {
            vec![signed(it, None, enrolled(it.unverified()))]
        }
        Message::Sync(it) => {
            let own = signed(&it.sync, Some(it.sync.id(())), sync(it.sync.unverified()));
            let evidence = it.evidence.iter().flat_map(evidence_objects);
            std::iter::once(own).chain(evidence).collect()
        }
        Message::Synced(it) => {
            let own = signed(&it.synced, None, synced(it.synced.unverified()));
            let grant = it.allowance.iter().map(allowance_view);
            std::iter::once(own).chain(grant).collect()
        }
        Message::Deposit(it) => {
            let id = it.deposit.id(it.merchant.id(()));
            let own = signed(&it.deposit, Some(id), deposit(it.deposit.unverified()));
            let evidence = it.evidence.iter().flat_map(evidence_objects);
            [merchant_view(&it.merchant), own]
                .into_iter()
                .chain(evidence)
                .collect()
        }
        Message::Deposited(it) => vec![signed(it, None, deposited(it.unverified()))],
        Message::Renewal(it) => {
            let id = it.renewal.id(it.merchant.id(()));
            let own = signed(&it.renewal, Some(id), renewal(it.renewal.unverified()));
            vec![merchant_view(&it.merchant), own]
        }
        Message::Renewed(it) => vec![merchant_view(it)],
        _ => Vec::new(),
    }
}

pub(super) fn enrolment(it: &Enrolment) -> Vec<Field> {
    let kind = match it.kind {
        AttestationKind::None => "none",
        AttestationKind::Android => "android",
        AttestationKind::Apple => "apple",
    };
    Fields::default()
        .private(1, "nonce", Value::Bytes(it.nonce.as_bytes().to_vec()))
        .private(2, "link_key", Value::key(&it.link_key))
        .add(3, "attestation_kind", Value::Word(kind))
        .private(4, "attestation", Value::Bytes(it.attestation.clone()))
        .private(5, "customer_proof", Value::Bytes(it.customer_proof.clone()))
        .done()
}

pub(super) fn enrolled(it: &Enrolled) -> Vec<Field> {
    Fields::default()
        .add(1, "time", Value::moment(it.time))
        .done()
}

pub(super) fn sync(it: &Sync) -> Vec<Field> {
    let statements = it.statements.iter().map(|it| Value::Table(statement(it)));
    let mut fields = Fields::default();
    fields
        .private(
            1,
            "idempotency_id",
            Value::Bytes(it.idempotency_id.as_bytes().to_vec()),
        )
        .private(2, "nonce", Value::Bytes(it.nonce.as_bytes().to_vec()))
        .add(3, "time", Value::moment(it.time))
        .add(4, "bundle_version", Value::Number(it.bundle_version.into()))
        .add(5, "allowances", Value::List(statements.collect()));
    if let Some(it) = &it.wanted {
        fields.add(6, "wanted", Value::Table(wanted(it)));
    }
    fields
        .private(7, "link_key", Value::key(&it.link_key))
        .done()
}

fn statement(it: &Statement) -> Vec<Field> {
    let state = match it.state {
        AllowanceState::Open => "open",
        AllowanceState::Closed => "closed",
        AllowanceState::Lost => "lost",
    };
    Fields::default()
        .private(1, "id", id(&it.allowance))
        .add(2, "last_sequence", Value::Number(it.last_sequence.into()))
        .add(3, "spent", Value::Money(it.spent, None))
        .add(4, "released", Value::Money(it.released, None))
        .add(5, "state", Value::Word(state))
        .done()
}

fn wanted(it: &Wanted) -> Vec<Field> {
    Fields::default()
        .add(1, "currency", Value::Currency(it.currency))
        .add(2, "limit", Value::money(it.limit, it.currency))
        .private(3, "device_key", Value::key(&it.pay_key))
        .private(4, "attestation", Value::Bytes(it.attestation.clone()))
        .categories(5, it.categories.as_ref())
        .done()
}

pub(super) fn synced(it: &Synced) -> Vec<Field> {
    let reserved = it.reserved.iter().map(|(allowance, amount)| {
        let mut pair = Fields::default();
        pair.push(None, "id", true, id(allowance))
            .computed("amount", Value::Money(*amount, None));
        Value::Table(pair.done())
    });
    let mut fields = Fields::default();
    fields
        .add(1, "time", Value::moment(it.time))
        .private(
            2,
            "next_nonce",
            Value::Bytes(it.next_nonce.as_bytes().to_vec()),
        )
        .add(3, "payments", states(&it.payments))
        .add(4, "reserved", Value::List(reserved.collect()));
    if let Some(code) = it.no_grant {
        fields.add(5, "no_grant", Value::Reason(code));
    }
    fields.done()
}

pub(super) fn deposit(it: &Deposit) -> Vec<Field> {
    Fields::default()
        .private(
            1,
            "idempotency_id",
            Value::Bytes(it.idempotency_id.as_bytes().to_vec()),
        )
        .add(2, "time", Value::moment(it.time))
        .private(
            3,
            "payments",
            Value::List(it.payments.iter().map(id).collect()),
        )
        .done()
}

pub(super) fn deposited(it: &Deposited) -> Vec<Field> {
    Fields::default()
        .add(1, "time", Value::moment(it.time))
        .add(2, "payments", states(&it.payments))
        .done()
}

pub(super) fn renewal(it: &Renewal) -> Vec<Field> {
    let mut fields = Fields::default();
    fields
        .private(
            1,
            "idempotency_id",
            Value::Bytes(it.idempotency_id.as_bytes().to_vec()),
        )
        .add(2, "time", Value::moment(it.time));
    if let Some(key) = &it.new_terminal_key {
        fields.private(3, "new_terminal_key", Value::key(key));
    }
    fields.done()
}

fn states(payments: &[(ObjectId<Payment>, PaymentState)]) -> Value {
    let pairs = payments.iter().map(|(payment, state)| {
        let mut pair = Fields::default();
        pair.push(None, "id", true, id(payment))
            .computed("state", Value::Word(state.name()));
        Value::Table(pair.done())
    });
    Value::List(pairs.collect())
}

fn id<T>(id: &ObjectId<T>) -> Value {
    Value::Bytes(id.as_bytes().to_vec())
}
