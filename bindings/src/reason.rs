//! The registry of codes: what each means to whom. One registry for wallet, till and server; codes are stable for ever.

use skilling_protocol::reason::Reason as Core;

use crate::CoreError;

/// A code of the registry. [`reason_info`] has its words.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct Reason {
    /// Stable number, as in receipts and refusals.
    pub code: u32,
    /// Stable `snake_case` name; `unknown` for a code of a newer version.
    pub name: String,
}

impl From<Core> for Reason {
    fn from(reason: Core) -> Self {
        Self {
            code: reason.code(),
            name: reason.name().to_owned(),
        }
    }
}

impl Reason {
    /// From the wire, where a newer version may know more.
    pub(crate) fn of_code(code: u32) -> Self {
        Core::from_code(code).map_or_else(
            || Self {
                code,
                name: "unknown".to_owned(),
            },
            Self::from,
        )
    }
}

/// Everything the registry says of a code, in English. Texts name nobody and no amount: they may be shown and logged.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct ReasonInfo {
    /// Stable number.
    pub code: u32,
    /// Stable `snake_case` name.
    pub name: String,
    /// Where it is defined.
    pub section: String,
    /// What a server answers with, if it is the error of a call.
    pub http_status: Option<u32>,
    /// For the person at the till.
    pub cashier: String,
    /// For the person with the phone.
    pub payer: String,
    /// For logs and integrators.
    pub developer: String,
    /// What to do next.
    pub action: String,
}

impl From<Core> for ReasonInfo {
    fn from(reason: Core) -> Self {
        Self {
            code: reason.code(),
            name: reason.name().to_owned(),
            section: reason.section().to_owned(),
            http_status: reason.http_status().map(u32::from),
            cashier: reason.cashier().to_owned(),
            payer: reason.payer().to_owned(),
            developer: reason.developer().to_owned(),
            action: reason.action().to_owned(),
        }
    }
}

/// Every code, ascending. Any thread.
///
/// # Errors
/// None.
#[uniffi::export]
pub fn reasons() -> Result<Vec<ReasonInfo>, CoreError> {
    Ok(Core::all().iter().map(|it| ReasonInfo::from(*it)).collect())
}

/// What a code means; nothing for one of a newer version. Any thread.
///
/// # Errors
/// None.
#[uniffi::export]
pub fn reason_info(code: u32) -> Result<Option<ReasonInfo>, CoreError> {
    Ok(Core::from_code(code).map(ReasonInfo::from))
}

/// What the code of an error ([`crate::ErrorInfo::code`]) of a wallet means to its payer: the reason that a till hears for it
/// (protocol section 5), with words to show; nothing for an error that has none. Any thread.
///
/// # Errors
/// None.
#[uniffi::export]
pub fn wallet_reason(error_code: String) -> Result<Option<ReasonInfo>, CoreError> {
    let code = error_code.as_str();
    let reason = match code {
        "wallet.payer_refused" | "wallet.consent_passed" | "wallet.amount_needed" => {
            Some(Core::PayerRefused)
        }
        "wallet.key_gone" => Some(Core::NoAllowance),
        "busy" | "wallet.not_in_front" | "wallet.locked_out" | "wallet.no_screen_lock" => {
            Some(Core::WalletBusy)
        }
        "wallet.rolled_back" | "no_randomness" => Some(Core::WalletStorageFailed),
        "malformed" | "malformed.text" | "malformed.too_large" => Some(Core::Malformed),
        _ => match code.split_once('.') {
            Some(("refused", name)) => Core::from_name(name),
            Some(("storage", _)) => Some(Core::WalletStorageFailed),
            Some(("port", it)) if it.starts_with("device_keys.") => Some(Core::WalletBusy),
            Some(("port", it))
                if it.starts_with("rollback_guard.") || it.starts_with("key_vault.") =>
            {
                Some(Core::WalletStorageFailed)
            }
            _ => None,
        },
    };
    Ok(reason.map(ReasonInfo::from))
}
