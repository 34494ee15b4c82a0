//! Making errors: code, words and advice of what several parts of the core have in common.

use skilling_protocol::error::DecodeError;
use skilling_protocol::reason::Reason as CoreReason;
use skilling_protocol::values::OutOfBounds;
use skilling_terminal::TerminalError;

use super::{CoreError, ErrorInfo, Missing, StorageProblem, TillLacks};
use crate::ports::{Port, PortProblem};

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

    pub(super) fn missing(what: Missing) -> Self {
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

    pub(super) fn storage(
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

    pub(super) fn not_ready(
        code: &str,
        error: &TerminalError,
        action: &str,
        lacks: TillLacks,
    ) -> Self {
        Self::TillNotReady {
            info: info(code, error.to_string(), action),
            lacks,
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

pub(super) fn busy() -> CoreError {
    CoreError::Busy {
        info: info(
            "busy",
            "another thread or process is using it, or the key hardware",
            TRY_AGAIN,
        ),
    }
}

pub(super) fn no_randomness() -> CoreError {
    CoreError::NoRandomness {
        info: info(
            "no_randomness",
            "the operating system gives no random bytes",
            "Restart the device.",
        ),
    }
}
