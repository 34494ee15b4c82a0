//! The one error of everything exported: each variant is something that an app can act on, each has a stable code.
//!
//! Nothing in it is personal: no names, amounts, keys, ids of payments or bytes of messages. Codes are stable for ever;
//! `bindings/README.md` lists them.

mod make;
mod storage;
mod terminal;
mod wallet;

use crate::online::CallFailure;
use crate::ports::{Port, PortProblem};
use crate::reason::Reason;

pub(crate) use make::{info, snake};

/// What every error says.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct ErrorInfo {
    /// Stable and unique, such as `wallet.key_gone`: for logs, support and `when`.
    pub code: String,
    /// What happened, in English, for developers. Never for payers: show [`crate::reason_info`]'s words or your own.
    pub detail: String,
    /// What to do next, in English, for developers.
    pub action: String,
}

/// What a store could not do.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Enum)]
pub enum StorageProblem {
    /// The disk is full: free space, then try again. Nothing was paid.
    Full,
    /// Written by a newer version of the app: update.
    NewerSchema {
        /// Schema of the file.
        found: i64,
        /// Newest schema known here.
        known: i64,
    },
    /// It cannot be read; it was set aside under this name in the same folder, and nothing was deleted. Opening again makes a new one.
    SetAside {
        /// The file's name.
        file_name: String,
    },
    /// The vault cannot open the store's key now: the device has not been unlocked since it started.
    VaultLocked,
    /// The store's key is gone or was sealed on another device: this store cannot be read any more.
    VaultCannotOpen,
    /// A commit failed and nobody knows what reached the disk: shut down and open again.
    ReopenNeeded,
    /// A stored value was changed by somebody else.
    Damaged,
    /// Reading or writing failed.
    Failed,
}

/// What was not there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Enum)]
pub enum Missing {
    /// A payment of that id.
    Payment,
    /// A request of that id.
    Request,
    /// An allowance of that id that is still held.
    Allowance,
    /// A bank with that number.
    Bank,
}

/// What a till lacks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Enum)]
pub enum TillLacks {
    /// A trust bundle: refresh.
    TrustBundle,
    /// A certificate for a key of this till: take one from the acquirer.
    Certificate,
    /// A certificate that is valid now: renew.
    ValidCertificate,
    /// An active acquirer of the bundle that signed the certificate.
    Acquirer,
    /// The right time: set the clock.
    RightTime,
}

/// Why something was not done. Nothing was changed unless a variant says so.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, uniffi::Error)]
#[allow(
    missing_docs,
    reason = "`info` is the same in every variant: see `ErrorInfo`"
)]
pub enum CoreError {
    /// A rule refuses the request. Show the words of `reason`.
    #[error("{}: {}", info.code, info.detail)]
    Refused { info: ErrorInfo, reason: Reason },
    /// The bytes are no message of this protocol, or not the one expected: read or scan again.
    #[error("{}: {}", info.code, info.detail)]
    Malformed {
        info: ErrorInfo,
        /// The rule that is broken, such as `truncated`.
        rule: String,
        /// At which byte.
        offset: u64,
    },
    /// The payer said no. Nothing is owed.
    #[error("{}: {}", info.code, info.detail)]
    PayerRefused { info: ErrorInfo },
    /// Too many failed attempts: ask the payer to unlock the device.
    #[error("{}: {}", info.code, info.detail)]
    LockedOut { info: ErrorInfo },
    /// The device has no screen lock (on iPhones: no passcode): ask the payer to set one up.
    #[error("{}: {}", info.code, info.detail)]
    NoScreenLock { info: ErrorInfo },
    /// The pay key is gone: its allowance pays no more. Sync.
    #[error("{}: {}", info.code, info.detail)]
    KeyGone { info: ErrorInfo },
    /// The app is not in front on an unlocked phone, or the wallet was not told.
    #[error("{}: {}", info.code, info.detail)]
    NotInFront { info: ErrorInfo },
    /// A printed code: let the payer type an amount.
    #[error("{}: {}", info.code, info.detail)]
    AmountNeeded { info: ErrorInfo },
    /// What the payer agreed to has passed or was used: show the review again.
    #[error("{}: {}", info.code, info.detail)]
    ConsentPassed { info: ErrorInfo },
    /// The store was put back to an older state: nothing signs until a sync.
    #[error("{}: {}", info.code, info.detail)]
    RolledBack { info: ErrorInfo },
    /// Signed by nobody that is trusted here. Discard it.
    #[error("{}: {}", info.code, info.detail)]
    NotTrusted { info: ErrorInfo },
    /// Older than what is held.
    #[error("{}: {}", info.code, info.detail)]
    Outdated { info: ErrorInfo },
    /// No grant was asked for with this key, or it is held already.
    #[error("{}: {}", info.code, info.detail)]
    UnexpectedGrant { info: ErrorInfo },
    /// The receipt fits no payment that is open.
    #[error("{}: {}", info.code, info.detail)]
    ReceiptFitsNone { info: ErrorInfo },
    /// There is none of that id.
    #[error("{}: {}", info.code, info.detail)]
    NotFound { info: ErrorInfo, what: Missing },
    /// A call to a server brought nothing.
    #[error("{}: {}", info.code, info.detail)]
    Online {
        info: ErrorInfo,
        failure: CallFailure,
    },
    /// Another thread or process is using it: try again in a moment.
    #[error("{}: {}", info.code, info.detail)]
    Busy { info: ErrorInfo },
    /// The store failed.
    #[error("{}: {}", info.code, info.detail)]
    Storage {
        info: ErrorInfo,
        problem: StorageProblem,
    },
    /// The app's own implementation of a port failed, threw something undeclared, answered wrongly or too late.
    #[error("{}: {}", info.code, info.detail)]
    PortFailed {
        info: ErrorInfo,
        port: Port,
        problem: PortProblem,
    },
    /// The operating system gives no random bytes.
    #[error("{}: {}", info.code, info.detail)]
    NoRandomness { info: ErrorInfo },
    /// An argument is out of bounds: a fault of the caller.
    #[error("{}: {}", info.code, info.detail)]
    InvalidArgument {
        info: ErrorInfo,
        /// Which.
        argument: String,
    },
    /// The wallet or terminal was shut down.
    #[error("{}: {}", info.code, info.detail)]
    ShutDown { info: ErrorInfo },
    /// The till lacks something before it can do this.
    #[error("{}: {}", info.code, info.detail)]
    TillNotReady { info: ErrorInfo, lacks: TillLacks },
    /// The request was made by another till of the shop: do this there.
    #[error("{}: {}", info.code, info.detail)]
    MadeByAnotherTill {
        info: ErrorInfo,
        /// Hex.
        terminal_id: String,
    },
    /// Only an accepted payment can be voided.
    #[error("{}: {}", info.code, info.detail)]
    NotAccepted { info: ErrorInfo },
    /// The amount confirmed is not the payment's: show it again.
    #[error("{}: {}", info.code, info.detail)]
    OtherAmount { info: ErrorInfo },
    /// The payment answers no printed code: there is nothing to confirm.
    #[error("{}: {}", info.code, info.detail)]
    NotPrinted { info: ErrorInfo },
    /// This library and the package that calls it are of versions that do not fit.
    #[error("{}: {}", info.code, info.detail)]
    VersionMismatch {
        info: ErrorInfo,
        /// Of the Kotlin or Swift package.
        package: String,
        /// Of this library.
        library: String,
    },
}

impl CoreError {
    /// What every error says.
    pub fn info(&self) -> &ErrorInfo {
        match self {
            Self::Refused { info, .. }
            | Self::Malformed { info, .. }
            | Self::PayerRefused { info }
            | Self::LockedOut { info }
            | Self::NoScreenLock { info }
            | Self::KeyGone { info }
            | Self::NotInFront { info }
            | Self::AmountNeeded { info }
            | Self::ConsentPassed { info }
            | Self::RolledBack { info }
            | Self::NotTrusted { info }
            | Self::Outdated { info }
            | Self::UnexpectedGrant { info }
            | Self::ReceiptFitsNone { info }
            | Self::NotFound { info, .. }
            | Self::Online { info, .. }
            | Self::Busy { info }
            | Self::Storage { info, .. }
            | Self::PortFailed { info, .. }
            | Self::NoRandomness { info }
            | Self::InvalidArgument { info, .. }
            | Self::ShutDown { info }
            | Self::TillNotReady { info, .. }
            | Self::MadeByAnotherTill { info, .. }
            | Self::NotAccepted { info }
            | Self::OtherAmount { info }
            | Self::NotPrinted { info }
            | Self::VersionMismatch { info, .. } => info,
        }
    }
}
