//! What the app is to be told: a durable queue, so that nothing is lost when the process dies between an event and its telling.
//!
//! An event is written in the transaction of what it tells of and given until it is acknowledged. Nothing calls back: the app asks
//! after each call and after each command of a reader. At most 1,000 are kept; then the oldest give way, the next one says how
//! many did, and the history still has what they told.

use skilling_protocol::objects::{Allowance, Outcome, Payment, PaymentState};
use skilling_protocol::reason::Reason;
use skilling_protocol::values::{Amount, Currency, ObjectId, Time};

use crate::error::WalletError;
use crate::store::{EventRow, HeldAllowance, NewEvent, StoreError};
use crate::sync::WhyNot;
use crate::wallet::Wallet;

/// The most events of one call.
pub const MOST_AT_ONCE: u32 = 200;
/// Less than this part of the limit is low.
const LOW_BELOW: u64 = 10;

/// An event. Numbers rise and are never used twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Event {
    /// For [`Wallet::acknowledge`].
    pub id: i64,
    /// By the phone's clock.
    pub at: Time,
    /// How many events before this one gave way, and were neither acknowledged nor asked past: the app was not told of them.
    pub lost_before: u64,
    /// What happened.
    pub what: What,
}

/// A payment that an event tells of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Paid {
    /// Its id.
    pub payment: ObjectId<Payment>,
    /// What was paid.
    pub amount: Amount,
    /// Its currency.
    pub currency: Currency,
}

/// An allowance that an event tells of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Granted {
    /// Its id.
    pub allowance: ObjectId<Allowance>,
    /// What is left of it.
    pub amount: Amount,
    /// Its currency.
    pub currency: Currency,
}

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum What {
    /// The token was handed to the NFC stack or drawn, or may have been when the process died: then told on opening.
    Presented(Paid),
    /// The terminal gave a receipt.
    Receipt(Paid, Outcome),
    /// The bank said this of it, and had not before.
    Bank(Paid, PaymentState),
    /// A payment left less than a tenth of the limit.
    AllowanceLow(Granted),
    /// A new allowance may pay.
    AllowanceGranted(Granted),
    /// Go online: something waits for a sync.
    SyncNeeded(SyncReason),
    /// A terminal or the bank says that payments of this phone contradict each other, or that it is blocked.
    Fraud(Reason, Option<ObjectId<Payment>>),
}

/// Why a sync is needed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SyncReason {
    /// The store was put back to an older state.
    RolledBack,
    /// The key of an allowance is gone.
    KeyGone,
    /// An allowance is nearly spent.
    AllowanceLow,
}

impl SyncReason {
    const ALL: [Self; 3] = [Self::RolledBack, Self::KeyGone, Self::AllowanceLow];

    const fn value(self) -> i64 {
        match self {
            Self::RolledBack => 1,
            Self::KeyGone => 2,
            Self::AllowanceLow => 3,
        }
    }
}

/// As they stand in the store.
mod kind {
    pub(super) const PRESENTED: i64 = 1;
    pub(super) const ACCEPTED: i64 = 2;
    pub(super) const VOIDED: i64 = 3;
    pub(super) const DECLINED: i64 = 4;
    pub(super) const BANK: i64 = 5;
    pub(super) const ALLOWANCE_LOW: i64 = 6;
    pub(super) const ALLOWANCE_GRANTED: i64 = 7;
    pub(super) const SYNC_NEEDED: i64 = 8;
    pub(super) const FRAUD: i64 = 9;
}

const fn plain(kind: i64) -> NewEvent {
    NewEvent {
        kind,
        payment: None,
        allowance: None,
        money: None,
        detail: None,
    }
}

fn of_payment(kind: i64, row: i64, amount: Amount, currency: Currency) -> NewEvent {
    NewEvent {
        payment: Some(row),
        money: Some((amount, currency)),
        ..plain(kind)
    }
}

pub(crate) fn presented(row: i64, amount: Amount, currency: Currency) -> NewEvent {
    of_payment(kind::PRESENTED, row, amount, currency)
}

/// What a receipt tells: its outcome, and fraud where the terminal says so.
pub(crate) fn receipt(
    row: i64,
    amount: Amount,
    currency: Currency,
    outcome: Outcome,
) -> Vec<NewEvent> {
    let of = |kind| of_payment(kind, row, amount, currency);
    match outcome {
        Outcome::Accepted => vec![of(kind::ACCEPTED)],
        Outcome::Voided => vec![of(kind::VOIDED)],
        Outcome::Declined { code } => {
            let declined = NewEvent {
                detail: Some(code.into()),
                ..of(kind::DECLINED)
            };
            let fraud = fraud(code).map(|fraud| NewEvent {
                payment: Some(row),
                ..fraud
            });
            std::iter::once(declined).chain(fraud).collect()
        }
    }
}

pub(crate) fn bank(row: i64, amount: Amount, currency: Currency, said: PaymentState) -> NewEvent {
    NewEvent {
        detail: Some(said.value().into()),
        ..of_payment(kind::BANK, row, amount, currency)
    }
}

pub(crate) fn granted(row: i64, limit: Amount, currency: Currency) -> NewEvent {
    NewEvent {
        allowance: Some(row),
        money: Some((limit, currency)),
        ..plain(kind::ALLOWANCE_GRANTED)
    }
}

pub(crate) fn not_granted(why: WhyNot) -> Option<NewEvent> {
    match why {
        WhyNot::Bank { code } => fraud(code),
        WhyNot::Unsuitable => None,
    }
}

/// A payment that takes an allowance below a tenth of its limit.
pub(crate) fn spent(held: &HeldAllowance, amount: Amount) -> Vec<NewEvent> {
    let (before, limit) = (held.remaining(), held.allowance.limit);
    let after = before.saturating_sub(amount);
    let is_low = |left: Amount| left.minor_units().saturating_mul(LOW_BELOW) < limit.minor_units();
    if is_low(before) || !is_low(after) {
        return Vec::new();
    }
    let low = NewEvent {
        allowance: Some(held.row),
        money: Some((after, held.allowance.currency)),
        ..plain(kind::ALLOWANCE_LOW)
    };
    vec![low, sync_needed(SyncReason::AllowanceLow)]
}

pub(crate) fn sync_needed(why: SyncReason) -> NewEvent {
    NewEvent {
        detail: Some(why.value()),
        ..plain(kind::SYNC_NEEDED)
    }
}

/// Codes that say that this phone's payments convict its key, or that the bank acts on that.
fn fraud(code: u32) -> Option<NewEvent> {
    let told = [
        Reason::ConflictingPayment,
        Reason::InconsistentHistory,
        Reason::Blocked,
    ];
    told.iter().find(|it| it.code() == code).map(|it| NewEvent {
        detail: Some(it.code().into()),
        ..plain(kind::FRAUD)
    })
}

impl Wallet {
    /// At most `most` events (1 to [`MOST_AT_ONCE`]) with ids above `after`, oldest first; 0 begins with the oldest kept.
    ///
    /// # Errors
    /// Storage.
    pub fn events(&self, after: i64, most: u32) -> Result<Vec<Event>, WalletError> {
        let inner = self.turn()?;
        let rows = inner.store.events(after, most.clamp(1, MOST_AT_ONCE))?;
        let mut events: Vec<Event> = rows.iter().map(event).collect::<Result<_, StoreError>>()?;
        if let Some(first) = events.first_mut() {
            first.lost_before = inner.store.lost_events(after)?;
        }
        Ok(events)
    }

    /// Forgets every event up to and including `id`: the app has dealt with them. Durable when this returns; again changes nothing.
    ///
    /// # Errors
    /// Storage.
    pub fn acknowledge(&self, id: i64) -> Result<(), WalletError> {
        Ok(self.turn()?.store.write(|tx| tx.acknowledge_events(id))?)
    }
}

fn event(row: &EventRow) -> Result<Event, StoreError> {
    let damaged = || StoreError::Damaged("event");
    let paid = || {
        let (amount, currency) = row.money.ok_or_else(damaged)?;
        let payment = row.payment.ok_or_else(damaged)?;
        Ok::<_, StoreError>(Paid {
            payment,
            amount,
            currency,
        })
    };
    let granted = || {
        let (amount, currency) = row.money.ok_or_else(damaged)?;
        let allowance = row.allowance.ok_or_else(damaged)?;
        Ok::<_, StoreError>(Granted {
            allowance,
            amount,
            currency,
        })
    };
    let code = || {
        let detail = row.detail.and_then(|detail| u32::try_from(detail).ok());
        detail.ok_or_else(damaged)
    };
    let what = match row.kind {
        kind::PRESENTED => What::Presented(paid()?),
        kind::ACCEPTED => What::Receipt(paid()?, Outcome::Accepted),
        kind::VOIDED => What::Receipt(paid()?, Outcome::Voided),
        kind::DECLINED => What::Receipt(paid()?, Outcome::Declined { code: code()? }),
        kind::BANK => {
            let said = PaymentState::from_value(code()?.into()).ok_or_else(damaged)?;
            What::Bank(paid()?, said)
        }
        kind::ALLOWANCE_LOW => What::AllowanceLow(granted()?),
        kind::ALLOWANCE_GRANTED => What::AllowanceGranted(granted()?),
        kind::SYNC_NEEDED => {
            let mut all = SyncReason::ALL.into_iter();
            let why = all.find(|why| Some(why.value()) == row.detail);
            What::SyncNeeded(why.ok_or_else(damaged)?)
        }
        kind::FRAUD => {
            let reason = Reason::from_code(code()?).ok_or_else(damaged)?;
            What::Fraud(reason, row.payment)
        }
        _ => return Err(damaged()),
    };
    Ok(Event {
        id: row.id,
        at: row.at,
        lost_before: 0,
        what,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_codes_that_convict_or_block_are_a_notice_of_fraud() {
        let told: Vec<u32> = Reason::all()
            .iter()
            .map(|reason| reason.code())
            .filter(|code| fraud(*code).is_some())
            .collect();
        assert_eq!(told, [24, 25, 63]);
    }
}
