//! What becomes of payments that were under way when the wallet was closed, killed or lost power.

use skilling_protocol::message::{Expected as _, PaymentRequest};
use skilling_protocol::values::Time;

use super::recent::{Recent, Unanswered};
use crate::events;
use crate::store::{Store, StoreError};

/// Brings every payment that was under way to a state:
///
/// ```text
/// reviewed, authorised     --> nothing: no row, no number, no amount; the payer owes nothing
/// committed (token maybe never left, guard maybe one behind)
///                          --> unconfirmed: spent; the same request gets the same bytes; told as presented
/// presented                --> unconfirmed: likewise
/// accepted and later       --> as they are
/// ```
///
/// The guard was brought level before this ([`crate::guard::reconcile`]). Looks at nothing but the payments under way.
pub(crate) fn recover(store: &mut Store, now: Time) -> Result<Recent, StoreError> {
    store.write(|tx| {
        // Their tokens may have left: the app is told now what the process that died could not note.
        for (row, amount, currency) in tx.end_sessions()? {
            tx.put_event(&events::presented(row, amount, currency), now)?;
        }
        Ok(())
    })?;
    let mut recent = Recent::default();
    for payment in store.unsettled(64)?.into_iter().rev() {
        if !payment.stage.is_unanswered() || !Recent::is_recent(payment.time, now) {
            continue;
        }
        let message = store.request_of(payment.row)?;
        let message =
            PaymentRequest::decode(&message).map_err(|_| StoreError::Damaged("payment request"))?;
        recent.committed(Unanswered {
            row: payment.row,
            merchant: message.merchant.unverified().id,
            currency: message.request.unverified().currency,
            amount: payment.amount,
            time: payment.time,
        });
    }
    Ok(recent)
}
