//! What every call to a server has in common: noting whether the terminal is offline, and when to try again.

use std::time::Duration;

use skilling_platform::retry;
use skilling_platform::transport::{HttpRequest, HttpResponse, Transport, TransportError};

use crate::error::TerminalError;
use crate::store;
use crate::terminal::Terminal;

/// Why a call brought nothing. State changes only on a signed answer, never on these.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Problem {
    /// No answer came. The same bytes are sent again next time.
    NoAnswer(TransportError),
    /// The server answered with an error.
    Status {
        /// HTTP status.
        status: u16,
        /// The code of the problem document, if there is one; see `Reason`.
        code: Option<u32>,
    },
    /// The answer cannot be read, or its signature does not hold.
    BadAnswer,
}

impl Problem {
    pub(crate) fn is_no_answer(self) -> bool {
        matches!(self, Self::NoAnswer(_))
    }

    pub(crate) fn of(answer: &HttpResponse) -> Self {
        Self::Status {
            status: answer.status,
            code: answer.problem_code(),
        }
    }
}

/// A call that failed, and how long to wait before the next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Failed {
    /// What happened.
    pub problem: Problem,
    /// Wait at least this long; it is random already, so that not everybody returns at once.
    pub again_after: Duration,
}

impl Terminal {
    /// One call. The terminal is offline from the first call without an answer until one is answered again; a server
    /// that answers "busy" or fails (429, 5xx) ends no offline time.
    pub(crate) async fn call(
        &self,
        transport: &dyn Transport,
        request: HttpRequest<'_>,
    ) -> Result<Result<HttpResponse, Failed>, TerminalError> {
        match transport.send(request).await {
            Ok(answer) if answer.status == 429 || answer.status >= 500 => {
                let problem = Problem::of(&answer);
                self.note_failure(problem, answer.retry_after).map(Err)
            }
            Ok(answer) => {
                self.note_answer()?;
                Ok(Ok(answer))
            }
            Err(error) => self.note_failure(Problem::NoAnswer(error), None).map(Err),
        }
    }

    fn note_answer(&self) -> Result<(), TerminalError> {
        self.work(|work| {
            if work.state.offline_since.is_none() && work.state.failures == 0 {
                return Ok(());
            }
            store::set_offline_since(&work.tx, None)?;
            store::set_failures(&work.tx, 0)?;
            Ok(work.tx.commit()?)
        })
    }

    pub(crate) fn note_failure(
        &self,
        problem: Problem,
        retry_after: Option<u32>,
    ) -> Result<Failed, TerminalError> {
        self.change(|work| {
            let failures = work.state.failures.saturating_add(1);
            store::set_failures(&work.tx, failures)?;
            if problem.is_no_answer() {
                store::set_offline_since(&work.tx, Some(work.now))?;
            }
            Ok(Failed {
                problem,
                again_after: retry::wait(failures, retry_after)?,
            })
        })
    }
}
