//! "Already answered?" comes first (protocol section 5, Order): the same token again, byte for byte.

use skilling_protocol::message::PaymentRequest;
use skilling_protocol::objects::Request;
use skilling_protocol::values::{ObjectId, Seconds, Time};

use super::{PaymentToken, Stage};
use crate::error::WalletError;
use crate::wallet::Inner;

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

impl Inner {
    pub(crate) fn answered(
        &self,
        request: &ObjectId<Request>,
        now: Time,
    ) -> Result<Answered, WalletError> {
        let Some(payment) = self.store.latest_answer(request)? else {
            return Ok(Answered::No);
        };
        let is_static = payment.answer_before.is_none();
        Ok(match payment.stage {
            Stage::Committed | Stage::Presented | Stage::Unconfirmed => {
                let until = payment.answer_before.map(|end| end.plus(REPEAT));
                if until.is_some_and(|until| now >= until) {
                    return Ok(Answered::No);
                }
                Answered::With(PaymentToken {
                    payment: payment.id,
                    bytes: self.store.token_of(payment.row)?,
                    is_repeat: true,
                })
            }
            Stage::Accepted | Stage::Settled if !is_static => Answered::Accepted,
            _ => Answered::No,
        })
    }
}
