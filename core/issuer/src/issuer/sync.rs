//! Sync at the issuer: evidence, then statements, then the grant, then one signed answer.

use std::collections::BTreeMap;

use skilling_protocol::crypto::DefaultVerifier;
use skilling_protocol::message::{Expected as _, SyncAnswer, SyncCall};
use skilling_protocol::objects::{AllowanceState, PaymentState, Statement, Sync, Synced};
use skilling_protocol::reason::Reason;
use skilling_protocol::signed::Verified;
use skilling_protocol::values::{Amount, Digest, PublicKey};

use super::{Desk, Side, nonce};
use crate::calls::{Answered, CallId};
use crate::error::{Error, sign};
use crate::store::{AllowanceId, AllowanceStanding, LinkRow, PaymentId};
use crate::verify::{AttestationVerifier, digest};

type States = BTreeMap<PaymentId, PaymentState>;

/// A sync, decoded; whether its signature holds is known, but a key nobody enrolled is said first.
pub(crate) struct Synchronise {
    call: SyncCall,
    key: PublicKey,
    verified: Option<Verified<Sync>>,
    body: Digest,
}

impl Synchronise {
    /// Decodes and verifies: needs no store.
    pub(crate) fn read(body: &[u8]) -> Result<Self, Reason> {
        let call = SyncCall::decode(body).map_err(|it| it.reason())?;
        let key = call.sync.unverified().link_key;
        let verified = call
            .sync
            .clone()
            .verify((), &key, &DefaultVerifier::default())
            .ok();
        Ok(Self {
            call,
            key,
            verified,
            body: digest(body),
        })
    }
}

/// Answers a sync.
pub(crate) fn sync(
    desk: &mut Desk<'_>,
    call: &Synchronise,
    attestation: &dyn AttestationVerifier,
) -> Result<Answered, Error> {
    let Some(link) = desk.tx.link(&call.key)? else {
        return Ok(Err(Reason::UnknownLinkKey));
    };
    let Some(sync) = &call.verified else {
        return Ok(Err(Reason::BadCallSignature));
    };
    let call_id = CallId {
        scope: "sync",
        key: call.key.as_bytes(),
        id: sync.idempotency_id.as_bytes(),
        body: call.body,
    };
    if let Some(answered) = call_id.answered_before(desk.tx)? {
        return Ok(answered);
    }
    if !nonce::take(desk.tx, sync.nonce, desk.now)? {
        return Ok(Err(Reason::Nonce));
    }
    let answer = desk.synchronise(&link, call, sync, attestation)?.encode();
    call_id.keep(desk.tx, &answer, desk.now)?;
    Ok(Ok(answer))
}

impl Desk<'_> {
    fn synchronise(
        &mut self,
        link: &LinkRow,
        call: &Synchronise,
        sync: &Verified<Sync>,
        attestation: &dyn AttestationVerifier,
    ) -> Result<SyncAnswer, Error> {
        for mut row in self.tx.allowances_of(&link.key)? {
            self.settle_if_due(&mut row)?;
        }
        let mut states = States::new();
        for evidence in &call.call.evidence {
            let state = self.take_evidence(evidence, Side::Payer(&link.key))?;
            states.insert(evidence.token.payment_id(), state);
        }
        for statement in &sync.statements {
            self.take_statement(link, statement, sync)?;
        }
        self.add_news(link, &mut states)?;
        // Evidence of this very call may have stopped the phone.
        let link = self.tx.link(&link.key)?.ok_or(Error::Unknown("link key"))?;
        let granted = match &sync.wanted {
            Some(wanted) => Some(self.grant(&link, wanted, &sync.nonce, attestation)?),
            None => None,
        };
        let (allowance, no_grant) = match granted {
            Some(Ok(allowance)) => (Some(allowance), None),
            Some(Err(reason)) => (None, Some(reason.code())),
            None => (None, None),
        };
        let synced = Synced {
            time: self.now,
            next_nonce: nonce::issue(self.tx, self.now)?,
            payments: states.into_iter().collect(),
            reserved: self.reserved(&link)?,
            no_grant,
        };
        Ok(SyncAnswer {
            synced: sign(synced, sync.id(), &self.issuer.key)?,
            allowance,
        })
    }

    /// Open raises what is known to be spent; closed and lost set the status bit, for good.
    fn take_statement(
        &mut self,
        link: &LinkRow,
        statement: &Statement,
        sync: &Verified<Sync>,
    ) -> Result<(), Error> {
        let Some(mut row) = self.tx.allowance(statement.allowance)? else {
            return Ok(());
        };
        if row.link != link.key || row.standing != AllowanceStanding::Open {
            return Ok(());
        }
        if statement.state != AllowanceState::Lost {
            row.greatest_spent = row.greatest_spent.max(statement.spent);
        }
        match statement.state {
            AllowanceState::Open => {}
            AllowanceState::Closed => {
                row.standing = AllowanceStanding::Closed;
                row.closing_sync = Some(sync.signed().to_bytes());
            }
            AllowanceState::Lost => row.standing = AllowanceStanding::Lost,
        }
        self.tx.put_allowance(&row)?;
        if row.standing != AllowanceStanding::Open {
            self.revoke(&mut row)?;
        }
        self.trim(&row)?;
        Ok(())
    }

    /// Every payment of this phone whose state it has not been told.
    fn add_news(&mut self, link: &LinkRow, states: &mut States) -> Result<(), Error> {
        for mut payment in self.tx.unreported(&link.key)? {
            states.insert(payment.id, payment.standing.on_the_wire());
            payment.reported = Some(payment.standing);
            self.tx.put_payment(&payment)?;
        }
        Ok(())
    }

    /// What is still reserved for every allowance before its deadline, ascending.
    fn reserved(&mut self, link: &LinkRow) -> Result<Vec<(AllowanceId, Amount)>, Error> {
        let mut reserved = Vec::new();
        for row in self.tx.allowances_of(&link.key)? {
            if !row.settled {
                let reserve = crate::store::Account::Reserve(row.id);
                reserved.push((row.id, self.held(reserve, row.currency)?));
            }
        }
        reserved.sort_unstable_by_key(|(id, _)| *id);
        Ok(reserved)
    }
}
