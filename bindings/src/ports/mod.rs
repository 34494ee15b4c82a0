//! What an app gives the core: keys, a vault, a rollback guard, the network, the time, a reader. Foreign traits, each behind an
//! adapter of ours that checks what comes back: lengths, shapes, how long it takes, and that only declared errors are thrown.
//!
//! The contract of each is the one of `skilling_wallet::ports` and `skilling_platform`; [`crate::conformance`] runs an
//! implementation through it. Every method may be called from any thread, MUST NOT call into the wallet or terminal, and returns
//! no bare number or boolean: one that throws what nobody declared would read as 0 in Kotlin.

mod clock;
mod guard;
mod keys;
mod patience;
mod terminal_keys;
mod transceiver;
mod transport;
mod vault;

pub(crate) use clock::HostClock;
pub use clock::{ClockError, ClockReading, WallClock};
pub(crate) use guard::HostGuard;
pub use guard::{GuardMark, KeptMark, RollbackGuard, RollbackGuardError};
pub(crate) use keys::HostKeys;
pub use keys::{
    AttestationKind, AuthorizedOperation, DeviceKeys, DeviceKeysError, DeviceKeysInfo,
    GeneratedDeviceKey, KeyUse, Prompt, PromptPurpose, SignatureBytes,
};
pub(crate) use patience::{Patience, Worker, within};
pub(crate) use terminal_keys::{MOST_TERMINAL_KEYS, host_key, host_keys};
pub use terminal_keys::{TerminalKeyList, TerminalKeys, TerminalKeysError, TerminalPublicKey};
pub(crate) use transceiver::HostTransceiver;
pub use transceiver::{ApduResponse, Transceiver, TransceiverError};
pub(crate) use transport::HostTransport;
pub use transport::{HttpAnswer, HttpCall, HttpMethod, Transport, TransportPortError};
pub(crate) use vault::HostVault;
pub use vault::{KeyVault, KeyVaultError, SealedBytes, SecretBytes};

/// The app's implementations.
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Enum)]
pub enum Port {
    /// [`DeviceKeys`].
    DeviceKeys,
    /// [`KeyVault`].
    KeyVault,
    /// [`RollbackGuard`].
    RollbackGuard,
    /// [`Transport`].
    Transport,
    /// [`WallClock`].
    WallClock,
    /// [`TerminalKeys`].
    TerminalKeys,
    /// [`Transceiver`].
    Transceiver,
}

impl Port {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::DeviceKeys => "device_keys",
            Self::KeyVault => "key_vault",
            Self::RollbackGuard => "rollback_guard",
            Self::Transport => "transport",
            Self::WallClock => "wall_clock",
            Self::TerminalKeys => "terminal_keys",
            Self::Transceiver => "transceiver",
        }
    }

    pub(crate) const fn title(self) -> &'static str {
        match self {
            Self::DeviceKeys => "the app's DeviceKeys",
            Self::KeyVault => "the app's KeyVault",
            Self::RollbackGuard => "the app's RollbackGuard",
            Self::Transport => "the app's Transport",
            Self::WallClock => "the app's WallClock",
            Self::TerminalKeys => "the app's TerminalKeys",
            Self::Transceiver => "the app's Transceiver",
        }
    }
}

/// What an app's implementation did wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Enum)]
pub enum PortProblem {
    /// It reported a fault, with a number of its own: an error of the key store, an OSStatus.
    Fault {
        /// Its number.
        code: i32,
    },
    /// It threw something that it did not declare. What it said is dropped: it may be personal.
    Undeclared,
    /// It gave bytes of a length or shape that cannot be.
    WrongShape,
    /// It did not answer in time. What it still does is ignored.
    TooLate,
    /// It broke its contract in another way.
    ContractBroken,
}

impl PortProblem {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Fault { .. } => "fault",
            Self::Undeclared => "undeclared",
            Self::WrongShape => "wrong_shape",
            Self::TooLate => "too_late",
            Self::ContractBroken => "contract_broken",
        }
    }

    /// Goes through the core as the text of a fault and comes back by [`Self::from_words`].
    pub(crate) fn words(self) -> String {
        match self {
            Self::Fault { code } => format!("{FAULT}{code}"),
            Self::Undeclared => "threw an error that it does not declare".to_owned(),
            Self::WrongShape => "gave bytes of a wrong length or shape".to_owned(),
            Self::TooLate => "did not answer in time".to_owned(),
            Self::ContractBroken => "broke its contract".to_owned(),
        }
    }

    pub(crate) fn from_words(words: &str) -> Self {
        if let Some(code) = words.strip_prefix(FAULT) {
            return Self::Fault {
                code: code.parse().unwrap_or_default(),
            };
        }
        [Self::Undeclared, Self::TooLate, Self::ContractBroken]
            .into_iter()
            .find(|it| it.words() == words)
            // What the core itself says of keys: a signature that is none, or does not verify.
            .unwrap_or(Self::WrongShape)
    }

    pub(crate) const fn action(self) -> &'static str {
        match self {
            Self::Fault { .. } => "Try again; if it stays so, restart the device.",
            Self::TooLate => {
                "Try again; look for a call that waits for the main thread or for a person."
            }
            Self::Undeclared | Self::WrongShape | Self::ContractBroken => {
                "Correct the app's implementation: run it through its contract suite."
            }
        }
    }
}

const FAULT: &str = "reported fault ";
