//! The one error of everything exported: each variant is something that an app can act on, each has a stable code.
//!
//! Nothing in it is personal: no names, amounts, keys, ids of payments or bytes of messages. Codes are stable for ever;
//! `bindings/README.md` lists them.

use skilling_platform::sqlite::OpenError;
use skilling_protocol::error::DecodeError;
use skilling_protocol::reason::Reason as CoreReason;
use skilling_protocol::values::OutOfBounds;
use skilling_terminal::TerminalError;
use skilling_wallet::ports::{GuardError, KeyError, VaultError};
use skilling_wallet::{StoreError, WalletError};

use crate::online::CallFailure;
use crate::ports::{Port, PortProblem};
use crate::reason::Reason;

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

pub(crate) fn info(code: &str, detail: impl Into<String>, action: &str) -> ErrorInfo {
    ErrorInfo {
        code: code.to_owned(),
        detail: detail.into(),
        action: action.to_owned(),
    }
}

const TRY_AGAIN: &str = "Try again in a moment.";
const FAULT_OF_CALLER: &str = "Correct the call.";

impl CoreError {
    /// An argument that cannot be.
    pub(crate) fn argument(argument: &str, why: impl Into<String>) -> Self {
        Self::InvalidArgument {
            info: info(
                "argument.invalid",
                format!("{argument}: {}", why.into()),
                FAULT_OF_CALLER,
            ),
            argument: argument.to_owned(),
        }
    }

    pub(crate) fn bounds(argument: &str) -> impl FnOnce(OutOfBounds) -> Self + '_ {
        move |error| Self::argument(argument, error.to_string())
    }

    pub(crate) fn shut_down() -> Self {
        Self::ShutDown {
            info: info("shut_down", "it was shut down", "Open it again."),
        }
    }

    pub(crate) fn port(port: Port, problem: PortProblem) -> Self {
        Self::PortFailed {
            info: info(
                &format!("port.{}.{}", port.name(), problem.name()),
                format!("{} {}", port.title(), problem.words()),
                problem.action(),
            ),
            port,
            problem,
        }
    }

    pub(crate) fn refused(reason: CoreReason) -> Self {
        Self::Refused {
            info: info(
                &format!("refused.{}", reason.name()),
                reason.developer(),
                reason.action(),
            ),
            reason: reason.into(),
        }
    }

    fn missing(what: Missing) -> Self {
        let (code, detail) = match what {
            Missing::Payment => ("not_found.payment", "there is no such payment"),
            Missing::Request => ("not_found.request", "there is no such request"),
            Missing::Allowance => (
                "not_found.allowance",
                "there is no such allowance, or its end is settled",
            ),
            Missing::Bank => ("not_found.bank", "this phone is not enrolled at that bank"),
        };
        Self::NotFound {
            info: info(code, detail, "Use an id that was listed."),
            what,
        }
    }

    fn storage(
        code: &str,
        detail: impl Into<String>,
        action: &str,
        problem: StorageProblem,
    ) -> Self {
        Self::Storage {
            info: info(code, detail, action),
            problem,
        }
    }

    fn not_ready(code: &str, error: &TerminalError, action: &str, lacks: TillLacks) -> Self {
        Self::TillNotReady {
            info: info(code, error.to_string(), action),
            lacks,
        }
    }

    /// What every error says.
    pub fn info(&self) -> &ErrorInfo {
        match self {
            Self::Refused { info, .. }
            | Self::Malformed { info, .. }
            | Self::PayerRefused { info }
            | Self::LockedOut { info }
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

impl From<DecodeError> for CoreError {
    fn from(error: DecodeError) -> Self {
        Self::Malformed {
            info: info(
                "malformed",
                error.to_string(),
                "Read or scan it again; if it stays so, it is of another system or damaged.",
            ),
            rule: snake(&format!("{:?}", error.rule)),
            offset: u64::try_from(error.offset).unwrap_or(u64::MAX),
        }
    }
}

/// `NotShortest` as `not_shortest`.
pub(crate) fn snake(name: &str) -> String {
    let mut text = String::new();
    for c in name.chars() {
        if c.is_ascii_uppercase() && !text.is_empty() {
            text.push('_');
        }
        text.push(c.to_ascii_lowercase());
    }
    text
}

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

impl From<VaultError> for CoreError {
    fn from(error: VaultError) -> Self {
        match &error {
            VaultError::Locked => Self::storage(
                "storage.vault_locked",
                error.to_string(),
                "Open the wallet again once the device has been unlocked.",
                StorageProblem::VaultLocked,
            ),
            VaultError::CannotOpen => Self::storage(
                "storage.vault_cannot_open",
                error.to_string(),
                "Start a new wallet in another folder and enrol again; the bank gives back what is not spent.",
                StorageProblem::VaultCannotOpen,
            ),
            VaultError::Fault(text) => Self::port(Port::KeyVault, PortProblem::from_words(text)),
        }
    }
}

impl From<OpenError> for CoreError {
    fn from(error: OpenError) -> Self {
        match error {
            OpenError::NewerSchema { found, known } => Self::storage(
                "storage.newer_schema",
                error.to_string(),
                "Update the app.",
                StorageProblem::NewerSchema { found, known },
            ),
            OpenError::SetAside { kept_as } => {
                let name = kept_as.file_name().unwrap_or_default().to_string_lossy();
                Self::storage(
                    "storage.set_aside",
                    "the store cannot be read; it was set aside",
                    "Open again for a new store; keep the old file for support.",
                    StorageProblem::SetAside {
                        file_name: name.into_owned(),
                    },
                )
            }
            OpenError::Busy => busy(),
            OpenError::Storage(error) => database(&error),
        }
    }
}

fn busy() -> CoreError {
    CoreError::Busy {
        info: info("busy", "another thread or process is using it", TRY_AGAIN),
    }
}

/// SQLite's words name tables and files of ours; only the number of the error leaves here.
fn database(error: &rusqlite::Error) -> CoreError {
    use rusqlite::ErrorCode::DiskFull;
    use rusqlite::ffi::SQLITE_IOERR_WRITE;
    let number = error.sqlite_error().map_or(0, |it| it.extended_code);
    // A write that fails for a quota or a limit has another number than one for the disk.
    if error.sqlite_error_code() == Some(DiskFull) || number == SQLITE_IOERR_WRITE {
        return CoreError::storage(
            "storage.full",
            "the disk is full, or takes no more of this app",
            "Free space, shut down, open again; if it stays so, the device's storage is faulty.",
            StorageProblem::Full,
        );
    }
    CoreError::storage(
        "storage.failed",
        format!("the store failed (SQLite error {number})"),
        "Shut down and open again; if it stays so, the device's storage is faulty.",
        StorageProblem::Failed,
    )
}

impl From<StoreError> for CoreError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Busy => busy(),
            StoreError::Open(error) => error.into(),
            StoreError::Vault(error) => error.into(),
            StoreError::Database(error) => database(&error),
            StoreError::Io(error) if error.kind() == std::io::ErrorKind::StorageFull => {
                Self::storage(
                    "storage.full",
                    "the disk is full",
                    "Free space, then open again.",
                    StorageProblem::Full,
                )
            }
            StoreError::Io(error) => Self::storage(
                "storage.failed",
                format!("the folder cannot be used ({:?})", error.kind()),
                "Give a folder of the app's own that can be written.",
                StorageProblem::Failed,
            ),
            StoreError::ReopenNeeded => Self::storage(
                "storage.reopen_needed",
                "a commit failed and nobody knows what reached the disk",
                "Shut down and open again.",
                StorageProblem::ReopenNeeded,
            ),
            StoreError::Seal(skilling_wallet::SealError::NoRandomness) => no_randomness(),
            StoreError::Seal(_) | StoreError::Damaged(_) => Self::storage(
                "storage.damaged",
                "a stored value was changed or moved",
                "Keep the folder for support and start a new wallet in another.",
                StorageProblem::Damaged,
            ),
        }
    }
}

fn no_randomness() -> CoreError {
    CoreError::NoRandomness {
        info: info(
            "no_randomness",
            "the operating system gives no random bytes",
            "Restart the device.",
        ),
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

impl From<TerminalError> for CoreError {
    fn from(error: TerminalError) -> Self {
        let detail = error.to_string();
        match error {
            TerminalError::Open(error) => error.into(),
            TerminalError::Busy => busy(),
            TerminalError::Storage(error) => database(&error),
            TerminalError::NoTrustBundle => Self::not_ready(
                "till.no_trust_bundle",
                &error,
                "Refresh, or take a bundle from a file.",
                TillLacks::TrustBundle,
            ),
            TerminalError::NoCertificate => Self::not_ready(
                "till.no_certificate",
                &error,
                "Take a certificate from the acquirer.",
                TillLacks::Certificate,
            ),
            TerminalError::CertificateNotValid => Self::not_ready(
                "till.certificate_not_valid",
                &error,
                "Renew.",
                TillLacks::ValidCertificate,
            ),
            TerminalError::UnknownAcquirer => Self::not_ready(
                "till.unknown_acquirer",
                &error,
                "Refresh; then ask the acquirer.",
                TillLacks::Acquirer,
            ),
            TerminalError::Clock => {
                Self::not_ready("till.clock", &error, "Set the time.", TillLacks::RightTime)
            }
            TerminalError::MadeByAnotherTill { terminal } => Self::MadeByAnotherTill {
                info: info(
                    "till.made_by_another",
                    "the request was made by another till",
                    "Do this there.",
                ),
                terminal_id: terminal.to_string(),
            },
            TerminalError::Key(_) => Self::port(Port::TerminalKeys, PortProblem::Fault { code: 0 }),
            TerminalError::Malformed(error) => error.into(),
            TerminalError::UnknownRoot => not_trusted("till.unknown_root", detail),
            TerminalError::StatusList(_) => not_trusted("till.status_list", detail),
            TerminalError::NoProof(_) => not_trusted("till.no_proof", detail),
            TerminalError::BadAnswer => not_trusted("till.bad_answer", detail),
            TerminalError::NoSuchPayment => Self::missing(Missing::Payment),
            TerminalError::NoSuchRequest => Self::missing(Missing::Request),
            TerminalError::NotAccepted => Self::NotAccepted {
                info: info("till.not_accepted", detail, "A declined payment is final."),
            },
            TerminalError::OtherAmount => Self::OtherAmount {
                info: info("till.other_amount", detail, "Show the amount again."),
            },
            TerminalError::NotPrinted => Self::NotPrinted {
                info: info("till.not_printed", detail, "Call accept."),
            },
            TerminalError::OutOfBounds(error) => Self::argument(error.what, error.why),
            TerminalError::NoRandomness(_) => no_randomness(),
        }
    }
}

fn not_trusted(code: &str, detail: String) -> CoreError {
    CoreError::NotTrusted {
        info: info(
            code,
            detail,
            "Discard it; if it came from a server, refresh.",
        ),
    }
}
