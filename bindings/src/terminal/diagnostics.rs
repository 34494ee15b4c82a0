//! Diagnostics of a till: fit for a support ticket.

use skilling_terminal as core;
use skilling_terminal::Health;

use super::Terminal;
use crate::CoreError;
use crate::diagnostics::{Diagnostics, Report, bundle, plain};
use crate::version::library_version;

#[uniffi::export]
impl Terminal {
    /// Versions, schema, counts, key protection, state of clock and setup, redacted. Counts every payment: off the main thread and not
    /// while a customer waits.
    ///
    /// # Errors
    /// `Storage`, `ShutDown`, `PortFailed`.
    pub fn diagnostics(&self) -> Result<Diagnostics, CoreError> {
        let core = self.core()?;
        let health = core.health()?;
        let version = library_version()?;
        let mut report = Report::default();
        report.line("library", version.library);
        report.line("wire protocol", version.protocol);
        report.line("terminal schema", health.schema);
        report.line("key protection", plain(&self.protection));
        report.line("keys", health.keys);
        report.line("clock", clock(&health));
        report.line("setup", setup(&core));
        report.line(
            "trust bundle",
            bundle(health.bundle_version, health.is_bundle_in_force),
        );
        report.line("status lists", health.status_lists);
        report.line("outage bulletins", health.outages);
        report.line("certificates of this till", health.own_certificates);
        report.line("certificates of the store", health.certificates);
        report.line(
            "network",
            if health.is_offline {
                "offline"
            } else {
                "online"
            },
        );
        report.line("calls failed in a row", health.failed_calls);
        report.line("calls without an answer", health.open_calls);
        report.line("requests open", health.open_requests);
        report.line("requests torn", health.torn_requests);
        report.line("payments accepted", health.accepted);
        report.line("payments voided", health.voided);
        report.line("payments declined", health.declined);
        report.line("payments without a receipt", health.unanswered);
        report.line("receipts to deposit", health.to_deposit);
        report.line("fraud proofs", health.proofs);
        report.line("events not acknowledged", health.events);
        report.line("events lost", health.lost_events);
        Ok(report.done())
    }
}

const fn clock(health: &Health) -> &'static str {
    if health.is_clock_right {
        "not behind the bundle and the last acceptance"
    } else {
        "behind the bundle or the last acceptance: set the time"
    }
}

fn setup(core: &core::Terminal) -> String {
    match core.certificate() {
        Ok(_) => "a certificate is held".to_owned(),
        Err(error) => CoreError::from(error).info().code.clone(),
    }
}
