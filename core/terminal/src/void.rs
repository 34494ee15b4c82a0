//! Voids: the only change a receipt allows, accepted to voided, whole payments only (protocol section 6, Receipts).

use skilling_protocol::objects::{Outcome as ReceiptOutcome, Payment};
use skilling_protocol::values::ObjectId;

use crate::error::TerminalError;
use crate::events::{What, tell};
use crate::outcome::Answered;
use crate::receipt::{sign_receipt, stored_answer};
use crate::store::payments;
use crate::terminal::Terminal;

impl Terminal {
    /// Voids an accepted payment, before or after its deposit: the promise never to claim it. Final and durable when
    /// this returns; the receipt MUST be given or shown, and the next deposit carries it. A payment that is voided
    /// already gives its stored receipt.
    ///
    /// # Errors
    /// [`TerminalError::NoSuchPayment`], [`TerminalError::NotAccepted`] for a declined one,
    /// [`TerminalError::MadeByAnotherTill`], or the store's.
    pub fn void(&self, payment: &ObjectId<Payment>) -> Result<Answered, TerminalError> {
        self.change(|work| {
            let find = || -> Result<_, TerminalError> {
                payments::find(&work.tx, payment)?.ok_or(TerminalError::NoSuchPayment)
            };
            let row = find()?;
            match row.outcome() {
                Some(ReceiptOutcome::Accepted) => {
                    let certificate = row.certificate.ok_or(TerminalError::NoSuchRequest)?;
                    let receipt = sign_receipt(work, certificate, row.id, ReceiptOutcome::Voided)?;
                    payments::void(&work.tx, &row, &receipt)?;
                    let voided = What::Receipt(ReceiptOutcome::Voided);
                    tell(&work.tx, &row.id, voided, work.now)?;
                }
                Some(ReceiptOutcome::Voided) => {}
                Some(ReceiptOutcome::Declined { .. }) | None => {
                    return Err(TerminalError::NotAccepted);
                }
            }
            stored_answer(&work.tx, &find()?, work.trust)?.ok_or(TerminalError::NotAccepted)
        })
    }
}
