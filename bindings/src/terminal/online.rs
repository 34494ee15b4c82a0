//! The till online: fetching, renewing, depositing.

use std::sync::Arc;

use skilling_terminal as core;
use skilling_terminal::keys::TerminalKey;

use super::Terminal;
use super::sale::TakenMessage;
use crate::CoreError;
use crate::online::CallFailure;
use crate::ports::{
    HostTransport, MOST_TERMINAL_KEYS, Port, PortProblem, Transport, host_key, host_keys,
};
use crate::values::{hex, seconds};

/// A path that brought nothing.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct FetchFailure {
    /// Which.
    pub path: String,
    /// Why.
    pub failure: CallFailure,
}

/// What a refresh brought.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct TerminalRefreshReport {
    /// What was fetched and holds, new or not.
    pub taken: Vec<TakenMessage>,
    /// What was not.
    pub failures: Vec<FetchFailure>,
}

/// What came of a renewal.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Enum)]
pub enum RenewalResult {
    /// The new certificate is in use.
    Until {
        /// Unix seconds, exclusive.
        valid_until: i64,
    },
    /// Nothing changed; the same call is repeated next time.
    Failed {
        /// Why.
        failure: CallFailure,
    },
}

/// What a run of deposits brought, in payments.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct DepositReport {
    /// Paid.
    pub paid: u64,
    /// Given back to the payer.
    pub given_back: u64,
    /// The bank has yet to decide.
    pub pending: u64,
    /// Disputed.
    pub disputed: u64,
    /// Refused for good.
    pub refused: u64,
    /// Of this till's keys, still to be deposited or pending.
    pub still_due: u64,
    /// Why the run ended early, if it did.
    pub failure: Option<CallFailure>,
}

#[uniffi::export]
impl Terminal {
    /// Fetches bundle, status lists and outage bulletins. Off the main thread.
    ///
    /// # Errors
    /// `Storage`. A server that does not answer is no error.
    pub async fn refresh(
        &self,
        transport: Arc<dyn Transport>,
    ) -> Result<TerminalRefreshReport, CoreError> {
        let (core, transport) = (self.core()?, self.host(transport));
        let refreshed = core.refresh(&transport).await?;
        let failures = refreshed
            .failed
            .into_iter()
            .map(|(path, failed)| FetchFailure {
                path,
                failure: failed.into(),
            });
        Ok(TerminalRefreshReport {
            taken: refreshed
                .taken
                .into_iter()
                .map(TakenMessage::from)
                .collect(),
            failures: failures.collect(),
        })
    }

    /// Deposits everything due under every certificate whose key this till holds. Safe at any time. Off the main thread.
    ///
    /// # Errors
    /// `Storage`, `PortFailed`. A server that does not answer is no error.
    pub async fn deposit(&self, transport: Arc<dyn Transport>) -> Result<DepositReport, CoreError> {
        let (core, transport) = (self.core()?, self.host(transport));
        let report = core.deposit(&transport).await?;
        Ok(DepositReport {
            paid: report.paid,
            given_back: report.given_back,
            pending: report.pending,
            disputed: report.disputed,
            refused: report.refused,
            still_due: report.still_due,
            failure: report.failed.map(CallFailure::from),
        })
    }

    /// Whether the certificate should be renewed now: 30 days or less are left. Reads.
    ///
    /// # Errors
    /// `TillNotReady`, `Storage`.
    pub fn is_renewal_due(&self) -> Result<bool, CoreError> {
        Ok(self.core()?.renewal_is_due()?)
    }

    /// Asks the acquirer for the next certificate, under a new key if `with_new_key`; old keys stay. However often it fails, it leaves one
    /// key, which the next call takes. Off the main thread.
    ///
    /// # Errors
    /// `TillNotReady`, `PortFailed`, `Storage`, `InvalidArgument` as [`Self::create_key`].
    pub async fn renew(
        &self,
        transport: Arc<dyn Transport>,
        with_new_key: bool,
    ) -> Result<RenewalResult, CoreError> {
        let (core, transport) = (self.core()?, self.host(transport));
        let key = with_new_key.then(|| self.next_key(&core)).transpose()?;
        Ok(match core.renew(&transport, key).await? {
            core::Renewed::Until(until) => RenewalResult::Until {
                valid_until: seconds(until),
            },
            core::Renewed::Failed(failed) => RenewalResult::Failed {
                failure: failed.into(),
            },
        })
    }

    /// Makes a key for a certificate that an acquirer will give, and holds it; gives its 33 bytes. Every call makes another: note it until
    /// the certificate is there. Calls the keys.
    ///
    /// # Errors
    /// `PortFailed`, `ShutDown`; `InvalidArgument` where there are 64 keys, the most that a till may have.
    pub fn create_key(&self) -> Result<Vec<u8>, CoreError> {
        let core = self.core()?;
        let key = self.make_key()?;
        let public = key.public_key().as_bytes().to_vec();
        core.hold_key(key);
        Ok(public)
    }

    /// Hex of keys that nothing needs any more: not current, everything under them confirmed. Their payments can no longer be
    /// voided once the key is destroyed. Reads.
    ///
    /// # Errors
    /// `Storage`.
    pub fn spent_keys(&self) -> Result<Vec<String>, CoreError> {
        let spent = self.core()?.spent_keys()?;
        Ok(spent.iter().map(|key| hex(key.as_bytes())).collect())
    }
}

impl Terminal {
    fn host(&self, foreign: Arc<dyn Transport>) -> HostTransport {
        HostTransport {
            foreign,
            patience: self.patience,
        }
    }

    /// One that an earlier renewal made and no certificate names, else a new one.
    fn next_key(&self, core: &core::Terminal) -> Result<TerminalKey, CoreError> {
        let waiting = core.uncertified_keys()?;
        let (listed, _) = host_keys(&self.keys, &self.worker, self.patience)?;
        let mut listed = listed.into_iter();
        match listed.find(|key| waiting.contains(&key.public_key())) {
            Some(key) => Ok(key),
            None => self.make_key(),
        }
    }

    fn make_key(&self) -> Result<TerminalKey, CoreError> {
        // With one more the till could not be opened again, and what it holds not be deposited.
        let (listed, _) = host_keys(&self.keys, &self.worker, self.patience)?;
        if listed.len() >= MOST_TERMINAL_KEYS {
            let why = "there are as many as a till may have: destroy those that are spent";
            return Err(CoreError::argument("keys", why));
        }
        let keys = Arc::clone(&self.keys);
        let made = self.worker.call(self.patience.long, move || keys.create());
        let name = made.map_err(|problem| CoreError::port(Port::TerminalKeys, problem))??;
        host_key(&self.keys, &self.worker, self.patience, name)
            .ok_or_else(|| CoreError::port(Port::TerminalKeys, PortProblem::WrongShape))
    }
}
