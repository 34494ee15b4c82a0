//! Diagnostics: fit for a support ticket.

use std::fmt::Write as _;

use skilling_wallet::health::Health;

use super::Wallet;
use crate::CoreError;
use crate::version::library_version;

/// What a support desk needs, and nothing personal: no names, amounts, keys or ids.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct Diagnostics {
    /// One `name: value` a line, in English.
    pub report: String,
}

#[uniffi::export]
impl Wallet {
    /// Versions, schema, counts, key protection, state of clock and guard, redacted. Counts every payment: off the main thread and
    /// not while a till waits.
    ///
    /// # Errors
    /// `Storage`, `ShutDown`, `PortFailed`.
    pub fn diagnostics(&self) -> Result<Diagnostics, CoreError> {
        let health = self.on_time()?.health()?;
        let mut report = String::new();
        let mut line = |name: &str, value: String| {
            let _ = writeln!(report, "{name}: {value}");
        };
        let version = library_version()?;
        line("library", version.library);
        line("wire protocol", version.protocol.to_string());
        line("wallet schema", health.schema.to_string());
        line("key protection", self.protection());
        line("clock", clock(&health).to_owned());
        line("rollback guard", guard(&health).to_owned());
        line("guarded commits", health.guard_counter.to_string());
        line("trust bundle", bundle(&health));
        line("outage bulletins", health.outages.to_string());
        line("banks", health.banks.to_string());
        line("calls without an answer", health.open_calls.to_string());
        for (state, count) in &health.allowances {
            line(
                &format!("allowances {}", crate::error::snake(&format!("{state:?}"))),
                count.to_string(),
            );
        }
        for (stage, count) in &health.payments {
            line(&format!("payments {}", stage.name()), count.to_string());
        }
        line("payments not reported", health.unreported.to_string());
        line("events not acknowledged", health.events.to_string());
        Ok(Diagnostics { report })
    }
}

impl Wallet {
    /// What the app says of its key store, cut to what cannot hold a story.
    fn protection(&self) -> String {
        let plain = |c: &char| c.is_ascii_alphanumeric() || matches!(c, ' ' | '-' | '.');
        let said = &self.keys.info().protection;
        said.chars().filter(plain).take(64).collect()
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

fn bundle(health: &Health) -> String {
    match (health.bundle_version, health.is_bundle_in_force) {
        (0, _) => "none".to_owned(),
        (version, true) => format!("version {version}, in force"),
        (version, false) => format!("version {version}, expired"),
    }
}
