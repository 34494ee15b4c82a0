//! What an HTTP answer means for a call. No status changes the state of anything: it says only what to send next, and when.

use std::fmt;
use std::time::Duration;

use skilling_platform::transport::{HttpResponse, TransportError};
use skilling_protocol::reason::Reason;

/// Why a call brought nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Problem {
    /// No answer came; whether the call arrived is unknown.
    NoAnswer(TransportError),
    /// The server answered with an error.
    Status {
        /// HTTP status.
        status: u16,
        /// The code of the problem document; see [`Reason::from_code`].
        code: Option<u32>,
    },
    /// The answer cannot be read, is not signed by the bank, or contradicts the call. Refresh the trust bundle: the bank may have
    /// a new key.
    BadAnswer,
}

impl Problem {
    /// The registry's entry, where the server gave a code.
    #[must_use]
    pub fn reason(&self) -> Option<Reason> {
        match self {
            Self::Status { code, .. } => code.and_then(Reason::from_code),
            _ => None,
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self, self.reason()) {
            (_, Some(reason)) => f.write_str(reason.payer()),
            (Self::NoAnswer(error), _) => error.fmt(f),
            (Self::Status { status, .. }, _) => write!(f, "the server answered with {status}"),
            (Self::BadAnswer, _) => {
                f.write_str("the answer is not the bank's; refresh the trust bundle")
            }
        }
    }
}

/// A call that brought nothing, and when to try again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Failed {
    /// What happened.
    pub problem: Problem,
    /// Wait at least this long; it is random already, so that not everybody returns at once. `None`: the same again brings the
    /// same; see [`Self::action`].
    pub again_after: Option<Duration>,
}

impl Failed {
    pub(super) const fn for_good(problem: Problem) -> Self {
        Self {
            problem,
            again_after: None,
        }
    }

    /// What to do.
    #[must_use]
    pub fn action(&self) -> &'static str {
        match (self.problem.reason(), self.again_after) {
            (Some(reason), _) => reason.action(),
            (None, Some(_)) => "Try again later; nothing is lost.",
            (None, None) => "Update the app, then try again.",
        }
    }
}

impl fmt::Display for Failed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.again_after {
            Some(after) => {
                let seconds = after.as_secs().saturating_add(1);
                write!(f, "try again in {seconds} s: {}", self.problem)
            }
            None => self.problem.fmt(f),
        }
    }
}

/// What to do after a call.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Heard {
    /// Its signature decides.
    Answer(Vec<u8>),
    /// Nothing was done, and a new call under a new id may bring more.
    Anew(Problem),
    /// Nothing was done: send less at a time.
    TooLarge(Problem),
    /// Nothing was done, and the same again brings the same.
    Never(Problem),
    /// Perhaps it was done: the same bytes again, not sooner than told.
    Later(Problem, Option<u32>),
}

pub(super) fn hear(answer: Result<HttpResponse, TransportError>) -> Heard {
    let answer = match answer {
        Ok(answer) => answer,
        Err(error) => return Heard::Later(Problem::NoAnswer(error), None),
    };
    if answer.status == 200 {
        return Heard::Answer(answer.body);
    }
    let problem = Problem::Status {
        status: answer.status,
        code: answer.problem_code(),
    };
    // Only what the server itself says in its own words counts as "nothing was done": a gateway's page does not.
    match (answer.status, problem.reason()) {
        (401, Some(Reason::Nonce)) | (409, Some(Reason::IdempotencyReused)) => Heard::Anew(problem),
        (413, Some(Reason::TooLarge)) => Heard::TooLarge(problem),
        (400, Some(Reason::Malformed | Reason::Unsupported))
        | (401, Some(Reason::UnknownLinkKey | Reason::BadCallSignature))
        | (403, Some(Reason::Attestation | Reason::Customer)) => Heard::Never(problem),
        _ => Heard::Later(problem, answer.retry_after),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(status: u16, body: &str) -> Result<HttpResponse, TransportError> {
        Ok(HttpResponse {
            status,
            body: body.as_bytes().to_vec(),
            retry_after: Some(7),
            etag: None,
        })
    }

    #[test]
    fn only_the_servers_own_words_end_a_call() {
        let anew = [(401, 50), (409, 51)];
        let never = [
            (400, 1),
            (400, 2),
            (401, 56),
            (401, 58),
            (403, 52),
            (403, 53),
        ];
        for (status, code) in anew {
            let heard = hear(answer(status, &format!("{{\"code\":{code}}}")));
            assert!(matches!(heard, Heard::Anew(_)), "{status}/{code}");
        }
        for (status, code) in never {
            let heard = hear(answer(status, &format!("{{\"code\":{code}}}")));
            assert!(matches!(heard, Heard::Never(_)), "{status}/{code}");
        }
        for (status, body) in [
            (401, "<html>log in to the hotel's network</html>"),
            (302, ""),
            (404, "{\"code\":56}"),
            (413, "<html>"),
            (429, "{\"code\":55}"),
            (500, ""),
            (503, "{\"code\":50}"),
        ] {
            let heard = hear(answer(status, body));
            assert!(matches!(heard, Heard::Later(_, Some(7))), "{status} {body}");
        }
    }
}
