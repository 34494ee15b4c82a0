//! The till's state for a support desk: versions and counts, nothing that says who paid whom how much.

use skilling_protocol::rules::terminal_clock_holds;

use crate::error::TerminalError;
use crate::store::counts::{self, Counts};
use crate::store::{self, SCHEMA};
use crate::terminal::Terminal;

/// Counts and states. No names, amounts, keys or ids.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Health {
    /// Schema of the store.
    pub schema: usize,
    /// Version of the trust bundle, 0 without one.
    pub bundle_version: u32,
    /// Whether the bundle is in force now, without any extension.
    pub is_bundle_in_force: bool,
    /// Status lists held.
    pub status_lists: usize,
    /// Outage bulletins held.
    pub outages: usize,
    /// Whether the clock passes rule 29: neither before the bundle was issued nor behind the last acceptance.
    pub is_clock_right: bool,
    /// Keys that this till holds.
    pub keys: usize,
    /// Certificates of the store, and those of them whose key this till holds.
    pub certificates: usize,
    /// See `certificates`.
    pub own_certificates: usize,
    /// Offline, declared by hand or because a call failed.
    pub is_offline: bool,
    /// Calls in a row that were not answered.
    pub failed_calls: u32,
    /// Requests that can still be paid.
    pub open_requests: u64,
    /// Requests whose answer may be on its way.
    pub torn_requests: u64,
    /// Payments by what their latest receipt says: accepted, voided, declined, none.
    pub accepted: u64,
    /// See `accepted`.
    pub voided: u64,
    /// See `accepted`.
    pub declined: u64,
    /// See `accepted`: kept as evidence alone.
    pub unanswered: u64,
    /// Receipts that the acquirer has not confirmed.
    pub to_deposit: u64,
    /// Deposits and renewals that wait for their answer.
    pub open_calls: u64,
    /// Fraud proofs held.
    pub proofs: u64,
    /// Events that were not acknowledged.
    pub events: u64,
    /// Events that gave way before they were acknowledged.
    pub lost_events: u64,
}

impl Terminal {
    /// The state of the till and its store, for a support desk. Counts every payment: not while a customer waits.
    ///
    /// # Errors
    /// The store cannot be read.
    pub fn health(&self) -> Result<Health, TerminalError> {
        self.work(|work| {
            let (trust, state, now) = (work.trust, work.state, work.now);
            let bundle = trust.bundle.as_ref();
            let Counts {
                accepted,
                voided,
                declined,
                unanswered,
                to_deposit,
                torn_requests,
                open_calls,
                proofs,
                events,
            } = counts::read(&work.tx)?;
            let open_requests = store::requests::open(&work.tx, now)?.len();
            Ok(Health {
                schema: SCHEMA,
                bundle_version: bundle.map_or(0, |it| it.version),
                is_bundle_in_force: bundle
                    .is_some_and(|it| it.is_in_force(now, skilling_protocol::values::Seconds(0))),
                status_lists: trust.status_lists.len(),
                outages: trust.outages.len(),
                is_clock_right: terminal_clock_holds(now, bundle, state.last_acceptance),
                keys: work.keys.len(),
                certificates: trust.certificates.len(),
                own_certificates: trust.held(work.keys).count(),
                is_offline: state.offline_since.is_some(),
                failed_calls: state.failures,
                open_requests: u64::try_from(open_requests).unwrap_or(u64::MAX),
                torn_requests,
                accepted,
                voided,
                declined,
                unanswered,
                to_deposit,
                open_calls,
                proofs,
                events,
                lost_events: store::events::lost(&work.tx, 0)?,
            })
        })
    }
}
