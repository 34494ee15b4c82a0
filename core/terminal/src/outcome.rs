//! What became of a token: what the till shows, and what the phone is given.

use skilling_protocol::objects::{
    Allowance, Outcome as ReceiptOutcome, Payment, PaymentState, Request,
};
use skilling_protocol::reason::Reason;
use skilling_protocol::rules::Check;
use skilling_protocol::values::{Amount, Currency, ObjectId, Time};

/// What became of a token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// **Paid**: the request in it, which need not be the one that was shown ([`Outcome::completes`]). It is durable; give
    /// the receipt.
    Accepted(Answered),
    /// This very payment was answered before: give the stored, latest receipt and show "already accepted at hh:mm" (or
    /// voided, or declined). It completes no other sale.
    Again(Answered),
    /// A payment for a printed code: show the amount to the cashier, then call [`crate::Terminal::confirm`] or
    /// [`crate::Terminal::reject`] with the same bytes. Nothing is decided yet; the token is kept as evidence.
    ConfirmAmount {
        /// The payment.
        payment: ObjectId<Payment>,
        /// What the payer typed.
        amount: Amount,
        /// Its currency.
        currency: Currency,
    },
    /// Not paid, for good: the signed declined receipt MUST be given, in the same tap or as a code.
    Declined(Answered),
    /// Not paid, and nothing is signed: unreadable, not provably from this payer, of no request of this shop, or the
    /// terminal itself cannot decide now.
    Refused {
        /// Why.
        reason: Reason,
        /// Which payment, where the bytes could be read.
        payment: Option<ObjectId<Payment>>,
        /// Every rule's result; empty where none was looked at.
        checks: Vec<Check>,
    },
}

/// A payment with a receipt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answered {
    /// The payment.
    pub payment: ObjectId<Payment>,
    /// What it answered; absent where the request is unknown here.
    pub request: Option<ObjectId<Request>>,
    /// Its amount.
    pub amount: Amount,
    /// Its currency.
    pub currency: Currency,
    /// What the receipt says.
    pub outcome: ReceiptOutcome,
    /// When the payment was first answered.
    pub at: Time,
    /// The receipt message (type 3) to give.
    pub receipt: Vec<u8>,
    /// Every rule's result; empty for [`Outcome::Again`], where nothing is looked at.
    pub checks: Vec<Check>,
}

impl Answered {
    /// `Reason::Accepted`, or why it was declined. A void has no reason.
    #[must_use]
    pub fn reason(&self) -> Reason {
        match self.outcome {
            ReceiptOutcome::Declined { code } => {
                Reason::from_code(code).unwrap_or(Reason::Unsupported)
            }
            ReceiptOutcome::Accepted | ReceiptOutcome::Voided => Reason::Accepted,
        }
    }
}

impl Outcome {
    /// Whether this call, and no earlier one, completed a sale.
    #[must_use]
    pub fn is_paid_now(&self) -> bool {
        matches!(self, Self::Accepted(_))
    }

    /// Whether this call completed **this** sale. [`Self::is_paid_now`] alone does not say so: a phone may answer one open
    /// request of the shop when it is asked for another.
    #[must_use]
    pub fn completes(&self, sale: &ObjectId<Request>) -> bool {
        self.is_paid_now() && self.request() == Some(*sale)
    }

    /// The request that the payment answers, where it has a receipt.
    #[must_use]
    pub fn request(&self) -> Option<ObjectId<Request>> {
        match self {
            Self::Accepted(it) | Self::Again(it) | Self::Declined(it) => it.request,
            Self::ConfirmAmount { .. } | Self::Refused { .. } => None,
        }
    }

    /// The receipt message to give, if there is one.
    #[must_use]
    pub fn receipt(&self) -> Option<&[u8]> {
        match self {
            Self::Accepted(it) | Self::Again(it) | Self::Declined(it) => Some(&it.receipt),
            Self::ConfirmAmount { .. } | Self::Refused { .. } => None,
        }
    }

    /// Why not, if not.
    #[must_use]
    pub fn reason(&self) -> Reason {
        match self {
            Self::Accepted(it) | Self::Again(it) | Self::Declined(it) => it.reason(),
            Self::ConfirmAmount { .. } => Reason::Accepted,
            Self::Refused { reason, .. } => *reason,
        }
    }

    pub(crate) fn refused(reason: Reason) -> Self {
        Self::Refused {
            reason,
            payment: None,
            checks: Vec::new(),
        }
    }
}

/// A payment as the store has it, for lists.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredPayment {
    /// Pass the last one's to [`crate::Terminal::payments`] for the next page.
    pub cursor: Cursor,
    /// The payment.
    pub payment: ObjectId<Payment>,
    /// Under which allowance.
    pub allowance: ObjectId<Allowance>,
    /// What it answered; absent where the request is unknown here.
    pub request: Option<ObjectId<Request>>,
    /// Its amount.
    pub amount: Amount,
    /// Its currency.
    pub currency: Currency,
    /// What the latest receipt says; absent where none was owed (kept as evidence only).
    pub outcome: Option<ReceiptOutcome>,
    /// When it was first answered.
    pub at: Option<Time>,
    /// Where its deposit stands.
    pub deposit: DepositState,
}

/// A place in the list of payments.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Cursor(pub(crate) i64);

impl Cursor {
    /// For keeping it outside; the number means nothing there.
    #[must_use]
    pub const fn number(self) -> i64 {
        self.0
    }

    /// From [`Self::number`]. Another number leads to another page, never to harm.
    #[must_use]
    pub const fn from_number(number: i64) -> Self {
        Self(number)
    }
}

/// Where the deposit of a payment stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DepositState {
    /// Nothing to deposit: no receipt was given.
    None,
    /// The acquirer has not confirmed the latest receipt yet.
    Due,
    /// The acquirer's last word.
    Answered(PaymentState),
}
