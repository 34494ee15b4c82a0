//! Events of the till, from its durable queue.

use skilling_protocol::objects::Outcome;
use skilling_terminal as core;

use super::Terminal;
use crate::CoreError;
use crate::reason::Reason;
use crate::values::{Money, seconds};
use crate::wallet::BankState;

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Enum)]
pub enum TerminalEventKind {
    /// Paid.
    PaymentAccepted {
        /// Which.
        payment_id: String,
        /// How much.
        amount: Money,
    },
    /// Taken back.
    PaymentVoided {
        /// Which.
        payment_id: String,
        /// How much.
        amount: Money,
    },
    /// Refused with a receipt.
    PaymentDeclined {
        /// Which.
        payment_id: String,
        /// How much.
        amount: Money,
        /// Why.
        reason: Reason,
    },
    /// The acquirer said this of it.
    PaymentSettled {
        /// Which.
        payment_id: String,
        /// How much.
        amount: Money,
        /// What.
        state: BankState,
    },
    /// Two payments convict a payer's key: a fraud proof is kept.
    FraudNotice {
        /// The later of the two payments.
        payment_id: String,
    },
}

/// One event.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct TerminalEvent {
    /// Rises; never used twice. For [`Terminal::acknowledge`].
    pub id: i64,
    /// By the till's clock, Unix seconds.
    pub at: i64,
    /// How many events before this one the app was not told of, because 1,000 are kept and they gave way, or because a newer release wrote
    /// them and this one does not know their kind: it reads the list of payments instead.
    pub lost_before: u64,
    /// What.
    pub kind: TerminalEventKind,
}

#[uniffi::export]
impl Terminal {
    /// Events after `after` (0: from the oldest that was not acknowledged), oldest first, at most `most` (1 to 200); of every till that
    /// shares the store. Written in the transaction of what they tell of, given again until acknowledged. At most 1,000 are kept:
    /// then the oldest give way, `lost_before` says how many, and the list of payments still has everything. Reads.
    ///
    /// # Errors
    /// `Storage`, `ShutDown`.
    pub fn events(&self, after: i64, most: u32) -> Result<Vec<TerminalEvent>, CoreError> {
        let events = self.core()?.events(after, most)?;
        Ok(events.into_iter().filter_map(event).collect())
    }

    /// Everything up to and including `id` was dealt with. Writes.
    ///
    /// # Errors
    /// `Storage`, `ShutDown`.
    pub fn acknowledge(&self, id: i64) -> Result<(), CoreError> {
        Ok(self.core()?.acknowledge(id)?)
    }
}

/// `None` for what a newer core tells.
fn event(event: core::Event) -> Option<TerminalEvent> {
    let payment_id = event.payment.to_string();
    let amount = Money::of(event.amount, event.currency);
    let kind = match event.what {
        core::What::Receipt(Outcome::Accepted) => {
            TerminalEventKind::PaymentAccepted { payment_id, amount }
        }
        core::What::Receipt(Outcome::Voided) => {
            TerminalEventKind::PaymentVoided { payment_id, amount }
        }
        core::What::Receipt(Outcome::Declined { code }) => TerminalEventKind::PaymentDeclined {
            payment_id,
            amount,
            reason: Reason::of_code(code),
        },
        core::What::Bank(state) => TerminalEventKind::PaymentSettled {
            payment_id,
            amount,
            state: state.into(),
        },
        core::What::Fraud => TerminalEventKind::FraudNotice { payment_id },
        _ => return None,
    };
    Some(TerminalEvent {
        id: event.id,
        at: seconds(event.at),
        lost_before: event.lost_before,
        kind,
    })
}
