//! What a message says, unverified, as a list of fields; and what the rules say of it.

mod fields;
mod names;
mod objects;
mod signatures;
mod verify;

use std::collections::BTreeMap;

use serde::Serialize;
use skilling_protocol::message::Message;

use crate::CoreError;
use crate::reason::Reason;
use crate::terminal::CheckView;

/// A field of an object.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct InspectedField {
    /// Where it stands, parts joined by points: `issuers.0.name`.
    pub path: String,
    /// Its value as text: numbers as digits, bytes as hex, times as Unix seconds.
    pub value: String,
    /// It names a person, a shop, a device or a payment: not for a ticket.
    pub is_private: bool,
}

/// A signed object, or what stands in its place.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct InspectedObject {
    /// Such as `allowance`.
    pub kind: String,
    /// Hex; `None` where its parent is not in the message.
    pub id: Option<String>,
    /// Hex of the key id in it.
    pub key_id: Option<String>,
    /// Encoded.
    pub size: u32,
    /// In order.
    pub fields: Vec<InspectedField>,
}

/// A message, **unverified**.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct Inspection {
    /// Such as `payment_token`.
    pub kind: String,
    /// The number on the wire.
    pub type_number: u32,
    /// Of the whole message.
    pub size: u32,
    /// In the order in which they stand in it.
    pub objects: Vec<InspectedObject>,
    /// The same as JSON, private fields included: for a developer's eyes, not for a ticket.
    pub json: String,
}

/// What a message is verified against.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct VerifyContext {
    /// Unix seconds.
    pub now: i64,
    /// Pinned root keys, 1 to 3.
    pub roots: Vec<Vec<u8>>,
    /// Message 4.
    pub bundle: Option<Vec<u8>>,
    /// Messages 8.
    pub outages: Vec<Vec<u8>>,
    /// Messages 5.
    pub status_lists: Vec<Vec<u8>>,
    /// Message 1, for a token: what it should answer; for a receipt: what was paid, by a till that an acquirer of the bundle certified.
    pub request: Option<Vec<u8>>,
    /// Messages 2 that this till has seen before: evidence of what the payer said then; for a receipt: the token that it is for.
    #[uniffi(default = [])]
    pub seen: Vec<Vec<u8>>,
    /// What else a till remembers; nothing where it is left out.
    #[uniffi(default = None)]
    pub memory: Option<TillMemory>,
    /// Message 10, 12 or 14, for its answer (11, 13, 15): an answer is bound to its call.
    #[uniffi(default = None)]
    pub call: Option<Vec<u8>>,
}

/// What a till remembers beyond the tokens it has seen, for judging a token as it would.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct TillMemory {
    /// When it last accepted a payment, Unix seconds.
    pub last_acceptance: Option<i64>,
    /// Accepted from this allowance, net of voids, in the smallest unit of its currency.
    pub accepted_total: u64,
    /// It holds a fraud proof under this pay key.
    pub is_convicted: bool,
    /// Another payment was accepted for the request.
    pub is_request_paid: bool,
    /// The request was cancelled.
    pub is_request_cancelled: bool,
}

/// What the rules say.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct Verification {
    /// Such as `payment_token`.
    pub kind: String,
    /// `accepted`, or the first rule that failed.
    pub reason: Reason,
    /// Every rule's result, for a token.
    pub checks: Vec<CheckView>,
}

/// What a message says, unverified. Any bytes. Any thread.
///
/// # Errors
/// `Malformed`.
#[uniffi::export]
pub fn inspect(message_bytes: Vec<u8>) -> Result<Inspection, CoreError> {
    let message = Message::decode(&message_bytes)?;
    let kind = message.kind();
    let objects = objects::of(&message)?;
    Ok(Inspection {
        kind: kind.name().to_owned(),
        type_number: kind.number().into(),
        size: u32::try_from(message_bytes.len()).unwrap_or(u32::MAX),
        json: json(kind.name(), &objects),
        objects,
    })
}

/// A message as JSON, members in the order of their names.
#[derive(Serialize)]
struct MessageJson<'a> {
    kind: &'a str,
    objects: Vec<ObjectJson<'a>>,
    verified: bool,
}

/// One object; fields that stand deeper keep their path for a name.
#[derive(Serialize)]
struct ObjectJson<'a> {
    bytes: u32,
    fields: BTreeMap<&'a str, &'a str>,
    id: Option<&'a str>,
    key_id: Option<&'a str>,
    kind: &'a str,
}

fn json(kind: &str, objects: &[InspectedObject]) -> String {
    let objects = objects.iter().map(|object| {
        let mut fields = BTreeMap::new();
        for field in &object.fields {
            fields.insert(field.path.as_str(), field.value.as_str());
        }
        ObjectJson {
            bytes: object.size,
            fields,
            id: object.id.as_deref(),
            key_id: object.key_id.as_deref(),
            kind: &object.kind,
        }
    });
    let message = MessageJson {
        kind,
        objects: objects.collect(),
        verified: false,
    };
    // Texts and numbers alone: nothing of it can fail.
    serde_json::to_string(&message).unwrap_or_default()
}

/// What the rules say of a message, from what is given alone: no store is looked at. Of a token (2) and a payment request (1) all that
/// till and wallet would; of every other kind whether everything in it is signed by whom it should be: a root, an issuer or acquirer of
/// the bundle, the till of the certificate, the phone. Any thread.
///
/// # Errors
/// `Malformed`; `NotTrusted`: signed by nobody who may; `InvalidArgument`: what else must be given (`request` and `seen` for a receipt,
/// `bundle` for a proof, `call` for an answer), or a refusal (0), which nobody signs.
#[uniffi::export]
pub fn verify(message_bytes: Vec<u8>, context: VerifyContext) -> Result<Verification, CoreError> {
    verify::run(&message_bytes, context)
}

/// What a till that remembers nothing says to bytes that were shown as a token: also of bytes that cannot be read (reason 1) and of
/// messages of other or newer kinds (reason 2), which are no errors here. Any thread.
///
/// # Errors
/// Of the context alone: `Malformed`, `NotTrusted`, `InvalidArgument`.
#[uniffi::export]
pub fn verify_token(
    token_bytes: Vec<u8>,
    context: VerifyContext,
) -> Result<Verification, CoreError> {
    verify::shown_as_token(&token_bytes, context)
}
