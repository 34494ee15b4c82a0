//! Deposits: everything that has a receipt the acquirer has not confirmed goes there, claims and notices alike (sync.md).
//!
//! A call is stored before it is sent and repeated byte for byte until it is answered, by any process that holds the
//! key, across crashes. Only a *deposited* signed by the acquirer changes what is due; an HTTP status never does. Tokens
//! that have a receipt carry a fraud proof there by themselves; a deposit of one without a receipt would be a claim, so what
//! was kept as evidence alone stays in [`Terminal::proofs`] for the bank to be given.

use skilling_platform::random;
use skilling_platform::transport::{HttpRequest, HttpResponse, Transport};
use skilling_protocol::message::{DepositCall, Evidence, Expected};
use skilling_protocol::objects::{Deposit, Deposited, PaymentState};
use skilling_protocol::signed::{Signed, Verified};
use skilling_protocol::values::IdempotencyId;

use crate::error::TerminalError;
use crate::events::{What, tell};
use crate::online::{Failed, Problem};
use crate::store::{calls, payments};
use crate::terminal::{Terminal, VERIFIER, Work};
use crate::trust::Certificate;

const PATH: &str = "/v1/deposit";
/// A call stays under 1 MiB: what is not evidence (certificate, signature, heads) fits in what is left.
const MOST_BYTES: usize = (1 << 20) - 4_096;
/// More would not fit: the smallest evidence is several hundred bytes.
const MOST_PAYMENTS: u32 = 2_000;
/// A payment's id in the deposit, and the heads around its evidence.
const PER_PAYMENT: usize = 48;

/// What a run of deposits brought.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DepositReport {
    /// What the acquirer said, payment by payment, in this run.
    pub paid: u64,
    /// Given back to the payer: voided or declined.
    pub given_back: u64,
    /// The bank has yet to decide; asked again in the next run.
    pub pending: u64,
    /// Disputed.
    pub disputed: u64,
    /// Refused for good.
    pub refused: u64,
    /// Payments of this till's keys that are still to be deposited or pending.
    pub still_due: u64,
    /// Why the run ended early, if it did.
    pub failed: Option<Failed>,
}

struct Batch {
    row: i64,
    body: Vec<u8>,
    count: u32,
}

enum Next {
    Continue,
    Smaller(u32),
    /// Tried once: a server that says so again is at fault.
    UnderNewId(Problem),
    Stop(Failed),
}

impl Terminal {
    /// Deposits everything due under every certificate whose key this till holds. Safe to call at any time and by several
    /// processes; the caller waits [`Failed::again_after`] before the next run.
    ///
    /// # Errors
    /// The store's, or the key's. A server that does not answer is no error: see [`DepositReport::failed`].
    pub async fn deposit(&self, transport: &dyn Transport) -> Result<DepositReport, TerminalError> {
        let mut report = DepositReport::default();
        for certificate in self.held_certificates()? {
            let (mut most, mut renamed) = (MOST_PAYMENTS, false);
            while let Some(batch) = self.next_batch(&certificate, most)? {
                let answer = self
                    .call(transport, HttpRequest::post(PATH, &batch.body))
                    .await?;
                let next = match answer {
                    Ok(answer) => self.hear(&certificate, &batch, &answer, &mut report)?,
                    Err(failed) => Next::Stop(failed),
                };
                match next {
                    Next::Continue => {}
                    Next::UnderNewId(_) if !renamed => renamed = true,
                    Next::UnderNewId(problem) => {
                        report.failed = Some(self.note_failure(problem, None)?);
                        break;
                    }
                    Next::Smaller(fewer) => most = fewer,
                    Next::Stop(failed) => {
                        report.failed = Some(failed);
                        break;
                    }
                }
            }
            // An error may be about this certificate alone; without an answer there is no point in going on.
            if report.failed.is_some_and(|it| it.problem.is_no_answer()) {
                break;
            }
        }
        report.still_due = self.still_due()?;
        Ok(report)
    }

    /// How many payments of this till's keys are still to be deposited, or pending at the bank.
    ///
    /// # Errors
    /// The store cannot be read.
    pub fn still_due(&self) -> Result<u64, TerminalError> {
        self.work(|work| {
            let mut count = 0_u64;
            for (certificate, _) in work.trust.held(work.keys) {
                count = count.saturating_add(calls::count_due(&work.tx, certificate.row)?);
            }
            Ok(count)
        })
    }

    /// Those of this till's keys; what was pending in an earlier run is due again.
    fn held_certificates(&self) -> Result<Vec<Certificate>, TerminalError> {
        self.change(|work| {
            let held: Vec<Certificate> = work
                .trust
                .held(work.keys)
                .map(|(certificate, _)| certificate.clone())
                .collect();
            for certificate in &held {
                calls::ask_pending_again(&work.tx, certificate.row)?;
            }
            Ok(held)
        })
    }

    /// The call that is not answered yet, else a new one, durable.
    fn next_batch(
        &self,
        certificate: &Certificate,
        most: u32,
    ) -> Result<Option<Batch>, TerminalError> {
        self.change(|work| {
            if let Some((row, body)) = calls::open_deposit(&work.tx, certificate.row)? {
                let count = count_of(&DepositCall::decode(&body)?.evidence);
                return Ok(Some(Batch { row, body, count }));
            }
            let evidence = collect(work, certificate, most)?;
            if evidence.is_empty() {
                return Ok(None);
            }
            let count = count_of(&evidence);
            let body = sign(work, certificate, evidence)?.encode();
            let row = calls::put_deposit(&work.tx, certificate.row, &body)?;
            Ok(Some(Batch { row, body, count }))
        })
    }

    fn hear(
        &self,
        certificate: &Certificate,
        batch: &Batch,
        answer: &HttpResponse,
        report: &mut DepositReport,
    ) -> Result<Next, TerminalError> {
        if answer.status == 200 {
            return match self.settle(certificate, batch, &answer.body, report) {
                Ok(()) => Ok(Next::Continue),
                Err(TerminalError::BadAnswer) => self
                    .note_failure(Problem::BadAnswer, answer.retry_after)
                    .map(Next::Stop),
                Err(error) => Err(error),
            };
        }
        // Any other answer says that nothing was done: the payments go into a new call, under a new id.
        self.change(|work| Ok(calls::drop_deposit(&work.tx, batch.row)?))?;
        match answer.status {
            409 => Ok(Next::UnderNewId(Problem::of(answer))),
            413 if batch.count > 1 => Ok(Next::Smaller(batch.count.div_euclid(2))),
            _ => self
                .note_failure(Problem::of(answer), answer.retry_after)
                .map(Next::Stop),
        }
    }

    fn settle(
        &self,
        certificate: &Certificate,
        batch: &Batch,
        answer: &[u8],
        report: &mut DepositReport,
    ) -> Result<(), TerminalError> {
        self.change(|work| {
            let call = DepositCall::decode(&batch.body)?;
            let deposit = call.deposit.id(certificate.merchant.id());
            let keys = work.trust.acquirer_keys(certificate);
            let deposited: Verified<Deposited> = <Signed<Deposited> as Expected>::decode(answer)
                .map_err(|_| TerminalError::BadAnswer)?
                .verify_with_any(deposit, &keys, &VERIFIER)
                .map_err(|_| TerminalError::BadAnswer)?;
            if !calls::close_deposit(&work.tx, batch.row, answer)? {
                return Ok(());
            }
            for evidence in &call.evidence {
                let id = evidence.token.payment_id();
                let found = deposited.payments.binary_search_by_key(&id, |pair| pair.0);
                let state = found
                    .ok()
                    .and_then(|at| deposited.payments.get(at))
                    .map(|pair| pair.1);
                let latest = evidence.receipts.last().map(Signed::to_bytes);
                let before = payments::find(&work.tx, &id)?.and_then(|row| row.bank_state);
                calls::set_bank_state(&work.tx, &id, state, &latest.unwrap_or_default())?;
                if let Some(news) = news(before, state) {
                    tell(&work.tx, &id, What::Bank(news), work.now)?;
                }
                report.count(state);
            }
            Ok(())
        })
    }
}

impl DepositReport {
    fn count(&mut self, state: Option<PaymentState>) {
        let counter = match state {
            Some(PaymentState::Paid) => &mut self.paid,
            Some(PaymentState::GivenBack) => &mut self.given_back,
            Some(PaymentState::Disputed) => &mut self.disputed,
            Some(PaymentState::Refused) => &mut self.refused,
            Some(PaymentState::Pending) | None => &mut self.pending,
        };
        *counter = counter.saturating_add(1);
    }
}

/// What was not said before. "Pending" is no news.
fn news(before: Option<u8>, state: Option<PaymentState>) -> Option<PaymentState> {
    state.filter(|state| *state != PaymentState::Pending && before != Some(state.value()))
}

fn count_of(evidence: &[Evidence]) -> u32 {
    u32::try_from(evidence.len()).unwrap_or(u32::MAX)
}

fn collect(
    work: &Work<'_>,
    certificate: &Certificate,
    most: u32,
) -> Result<Vec<Evidence>, TerminalError> {
    let mut evidence = Vec::new();
    let mut left = MOST_BYTES;
    for id in calls::due(&work.tx, certificate.row, most)? {
        let row = payments::find(&work.tx, &id)?.ok_or(TerminalError::NoSuchPayment)?;
        let one = work.evidence(&row)?.ok_or(TerminalError::NoSuchRequest)?;
        let size = one.encode().len().saturating_add(PER_PAYMENT);
        // The first always fits: one is under 16 KiB.
        let Some(rest) = left.checked_sub(size) else {
            break;
        };
        left = rest;
        evidence.push(one);
    }
    Ok(evidence)
}

fn sign(
    work: &Work<'_>,
    certificate: &Certificate,
    mut evidence: Vec<Evidence>,
) -> Result<DepositCall, TerminalError> {
    evidence.sort_by_cached_key(|it| it.token.payment_id());
    let deposit = Deposit {
        idempotency_id: IdempotencyId(random::bytes()?),
        time: work.now,
        payments: evidence.iter().map(|it| it.token.payment_id()).collect(),
    };
    let key = work.trust.key_for(work.keys, certificate.row)?;
    Ok(DepositCall {
        merchant: certificate.merchant.signed().clone(),
        deposit: Signed::sign(deposit, certificate.merchant.id(), key.signer())?,
        evidence,
    })
}
