//! Paying: review, consent, token, receipt.

use std::sync::Arc;

use skilling_wallet as core;

use super::Wallet;
use crate::CoreError;
use crate::reason::Reason;
use crate::values::{Money, id, seconds};

/// Where a payment stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Enum)]
pub enum Stage {
    /// Number and amount are spent; whether anybody has seen the token is not known.
    Committed,
    /// The token was handed to the NFC stack or drawn.
    Presented,
    /// Presented, or perhaps, in a session that is over; no receipt came.
    Unconfirmed,
    /// The till said "paid".
    Accepted,
    /// The till took it back; the amount came back.
    Voided,
    /// The till refused it; the amount came back.
    Declined,
    /// The bank paid it.
    Settled,
    /// The bank gave the amount back.
    GivenBack,
}

impl From<core::Stage> for Stage {
    fn from(stage: core::Stage) -> Self {
        match stage {
            core::Stage::Committed => Self::Committed,
            core::Stage::Presented => Self::Presented,
            core::Stage::Unconfirmed => Self::Unconfirmed,
            core::Stage::Accepted => Self::Accepted,
            core::Stage::Voided => Self::Voided,
            core::Stage::Declined => Self::Declined,
            core::Stage::Settled => Self::Settled,
            core::Stage::GivenBack => Self::GivenBack,
        }
    }
}

impl From<Stage> for core::Stage {
    fn from(stage: Stage) -> Self {
        match stage {
            Stage::Committed => Self::Committed,
            Stage::Presented => Self::Presented,
            Stage::Unconfirmed => Self::Unconfirmed,
            Stage::Accepted => Self::Accepted,
            Stage::Voided => Self::Voided,
            Stage::Declined => Self::Declined,
            Stage::Settled => Self::Settled,
            Stage::GivenBack => Self::GivenBack,
        }
    }
}

/// A payment token, durable: it may be drawn.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct PaymentToken {
    /// Of the payment.
    pub payment_id: String,
    /// The message to draw ([`crate::qr::qr_modules`]).
    pub bytes: Vec<u8>,
    /// It was given before.
    pub is_repeat: bool,
}

impl From<core::PaymentToken> for PaymentToken {
    fn from(token: core::PaymentToken) -> Self {
        Self {
            payment_id: token.payment.to_string(),
            bytes: token.bytes,
            is_repeat: token.is_repeat,
        }
    }
}

/// The allowance that would pay.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct Paying {
    /// Which.
    pub allowance_id: String,
    /// What is left of it afterwards.
    pub remaining_after: Money,
    /// How many payments are left afterwards.
    pub payments_after: u32,
}

/// Why no allowance would pay: for the payer alone.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct CannotPay {
    /// The rule.
    pub reason: Reason,
    /// It is only that no amount was typed yet.
    pub is_amount_needed: bool,
}

/// The same amount went to the same merchant in the last ten minutes and nobody has said what became of it: agreeing pays twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Record)]
pub struct SameAgain {
    /// Unix seconds.
    pub paid_at: i64,
}

/// Everything the payer must see before they agree. Only this may be shown as the merchant's.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct ReviewView {
    /// Of the request.
    pub request_id: String,
    /// The merchant's name with the place: one line, text of the merchant.
    pub merchant: String,
    /// ISO 18245.
    pub category: u32,
    /// ISO 3166-1 alpha-2.
    pub country: String,
    /// ISO 4217 numeric.
    pub currency: u32,
    /// Decimals shown.
    pub decimals: u32,
    /// `None` until the payer typed one.
    pub amount: Option<Money>,
    /// The till's number for it.
    pub reference: Option<String>,
    /// Since when the till says it is offline, Unix seconds.
    pub offline_since: Option<i64>,
    /// Until when it may be answered, Unix seconds; `None` for a printed code.
    pub answer_before: Option<i64>,
    /// What pays; `None` when nothing does, then see `cannot_pay`.
    pub pays: Option<Paying>,
    /// Why nothing pays.
    pub cannot_pay: Option<CannotPay>,
    /// Show it, and let the payer confirm a second time.
    pub same_again: Option<SameAgain>,
}

/// A verified request as the payer is to see it. Holds nothing open; let go of it at will.
#[derive(uniffi::Object)]
pub struct Review(pub(super) core::Review);

#[uniffi::export]
impl Review {
    /// What to show. Any thread.
    ///
    /// # Errors
    /// None.
    pub fn view(&self) -> Result<ReviewView, CoreError> {
        let it = &self.0;
        let currency = it.currency();
        let (pays, cannot_pay) = match &it.pays {
            Ok(paying) => (
                Some(Paying {
                    allowance_id: paying.allowance.to_string(),
                    remaining_after: Money::of(paying.remaining_after, currency),
                    payments_after: paying.payments_after,
                }),
                None,
            ),
            Err(reason) => (
                None,
                Some(CannotPay {
                    reason: (*reason).into(),
                    is_amount_needed: it.amount.is_none(),
                }),
            ),
        };
        let same_again = it.warnings.iter().find_map(|warning| match warning {
            core::Warning::SameAgain { paid_at } => Some(SameAgain {
                paid_at: seconds(*paid_at),
            }),
            _ => None,
        });
        Ok(ReviewView {
            request_id: it.request_id().to_string(),
            merchant: it.merchant().to_string(),
            category: it.mcc().code().into(),
            country: it.country().as_str().to_owned(),
            currency: currency.numeric().into(),
            decimals: it.decimals.get().into(),
            amount: it.amount.map(|amount| Money::of(amount, currency)),
            reference: it.reference().map(ToString::to_string),
            offline_since: it.offline_since().map(seconds),
            answer_before: it.answer_before().map(seconds),
            pays,
            cannot_pay,
            same_again,
        })
    }
}

/// What the wallet says to a request.
#[derive(uniffi::Enum)]
pub enum Reviewed {
    /// It was answered before and no receipt came: show the same token again.
    Answered {
        /// The very same bytes.
        token: PaymentToken,
    },
    /// It is new.
    New {
        /// Show [`Review::view`].
        review: Arc<Review>,
    },
}

/// What the payer agreed to.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct AuthorisedView {
    /// The allowance that pays.
    pub allowance_id: String,
    /// Until when it counts, Unix seconds, inclusive.
    pub until: i64,
}

/// The payer agreed to one request: good for [`Wallet::pay`] or the next tap that asks for it, whichever is first.
#[derive(uniffi::Object)]
pub struct Authorised(core::Authorised);

#[uniffi::export]
impl Authorised {
    /// What to show. Any thread.
    ///
    /// # Errors
    /// None.
    pub fn view(&self) -> Result<AuthorisedView, CoreError> {
        Ok(AuthorisedView {
            allowance_id: self.0.allowance.to_string(),
            until: seconds(self.0.until),
        })
    }
}

/// The payer armed the wallet for the next request.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct Armed {
    /// The only allowance that pays.
    pub allowance_id: String,
    /// The most.
    pub ceiling: Money,
    /// Until when it counts, Unix seconds, inclusive.
    pub until: i64,
}

/// A receipt that was taken.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct ReceiptTaken {
    /// Of which payment.
    pub payment_id: String,
    /// Where it stands now.
    pub stage: Stage,
}

#[uniffi::export]
impl Wallet {
    /// Looks at a payment request (message 1, from a code or from [`Wallet::asked`]). Reads the disk; not for the main thread.
    ///
    /// # Errors
    /// `Malformed`, `Refused`, `NotInFront` (a token would be repeated), `Storage`.
    pub fn review(&self, message_bytes: Vec<u8>) -> Result<Reviewed, CoreError> {
        Ok(reviewed(self.on_time()?.review(&message_bytes)?))
    }

    /// Like [`Self::review`] for a printed code that the payer wants to pay once more although nobody answered to the last payment.
    ///
    /// # Errors
    /// As [`Self::review`].
    pub fn review_anew(&self, message_bytes: Vec<u8>) -> Result<Reviewed, CoreError> {
        Ok(reviewed(self.on_time()?.review_anew(&message_bytes)?))
    }

    /// The review of a printed code with the amount that the payer typed. Not for the main thread.
    ///
    /// # Errors
    /// `Refused` with 17 over the scheme's bound, 15 where the request has an amount; `InvalidArgument` for another currency.
    pub fn enter_amount(
        &self,
        review: Arc<Review>,
        amount: Money,
    ) -> Result<Arc<Review>, CoreError> {
        let amount = amount.in_currency(review.0.currency())?;
        let review = self.on_time()?.enter_amount(&review.0, amount)?;
        Ok(Arc::new(Review(review)))
    }

    /// Asks the payer for this very payment, through [`crate::ports::DeviceKeys::authorize`]. Waits for the person, three minutes at
    /// most; nothing is locked meanwhile. Dropping the wait leaves nothing behind, but for whoever drops it in the
    /// moment in which the payer agrees: [`Self::withdraw`].
    ///
    /// # Errors
    /// `AmountNeeded`, `NotInFront`, `ConsentPassed`, `Refused`, `RolledBack`, `PayerRefused`, `LockedOut`, `NoScreenLock`, `KeyGone`, `Busy`, `PortFailed`.
    pub async fn agree(&self, review: Arc<Review>) -> Result<Arc<Authorised>, CoreError> {
        let core = self.on_time()?;
        let authorised = core.agree(&review.0).await?;
        Ok(Arc::new(Authorised(authorised)))
    }

    /// The payer said no: a reader that asks again within a minute is told so. Waits for its turn, which a key that signs holds: not for
    /// the main thread.
    ///
    /// # Errors
    /// `ShutDown`.
    pub fn decline(&self, review: Arc<Review>) -> Result<(), CoreError> {
        self.core()?.decline(&review.0);
        Ok(())
    }

    /// Takes back what was agreed to, if it was not paid yet; true if it was still waiting.
    ///
    /// # Errors
    /// `ShutDown`, `Storage`.
    pub fn abandon(&self, authorised: Arc<Authorised>) -> Result<bool, CoreError> {
        Ok(self.core()?.abandon(&authorised.0)?)
    }

    /// Takes back what the payer agreed to while nobody waited for [`Self::agree`] any more: for callers that gave up waiting. True if
    /// there was something.
    ///
    /// # Errors
    /// `ShutDown`, `Storage`.
    pub fn withdraw(&self, review: Arc<Review>) -> Result<bool, CoreError> {
        Ok(self.core()?.withdraw(&review.0)?)
    }

    /// Pays what was agreed to. The token is durable when this returns. Signs and writes: not for the main thread.
    ///
    /// # Errors
    /// `ConsentPassed`, `Refused`, `KeyGone`, `NotInFront`, `Storage` (nothing was paid; after `ReopenNeeded` open again),
    /// `PortFailed` of the rollback guard (it is committed, and the same request gives the token once the guard works).
    pub fn pay(&self, authorised: Arc<Authorised>) -> Result<PaymentToken, CoreError> {
        Ok(self.on_time()?.pay(&authorised.0)?.into())
    }

    /// Notes that the token was drawn. Losing this note loses nothing. Writes.
    ///
    /// # Errors
    /// `InvalidArgument`, `Storage`.
    pub fn presented(&self, payment_id: String) -> Result<(), CoreError> {
        let payment = id(&payment_id, "payment_id")?;
        Ok(self.core()?.presented(&payment)?)
    }

    /// The token of a payment that the payer wants to show once more, from the history; `None` once it was answered, and a day after its
    /// request has run out. Not for the main thread.
    ///
    /// # Errors
    /// `NotFound`, `InvalidArgument`, `NotInFront`, `Storage`, `PortFailed` of the rollback guard.
    pub fn repeat(&self, payment_id: String) -> Result<Option<PaymentToken>, CoreError> {
        let payment = id(&payment_id, "payment_id")?;
        Ok(self.on_time()?.repeat(&payment)?.map(Into::into))
    }

    /// Where a payment stands. Reads.
    ///
    /// # Errors
    /// `NotFound`, `InvalidArgument`, `Storage`.
    pub fn stage(&self, payment_id: String) -> Result<Stage, CoreError> {
        let payment = id(&payment_id, "payment_id")?;
        Ok(self.core()?.stage(&payment)?.into())
    }

    /// Arms the wallet: the payer authenticates, and the first request within 60 seconds of at most `ceiling` is paid from this
    /// allowance without another question. Waits for the person.
    ///
    /// # Errors
    /// `Refused` with 17 or 41, `NotInFront`, `RolledBack`, and those of [`Self::agree`].
    pub async fn arm(&self, allowance_id: String, ceiling: Money) -> Result<Armed, CoreError> {
        let allowance = id(&allowance_id, "allowance_id")?;
        let core = self.on_time()?;
        let held = core.allowances()?;
        let currency = held.iter().find(|held| held.id == allowance);
        let currency = currency
            .ok_or(core::WalletError::NoSuchAllowance)
            .map(|held| held.currency)?;
        let armed = core.arm(&allowance, ceiling.in_currency(currency)?).await?;
        Ok(Armed {
            allowance_id: armed.allowance.to_string(),
            ceiling: Money::of(armed.ceiling, currency),
            until: seconds(armed.until),
        })
    }

    /// Takes the arming back; true if it was still waiting.
    ///
    /// # Errors
    /// `ShutDown`, `Storage`.
    pub fn disarm(&self) -> Result<bool, CoreError> {
        Ok(self.core()?.disarm()?)
    }

    /// Takes a receipt (message 3, from the till's code). Durable when this returns; the same again changes nothing. Writes.
    ///
    /// # Errors
    /// `Malformed`, `ReceiptFitsNone`, `Storage`, `PortFailed`.
    pub fn take_receipt(&self, message_bytes: Vec<u8>) -> Result<ReceiptTaken, CoreError> {
        let (payment, stage) = self.core()?.take_receipt(&message_bytes)?;
        Ok(ReceiptTaken {
            payment_id: payment.to_string(),
            stage: stage.into(),
        })
    }
}

fn reviewed(reviewed: core::Reviewed) -> Reviewed {
    match reviewed {
        core::Reviewed::Answered(token) => Reviewed::Answered {
            token: token.into(),
        },
        core::Reviewed::New(review) => Reviewed::New {
            review: Arc::new(Review(*review)),
        },
    }
}
