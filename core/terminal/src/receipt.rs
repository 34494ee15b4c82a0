//! Receipts: signed with the key of the request's certificate, stored, given again (protocol section 6, Receipts).

use rusqlite::Connection;
use skilling_protocol::message::Expected as _;
use skilling_protocol::objects::{Outcome as ReceiptOutcome, Payment, Receipt, Request};
use skilling_protocol::signed::Signed;
use skilling_protocol::values::ObjectId;

use crate::error::TerminalError;
use crate::outcome::Answered;
use crate::store::payments::PaymentRow;
use crate::store::requests;
use crate::terminal::Work;
use crate::trust::Trust;

/// Signs a receipt with the key of the request's certificate: no other verifies at the phone.
pub(crate) fn sign_receipt(
    work: &Work<'_>,
    certificate: i64,
    payment: ObjectId<Payment>,
    outcome: ReceiptOutcome,
) -> Result<Signed<Receipt>, TerminalError> {
    let key = work.trust.key_for(work.keys, certificate)?;
    let time = work.now;
    Ok(Signed::sign(
        Receipt { outcome, time },
        payment,
        key.signer(),
    )?)
}

/// The stored answer to a payment, if it has one.
pub(crate) fn stored_answer(
    tx: &Connection,
    row: &PaymentRow,
    trust: &Trust,
) -> Result<Option<Answered>, TerminalError> {
    let (Some(outcome), Some(at), Some(object)) = (row.outcome(), row.answered_at, &row.receipt)
    else {
        return Ok(None);
    };
    Ok(Some(Answered {
        payment: row.id,
        request: request_id(tx, row, trust)?,
        amount: row.amount,
        currency: row.currency,
        outcome,
        at,
        receipt: Signed::<Receipt>::decode(object)?.encode(),
        checks: Vec::new(),
    }))
}

pub(crate) fn request_id(
    tx: &Connection,
    row: &PaymentRow,
    trust: &Trust,
) -> Result<Option<ObjectId<Request>>, TerminalError> {
    let Some(request) = row.request else {
        return Ok(None);
    };
    let request = requests::by_row(tx, request)?;
    let certificate = trust.certificate(request.certificate);
    Ok(certificate.map(|it| request.request.id(it.merchant.id())))
}
