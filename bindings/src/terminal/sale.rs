//! A sale: request, token, receipt, void.

use skilling_protocol::message::{Expected as _, Token};
use skilling_protocol::objects::{Outcome as CoreReceipt, Request};
use skilling_protocol::rules::{Check, CheckOutcome as CoreCheck, Measured};
use skilling_protocol::values::{ObjectId, Reference, Seconds};
use skilling_terminal as core;

use super::Terminal;
use crate::CoreError;
use crate::reason::Reason;
use crate::values::{Money, currency, id, seconds};

/// What a customer is to pay.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct Sale {
    /// At least one minor unit.
    pub amount: Money,
    /// A till or receipt number, at most 35 characters; nothing about goods or persons.
    pub reference: Option<String>,
    /// How long the request may be answered; usually 180.
    pub answer_within_seconds: Option<u32>,
}

/// A request of this store, durable.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct OpenRequest {
    /// Its id.
    pub request_id: String,
    /// Message 1: to be drawn ([`crate::qr::qr_modules`]) or sent to a phone by a tap.
    pub bytes: Vec<u8>,
    /// `None` for a printed code.
    pub amount: Option<Money>,
    /// ISO 4217 numeric.
    pub currency: u32,
    /// Unix seconds.
    pub made_at: i64,
    /// Unix seconds; `None` for a printed code.
    pub answer_before: Option<i64>,
    /// The till's number for it.
    pub reference: Option<String>,
}

impl From<core::OpenRequest> for OpenRequest {
    fn from(open: core::OpenRequest) -> Self {
        let Request { currency, .. } = open.request;
        let amount = open.request.amount();
        Self {
            request_id: open.id.to_string(),
            bytes: open.message,
            amount: amount.map(|amount| Money::of(amount, currency)),
            currency: currency.numeric().into(),
            made_at: seconds(open.request.made_at),
            answer_before: open.request.answer_before().map(seconds),
            reference: open.request.reference.as_ref().map(ToString::to_string),
        }
    }
}

/// What a receipt says.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Enum)]
pub enum ReceiptOutcome {
    /// Paid.
    Accepted,
    /// Was accepted; never claimed.
    Voided,
    /// Refused.
    Declined {
        /// Why.
        reason: Reason,
    },
}

impl From<CoreReceipt> for ReceiptOutcome {
    fn from(outcome: CoreReceipt) -> Self {
        match outcome {
            CoreReceipt::Accepted => Self::Accepted,
            CoreReceipt::Voided => Self::Voided,
            CoreReceipt::Declined { code } => Self::Declined {
                reason: Reason::of_code(code),
            },
        }
    }
}

/// What came of a rule.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Enum)]
pub enum CheckOutcome {
    /// It holds.
    Passed,
    /// It is broken.
    Failed,
    /// It could not be looked at.
    Skipped {
        /// Why, in English.
        why: String,
    },
}

/// One rule's result.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct CheckView {
    /// The rule, by the reason it gives.
    pub rule: Reason,
    /// What came of it.
    pub outcome: CheckOutcome,
    /// The value looked at and its bound, as text for a log, if there is one.
    pub measured: Option<String>,
}

impl From<&Check> for CheckView {
    fn from(check: &Check) -> Self {
        let measured = match check.measured {
            Measured::Nothing => None,
            Measured::Amount(is, bound) => {
                Some(format!("{} / {}", is.minor_units(), bound.minor_units()))
            }
            Measured::Time(is, bound) => Some(format!("{} / {}", is.unix(), bound.unix())),
            Measured::Duration(is, most) => Some(format!("{is} s / {} s", most.0)),
            Measured::Count(is, most) => Some(format!("{is} / {most}")),
        };
        Self {
            rule: check.rule.into(),
            outcome: match check.outcome {
                CoreCheck::Passed => CheckOutcome::Passed,
                CoreCheck::Failed => CheckOutcome::Failed,
                CoreCheck::Skipped(why) => CheckOutcome::Skipped {
                    why: why.to_owned(),
                },
            },
            measured,
        }
    }
}

/// A payment with a receipt.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct Answered {
    /// The payment.
    pub payment_id: String,
    /// What it answered; `None` where the request is unknown here.
    pub request_id: Option<String>,
    /// How much.
    pub amount: Money,
    /// What the receipt says.
    pub outcome: ReceiptOutcome,
    /// When the payment was first answered, Unix seconds.
    pub at: i64,
    /// Message 3, to give or draw.
    pub receipt: Vec<u8>,
    /// Every rule's result; empty for [`Outcome::Again`].
    pub checks: Vec<CheckView>,
}

impl From<core::Answered> for Answered {
    fn from(it: core::Answered) -> Self {
        Self {
            payment_id: it.payment.to_string(),
            request_id: it.request.map(|id| id.to_string()),
            amount: Money::of(it.amount, it.currency),
            outcome: it.outcome.into(),
            at: seconds(it.at),
            receipt: it.receipt,
            checks: it.checks.iter().map(CheckView::from).collect(),
        }
    }
}

/// What became of a token.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Enum)]
pub enum Outcome {
    /// **Paid**: the request in it, which need not be the one that was shown.
    Accepted {
        /// Durable; give the receipt.
        answered: Answered,
        /// It completes the sale that was asked about, if one was.
        completes_sale: bool,
    },
    /// Answered before: give the stored receipt and show "already accepted at". It completes no other sale.
    Again {
        /// As it was.
        answered: Answered,
    },
    /// A payment for a printed code: show the amount to the cashier, then [`Terminal::confirm`] or [`Terminal::reject`] with the same
    /// bytes. Nothing is decided yet.
    ConfirmAmount {
        /// The payment.
        payment_id: String,
        /// What the payer typed.
        amount: Money,
    },
    /// Not paid, for good: the signed receipt MUST be given.
    Declined {
        /// With the receipt.
        answered: Answered,
    },
    /// Not paid, and nothing is signed.
    Refused {
        /// Why.
        reason: Reason,
        /// Which payment, where the bytes could be read.
        payment_id: Option<String>,
        /// Every rule's result; empty where none was looked at.
        checks: Vec<CheckView>,
    },
}

impl Outcome {
    pub(super) fn of(outcome: core::Outcome, sale: Option<&ObjectId<Request>>) -> Self {
        let completes_sale = sale.is_some_and(|sale| outcome.completes(sale));
        match outcome {
            core::Outcome::Accepted(it) => Self::Accepted {
                answered: it.into(),
                completes_sale,
            },
            core::Outcome::Again(it) => Self::Again {
                answered: it.into(),
            },
            core::Outcome::ConfirmAmount {
                payment,
                amount,
                currency,
            } => Self::ConfirmAmount {
                payment_id: payment.to_string(),
                amount: Money::of(amount, currency),
            },
            core::Outcome::Declined(it) => Self::Declined {
                answered: it.into(),
            },
            core::Outcome::Refused {
                reason,
                payment,
                checks,
            } => Self::Refused {
                reason: reason.into(),
                payment_id: payment.map(|id| id.to_string()),
                checks: checks.iter().map(CheckView::from).collect(),
            },
        }
    }
}

/// A message that was taken.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct TakenMessage {
    /// `trust_bundle`, `status_list`, `fraud_proof`, `outage` or `renewed`.
    pub kind: String,
    /// False: what was held already is as new or newer, and stays.
    pub is_new: bool,
}

impl From<core::Taken> for TakenMessage {
    fn from(taken: core::Taken) -> Self {
        Self {
            kind: taken.kind.name().to_owned(),
            is_new: taken.is_new,
        }
    }
}

fn reference(text: Option<String>) -> Result<Option<Reference>, CoreError> {
    text.map(|text| Reference::new(&text).map_err(CoreError::bounds("reference")))
        .transpose()
}

fn sale_id(text: Option<String>) -> Result<Option<ObjectId<Request>>, CoreError> {
    text.map(|text| id(&text, "sale")).transpose()
}

#[uniffi::export]
impl Terminal {
    /// Makes a request for a sale; durable when this returns. Writes.
    ///
    /// # Errors
    /// `TillNotReady`, `InvalidArgument`, `Storage`, `PortFailed`.
    pub fn request(&self, sale: Sale) -> Result<OpenRequest, CoreError> {
        let (amount, currency) = sale.amount.parts()?;
        let mut new = core::Sale::new(amount, currency);
        new.reference = reference(sale.reference)?;
        if let Some(within) = sale.answer_within_seconds {
            new.answer_within = Seconds(within);
        }
        Ok(self.core()?.request(&new)?.into())
    }

    /// Makes a request without an amount, to be printed: the payer types it, the cashier confirms it. Open until cancelled. Writes.
    ///
    /// # Errors
    /// As [`Self::request`].
    pub fn static_request(
        &self,
        currency: u32,
        reference: Option<String>,
    ) -> Result<OpenRequest, CoreError> {
        let (currency, reference) = (self::currency(currency)?, self::reference(reference)?);
        Ok(self.core()?.static_request(currency, reference)?.into())
    }

    /// Cancels a request: a payment for it is declined from now on. Writes.
    ///
    /// # Errors
    /// `NotFound`, `InvalidArgument`, `Storage`.
    pub fn cancel(&self, request_id: String) -> Result<(), CoreError> {
        Ok(self.core()?.cancel(&id(&request_id, "request_id")?)?)
    }

    /// The requests that can still be paid, of every till that shares the store. Reads.
    ///
    /// # Errors
    /// `Storage`.
    pub fn open_requests(&self) -> Result<Vec<OpenRequest>, CoreError> {
        let open = self.core()?.open_requests()?;
        Ok(open.into_iter().map(OpenRequest::from).collect())
    }

    /// Any request of this store, open or not. Reads.
    ///
    /// # Errors
    /// `NotFound`, `InvalidArgument`, `Storage`.
    pub fn find_request(&self, request_id: String) -> Result<OpenRequest, CoreError> {
        let id = id(&request_id, "request_id")?;
        Ok(self.core()?.find_request(&id)?.into())
    }

    /// Decides on a payment token (message 2, from the phone's code). Decision and receipt are durable when this returns. `sale`: the
    /// request that the cashier waits for, to be told whether this completes it. Writes.
    ///
    /// # Errors
    /// `MadeByAnotherTill`, `PortFailed` of the keys: nothing is decided. A payment that is not accepted is an outcome.
    pub fn accept(&self, token: Vec<u8>, sale: Option<String>) -> Result<Outcome, CoreError> {
        let sale = sale_id(sale)?;
        let outcome = self.core()?.accept(&token)?;
        Ok(Outcome::of(outcome, sale.as_ref()))
    }

    /// Like [`Self::accept`], for the text of the code that a phone shows.
    ///
    /// # Errors
    /// As [`Self::accept`].
    pub fn accept_text(&self, text: String, sale: Option<String>) -> Result<Outcome, CoreError> {
        let sale = sale_id(sale)?;
        let outcome = self.core()?.accept_text(&text)?;
        Ok(Outcome::of(outcome, sale.as_ref()))
    }

    /// Like [`Self::accept`], after the cashier confirmed `shown` as the amount of a payment for a printed code. Writes.
    ///
    /// # Errors
    /// As [`Self::accept`]; `OtherAmount` (or another currency), `NotPrinted`.
    pub fn confirm(&self, token: Vec<u8>, shown: Money) -> Result<Outcome, CoreError> {
        let (amount, currency) = shown.parts()?;
        // The core decides on what cannot be read; what can be read is in the currency of its allowance.
        let of_token = Token::decode(&token).map(|it| it.allowance.unverified().currency);
        if of_token.is_ok_and(|it| it != currency) {
            return Err(core::TerminalError::OtherAmount.into());
        }
        let outcome = self.core()?.confirm(&token, amount)?;
        Ok(Outcome::of(outcome, None))
    }

    /// Like [`Self::accept`], after the cashier rejected the amount: declined, which gives the payer the amount back. Writes.
    ///
    /// # Errors
    /// As [`Self::accept`]; `NotPrinted`.
    pub fn reject(&self, token: Vec<u8>) -> Result<Outcome, CoreError> {
        Ok(Outcome::of(self.core()?.reject(&token)?, None))
    }

    /// Voids an accepted payment, whole, before or after its deposit: final, durable, and the receipt MUST be given or drawn. Voided
    /// already: the stored receipt. Writes.
    ///
    /// # Errors
    /// `NotFound`, `NotAccepted`, `MadeByAnotherTill`, `PortFailed`, `Storage`.
    pub fn void_payment(&self, payment_id: String) -> Result<Answered, CoreError> {
        let payment = id(&payment_id, "payment_id")?;
        Ok(self.core()?.void(&payment)?.into())
    }

    /// The latest receipt of a payment, to show or give again. Reads.
    ///
    /// # Errors
    /// `NotFound`, `InvalidArgument`, `Storage`.
    pub fn receipt(&self, payment_id: String) -> Result<Answered, CoreError> {
        let payment = id(&payment_id, "payment_id")?;
        Ok(self.core()?.receipt(&payment)?.into())
    }

    /// Everything kept of a payment, as an evidence message (7). Reads.
    ///
    /// # Errors
    /// `NotFound`, `InvalidArgument`, `Storage`.
    pub fn evidence(&self, payment_id: String) -> Result<Vec<u8>, CoreError> {
        let payment = id(&payment_id, "payment_id")?;
        Ok(self.core()?.evidence(&payment)?)
    }

    /// Takes a trust bundle (4), status list (5), fraud proof (6), outage bulletin (8) or certificate (17) from wherever it comes. Writes.
    ///
    /// # Errors
    /// `Malformed`, `NotTrusted`, `TillNotReady`, `Storage`.
    pub fn take(&self, message_bytes: Vec<u8>) -> Result<TakenMessage, CoreError> {
        Ok(self.core()?.take(&message_bytes)?.into())
    }

    /// Takes a merchant certificate that came as the bare object, as an acquirer hands it out at installation. Writes.
    ///
    /// # Errors
    /// As [`Self::take`].
    pub fn take_certificate(&self, object: Vec<u8>) -> Result<TakenMessage, CoreError> {
        Ok(self.core()?.take_certificate(&object)?.into())
    }
}
