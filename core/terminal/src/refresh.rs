//! Fetching trust bundle, status lists and outage bulletins (sync.md).

use skilling_platform::transport::{HttpRequest, Transport};

use crate::error::TerminalError;
use crate::online::{Failed, Problem};
use crate::store;
use crate::take::Taken;
use crate::terminal::Terminal;

const TRUST: &str = "/v1/trust";
const STATUS: &str = "/v1/status/";

/// What a refresh brought.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Refreshed {
    /// What was fetched and holds, new or not.
    pub taken: Vec<Taken>,
    /// Paths that brought nothing, and why. After the first without an answer nothing more was asked.
    pub failed: Vec<(String, Failed)>,
}

impl Refreshed {
    /// Whether everything that was asked for was answered well.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.failed.is_empty()
    }
}

impl Terminal {
    /// Fetches the bundle, the status list of every issuer in it and the outage bulletin of every currency in it. What is
    /// unchanged is not sent again (ETag). The caller waits [`Failed::again_after`] before the next try.
    ///
    /// # Errors
    /// The store's. A server that does not answer is no error: see [`Refreshed::failed`].
    pub async fn refresh(&self, transport: &dyn Transport) -> Result<Refreshed, TerminalError> {
        let mut refreshed = Refreshed::default();
        if !self.fetch(transport, TRUST, &mut refreshed).await? {
            return Ok(refreshed);
        }
        for path in self.paths()? {
            if !self.fetch(transport, &path, &mut refreshed).await? {
                break;
            }
        }
        Ok(refreshed)
    }

    fn paths(&self) -> Result<Vec<String>, TerminalError> {
        self.work(|work| {
            let Some(bundle) = &work.trust.bundle else {
                return Ok(Vec::new());
            };
            let lists = bundle.issuers.iter().filter_map(|issuer| {
                let uri = issuer.status_uri.as_str();
                uri.find(STATUS)
                    .and_then(|at| uri.get(at..))
                    .map(str::to_owned)
            });
            let outages = bundle
                .policies
                .iter()
                .map(|(currency, _)| format!("/v1/outage/{}", currency.numeric()));
            Ok(lists.chain(outages).collect())
        })
    }

    /// False when there is no point in asking for more.
    async fn fetch(
        &self,
        transport: &dyn Transport,
        path: &str,
        refreshed: &mut Refreshed,
    ) -> Result<bool, TerminalError> {
        let etag = self.work(|work| {
            // A bundle of a root that is no longer pinned is as if absent: "unchanged" is no answer then.
            if path == TRUST && work.trust.bundle.is_none() {
                return Ok(None);
            }
            Ok(store::trust::etag(&work.tx, path)?)
        })?;
        let mut request = HttpRequest::get(path);
        request.etag = etag.as_deref();
        let answer = match self.call(transport, request).await? {
            Ok(answer) => answer,
            Err(failed) => {
                refreshed.failed.push((path.to_owned(), failed));
                return Ok(!failed.problem.is_no_answer());
            }
        };
        let problem = match answer.status {
            204 | 304 => return Ok(true),
            200 => match self.take(&answer.body) {
                Ok(taken) => {
                    refreshed.taken.push(taken);
                    self.change(|work| {
                        let etag = answer.etag.as_deref();
                        Ok(store::trust::put_etag(&work.tx, path, etag)?)
                    })?;
                    return Ok(true);
                }
                Err(error @ (TerminalError::Storage(_) | TerminalError::Busy)) => {
                    return Err(error);
                }
                Err(_) => Problem::BadAnswer,
            },
            _ => Problem::of(&answer),
        };
        let failed = self.note_failure(problem, answer.retry_after)?;
        refreshed.failed.push((path.to_owned(), failed));
        Ok(true)
    }
}
