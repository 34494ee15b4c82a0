//! Deadlines: until when a payment may be claimed, and what happens when that has passed.

use skilling_protocol::values::{Seconds, Time};

use super::Desk;
use crate::error::Error;
use crate::settle::{Standing, at_deadline};
use crate::store::AllowanceRow;

/// No deadline is sooner after "valid until" than this.
const LEAST_WINDOW: Seconds = Seconds::days(14);

impl Desk<'_> {
    /// Valid until + policy 9 as it was at the grant + the largest outage extension in force in between.
    pub(crate) fn deadline(&self, row: &AllowanceRow) -> Time {
        let plain = row.valid_until.plus(row.deposit_window.max(LEAST_WINDOW));
        let extension = self
            .history
            .extension_between(row.currency, row.valid_from, plain);
        plain.plus(extension)
    }

    /// Settles the allowance if its deadline has passed and no dispute halts it. Whether it is over now.
    pub(crate) fn settle_if_due(&mut self, row: &mut AllowanceRow) -> Result<bool, Error> {
        if row.settled {
            return Ok(true);
        }
        if self.now < self.deadline(row) {
            return Ok(false);
        }
        let payments = self.tx.payments_of(row.id)?;
        if payments.iter().any(|it| it.standing == Standing::Disputed) {
            return Ok(false);
        }
        for mut payment in payments {
            let standing = at_deadline(payment.standing);
            if standing != payment.standing {
                payment.standing = standing;
                self.tx.put_payment(&payment)?;
            }
        }
        row.settled = true;
        self.tx.put_allowance(row)?;
        self.trim(row)?;
        Ok(true)
    }
}
