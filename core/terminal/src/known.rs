//! What the store remembers that the rules look at: request, allowance, exposure, history, convictions.

use skilling_protocol::fraud::PastPayment;
use skilling_protocol::message::Token;
use skilling_protocol::objects::{Allowance, Request};
use skilling_protocol::rules::{KnownAllowance, KnownRequest, Situation};
use skilling_protocol::signed::Verified;
use skilling_protocol::values::{Amount, PublicKey};

use crate::error::TerminalError;
use crate::store::payments::{self, AllowanceRow};
use crate::store::requests::{self, RequestRow};
use crate::terminal::Work;
use crate::trust::Trust;

/// What the store knows that the rules look at.
pub(crate) struct Known {
    pub(crate) request: Option<(RequestRow, Verified<Request>)>,
    pub(crate) allowance: Option<AllowanceRow>,
    /// The token's own allowance, if these very bytes were verified before.
    verified: Option<KnownBefore>,
    history: Vec<PastPayment>,
    is_convicted: bool,
}

/// An allowance verified before, and the issuer key it was verified with.
type KnownBefore = (Verified<Allowance>, PublicKey);

impl Known {
    pub(crate) fn read(work: &Work<'_>, token: &Token) -> Result<Self, TerminalError> {
        let (tx, trust) = (&work.tx, work.trust);
        let payment = token.payment.unverified();
        let request = match requests::find(tx, &payment.request_id)? {
            Some(row) => trust.certificate(row.certificate).map(|certificate| {
                let own = requests::own(&row, certificate.merchant.id());
                (row, own)
            }),
            None => None,
        };
        let allowance = payments::allowance(tx, &token.allowance_id())?;
        let history = match &allowance {
            Some(it) => payments::history(tx, it.row, payment.sequence)?,
            None => Vec::new(),
        };
        let pay_key = &token.allowance.unverified().pay_key;
        Ok(Self {
            request,
            verified: allowance
                .as_ref()
                .and_then(|it| verified_before(it, token, trust)),
            allowance,
            history,
            is_convicted: payments::is_convicted(tx, pay_key)?,
        })
    }

    pub(crate) fn situation<'a>(&'a self, work: &'a Work<'_>, token: &Token) -> Situation<'a> {
        let trust = work.trust;
        let request = self.request.as_ref().and_then(|(row, request)| {
            Some(KnownRequest {
                request,
                merchant: &trust.certificate(row.certificate)?.merchant,
                is_paid: row.is_paid,
                is_cancelled: row.cancelled_at.is_some(),
            })
        });
        Situation {
            now: work.now,
            bundle: trust.bundle.as_ref(),
            outage: trust.outage(token.allowance.unverified().currency),
            status_lists: &trust.status_lists,
            request,
            known_allowance: self
                .verified
                .as_ref()
                .map(|(allowance, issuer_key)| KnownAllowance {
                    allowance,
                    issuer_key,
                }),
            accepted_total: self.accepted_total(),
            is_convicted: self.is_convicted,
            history: &self.history,
        }
    }

    pub(crate) fn accepted_total(&self) -> Amount {
        self.allowance
            .as_ref()
            .map_or(Amount::ZERO, |it| it.accepted)
    }
}

/// Remembered by its whole bytes, signature included, and by the issuer key, which the bundle must still list.
fn verified_before(row: &AllowanceRow, token: &Token, trust: &Trust) -> Option<KnownBefore> {
    if row.object != token.allowance.to_bytes() {
        return None;
    }
    let bundle = trust.bundle.as_ref()?;
    let issuer = bundle
        .issuers_with(token.allowance.key_id()?)
        .find(|it| it.key.as_bytes().as_slice() == row.issuer_key)?;
    let allowance = Verified::from_own_store(token.allowance.clone(), ());
    Some((allowance, issuer.key))
}
