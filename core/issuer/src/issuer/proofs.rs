//! Conflicts (rules 24 and 25) among everything known of an allowance: the proof is kept, the allowance and the phone
//! are stopped. Both merchants are paid all the same.

use skilling_protocol::fraud::PastPayment;
use skilling_protocol::message::{Evidence, Expected as _};
use skilling_protocol::objects::Sequence;

use super::Desk;
use crate::error::Error;
use crate::store::{AllowanceRow, PaymentId, PaymentRow, ProofRow, StoreError};

impl Desk<'_> {
    pub(super) fn look_for_conflicts(
        &mut self,
        row: &mut AllowanceRow,
        id: PaymentId,
    ) -> Result<(), Error> {
        let payments = self.tx.payments_of(row.id)?;
        let Some(this) = payments.iter().find(|it| it.id == id) else {
            return Ok(());
        };
        let past = past(this)?;
        for other in payments.iter().filter(|it| it.id != id) {
            let Some(conflict) = past.conflict_with(&self::past(other)?) else {
                continue;
            };
            let (first, second) = if this.id < other.id {
                (this, other)
            } else {
                (other, this)
            };
            let new = self.tx.put_proof(&ProofRow {
                allowance: row.id,
                currency: row.currency,
                kind: conflict.name().to_owned(),
                payments: (first.id, second.id),
                message: proof(first, second)?,
                found_at: self.now,
            })?;
            if new {
                tracing::warn!(kind = conflict.name(), "fraud proof kept");
                self.stop_device(row)?;
            }
        }
        Ok(())
    }

    /// Sets the bit, and grants nothing more to the phone.
    fn stop_device(&mut self, row: &mut AllowanceRow) -> Result<(), Error> {
        self.revoke(row)?;
        if let Some(mut link) = self.tx.link(&row.link)? {
            link.blocked = true;
            self.tx.put_link(&link)?;
        }
        Ok(())
    }
}

fn past(row: &PaymentRow) -> Result<PastPayment, Error> {
    Ok(PastPayment {
        id: row.id,
        sequence: Sequence::new(row.sequence)?,
        amount: row.amount,
        spent: row.spent,
        released: row.released,
    })
}

/// Message type 6 of two stored payments.
fn proof(first: &PaymentRow, second: &PaymentRow) -> Result<Vec<u8>, Error> {
    let token = |row: &PaymentRow| {
        Evidence::decode(&row.evidence)
            .map(|it| it.token)
            .map_err(|_| Error::Store(StoreError::Damaged))
    };
    Ok((token(first)?, token(second)?).encode())
}
