//! The objects of a message, in the order in which they stand in it.

use skilling_protocol::error::DecodeError;
use skilling_protocol::message::{Evidence, Message, PaymentRequest, Token};
use skilling_protocol::objects::{Allowance, Merchant};
use skilling_protocol::signed::{Object, Signed};
use skilling_protocol::status_list;
use skilling_protocol::values::ObjectId;

use super::{InspectedField, InspectedObject, fields};

type Objects = Result<Vec<InspectedObject>, DecodeError>;

pub(super) fn of(message: &Message) -> Objects {
    Ok(match message {
        Message::Refusal(code) => vec![plain("refusal", vec![field("code", code.to_string())])],
        Message::PaymentRequest(it) => request(it)?,
        Message::PaymentToken(it) => token(it)?,
        Message::Receipt(it) => vec![signed(it, None)?],
        Message::TrustBundle(it) => vec![signed(it, Some(it.id(())))?],
        Message::StatusList(cwt) => vec![status(cwt)],
        Message::FraudProof(it) => [token(&it.0)?, token(&it.1)?].concat(),
        Message::Evidence(it) => evidence(it)?,
        Message::Outage(it) => vec![signed(it, Some(it.id(())))?],
        Message::Enrolment(it) => vec![signed(it, Some(it.id(())))?],
        Message::Enrolled(it) => vec![signed(it, None)?],
        Message::Sync(it) => {
            let own = vec![signed(&it.sync, Some(it.sync.id(())))?];
            [own, all_evidence(&it.evidence)?].concat()
        }
        Message::Synced(it) => {
            let own = vec![signed(&it.synced, None)?];
            let grant = it.allowance.iter().map(allowance);
            [own, grant.collect::<Result<_, _>>()?].concat()
        }
        Message::Deposit(it) => {
            let id = it.deposit.id(it.merchant.id(()));
            let own = vec![merchant(&it.merchant)?, signed(&it.deposit, Some(id))?];
            [own, all_evidence(&it.evidence)?].concat()
        }
        Message::Deposited(it) => vec![signed(it, None)?],
        Message::Renewal(it) => {
            let id = it.renewal.id(it.merchant.id(()));
            vec![merchant(&it.merchant)?, signed(&it.renewal, Some(id))?]
        }
        Message::Renewed(it) => vec![merchant(it)?],
    })
}

fn signed<T: Object>(
    object: &Signed<T>,
    id: Option<ObjectId<T>>,
) -> Result<InspectedObject, DecodeError> {
    Ok(InspectedObject {
        kind: T::NAME.to_owned(),
        id: id.map(|id| id.to_string()),
        key_id: object.key_id().map(|id| id.to_string()),
        size: u32::try_from(object.to_bytes().len()).unwrap_or(u32::MAX),
        fields: fields::of(T::NAME, object.payload())?,
    })
}

fn allowance(object: &Signed<Allowance>) -> Result<InspectedObject, DecodeError> {
    signed(object, Some(object.id(())))
}

fn merchant(object: &Signed<Merchant>) -> Result<InspectedObject, DecodeError> {
    signed(object, Some(object.id(())))
}

fn token(token: &Token) -> Objects {
    Ok(vec![
        allowance(&token.allowance)?,
        signed(&token.payment, Some(token.payment_id()))?,
    ])
}

fn request(message: &PaymentRequest) -> Objects {
    let id = message.request.id(message.merchant.id(()));
    Ok(vec![
        merchant(&message.merchant)?,
        signed(&message.request, Some(id))?,
    ])
}

fn evidence(evidence: &Evidence) -> Objects {
    let parent = evidence.token.payment_id();
    let receipts = evidence.receipts.iter();
    let receipts = receipts.map(|it| signed(it, Some(it.id(parent))));
    Ok([
        token(&evidence.token)?,
        request(&evidence.request)?,
        receipts.collect::<Result<_, _>>()?,
    ]
    .concat())
}

fn all_evidence(all: &[Evidence]) -> Objects {
    let each: Vec<_> = all.iter().map(evidence).collect::<Result<_, _>>()?;
    Ok(each.concat())
}

/// A list that cannot be read has no fields: the message that carries it does not look into it.
fn status(cwt: &[u8]) -> InspectedObject {
    let size = u32::try_from(cwt.len()).unwrap_or(u32::MAX);
    let unread = InspectedObject {
        size,
        ..plain("status_list", Vec::new())
    };
    let Ok(list) = status_list::inspect(cwt) else {
        return unread;
    };
    let mut fields = vec![
        field("uri", list.uri),
        field("issued_at", list.issued_at.unix().to_string()),
    ];
    fields.extend(list.expires.map(|at| field("expires", at.to_string())));
    fields.extend(list.ttl.map(|it| field("ttl", it.to_string())));
    let deflated = list.deflated_bytes.to_string();
    fields.push(field("deflated_bytes", deflated));
    InspectedObject {
        key_id: Some(list.key_id.to_string()),
        fields,
        ..unread
    }
}

fn plain(kind: &str, fields: Vec<InspectedField>) -> InspectedObject {
    InspectedObject {
        kind: kind.to_owned(),
        id: None,
        key_id: None,
        size: 0,
        fields,
    }
}

fn field(path: &str, value: String) -> InspectedField {
    InspectedField {
        path: path.to_owned(),
        value,
        is_private: false,
    }
}
