//! Applying a *synced*: the only thing that settles anything here. One durable commit, or nothing.

use std::collections::{BTreeMap, BTreeSet};

use skilling_protocol::message::{Expected as _, SyncAnswer, SyncCall};
use skilling_protocol::objects::{
    Allowance, AllowanceState as Stated, Payment, PaymentState, Sync, Synced, Wanted,
};
use skilling_protocol::signed::{Object, Signed, Verified};
use skilling_protocol::values::{Currency, ObjectId, PublicKey, Time};

use super::{NotGranted, SyncReport, WhyNot};
use crate::error::WalletError;
use crate::events;
use crate::payment::Stage;
use crate::ports::KeyAlias;
use crate::store::{AllowanceState, HeldAllowance, Settling, StoreError, Tx};
use crate::wallet::{Inner, VERIFIER, Wallet};

/// What became of an answer.
pub(super) enum Applied {
    /// It holds, and is durable.
    Done(Done),
    /// It is not the bank's answer to this call: the call stays open.
    BadAnswer,
    /// Another thread has applied the answer to this call.
    /// With the key of what the call asked for.
    Before(Option<PublicKey>),
}

/// What one answer brought.
pub(super) struct Done {
    /// The last payment of the call's evidence.
    pub(super) last_row: i64,
    /// What the call wanted, whatever came of it.
    pub(super) wanted: Option<(Currency, PublicKey)>,
    pub(super) payments: Vec<(ObjectId<Payment>, PaymentState)>,
    pub(super) granted: Option<ObjectId<Allowance>>,
    pub(super) not_granted: Option<NotGranted>,
}

impl Done {
    pub(super) fn add_to(self, report: &mut SyncReport) {
        report.calls = report.calls.saturating_add(1);
        report.payments.extend(self.payments);
        report.granted.extend(self.granted);
        report.not_granted.extend(self.not_granted);
    }
}

/// A grant that holds, with the key that signed it and the name of its pay key here.
type Grant = (Verified<Allowance>, PublicKey, KeyAlias);

/// The answer with everything in it verified and looked at.
struct Answer<'a> {
    call: &'a SyncCall,
    synced: Verified<Synced>,
    issuer_key: PublicKey,
    grant: Option<Grant>,
    not_granted: Option<NotGranted>,
}

impl Wallet {
    /// Applies the answer to the call `body`, if it is that.
    pub(super) fn apply(
        &self,
        bank: i64,
        body: &[u8],
        answer: &[u8],
    ) -> Result<Applied, WalletError> {
        let call = SyncCall::decode(body)?;
        let Ok(answer) = SyncAnswer::decode(answer) else {
            return Ok(Applied::BadAnswer);
        };
        let now = self.now();
        let mut inner = self.turn()?;
        if inner.store.open_call(bank)?.as_deref() != Some(body) {
            let wanted = call.sync.unverified().wanted.as_ref();
            return Ok(Applied::Before(wanted.map(|it| it.pay_key)));
        }
        let Some(answer) = inner.read_answer(bank, &call, answer)? else {
            return Ok(Applied::BadAnswer);
        };
        let done = inner.settle(&self.ports, bank, &answer, now)?;
        Ok(Applied::Done(done))
    }
}

impl Inner {
    /// `None`: not the bank's, or it contradicts the call.
    fn read_answer<'a>(
        &self,
        bank: i64,
        call: &'a SyncCall,
        answer: SyncAnswer,
    ) -> Result<Option<Answer<'a>>, WalletError> {
        let sync = call.sync.unverified();
        let stored = self.store.bank(bank)?.ok_or(WalletError::NoSuchBank)?;
        let keys = self.keys_of(&stored);
        let Some((issuer_key, synced)) = verify(&answer.synced, call.sync.id(()), &keys) else {
            return Ok(None);
        };
        let (grant, not_granted) = match (&sync.wanted, answer.allowance, synced.no_grant) {
            (None, None, None) => (None, None),
            (Some(wanted), None, Some(code)) => (None, Some((wanted, WhyNot::Bank { code }))),
            (Some(wanted), Some(granted), None) => {
                let Some((key, allowance)) = verify(&granted, (), &keys) else {
                    return Ok(None);
                };
                let alias = self.store.pay_key(&wanted.pay_key)?;
                match alias.filter(|_| fits(&allowance, wanted, synced.time)) {
                    Some(alias) => (Some((allowance, key, alias)), None),
                    None => (None, Some((wanted, WhyNot::Unsuitable))),
                }
            }
            _ => return Ok(None),
        };
        Ok(Some(Answer {
            call,
            synced,
            issuer_key,
            grant,
            not_granted: not_granted.map(|(wanted, why)| NotGranted {
                currency: wanted.currency,
                why,
            }),
        }))
    }

    fn settle(
        &mut self,
        ports: &crate::Ports,
        bank: i64,
        answer: &Answer<'_>,
        now: Time,
    ) -> Result<Done, WalletError> {
        let synced = &answer.synced;
        let mark = self.high_water_mark.max(synced.time);
        let before: Vec<HeldAllowance> = self.allowances_of(bank)?.into_iter().cloned().collect();
        let event = *synced.id().as_bytes();
        let (settled, last_row) = self.write_guarded(ports, &event, |tx| {
            let settled = put_payments(tx, bank, answer, now)?;
            put_ends(tx, &before, answer)?;
            put_grant(tx, bank, answer, now)?;
            put_reserves(tx, bank, answer)?;
            tx.put_high_water_mark(mark)?;
            tx.put_synced(
                bank,
                &answer.issuer_key,
                synced.time,
                &synced.next_nonce,
                now,
            )?;
            Ok(settled)
        })?;
        self.high_water_mark = mark;
        self.allowances = self.store.live_allowances()?;
        for row in &settled {
            self.recent.settled(*row);
        }
        self.advance_guard(ports)?;
        let sync = answer.call.sync.unverified();
        Ok(Done {
            last_row,
            wanted: sync.wanted.as_ref().map(|it| (it.currency, it.pay_key)),
            payments: synced.payments.clone(),
            granted: answer.grant.as_ref().map(|grant| grant.0.id()),
            not_granted: answer.not_granted.clone(),
        })
    }
}

fn verify<T: Object + Clone>(
    signed: &Signed<T>,
    parent: T::Parent,
    keys: &[PublicKey],
) -> Option<(PublicKey, Verified<T>)> {
    keys.iter().find_map(|key| {
        let verified = signed.clone().verify_with_any(parent, [key], &VERIFIER);
        Some((*key, verified.ok()?))
    })
}

/// The bank may give less than was wanted, never something else.
fn fits(allowance: &Allowance, wanted: &Wanted, now: Time) -> bool {
    allowance.pay_key == wanted.pay_key
        && allowance.currency == wanted.currency
        && allowance.limit <= wanted.limit
        && allowance.valid_until > now
}

/// What the bank's word makes of a payment. A terminal's own signed "voided" or "declined" stands whatever the bank has heard yet.
pub(super) const fn after(stage: Stage, said: PaymentState) -> Stage {
    match (stage, said) {
        (Stage::Voided | Stage::Declined, _) => stage,
        (_, PaymentState::Paid) => Stage::Settled,
        (_, PaymentState::GivenBack) => Stage::GivenBack,
        (_, PaymentState::Pending | PaymentState::Disputed | PaymentState::Refused) => stage,
    }
}

/// Rows of the payments the bank said something of, and the last row of the call's evidence.
fn put_payments(
    tx: &Tx<'_>,
    bank: i64,
    answer: &Answer<'_>,
    now: Time,
) -> Result<(Vec<i64>, i64), StoreError> {
    // How many receipts of each payment the call carried.
    let mut sent = BTreeMap::new();
    for it in &answer.call.evidence {
        sent.insert(it.token.payment_id(), it.receipts.len());
    }
    let mut settled = Vec::new();
    for (id, said) in &answer.synced.payments {
        let Some(payment) = tx.settling(bank, id)? else {
            continue;
        };
        let stage = after(payment.stage, *said);
        let comes_back = stage == Stage::GivenBack && !payment.is_released_by_bank;
        if comes_back {
            tx.add_released(payment.allowance_row, payment.amount)?;
        }
        let next = Settling {
            stage,
            is_released_by_bank: payment.is_released_by_bank || comes_back,
            ..payment
        };
        // A receipt that came since the call was made goes out with the next.
        let is_reported = sent.get(id) == Some(&payment.receipts);
        tx.put_settlement(&next, *said, answer.synced.time, is_reported)?;
        if *said != PaymentState::Pending && payment.said != Some(*said) {
            let told = events::bank(payment.row, payment.amount, payment.currency, *said);
            tx.put_event(&told, now)?;
        }
        settled.push(payment.row);
    }
    let mut last_row = 0;
    for id in sent.keys() {
        let payment = tx.settling(bank, id)?;
        last_row = last_row.max(payment.map_or(0, |payment| payment.row));
    }
    Ok((settled, last_row))
}

/// Ends that were stated and are answered to. A lost allowance stays to be stated until one like it was asked for: the answer to
/// that, yes or no, ends the matter.
fn put_ends(tx: &Tx<'_>, before: &[HeldAllowance], answer: &Answer<'_>) -> Result<(), StoreError> {
    let sync: &Sync = answer.call.sync.unverified();
    let known: BTreeSet<_> = answer.synced.reserved.iter().map(|(id, _)| *id).collect();
    for statement in &sync.statements {
        let Some(held) = before
            .iter()
            .find(|held| held.allowance.id() == statement.allowance)
        else {
            tx.stranger_was_reported(&statement.allowance)?;
            continue;
        };
        let is_ended = match statement.state {
            Stated::Open => {
                // Past its deadline: the bank keeps nothing for it any more.
                let is_past = held.allowance.valid_until <= answer.synced.time
                    && !known.contains(&statement.allowance);
                if is_past && held.state == AllowanceState::Open {
                    tx.put_allowance_state(held.row, AllowanceState::Closed)?;
                    tx.end_was_reported(held.row, AllowanceState::Closed)?;
                }
                is_past
            }
            Stated::Closed => {
                tx.end_was_reported(held.row, held.state)?;
                true
            }
            Stated::Lost => {
                let is_replaced = sync.wanted.as_ref().is_some_and(|wanted| {
                    wanted.currency == held.allowance.currency
                        && wanted.categories == held.allowance.categories
                });
                if is_replaced {
                    tx.end_was_reported(held.row, AllowanceState::Lost)?;
                }
                true
            }
        };
        if is_ended {
            tx.retire_key(&held.alias)?;
        }
    }
    Ok(())
}

fn put_grant(tx: &Tx<'_>, bank: i64, answer: &Answer<'_>, now: Time) -> Result<(), StoreError> {
    match (&answer.grant, &answer.call.sync.unverified().wanted) {
        (Some((allowance, issuer_key, alias)), _) => {
            let held = tx.put_allowance(allowance, issuer_key, alias, now)?;
            let told = events::granted(held.row, allowance.limit, allowance.currency);
            tx.put_event(&told, now)?;
            tx.put_bank_of(held.row, bank)
        }
        (None, Some(wanted)) => {
            let refused = answer.not_granted.as_ref();
            if let Some(told) = refused.and_then(|it| events::not_granted(it.why)) {
                tx.put_event(&told, now)?;
            }
            tx.drop_pay_key(&wanted.pay_key)
        }
        (None, None) => Ok(()),
    }
}

/// What is still reserved; an allowance that is not held here was granted before the store was put back, or is not what was
/// wanted: the next sync says that it is lost.
fn put_reserves(tx: &Tx<'_>, bank: i64, answer: &Answer<'_>) -> Result<(), StoreError> {
    for (id, reserved) in &answer.synced.reserved {
        if !tx.put_reserved(bank, id, *reserved)? && !tx.has_allowance(id)? {
            tx.put_stranger(bank, id)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_banks_word_settles_what_no_terminal_took_back() {
        use PaymentState::{Disputed, GivenBack, Paid, Pending, Refused};
        use Stage::{Accepted, Committed, Declined, Presented, Settled, Unconfirmed, Voided};
        for open in [Committed, Presented, Unconfirmed, Accepted] {
            assert_eq!(after(open, Paid), Settled);
            assert_eq!(after(open, GivenBack), Stage::GivenBack);
            for said in [Pending, Disputed, Refused] {
                assert_eq!(after(open, said), open);
            }
        }
        for taken_back in [Voided, Declined] {
            for said in [Pending, Paid, GivenBack, Disputed, Refused] {
                assert_eq!(after(taken_back, said), taken_back);
            }
        }
        assert_eq!(after(Settled, GivenBack), Stage::GivenBack);
        assert_eq!(after(Settled, Disputed), Settled);
    }
}
