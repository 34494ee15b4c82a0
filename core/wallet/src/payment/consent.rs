//! Consent (protocol section 5): what the payer agreed to, and for how long it counts.

use std::collections::BTreeMap;

use skilling_protocol::objects::{Allowance, Request};
use skilling_protocol::reason::Reason;
use skilling_protocol::values::{Amount, Currency, ObjectId, Seconds, Time};

use super::choose::refusal;
use super::{Answered, Order, Review};
use crate::error::WalletError;
use crate::events::{self, SyncReason};
use crate::ports::{Operation, Prompt, Purpose};
use crate::store::AllowanceState;
use crate::wallet::{Inner, Wallet};

/// How long an act of the payer counts.
const COUNTS_FOR: Seconds = Seconds(60);
/// Acts kept at a time; the oldest gives way.
const MOST: usize = 16;

/// The payer agreed to one request. Good for [`Wallet::pay`] or for the next tap that asks for it, whichever is first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Authorised {
    pub(crate) request: ObjectId<Request>,
    /// The allowance that pays.
    pub allowance: ObjectId<Allowance>,
    /// What is paid.
    pub amount: Amount,
    /// Until when it counts, inclusive.
    pub until: Time,
}

/// The payer armed the wallet for the next request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Armed {
    /// The only allowance that pays.
    pub allowance: ObjectId<Allowance>,
    /// The most that is paid.
    pub ceiling: Amount,
    /// Until when it counts, inclusive.
    pub until: Time,
}

/// What the payer did about one request.
#[derive(Debug)]
pub(crate) enum Act {
    Agreed(Box<Order>),
    Refused(Reason),
}

/// An arming that no request has used.
#[derive(Debug)]
pub(crate) struct Arming {
    pub(crate) allowance_row: i64,
    pub(crate) currency: Currency,
    pub(crate) ceiling: Amount,
    pub(crate) operation: Operation,
    at: Time,
}

/// Acts of the last 60 seconds, in memory alone: a crash forgets them and nothing is owed.
#[derive(Debug, Default)]
pub(crate) struct Acts {
    by_request: BTreeMap<ObjectId<Request>, (Time, Act)>,
    arming: Option<Arming>,
}

/// A clock that was set back ends it too.
fn counts(at: Time, now: Time) -> bool {
    at <= now && now <= at.plus(COUNTS_FOR)
}

impl Acts {
    pub(crate) fn put(&mut self, request: ObjectId<Request>, act: Act, now: Time) {
        self.by_request.retain(|_, (at, _)| counts(*at, now));
        if self.by_request.len() >= MOST {
            let oldest = self.by_request.iter().min_by_key(|(_, (at, _))| *at);
            if let Some(oldest) = oldest.map(|(id, _)| *id) {
                self.by_request.remove(&oldest);
            }
        }
        self.by_request.insert(request, (now, act));
    }

    /// Whether the payer agreed to this request and it was not paid yet.
    pub(crate) fn has_agreed(&self, request: &ObjectId<Request>, now: Time) -> bool {
        let act = self.by_request.get(request);
        act.is_some_and(|(at, act)| counts(*at, now) && matches!(act, Act::Agreed(_)))
    }

    /// Whether the payer did anything about this request.
    pub(crate) fn has_act(&self, request: &ObjectId<Request>, now: Time) -> bool {
        let act = self.by_request.get(request);
        act.is_some_and(|(at, _)| counts(*at, now))
    }

    /// What the payer did: an agreement counts once, a refusal as often as somebody asks, whose last answer may have been lost.
    pub(crate) fn take(&mut self, request: &ObjectId<Request>, now: Time) -> Option<Act> {
        let (at, act) = self.by_request.remove(request)?;
        if !counts(at, now) {
            return None;
        }
        if let Act::Refused(reason) = act {
            self.by_request.insert(*request, (at, Act::Refused(reason)));
        }
        Some(act)
    }

    /// Armed, the payer wants whatever is asked next, also what they refused before.
    fn arm(&mut self, arming: Arming) {
        self.by_request
            .retain(|_, (_, act)| matches!(act, Act::Agreed(_)));
        self.arming = Some(arming);
    }

    /// The arming, once: it is for the first request since.
    pub(crate) fn take_arming(&mut self, now: Time) -> Option<Arming> {
        self.arming.take().filter(|arming| counts(arming.at, now))
    }
}

impl Wallet {
    /// Asks the payer for this very payment. No lock is held while they decide.
    ///
    /// # Errors
    /// [`WalletError::AmountNeeded`], [`WalletError::NotInFront`]; [`WalletError::ConsentPassed`] where the same amount went to the
    /// same merchant since the review was made: review again; [`WalletError::Refused`] where the request no longer holds,
    /// with 41 where no allowance can pay; [`WalletError::RolledBack`]; what [`crate::ports::DeviceKeys::authorize`] says.
    pub async fn agree(&self, review: &Review) -> Result<Authorised, WalletError> {
        self.demand_in_front()?;
        let amount = review.amount.ok_or(WalletError::AmountNeeded)?;
        let (order, alias) = {
            let inner = self.turn()?;
            inner.order(review, amount, self.now())
        }
        .inspect_err(|error| self.remember_refusal(review, error.reason()))?;
        let prompt = Prompt {
            purpose: Purpose::Payment {
                merchant: review.merchant().clone(),
                reference: review.reference().cloned(),
            },
            amount,
            currency: review.currency(),
            decimals: review.decimals,
        };
        let asked = self.ports.keys.authorize(&alias, Some(&prompt)).await;
        let operation = match asked {
            Ok(operation) => operation,
            Err(error) => {
                let error = self.key_failed(order.allowance_row, error);
                self.remember_refusal(review, error.reason());
                return Err(error);
            }
        };
        let now = self.now();
        let authorised = Authorised {
            request: review.request_id(),
            allowance: order.allowance,
            amount,
            until: now.plus(COUNTS_FOR),
        };
        let order = order.with(operation);
        self.turn()?
            .acts
            .put(review.request_id(), Act::Agreed(Box::new(order)), now);
        Ok(authorised)
    }

    /// The payer said no: a reader that asks again within a minute is told so (40), as often as it asks. It is not [`Wallet::asked`] any
    /// more.
    pub fn decline(&self, review: &Review) {
        self.remember_refusal(review, Reason::PayerRefused);
    }

    /// Takes back what was agreed to, if it was not paid yet. True if it was still waiting.
    ///
    /// # Errors
    /// Only after a panic in another thread.
    pub fn abandon(&self, authorised: &Authorised) -> Result<bool, WalletError> {
        let now = self.now();
        let taken = self.turn()?.acts.take(&authorised.request, now);
        Ok(matches!(taken, Some(Act::Agreed(_))))
    }

    /// Takes back what was agreed to by whoever stopped waiting for [`Self::agree`] in the very moment in which the payer agreed:
    /// then nobody holds the consent. True if there was one. Unlike [`Self::decline`] it refuses nothing.
    ///
    /// # Errors
    /// Only after a panic in another thread.
    pub fn withdraw(&self, review: &Review) -> Result<bool, WalletError> {
        let now = self.now();
        let request = review.request_id();
        let mut inner = self.turn()?;
        let has_agreed = inner.acts.has_agreed(&request, now);
        if has_agreed {
            inner.acts.take(&request, now);
        }
        Ok(has_agreed)
    }

    /// Arms the wallet: the payer authenticates, and the first request within 60 seconds that asks for at most `ceiling` is paid
    /// from this allowance without another question. Whatever is asked first uses the arming up.
    ///
    /// # Errors
    /// [`WalletError::Refused`] with 17 for a ceiling over the allowance's cap or the policy's, 41 where the allowance cannot
    /// pay; [`WalletError::NotInFront`]; what [`crate::ports::DeviceKeys::authorize`] says.
    pub async fn arm(
        &self,
        allowance: &ObjectId<Allowance>,
        ceiling: Amount,
    ) -> Result<Armed, WalletError> {
        self.demand_in_front()?;
        let (row, alias, prompt) = {
            let mut inner = self.turn()?;
            inner.store.tidy()?;
            inner.may_arm(allowance, ceiling)?
        };
        let asked = self.ports.keys.authorize(&alias, Some(&prompt)).await;
        let operation = asked.map_err(|error| self.key_failed(row, error))?;
        let at = self.now();
        self.turn()?.acts.arm(Arming {
            allowance_row: row,
            currency: prompt.currency,
            ceiling,
            operation,
            at,
        });
        Ok(Armed {
            allowance: *allowance,
            ceiling,
            until: at.plus(COUNTS_FOR),
        })
    }

    /// Takes the arming back. True if it was still waiting.
    ///
    /// # Errors
    /// Only after a panic in another thread.
    pub fn disarm(&self) -> Result<bool, WalletError> {
        let now = self.now();
        Ok(self.turn()?.acts.take_arming(now).is_some())
    }

    fn remember_refusal(&self, review: &Review, reason: Reason) {
        let now = self.now();
        // Without a turn there is nobody to tell either.
        if let Ok(mut inner) = self.turn() {
            inner.asked = None;
            inner
                .acts
                .put(review.request_id(), Act::Refused(reason), now);
        }
    }

    /// A key that is gone ends its allowance, durably; the error stays what it was.
    pub(crate) fn key_failed(&self, row: i64, error: crate::ports::KeyError) -> WalletError {
        let error = WalletError::from(error);
        if matches!(error, WalletError::KeyGone)
            && let Ok(mut inner) = self.turn()
        {
            inner.key_is_gone(&self.ports, row);
        }
        error
    }
}

impl Inner {
    /// What is to be signed, by whom: everything but the signatures is looked at again, because a review may lie on the screen for
    /// long.
    fn order(
        &self,
        review: &Review,
        amount: Amount,
        now: Time,
    ) -> Result<(super::commit::Draft, crate::ports::KeyAlias), WalletError> {
        let request = &review.request;
        self.check_again(request, now)?;
        self.demand_asked_again(review, amount, now)?;
        let held = self.choose(request, amount, now).map_err(refusal)?;
        let draft = super::commit::Draft {
            message: review.message.clone(),
            request: request.clone(),
            amount,
            allowance: held.allowance.id(),
            allowance_row: held.row,
        };
        Ok((draft, held.alias.clone()))
    }

    /// The same amount went to this merchant after the review was made: only a review that says so may be agreed to. A request that
    /// was answered already is no second payment.
    fn demand_asked_again(
        &self,
        review: &Review,
        amount: Amount,
        now: Time,
    ) -> Result<(), WalletError> {
        let (request, currency) = (&review.request.request, review.currency());
        let merchant = review.request.merchant.id;
        let again = self.recent.same(merchant, currency, amount, now).is_some();
        if !again || !review.warnings.is_empty() {
            return Ok(());
        }
        let is_answered = matches!(self.answered(&request.id(), now)?, Answered::With(_));
        if is_answered && !request.is_static() {
            return Ok(());
        }
        Err(WalletError::ConsentPassed)
    }

    fn may_arm(
        &self,
        allowance: &ObjectId<Allowance>,
        ceiling: Amount,
    ) -> Result<(i64, crate::ports::KeyAlias, Prompt), WalletError> {
        let held = self
            .allowances
            .iter()
            .find(|held| held.allowance.id() == *allowance)
            .ok_or(WalletError::Refused(Reason::NoAllowance))?;
        if held.state == AllowanceState::Lost {
            return Err(WalletError::RolledBack);
        }
        let currency = held.allowance.currency;
        let policy = self
            .bundle
            .as_ref()
            .and_then(|bundle| bundle.policy(currency));
        let policy = policy.ok_or(WalletError::Refused(Reason::NoAllowance))?;
        let most = held.allowance.cap.min(policy.max_payment);
        if ceiling.is_zero() || ceiling > most {
            return Err(WalletError::Refused(Reason::OverCap));
        }
        let prompt = Prompt {
            purpose: Purpose::Arming,
            amount: ceiling,
            currency,
            decimals: policy.decimals,
        };
        Ok((held.row, held.alias.clone(), prompt))
    }

    /// Best effort: if the store fails too, the key still signs nothing.
    pub(crate) fn key_is_gone(&mut self, ports: &crate::Ports, row: i64) {
        let now = ports.clock.now();
        let written = self.write_guarded(ports, b"key gone", |tx| {
            tx.put_allowance_state(row, AllowanceState::KeyGone)?;
            tx.put_event(&events::sync_needed(SyncReason::KeyGone), now)
        });
        if written.is_ok() {
            for held in self.allowances.iter_mut().filter(|held| held.row == row) {
                held.state = AllowanceState::KeyGone;
            }
            // Tried again before the next commit.
            let _ = self.advance_guard(ports);
        }
    }
}
