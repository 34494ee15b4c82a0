//! Acceptance: protocol section 6, in its order, in one transaction.
//!
//! "Paid" is said only after the commit. Whatever fails, two things hold: a receipt that leaves this crate is durable,
//! and a token whose signatures hold is kept as evidence.

use rusqlite::Connection;
use skilling_link::qr::text::{self, TextError};
use skilling_protocol::message::{Expected as _, Token};
use skilling_protocol::objects::{Outcome as ReceiptOutcome, Payment, Receipt};
use skilling_protocol::reason::Reason;
use skilling_protocol::rules::{Acceptance, Conflict, Verdict, check, terminal_clock_holds};
use skilling_protocol::signed::Signed;
use skilling_protocol::values::{Amount, ObjectId};

use crate::error::TerminalError;
use crate::events::{What, tell};
use crate::fault;
use crate::known::Known;
use crate::outcome::{Answered, Outcome};
use crate::receipt::{sign_receipt, stored_answer};
use crate::store::payments::{NewPayment, PaymentRow};
use crate::store::{self, payments, requests};
use crate::terminal::{Terminal, VERIFIER, Work};
use crate::trust::Trust;

/// What the cashier said of the amount of a payment for a printed code.
#[derive(Debug, Clone, Copy)]
enum Cashier {
    NotAsked,
    Confirms(Amount),
    Rejects,
}

impl Terminal {
    /// Decides on a payment token message (type 2). The decision and its receipt are durable when this returns.
    ///
    /// A store that fails gives [`Reason::StorageFailed`] (26): not paid, try again.
    ///
    /// # Errors
    /// [`TerminalError::MadeByAnotherTill`] where the receipt must be signed by a key that is not here,
    /// [`TerminalError::Key`] where the key did not sign: nothing is decided, the token is kept as evidence.
    pub fn accept(&self, message: &[u8]) -> Result<Outcome, TerminalError> {
        self.answer(Ok(message), Cashier::NotAsked)
    }

    /// Like [`Self::accept`], for the text of the code that a phone shows. Ask for other codes while a picture shows none
    /// of this system's; what comes here is answered.
    ///
    /// # Errors
    /// As [`Self::accept`].
    pub fn accept_text(&self, code: &str) -> Result<Outcome, TerminalError> {
        let message = text::decode(code).map_err(|error| match error {
            TextError::Unsupported => Reason::Unsupported,
            _ => Reason::Malformed,
        });
        self.answer(message.as_deref().map_err(|it| *it), Cashier::NotAsked)
    }

    /// Like [`Self::accept`], after the cashier confirmed `shown` as the amount of a payment for a printed code.
    ///
    /// # Errors
    /// As [`Self::accept`]; [`TerminalError::OtherAmount`] where the payment is over another amount,
    /// [`TerminalError::NotPrinted`] where it answers no printed code.
    pub fn confirm(&self, message: &[u8], shown: Amount) -> Result<Outcome, TerminalError> {
        self.answer(Ok(message), Cashier::Confirms(shown))
    }

    /// Like [`Self::accept`], after the cashier rejected the amount of a payment for a printed code: it is declined with
    /// [`Reason::AmountMismatch`], which gives the payer the amount back.
    ///
    /// # Errors
    /// As [`Self::accept`]; [`TerminalError::NotPrinted`] where it answers no printed code.
    pub fn reject(&self, message: &[u8]) -> Result<Outcome, TerminalError> {
        self.answer(Ok(message), Cashier::Rejects)
    }

    fn answer(
        &self,
        message: Result<&[u8], Reason>,
        cashier: Cashier,
    ) -> Result<Outcome, TerminalError> {
        fault::point("terminal.token_received");
        match self.work(|work| decide(work, message, cashier)) {
            Err(TerminalError::Storage(error)) => {
                tracing::error!(code = ?error.sqlite_error_code(), "the store failed; not paid");
                Ok(Outcome::refused(Reason::StorageFailed))
            }
            Err(TerminalError::Busy) => Ok(Outcome::refused(Reason::StorageFailed)),
            other => other,
        }
    }
}

fn decide(
    work: Work<'_>,
    message: Result<&[u8], Reason>,
    cashier: Cashier,
) -> Result<Outcome, TerminalError> {
    let bundle = work.trust.bundle.as_ref();
    let clock_holds = terminal_clock_holds(work.now, bundle, work.state.last_acceptance);
    let token = match message.and_then(|it| decode(it, work.trust)) {
        Ok(token) => token,
        Err(_) if !clock_holds => return Ok(Outcome::refused(Reason::TerminalClock)),
        Err(reason) => return Ok(Outcome::refused(reason)),
    };
    let id = token.payment_id();
    let seen = payments::find(&work.tx, &id)?;
    if clock_holds
        && let Some(row) = &seen
        && let Some(answered) = stored_answer(&work.tx, row, work.trust)?
    {
        return Ok(Outcome::Again(answered));
    }
    let known = Known::read(&work, &token)?;
    let verdict = check(&token, &known.situation(&work, &token), &VERIFIER);
    fault::point("terminal.token_checked");
    let decision = Decision {
        work,
        known,
        verdict,
        seen,
        clock_holds,
        id,
    };
    decision.carry_out(cashier)
}

/// Rules 1 and 2.
fn decode(message: &[u8], trust: &Trust) -> Result<Token, Reason> {
    let token = Token::decode(message).map_err(|error| error.reason())?;
    let lowest = trust.bundle.as_ref().and_then(|it| it.lowest_protocol);
    if lowest.is_some_and(|lowest| lowest > 1) {
        return Err(Reason::Unsupported);
    }
    Ok(token)
}

/// A token that was looked at, and the transaction that will hold what becomes of it.
struct Decision<'a> {
    work: Work<'a>,
    known: Known,
    verdict: Verdict,
    seen: Option<PaymentRow>,
    clock_holds: bool,
    id: ObjectId<Payment>,
}

impl Decision<'_> {
    fn carry_out(self, cashier: Cashier) -> Result<Outcome, TerminalError> {
        let Some(proven) = self.verdict.proven() else {
            return Ok(self.refused(self.reason()));
        };
        let answer = match self.reason() {
            Reason::Accepted if self.is_static() => match cashier {
                Cashier::NotAsked => {
                    self.keep_evidence(proven)?;
                    return Ok(self.ask_the_cashier(proven));
                }
                Cashier::Confirms(shown) if shown != proven.payment.amount => {
                    self.keep_evidence(proven)?;
                    return Err(TerminalError::OtherAmount);
                }
                Cashier::Confirms(_) => Some(ReceiptOutcome::Accepted),
                Cashier::Rejects => Some(declined(Reason::AmountMismatch)),
            },
            Reason::Accepted => match cashier {
                Cashier::NotAsked => Some(ReceiptOutcome::Accepted),
                Cashier::Confirms(_) | Cashier::Rejects => {
                    self.keep_evidence(proven)?;
                    return Err(TerminalError::NotPrinted);
                }
            },
            reason => self.owes_declined_receipt().then(|| declined(reason)),
        };
        self.record(proven, answer)
    }

    fn is_static(&self) -> bool {
        let request = self.known.request.as_ref();
        request.is_some_and(|(_, it)| it.is_static())
    }

    fn reason(&self) -> Reason {
        if self.clock_holds {
            self.verdict.reason()
        } else {
            Reason::TerminalClock
        }
    }

    /// A token for a request that is unknown here gets none, whichever rule failed first: no key of this shop could sign a
    /// receipt that the phone would take.
    fn owes_declined_receipt(&self) -> bool {
        self.clock_holds && self.known.request.is_some() && self.verdict.owes_declined_receipt()
    }

    fn refused(&self, reason: Reason) -> Outcome {
        Outcome::Refused {
            reason,
            payment: Some(self.id),
            checks: self.verdict.checks().to_vec(),
        }
    }

    fn ask_the_cashier(&self, proven: &Acceptance) -> Outcome {
        Outcome::ConfirmAmount {
            payment: self.id,
            amount: proven.payment.amount,
            currency: proven.allowance.currency,
        }
    }

    /// Writes the evidence, the answer if one is owed, and all that later decisions look at.
    fn record(
        &self,
        proven: &Acceptance,
        answer: Option<ReceiptOutcome>,
    ) -> Result<Outcome, TerminalError> {
        let receipt = match answer {
            Some(outcome) => match self.sign(outcome) {
                Ok(receipt) => Some(receipt),
                Err(error) => {
                    self.keep_evidence(proven)?;
                    return Err(error);
                }
            },
            None => None,
        };
        fault::point("terminal.receipt_signed");
        self.write(proven, receipt.as_ref())?;
        fault::point("terminal.before_commit");
        self.commit()?;
        fault::point("terminal.after_commit");
        Ok(self.outcome(proven, receipt))
    }

    fn sign(&self, outcome: ReceiptOutcome) -> Result<Signed<Receipt>, TerminalError> {
        let row = self.known.request.as_ref().map(|(row, _)| row.certificate);
        let row = row.ok_or(TerminalError::NoSuchRequest)?;
        sign_receipt(&self.work, row, self.id, outcome)
    }

    /// Nothing is answered, but a later token that contradicts this one shall not go unnoticed.
    fn keep_evidence(&self, proven: &Acceptance) -> Result<(), TerminalError> {
        self.write(proven, None)?;
        self.commit()
    }

    fn commit(&self) -> Result<(), TerminalError> {
        // Not `Transaction::commit`, which parses the word anew each time.
        self.work.tx.prepare_cached("COMMIT")?.execute([])?;
        Ok(())
    }

    fn write(
        &self,
        proven: &Acceptance,
        receipt: Option<&Signed<Receipt>>,
    ) -> Result<(), TerminalError> {
        let tx = &self.work.tx;
        let allowance = match &self.known.allowance {
            Some(known) => known.row,
            None => payments::remember_allowance(tx, proven)?,
        };
        let request = self.known.request.as_ref();
        payments::put(
            tx,
            &NewPayment {
                payment: &proven.payment,
                allowance,
                currency: proven.allowance.currency,
                request: request.map(|(row, _)| (row.row, row.certificate)),
                row: self.seen.as_ref().map(|row| row.row),
                answer: receipt,
            },
        )?;
        let said = receipt.map(|it| it.unverified().outcome);
        if let Some(outcome) = said {
            tell(tx, &self.id, What::Receipt(outcome), self.work.now)?;
        }
        if said == Some(ReceiptOutcome::Accepted) {
            self.write_acceptance(allowance, proven.payment.amount)?;
        }
        for (conflict, other) in self.verdict.conflicts() {
            keep_proof(tx, proven, *conflict, other)?;
        }
        if !self.verdict.conflicts().is_empty() && self.seen.is_none() {
            tell(tx, &self.id, What::Fraud, self.work.now)?;
        }
        Ok(())
    }

    fn write_acceptance(&self, allowance: i64, amount: Amount) -> Result<(), TerminalError> {
        let tx = &self.work.tx;
        let total = self.known.accepted_total().checked_add(amount);
        payments::set_accepted(tx, allowance, total.unwrap_or(Amount::MAX))?;
        if let Some((row, request)) = &self.known.request
            && !request.is_static()
        {
            requests::set_paid(tx, row.row)?;
        }
        Ok(store::raise_last_acceptance(tx, self.work.now)?)
    }

    fn outcome(&self, proven: &Acceptance, receipt: Option<Signed<Receipt>>) -> Outcome {
        let Some(receipt) = receipt else {
            return self.refused(self.reason());
        };
        let said = *receipt.unverified();
        let answered = Answered {
            payment: self.id,
            request: self.known.request.as_ref().map(|(_, it)| it.id()),
            amount: proven.payment.amount,
            currency: proven.allowance.currency,
            outcome: said.outcome,
            at: said.time,
            receipt: receipt.encode(),
            checks: self.verdict.checks().to_vec(),
        };
        match said.outcome {
            ReceiptOutcome::Accepted => Outcome::Accepted(answered),
            ReceiptOutcome::Voided | ReceiptOutcome::Declined { .. } => Outcome::Declined(answered),
        }
    }
}

fn declined(reason: Reason) -> ReceiptOutcome {
    ReceiptOutcome::Declined {
        code: reason.code(),
    }
}

fn keep_proof(
    tx: &Connection,
    proven: &Acceptance,
    conflict: Conflict,
    other: &ObjectId<Payment>,
) -> Result<(), TerminalError> {
    let Some(row) = payments::find(tx, other)? else {
        return Ok(());
    };
    let this = Token {
        allowance: proven.allowance.signed().clone(),
        payment: proven.payment.signed().clone(),
    };
    let earlier = Token {
        allowance: payments::allowance_object(tx, row.allowance)?,
        payment: Signed::decode(&row.object)?,
    };
    tracing::warn!(kind = conflict.name(), "two tokens convict a pay key");
    let message = (earlier, this).encode();
    Ok(payments::keep_proof(
        tx,
        &proven.allowance.pay_key,
        &message,
    )?)
}
