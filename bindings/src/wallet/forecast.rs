//! The forecast: what can be paid in each currency, until when, and what helps.

use skilling_wallet::forecast;

use super::Wallet;
use crate::CoreError;
use crate::reason::Reason;
use crate::values::{Money, seconds};

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

#[uniffi::export]
impl Wallet {
    /// The forecast of every currency that an allowance or the bundle's policy has. Reads memory, once it has its turn.
    ///
    /// # Errors
    /// `ShutDown`, `PortFailed`.
    pub fn forecast(&self) -> Result<Vec<Forecast>, CoreError> {
        let forecasts = self.on_time()?.forecast()?;
        Ok(forecasts.into_iter().map(forecast_view).collect())
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
