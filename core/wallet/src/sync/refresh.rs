//! Fetching what the scheme publishes: trust bundle and outage bulletins. Whoever brings them, only a root's signature counts.

use skilling_platform::transport::{HttpRequest, Transport};
use skilling_protocol::values::Currency;

use super::call::later;
use super::problem::{Failed, Problem};
use crate::error::WalletError;
use crate::wallet::Wallet;

const TRUST: &str = "/v1/trust";

/// What a refresh brought.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Refreshed {
    /// A newer bundle is held.
    pub is_bundle_new: bool,
    /// Currencies with a newer outage bulletin.
    pub outages: Vec<Currency>,
    /// Why the rest was not fetched; what was fetched before it is kept.
    pub failed: Option<Failed>,
}

/// One path.
enum Fetched {
    New,
    Unchanged,
    Failed(Failed),
}

impl Wallet {
    /// Fetches the trust bundle and the outage bulletin of every currency in it, from a bank's server or the scheme's. What is
    /// unchanged is not sent again; an older version never replaces a newer one.
    ///
    /// # Errors
    /// Storage. A server that does not answer, or sends what no root signed, is no error: see [`Refreshed::failed`].
    pub async fn refresh(&self, transport: &dyn Transport) -> Result<Refreshed, WalletError> {
        let mut refreshed = Refreshed::default();
        match self.fetch(transport, TRUST, Self::take_bundle).await? {
            Fetched::New => refreshed.is_bundle_new = true,
            Fetched::Unchanged => {}
            Fetched::Failed(failed) => {
                refreshed.failed = Some(failed);
                return Ok(refreshed);
            }
        }
        for currency in self.currencies()? {
            let path = format!("/v1/outage/{}", currency.numeric());
            match self.fetch(transport, &path, Self::take_outage).await? {
                Fetched::New => refreshed.outages.push(currency),
                Fetched::Unchanged => {}
                Fetched::Failed(failed) => {
                    refreshed.failed = Some(failed);
                    return Ok(refreshed);
                }
            }
        }
        Ok(refreshed)
    }

    /// The bundle alone. A bundle that is held already is enough.
    pub(super) async fn fetch_bundle(&self, transport: &dyn Transport) -> Result<(), WalletError> {
        match self.fetch(transport, TRUST, Self::take_bundle).await? {
            Fetched::Failed(failed) if self.bundle_version()? == 0 => {
                Err(WalletError::Online(failed))
            }
            _ => Ok(()),
        }
    }

    fn currencies(&self) -> Result<Vec<Currency>, WalletError> {
        let inner = self.turn()?;
        let policies = inner.bundle.iter().flat_map(|bundle| &bundle.policies);
        Ok(policies.map(|(currency, _)| *currency).collect())
    }

    async fn fetch(
        &self,
        transport: &dyn Transport,
        path: &str,
        take: fn(&Self, &[u8]) -> Result<bool, WalletError>,
    ) -> Result<Fetched, WalletError> {
        let etag = self.turn()?.store.etag(path)?;
        let request = HttpRequest {
            etag: etag.as_deref(),
            ..HttpRequest::get(path)
        };
        let answer = match transport.send(request).await {
            Ok(answer) => answer,
            Err(error) => return Ok(Fetched::Failed(later(0, Problem::NoAnswer(error), None)?)),
        };
        match answer.status {
            204 | 304 => return Ok(Fetched::Unchanged),
            200 => {}
            status => {
                let code = answer.problem_code();
                let problem = Problem::Status { status, code };
                return Ok(Fetched::Failed(later(0, problem, answer.retry_after)?));
            }
        }
        match take(self, &answer.body) {
            Ok(is_new) => {
                let etag = answer.etag.as_deref();
                self.turn()?.store.write(|tx| tx.put_etag(path, etag))?;
                Ok(if is_new {
                    Fetched::New
                } else {
                    Fetched::Unchanged
                })
            }
            // A server that lags behind: what is held stays.
            Err(WalletError::Outdated) => Ok(Fetched::Unchanged),
            Err(WalletError::Malformed(_) | WalletError::NotTrusted) => {
                Ok(Fetched::Failed(later(0, Problem::BadAnswer, None)?))
            }
            Err(error) => Err(error),
        }
    }
}
