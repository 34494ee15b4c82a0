//! Requests: made durable before anyone sees them, cancelled, listed, and repeated after a torn tap.

use skilling_platform::random;
use skilling_protocol::message::{Expected as _, PaymentRequest};
use skilling_protocol::objects::{Amounted, Request};
use skilling_protocol::rules::terminal_clock_holds;
use skilling_protocol::signed::Signed;
use skilling_protocol::values::{
    Amount, Currency, ObjectId, Reference, RequestNonce, Seconds, Time,
};

use crate::error::TerminalError;
use crate::store::requests::{self, RequestRow};
use crate::terminal::{Terminal, Work};

/// How long a payer usually has to answer (protocol section 3).
pub const USUAL_ANSWER_TIME: Seconds = Seconds(180);

/// What a customer is to pay.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sale {
    /// At least one minor unit.
    pub amount: Amount,
    /// The currency.
    pub currency: Currency,
    /// A till or receipt number: nothing about goods or persons.
    pub reference: Option<Reference>,
    /// How long the request may be answered; [`USUAL_ANSWER_TIME`] is usual.
    pub answer_within: Seconds,
}

impl Sale {
    /// A sale with the usual time to answer and no reference.
    #[must_use]
    pub fn new(amount: Amount, currency: Currency) -> Self {
        Self {
            amount,
            currency,
            reference: None,
            answer_within: USUAL_ANSWER_TIME,
        }
    }
}

/// A request of this store, durable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenRequest {
    /// Its id.
    pub id: ObjectId<Request>,
    /// The payment request message (type 1): to be drawn as a code or sent to a phone.
    pub message: Vec<u8>,
    /// What it says.
    pub request: Request,
}

impl Terminal {
    /// Makes a request for a sale. It is durable when this returns.
    ///
    /// # Errors
    /// [`TerminalError::NoCertificate`], [`TerminalError::CertificateNotValid`], [`TerminalError::Clock`], an amount of
    /// zero, or the store's.
    pub fn request(&self, sale: &Sale) -> Result<OpenRequest, TerminalError> {
        self.change(|work| {
            let amounted = Amounted {
                amount: sale.amount,
                answer_before: work.now.plus(sale.answer_within),
            };
            let offline = work.state.offline_since;
            make(
                work,
                Some(amounted),
                sale.currency,
                sale.reference.clone(),
                offline,
            )
        })
    }

    /// Makes a static request, to be printed: the payer types the amount, the cashier confirms it. It stays open until
    /// it is cancelled.
    ///
    /// # Errors
    /// As [`Self::request`].
    pub fn static_request(
        &self,
        currency: Currency,
        reference: Option<Reference>,
    ) -> Result<OpenRequest, TerminalError> {
        self.change(|work| make(work, None, currency, reference, None))
    }

    /// Cancels a request: a payment for it is declined from now on (rule 12). After a torn tap it is repeated all the
    /// same, so that a payment made for it is answered.
    ///
    /// # Errors
    /// [`TerminalError::NoSuchRequest`], or the store's.
    pub fn cancel(&self, id: &ObjectId<Request>) -> Result<(), TerminalError> {
        self.change(|work| {
            let row = requests::find(&work.tx, id)?.ok_or(TerminalError::NoSuchRequest)?;
            Ok(requests::cancel(&work.tx, row.row, work.now)?)
        })
    }

    /// The requests that can still be paid, of every till that shares the store: oldest first, then the static ones.
    ///
    /// # Errors
    /// The store cannot be read.
    pub fn open_requests(&self) -> Result<Vec<OpenRequest>, TerminalError> {
        self.work(|work| {
            requests::open(&work.tx, work.now)?
                .iter()
                .map(|row| work.open_request(row))
                .collect()
        })
    }

    /// Any request of this store, open or not.
    ///
    /// # Errors
    /// [`TerminalError::NoSuchRequest`], or the store's.
    pub fn find_request(&self, id: &ObjectId<Request>) -> Result<OpenRequest, TerminalError> {
        self.work(|work| {
            let row = requests::find(&work.tx, id)?.ok_or(TerminalError::NoSuchRequest)?;
            work.open_request(&row)
        })
    }

    /// Whether a payment was accepted for this request, at whichever till of the store, even if voided since. Of a static
    /// request that says nothing: it is paid many times.
    ///
    /// # Errors
    /// [`TerminalError::NoSuchRequest`], or the store's.
    pub fn is_paid(&self, id: &ObjectId<Request>) -> Result<bool, TerminalError> {
        self.work(|work| {
            let row = requests::find(&work.tx, id)?.ok_or(TerminalError::NoSuchRequest)?;
            Ok(row.is_paid)
        })
    }

    /// Remembers that an answer to this request may be on its way: it is sent with P1 = 01 first at the next tap, until
    /// it is settled or 24 h after "answer before".
    ///
    /// # Errors
    /// [`TerminalError::NoSuchRequest`], or the store's.
    pub fn mark_torn(&self, id: &ObjectId<Request>) -> Result<(), TerminalError> {
        self.set_torn(id, true)
    }

    /// A whole answer to this request came and the phone has what it was owed.
    ///
    /// # Errors
    /// [`TerminalError::NoSuchRequest`], or the store's.
    pub fn mark_settled(&self, id: &ObjectId<Request>) -> Result<(), TerminalError> {
        self.set_torn(id, false)
    }

    fn set_torn(&self, id: &ObjectId<Request>, torn: bool) -> Result<(), TerminalError> {
        self.change(|work| {
            let row = requests::find(&work.tx, id)?.ok_or(TerminalError::NoSuchRequest)?;
            requests::set_torn(&work.tx, row.row, torn)?;
            Ok(())
        })
    }

    /// The requests to repeat at the next tap: at most three, newest first, of keys that this till holds.
    ///
    /// # Errors
    /// The store cannot be read.
    pub fn torn_requests(&self) -> Result<Vec<OpenRequest>, TerminalError> {
        self.work(|work| {
            let held: Vec<i64> = work.trust.held(work.keys).map(|(it, _)| it.row).collect();
            requests::torn(&work.tx, &held, work.now)?
                .iter()
                .map(|row| work.open_request(row))
                .collect()
        })
    }
}

impl Work<'_> {
    pub(crate) fn open_request(&self, row: &RequestRow) -> Result<OpenRequest, TerminalError> {
        let certificate = self
            .trust
            .certificate(row.certificate)
            .ok_or(TerminalError::NoCertificate)?;
        let merchant = &certificate.merchant;
        let message = PaymentRequest {
            merchant: merchant.signed().clone(),
            request: row.request.clone(),
        };
        Ok(OpenRequest {
            id: row.request.id(merchant.id()),
            message: message.encode(),
            request: row.request.unverified().clone(),
        })
    }
}

fn make(
    work: &Work<'_>,
    amounted: Option<Amounted>,
    currency: Currency,
    reference: Option<Reference>,
    offline_since: Option<Time>,
) -> Result<OpenRequest, TerminalError> {
    let (now, trust) = (work.now, work.trust);
    if !terminal_clock_holds(now, trust.bundle.as_ref(), work.state.last_acceptance) {
        return Err(TerminalError::Clock);
    }
    let (certificate, key) = work.current()?;
    if !certificate
        .merchant
        .is_valid_at(now, trust.extension(currency, now))
    {
        return Err(TerminalError::CertificateNotValid);
    }
    let parent = certificate.merchant.id();
    let object = Request {
        amounted,
        currency,
        nonce: RequestNonce(random::bytes()?),
        made_at: now,
        reference,
        offline_since,
    };
    let request = Signed::sign(object.clone(), parent, key.signer())?;
    requests::insert(&work.tx, certificate.row, parent, &request)?;
    let message = PaymentRequest {
        merchant: certificate.merchant.signed().clone(),
        request,
    };
    Ok(OpenRequest {
        id: message.request.id(parent),
        message: message.encode(),
        request: object,
    })
}
