//! Diagnostics: fit for a support ticket.

use std::fmt::{Display, Write as _};

/// What a support desk needs, and nothing personal: no names, amounts, keys or ids.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct Diagnostics {
    /// One `name: value` a line, in English.
    pub report: String,
}

/// Line by line.
#[derive(Default)]
pub(crate) struct Report(String);

impl Report {
    pub(crate) fn line(&mut self, name: &str, value: impl Display) {
        let _ = writeln!(self.0, "{name}: {value}");
    }

    pub(crate) fn done(self) -> Diagnostics {
        Diagnostics { report: self.0 }
    }
}

/// What an app says of its key store, cut to what cannot hold a story.
pub(crate) fn plain(said: &str) -> String {
    let plain = |c: &char| c.is_ascii_alphanumeric() || matches!(c, ' ' | '-' | '.');
    said.chars().filter(plain).take(64).collect()
}

pub(crate) fn bundle(version: u32, is_in_force: bool) -> String {
    match (version, is_in_force) {
        (0, _) => "none".to_owned(),
        (version, true) => format!("version {version}, in force"),
        (version, false) => format!("version {version}, expired"),
    }
}
