//! Renewing the merchant certificate while 30 days are left, under the same key or a new one (sync.md).

use skilling_platform::random;
use skilling_platform::transport::{HttpRequest, Transport};
use skilling_protocol::message::{Expected, RenewalCall};
use skilling_protocol::objects::{Merchant, Renewal};
use skilling_protocol::signed::{Signed, Verified};
use skilling_protocol::values::{IdempotencyId, PublicKey, Seconds, Time};

use crate::error::TerminalError;
use crate::keys::TerminalKey;
use crate::online::{Failed, Problem};
use crate::store::{self, calls, requests};
use crate::terminal::{Terminal, VERIFIER};
use crate::trust::Certificate;

const PATH: &str = "/v1/renew";
/// A certificate is renewed when less than this is left.
const RENEW_BEFORE: Seconds = Seconds::days(30);

/// What came of a renewal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Renewed {
    /// The new certificate is in use and ends at this time.
    Until(Time),
    /// Nothing changed; the same call is repeated next time.
    Failed(Failed),
}

impl Terminal {
    /// Whether the certificate should be renewed now: 30 days or less are left, or it has ended.
    ///
    /// # Errors
    /// [`TerminalError::NoCertificate`], or the store's.
    pub fn renewal_is_due(&self) -> Result<bool, TerminalError> {
        self.work(|work| {
            let (certificate, _) = work.current()?;
            Ok(work.now.plus(RENEW_BEFORE) >= certificate.merchant.valid_until)
        })
    }

    /// Asks the acquirer for the next certificate, for `new_key` if one is given: make it with [`crate::keys::create_in`]
    /// first, so that it is durable. Old keys stay with this till. An earlier call without an answer is repeated as it was.
    ///
    /// # Errors
    /// [`TerminalError::NoCertificate`], the key's, or the store's.
    pub async fn renew(
        &self,
        transport: &dyn Transport,
        new_key: Option<TerminalKey>,
    ) -> Result<Renewed, TerminalError> {
        let new = new_key.as_ref().map(TerminalKey::public_key);
        if let Some(key) = new_key {
            self.hold_key(key);
        }
        let (certificate, body) = self.renewal_call(new)?;
        let answer = match self.call(transport, HttpRequest::post(PATH, &body)).await? {
            Ok(answer) => answer,
            Err(failed) => return Ok(Renewed::Failed(failed)),
        };
        let problem = match answer.status {
            200 => match self.take_renewed(&certificate, &body, &answer.body) {
                Ok(merchant) => return Ok(Renewed::Until(merchant.valid_until)),
                Err(TerminalError::BadAnswer) => Problem::BadAnswer,
                Err(error) => return Err(error),
            },
            _ => {
                self.change(|work| Ok(calls::drop_renewal(&work.tx, certificate.row)?))?;
                Problem::of(&answer)
            }
        };
        let failed = self.note_failure(problem, answer.retry_after)?;
        Ok(Renewed::Failed(failed))
    }

    /// Keys of this till that nothing needs any more: not current, everything under them deposited and confirmed, and no
    /// request under them can still be answered. Their payments can no longer be voided once the key is destroyed.
    ///
    /// # Errors
    /// The store cannot be read.
    pub fn spent_keys(&self) -> Result<Vec<PublicKey>, TerminalError> {
        self.work(|work| {
            let Ok((_, current)) = work.current() else {
                return Ok(Vec::new());
            };
            let mut needed = vec![current.public_key()];
            let mut candidates = Vec::new();
            for (certificate, key) in work.trust.held(work.keys) {
                let row = certificate.row;
                let busy = calls::count_due(&work.tx, row)? > 0
                    || requests::may_be_answered(&work.tx, row, work.now)?;
                let list = if busy { &mut needed } else { &mut candidates };
                list.push(key.public_key());
            }
            candidates.retain(|key| !needed.contains(key));
            candidates.sort_unstable();
            candidates.dedup();
            Ok(candidates)
        })
    }

    /// Keys at hand that no certificate names: made for one that has not come yet, such as by a renewal that failed.
    ///
    /// # Errors
    /// The store cannot be read.
    pub fn uncertified_keys(&self) -> Result<Vec<PublicKey>, TerminalError> {
        self.work(|work| {
            let is_named = |key: &PublicKey| {
                work.trust
                    .certificates
                    .iter()
                    .any(|it| it.merchant.terminal_key == *key)
            };
            let keys = work.keys.iter().map(TerminalKey::public_key);
            Ok(keys.filter(|key| !is_named(key)).collect())
        })
    }

    /// The call that is not answered yet, else a new one, durable.
    fn renewal_call(
        &self,
        new_key: Option<PublicKey>,
    ) -> Result<(Certificate, Vec<u8>), TerminalError> {
        self.change(|work| {
            let (certificate, key) = work.current()?;
            if let Some(body) = calls::renewal(&work.tx, certificate.row)? {
                let asked = RenewalCall::decode(&body)?
                    .renewal
                    .unverified()
                    .new_terminal_key;
                if asked.is_none_or(|asked| work.keys.iter().any(|key| key.public_key() == asked)) {
                    return Ok((certificate.clone(), body));
                }
            }
            let renewal = Renewal {
                idempotency_id: IdempotencyId(random::bytes()?),
                time: work.now,
                new_terminal_key: new_key,
            };
            let call = RenewalCall {
                merchant: certificate.merchant.signed().clone(),
                renewal: Signed::sign(renewal, certificate.merchant.id(), key.signer())?,
            };
            let body = call.encode();
            calls::put_renewal(&work.tx, certificate.row, &body)?;
            Ok((certificate.clone(), body))
        })
    }

    fn take_renewed(
        &self,
        held: &Certificate,
        body: &[u8],
        answer: &[u8],
    ) -> Result<Verified<Merchant>, TerminalError> {
        self.change(|work| {
            let call = RenewalCall::decode(body)?;
            let asked = call.renewal.unverified().new_terminal_key;
            let wanted = asked.unwrap_or(held.merchant.terminal_key);
            let signed = <Signed<Merchant> as Expected>::decode(answer)
                .map_err(|_| TerminalError::BadAnswer)?;
            for acquirer in work.trust.acquirer_keys(held) {
                let Ok(merchant) = signed.clone().verify((), &acquirer, &VERIFIER) else {
                    continue;
                };
                if merchant.terminal_key != wanted || merchant.id != held.merchant.id {
                    break;
                }
                store::trust::put_certificate(&work.tx, &merchant, &acquirer)?;
                calls::drop_renewal(&work.tx, held.row)?;
                return Ok(merchant);
            }
            Err(TerminalError::BadAnswer)
        })
    }
}
