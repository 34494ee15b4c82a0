//! The exit statuses of the command and the one error type that every subcommand ends with.

use std::process::ExitCode;

/// What the exit status says. Ordered: of several messages the worst counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Status {
    /// Well-formed; accepted; the proof holds.
    Good = 0,
    /// Looked at and refused: malformed, declined, no proof.
    Refused = 1,
    /// The call itself is wrong.
    Usage = 2,
    /// A file or the network failed.
    Failed = 3,
    /// A picture without a code, a trace without a message.
    Nothing = 4,
    /// A key or bundle is missing.
    Undecided = 5,
}

impl From<Status> for ExitCode {
    fn from(status: Status) -> Self {
        Self::from(status as u8)
    }
}

/// Why a command stopped: a status and a sentence that says what to do next.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub(crate) struct Failure {
    /// The status to leave with.
    pub(crate) status: Status,
    /// For people; holds nothing raw from a message.
    pub(crate) message: String,
}

impl Failure {
    fn new(status: Status, message: impl Into<String>) -> Self {
        Self {
            status,
            message: message.into(),
        }
    }

    /// The call itself is wrong.
    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Self::new(Status::Usage, message)
    }

    /// A file or the network failed.
    pub(crate) fn file(message: impl Into<String>) -> Self {
        Self::new(Status::Failed, message)
    }

    /// There is nothing to read in it.
    pub(crate) fn nothing(message: impl Into<String>) -> Self {
        Self::new(Status::Nothing, message)
    }

    /// Looked at and refused.
    pub(crate) fn refused(message: impl Into<String>) -> Self {
        Self::new(Status::Refused, message)
    }

    /// A key or bundle is missing.
    pub(crate) fn undecided(message: impl Into<String>) -> Self {
        Self::new(Status::Undecided, message)
    }
}
