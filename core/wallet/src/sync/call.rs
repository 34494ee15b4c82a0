//! Sending: nonces, signatures of the link key, back-off, and keys that are to be deleted.

use skilling_platform::retry;
use skilling_platform::transport::{HttpRequest, Transport};
use skilling_protocol::cbor::Reader;
use skilling_protocol::objects::TrustBundle;
use skilling_protocol::signed::{Object, Signed, ToBeSigned, Verified};
use skilling_protocol::values::{Nonce, PublicKey, Signature};

use super::problem::{Failed, Heard, Problem, hear};
use crate::error::WalletError;
use crate::ports::{KeyAlias, KeyError};
use crate::store::StoredBank;
use crate::wallet::{Inner, Wallet};

const NONCE: &str = "/v1/nonce";

impl Wallet {
    /// A nonce from the server: single use, ten minutes.
    pub(super) async fn fetch_nonce(
        &self,
        transport: &dyn Transport,
        failures: u32,
    ) -> Result<Nonce, Stop> {
        match hear(transport.send(HttpRequest::post(NONCE, &[])).await) {
            Heard::Answer(body) => Reader::whole(&body, "nonce", |reader| reader.fixed())
                .map(Nonce)
                .or_else(|_| Err(later(failures, Problem::BadAnswer, None)?.into())),
            Heard::Later(problem, after) => Err(later(failures, problem, after)?.into()),
            Heard::Anew(problem) | Heard::TooLarge(problem) | Heard::Never(problem) => {
                Err(Failed::for_good(problem).into())
            }
        }
    }

    /// Signs with a link key: nobody is asked.
    pub(super) async fn sign_with_link<T: Object<Parent = ()>>(
        &self,
        alias: &KeyAlias,
        key: &PublicKey,
        object: T,
    ) -> Result<Signed<T>, WalletError> {
        let fault = |what: &str| WalletError::Keys(KeyError::Fault(what.into()));
        let to_be_signed =
            ToBeSigned::new(object, (), key).map_err(|_| fault("no call to sign"))?;
        let operation = self.ports.keys.authorize(alias, None).await?;
        let raw = self.ports.keys.sign(operation, to_be_signed.bytes())?;
        let signature = Signature::from_bytes(&raw).map_err(|_| fault("no signature came"))?;
        Ok(to_be_signed.attach(signature))
    }

    /// Notes that a call to this bank brought nothing, so that waiting grows across restarts.
    pub(super) fn failed_again(
        &self,
        bank: i64,
        problem: Problem,
        retry_after: Option<u32>,
    ) -> Result<Failed, WalletError> {
        let mut inner = self.turn()?;
        let before = inner.store.bank(bank)?.map_or(0, |bank| bank.failures);
        let failures = before.saturating_add(1);
        inner.store.write(|tx| tx.put_failures(bank, failures))?;
        later(before, problem, retry_after)
    }

    /// Deletes keys that never sign again. One that cannot be deleted now is tried again at the next call.
    pub(super) async fn delete_retired_keys(&self) -> Result<(), WalletError> {
        let retired = self.turn()?.store.retired_keys()?;
        for alias in retired {
            if self.ports.keys.delete(&alias).await.is_ok() {
                self.turn()?.store.write(|tx| tx.key_was_deleted(&alias))?;
            }
        }
        Ok(())
    }
}

/// Why an exchange stopped: something to tell the app as data, or an error of this wallet.
pub(super) enum Stop {
    Failed(Failed),
    Error(WalletError),
}

impl From<Failed> for Stop {
    fn from(failed: Failed) -> Self {
        Self::Failed(failed)
    }
}

impl<E: Into<WalletError>> From<E> for Stop {
    fn from(error: E) -> Self {
        Self::Error(error.into())
    }
}

/// After `failures` earlier ones.
pub(super) fn later(
    failures: u32,
    problem: Problem,
    retry_after: Option<u32>,
) -> Result<Failed, WalletError> {
    let wait = retry::wait(failures.saturating_add(1), retry_after)
        .map_err(|_| WalletError::NoRandomness)?;
    Ok(Failed {
        problem,
        again_after: Some(wait),
    })
}

impl Inner {
    /// Keys under which this bank may answer: the one of its last answer, and every other that the bundle lists under its name.
    /// A suspended bank still answers for what it owes.
    pub(super) fn keys_of(&self, bank: &StoredBank) -> Vec<PublicKey> {
        let listed = || self.bundle.iter().flat_map(|bundle| &bundle.issuers);
        let name = listed()
            .find(|entry| Some(entry.key) == bank.issuer_key)
            .map(|entry| &entry.name);
        let same = listed()
            .filter(|entry| name == Some(&entry.name))
            .map(|entry| entry.key);
        let mut keys: Vec<_> = bank.issuer_key.into_iter().chain(same).collect();
        keys.dedup();
        keys
    }

    /// Every issuer of the bundle.
    pub(super) fn issuer_keys(&self) -> Vec<PublicKey> {
        let issuers = |bundle: &Verified<TrustBundle>| -> Vec<PublicKey> {
            bundle.issuers.iter().map(|entry| entry.key).collect()
        };
        self.bundle.as_ref().map(issuers).unwrap_or_default()
    }
}
