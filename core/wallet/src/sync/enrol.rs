//! Enrolment: a link key of this phone, and the bank's own proof of who the customer is.

use skilling_platform::transport::{HttpRequest, Transport};
use skilling_protocol::message::Expected;
use skilling_protocol::objects::{Enrolled, Enrolment};
use skilling_protocol::reason::Reason;
use skilling_protocol::signed::Signed;

use super::BankId;
use super::call::Stop;
use super::problem::{Failed, Heard, Problem, hear};
use crate::error::WalletError;
use crate::ports::{KeyAlias, KeyUse};
use crate::store::StoredBank;
use crate::wallet::{VERIFIER, Wallet};

const PATH: &str = "/v1/enrol";
/// New calls after an answer that nothing was done.
const ATTEMPTS: u32 = 3;
/// The longest proof of who the customer is (sync.md, enrolment key 5).
const LONGEST_CODE: usize = 2_048;

/// An enrolment that is durable and not answered.
struct Open {
    bank: StoredBank,
    body: Vec<u8>,
}

impl Wallet {
    /// Enrols this phone at the bank behind `transport` with the code that the bank gave the customer. Fetches the trust bundle
    /// first: only an issuer in it may answer. After an answer that never came, the same code sends the same bytes again.
    ///
    /// # Errors
    /// [`WalletError::Online`] with what to do; [`WalletError::Refused`] with 53 for a code of 0 or over 2,048 bytes; keys, storage.
    pub async fn enrol(
        &self,
        transport: &dyn Transport,
        code: &str,
    ) -> Result<BankId, WalletError> {
        if code.is_empty() || code.len() > LONGEST_CODE {
            return Err(WalletError::Refused(Reason::Customer));
        }
        self.delete_retired_keys().await?;
        self.fetch_bundle(transport).await?;
        let enrolled = self.enrol_with(transport, code).await;
        self.delete_retired_keys().await?;
        enrolled.map_err(|stop| match stop {
            Stop::Failed(failed) => WalletError::Online(failed),
            Stop::Error(error) => error,
        })
    }

    async fn enrol_with(&self, transport: &dyn Transport, code: &str) -> Result<BankId, Stop> {
        let mut attempts = 0_u32;
        loop {
            let open = match self.open_enrolment(code)? {
                Some(open) => open,
                None => self.make_enrolment(transport, code).await?,
            };
            let bank = open.bank.row;
            match hear(transport.send(HttpRequest::post(PATH, &open.body)).await) {
                Heard::Answer(body) => {
                    if self.enrolled(&open, &body)? {
                        return Ok(BankId(bank));
                    }
                    return Err(self.failed_again(bank, Problem::BadAnswer, None)?.into());
                }
                Heard::Anew(problem) => {
                    self.drop_enrolment(&open.bank)?;
                    attempts = attempts.saturating_add(1);
                    if attempts >= ATTEMPTS {
                        return Err(super::call::later(attempts, problem, None)?.into());
                    }
                }
                Heard::TooLarge(problem) | Heard::Never(problem) => {
                    self.drop_enrolment(&open.bank)?;
                    return Err(Failed::for_good(problem).into());
                }
                Heard::Later(problem, after) => {
                    return Err(self.failed_again(bank, problem, after)?.into());
                }
            }
        }
    }

    /// The enrolment with this code that is not answered; one with another code is given up.
    fn open_enrolment(&self, code: &str) -> Result<Option<Open>, WalletError> {
        let mut inner = self.turn()?;
        let banks = inner.store.banks()?;
        for bank in banks.into_iter().filter(|bank| bank.issuer_key.is_none()) {
            if let Some(body) = inner.store.open_call(bank.row)? {
                let call = <Signed<Enrolment> as Expected>::decode(&body)?;
                if call.unverified().customer_proof == code.as_bytes() {
                    return Ok(Some(Open { bank, body }));
                }
            }
            inner.store.write(|tx| tx.drop_bank(&bank))?;
        }
        Ok(None)
    }

    async fn make_enrolment(&self, transport: &dyn Transport, code: &str) -> Result<Open, Stop> {
        let nonce = self.fetch_nonce(transport, 0).await?;
        let alias = KeyAlias::fresh(KeyUse::Link);
        let key = self
            .ports
            .keys
            .generate(&alias, KeyUse::Link, &nonce)
            .await?;
        let enrolment = Enrolment {
            nonce,
            link_key: key.public_key,
            kind: self.ports.keys.attestation_kind(),
            attestation: key.attestation,
            customer_proof: code.as_bytes().to_vec(),
        };
        let signed = self
            .sign_with_link(&alias, &key.public_key, enrolment)
            .await?;
        let body = signed.encode();
        let now = self.now();
        let mut inner = self.turn()?;
        let row = inner.store.write(|tx| {
            let row = tx.put_bank(&key.public_key, &alias)?;
            tx.put_call(row, &body, now)?;
            Ok(row)
        })?;
        let bank = inner.store.bank(row)?;
        let bank = bank.ok_or(crate::StoreError::Damaged("bank"))?;
        Ok(Open { bank, body })
    }

    /// False if the answer is no issuer's of the bundle.
    fn enrolled(&self, open: &Open, answer: &[u8]) -> Result<bool, WalletError> {
        let enrolment = <Signed<Enrolment> as Expected>::decode(&open.body)?.id(());
        let Ok(answer) = <Signed<Enrolled> as Expected>::decode(answer) else {
            return Ok(false);
        };
        let mut inner = self.turn()?;
        let verified = inner.issuer_keys().into_iter().find_map(|key| {
            let verified = answer.clone().verify_with_any(enrolment, [&key], &VERIFIER);
            Some((key, verified.ok()?))
        });
        let Some((issuer_key, enrolled)) = verified else {
            return Ok(false);
        };
        let mark = inner.high_water_mark.max(enrolled.time);
        inner.store.write(|tx| {
            tx.put_enrolled(open.bank.row, &issuer_key, enrolled.time)?;
            tx.put_high_water_mark(mark)
        })?;
        inner.high_water_mark = mark;
        Ok(true)
    }

    fn drop_enrolment(&self, bank: &StoredBank) -> Result<(), WalletError> {
        Ok(self.turn()?.store.write(|tx| tx.drop_bank(bank))?)
    }
}
