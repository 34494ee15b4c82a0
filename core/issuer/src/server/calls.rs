//! The calls of sync.md as plain blocking functions: a body in, an answer or a reason out. HTTP is elsewhere.

use std::sync::Arc;

use skilling_protocol::cbor::Writer;
use skilling_protocol::reason::Reason;
use skilling_protocol::values::{Digest, Time};

use super::Server;
use crate::acquirer::{
    Accepted, AcquirerRole, Counter, DepositKind, RenewCall, TerminalCall, apply_answer, renew,
    send,
};
use crate::calls::Answered;
use crate::error::Error;
use crate::issuer::{self, Desk, EnrolCall, IssuerRole, Published, Synchronise};
use crate::store::{self, Forward, Tx};

/// A deposit taken in: answered, or waiting for other issuers.
pub(crate) enum Taken {
    Answered(Answered),
    Waits(Box<TerminalCall>, Accepted),
}

impl Server {
    pub(crate) fn now(&self) -> Time {
        self.clock.now()
    }

    pub(crate) fn issuer_role(&self) -> Result<&IssuerRole, Error> {
        self.issuer.as_ref().ok_or(Error::NotThisRole("issuer"))
    }

    pub(crate) fn acquirer_role(&self) -> Result<&AcquirerRole, Error> {
        self.acquirer.as_ref().ok_or(Error::NotThisRole("acquirer"))
    }

    pub(crate) fn transact<T>(
        &self,
        work: impl FnMut(&mut dyn Tx) -> Result<T, Error>,
    ) -> Result<T, Error> {
        store::run(self.store.as_ref(), work)
    }

    /// Runs `work` at the issuer's desk, and publishes the status list if a bit was set.
    pub(crate) fn at_desk<T>(
        &self,
        mut work: impl FnMut(&mut Desk<'_>) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let issuer = self.issuer_role()?;
        let history = self.scheme.history()?;
        let now = self.now();
        let (value, is_due) = self.transact(|tx| {
            let value = work(&mut Desk {
                tx: &mut *tx,
                now,
                history: &history,
                issuer,
            })?;
            Ok((value, issuer::is_due(tx, now)?))
        })?;
        if is_due {
            self.publish_status()?;
        }
        Ok(value)
    }

    /// `POST /v1/nonce`.
    pub(crate) fn nonce(&self) -> Result<Vec<u8>, Error> {
        self.issuer_role()?;
        let now = self.now();
        let nonce = self.transact(|tx| issuer::issue_nonce(tx, now))?;
        let mut writer = Writer::new();
        writer.bytes(nonce.as_bytes());
        Ok(writer.into_bytes())
    }

    /// `POST /v1/enrol`.
    pub(crate) fn enrol(&self, body: &[u8]) -> Result<Answered, Error> {
        let call = match EnrolCall::read(body) {
            Ok(call) => call,
            Err(reason) => return Ok(Err(reason)),
        };
        let (attestation, customers) = (self.attestation.as_ref(), self.customers.as_ref());
        self.at_desk(|desk| issuer::enrol(desk, &call, attestation, customers))
    }

    /// `POST /v1/sync`.
    pub(crate) fn sync(&self, body: &[u8]) -> Result<Answered, Error> {
        let call = match Synchronise::read(body) {
            Ok(call) => call,
            Err(reason) => return Ok(Err(reason)),
        };
        // A grant needs the bundle of today.
        self.scheme.trust_bundle()?;
        self.at_desk(|desk| issuer::sync(desk, &call, self.attestation.as_ref()))
    }

    /// `POST /v1/renew`.
    pub(crate) fn renew(&self, body: &[u8]) -> Result<Answered, Error> {
        let role = self.acquirer_role()?;
        let call = match RenewCall::read(body, role) {
            Ok(call) => call,
            Err(reason) => return Ok(Err(reason)),
        };
        let now = self.now();
        self.transact(|tx| renew(tx, &call, role, now))
    }

    /// `POST /v1/present`, and `POST /v1/deposit` as far as it goes without asking others.
    pub(crate) fn take_deposit(&self, body: &[u8], kind: DepositKind) -> Result<Taken, Error> {
        let history = self.scheme.history()?;
        let call = match kind {
            DepositKind::Deposit => TerminalCall::read_deposit(body, self.acquirer_role()?),
            DepositKind::Present => {
                self.issuer_role()?;
                TerminalCall::read_present(body, &history)
            }
        };
        let call = match call {
            Ok(call) => call,
            Err(reason) => return Ok(Taken::Answered(Err(reason))),
        };
        let now = self.now();
        let (taken, is_due) = self.transact(|tx| {
            if let Some(answered) = call.answered_before(tx)? {
                return Ok((Err(answered), false));
            }
            let mut counter = Counter {
                tx: &mut *tx,
                now,
                history: &history,
                issuer: self.issuer.as_ref(),
            };
            let (states, waits) = counter.accept(&call)?;
            let is_due = self.issuer.is_some() && issuer::is_due(tx, now)?;
            if waits {
                return Ok((Ok(states), is_due));
            }
            let body = self.sign_deposit(tx, &call, &states, now)?;
            Ok((Err(Ok(body)), is_due))
        })?;
        if is_due {
            self.publish_status()?;
        }
        Ok(match taken {
            Err(answered) => Taken::Answered(answered),
            Ok(states) => Taken::Waits(Box::new(call), states),
        })
    }

    /// The answer to a deposit after other issuers were asked; who has not answered leaves its payments pending.
    pub(crate) fn finish_deposit(
        &self,
        call: &TerminalCall,
        mut states: Accepted,
    ) -> Result<Answered, Error> {
        let history = self.scheme.history()?;
        let now = self.now();
        self.transact(|tx| {
            if let Some(answered) = call.answered_before(tx)? {
                return Ok(answered);
            }
            let mut counter = Counter {
                tx,
                now,
                history: &history,
                issuer: self.issuer.as_ref(),
            };
            counter.refresh(&mut states)?;
            self.sign_deposit(tx, call, &states, now).map(Ok)
        })
    }

    fn sign_deposit(
        &self,
        tx: &mut dyn Tx,
        call: &TerminalCall,
        states: &Accepted,
        now: Time,
    ) -> Result<Vec<u8>, Error> {
        let key = match call.kind {
            DepositKind::Deposit => &self.acquirer_role()?.key,
            DepositKind::Present => &self.issuer_role()?.key,
        };
        call.answer(tx, states, key, now)
    }

    /// Deposits that other issuers have not answered yet, oldest first.
    pub(crate) fn unanswered(&self, limit: u32) -> Result<Vec<Forward>, Error> {
        self.transact(|tx| Ok(tx.forwards(limit)?))
    }

    /// What other issuers have not answered of one deposit.
    pub(crate) fn unanswered_of(&self, deposit: Digest) -> Result<Vec<Forward>, Error> {
        self.transact(|tx| Ok(tx.forwards_of(deposit)?))
    }

    /// Presents one deposit to its issuer and books the answer. Whether there was one.
    pub(crate) async fn present(self: &Arc<Self>, forward: Forward) -> Result<bool, Error> {
        let (server, issuer) = (self.clone(), forward.issuer);
        let Some(transport) = blocking(move || Ok(server.transport_to(&issuer))).await? else {
            return Ok(false);
        };
        let Some(answer) = send(&forward, transport.as_ref()).await else {
            return Ok(false);
        };
        let server = self.clone();
        blocking(move || {
            let (role, now) = (server.acquirer_role()?, server.now());
            server.transact(|tx| apply_answer(tx, &forward, &answer, role, now))
        })
        .await?;
        Ok(true)
    }

    /// `GET /v1/status/{list}`: this issuer's own, or another's of the scheme. Message type 5 and claim 6.
    pub(crate) fn status(&self, list: &str) -> Result<Option<(Time, Vec<u8>)>, Error> {
        match &self.issuer {
            Some(issuer) if issuer.list_name() == list => {
                let published = self.publish_status()?;
                Ok(published.map(|it| (it.issued_at, it.message)))
            }
            _ => self.scheme.status(list),
        }
    }

    /// Publishes the status list if anything changed or it is old, here and with the scheme.
    pub(crate) fn publish_status(&self) -> Result<Option<Published>, Error> {
        let Some(issuer) = &self.issuer else {
            return Ok(None);
        };
        let now = self.now();
        let published = self.transact(|tx| issuer::publish_status(tx, issuer, now))?;
        let (name, at) = (issuer.list_name(), published.issued_at);
        self.scheme.publish_status(&name, at, &published.message)?;
        Ok(Some(published))
    }

    /// The reason for an error inside: the caller tries again.
    pub(crate) fn reason_of(error: &Error) -> Reason {
        tracing::error!(%error, "a call failed inside");
        Reason::ServerBusy
    }
}

/// Runs what blocks where blocking is allowed.
pub(crate) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Error> + Send + 'static,
) -> Result<T, Error> {
    tokio::task::spawn_blocking(work)
        .await
        .unwrap_or(Err(Error::NotNow("the program is stopping")))
}
