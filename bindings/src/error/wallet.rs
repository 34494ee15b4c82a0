//! What the wallet says, and the app's keys and guard under it.

use skilling_wallet::WalletError;
use skilling_wallet::ports::{GuardError, KeyError};

use super::make::{busy, info, no_randomness};
use super::{CoreError, Missing, StorageProblem};
use crate::online::CallFailure;
use crate::ports::{Port, PortProblem};

impl From<KeyError> for CoreError {
    fn from(error: KeyError) -> Self {
        match &error {
            KeyError::Fault(text) => Self::port(Port::DeviceKeys, PortProblem::from_words(text)),
            _ => Self::port(Port::DeviceKeys, PortProblem::ContractBroken),
        }
    }
}

impl From<GuardError> for CoreError {
    fn from(error: GuardError) -> Self {
        let problem = match &error {
            GuardError::NotAbove => PortProblem::ContractBroken,
            GuardError::Fault(text) => PortProblem::from_words(text),
        };
        Self::port(Port::RollbackGuard, problem)
    }
}

impl From<WalletError> for CoreError {
    fn from(error: WalletError) -> Self {
        let detail = error.to_string();
        match error {
            WalletError::Refused(reason) => Self::refused(reason),
            WalletError::Malformed(error) => error.into(),
            WalletError::PayerRefused => Self::PayerRefused {
                info: info("wallet.payer_refused", detail, "Nothing is owed."),
            },
            WalletError::LockedOut => Self::LockedOut {
                info: info(
                    "wallet.locked_out",
                    detail,
                    "Ask the payer to unlock the device.",
                ),
            },
            WalletError::NoScreenLock => Self::NoScreenLock {
                info: info(
                    "wallet.no_screen_lock",
                    detail,
                    "Ask the payer to set up a screen lock in the device's settings.",
                ),
            },
            WalletError::KeyGone => Self::KeyGone {
                info: info("wallet.key_gone", detail, "Sync to get a new allowance."),
            },
            WalletError::NotInFront => Self::NotInFront {
                info: info(
                    "wallet.not_in_front",
                    detail,
                    "Call set_in_front(true) while the app is in front on an unlocked phone.",
                ),
            },
            WalletError::AmountNeeded => Self::AmountNeeded {
                info: info("wallet.amount_needed", detail, "Call enter_amount first."),
            },
            WalletError::ConsentPassed => Self::ConsentPassed {
                info: info(
                    "wallet.consent_passed",
                    detail,
                    "Review and ask the payer again.",
                ),
            },
            WalletError::RolledBack => Self::RolledBack {
                info: info("wallet.rolled_back", detail, "Sync."),
            },
            WalletError::NotTrusted => Self::NotTrusted {
                info: info("wallet.not_trusted", detail, "Discard it."),
            },
            WalletError::Outdated => Self::Outdated {
                info: info("wallet.outdated", detail, "Nothing; the newer one stays."),
            },
            WalletError::UnexpectedGrant => Self::UnexpectedGrant {
                info: info(
                    "wallet.unexpected_grant",
                    detail,
                    "Discard it; sync asks for grants.",
                ),
            },
            WalletError::ReceiptFitsNone => Self::ReceiptFitsNone {
                info: info(
                    "wallet.receipt_fits_none",
                    detail,
                    "Tell the payer that it is for another phone or an old payment.",
                ),
            },
            WalletError::NoSuchPayment => Self::missing(Missing::Payment),
            WalletError::NoSuchAllowance => Self::missing(Missing::Allowance),
            WalletError::NoSuchBank => Self::missing(Missing::Bank),
            WalletError::Online(failed) => CallFailure::from(failed).into(),
            WalletError::Busy => busy(),
            WalletError::Storage(error) => error.into(),
            WalletError::Guard(error) => error.into(),
            WalletError::Keys(error) => error.into(),
            WalletError::NoRandomness => no_randomness(),
            _ => Self::storage(
                "wallet.other",
                detail,
                "Update the app.",
                StorageProblem::Failed,
            ),
        }
    }
}
