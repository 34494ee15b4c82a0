//! "Already answered?" comes first (protocol section 5, Order): the same token again, byte for byte.

use skilling_protocol::message::PaymentRequest;
use skilling_protocol::objects::{Payment, Request};
use skilling_protocol::values::{ObjectId, Seconds, Time};

use super::{PaymentToken, Stage};
use crate::error::WalletError;
use crate::store::StoredPayment;
use crate::wallet::{Inner, Wallet};

/// How long after "answer before" an unanswered token is still repeated.
const REPEAT: Seconds = Seconds::hours(24);

/// What the wallet has already said to a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Answered {
    /// Nothing that still counts.
    No,
    /// This token; no receipt has come.
    With(PaymentToken),
    /// With a payment that was accepted: a dynamic request is not paid twice.
    Accepted,
}

/// The request's id, which binds the merchant certificate. Computed, not verified: it only finds what was verified before.
pub(crate) fn request_id(message: &PaymentRequest) -> ObjectId<Request> {
    message.request.id(message.merchant.id(()))
}

impl Wallet {
    /// The token of a payment that the payer wants to show once more, from the history; `None` once a receipt or the bank has answered,
    /// and 24 hours after "answer before". The very same bytes: nothing is paid twice.
    ///
    /// # Errors
    /// [`WalletError::NoSuchPayment`]; [`WalletError::NotInFront`]; [`WalletError::Guard`]; storage.
    pub fn repeat(&self, payment: &ObjectId<Payment>) -> Result<Option<PaymentToken>, WalletError> {
        let now = self.now();
        let mut inner = self.turn()?;
        let found = inner.store.payment(payment)?;
        let found = found.ok_or(WalletError::NoSuchPayment)?;
        let Some(token) = inner.unanswered(&found, now)? else {
            return Ok(None);
        };
        self.demand_in_front()?;
        inner.advance_guard(&self.ports)?;
        Ok(Some(token))
    }
}

impl Inner {
    pub(crate) fn answered(
        &self,
        request: &ObjectId<Request>,
        now: Time,
    ) -> Result<Answered, WalletError> {
        let Some(payment) = self.store.latest_answer(request)? else {
            return Ok(Answered::No);
        };
        if let Some(token) = self.unanswered(&payment, now)? {
            return Ok(Answered::With(token));
        }
        let is_static = payment.answer_before.is_none();
        Ok(match payment.stage {
            Stage::Accepted | Stage::Settled if !is_static => Answered::Accepted,
            _ => Answered::No,
        })
    }

    /// The token, while nobody has said what became of it and it may still be repeated.
    fn unanswered(
        &self,
        payment: &StoredPayment,
        now: Time,
    ) -> Result<Option<PaymentToken>, WalletError> {
        let is_open = matches!(
            payment.stage,
            Stage::Committed | Stage::Presented | Stage::Unconfirmed
        );
        let until = payment.answer_before.map(|end| end.plus(REPEAT));
        if !is_open || until.is_some_and(|until| now >= until) {
            return Ok(None);
        }
        Ok(Some(PaymentToken {
            payment: payment.id,
            bytes: self.store.token_of(payment.row)?,
            is_repeat: true,
        }))
    }
}
