//! Acceptance: protocol section 6, in its order, in one transaction.
//!
//! "Paid" is said only after the commit. Whatever fails, two things hold: a receipt that leaves this crate is durable,
//! and a token whose signatures hold is kept as evidence.

use rusqlite::Connection;
use skilling_protocol::crypto::AwsLcVerifier;
use skilling_protocol::fraud::PastPayment;
use skilling_protocol::message::{Expected as _, Token};
use skilling_protocol::objects::{Outcome as ReceiptOutcome, Payment, Receipt, Request};
use skilling_protocol::reason::Reason;
use skilling_protocol::rules::{
    Acceptance, Conflict, KnownAllowance, KnownRequest, Situation, Verdict, check,
    terminal_clock_holds,
};
use skilling_protocol::signed::{Signed, Verified};
use skilling_protocol::values::{Amount, ObjectId, Time};

use crate::error::TerminalError;
use crate::fault;
use crate::outcome::{Answered, Outcome};
use crate::store;
use crate::store::payments::{self, AllowanceRow, NewPayment, PaymentRow};
use crate::store::requests::{self, RequestRow};
use crate::terminal::{Terminal, Work};
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
    /// [`TerminalError::MadeByAnotherTill`] where the receipt must be signed by a key that is not here (the token is
    /// kept as evidence), [`TerminalError::Key`] where the key did not sign (nothing is decided).
    pub fn accept(&self, message: &[u8]) -> Result<Outcome, TerminalError> {
        self.answer(message, Cashier::NotAsked)
    }

    /// Like [`Self::accept`], after the cashier confirmed `shown` as the amount of a payment for a printed code.
    ///
    /// # Errors
    /// As [`Self::accept`]; [`TerminalError::OtherAmount`] where the payment is over another amount.
    pub fn confirm(&self, message: &[u8], shown: Amount) -> Result<Outcome, TerminalError> {
        self.answer(message, Cashier::Confirms(shown))
    }

    /// Like [`Self::accept`], after the cashier rejected the amount of a payment for a printed code: it is declined with
    /// [`Reason::AmountMismatch`], which gives the payer the amount back.
    ///
    /// # Errors
    /// As [`Self::accept`].
    pub fn reject(&self, message: &[u8]) -> Result<Outcome, TerminalError> {
        self.answer(message, Cashier::Rejects)
    }

    fn answer(&self, message: &[u8], cashier: Cashier) -> Result<Outcome, TerminalError> {
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

fn decide(work: Work<'_>, message: &[u8], cashier: Cashier) -> Result<Outcome, TerminalError> {
    let bundle = work.trust.bundle.as_ref();
    let clock_holds = terminal_clock_holds(work.now, bundle, work.state.last_acceptance);
    let token = match decode(message, work.trust) {
        Ok(token) => token,
        Err(_) if !clock_holds => return Ok(Outcome::refused(Reason::TerminalClock)),
        Err(reason) => return Ok(Outcome::refused(reason)),
    };
    let seen = payments::find(&work.tx, &token.payment_id())?;
    if clock_holds
        && let Some(row) = &seen
        && let Some(answered) = stored_answer(&work.tx, row, work.trust)?
    {
        return Ok(Outcome::Again(answered));
    }
    let known = Known::read(&work, &token)?;
    let verdict = check(&token, &known.situation(&work, &token), &AwsLcVerifier);
    fault::point("terminal.token_checked");
    let decision = Decision {
        work,
        known,
        verdict,
        seen,
        clock_holds,
        id: token.payment_id(),
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

/// What the store knows that the rules look at.
struct Known {
    request: Option<(RequestRow, Verified<Request>)>,
    allowance: Option<AllowanceRow>,
    /// The token's own allowance, if these very bytes were verified before.
    verified: Option<KnownBefore>,
    history: Vec<PastPayment>,
    is_convicted: bool,
}

/// An allowance verified before, and the issuer key it was verified with.
type KnownBefore = (
    Verified<skilling_protocol::objects::Allowance>,
    skilling_protocol::values::PublicKey,
);

impl Known {
    fn read(work: &Work<'_>, token: &Token) -> Result<Self, TerminalError> {
        let (tx, trust) = (&work.tx, work.trust);
        let payment = token.payment.unverified();
        let request = match requests::find(tx, &payment.request_id)? {
            Some(row) => trust.certificate(row.certificate).map(|certificate| {
                let own = requests::own(&row, certificate.merchant.id());
                (row, own)
            }),
            None => None,
        };
        let allowance = payments::allowance(tx, &token.allowance_id())?;
        let history = match &allowance {
            Some(it) => payments::history(tx, it.row, payment.sequence)?,
            None => Vec::new(),
        };
        let pay_key = &token.allowance.unverified().pay_key;
        Ok(Self {
            request,
            verified: allowance
                .as_ref()
                .and_then(|it| verified_before(it, token, trust)),
            allowance,
            history,
            is_convicted: payments::is_convicted(tx, pay_key)?,
        })
    }

    fn situation<'a>(&'a self, work: &'a Work<'_>, token: &Token) -> Situation<'a> {
        let trust = work.trust;
        let request = self.request.as_ref().and_then(|(row, request)| {
            Some(KnownRequest {
                request,
                merchant: &trust.certificate(row.certificate)?.merchant,
                is_paid: row.is_paid,
                is_cancelled: row.cancelled_at.is_some(),
            })
        });
        Situation {
            now: work.now,
            bundle: trust.bundle.as_ref(),
            outage: trust.outage(token.allowance.unverified().currency),
            status_lists: &trust.status_lists,
            request,
            known_allowance: self
                .verified
                .as_ref()
                .map(|(allowance, issuer_key)| KnownAllowance {
                    allowance,
                    issuer_key,
                }),
            accepted_total: self.accepted_total(),
            is_convicted: self.is_convicted,
            history: &self.history,
        }
    }

    fn accepted_total(&self) -> Amount {
        self.allowance
            .as_ref()
            .map_or(Amount::ZERO, |it| it.accepted)
    }
}

/// Remembered by its whole bytes, signature included, and by the issuer key, which the bundle must still list.
fn verified_before(row: &AllowanceRow, token: &Token, trust: &Trust) -> Option<KnownBefore> {
    if row.object != token.allowance.to_bytes() {
        return None;
    }
    let bundle = trust.bundle.as_ref()?;
    let issuer = bundle
        .issuers_with(token.allowance.key_id()?)
        .find(|it| it.key.as_bytes().as_slice() == row.issuer_key)?;
    let allowance = Verified::from_own_store(token.allowance.clone(), ());
    Some((allowance, issuer.key))
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
        let is_static = self
            .known
            .request
            .as_ref()
            .is_some_and(|(_, it)| it.is_static());
        let answer = match (self.reason(), cashier) {
            (Reason::Accepted, Cashier::NotAsked) if is_static => {
                return Ok(self.ask_the_cashier(proven));
            }
            (Reason::Accepted, Cashier::Confirms(shown)) if shown != proven.payment.amount => {
                return Err(TerminalError::OtherAmount);
            }
            (Reason::Accepted, Cashier::Rejects) => Some(declined(Reason::AmountMismatch)),
            (Reason::Accepted, _) => Some(ReceiptOutcome::Accepted),
            (reason, _) if self.clock_holds && self.verdict.owes_declined_receipt() => {
                Some(declined(reason))
            }
            _ => None,
        };
        self.record(proven, answer)
    }

    fn reason(&self) -> Reason {
        if self.clock_holds {
            self.verdict.reason()
        } else {
            Reason::TerminalClock
        }
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
                Err(elsewhere @ TerminalError::MadeByAnotherTill { .. }) => {
                    self.write(proven, None)?;
                    self.commit()?;
                    return Err(elsewhere);
                }
                Err(error) => return Err(error),
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

    fn commit(&self) -> Result<(), TerminalError> {
        Ok(self.work.tx.execute_batch("COMMIT")?)
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
        if receipt.is_some_and(|it| it.unverified().outcome == ReceiptOutcome::Accepted) {
            self.write_acceptance(allowance, proven.payment.amount)?;
        }
        for (conflict, other) in self.verdict.conflicts() {
            keep_proof(tx, proven, *conflict, other)?;
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

/// Signs a receipt with the key of the request's certificate: no other verifies at the phone.
pub(crate) fn sign_receipt(
    work: &Work<'_>,
    certificate: i64,
    payment: ObjectId<Payment>,
    outcome: ReceiptOutcome,
) -> Result<Signed<Receipt>, TerminalError> {
    let key = work.trust.key_for(work.keys, certificate)?;
    let time: Time = work.now;
    Ok(Signed::sign(
        Receipt { outcome, time },
        payment,
        key.signer(),
    )?)
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

/// The stored answer to a payment, if it has one.
pub(crate) fn stored_answer(
    tx: &Connection,
    row: &PaymentRow,
    trust: &Trust,
) -> Result<Option<Answered>, TerminalError> {
    let (Some(outcome), Some(at), Some(object)) = (row.outcome(), row.answered_at, &row.receipt)
    else {
        return Ok(None);
    };
    Ok(Some(Answered {
        payment: row.id,
        request: request_id(tx, row, trust)?,
        amount: row.amount,
        currency: row.currency,
        outcome,
        at,
        receipt: Signed::<Receipt>::decode(object)?.encode(),
        checks: Vec::new(),
    }))
}

pub(crate) fn request_id(
    tx: &Connection,
    row: &PaymentRow,
    trust: &Trust,
) -> Result<Option<ObjectId<Request>>, TerminalError> {
    let Some(request) = row.request else {
        return Ok(None);
    };
    let request = requests::by_row(tx, request)?;
    let certificate = trust.certificate(request.certificate);
    Ok(certificate.map(|it| request.request.id(it.merchant.id())))
}
