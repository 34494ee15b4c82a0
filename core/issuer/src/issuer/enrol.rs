//! Enrolment: a phone's link key is tied to a customer.

use skilling_protocol::crypto::DefaultVerifier;
use skilling_protocol::message::Expected;
use skilling_protocol::objects::{AttestationKind, Enrolled, Enrolment};
use skilling_protocol::reason::Reason;
use skilling_protocol::signed::{Signed, Verified};

use super::{Desk, nonce};
use crate::calls::{Answered, CallId};
use crate::error::{Error, sign};
use crate::store::LinkRow;
use crate::verify::{AttestationVerifier, CustomerVerifier, digest};

/// An enrolment whose signature holds under the key it names.
pub(crate) struct EnrolCall {
    enrolment: Verified<Enrolment>,
    body: skilling_protocol::values::Digest,
}

impl EnrolCall {
    /// Decodes and verifies: needs no store.
    pub(crate) fn read(body: &[u8]) -> Result<Self, Reason> {
        let signed = <Signed<Enrolment> as Expected>::decode(body).map_err(|it| it.reason())?;
        let key = signed.unverified().link_key;
        let enrolment = signed
            .verify((), &key, &DefaultVerifier::default())
            .map_err(|_| Reason::BadCallSignature)?;
        Ok(Self {
            enrolment,
            body: digest(body),
        })
    }
}

/// Answers an enrolment.
pub(crate) fn enrol(
    desk: &mut Desk<'_>,
    call: &EnrolCall,
    attestation: &dyn AttestationVerifier,
    customers: &dyn CustomerVerifier,
) -> Result<Answered, Error> {
    let it = &call.enrolment;
    let (key, id) = (it.link_key, it.id());
    let call_id = CallId {
        scope: "enrol",
        key: key.as_bytes(),
        id: id.as_bytes(),
        body: call.body,
    };
    if let Some(answered) = call_id.answered_before(desk.tx)? {
        return Ok(answered);
    }
    if !nonce::take(desk.tx, it.nonce, desk.now)? {
        return Ok(Err(Reason::Nonce));
    }
    if attestation
        .verify(it.kind, &it.attestation, &it.nonce, &key)
        .is_err()
    {
        return Ok(Err(Reason::Attestation));
    }
    let Some(customer) = customers.verify(desk.tx, &it.customer_proof, &key)? else {
        return Ok(Err(Reason::Customer));
    };
    match desk.tx.link(&key)? {
        Some(known) if known.customer != customer => return Ok(Err(Reason::Customer)),
        Some(_) => {}
        None => desk.tx.put_link(&LinkRow {
            key,
            customer,
            attestation_kind: kind_value(it.kind),
            blocked: false,
            enrolled_at: desk.now,
        })?,
    }
    let answer = sign(Enrolled { time: desk.now }, id, &desk.issuer.key)?.encode();
    call_id.keep(desk.tx, &answer, desk.now)?;
    Ok(Ok(answer))
}

fn kind_value(kind: AttestationKind) -> u8 {
    match kind {
        AttestationKind::None => 0,
        AttestationKind::Android => 1,
        AttestationKind::Apple => 2,
    }
}

/// The kind a stored link was enrolled with.
pub(super) fn kind_of(link: &LinkRow) -> AttestationKind {
    match link.attestation_kind {
        1 => AttestationKind::Android,
        2 => AttestationKind::Apple,
        _ => AttestationKind::None,
    }
}
