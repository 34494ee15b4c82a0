//! Renewal in good time, and closing for good.

use skilling_platform::transport::Transport;
use skilling_protocol::objects::Allowance;
use skilling_protocol::values::{ObjectId, Seconds, Time};

use super::plan::want_again;
use super::{BankId, SyncReport, Want};
use crate::error::WalletError;
use crate::store::{AllowanceState, HeldAllowance};
use crate::wallet::Wallet;

/// Renewed when less is left (sync.md, "How long things live").
pub(crate) const RENEW_BEFORE: Seconds = Seconds::days(14);
/// Less than this part of the limit counts as spent.
const SPENT_BELOW: u64 = 10;

/// Why an allowance should be followed by another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RenewalReason {
    /// Under 14 days are left, or none.
    Ending,
    /// Under a tenth of the limit is left, or no payment.
    Spent,
    /// Its key is gone.
    KeyGone,
}

/// What to ask for, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Renewal {
    /// The allowance that ends.
    pub allowance: ObjectId<Allowance>,
    /// Whom to ask; `None` if it came by hand and its bank is not known here.
    pub bank: Option<BankId>,
    /// Why.
    pub why: RenewalReason,
    /// The same once more.
    pub want: Want,
}

/// Why this allowance is due at `now`, if it is.
pub(crate) fn due(held: &HeldAllowance, now: Time) -> Option<RenewalReason> {
    let allowance = &held.allowance;
    match held.state {
        AllowanceState::Closed | AllowanceState::Lost => return None,
        AllowanceState::KeyGone => return Some(RenewalReason::KeyGone),
        AllowanceState::Open => {}
    }
    let left = held.remaining().minor_units().saturating_mul(SPENT_BELOW);
    if left < allowance.limit.minor_units() || held.last_sequence >= allowance.max_payments {
        return Some(RenewalReason::Spent);
    }
    (now.plus(RENEW_BEFORE) > allowance.valid_until).then_some(RenewalReason::Ending)
}

/// Another that does the same and is not due itself.
pub(crate) fn is_followed<'a>(
    held: &HeldAllowance,
    mut all: impl Iterator<Item = &'a HeldAllowance>,
    now: Time,
) -> bool {
    all.any(|other| {
        other.row != held.row
            && other.issuer_key == held.issuer_key
            && other.allowance.currency == held.allowance.currency
            && other.allowance.categories == held.allowance.categories
            && other.state == AllowanceState::Open
            && due(other, now).is_none()
    })
}

impl Wallet {
    /// Allowances that end soon or are spent and have no successor yet, and what to want instead. Lost ones are not among them:
    /// sync asks for those by itself.
    ///
    /// # Errors
    /// Storage.
    pub fn renewal_due(&self) -> Result<Vec<Renewal>, WalletError> {
        let now = self.now();
        let inner = self.turn()?;
        let mut found = Vec::new();
        for held in &inner.allowances {
            let is_followed = is_followed(held, inner.allowances.iter(), now);
            if let Some(why) = due(held, now).filter(|_| !is_followed) {
                found.push(Renewal {
                    allowance: held.allowance.id(),
                    bank: inner.store.bank_of(held.row)?.map(BankId),
                    why,
                    want: want_again(held),
                });
            }
        }
        Ok(found)
    }

    /// Renews what is due at this bank: a spent allowance is closed and its successor asked for in the same call; one that only
    /// ends soon is closed after its successor came, so that a bank that says no takes nothing away.
    ///
    /// # Errors
    /// As [`Self::sync`].
    pub async fn renew(
        &self,
        transport: &dyn Transport,
        bank: BankId,
    ) -> Result<SyncReport, WalletError> {
        let mut report = SyncReport::default();
        let due = self.renewal_due()?;
        for renewal in due.into_iter().filter(|it| it.bank == Some(bank)) {
            if renewal.why == RenewalReason::Spent {
                self.close(&renewal.allowance).await?;
            }
            let part = self.sync(transport, bank, Some(renewal.want)).await?;
            let is_granted = !part.granted.is_empty();
            report.add(part);
            if report.failed.is_some() {
                return Ok(report);
            }
            if is_granted && renewal.why == RenewalReason::Ending {
                self.close(&renewal.allowance).await?;
                report.add(self.sync(transport, bank, None).await?);
            }
        }
        Ok(report)
    }

    /// Closes an allowance for good: it never signs again, the next sync says so, and the bank gives back what is not spent.
    /// Durable before its key is deleted. Closing what is closed changes nothing.
    ///
    /// # Errors
    /// [`WalletError::NoSuchAllowance`], storage.
    pub async fn close(&self, allowance: &ObjectId<Allowance>) -> Result<(), WalletError> {
        self.mark_closed(allowance)?;
        self.delete_retired_keys().await
    }

    fn mark_closed(&self, allowance: &ObjectId<Allowance>) -> Result<(), WalletError> {
        let mut inner = self.turn()?;
        let held = inner
            .allowances
            .iter()
            .find(|held| held.allowance.id() == *allowance)
            .ok_or(WalletError::NoSuchAllowance)?;
        if held.state != AllowanceState::Open {
            return Ok(());
        }
        let (row, alias) = (held.row, held.alias.clone());
        inner.write_guarded(&self.ports, allowance.as_bytes(), |tx| {
            tx.put_allowance_state(row, AllowanceState::Closed)?;
            tx.retire_key(&alias)
        })?;
        for held in inner.allowances.iter_mut().filter(|held| held.row == row) {
            held.state = AllowanceState::Closed;
            held.is_reported = false;
        }
        inner.advance_guard(&self.ports)
    }
}

impl SyncReport {
    pub(super) fn add(&mut self, part: Self) {
        self.calls = self.calls.saturating_add(part.calls);
        self.payments.extend(part.payments);
        self.granted.extend(part.granted);
        self.not_granted.extend(part.not_granted);
        self.failed = part.failed;
    }
}
