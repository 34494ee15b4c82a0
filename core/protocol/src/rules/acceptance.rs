//! Section 6 as one pure function: a decoded token, what the terminal knows, a verdict.
//!
//! The steps before rule 3 belong to the caller: the terminal's clock ([`terminal_clock_holds`]), decoding (1, 2), the
//! bundle's lowest version ([`version_holds`], also 2), and "same payment again", which needs nothing but the payment id. Rule 26 is the caller's store.

use alloc::vec::Vec;

use super::offline::{extension_in_force, limit_holds};
use super::verdict::{Acceptance, Check, CheckOutcome, Measured, Verdict};
use crate::crypto::Verifier;
use crate::fraud::PastPayment;
use crate::message::Token;
use crate::objects::{
    Allowance, IssuerEntry, Merchant, Outage, Payment, Policy, Request, TrustBundle,
};
use crate::reason::Reason;
use crate::signed::Verified;
use crate::status_list::StatusList;
use crate::values::{Amount, PublicKey, Seconds, Time};

/// The version of this protocol.
const PROTOCOL_VERSION: u32 = 1;

/// How far the terminal's clock may fall behind its last acceptance.
const CLOCK_SLACK: Seconds = Seconds(300);

/// What the terminal knows when a token comes in.
#[derive(Debug, Clone, Copy)]
pub struct Situation<'a> {
    /// The terminal's clock.
    pub now: Time,
    /// The bundle held, expired or not; `None` fails rule 3.
    pub bundle: Option<&'a Verified<TrustBundle>>,
    /// The outage with the highest serial known of the allowance's currency.
    pub outage: Option<&'a Verified<Outage>>,
    /// The newest valid list of each issuer; more do not hurt.
    pub status_lists: &'a [StatusList],
    /// The request with the id the payment names, if this terminal made it.
    pub request: Option<KnownRequest<'a>>,
    /// The allowance with the token's whole bytes, if it was verified before.
    pub known_allowance: Option<KnownAllowance<'a>>,
    /// Accepted in all from this allowance at this store, net of voids.
    pub accepted_total: Amount,
    /// A fraud proof under this pay key is held.
    pub is_convicted: bool,
    /// Payments of this allowance known here, accepted or not. Must hold whichever have the same sequence, the highest
    /// `spent` and `released` before it, and the lowest `spent - amount` and `released` after it; all of them will do.
    pub history: &'a [PastPayment],
}

/// A request this terminal made, as it stands now.
#[derive(Debug, Clone, Copy)]
pub struct KnownRequest<'a> {
    /// The request.
    pub request: &'a Request,
    /// The certificate it was made under.
    pub merchant: &'a Merchant,
    /// Another payment was accepted for it, even if voided since.
    pub is_paid: bool,
    /// The cashier cancelled it.
    pub is_cancelled: bool,
}

/// An allowance verified before, remembered with the key that signed it.
#[derive(Debug, Clone, Copy)]
pub struct KnownAllowance<'a> {
    /// The allowance; only used if it equals the token's to the last byte.
    pub allowance: &'a Verified<Allowance>,
    /// The issuer key it was verified with; only used while the bundle lists it.
    pub issuer_key: &'a PublicKey,
}

/// Rule 29: the clock is neither before the bundle's "issued" nor more than 300 s before the last acceptance.
#[must_use]
pub fn terminal_clock_holds(
    now: Time,
    bundle: Option<&Verified<TrustBundle>>,
    last_acceptance: Option<Time>,
) -> bool {
    bundle.is_none_or(|bundle| now >= bundle.issued)
        && last_acceptance.is_none_or(|last| now.plus(CLOCK_SLACK) >= last)
}

/// The part of rule 2 that the bundle decides: version 1 is still accepted.
#[must_use]
pub fn version_holds(bundle: Option<&Verified<TrustBundle>>) -> bool {
    bundle
        .and_then(|bundle| bundle.lowest_protocol)
        .is_none_or(|lowest| lowest <= PROTOCOL_VERSION)
}

/// Rules 3 to 28 on a decoded token, in the order of section 6. Where [`version_holds`] does not, the verdict is code 2
/// and nothing else is looked at.
#[must_use]
pub fn check(token: &Token, situation: &Situation<'_>, verifier: &impl Verifier) -> Verdict {
    if !version_holds(situation.bundle) {
        return Verdict::unsupported();
    }
    let mut run = Run::new(token, situation, verifier);
    run.trust();
    run.allowance();
    run.payment();
    run.request();
    run.policy_and_limits();
    run.history();
    run.verdict()
}

struct Run<'a, V> {
    token: &'a Token,
    allowance: &'a Allowance,
    payment: &'a Payment,
    situation: &'a Situation<'a>,
    verifier: &'a V,
    extension: Seconds,
    skew: Seconds,
    policy: Option<&'a Policy>,
    issuer: Option<&'a IssuerEntry>,
    verified_allowance: Option<Verified<Allowance>>,
    verified_payment: Option<Verified<Payment>>,
    checks: Vec<Check>,
    conflicts: Vec<(super::Conflict, crate::values::ObjectId<Payment>)>,
}

impl<'a, V: Verifier> Run<'a, V> {
    fn new(token: &'a Token, situation: &'a Situation<'a>, verifier: &'a V) -> Self {
        let allowance = token.allowance.unverified();
        let policy = situation
            .bundle
            .and_then(|bundle| bundle.policy(allowance.currency));
        Self {
            token,
            allowance,
            payment: token.payment.unverified(),
            situation,
            verifier,
            extension: extension_in_force(situation.outage, situation.now),
            skew: policy.map_or(Seconds(0), |policy| policy.skew),
            policy,
            issuer: None,
            verified_allowance: None,
            verified_payment: None,
            checks: Vec::with_capacity(24),
            conflicts: Vec::new(),
        }
    }

    fn rule(&mut self, rule: Reason, holds: bool, measured: Measured) {
        let outcome = if holds {
            CheckOutcome::Passed
        } else {
            CheckOutcome::Failed
        };
        self.checks.push(Check {
            rule,
            outcome,
            measured,
        });
    }

    fn skip(&mut self, rule: Reason, why: &'static str) {
        self.checks.push(Check {
            rule,
            outcome: CheckOutcome::Skipped(why),
            measured: Measured::Nothing,
        });
    }

    /// Rules 3, 4 and 5. The issuer is the one whose key verifies, where several share an id.
    fn trust(&mut self) {
        let now = self.situation.now;
        let Some(bundle) = self.situation.bundle else {
            self.rule(Reason::TrustExpired, false, Measured::Nothing);
            self.skip(Reason::UnknownIssuer, "no trust bundle");
            self.skip(Reason::IssuerSuspended, "no trust bundle");
            return;
        };
        let end = bundle.expires.plus(self.extension);
        self.rule(
            Reason::TrustExpired,
            bundle.is_in_force(now, self.extension),
            Measured::Time(now, end),
        );
        self.find_issuer(bundle);
        self.rule(
            Reason::UnknownIssuer,
            self.issuer.is_some(),
            Measured::Nothing,
        );
        match self.issuer {
            Some(issuer) => {
                let active = issuer.is_active_for(self.allowance.currency, now);
                self.rule(Reason::IssuerSuspended, active, Measured::Nothing);
            }
            None => self.skip(Reason::IssuerSuspended, "unknown issuer"),
        }
    }

    fn find_issuer(&mut self, bundle: &'a Verified<TrustBundle>) {
        let Some(id) = self.token.allowance.key_id() else {
            return;
        };
        if let Some(known) = self.situation.known_allowance
            && known.allowance.signed() == &self.token.allowance
            && let Some(issuer) = bundle
                .issuers_with(id)
                .find(|issuer| issuer.key == *known.issuer_key)
        {
            self.issuer = Some(issuer);
            self.verified_allowance = Some(known.allowance.clone());
            return;
        }
        for issuer in bundle.issuers_with(id) {
            let signed = self.token.allowance.clone();
            if let Ok(verified) = signed.verify((), &issuer.key, self.verifier) {
                self.issuer = Some(issuer);
                self.verified_allowance = Some(verified);
                return;
            }
        }
        self.issuer = bundle.issuers_with(id).next();
    }

    /// Rules 6 to 9.
    fn allowance(&mut self) {
        let (now, allowance) = (self.situation.now, self.allowance);
        if self.issuer.is_some() {
            let verified = self.verified_allowance.is_some();
            self.rule(Reason::BadAllowanceSignature, verified, Measured::Nothing);
        } else {
            self.skip(
                Reason::BadAllowanceSignature,
                "no issuer key to verify with",
            );
        }
        let latest = now.plus(self.skew);
        self.rule(
            Reason::AllowanceNotValidYet,
            latest >= allowance.valid_from,
            Measured::Time(latest, allowance.valid_from),
        );
        let end = allowance.valid_until.plus(self.extension);
        self.rule(
            Reason::AllowanceExpired,
            now < end,
            Measured::Time(now, end),
        );
        let revoked = self
            .status_list()
            .and_then(|list| list.is_set(allowance.status_index))
            .unwrap_or(false);
        self.rule(
            Reason::AllowanceRevoked,
            !revoked && !self.situation.is_convicted,
            Measured::Nothing,
        );
    }

    /// The valid list with the highest claim 6; of equals the first.
    fn status_list(&self) -> Option<&'a StatusList> {
        let (issuer, situation) = (self.issuer?, self.situation);
        let usable = situation.status_lists.iter().filter(|list| {
            list.is_of(issuer) && !list.is_from_the_future(situation.now, self.skew)
        });
        usable.reduce(|held, offered| {
            if held.is_replaced_by(offered) {
                offered
            } else {
                held
            }
        })
    }

    /// Rule 10. Only under a verified allowance does a pay key mean anything.
    fn payment(&mut self) {
        let Some(allowance) = &self.verified_allowance else {
            self.skip(Reason::BadPaymentSignature, "the allowance is not verified");
            return;
        };
        let signed = self.token.payment.clone();
        self.verified_payment = signed
            .verify(allowance.id(), &allowance.pay_key, self.verifier)
            .ok();
        let verified = self.verified_payment.is_some();
        self.rule(Reason::BadPaymentSignature, verified, Measured::Nothing);
    }

    /// Rules 11, 28, 12, 13, 14, 27 and 15.
    fn request(&mut self) {
        let (now, payment) = (self.situation.now, self.payment);
        let known = self.situation.request;
        self.rule(Reason::UnknownRequest, known.is_some(), Measured::Nothing);
        let Some(known) = known else {
            for rule in [
                Reason::RequestAlreadyPaid,
                Reason::RequestExpired,
                Reason::MerchantMismatch,
            ] {
                self.skip(rule, "the request is unknown");
            }
            self.currency(None);
            self.skip(Reason::OutageRequired, "the request is unknown");
            self.skip(Reason::AmountMismatch, "the request is unknown");
            return;
        };
        let request = known.request;
        let closed = known.is_paid && !request.is_static();
        self.rule(Reason::RequestAlreadyPaid, !closed, Measured::Nothing);
        let end = request.answer_before();
        self.rule(
            Reason::RequestExpired,
            !known.is_cancelled && end.is_none_or(|end| now < end),
            end.map_or(Measured::Nothing, |end| Measured::Time(now, end)),
        );
        let same = payment.merchant_id == known.merchant.id;
        self.rule(Reason::MerchantMismatch, same, Measured::Nothing);
        self.currency(Some(request));
        self.outage_required(request);
        let asked = request.amount();
        self.rule(
            Reason::AmountMismatch,
            asked.is_none_or(|asked| asked == payment.amount),
            asked.map_or(Measured::Nothing, |asked| {
                Measured::Amount(payment.amount, asked)
            }),
        );
    }

    fn currency(&mut self, request: Option<&Request>) {
        let (ours, theirs) = (self.allowance.currency, request.map(|it| it.currency));
        let holds = self.policy.is_some() && theirs.is_none_or(|theirs| theirs == ours);
        if theirs.is_none() && holds {
            self.skip(Reason::CurrencyMismatch, "the request is unknown");
        } else {
            self.rule(Reason::CurrencyMismatch, holds, Measured::Nothing);
        }
    }

    fn outage_required(&mut self, request: &Request) {
        let Some(policy) = self.policy else {
            self.skip(Reason::OutageRequired, "no policy for the currency");
            return;
        };
        let declared = self
            .situation
            .outage
            .is_some_and(|outage| outage.is_in_force(self.situation.now));
        let holds = !policy.outage_only || request.offline_since.is_some() || declared;
        self.rule(Reason::OutageRequired, holds, Measured::Nothing);
    }

    /// Rules 16 to 23.
    fn policy_and_limits(&mut self) {
        let (now, allowance, payment) = (self.situation.now, self.allowance, self.payment);
        let apart = now.distance(payment.time);
        self.rule(
            Reason::ClockSkew,
            apart <= u64::from(self.skew),
            Measured::Duration(apart, self.skew),
        );
        let most = self.policy.map_or(allowance.cap, |policy| {
            allowance.cap.min(policy.max_payment)
        });
        self.rule(
            Reason::OverCap,
            payment.amount <= most,
            Measured::Amount(payment.amount, most),
        );
        let net = payment.spent.saturating_sub(payment.released);
        self.rule(
            Reason::OverLimit,
            limit_holds(payment, allowance.limit),
            Measured::Amount(net, allowance.limit),
        );
        let (number, most) = (payment.sequence.get(), allowance.max_payments);
        self.rule(
            Reason::OverCount,
            number <= most,
            Measured::Count(number.into(), most.into()),
        );
        self.category();
        self.policy_only();
    }

    fn category(&mut self) {
        let Some(known) = self.situation.request else {
            self.skip(Reason::CategoryClosed, "the request is unknown");
            return;
        };
        let mcc = known.merchant.mcc;
        let open = self.policy.is_none_or(|policy| policy.is_open_for(mcc));
        let holds = open && self.allowance.is_open_for(mcc);
        self.rule(Reason::CategoryClosed, holds, Measured::Nothing);
    }

    /// Rules 21, 22 and 23, which are the policy's alone.
    fn policy_only(&mut self) {
        let Some(policy) = self.policy else {
            for rule in [
                Reason::UserAuthRequired,
                Reason::KeyProtectionTooWeak,
                Reason::OverExposure,
            ] {
                self.skip(rule, "no policy for the currency");
            }
            return;
        };
        let (allowance, amount) = (self.allowance, self.payment.amount);
        let free = policy.max_unauthenticated;
        let holds = amount <= free || (allowance.user_auth && self.status_is_fresh(policy));
        self.rule(
            Reason::UserAuthRequired,
            holds,
            Measured::Amount(amount, free),
        );
        self.rule(
            Reason::KeyProtectionTooWeak,
            allowance.key_protection >= policy.min_key_protection,
            Measured::Count(
                allowance.key_protection.value().into(),
                policy.min_key_protection.value().into(),
            ),
        );
        let total = self.situation.accepted_total.checked_add(amount);
        self.rule(
            Reason::OverExposure,
            total.is_some_and(|total| total <= policy.max_exposure),
            Measured::Amount(total.unwrap_or(Amount::MAX), policy.max_exposure),
        );
    }

    /// No list, or an index beyond it, counts as too old.
    fn status_is_fresh(&self, policy: &Policy) -> bool {
        self.status_list().is_some_and(|list| {
            list.is_set(self.allowance.status_index).is_some()
                && !list.is_too_old(self.situation.now, policy.max_status_age)
        })
    }

    /// Rules 24 and 25, looked for on every token that passes rule 10.
    fn history(&mut self) {
        let Some(payment) = &self.verified_payment else {
            for rule in [Reason::ConflictingPayment, Reason::InconsistentHistory] {
                self.skip(rule, "the payment is not verified");
            }
            return;
        };
        let this = PastPayment::of(payment);
        let found = self.situation.history.iter();
        self.conflicts = found
            .filter_map(|past| Some((this.conflict_with(past)?, past.id)))
            .collect();
        for conflict in [
            super::Conflict::ConflictingPayment,
            super::Conflict::InconsistentHistory,
        ] {
            let holds = self.conflicts.iter().all(|(found, _)| *found != conflict);
            self.rule(conflict.reason(), holds, Measured::Nothing);
        }
    }

    fn verdict(self) -> Verdict {
        let failed = self
            .checks
            .iter()
            .find(|check| check.outcome == CheckOutcome::Failed);
        let reason = failed.map_or(Reason::Accepted, |check| check.rule);
        let proven = match (self.issuer, self.verified_allowance, self.verified_payment) {
            (Some(issuer), Some(allowance), Some(payment)) => Some(Acceptance {
                allowance,
                issuer_key: issuer.key,
                payment,
            }),
            _ => None,
        };
        Verdict {
            reason,
            checks: self.checks,
            conflicts: self.conflicts,
            proven,
        }
    }
}
