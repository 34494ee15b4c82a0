//! What can go wrong in a tap, and whether a token may be on its way because of it.

use std::fmt;

use crate::MAX_MESSAGE;
use crate::apdu::{SelectInfoError, StatusWord};

/// The step of a tap that failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Selecting the application.
    Select,
    /// Asking for a payment, or for its repetition.
    Pay,
    /// Giving a receipt.
    Receipt,
    /// Passing on an outage bulletin.
    Carry,
}

impl Step {
    /// The type of the message that this step sends; SELECT sends none.
    pub(crate) fn message_type(self) -> u64 {
        match self {
            Self::Select => u64::MAX,
            Self::Pay => 1,
            Self::Receipt => 3,
            Self::Carry => 8,
        }
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Select => "select",
            Self::Pay => "pay",
            Self::Receipt => "receipt",
            Self::Carry => "carry",
        })
    }
}

/// How far an exchange got before it broke.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Torn {
    /// The command was not sent to its end: the phone has been asked nothing and has answered nothing.
    NotAsked,
    /// The whole command was sent and nothing of the answer came. The phone may have answered.
    NoAnswer,
    /// A part of the answer came.
    PartAnswer,
}

/// Why a tap ended early.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TapError {
    /// The phone left the field. Ask the payer to tap again.
    #[error("the link to the phone was lost at {step}: tap again")]
    LinkLost {
        /// Where.
        step: Step,
        /// How far it had got.
        torn: Torn,
    },
    /// The phone broke off: no status bytes, or a response that ends before its end. Tap again.
    #[error("the phone's response at {step} broke off: tap again")]
    BadResponse {
        /// Where.
        step: Step,
        /// How far it had got.
        torn: Torn,
    },
    /// The response passes the limit of one message.
    #[error("the phone's response at {step} is over {MAX_MESSAGE} bytes")]
    ResponseTooLong {
        /// Where.
        step: Step,
    },
    /// The response is whole, but neither a token nor a refusal.
    #[error("the phone's answer is neither a token nor a refusal")]
    UnreadableAnswer,
    /// `6A82`: the phone has no wallet, or it is not in front. Ask the payer to open it.
    #[error("the phone has no such application, or it is not open")]
    NoApplication,
    /// The select response cannot be read.
    #[error(transparent)]
    SelectInfo(#[from] SelectInfoError),
    /// The phone speaks no version of the protocol that this reader speaks.
    #[error("the phone speaks no version of the protocol known here")]
    UnsupportedVersion,
    /// A status that this step has no use for.
    #[error("the phone answered {status} to {step}")]
    Status {
        /// Where.
        step: Step,
        /// What it answered.
        status: StatusWord,
    },
    /// [`super::Reader::select`] has not succeeded yet. Nothing was sent.
    #[error("select comes first")]
    NotSelected,
    /// Not a message of the type that this step sends. Nothing was sent.
    #[error("not a message that {step} may send")]
    WrongMessage {
        /// Where.
        step: Step,
    },
    /// The message passes [`MAX_MESSAGE`]. Nothing was sent.
    #[error("a message of {0} bytes is over {MAX_MESSAGE}")]
    MessageTooLong(usize),
}

impl TapError {
    /// Whether the phone may have presented a token that did not arrive whole.
    ///
    /// Then the request is remembered durably and sent with P1 = 01 first at the next tap. Protocol section 4
    /// demands it after an incomplete answer; it holds here for an answer of which nothing came, too, because the
    /// reader cannot tell that from a phone that never answered, and because a phone with nothing to repeat says so.
    pub fn must_repeat(&self) -> bool {
        match self {
            Self::LinkLost { step, torn } | Self::BadResponse { step, torn } => {
                *step == Step::Pay && *torn != Torn::NotAsked
            }
            Self::ResponseTooLong { step } => *step == Step::Pay,
            Self::UnreadableAnswer => true,
            _ => false,
        }
    }

    /// How far the exchange got, where it broke rather than was answered.
    pub fn torn(&self) -> Option<Torn> {
        match self {
            Self::LinkLost { torn, .. } | Self::BadResponse { torn, .. } => Some(*torn),
            _ => None,
        }
    }
}
