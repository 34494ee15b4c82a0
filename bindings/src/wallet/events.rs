//! Events: what the app should tell the payer or act on, from the wallet's durable queue.

use skilling_protocol::objects::{Outcome, PaymentState};
use skilling_wallet::events as core;

use super::Wallet;
use super::show::BankState;
use crate::CoreError;
use crate::reason::Reason;
use crate::values::{Money, seconds};

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
    /// A token was handed to the NFC stack or drawn, or may have been when the process died: then told on opening.
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
    /// How many events before this one gave way, because 1,000 are kept: the app was not told of them and reads the history instead.
    /// Only of the first event of an answer it can be other than 0.
    pub lost_before: u64,
    /// What.
    pub kind: EventKind,
}

#[uniffi::export]
impl Wallet {
    /// Events after `after` (0: from the oldest that was not acknowledged), oldest first, at most `most` (1 to 200). They are written
    /// in the transaction of what they tell of and given again until acknowledged, also after the process died. At most 1,000 are
    /// kept: then the oldest give way,
    /// `lost_before` says how many, and the history still has everything. Reads. Ask after each call and after each command of a
    /// reader: nothing calls back.
    ///
    /// # Errors
    /// `Storage`, `ShutDown`.
    pub fn events(&self, after: i64, most: u32) -> Result<Vec<WalletEvent>, CoreError> {
        let events = self.core()?.events(after, most)?;
        Ok(events.into_iter().filter_map(event).collect())
    }

    /// Everything up to and including `id` was dealt with. A lower id than before changes nothing. Writes.
    ///
    /// # Errors
    /// `Storage`, `ShutDown`.
    pub fn acknowledge(&self, id: i64) -> Result<(), CoreError> {
        Ok(self.core()?.acknowledge(id)?)
    }
}

/// `None` for what a newer core tells.
fn event(event: core::Event) -> Option<WalletEvent> {
    let kind = match event.what {
        core::What::Presented(paid) => {
            let (payment_id, amount) = payment(&paid);
            EventKind::PaymentPresented { payment_id, amount }
        }
        core::What::Receipt(paid, outcome) => of_receipt(&paid, outcome),
        core::What::Bank(paid, state) => of_bank(&paid, state),
        core::What::AllowanceLow(it) => EventKind::AllowanceLow {
            allowance_id: it.allowance.to_string(),
            remaining: Money::of(it.amount, it.currency),
        },
        core::What::AllowanceGranted(it) => EventKind::AllowanceGranted {
            allowance_id: it.allowance.to_string(),
            limit: Money::of(it.amount, it.currency),
        },
        core::What::SyncNeeded(why) => EventKind::SyncNeeded {
            reason: match why {
                core::SyncReason::RolledBack => SyncReason::RolledBack,
                core::SyncReason::KeyGone => SyncReason::KeyGone,
                core::SyncReason::AllowanceLow => SyncReason::AllowanceLow,
            },
        },
        core::What::Fraud(reason, payment) => EventKind::FraudNotice {
            reason: reason.into(),
            payment_id: payment.map(|id| id.to_string()),
        },
        _ => return None,
    };
    Some(WalletEvent {
        id: event.id,
        at: seconds(event.at),
        lost_before: event.lost_before,
        kind,
    })
}

fn payment(paid: &core::Paid) -> (String, Money) {
    let amount = Money::of(paid.amount, paid.currency);
    (paid.payment.to_string(), amount)
}

fn of_receipt(paid: &core::Paid, outcome: Outcome) -> EventKind {
    let (payment_id, amount) = payment(paid);
    match outcome {
        Outcome::Accepted => EventKind::PaymentAccepted { payment_id, amount },
        Outcome::Voided => EventKind::PaymentVoided { payment_id, amount },
        Outcome::Declined { code } => EventKind::PaymentDeclined {
            payment_id,
            amount,
            reason: Reason::of_code(code),
        },
    }
}

fn of_bank(paid: &core::Paid, state: PaymentState) -> EventKind {
    let (payment_id, amount) = payment(paid);
    match state {
        PaymentState::Paid => EventKind::PaymentSettled { payment_id, amount },
        PaymentState::GivenBack => EventKind::PaymentGivenBack { payment_id, amount },
        PaymentState::Pending | PaymentState::Disputed | PaymentState::Refused => {
            EventKind::PaymentContested {
                payment_id,
                amount,
                state: state.into(),
            }
        }
    }
}
