//! What every call of sync.md has in common: an answer or a reason, and the store of answers.

use skilling_protocol::reason::Reason;
use skilling_protocol::values::{Digest, Time};

use crate::error::Error;
use crate::store::{Answer, Tx};

/// A 200 answer's body, or the reason of the problem document.
pub(crate) type Answered = Result<Vec<u8>, Reason>;

/// One call under its idempotency id.
#[derive(Debug, Clone, Copy)]
pub(crate) struct CallId<'a> {
    /// Which kind of call: a terminal may use one id for a deposit and for a renewal.
    pub(crate) scope: &'static str,
    /// The caller's key.
    pub(crate) key: &'a [u8],
    /// The idempotency id; an enrolment's object id.
    pub(crate) id: &'a [u8],
    /// SHA-256 of the body.
    pub(crate) body: Digest,
}

impl CallId<'_> {
    /// The stored answer of the identical call, or that the id was used for another.
    pub(crate) fn answered_before(&self, tx: &mut dyn Tx) -> Result<Option<Answered>, Error> {
        let stored = tx.answer(self.scope, self.key, self.id)?;
        Ok(stored.map(|answer| {
            if answer.request == self.body {
                Ok(answer.body)
            } else {
                Err(Reason::IdempotencyReused)
            }
        }))
    }

    /// Keeps the answer, in the transaction of what it answers.
    pub(crate) fn keep(&self, tx: &mut dyn Tx, body: &[u8], at: Time) -> Result<(), Error> {
        let answer = Answer {
            request: self.body,
            body: body.to_vec(),
            at,
        };
        Ok(tx.put_answer(self.scope, self.key, self.id, &answer)?)
    }
}
