//! Looking at what the store holds: payments page by page, evidence, proofs, totals of a day.

use skilling_protocol::message::{Evidence, Expected as _, PaymentRequest, Token};
use skilling_protocol::objects::{Payment, PaymentState};
use skilling_protocol::signed::Signed;
use skilling_protocol::values::{Amount, Currency, ObjectId, Time};

use crate::error::TerminalError;
use crate::outcome::{Answered, Cursor, DepositState, StoredPayment};
use crate::receipt::{request_id, stored_answer};
use crate::store::payments::{self, PaymentRow};
use crate::store::requests;
use crate::terminal::{Terminal, Work};

/// How many payments, and how much.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Total {
    /// Payments.
    pub count: u64,
    /// Their sum; stays at the largest amount there is.
    pub amount: Amount,
}

/// What one currency came to in a stretch of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Totals {
    /// Which currency.
    pub currency: Currency,
    /// Accepted and not voided since.
    pub accepted: Total,
    /// Accepted then, voided since.
    pub voided: Total,
    /// Declined with a receipt.
    pub declined: Total,
    /// Of the accepted: not confirmed by the acquirer yet.
    pub to_deposit: Total,
}

/// What waits for a network, of every till of the store together.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Waiting {
    /// Accepted payments that the acquirer has not confirmed, by currency.
    pub accepted: Vec<(Currency, Total)>,
    /// When the first of them was accepted.
    pub oldest: Option<Time>,
    /// Receipts that the acquirer has not confirmed, those of voids and refusals too.
    pub receipts: u64,
}

impl Terminal {
    /// What waits for a network.
    ///
    /// # Errors
    /// The store cannot be read.
    pub fn waiting(&self) -> Result<Waiting, TerminalError> {
        self.work(|work| {
            let mut waiting = Waiting::default();
            for row in payments::waiting(&work.tx)? {
                waiting.receipts = waiting.receipts.saturating_add(row.count);
                if !row.is_accepted {
                    continue;
                }
                waiting.oldest = waiting.oldest.into_iter().chain(row.oldest).min();
                let total = Total {
                    count: row.count,
                    amount: row.amount,
                };
                waiting.accepted.push((row.currency, total));
            }
            Ok(waiting)
        })
    }

    /// Totals by currency of what was first answered from `from` to before `until`: every till of the store together. A void
    /// counts in the stretch in which its payment was accepted.
    ///
    /// # Errors
    /// The store cannot be read.
    pub fn totals(&self, from: Time, until: Time) -> Result<Vec<Totals>, TerminalError> {
        self.work(|work| {
            let mut all: Vec<Totals> = Vec::new();
            for row in payments::totals(&work.tx, from, until)? {
                if all.last().is_none_or(|it| it.currency != row.currency) {
                    all.push(Totals::none(row.currency));
                }
                if let Some(totals) = all.last_mut() {
                    totals.add(&row);
                }
            }
            Ok(all)
        })
    }

    /// Stored payments, newest first: at most `most` of those before `before`, or the newest.
    ///
    /// # Errors
    /// The store cannot be read.
    pub fn payments(
        &self,
        before: Option<Cursor>,
        most: u32,
    ) -> Result<Vec<StoredPayment>, TerminalError> {
        self.work(|work| {
            let before = before.map_or(i64::MAX, |cursor| cursor.0);
            payments::page(&work.tx, before, most)?
                .iter()
                .map(|row| work.stored_payment(row))
                .collect()
        })
    }

    /// One stored payment.
    ///
    /// # Errors
    /// [`TerminalError::NoSuchPayment`], or the store's.
    pub fn payment(&self, id: &ObjectId<Payment>) -> Result<StoredPayment, TerminalError> {
        self.work(|work| {
            let row = payments::find(&work.tx, id)?.ok_or(TerminalError::NoSuchPayment)?;
            work.stored_payment(&row)
        })
    }

    /// The latest answer to a payment, with its receipt to show or give again.
    ///
    /// # Errors
    /// [`TerminalError::NoSuchPayment`] where there is none, or the store's.
    pub fn receipt(&self, id: &ObjectId<Payment>) -> Result<Answered, TerminalError> {
        self.work(|work| {
            let row = payments::find(&work.tx, id)?.ok_or(TerminalError::NoSuchPayment)?;
            stored_answer(&work.tx, &row, work.trust)?.ok_or(TerminalError::NoSuchPayment)
        })
    }

    /// Everything kept of a payment, as an evidence message (type 7).
    ///
    /// # Errors
    /// [`TerminalError::NoSuchPayment`], [`TerminalError::NoSuchRequest`] where it answers no request of this store.
    pub fn evidence(&self, id: &ObjectId<Payment>) -> Result<Vec<u8>, TerminalError> {
        self.work(|work| {
            let row = payments::find(&work.tx, id)?.ok_or(TerminalError::NoSuchPayment)?;
            let evidence = work.evidence(&row)?.ok_or(TerminalError::NoSuchRequest)?;
            Ok(evidence.encode())
        })
    }

    /// Fraud proofs held (messages of type 6), oldest first: at most `most` after `after`, or the oldest.
    ///
    /// # Errors
    /// The store cannot be read.
    pub fn proofs(
        &self,
        after: Option<Cursor>,
        most: u32,
    ) -> Result<Vec<(Cursor, Vec<u8>)>, TerminalError> {
        self.work(|work| {
            let after = after.map_or(0, |cursor| cursor.0);
            let rows = payments::proofs(&work.tx, after, most)?;
            Ok(rows
                .into_iter()
                .map(|(row, it)| (Cursor(row), it))
                .collect())
        })
    }
}

impl Work<'_> {
    /// Token, request and every receipt, the latest last; nothing where the request is unknown.
    pub(crate) fn evidence(&self, row: &PaymentRow) -> Result<Option<Evidence>, TerminalError> {
        let Some(request) = row.request else {
            return Ok(None);
        };
        let request = requests::by_row(&self.tx, request)?;
        let Some(certificate) = self.trust.certificate(request.certificate) else {
            return Ok(None);
        };
        let receipts = [&row.earlier_receipt, &row.receipt];
        let receipts = receipts.into_iter().flatten();
        Ok(Some(Evidence {
            token: Token {
                allowance: payments::allowance_object(&self.tx, row.allowance)?,
                payment: Signed::decode(&row.object)?,
            },
            request: PaymentRequest {
                merchant: certificate.merchant.signed().clone(),
                request: request.request,
            },
            receipts: receipts
                .map(|it| Signed::decode(it))
                .collect::<Result<_, _>>()?,
        }))
    }

    fn stored_payment(&self, row: &PaymentRow) -> Result<StoredPayment, TerminalError> {
        let said = row
            .bank_state
            .map(u64::from)
            .and_then(PaymentState::from_value);
        let deposit = match (row.due, said) {
            (0, Some(state)) => DepositState::Answered(state),
            (0, None) => DepositState::None,
            _ => DepositState::Due,
        };
        Ok(StoredPayment {
            cursor: Cursor(row.row),
            payment: row.id,
            allowance: payments::allowance_object(&self.tx, row.allowance)?.id(()),
            request: request_id(&self.tx, row, self.trust)?,
            amount: row.amount,
            currency: row.currency,
            outcome: row.outcome(),
            at: row.answered_at,
            deposit,
        })
    }
}

impl Totals {
    fn none(currency: Currency) -> Self {
        Self {
            currency,
            accepted: Total::default(),
            voided: Total::default(),
            declined: Total::default(),
            to_deposit: Total::default(),
        }
    }

    fn add(&mut self, row: &payments::TotalRow) {
        match row.outcome {
            0 => {
                self.accepted.add(row);
                if row.is_due {
                    self.to_deposit.add(row);
                }
            }
            1 => self.voided.add(row),
            _ => self.declined.add(row),
        }
    }
}

impl Total {
    fn add(&mut self, row: &payments::TotalRow) {
        self.count = self.count.saturating_add(row.count);
        self.amount = self.amount.checked_add(row.amount).unwrap_or(Amount::MAX);
    }
}
