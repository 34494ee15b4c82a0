//! May this till sell offline now? Yes with headroom, or every reason why not.

use skilling_protocol::objects::{Policy, TrustBundle};
use skilling_protocol::reason::Reason;
use skilling_protocol::rules::terminal_clock_holds;
use skilling_protocol::signed::Verified;
use skilling_protocol::values::{Amount, Currency, Time};

use crate::error::TerminalError;
use crate::terminal::{Terminal, Work};

/// Whether a payment of an amount can be accepted now, as far as the terminal alone can know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// It can.
    Yes(Headroom),
    /// It cannot, for every one of these reasons; [`Reason::action`] says what to do about each.
    No(Vec<Reason>),
}

/// How far "yes" reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Headroom {
    /// The most for one payment now.
    pub largest: Amount,
    /// The most for one payment where the payer's key asks for no authentication; also the most from any payer once the
    /// status lists are too old.
    pub largest_unauthenticated: Amount,
    /// Until when nothing that the terminal holds runs out, if its clock is right.
    pub until: Time,
    /// What runs out then: `trust_expired`, `merchant_certificate`, or `user_auth_required` where only large amounts end,
    /// because the status lists become too old.
    pub ends_by: Reason,
}

impl Terminal {
    /// Looks at clock, bundle, certificate, policy, outage and status lists, not at any payer.
    ///
    /// # Errors
    /// The store cannot be read.
    pub fn can_accept(&self, amount: Amount, currency: Currency) -> Result<Answer, TerminalError> {
        self.work(|work| {
            let look = Look::new(&work, currency);
            let against = look.against(amount);
            if !against.is_empty() {
                return Ok(Answer::No(against));
            }
            // Both are there: their absence is a reason against.
            let (Some(bundle), Some(policy)) = (look.bundle, look.policy) else {
                return Ok(Answer::No(vec![Reason::TrustExpired]));
            };
            Ok(Answer::Yes(look.headroom(bundle, policy)))
        })
    }
}

struct Look<'a> {
    work: &'a Work<'a>,
    currency: Currency,
    bundle: Option<&'a Verified<TrustBundle>>,
    policy: Option<&'a Policy>,
}

impl<'a> Look<'a> {
    fn new(work: &'a Work<'a>, currency: Currency) -> Self {
        Self {
            work,
            currency,
            bundle: work.trust.bundle.as_ref(),
            policy: work.trust.policy(currency),
        }
    }

    fn against(&self, amount: Amount) -> Vec<Reason> {
        let (now, trust) = (self.work.now, self.work.trust);
        let extension = trust.extension(self.currency, now);
        let mut against = Vec::new();
        let mut demand = |holds: bool, reason| {
            if !holds {
                against.push(reason);
            }
        };
        let last = self.work.state.last_acceptance;
        demand(
            terminal_clock_holds(now, self.bundle, last),
            Reason::TerminalClock,
        );
        let in_force = self.bundle.is_some_and(|it| it.is_in_force(now, extension));
        demand(in_force, Reason::TrustExpired);
        let current = self.work.current().ok().map(|(it, _)| it);
        demand(
            current.is_some_and(|it| it.merchant.is_valid_at(now, extension)),
            Reason::MerchantCertificate,
        );
        if let Some(bundle) = self.bundle {
            let issuers = &bundle.issuers;
            let issued = issuers
                .iter()
                .any(|it| it.is_active_for(self.currency, now));
            demand(issued, Reason::IssuerSuspended);
            let acquired = current.is_none_or(|certificate| {
                let acquirers = &bundle.acquirers;
                acquirers
                    .iter()
                    .any(|it| it.key == certificate.acquirer_key && it.is_active(now))
            });
            demand(acquired, Reason::UnknownAcquirer);
            demand(self.policy.is_some(), Reason::CurrencyMismatch);
        }
        if let Some(policy) = self.policy {
            let open = current.is_none_or(|it| policy.is_open_for(it.merchant.mcc));
            let declared = self.work.state.offline_since.is_some()
                || trust
                    .outage(self.currency)
                    .is_some_and(|it| it.is_in_force(now));
            demand(!policy.outage_only || declared, Reason::OutageRequired);
            demand(amount <= policy.max_payment, Reason::OverCap);
            demand(open, Reason::CategoryClosed);
            let small = amount <= policy.max_unauthenticated;
            demand(
                small || self.status_ends(policy).is_some_and(|end| now <= end),
                Reason::UserAuthRequired,
            );
        }
        against
    }

    /// Until when the freshest list of an active issuer is fresh enough for large amounts.
    fn status_ends(&self, policy: &Policy) -> Option<Time> {
        let issuers = self.bundle.into_iter().flat_map(|it| &it.issuers);
        let now = self.work.now;
        let active = issuers.filter(|it| it.is_active_for(self.currency, now));
        let lists = &self.work.trust.status_lists;
        active
            .filter_map(|issuer| lists.iter().find(|it| it.is_of(issuer)))
            .map(|list| list.issued_at().plus(policy.max_status_age))
            .max()
    }

    fn headroom(&self, bundle: &TrustBundle, policy: &Policy) -> Headroom {
        let (now, trust) = (self.work.now, self.work.trust);
        let extension = trust.extension(self.currency, now);
        let mut ends = vec![(bundle.expires.plus(extension), Reason::TrustExpired)];
        if let Ok((certificate, _)) = self.work.current() {
            let end = certificate.merchant.valid_until.plus(extension);
            ends.push((end, Reason::MerchantCertificate));
        }
        let fresh_until = self.status_ends(policy).filter(|end| now <= *end);
        if let Some(end) = fresh_until {
            ends.push((end, Reason::UserAuthRequired));
        }
        let (until, ends_by) = ends
            .into_iter()
            .min()
            .unwrap_or((now, Reason::TrustExpired));
        let small = policy.max_unauthenticated.min(policy.max_payment);
        Headroom {
            largest: fresh_until.map_or(small, |_| policy.max_payment),
            largest_unauthenticated: small,
            until,
            ends_by,
        }
    }
}
