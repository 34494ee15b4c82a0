//! What the rules say of a token.

use alloc::vec::Vec;

use crate::objects::{Allowance, Payment};
use crate::reason::Reason;
use crate::signed::Verified;
use crate::values::{Amount, ObjectId, PublicKey, Seconds, Time};

/// The verdict on one token: the first rule that failed, and every rule's result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    pub(super) reason: Reason,
    pub(super) checks: Vec<Check>,
    pub(super) conflicts: Vec<(Conflict, ObjectId<Payment>)>,
    pub(super) proven: Option<Acceptance>,
}

impl Verdict {
    /// Code 2: nothing follows from it.
    pub(super) fn unsupported() -> Self {
        Self {
            reason: Reason::Unsupported,
            checks: Vec::from([Check {
                rule: Reason::Unsupported,
                outcome: CheckOutcome::Failed,
                measured: Measured::Nothing,
            }]),
            conflicts: Vec::new(),
            proven: None,
        }
    }

    /// `Reason::Accepted`, or the first rule that failed.
    #[must_use]
    pub fn reason(&self) -> Reason {
        self.reason
    }

    /// Every rule from 3 on, in the order of section 6; or rule 2 alone, when the bundle accepts version 1 no more.
    #[must_use]
    pub fn checks(&self) -> &[Check] {
        &self.checks
    }

    /// Evidence: known payments of this allowance that the token conflicts with, whatever else failed (rules 24, 25).
    #[must_use]
    pub fn conflicts(&self) -> &[(Conflict, ObjectId<Payment>)] {
        &self.conflicts
    }

    /// The verified token, if every rule holds. Only this may be accepted.
    #[must_use]
    pub fn acceptance(&self) -> Option<&Acceptance> {
        self.proven
            .as_ref()
            .filter(|_| self.reason == Reason::Accepted)
    }

    /// The verified token, if its signatures hold (rules 6 and 10), whatever else failed: for evidence and receipts.
    #[must_use]
    pub fn proven(&self) -> Option<&Acceptance> {
        self.proven.as_ref()
    }

    /// Whether a refusal must be given as a signed declined receipt: rules 6 and 10 hold and the reason is not
    /// 11, 26 or 29 (section 6, Receipts).
    #[must_use]
    pub fn owes_declined_receipt(&self) -> bool {
        self.proven.is_some()
            && !matches!(
                self.reason,
                Reason::Accepted
                    | Reason::UnknownRequest
                    | Reason::StorageFailed
                    | Reason::TerminalClock
            )
    }
}

/// A token whose two signatures were verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Acceptance {
    /// The allowance.
    pub allowance: Verified<Allowance>,
    /// The key that signed it, for remembering.
    pub issuer_key: PublicKey,
    /// The payment.
    pub payment: Verified<Payment>,
}

/// What two payments under one allowance convict of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Conflict {
    /// The same sequence, two payments (rule 24).
    ConflictingPayment,
    /// Totals that went down (rule 25).
    InconsistentHistory,
}

impl Conflict {
    /// The rule that found it.
    #[must_use]
    pub const fn reason(self) -> Reason {
        match self {
            Self::ConflictingPayment => Reason::ConflictingPayment,
            Self::InconsistentHistory => Reason::InconsistentHistory,
        }
    }

    /// `conflicting_payment` or `inconsistent_history`.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.reason().name()
    }
}

/// One rule's result.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Check {
    /// The rule, by the reason it gives.
    pub rule: Reason,
    /// What came of it.
    pub outcome: CheckOutcome,
    /// The value that was looked at and its bound, where there is one.
    pub measured: Measured,
}

/// What came of a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CheckOutcome {
    /// It holds.
    Passed,
    /// It is broken.
    Failed,
    /// It could not be looked at, and why.
    Skipped(&'static str),
}

/// A value and its bound.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Measured {
    /// Nothing to show.
    Nothing,
    /// An amount and the most or the one allowed.
    Amount(Amount, Amount),
    /// A time and the bound.
    Time(Time, Time),
    /// A length of time in seconds and the most allowed.
    Duration(u64, Seconds),
    /// A count and the most allowed.
    Count(u64, u64),
}
