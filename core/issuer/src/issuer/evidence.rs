//! Evidence at the issuer: judged, matched with what is known, settled, booked; conflicts become proofs.

use skilling_protocol::crypto::DefaultVerifier;
use skilling_protocol::message::{Evidence, Expected as _};
use skilling_protocol::objects::PaymentState;
use skilling_protocol::values::PublicKey;

use super::Desk;
use crate::error::Error;
use crate::judge::{Judged, judge};
use crate::settle::{Circumstances, Shown, Standing, settle};
use crate::store::{AllowanceRow, PaymentId, PaymentRow};

/// Who brings the evidence.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Side<'a> {
    /// A deposit signed by this terminal key.
    Terminal(&'a PublicKey),
    /// A sync signed by this link key.
    Payer(&'a PublicKey),
}

impl Desk<'_> {
    /// Takes one piece of evidence and says where its payment stands. Nothing it says can fail the call.
    pub(crate) fn take_evidence(
        &mut self,
        evidence: &Evidence,
        side: Side<'_>,
    ) -> Result<PaymentState, Error> {
        let id = evidence.token.payment_id();
        let key = self.issuer.key_public();
        let Ok(judged) = judge(evidence, &key, self.history, &DefaultVerifier::default()) else {
            return Ok(PaymentState::Refused);
        };
        let Some(mut row) = self.tx.allowance(judged.allowance.id())? else {
            tracing::error!("an allowance under our key was never granted");
            return Ok(PaymentState::Refused);
        };
        if !side.owns(&judged, &row) {
            return Ok(PaymentState::Refused);
        }
        let over = self.settle_if_due(&mut row)?;
        let known = self.tx.payment(id)?;
        let before = known.as_ref().map(|it| it.standing);
        let after = match (judged.fails, judged.released) {
            (Some(_), false) => before.unwrap_or(Standing::Refused),
            _ => {
                let circumstances = Circumstances {
                    deadline_passed: over,
                    covered: over && self.covers(&row, judged.payment.amount)?,
                };
                settle(before, side.shows(&judged), circumstances)
            }
        };
        let mut payment = known.unwrap_or_else(|| new_row(id, &row, &judged, evidence, self.now));
        if judged.released || before.is_none() {
            payment.evidence = evidence.encode();
        }
        self.stand(&mut row, payment, before, after)?;
        self.look_for_conflicts(&mut row, id)?;
        Ok(after.on_the_wire())
    }

    /// Writes the new standing and books what follows from it.
    pub(crate) fn stand(
        &mut self,
        row: &mut AllowanceRow,
        mut payment: PaymentRow,
        before: Option<Standing>,
        after: Standing,
    ) -> Result<(), Error> {
        payment.standing = after;
        self.tx.put_payment(&payment)?;
        if payment.spent > row.greatest_spent {
            row.greatest_spent = payment.spent;
            self.tx.put_allowance(row)?;
        }
        match (before == Some(Standing::Paid), after == Standing::Paid) {
            (false, true) => {
                if row.settled && self.covers(row, payment.amount)? {
                    self.fund(row, payment.amount)?;
                }
                self.pay(row, &payment)?;
            }
            (true, false) => self.reverse(row, &payment)?,
            _ => {}
        }
        self.trim(row)?;
        Ok(())
    }
}

impl Side<'_> {
    /// A token counts as the terminal's only in a deposit of its request's terminal, as the payer's only in that
    /// payer's sync.
    fn owns(self, judged: &Judged, row: &AllowanceRow) -> bool {
        match self {
            Self::Terminal(key) => judged.request.merchant.terminal_key == *key,
            Self::Payer(key) => row.link == *key,
        }
    }

    fn shows(self, judged: &Judged) -> Shown {
        match (judged.released, self) {
            (true, _) => Shown::Release,
            (false, Self::Terminal(_)) => Shown::Claim,
            (false, Self::Payer(_)) if judged.accepted => Shown::AcceptedReceipt,
            (false, Self::Payer(_)) => Shown::TokenAlone,
        }
    }
}

fn new_row(
    id: PaymentId,
    row: &AllowanceRow,
    judged: &Judged,
    evidence: &Evidence,
    now: skilling_protocol::values::Time,
) -> PaymentRow {
    PaymentRow {
        id,
        allowance: row.id,
        link: row.link,
        currency: row.currency,
        sequence: judged.payment.sequence.get(),
        amount: judged.payment.amount,
        spent: judged.payment.spent,
        released: judged.payment.released,
        acquirer: judged.acquirer(),
        merchant: judged.request.merchant.id,
        standing: Standing::Refused,
        reported: None,
        seen_at: now,
        evidence: evidence.encode(),
    }
}
