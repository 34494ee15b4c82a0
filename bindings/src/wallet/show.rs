//! What the wallet shows: allowances, history, forecast, trust.

use skilling_protocol::objects::{Outcome, PaymentState};
use skilling_wallet as core;
use skilling_wallet::{forecast, history};

use super::{Stage, Wallet};
use crate::CoreError;
use crate::reason::Reason;
use crate::values::{Money, currency, hex, id, seconds, time};

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

/// What is looked for. Everything `None`: all of it.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct HistorySearch {
    /// Unix seconds, inclusive.
    pub from: Option<i64>,
    /// Unix seconds, exclusive.
    pub until: Option<i64>,
    /// Part of the merchant's name, in any case.
    pub merchant: Option<String>,
    /// Where the wallet has it.
    pub stage: Option<Stage>,
    /// What the bank last said.
    pub bank: Option<BankState>,
}

/// Where a page ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Record)]
pub struct HistoryCursor {
    /// Means nothing outside.
    pub time: i64,
    /// Means nothing outside.
    pub row: i64,
}

/// One payment.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct HistoryEntry {
    /// Of the payment.
    pub payment_id: String,
    /// By the phone's clock, Unix seconds.
    pub time: i64,
    /// What was paid.
    pub amount: Money,
    /// The merchant's name with the place.
    pub merchant: String,
    /// The till's number for it.
    pub reference: Option<String>,
    /// Where the wallet has it.
    pub stage: Stage,
    /// What the bank last said.
    pub bank: Option<BankState>,
}

/// A page of the history.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct HistoryPage {
    /// Newest first; may be fewer than asked for, even none, while there are more.
    pub entries: Vec<HistoryEntry>,
    /// Hand this in for the next page; `None`: that was all.
    pub next: Option<HistoryCursor>,
}

/// What happened to a payment.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Enum)]
pub enum MomentKind {
    /// The phone signed it.
    Signed,
    /// The till accepted it.
    Accepted,
    /// The till took it back.
    Voided,
    /// The till refused it.
    Declined {
        /// Why.
        reason: Reason,
    },
    /// The bank said this of it.
    Bank {
        /// What.
        state: BankState,
    },
}

/// Something that happened to a payment.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct Moment {
    /// By the clock of whoever says it, Unix seconds.
    pub time: i64,
    /// What.
    pub kind: MomentKind,
}

/// A stretch of time in which the same can be paid, if nothing is spent before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Record)]
pub struct Stretch {
    /// Unix seconds, inclusive.
    pub from: i64,
    /// Unix seconds, exclusive.
    pub until: i64,
    /// The most in all.
    pub total: Money,
    /// The most for one payment.
    pub largest: Money,
    /// The most payments.
    pub payments: u32,
}

/// What ends the coverage, or stands against paying now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Enum)]
pub enum CoverageEnd {
    /// There is no allowance of this currency.
    NoAllowance,
    /// Every limit is spent.
    Spent,
    /// Every allowance has its number of payments.
    PaymentCount,
    /// The last allowance expires.
    AllowanceExpiry,
    /// The trust bundle expires, or there is none.
    BundleExpiry,
    /// The bank is suspended, or its entry ends.
    Issuer,
    /// The scheme has no policy for the currency, or one that the allowances do not meet.
    Policy,
    /// The phone's clock is behind.
    Clock,
    /// The store was put back to an older state.
    RolledBack,
    /// The key of every allowance is gone.
    KeyGone,
}

/// How the coverage goes on from now.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct Coverage {
    /// In order, without gaps. Empty: nothing can be paid now.
    pub stretches: Vec<Stretch>,
    /// What ends it.
    pub ends_by: CoverageEnd,
    /// The code that a payment would be refused with then: its words are for the person.
    pub reason: Reason,
}

/// What helps.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Enum)]
pub enum AdviceAct {
    /// Set the phone's clock.
    SetClock {
        /// It is earlier than this, Unix seconds.
        at_least: i64,
    },
    /// Refresh.
    Refresh,
    /// Sync.
    Sync,
    /// Renew.
    Renew {
        /// The allowance that ends.
        allowance_id: String,
    },
    /// Enrol, or ask the bank for an allowance.
    Want,
}

/// Something to do, and by when.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct Advice {
    /// What.
    pub act: AdviceAct,
    /// Unix seconds; now, if it is past.
    pub before: i64,
}

/// What this wallet can pay in one currency.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct Forecast {
    /// ISO 4217 numeric.
    pub currency: u32,
    /// When this was computed, Unix seconds.
    pub at: i64,
    /// If nobody declares an outage.
    pub undeclared: Coverage,
    /// With the outage bulletin that is held, if one is.
    pub declared: Option<Coverage>,
    /// Most urgent first. Empty: nothing for now.
    pub advice: Vec<Advice>,
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

    /// A page of at most `most` payments (1 to 200), newest first, after the page that ended at `after`. Reads: a page costs the same
    /// however long the history is.
    ///
    /// # Errors
    /// `InvalidArgument`, `Storage`.
    pub fn history(
        &self,
        search: HistorySearch,
        after: Option<HistoryCursor>,
        most: u32,
    ) -> Result<HistoryPage, CoreError> {
        let moment = |at: Option<i64>, name: &str| at.map(|at| time(at, name)).transpose();
        let search = history::Search {
            from: moment(search.from, "from")?,
            until: moment(search.until, "until")?,
            merchant: search.merchant,
            stage: search.stage.map(Into::into),
            bank: search.bank.map(Into::into),
        };
        let after = after.map(|it| history::PageEnd::from_parts(it.time, it.row));
        let page = self.core()?.history(&search, after, most)?;
        let next = page.next.map(history::PageEnd::parts);
        Ok(HistoryPage {
            entries: page.entries.into_iter().map(entry).collect(),
            next: next.map(|(time, row)| HistoryCursor { time, row }),
        })
    }

    /// Everything that happened to one payment, oldest first. Reads.
    ///
    /// # Errors
    /// `NotFound`, `InvalidArgument`, `Storage`.
    pub fn timeline(&self, payment_id: String) -> Result<Vec<Moment>, CoreError> {
        let payment = id(&payment_id, "payment_id")?;
        let moments = self.core()?.timeline(&payment)?;
        Ok(moments.into_iter().map(moment).collect())
    }

    /// The forecast of every currency that an allowance or the bundle's policy has. Reads memory, once it has its turn.
    ///
    /// # Errors
    /// `ShutDown`, `PortFailed`.
    pub fn forecast(&self) -> Result<Vec<Forecast>, CoreError> {
        let forecasts = self.on_time()?.forecast()?;
        Ok(forecasts.into_iter().map(forecast_view).collect())
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

fn entry(it: history::Entry) -> HistoryEntry {
    HistoryEntry {
        payment_id: it.id.to_string(),
        time: seconds(it.time),
        amount: Money::of(it.amount, it.currency),
        merchant: it.merchant,
        reference: it.reference,
        stage: it.stage.into(),
        bank: it.bank.map(Into::into),
    }
}

fn moment(it: history::Moment) -> Moment {
    let kind = match it.event {
        history::Event::Signed => MomentKind::Signed,
        history::Event::Receipt(Outcome::Accepted) => MomentKind::Accepted,
        history::Event::Receipt(Outcome::Voided) => MomentKind::Voided,
        history::Event::Receipt(Outcome::Declined { code }) => MomentKind::Declined {
            reason: Reason::of_code(code),
        },
        history::Event::Bank(state) => MomentKind::Bank {
            state: state.into(),
        },
    };
    Moment {
        time: seconds(it.time),
        kind,
    }
}

fn forecast_view(it: forecast::Forecast) -> Forecast {
    let coverage = |it: &forecast::Coverage, currency| Coverage {
        stretches: it
            .stretches
            .iter()
            .map(|stretch| Stretch {
                from: seconds(stretch.from),
                until: seconds(stretch.until),
                total: Money::of(stretch.total, currency),
                largest: Money::of(stretch.largest, currency),
                payments: stretch.payments,
            })
            .collect(),
        ends_by: end(it.ends_by),
        reason: it.ends_by.reason().into(),
    };
    let advice = it.advice.iter().map(|advice| Advice {
        act: act(advice.act),
        before: seconds(advice.before),
    });
    Forecast {
        currency: it.currency.numeric().into(),
        at: seconds(it.at),
        undeclared: coverage(&it.undeclared, it.currency),
        declared: it.declared.as_ref().map(|it_| coverage(it_, it.currency)),
        advice: advice.collect(),
    }
}

fn end(end: forecast::End) -> CoverageEnd {
    match end {
        forecast::End::NoAllowance => CoverageEnd::NoAllowance,
        forecast::End::Spent => CoverageEnd::Spent,
        forecast::End::PaymentCount => CoverageEnd::PaymentCount,
        forecast::End::AllowanceExpiry => CoverageEnd::AllowanceExpiry,
        forecast::End::BundleExpiry => CoverageEnd::BundleExpiry,
        forecast::End::Issuer => CoverageEnd::Issuer,
        forecast::End::Policy => CoverageEnd::Policy,
        forecast::End::Clock => CoverageEnd::Clock,
        forecast::End::RolledBack => CoverageEnd::RolledBack,
        forecast::End::KeyGone => CoverageEnd::KeyGone,
    }
}

fn act(act: forecast::Act) -> AdviceAct {
    match act {
        forecast::Act::SetClock { at_least } => AdviceAct::SetClock {
            at_least: seconds(at_least),
        },
        forecast::Act::Refresh => AdviceAct::Refresh,
        forecast::Act::Sync => AdviceAct::Sync,
        forecast::Act::Renew { allowance } => AdviceAct::Renew {
            allowance_id: allowance.to_string(),
        },
        forecast::Act::Want => AdviceAct::Want,
    }
}
