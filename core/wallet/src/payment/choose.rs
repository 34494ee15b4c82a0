//! Which allowance pays: of those that can, the one that ends first, so that nothing lapses unused; of equals the one with less
//! left, then the lower object id. The same wallet with the same clock always chooses the same.

use skilling_protocol::objects::{Allowance, Payment, Policy, Sequence};
use skilling_protocol::reason::Reason;
use skilling_protocol::rules::{VerifiedRequest, extension_in_force, limit_holds};
use skilling_protocol::values::{Amount, ObjectId, Time, Uuid};

use crate::error::WalletError;
use crate::store::{AllowanceState, HeldAllowance};
use crate::wallet::Inner;

/// The allowance that would pay, and what it would leave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paying {
    /// The allowance.
    pub allowance: ObjectId<Allowance>,
    /// For people.
    pub uuid: Uuid,
    /// What is left of its limit after this payment.
    pub remaining_after: Amount,
    /// How many payments are left after this one.
    pub payments_after: u32,
}

impl Inner {
    /// The allowance that pays `amount` to this merchant now.
    ///
    /// # Errors
    /// The rule that the best one fails: what the payer is told. The till hears 41, whichever it is.
    pub(crate) fn choose(
        &self,
        request: &VerifiedRequest,
        amount: Amount,
        now: Time,
    ) -> Result<&HeldAllowance, Reason> {
        let mut best: Result<&HeldAllowance, Reason> = Err(Reason::NoAllowance);
        for held in &self.allowances {
            match self.next_payment(held, request, amount, now) {
                Ok(_) => {
                    if best.is_err() || best.is_ok_and(|other| order(held) < order(other)) {
                        best = Ok(held);
                    }
                }
                // The further down the rules it came, the more it helps to know.
                Err(reason) if best.is_err_and(|other| rank(reason) > rank(other)) => {
                    best = Err(reason);
                }
                Err(_) => {}
            }
        }
        best
    }

    /// The payment that this allowance would sign next, if every rule that concerns the allowance holds.
    pub(crate) fn next_payment(
        &self,
        held: &HeldAllowance,
        request: &VerifiedRequest,
        amount: Amount,
        now: Time,
    ) -> Result<Payment, Reason> {
        let allowance = &held.allowance;
        demand(
            allowance.currency == request.request.currency,
            Reason::NoAllowance,
        )?;
        let policy = self.check_standing(held, now)?;
        let most = allowance.cap.min(policy.max_payment);
        demand(!amount.is_zero() && amount <= most, Reason::OverCap)?;
        let payment = following(held, request, amount, now)?;
        demand(limit_holds(&payment, allowance.limit), Reason::OverLimit)?;
        demand(
            payment.sequence.get() <= allowance.max_payments,
            Reason::OverCount,
        )?;
        demand(
            allowance.is_open_for(request.merchant.mcc),
            Reason::CategoryClosed,
        )?;
        demand(
            amount <= policy.max_unauthenticated || allowance.user_auth,
            Reason::UserAuthRequired,
        )?;
        demand(
            allowance.key_protection >= policy.min_key_protection,
            Reason::KeyProtectionTooWeak,
        )?;
        Ok(payment)
    }

    /// Rules 4, 5, 7 and 8, and that it may sign at all.
    fn check_standing(&self, held: &HeldAllowance, now: Time) -> Result<&Policy, Reason> {
        let allowance = &held.allowance;
        match held.state {
            AllowanceState::Open => {}
            AllowanceState::Lost if !held.is_reported => return Err(Reason::WalletStorageFailed),
            _ => return Err(Reason::NoAllowance),
        }
        let bundle = self.bundle.as_ref().ok_or(Reason::TrustExpired)?;
        let policy = bundle
            .policy(allowance.currency)
            .ok_or(Reason::CurrencyMismatch)?;
        let issuer = bundle
            .issuers
            .iter()
            .find(|issuer| issuer.key == held.issuer_key)
            .ok_or(Reason::UnknownIssuer)?;
        demand(
            issuer.is_active_for(allowance.currency, now),
            Reason::IssuerSuspended,
        )?;
        demand(
            now.plus(policy.skew) >= allowance.valid_from,
            Reason::AllowanceNotValidYet,
        )?;
        let extension = extension_in_force(self.outages.get(&allowance.currency), now);
        demand(
            now < allowance.valid_until.plus(extension),
            Reason::AllowanceExpired,
        )?;
        Ok(policy)
    }

    pub(crate) fn paying(&self, held: &HeldAllowance, payment: &Payment) -> Paying {
        let used = payment.spent.saturating_sub(payment.released);
        let allowance = &held.allowance;
        Paying {
            allowance: allowance.id(),
            uuid: allowance.uuid,
            remaining_after: allowance.limit.saturating_sub(used),
            payments_after: allowance
                .max_payments
                .saturating_sub(payment.sequence.get()),
        }
    }
}

/// What the till is told, and the app, when no allowance can pay.
pub(crate) fn refusal(reason: Reason) -> WalletError {
    match reason {
        Reason::WalletStorageFailed => WalletError::RolledBack,
        _ => WalletError::Refused(Reason::NoAllowance),
    }
}

fn following(
    held: &HeldAllowance,
    request: &VerifiedRequest,
    amount: Amount,
    now: Time,
) -> Result<Payment, Reason> {
    let number = held.last_sequence.checked_add(1).ok_or(Reason::OverCount)?;
    Ok(Payment {
        sequence: Sequence::new(number).map_err(|_| Reason::OverCount)?,
        amount,
        spent: held.spent.checked_add(amount).ok_or(Reason::OverLimit)?,
        merchant_id: request.merchant.id,
        request_id: request.request.id(),
        time: now,
        released: held.released,
    })
}

fn order(held: &HeldAllowance) -> (Time, Amount, ObjectId<Allowance>) {
    let allowance = &held.allowance;
    (allowance.valid_until, held.remaining(), allowance.id())
}

/// A rollback is told before anything else; no allowance at all is told last.
fn rank(reason: Reason) -> u32 {
    match reason {
        Reason::NoAllowance => 0,
        Reason::WalletStorageFailed => u32::MAX,
        other => other.code(),
    }
}

fn demand(holds: bool, otherwise: Reason) -> Result<(), Reason> {
    if holds { Ok(()) } else { Err(otherwise) }
}
