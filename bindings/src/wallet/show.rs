//! What the wallet holds: allowances, the scheme's policy, outage bulletins.

use skilling_protocol::objects::PaymentState;
use skilling_wallet as core;

use super::Wallet;
use crate::CoreError;
use crate::values::{Money, currency, hex, seconds};

/// What may still be done under an allowance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Enum)]
pub enum AllowanceState {
    /// It may sign.
    Open,
    /// Closed for good.
    Closed,
    /// The store was put back to an older state: it never signs again.
    Lost,
    /// Its key is gone: it never signs again.
    KeyGone,
}

impl From<core::AllowanceState> for AllowanceState {
    fn from(state: core::AllowanceState) -> Self {
        match state {
            core::AllowanceState::Open => Self::Open,
            core::AllowanceState::Closed => Self::Closed,
            core::AllowanceState::Lost => Self::Lost,
            core::AllowanceState::KeyGone => Self::KeyGone,
        }
    }
}

/// An allowance.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct AllowanceView {
    /// What payments are bound to.
    pub id: String,
    /// For people and ledgers, hex.
    pub uuid: String,
    /// Hex of the bank's key.
    pub issuer_key: String,
    /// The most in all.
    pub limit: Money,
    /// The most for one payment.
    pub cap: Money,
    /// Total of every payment ever made.
    pub spent: Money,
    /// Total of what came back.
    pub released: Money,
    /// What is left.
    pub remaining: Money,
    /// What the bank last said it still reserves.
    pub reserved: Option<Money>,
    /// The last number used.
    pub last_sequence: u32,
    /// The most payments.
    pub max_payments: u32,
    /// Unix seconds, exclusive.
    pub valid_until: i64,
    /// What may still be done.
    pub state: AllowanceState,
}

impl From<&core::AllowanceView> for AllowanceView {
    fn from(it: &core::AllowanceView) -> Self {
        let money = |amount| Money::of(amount, it.currency);
        Self {
            id: it.id.to_string(),
            uuid: hex(it.uuid.as_bytes()),
            issuer_key: hex(it.issuer_key.as_bytes()),
            limit: money(it.limit),
            cap: money(it.cap),
            spent: money(it.spent),
            released: money(it.released),
            remaining: money(it.remaining),
            reserved: it.reserved.map(money),
            last_sequence: it.last_sequence,
            max_payments: it.max_payments,
            valid_until: seconds(it.valid_until),
            state: it.state.into(),
        }
    }
}

/// What a bank last said of a payment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Enum)]
pub enum BankState {
    /// Neither claimed nor given back yet.
    Pending,
    /// Paid to the merchant.
    Paid,
    /// The payer has it again.
    GivenBack,
    /// Disputed.
    Disputed,
    /// It fails a rule.
    Refused,
}

impl From<PaymentState> for BankState {
    fn from(state: PaymentState) -> Self {
        match state {
            PaymentState::Pending => Self::Pending,
            PaymentState::Paid => Self::Paid,
            PaymentState::GivenBack => Self::GivenBack,
            PaymentState::Disputed => Self::Disputed,
            PaymentState::Refused => Self::Refused,
        }
    }
}

impl From<BankState> for PaymentState {
    fn from(state: BankState) -> Self {
        match state {
            BankState::Pending => Self::Pending,
            BankState::Paid => Self::Paid,
            BankState::GivenBack => Self::GivenBack,
            BankState::Disputed => Self::Disputed,
            BankState::Refused => Self::Refused,
        }
    }
}

/// The scheme's policy for a currency.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct PolicyView {
    /// The most for one payment.
    pub max_payment: Money,
    /// The most without user authentication.
    pub max_unauthenticated: Money,
    /// Decimals shown.
    pub decimals: u32,
    /// Only while the till is offline or an outage is declared.
    pub is_outage_only: bool,
}

impl PolicyView {
    pub(crate) fn of(
        policy: &skilling_protocol::objects::Policy,
        currency: skilling_protocol::values::Currency,
    ) -> Self {
        Self {
            max_payment: Money::of(policy.max_payment, currency),
            max_unauthenticated: Money::of(policy.max_unauthenticated, currency),
            decimals: policy.decimals.get().into(),
            is_outage_only: policy.outage_only,
        }
    }
}

/// The outage bulletin held of a currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Record)]
pub struct OutageView {
    /// ISO 4217 numeric.
    pub currency: u32,
    /// Of one currency the highest wins.
    pub serial: u32,
}

#[uniffi::export]
impl Wallet {
    /// Every allowance that may sign, and every other whose end the bank has not answered to. Reads memory, once it has its turn.
    ///
    /// # Errors
    /// `ShutDown`, `Storage`.
    pub fn allowances(&self) -> Result<Vec<AllowanceView>, CoreError> {
        let held = self.core()?.allowances()?;
        Ok(held.iter().map(AllowanceView::from).collect())
    }

    /// The version of the trust bundle held, 0 without one. Reads memory, once it has its turn.
    ///
    /// # Errors
    /// `ShutDown`.
    pub fn bundle_version(&self) -> Result<u32, CoreError> {
        Ok(self.core()?.bundle_version()?)
    }

    /// The scheme's policy for a currency; `None` without a bundle, or where it lists none. Reads memory, once it has its turn.
    ///
    /// # Errors
    /// `InvalidArgument`, `ShutDown`.
    pub fn policy(&self, currency: u32) -> Result<Option<PolicyView>, CoreError> {
        let currency = self::currency(currency)?;
        let policy = self.core()?.policy(currency)?;
        Ok(policy.map(|policy| PolicyView::of(&policy, currency)))
    }

    /// The outage bulletins held. Reads memory, once it has its turn.
    ///
    /// # Errors
    /// `ShutDown`.
    pub fn outages(&self) -> Result<Vec<OutageView>, CoreError> {
        let serials = self.core()?.outage_serials()?;
        let view = |(currency, serial): (skilling_protocol::values::Currency, u32)| OutageView {
            currency: currency.numeric().into(),
            serial,
        };
        Ok(serials.into_iter().map(view).collect())
    }
}
