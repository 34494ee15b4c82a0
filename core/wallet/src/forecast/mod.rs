//! Coverage forecast: for how long, and up to what amount, this wallet can still pay with nobody online.
//!
//! Computed from what is held, changing nothing. Two readings: without any outage bulletin, and with the one that is held. What a
//! till knows cannot be seen from here; two of its limits are estimated:
//!
//! - Status lists: a till that has been offline as long as this phone holds lists at least as old as the last thing the phone heard
//!   that a root or an issuer signed. From then on policy 5 counts, and past it payments over policy 2 are declined (rule 21).
//! - Exposure (rule 23) counts shop by shop and is left out.

mod facts;

use std::collections::BTreeSet;

use skilling_protocol::objects::Allowance;
use skilling_protocol::reason::Reason;
use skilling_protocol::values::{Amount, Currency, ObjectId, Time};

use facts::Facts;

use crate::error::WalletError;
use crate::wallet::{Inner, Wallet};

/// What this wallet can pay in one currency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Forecast {
    /// ISO 4217 numeric.
    pub currency: Currency,
    /// When this was computed, by the phone's clock.
    pub at: Time,
    /// If nobody declares an outage.
    pub undeclared: Coverage,
    /// With the outage bulletin that is held, if one is.
    pub declared: Option<Coverage>,
    /// What to do, most urgent first. Empty: nothing for now.
    pub advice: Vec<Advice>,
}

/// How the coverage goes on from now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Coverage {
    /// Stretches of time in order, without gaps, from now until nothing can be paid. Empty: nothing can be paid now.
    pub stretches: Vec<Stretch>,
    /// What ends it, or stands against paying now.
    pub ends_by: End,
}

/// A stretch of time in which the same can be paid, if nothing is spent before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stretch {
    /// Inclusive.
    pub from: Time,
    /// Exclusive.
    pub until: Time,
    /// The most in all.
    pub total: Amount,
    /// The most for one payment.
    pub largest: Amount,
    /// The most payments.
    pub payments: u32,
}

/// What ends the coverage.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum End {
    /// There is no allowance of this currency.
    NoAllowance,
    /// The limit of every allowance is spent.
    Spent,
    /// Every allowance has its number of payments.
    PaymentCount,
    /// The last allowance expires.
    AllowanceExpiry,
    /// The trust bundle expires, or there is none.
    BundleExpiry,
    /// The bank is suspended, or its entry in the bundle ends.
    Issuer,
    /// The scheme has no policy for the currency, or one that the allowances do not meet.
    Policy,
    /// The phone's clock is behind what banks and scheme have signed.
    Clock,
    /// The store was put back to an older state.
    RolledBack,
    /// The key of every allowance is gone.
    KeyGone,
}

/// Something to do, and by when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Advice {
    /// What.
    pub act: Act,
    /// Before this; now, if it is past.
    pub before: Time,
}

/// What helps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Act {
    /// Set the phone's clock: it is earlier than this.
    SetClock {
        /// The latest time that a root or an issuer signed.
        at_least: Time,
    },
    /// Go online: [`Wallet::refresh`] brings a new bundle, or [`Wallet::take_bundle`] one from a file.
    Refresh,
    /// Go online: [`Wallet::sync`]. Past `before`, only small payments may be taken.
    Sync,
    /// Go online: [`Wallet::renew`].
    Renew {
        /// The allowance that ends.
        allowance: ObjectId<Allowance>,
    },
    /// Enrol at a bank, or ask it for an allowance of this currency ([`Wallet::sync`] with a want).
    Want,
}

impl Coverage {
    /// When nothing can be paid any more; `None`: nothing can now.
    #[must_use]
    pub fn until(&self) -> Option<Time> {
        self.stretches.last().map(|stretch| stretch.until)
    }

    /// What can be paid now.
    #[must_use]
    pub fn now(&self) -> Option<&Stretch> {
        self.stretches.first()
    }

    /// Until when payments over `amount` can be made; `None`: they cannot be now.
    #[must_use]
    pub fn until_for(&self, amount: Amount) -> Option<Time> {
        let fits = self.stretches.iter().take_while(|it| it.largest >= amount);
        fits.last().map(|stretch| stretch.until)
    }
}

impl Wallet {
    /// The forecast of every currency that an allowance or the bundle's policy has, ascending.
    ///
    /// # Errors
    /// Only after a panic in another thread.
    pub fn forecast(&self) -> Result<Vec<Forecast>, WalletError> {
        let at = self.now();
        let inner = self.turn()?;
        let held = inner.allowances.iter().map(|held| held.allowance.currency);
        let policies = inner.bundle.iter().flat_map(|bundle| &bundle.policies);
        let currencies: BTreeSet<Currency> = held
            .chain(policies.map(|(currency, _)| *currency))
            .collect();
        let facts = currencies.into_iter().map(|it| inner.facts(it, at));
        Ok(facts.map(|facts| facts.forecast()).collect())
    }
}

impl Inner {
    fn facts(&self, currency: Currency, at: Time) -> Facts<'_> {
        let of_currency = self.allowances.iter();
        Facts {
            currency,
            at,
            high_water_mark: self.high_water_mark,
            bundle: self.bundle.as_deref(),
            outage: self.outages.get(&currency).map(|outage| &**outage),
            held: of_currency
                .filter(|held| held.allowance.currency == currency)
                .collect(),
        }
    }
}

impl End {
    /// The code that a payment would be refused with then: [`Reason::payer`] and [`Reason::action`] are for the person.
    #[must_use]
    pub const fn reason(self) -> Reason {
        match self {
            Self::NoAllowance | Self::KeyGone => Reason::NoAllowance,
            Self::Spent => Reason::OverLimit,
            Self::PaymentCount => Reason::OverCount,
            Self::AllowanceExpiry => Reason::AllowanceExpired,
            Self::BundleExpiry => Reason::TrustExpired,
            Self::Issuer => Reason::IssuerSuspended,
            Self::Policy => Reason::CurrencyMismatch,
            Self::Clock => Reason::HighWaterMark,
            Self::RolledBack => Reason::WalletStorageFailed,
        }
    }
}
