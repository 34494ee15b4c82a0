//! The online side (sync.md): enrolment, sync, renewal, closing, fetching what the scheme publishes.
//!
//! - A call is durable before it is sent, and the same bytes go out until they are answered, across crashes. So a grant whose
//!   answer was lost is not granted twice.
//! - Payments, allowances and keys change only on an answer that the bank signed, never on an HTTP status.
//! - Nothing waits in here: what failed comes back as [`Failed`], with how long to wait. [`Wallet::sync_until_answered`] waits
//!   with a function of the caller's.
//!
//! ```text
//! no call open --> plan: nonce, statements, evidence, pay key --> durable --> sent --> signed answer: applied, in one commit
//!                                                       ^          |  ^
//!                        401/50, 409/51, 413/54: nothing |          |  +-- no answer, 429, 5xx: the same bytes later
//!                        was done, a new call, a new id  +----------+
//! ```

mod apply;
mod call;
mod enrol;
mod plan;
mod problem;
mod refresh;
mod renew;
mod retry;
mod run;
mod wishes;

pub use problem::{Failed, Problem};
pub use refresh::Refreshed;
pub(crate) use renew::{RENEW_BEFORE, due, is_followed};
pub use renew::{Renewal, RenewalReason};
pub(crate) use wishes::Wishes;

use skilling_protocol::objects::{Allowance, Payment, PaymentState};
use skilling_protocol::reason::Reason;
use skilling_protocol::values::{Amount, Categories, Currency, ObjectId, PublicKey, Time};

use crate::error::WalletError;
use crate::wallet::Wallet;

/// One of the banks this phone is enrolled at. The number is stable and means nothing elsewhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BankId(pub(crate) i64);

impl BankId {
    /// From [`Self::number`].
    #[must_use]
    pub const fn from_number(number: i64) -> Self {
        Self(number)
    }

    /// For keeping it outside.
    #[must_use]
    pub const fn number(self) -> i64 {
        self.0
    }
}

/// A bank as the app shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bank {
    /// For the calls below.
    pub id: BankId,
    /// Its name in the trust bundle; `None` if it stands there no more.
    pub name: Option<String>,
    /// The key that signed its last answer.
    pub issuer_key: PublicKey,
    /// The key that speaks for this phone.
    pub link_key: PublicKey,
    /// By the bank's clock.
    pub enrolled_at: Option<Time>,
    /// By the bank's clock; `None` before the first sync.
    pub synced_at: Option<Time>,
    /// A call was sent, or may have been, and no answer has come: sync repeats it.
    pub is_call_open: bool,
}

/// An allowance that is wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Want {
    /// Its currency.
    pub currency: Currency,
    /// The most in all; the bank may grant less.
    pub limit: Amount,
    /// Only these categories; absent: any.
    pub categories: Option<Categories>,
}

/// What a run of syncs brought.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SyncReport {
    /// Calls that were answered.
    pub calls: u32,
    /// What the bank said, payment by payment.
    pub payments: Vec<(ObjectId<Payment>, PaymentState)>,
    /// Allowances that came; each may pay from now on.
    pub granted: Vec<ObjectId<Allowance>>,
    /// Wants that the bank answered with no.
    pub not_granted: Vec<NotGranted>,
    /// Why the run ended early, if it did. What was done before it stands.
    pub failed: Option<Failed>,
}

/// A want that came to nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotGranted {
    /// What was wanted.
    pub currency: Currency,
    /// Why not.
    pub why: WhyNot,
}

/// Why no allowance came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WhyNot {
    /// The bank's code, 60 to 64 in this version.
    Bank {
        /// As it came: a newer bank may know more.
        code: u32,
    },
    /// What came is not what was asked for (another key or currency, a higher limit, already over): not taken. The next sync
    /// tells the bank so.
    Unsuitable,
}

impl WhyNot {
    /// The registry's entry: [`Reason::payer`] and [`Reason::action`] are for the person. `None` for a code of a newer version.
    #[must_use]
    pub const fn reason(self) -> Option<Reason> {
        match self {
            Self::Bank { code } => Reason::from_code(code),
            Self::Unsuitable => None,
        }
    }

    /// What to tell the person.
    #[must_use]
    pub fn words(self) -> &'static str {
        match (self, self.reason()) {
            (_, Some(reason)) => reason.payer(),
            (Self::Unsuitable, None) => {
                "What the bank sent is not what was asked for. Ask your bank."
            }
            (Self::Bank { .. }, None) => "The bank gave no new offline money. Ask your bank.",
        }
    }
}

impl Wallet {
    /// The banks this phone is enrolled at.
    ///
    /// # Errors
    /// Storage.
    pub fn banks(&self) -> Result<Vec<Bank>, WalletError> {
        let inner = self.turn()?;
        let mut banks = Vec::new();
        for bank in inner.store.banks()? {
            let Some(issuer_key) = bank.issuer_key else {
                continue;
            };
            let listed = inner.bundle.iter().flat_map(|bundle| &bundle.issuers);
            let entry = listed.into_iter().find(|entry| entry.key == issuer_key);
            banks.push(Bank {
                id: BankId(bank.row),
                name: entry.map(|entry| entry.name.as_str().to_owned()),
                issuer_key,
                link_key: bank.link_key,
                enrolled_at: bank.enrolled_at,
                synced_at: bank.synced_at,
                is_call_open: inner.store.open_call(bank.row)?.is_some(),
            });
        }
        Ok(banks)
    }
}
