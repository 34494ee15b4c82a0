//! Diagnostics of a wallet: fit for a support ticket.

use skilling_wallet::health::Health;

use super::Wallet;
use crate::CoreError;
use crate::diagnostics::{Diagnostics, Report, bundle, plain};
use crate::version::library_version;

#[uniffi::export]
impl Wallet {
    /// Versions, schema, counts, key protection, state of clock and guard, redacted. Counts every payment: off the main thread and
    /// not while a till waits.
    ///
    /// # Errors
    /// `Storage`, `ShutDown`, `PortFailed`.
    pub fn diagnostics(&self) -> Result<Diagnostics, CoreError> {
        let health = self.on_time()?.health()?;
        let version = library_version()?;
        let mut report = Report::default();
        report.line("library", version.library);
        report.line("wire protocol", version.protocol);
        report.line("wallet schema", health.schema);
        report.line("key protection", plain(&self.keys.info().protection));
        report.line("clock", clock(&health));
        report.line("rollback guard", guard(&health));
        report.line("guarded commits", health.guard_counter);
        report.line(
            "trust bundle",
            bundle(health.bundle_version, health.is_bundle_in_force),
        );
        report.line("outage bulletins", health.outages);
        report.line("banks", health.banks);
        report.line("calls without an answer", health.open_calls);
        for (state, count) in &health.allowances {
            let state = crate::error::snake(&format!("{state:?}"));
            report.line(&format!("allowances {state}"), count);
        }
        for (stage, count) in &health.payments {
            report.line(&format!("payments {}", stage.name()), count);
        }
        report.line("payments not reported", health.unreported);
        report.line("events not acknowledged", health.events);
        report.line("events lost", health.lost_events);
        Ok(report.done())
    }
}

const fn clock(health: &Health) -> &'static str {
    if health.is_clock_right {
        "not behind what was signed"
    } else {
        "behind what was signed: set the time"
    }
}

const fn guard(health: &Health) -> &'static str {
    if health.is_guarded {
        "level with the store"
    } else {
        "one behind the store: it failed lately"
    }
}
