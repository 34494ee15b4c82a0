//! The review: everything the payer must see before they agree. It asks no one, signs nothing and stores nothing.

use skilling_protocol::message::{Expected as _, PaymentRequest};
use skilling_protocol::objects::Request;
use skilling_protocol::reason::Reason;
use skilling_protocol::rules::{VerifiedRequest, check_request, check_request_again};
use skilling_protocol::values::{
    Amount, Country, Currency, Decimals, Mcc, MerchantName, ObjectId, Reference, Time,
};

use super::{Answered, Paying, PaymentToken, request_id};
use crate::error::WalletError;
use crate::wallet::{Inner, VERIFIER, Wallet};

/// What the wallet says to a request that was scanned or asked for.
#[derive(Debug, Clone)]
pub enum Reviewed {
    /// It was answered before and no receipt has come: show the same token again.
    Answered(PaymentToken),
    /// It is new: show this.
    New(Box<Review>),
}

/// What the payer should know besides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Warning {
    /// The same amount went to the same merchant in the last ten minutes and nobody has said what became of it. Agreeing pays
    /// a second time.
    SameAgain {
        /// When that was.
        paid_at: Time,
    },
}

/// A verified request as the payer sees it. Only what is in here may be shown as the merchant's.
#[derive(Debug, Clone)]
pub struct Review {
    pub(crate) message: Vec<u8>,
    pub(crate) request: VerifiedRequest,
    /// The amount; `None` until the payer typed one ([`Wallet::enter_amount`]).
    pub amount: Option<Amount>,
    /// How many decimals are shown.
    pub decimals: Decimals,
    /// The allowance that would pay and what it leaves; or which rule stands against it, for the payer alone: the till hears 41,
    /// or 47 after a rollback, whichever it is. [`Reason::AmountMismatch`] while no amount was typed.
    pub pays: Result<Paying, Reason>,
    /// Show each of these.
    pub warnings: Vec<Warning>,
}

impl Review {
    /// The merchant's name with the place. One line, as text of the merchant.
    #[must_use]
    pub fn merchant(&self) -> &MerchantName {
        &self.request.merchant.name
    }

    /// ISO 18245 category.
    #[must_use]
    pub fn mcc(&self) -> Mcc {
        self.request.merchant.mcc
    }

    /// ISO 3166-1 alpha-2.
    #[must_use]
    pub fn country(&self) -> Country {
        self.request.merchant.country
    }

    /// ISO 4217 numeric.
    #[must_use]
    pub fn currency(&self) -> Currency {
        self.request.request.currency
    }

    /// The till's number for it.
    #[must_use]
    pub fn reference(&self) -> Option<&Reference> {
        self.request.request.reference.as_ref()
    }

    /// Since when the terminal declares itself offline.
    #[must_use]
    pub fn offline_since(&self) -> Option<Time> {
        self.request.request.offline_since
    }

    /// Until when it may be answered; `None` for a printed code.
    #[must_use]
    pub fn answer_before(&self) -> Option<Time> {
        self.request.request.answer_before()
    }

    /// The request's id.
    #[must_use]
    pub fn request_id(&self) -> ObjectId<Request> {
        self.request.request.id()
    }
}

impl Wallet {
    /// Looks at a payment request (message 1). The same request again gives the same token until a receipt comes, for 24 hours
    /// after "answer before".
    ///
    /// # Errors
    /// [`WalletError::Malformed`]; [`WalletError::Refused`] with the code of section 5, 28 where it was paid before;
    /// [`WalletError::NotInFront`] for a token that would be repeated; storage.
    pub fn review(&self, message: &[u8]) -> Result<Reviewed, WalletError> {
        self.look_at(message, true)
    }

    /// Like [`Self::review`] for a printed code that the payer wants to pay once more although nobody has answered to the last
    /// payment. A request with an amount is answered as [`Self::review`] does.
    ///
    /// # Errors
    /// As [`Self::review`].
    pub fn review_anew(&self, message: &[u8]) -> Result<Reviewed, WalletError> {
        self.look_at(message, false)
    }

    fn look_at(&self, message: &[u8], may_repeat: bool) -> Result<Reviewed, WalletError> {
        let decoded = PaymentRequest::decode(message)?;
        let is_static = decoded.request.unverified().is_static();
        let now = self.now();
        let mut inner = self.turn()?;
        match inner.answered(&request_id(&decoded), now)? {
            Answered::With(token) if may_repeat || !is_static => {
                self.demand_in_front()?;
                inner.advance_guard(&self.ports)?;
                return Ok(Reviewed::Answered(token));
            }
            Answered::Accepted => return Err(WalletError::Refused(Reason::RequestAlreadyPaid)),
            _ => {}
        }
        inner.store.tidy()?;
        let request = inner.check(&decoded, now)?;
        let amount = request.request.amount();
        inner
            .show(message.to_vec(), request, amount, now)
            .map(|review| Reviewed::New(Box::new(review)))
    }

    /// Puts the amount that the payer typed into the review of a printed code. Choice of allowance and warnings follow it.
    ///
    /// # Errors
    /// [`WalletError::Refused`] with 17 over the scheme's bound, or for zero, or where the request has an amount (15).
    pub fn enter_amount(&self, review: &Review, amount: Amount) -> Result<Review, WalletError> {
        if !review.request.request.is_static() {
            return Err(WalletError::Refused(Reason::AmountMismatch));
        }
        let inner = self.turn()?;
        let policy = inner
            .bundle
            .as_ref()
            .and_then(|bundle| bundle.policy(review.currency()));
        if amount.is_zero() || policy.is_none_or(|policy| amount > policy.max_payment) {
            return Err(WalletError::Refused(Reason::OverCap));
        }
        let (message, request) = (review.message.clone(), review.request.clone());
        inner.show(message, request, Some(amount), self.now())
    }
}

impl Inner {
    /// All of section 5 that does not depend on an allowance.
    pub(crate) fn check(
        &self,
        message: &PaymentRequest,
        now: Time,
    ) -> Result<VerifiedRequest, WalletError> {
        let currency = message.request.unverified().currency;
        check_request(message, &self.context(currency, now), &VERIFIER)
            .map_err(WalletError::Refused)
    }

    /// The same for a request that passed it earlier; its signatures are not verified a second time.
    pub(crate) fn check_again(
        &self,
        request: &VerifiedRequest,
        now: Time,
    ) -> Result<(), WalletError> {
        let currency = request.request.currency;
        check_request_again(request, &self.context(currency, now)).map_err(WalletError::Refused)
    }

    fn show(
        &self,
        message: Vec<u8>,
        request: VerifiedRequest,
        amount: Option<Amount>,
        now: Time,
    ) -> Result<Review, WalletError> {
        let policy = self
            .bundle
            .as_ref()
            .and_then(|bundle| bundle.policy(request.request.currency))
            .ok_or(WalletError::Refused(Reason::CurrencyMismatch))?;
        let pays = amount.ok_or(Reason::AmountMismatch).and_then(|amount| {
            let held = self.choose(&request, amount, now)?;
            let payment = self.next_payment(held, &request, amount, now)?;
            Ok(self.paying(held, &payment))
        });
        let again = amount.and_then(|amount| {
            let merchant = request.merchant.id;
            self.recent
                .same(merchant, request.request.currency, amount, now)
        });
        Ok(Review {
            message,
            amount,
            decimals: policy.decimals,
            pays,
            warnings: again
                .map(|it| Warning::SameAgain { paid_at: it.time })
                .into_iter()
                .collect(),
            request,
        })
    }
}
