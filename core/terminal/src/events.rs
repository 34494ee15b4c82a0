//! What the till's app is to be told: a durable queue, so that nothing is lost when the process dies between an event and its telling.
//!
//! An event is written in the transaction of what it tells of and given until it is acknowledged. Tills that share a store share its
//! events. At most 1,000 are kept; then the oldest give way, the next one says how many did, and the list of payments still has
//! what they told.

use rusqlite::Connection;
use skilling_protocol::objects::{Outcome, Payment, PaymentState};
use skilling_protocol::values::{Amount, Currency, ObjectId, Time};

use crate::error::TerminalError;
use crate::store::events::{self, EventRow};
use crate::terminal::Terminal;

/// The most events of one call.
pub const MOST_EVENTS_AT_ONCE: u32 = 200;

/// An event. Numbers rise and are never used twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Event {
    /// For [`Terminal::acknowledge`].
    pub id: i64,
    /// By the till's clock.
    pub at: Time,
    /// How many events before this one the app was not told of: they gave way and were neither acknowledged nor asked past, or are
    /// of a kind that a newer release wrote.
    pub lost_before: u64,
    /// Of which payment.
    pub payment: ObjectId<Payment>,
    /// Its amount.
    pub amount: Amount,
    /// Its currency.
    pub currency: Currency,
    /// What happened.
    pub what: What,
}

/// What happened to a payment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum What {
    /// A receipt was made for it.
    Receipt(Outcome),
    /// The acquirer said this of it.
    Bank(PaymentState),
    /// It and an earlier one convict a payer's key; the proof is kept.
    Fraud,
}

const ACCEPTED: u8 = 1;
const VOIDED: u8 = 2;
const DECLINED: u8 = 3;
const BANK: u8 = 4;
const FRAUD: u8 = 5;

/// Adds an event of a payment that is stored.
pub(crate) fn tell(
    tx: &Connection,
    payment: &ObjectId<Payment>,
    what: What,
    at: Time,
) -> rusqlite::Result<()> {
    let (kind, detail) = match what {
        What::Receipt(Outcome::Accepted) => (ACCEPTED, None),
        What::Receipt(Outcome::Voided) => (VOIDED, None),
        What::Receipt(Outcome::Declined { code }) => (DECLINED, Some(code)),
        What::Bank(state) => (BANK, Some(state.value().into())),
        What::Fraud => (FRAUD, None),
    };
    events::put(tx, kind, payment, detail, at)
}

fn what(row: &EventRow) -> Option<What> {
    Some(match (row.kind, row.detail) {
        (ACCEPTED, _) => What::Receipt(Outcome::Accepted),
        (VOIDED, _) => What::Receipt(Outcome::Voided),
        (DECLINED, Some(code)) => What::Receipt(Outcome::Declined { code }),
        (BANK, Some(state)) => What::Bank(PaymentState::from_value(state.into())?),
        (FRAUD, _) => What::Fraud,
        _ => return None,
    })
}

impl Terminal {
    /// At most `most` events (1 to [`MOST_EVENTS_AT_ONCE`]) with ids above `after`, oldest first; 0 begins with the oldest kept.
    ///
    /// # Errors
    /// The store cannot be read.
    pub fn events(&self, after: i64, most: u32) -> Result<Vec<Event>, TerminalError> {
        self.work(|work| {
            let mut lost = events::lost(&work.tx, after)?;
            let (mut after, mut told) = (after, Vec::new());
            // No page of unknown kinds is taken for the end of the queue.
            while told.is_empty() {
                let rows = events::page(&work.tx, after, most.clamp(1, MOST_EVENTS_AT_ONCE))?;
                let Some(last) = rows.last() else { break };
                after = last.id;
                for row in &rows {
                    let Some(what) = what(row) else {
                        lost = lost.saturating_add(1);
                        continue;
                    };
                    told.push(Event {
                        id: row.id,
                        at: row.at,
                        lost_before: std::mem::take(&mut lost),
                        payment: row.payment,
                        amount: row.amount,
                        currency: row.currency,
                        what,
                    });
                }
            }
            Ok(told)
        })
    }

    /// Forgets every event up to and including `id`: the app has dealt with them.
    ///
    /// # Errors
    /// The store cannot be written.
    pub fn acknowledge(&self, id: i64) -> Result<(), TerminalError> {
        self.change(|work| Ok(events::acknowledge(&work.tx, id)?))
    }
}
