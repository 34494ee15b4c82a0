//! The wallet's state for a support desk: versions and counts, nothing that says who paid whom how much.

use crate::error::WalletError;
use crate::payment::Stage;
use crate::store::{AllowanceState, SCHEMA};
use crate::wallet::Wallet;

/// Counts and states. No names, amounts, keys or ids.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Health {
    /// Schema of the store.
    pub schema: usize,
    /// Version of the trust bundle, 0 without one.
    pub bundle_version: u32,
    /// Whether the bundle is in force now, without any extension.
    pub is_bundle_in_force: bool,
    /// Outage bulletins held.
    pub outages: usize,
    /// Whether the clock is at or after the latest time that a root or an issuer signed, give or take five minutes.
    pub is_clock_right: bool,
    /// Banks enrolled at, and those of them with a call that was not answered.
    pub banks: usize,
    /// See `banks`.
    pub open_calls: usize,
    /// Allowances that are held, by state.
    pub allowances: Vec<(AllowanceState, usize)>,
    /// Payments by stage, those with none left out.
    pub payments: Vec<(Stage, u64)>,
    /// Payments that the bank has not answered to.
    pub unreported: u64,
    /// Events that were not acknowledged.
    pub events: u64,
    /// Events that gave way before they were acknowledged.
    pub lost_events: u64,
    /// Guarded commits so far.
    pub guard_counter: u64,
    /// The rollback guard is where the store is.
    pub is_guarded: bool,
}

impl Wallet {
    /// The state of the wallet, for a support desk. Counts every payment: not while a till waits.
    ///
    /// # Errors
    /// Storage.
    pub fn health(&self) -> Result<Health, WalletError> {
        use skilling_protocol::values::Seconds;
        let banks = self.banks()?;
        let now = self.now();
        let inner = self.turn()?;
        let states = [
            AllowanceState::Open,
            AllowanceState::Closed,
            AllowanceState::Lost,
            AllowanceState::KeyGone,
        ];
        let held = states.map(|state| {
            let of_state = inner.allowances.iter().filter(|it| it.state == state);
            (state, of_state.count())
        });
        let bundle = inner.bundle.as_ref();
        let counts = inner.store.counts()?;
        Ok(Health {
            schema: SCHEMA,
            bundle_version: bundle.map_or(0, |it| it.version),
            is_bundle_in_force: bundle.is_some_and(|it| it.is_in_force(now, Seconds(0))),
            outages: inner.outages.len(),
            is_clock_right: now.plus(Seconds(300)) >= inner.high_water_mark,
            open_calls: banks.iter().filter(|it| it.is_call_open).count(),
            banks: banks.len(),
            allowances: held.into_iter().filter(|it| it.1 > 0).collect(),
            payments: counts.by_stage,
            unreported: counts.unreported,
            events: counts.events,
            lost_events: inner.store.lost_events(0)?,
            guard_counter: inner.store.mark().counter,
            is_guarded: inner.is_guarded,
        })
    }
}
