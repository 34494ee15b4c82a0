//! Deposits: what a terminal claims, at its acquirer (`/v1/deposit`) and, forwarded, at an issuer (`/v1/present`).
//!
//! Payments under this program's own issuer are settled at once; those of other issuers become claims and are forwarded.

use std::collections::BTreeMap;

use skilling_protocol::crypto::{DefaultVerifier, SoftwareKey};
use skilling_protocol::message::{DepositCall, Evidence, Expected as _};
use skilling_protocol::objects::{self, Deposit, Merchant, PaymentState};
use skilling_protocol::reason::Reason;
use skilling_protocol::signed::Verified;
use skilling_protocol::values::{Digest, ObjectId, PublicKey, Time};

use super::AcquirerRole;
use crate::calls::{Answered, CallId};
use crate::error::{Error, sign};
use crate::issuer::{Desk, IssuerRole, Side};
use crate::judge::judge;
use crate::scheme::TrustHistory;
use crate::settle::Standing;
use crate::store::{Claim, Forward, PaymentId, Tx};
use crate::verify::digest;

/// What a deposit was found to be worth, payment by payment.
pub(crate) type Accepted = BTreeMap<PaymentId, PaymentState>;
type DepositId = ObjectId<Deposit>;

/// Where the call came in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DepositKind {
    /// At the acquirer, from a terminal.
    Deposit,
    /// At the issuer, from an acquirer, with that issuer's part of the evidence.
    Present,
}

impl DepositKind {
    fn scope(self) -> &'static str {
        match self {
            Self::Deposit => "deposit",
            Self::Present => "present",
        }
    }
}

/// A deposit whose certificate and signature hold.
pub(crate) struct TerminalCall {
    pub(crate) kind: DepositKind,
    call: DepositCall,
    merchant: Verified<Merchant>,
    deposit: Verified<Deposit>,
    body: Digest,
}

impl TerminalCall {
    /// At the acquirer: the certificate is its own.
    pub(crate) fn read_deposit(body: &[u8], role: &AcquirerRole) -> Result<Self, Reason> {
        Self::read(body, DepositKind::Deposit, &[role.key_public()])
    }

    /// At the issuer: the certificate is any listed acquirer's.
    pub(crate) fn read_present(body: &[u8], history: &TrustHistory) -> Result<Self, Reason> {
        Self::read(body, DepositKind::Present, history.acquirer_keys())
    }

    fn read(body: &[u8], kind: DepositKind, acquirers: &[PublicKey]) -> Result<Self, Reason> {
        let call = DepositCall::decode(body).map_err(|it| it.reason())?;
        let verifier = DefaultVerifier::default();
        let untrusted = |_| Reason::TerminalNotTrusted;
        let merchant = call.merchant.clone();
        let merchant = merchant
            .verify_with_any((), acquirers, &verifier)
            .map_err(untrusted)?;
        let deposit = call
            .deposit
            .clone()
            .verify(merchant.id(), &merchant.terminal_key, &verifier)
            .map_err(untrusted)?;
        Ok(Self {
            kind,
            call,
            merchant,
            deposit,
            body: digest(body),
        })
    }

    fn call_id(&self) -> CallId<'_> {
        CallId {
            scope: self.kind.scope(),
            key: self.merchant.terminal_key.as_bytes(),
            id: self.deposit.idempotency_id.as_bytes(),
            body: self.body,
        }
    }

    /// The deposit's id.
    pub(crate) fn id(&self) -> DepositId {
        self.deposit.id()
    }

    /// The stored answer, if the call was answered before.
    pub(crate) fn answered_before(&self, tx: &mut dyn Tx) -> Result<Option<Answered>, Error> {
        self.call_id().answered_before(tx)
    }

    /// Each payment of the deposit with its one evidence; `None` where there is none or more than one.
    fn items(&self) -> Vec<(PaymentId, Option<&Evidence>)> {
        let mut found: BTreeMap<PaymentId, Vec<&Evidence>> = BTreeMap::new();
        for evidence in &self.call.evidence {
            found
                .entry(evidence.token.payment_id())
                .or_default()
                .push(evidence);
        }
        let one = |id: &PaymentId| match found.get(id).map(Vec::as_slice) {
            Some([evidence]) => Some(*evidence),
            _ => None,
        };
        let payments = self.deposit.payments.iter();
        payments.map(|id| (*id, one(id))).collect()
    }

    /// The call as another issuer must see it: with its own evidence only.
    fn part_for(&self, issuer: &PublicKey) -> DepositCall {
        let evidence = self.call.evidence.iter();
        DepositCall {
            merchant: self.call.merchant.clone(),
            deposit: self.call.deposit.clone(),
            evidence: evidence
                .filter(|it| it.token.allowance.key_id() == Some(issuer.key_id()))
                .cloned()
                .collect(),
        }
    }

    /// Signs the answer and keeps it.
    pub(crate) fn answer(
        &self,
        tx: &mut dyn Tx,
        states: &Accepted,
        key: &SoftwareKey,
        now: Time,
    ) -> Result<Vec<u8>, Error> {
        let deposited = objects::Deposited {
            time: now,
            payments: states.iter().map(|(id, state)| (*id, *state)).collect(),
        };
        let body = sign(deposited, self.deposit.id(), key)?.encode();
        self.call_id().keep(tx, &body, now)?;
        Ok(body)
    }
}

/// Where deposits are taken in, inside one transaction.
pub(crate) struct Counter<'a> {
    pub(crate) tx: &'a mut dyn Tx,
    pub(crate) now: Time,
    pub(crate) history: &'a TrustHistory,
    pub(crate) issuer: Option<&'a IssuerRole>,
}

impl Counter<'_> {
    /// Takes in every item. The second value says whether another issuer must be asked.
    pub(crate) fn accept(&mut self, call: &TerminalCall) -> Result<(Accepted, bool), Error> {
        let mut states = Accepted::new();
        let mut others: Vec<PublicKey> = Vec::new();
        for (id, evidence) in call.items() {
            let state = match evidence {
                Some(evidence) if self.is_ours(evidence) => Some(self.own(call, evidence)?),
                Some(evidence) if call.kind == DepositKind::Deposit => {
                    Some(self.foreign(call, evidence, &mut others)?)
                }
                None if call.kind == DepositKind::Deposit => Some(PaymentState::Refused),
                // At an issuer the other payments of the deposit are no business of its.
                _ => None,
            };
            states.extend(state.map(|state| (id, state)));
        }
        for issuer in &others {
            self.tx.put_forward(&Forward {
                deposit: call.id().digest(),
                issuer: *issuer,
                call: call.part_for(issuer).encode(),
                seen_at: self.now,
            })?;
        }
        Ok((states, !others.is_empty()))
    }

    /// The states after other issuers were asked.
    pub(crate) fn refresh(&mut self, states: &mut Accepted) -> Result<(), Error> {
        for (id, state) in states {
            if let Some(claim) = self.tx.claim(*id)? {
                *state = claim.standing.on_the_wire();
            }
        }
        Ok(())
    }

    fn is_ours(&self, evidence: &Evidence) -> bool {
        let named = evidence.token.allowance.key_id();
        let ours = self.issuer.map(|it| it.key_public().key_id());
        ours.is_some() && named == ours
    }

    fn own(&mut self, call: &TerminalCall, evidence: &Evidence) -> Result<PaymentState, Error> {
        let Some(issuer) = self.issuer else {
            return Ok(PaymentState::Refused);
        };
        let mut desk = Desk {
            tx: &mut *self.tx,
            now: self.now,
            history: self.history,
            issuer,
        };
        desk.take_evidence(evidence, Side::Terminal(&call.merchant.terminal_key))
    }

    /// A payment under another issuer's allowance: a claim on that issuer, whether it is suspended or not.
    fn foreign(
        &mut self,
        call: &TerminalCall,
        evidence: &Evidence,
        others: &mut Vec<PublicKey>,
    ) -> Result<PaymentState, Error> {
        let verifier = DefaultVerifier::default();
        let named = evidence.token.allowance.key_id();
        let keys = self.history.issuer_keys().iter();
        let judged = keys
            .filter(|key| named == Some(key.key_id()))
            .find_map(|key| {
                let judged = judge(evidence, key, self.history, &verifier).ok()?;
                Some((*key, judged))
            });
        let Some((issuer, judged)) = judged else {
            return Ok(PaymentState::Refused);
        };
        if judged.request.merchant.terminal_key != call.merchant.terminal_key
            || (judged.fails.is_some() && !judged.released)
        {
            return Ok(PaymentState::Refused);
        }
        let known = self.tx.claim(judged.payment.id())?;
        let claim = known.unwrap_or(Claim {
            payment: judged.payment.id(),
            issuer,
            merchant: judged.request.merchant.id,
            currency: judged.allowance.currency,
            amount: judged.payment.amount,
            standing: Standing::Pending,
            seen_at: self.now,
        });
        self.tx.put_claim(&claim)?;
        let settled = matches!(claim.standing, Standing::Paid | Standing::Released);
        if (!settled || judged.released) && !others.contains(&issuer) {
            others.push(issuer);
        }
        Ok(claim.standing.on_the_wire())
    }
}
