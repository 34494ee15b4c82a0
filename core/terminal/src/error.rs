//! What can go wrong at a till, by what to do about it. A refused payment is no error: it is an outcome.

use skilling_platform::random::NoRandomness;
use skilling_platform::sqlite::{OpenError, is_busy};
use skilling_protocol::error::DecodeError;
use skilling_protocol::fraud::NoProof;
use skilling_protocol::signed::SignError;
use skilling_protocol::status_list::StatusListError;
use skilling_protocol::values::{OutOfBounds, TerminalId};

use crate::keys::KeyFault;

/// Why the terminal could not do what it was asked. Nothing was changed, unless a variant says so.
#[derive(Debug, thiserror::Error)]
pub enum TerminalError {
    /// The store cannot be opened; the inner error says what to do.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// Another till is writing. Try again.
    #[error("another till is using the store; try again")]
    Busy,
    /// The disk is full or faulty. Nothing was said paid; free space or replace the disk, then try again.
    #[error("the store cannot be read or written: {0}")]
    Storage(rusqlite::Error),
    /// Take a trust bundle first: [`crate::Terminal::refresh`] or [`crate::Terminal::take`].
    #[error("there is no trust bundle yet; fetch it first")]
    NoTrustBundle,
    /// No certificate names a key of this till. Take one from the acquirer.
    #[error("there is no merchant certificate for a key of this till")]
    NoCertificate,
    /// The certificate has ended. Renew it, or take a new one from the acquirer.
    #[error("the merchant certificate is not valid now; renew it")]
    CertificateNotValid,
    /// The acquirer's signature on the certificate does not hold, or the acquirer is unknown or suspended.
    #[error("the merchant certificate is signed by no active acquirer of the trust bundle")]
    UnknownAcquirer,
    /// The terminal's clock is wrong (rule 29). Set the time.
    #[error("the clock of this terminal is wrong; set the time")]
    Clock,
    /// The request was made by another till that shares this store. Present the token, or void, there.
    #[error("the request was made by terminal {terminal}; do this there")]
    MadeByAnotherTill {
        /// Terminal id of the certificate that the request was made under.
        terminal: TerminalId,
    },
    /// The terminal key did not sign. Put the card in, unlock it, or call service.
    #[error(transparent)]
    Key(#[from] KeyFault),
    /// The bytes are no message of the kind that was asked for.
    #[error("not a message that can be used here: {0}")]
    Malformed(#[from] DecodeError),
    /// Signed by none of the pinned roots: throw it away.
    #[error("signed by no root that this terminal trusts")]
    UnknownRoot,
    /// A status list that is as if absent.
    #[error("not a usable status list: {0}")]
    StatusList(#[from] StatusListError),
    /// Two tokens that convict nobody.
    #[error("not a proof: {0}")]
    NoProof(#[from] NoProof),
    /// A signature of the acquirer does not hold: keep asking, and tell the acquirer.
    #[error("the answer is not signed by the acquirer of the certificate")]
    BadAnswer,
    /// No such payment in this store.
    #[error("no such payment here")]
    NoSuchPayment,
    /// No such request in this store.
    #[error("no such request here")]
    NoSuchRequest,
    /// Only an accepted payment can be voided; a declined one is final.
    #[error("only an accepted payment can be voided")]
    NotAccepted,
    /// The cashier confirmed another amount than the token's. Show the amount again.
    #[error("the amount confirmed is not the amount of the payment")]
    OtherAmount,
    /// The amount was asked for by the till itself, so there is nothing to confirm. Use [`crate::Terminal::accept`].
    #[error("this payment answers no printed code: its amount needs no confirmation")]
    NotPrinted,
    /// An amount, time or text out of bounds; the inner error says which.
    #[error(transparent)]
    OutOfBounds(#[from] OutOfBounds),
    /// The system has no randomness: stop using this machine.
    #[error(transparent)]
    NoRandomness(#[from] NoRandomness),
}

impl From<rusqlite::Error> for TerminalError {
    fn from(error: rusqlite::Error) -> Self {
        if is_busy(&error) {
            Self::Busy
        } else {
            Self::Storage(error)
        }
    }
}

impl From<SignError<KeyFault>> for TerminalError {
    fn from(error: SignError<KeyFault>) -> Self {
        match error {
            SignError::Object(error) => Self::OutOfBounds(error),
            SignError::Signer(fault) => Self::Key(fault),
        }
    }
}
