//! The computation: a function of what is held and of nothing else.

use std::collections::BTreeSet;

use skilling_protocol::objects::{Outage, Policy, TrustBundle};
use skilling_protocol::values::{Amount, Currency, Seconds, Time};

use super::{Act, Advice, Coverage, End, Forecast, Stretch};
use crate::store::{AllowanceState, HeldAllowance};
use crate::sync::{RENEW_BEFORE, due, is_followed};

/// Everything a forecast is made of.
pub(super) struct Facts<'a> {
    pub(super) currency: Currency,
    pub(super) at: Time,
    pub(super) high_water_mark: Time,
    pub(super) bundle: Option<&'a TrustBundle>,
    pub(super) outage: Option<&'a Outage>,
    pub(super) held: Vec<&'a HeldAllowance>,
}

impl Facts<'_> {
    pub(super) fn forecast(&self) -> Forecast {
        Forecast {
            currency: self.currency,
            at: self.at,
            undeclared: self.coverage(None),
            declared: self.outage.map(|outage| self.coverage(Some(outage))),
            advice: self.advice(),
        }
    }

    /// Looks at every moment at which something can change, and joins what is the same.
    fn coverage(&self, outage: Option<&Outage>) -> Coverage {
        let mut stretches: Vec<Stretch> = Vec::new();
        let mut from = self.at;
        let mut reached = self.reach(from, outage);
        for moment in self.moments(outage) {
            let Ok((total, largest, payments)) = reached else {
                break;
            };
            let next = self.reach(moment, outage);
            if next != reached {
                stretches.push(Stretch {
                    from,
                    until: moment,
                    total,
                    largest,
                    payments,
                });
                from = moment;
                reached = next;
            }
        }
        let ends_by = match stretches.last() {
            Some(last) => self.end_of(last, outage),
            None => reached.err().unwrap_or(End::NoAllowance),
        };
        Coverage { stretches, ends_by }
    }

    /// Why nothing can be paid after this stretch: what became of those that could be used in it.
    fn end_of(&self, last: &Stretch, outage: Option<&Outage>) -> End {
        let usable = |held: &&&HeldAllowance| self.reach_with(&[held], last.from, outage).is_ok();
        let used: Vec<_> = self.held.iter().filter(usable).copied().collect();
        let after = self.reach_with(&used, last.until, outage);
        after.err().unwrap_or(End::AllowanceExpiry)
    }

    /// Moments after now at which something can change, ascending. The last is past every allowance.
    fn moments(&self, outage: Option<&Outage>) -> BTreeSet<Time> {
        let mut ends: Vec<Time> = Vec::new();
        if let Some(bundle) = self.bundle {
            ends.push(bundle.expires);
            ends.extend(bundle.issuers.iter().map(|issuer| issuer.valid_until));
            ends.extend(self.status_limit());
        }
        for held in &self.held {
            ends.push(held.allowance.valid_until);
        }
        if let Some(outage) = outage {
            let moved: Vec<_> = ends.iter().map(|end| end.plus(outage.extension)).collect();
            ends.extend(moved);
            ends.extend([outage.from, outage.until]);
        }
        if let Some(policy) = self.policy() {
            let starts = self.held.iter().map(|it| it.allowance.valid_from);
            ends.extend(starts.map(|from| from.minus(policy.skew)));
        }
        ends.into_iter().filter(|end| *end > self.at).collect()
    }

    fn policy(&self) -> Option<&Policy> {
        self.bundle.and_then(|bundle| bundle.policy(self.currency))
    }

    /// The first moment at which status lists are too old, as far as can be told from here.
    fn status_limit(&self) -> Option<Time> {
        let age = self.policy()?.max_status_age;
        Some(self.high_water_mark.plus(age).plus(Seconds(1)))
    }

    /// Total, largest payment and number of payments at `time`, or why nothing can be paid then.
    fn reach(&self, time: Time, outage: Option<&Outage>) -> Reach {
        self.reach_with(&self.held, time, outage)
    }

    fn reach_with(&self, held: &[&HeldAllowance], time: Time, outage: Option<&Outage>) -> Reach {
        let extension = outage
            .filter(|outage| outage.is_in_force(time))
            .map_or(Seconds(0), |outage| outage.extension);
        let bundle = self.bundle.ok_or(End::BundleExpiry)?;
        let policy = self.policy().ok_or(End::Policy)?;
        if time.plus(policy.skew) < self.high_water_mark {
            return Err(End::Clock);
        }
        if !bundle.is_in_force(time, extension) {
            return Err(End::BundleExpiry);
        }
        let is_status_old = self.status_limit().is_some_and(|limit| time >= limit);
        let mut best = Err(End::NoAllowance);
        for held in held {
            let one = standing(held, bundle, time, extension)
                .and_then(|()| left(held, policy, is_status_old));
            best = join(best, one);
        }
        best
    }

    fn advice(&self) -> Vec<Advice> {
        let mut advice = Vec::new();
        let mut say = |act, before: Time| advice.push(Advice { act, before });
        let skew = self.policy().map_or(Seconds(0), |policy| policy.skew);
        let at_least = self.high_water_mark;
        if self.at.plus(skew) < at_least {
            say(Act::SetClock { at_least }, self.at);
        }
        match self.bundle {
            None => say(Act::Refresh, self.at),
            // Replaced daily: half its life is a fair time to say so.
            Some(bundle) if self.at.plus(RENEW_BEFORE) > bundle.expires => {
                say(Act::Refresh, bundle.expires);
            }
            // A newer one may say otherwise of the bank.
            Some(_) if self.reach(self.at, self.outage) == Err(End::Issuer) => {
                say(Act::Refresh, self.at);
            }
            Some(_) => {}
        }
        let is_lost = |held: &&HeldAllowance| held.state == AllowanceState::Lost;
        if self.held.iter().any(is_lost) {
            say(Act::Sync, self.at);
        } else if let Some(limit) = self.status_limit().filter(|_| !self.held.is_empty()) {
            let half = self
                .policy()
                .map_or(0, |policy| policy.max_status_age.0 / 2);
            if self.at.plus(Seconds(half)) > limit {
                say(Act::Sync, limit);
            }
        }
        for held in &self.held {
            if due(held, self.at).is_some()
                && !is_followed(held, self.held.iter().copied(), self.at)
            {
                let allowance = held.allowance.id();
                let before = if left_at_all(held) {
                    held.allowance.valid_until
                } else {
                    self.at
                };
                say(Act::Renew { allowance }, before);
            }
        }
        if self.held.is_empty() {
            say(Act::Want, self.at);
        }
        advice.sort_by_key(|it| it.before);
        advice
    }
}

fn left_at_all(held: &HeldAllowance) -> bool {
    held.state == AllowanceState::Open
        && !held.remaining().is_zero()
        && held.last_sequence < held.allowance.max_payments
}

/// Whether this allowance may sign at all at `time`: state, bank, validity.
fn standing(
    held: &HeldAllowance,
    bundle: &TrustBundle,
    time: Time,
    extension: Seconds,
) -> Result<(), End> {
    let allowance = &held.allowance;
    match held.state {
        AllowanceState::Open => {}
        AllowanceState::Closed => return Err(End::NoAllowance),
        AllowanceState::Lost => return Err(End::RolledBack),
        AllowanceState::KeyGone => return Err(End::KeyGone),
    }
    let issuer = bundle.issuers.iter().find(|it| it.key == held.issuer_key);
    if !issuer.is_some_and(|issuer| issuer.is_active_for(allowance.currency, time)) {
        return Err(End::Issuer);
    }
    let skew = bundle
        .policy(allowance.currency)
        .map_or(Seconds(0), |it| it.skew);
    if time.plus(skew) < allowance.valid_from {
        return Err(End::NoAllowance);
    }
    if time >= allowance.valid_until.plus(extension) {
        return Err(End::AllowanceExpiry);
    }
    Ok(())
}

/// What is left under it: total, largest payment, number of payments.
fn left(held: &HeldAllowance, policy: &Policy, is_status_old: bool) -> Reach {
    let allowance = &held.allowance;
    if allowance.key_protection < policy.min_key_protection {
        return Err(End::Policy);
    }
    let payments = allowance.max_payments.saturating_sub(held.last_sequence);
    if payments == 0 {
        return Err(End::PaymentCount);
    }
    let remaining = held.remaining();
    if remaining.is_zero() {
        return Err(End::Spent);
    }
    let mut largest = remaining.min(allowance.cap).min(policy.max_payment);
    if is_status_old || !allowance.user_auth {
        largest = largest.min(policy.max_unauthenticated);
    }
    if largest.is_zero() {
        return Err(End::Policy);
    }
    let together = largest.minor_units().saturating_mul(payments.into());
    let total = Amount::new(together).map_or(remaining, |together| together.min(remaining));
    Ok((total, largest, payments))
}

/// Total, largest payment, number of payments; or why none.
type Reach = Result<(Amount, Amount, u32), End>;

/// Two allowances: their totals together, the larger payment of the two. Of two that pay nothing, the end that is better to know.
fn join(a: Reach, b: Reach) -> Reach {
    match (a, b) {
        (Ok((total, largest, payments)), Ok((more, other, count))) => Ok((
            total.checked_add(more).unwrap_or(Amount::MAX),
            largest.max(other),
            payments.saturating_add(count),
        )),
        (Ok(reach), Err(_)) | (Err(_), Ok(reach)) => Ok(reach),
        (Err(end), Err(other)) => Err(if weight(other) > weight(end) {
            other
        } else {
            end
        }),
    }
}

/// One that expired long ago says less than one that was spent today.
const fn weight(end: End) -> u8 {
    match end {
        End::NoAllowance => 0,
        End::AllowanceExpiry => 1,
        End::Issuer => 2,
        End::Policy | End::BundleExpiry | End::Clock => 3,
        End::KeyGone => 4,
        End::PaymentCount => 5,
        End::Spent => 6,
        End::RolledBack => 7,
    }
}
