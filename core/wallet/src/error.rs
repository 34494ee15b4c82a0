//! The one error of the wallet: each variant is something the app can act on.

use skilling_protocol::error::DecodeError;
use skilling_protocol::reason::Reason;

use crate::ports::{GuardError, KeyError, VaultError};
use crate::store::StoreError;

/// Why the wallet did not do what was asked, and what to do. Holds no names, amounts, keys or message bytes.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WalletError {
    /// A rule refuses the request: show [`Reason::payer`] and [`Reason::action`].
    #[error("refused: {}", .0.payer())]
    Refused(Reason),
    /// The bytes are no message of this protocol, or not the one expected: read or scan again.
    #[error("cannot be read: {0}")]
    Malformed(#[from] DecodeError),
    /// The payer said no. Nothing is owed.
    #[error("the payer refused")]
    PayerRefused,
    /// Ask the payer to unlock the device, then try again.
    #[error("authentication is locked out; unlock the device and try again")]
    LockedOut,
    /// The device has no screen lock: ask the payer to set one up in its settings, then try again.
    #[error("the device has no screen lock; set one up in its settings and try again")]
    NoScreenLock,
    /// The pay key is gone; its allowance no longer pays. Sync to get a new one.
    #[error("the key of this allowance is gone; sync to get a new allowance")]
    KeyGone,
    /// The app must be in front on an unlocked phone ([`crate::Wallet::set_in_front`]).
    #[error("the app must be in front on an unlocked phone")]
    NotInFront,
    /// A static request: let the payer type an amount ([`crate::Wallet::enter_amount`]).
    #[error("the payer must type an amount")]
    AmountNeeded,
    /// More than 60 seconds have passed since the payer agreed, or it was used: show the review again.
    #[error("what was agreed to has passed; ask the payer again")]
    ConsentPassed,
    /// The store was put back to an older state. Nothing signs until a sync brings a new allowance.
    #[error("the wallet's storage was put back to an older state; sync before paying again")]
    RolledBack,
    /// Signed by nobody this wallet trusts. Discard it.
    #[error("signed by nobody this wallet trusts")]
    NotTrusted,
    /// Older than what is held; the newer one stays.
    #[error("older than what is held already")]
    Outdated,
    /// No grant was asked for with this key, or it is held already.
    #[error("this allowance was not asked for here, or is held already")]
    UnexpectedGrant,
    /// A receipt that fits no payment of this wallet that is open.
    #[error("the receipt fits no payment that is open")]
    ReceiptFitsNone,
    /// There is no payment of that id.
    #[error("there is no such payment")]
    NoSuchPayment,
    /// There is no such allowance, or its end is settled.
    #[error("there is no such allowance")]
    NoSuchAllowance,
    /// This phone is not enrolled there: enrol first ([`crate::Wallet::enrol`]).
    #[error("this phone is not enrolled at that bank")]
    NoSuchBank,
    /// A call to a bank brought nothing; it says why and when to try again.
    #[error("{0}")]
    Online(crate::sync::Failed),
    /// Another thread or process uses the wallet or the key hardware: try again in a moment.
    #[error("the wallet is busy; try again")]
    Busy,
    /// The store failed; see what it says.
    #[error(transparent)]
    Storage(StoreError),
    /// The rollback guard failed: no token leaves until it works again.
    #[error(transparent)]
    Guard(#[from] GuardError),
    /// The key hardware failed: try again, then restart the device.
    #[error(transparent)]
    Keys(KeyError),
    /// The operating system gives no random bytes.
    #[error("the operating system gives no random bytes")]
    NoRandomness,
}

impl WalletError {
    /// The code to refuse with, once the payer has acted (protocol section 5).
    #[must_use]
    pub fn reason(&self) -> Reason {
        match self {
            Self::Refused(reason) => *reason,
            Self::Malformed(error) => error.reason(),
            Self::PayerRefused | Self::ConsentPassed | Self::AmountNeeded => Reason::PayerRefused,
            Self::KeyGone => Reason::NoAllowance,
            Self::Busy
            | Self::NotInFront
            | Self::LockedOut
            | Self::NoScreenLock
            | Self::Keys(_) => Reason::WalletBusy,
            _ => Reason::WalletStorageFailed,
        }
    }
}

impl From<StoreError> for WalletError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Busy => Self::Busy,
            other => Self::Storage(other),
        }
    }
}

impl From<VaultError> for WalletError {
    fn from(error: VaultError) -> Self {
        Self::Storage(StoreError::Vault(error))
    }
}

impl From<KeyError> for WalletError {
    fn from(error: KeyError) -> Self {
        match error {
            KeyError::Refused => Self::PayerRefused,
            KeyError::LockedOut => Self::LockedOut,
            KeyError::NoScreenLock => Self::NoScreenLock,
            KeyError::Invalidated | KeyError::NoSuchKey => Self::KeyGone,
            KeyError::Expired => Self::ConsentPassed,
            KeyError::Busy => Self::Busy,
            other => Self::Keys(other),
        }
    }
}
