//! Calls to servers that brought nothing: what happened, and when to try again.

use std::time::Duration;

use skilling_platform::transport::TransportError;
use skilling_terminal as terminal;
use skilling_wallet::sync as wallet;

use crate::CoreError;
use crate::error::info;
use crate::reason::Reason;

/// What happened to a call.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Enum)]
pub enum CallProblem {
    /// No connection, or it broke, or the transport failed. The same call is repeated later; nothing is lost.
    Unreachable,
    /// No answer in time. The same call is repeated later; nothing is lost.
    TimedOut,
    /// The answer is longer than any answer may be.
    TooLong,
    /// The server answered with an error.
    Status {
        /// HTTP status.
        status: u32,
        /// The server's code of the registry, if it gave one.
        reason: Option<Reason>,
    },
    /// The answer cannot be read, or is not signed by whom it should be: refresh.
    BadAnswer,
}

/// A call that brought nothing.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct CallFailure {
    /// What happened.
    pub problem: CallProblem,
    /// Wait at least this long; random already. `None`: the same again brings the same.
    pub again_after_millis: Option<u64>,
    /// What to do, in English, for developers.
    pub action: String,
}

fn unanswered(error: TransportError) -> CallProblem {
    match error {
        TransportError::Unreachable => CallProblem::Unreachable,
        TransportError::TimedOut => CallProblem::TimedOut,
        TransportError::TooLong => CallProblem::TooLong,
    }
}

fn millis(wait: Duration) -> u64 {
    u64::try_from(wait.as_millis()).unwrap_or(u64::MAX)
}

fn status(status: u16, code: Option<u32>) -> CallProblem {
    CallProblem::Status {
        status: status.into(),
        reason: code.map(Reason::of_code),
    }
}

impl From<wallet::Failed> for CallFailure {
    fn from(failed: wallet::Failed) -> Self {
        let problem = match failed.problem {
            wallet::Problem::NoAnswer(error) => unanswered(error),
            wallet::Problem::Status { status: it, code } => status(it, code),
            wallet::Problem::BadAnswer => CallProblem::BadAnswer,
        };
        Self {
            problem,
            again_after_millis: failed.again_after.map(millis),
            action: failed.action().to_owned(),
        }
    }
}

impl From<terminal::Failed> for CallFailure {
    fn from(failed: terminal::Failed) -> Self {
        let problem = match failed.problem {
            terminal::Problem::NoAnswer(error) => unanswered(error),
            terminal::Problem::Status { status: it, code } => status(it, code),
            terminal::Problem::BadAnswer => CallProblem::BadAnswer,
        };
        Self {
            problem,
            again_after_millis: Some(millis(failed.again_after)),
            action: "Try again later; nothing is lost.".to_owned(),
        }
    }
}

impl From<CallFailure> for CoreError {
    fn from(failure: CallFailure) -> Self {
        let (code, detail) = match &failure.problem {
            CallProblem::Unreachable => (
                "online.unreachable",
                "no connection to the server".to_owned(),
            ),
            CallProblem::TimedOut => (
                "online.timed_out",
                "the server did not answer in time".to_owned(),
            ),
            CallProblem::TooLong => ("online.too_long", "the answer is too long".to_owned()),
            CallProblem::Status { status, .. } => (
                "online.status",
                format!("the server answered with {status}"),
            ),
            CallProblem::BadAnswer => (
                "online.bad_answer",
                "the answer is not the server's".to_owned(),
            ),
        };
        Self::Online {
            info: info(code, detail, &failure.action),
            failure,
        }
    }
}
