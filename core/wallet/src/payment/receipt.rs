//! Receipts (protocol section 6): verified under the terminal key of the request that the payment answers.

use skilling_protocol::message::{Expected, PaymentRequest};
use skilling_protocol::objects::{Outcome, Payment, Receipt};
use skilling_protocol::signed::Signed;
use skilling_protocol::values::ObjectId;

use super::Stage;
use crate::error::WalletError;
use crate::events;
use crate::ports::Ports;
use crate::store::{ReceiptChange, StoredPayment};
use crate::wallet::{Inner, VERIFIER, Wallet};

/// How many payments a receipt is tried on.
const TRIED: u32 = 64;

/// What a receipt was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ReceiptFit {
    /// It belongs to this payment, which stands so now.
    Fits(ObjectId<Payment>, Stage),
    /// It fits none of those tried.
    FitsNone,
    /// There is none to try.
    NoPayment,
}

impl Wallet {
    /// Takes a receipt (message 3), which names no payment: those of this session are tried first, then the unsettled ones, newest
    /// first, at most 64. Durable when this returns. The same receipt again changes nothing.
    ///
    /// # Errors
    /// [`WalletError::Malformed`], [`WalletError::ReceiptFitsNone`], storage.
    pub fn take_receipt(&self, message: &[u8]) -> Result<(ObjectId<Payment>, Stage), WalletError> {
        let receipt = <Signed<Receipt> as Expected>::decode(message)?;
        match self.turn()?.take_receipt(&self.ports, &receipt)? {
            ReceiptFit::Fits(payment, stage) => Ok((payment, stage)),
            ReceiptFit::FitsNone | ReceiptFit::NoPayment => Err(WalletError::ReceiptFitsNone),
        }
    }
}

impl Inner {
    pub(crate) fn take_receipt(
        &mut self,
        ports: &Ports,
        receipt: &Signed<Receipt>,
    ) -> Result<ReceiptFit, WalletError> {
        let candidates = self.receipt_candidates(receipt.unverified().outcome)?;
        if candidates.is_empty() {
            return Ok(ReceiptFit::NoPayment);
        }
        for payment in candidates {
            if self.fits(&payment, receipt)? {
                let stage = self.apply(ports, &payment, receipt)?;
                return Ok(ReceiptFit::Fits(payment.id, stage));
            }
        }
        Ok(ReceiptFit::FitsNone)
    }

    /// What was presented lately, which may be an old payment's token once more; the unsettled ones, newest first; then those that
    /// a receipt changed just now, because a till that lost the answer gives its receipt again; for a void also the latest that the
    /// bank has paid, because a till may void after its deposit.
    fn receipt_candidates(&self, outcome: Outcome) -> Result<Vec<StoredPayment>, WalletError> {
        let mut candidates = Vec::new();
        for id in self.recent.session() {
            candidates.extend(self.store.payment(id)?.filter(|it| it.stage.is_open()));
        }
        for payment in self.store.unsettled(TRIED)? {
            if candidates.iter().all(|it| it.row != payment.row) {
                candidates.push(payment);
            }
        }
        for row in self.recent.receipted() {
            if candidates.iter().all(|it| it.row != row)
                && let Some(payment) = self.store.payment_at(row)?
            {
                candidates.push(payment);
            }
        }
        if outcome == Outcome::Voided {
            candidates.extend(self.store.lately_settled(TRIED)?);
        }
        candidates.truncate(usize::try_from(TRIED).unwrap_or(usize::MAX));
        Ok(candidates)
    }

    fn fits(
        &self,
        payment: &StoredPayment,
        receipt: &Signed<Receipt>,
    ) -> Result<bool, WalletError> {
        let message = self.store.request_of(payment.row)?;
        let request = PaymentRequest::decode(&message)
            .map_err(|_| crate::StoreError::Damaged("payment request"))?;
        let key = request.merchant.unverified().terminal_key;
        Ok(receipt.clone().verify(payment.id, &key, &VERIFIER).is_ok())
    }

    /// The next stage, durable; what a voided or declined receipt releases is added once.
    fn apply(
        &mut self,
        ports: &Ports,
        payment: &StoredPayment,
        receipt: &Signed<Receipt>,
    ) -> Result<Stage, WalletError> {
        let body = receipt.unverified();
        let Some(stage) = next_stage(payment.stage, body.outcome) else {
            return Ok(payment.stage);
        };
        let change = ReceiptChange {
            row: payment.row,
            stage,
            receipt: body,
            bytes: &receipt.encode(),
        };
        // What the bank gave back has come back already, whatever it said since.
        let releases = body.outcome.releases() && !payment.is_released_by_bank;
        let told = events::receipt(payment.row, payment.amount, payment.currency, body.outcome);
        let now = ports.clock.now();
        let released = self.write_guarded(ports, payment.id.as_bytes(), |tx| {
            tx.put_receipt(&change)?;
            told.iter().try_for_each(|event| tx.put_event(event, now))?;
            let row = payment.allowance_row;
            let amount = payment.amount;
            releases.then(|| tx.add_released(row, amount)).transpose()
        })?;
        for held in &mut self.allowances {
            if held.row == payment.allowance_row
                && let Some(released) = released
            {
                held.released = released;
            }
        }
        self.recent.answered(payment.row);
        self.advance_guard(ports)?;
        Ok(stage)
    }
}

/// Voided and declined are final and override accepted, whatever the bank said before; accepted overrides only silence.
/// `None`: nothing changes.
fn next_stage(stage: Stage, outcome: Outcome) -> Option<Stage> {
    match (stage, outcome) {
        (Stage::Voided | Stage::Declined, _) => None,
        (_, Outcome::Voided) => Some(Stage::Voided),
        (_, Outcome::Declined { .. }) => Some(Stage::Declined),
        (stage, Outcome::Accepted) if stage.is_unanswered() => Some(Stage::Accepted),
        (_, Outcome::Accepted) => None,
    }
}
