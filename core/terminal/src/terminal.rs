//! The terminal itself: one handle on one store, with this till's keys, clock and pinned roots.

use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rusqlite::{Connection, Transaction};
use skilling_platform::clock::Clock;
use skilling_protocol::crypto::DefaultVerifier;
use skilling_protocol::objects::{Merchant, Policy};
use skilling_protocol::signed::Verified;
use skilling_protocol::values::{Currency, PublicKey, Time};

use crate::error::TerminalError;
use crate::keys::TerminalKey;
use crate::store::{self, State};
use crate::trust::{Certificate, Trust};

/// By AWS-LC with the feature of that name, else in Rust.
pub(crate) static VERIFIER: DefaultVerifier = DefaultVerifier {};

/// One till. Thread-safe: calls are served one after the other; several tills, threads or processes may share the
/// store file, and each decision sees all earlier ones.
pub struct Terminal {
    inner: Mutex<Inner>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) roots: Vec<PublicKey>,
}

pub(crate) struct Inner {
    pub(crate) connection: Connection,
    pub(crate) trust: Trust,
    pub(crate) keys: Vec<TerminalKey>,
}

/// One transaction with all that a decision looks at.
pub(crate) struct Work<'a> {
    pub(crate) tx: Transaction<'a>,
    pub(crate) state: State,
    pub(crate) trust: &'a Trust,
    pub(crate) keys: &'a [TerminalKey],
    pub(crate) now: Time,
}

impl Terminal {
    /// Opens or creates the store at `path`. `roots` are the scheme's 1 to 3 pinned root keys, `keys` every terminal
    /// key of this till, old ones included ([`crate::keys::load_all`]).
    ///
    /// # Errors
    /// [`TerminalError::Open`].
    pub fn open(
        path: &Path,
        roots: Vec<PublicKey>,
        keys: Vec<TerminalKey>,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, TerminalError> {
        let inner = Inner {
            connection: store::open(path)?,
            trust: Trust::default(),
            keys,
        };
        Ok(Self {
            inner: Mutex::new(inner),
            clock,
            roots,
        })
    }

    /// The random id of the store. Tills that share a store share it; a store that was lost and made anew has another.
    ///
    /// # Errors
    /// The store cannot be read.
    pub fn store_id(&self) -> Result<[u8; 16], TerminalError> {
        Ok(store::store_id(&self.lock().connection)?)
    }

    /// The certificate that new requests are made under: the newest that holds, of those for a key of this till.
    ///
    /// # Errors
    /// [`TerminalError::NoCertificate`], or the store cannot be read.
    pub fn certificate(&self) -> Result<Verified<Merchant>, TerminalError> {
        self.work(|work| Ok(work.current()?.0.merchant.clone()))
    }

    /// The scheme's policy for a currency, for its decimals and bounds; `None` without a bundle, or where it lists none.
    ///
    /// # Errors
    /// The store cannot be read.
    pub fn policy(&self, currency: Currency) -> Result<Option<Policy>, TerminalError> {
        self.work(|work| Ok(work.trust.policy(currency).cloned()))
    }

    /// Since when the terminal is offline: set when a call fails, cleared when one succeeds.
    ///
    /// # Errors
    /// The store cannot be read.
    pub fn offline_since(&self) -> Result<Option<Time>, TerminalError> {
        self.work(|work| Ok(work.state.offline_since))
    }

    /// Declares the terminal offline from now on (or leaves the earlier time), or online, by hand.
    ///
    /// # Errors
    /// The store cannot be written.
    pub fn declare_offline(&self, offline: bool) -> Result<(), TerminalError> {
        self.change(|work| {
            let since = offline.then_some(work.now);
            Ok(store::set_offline_since(&work.tx, since)?)
        })
    }

    /// Gives this till another key, for a certificate that it has or will get.
    pub fn hold_key(&self, key: TerminalKey) {
        let mut inner = self.lock();
        let public = key.public_key();
        if inner.keys.iter().all(|held| held.public_key() != public) {
            inner.keys.push(key);
        }
    }

    pub(crate) fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Runs `job` in a transaction that is rolled back unless the job commits it.
    pub(crate) fn work<T>(
        &self,
        job: impl FnOnce(Work<'_>) -> Result<T, TerminalError>,
    ) -> Result<T, TerminalError> {
        let mut guard = self.lock();
        let Inner {
            connection,
            trust,
            keys,
        } = &mut *guard;
        let tx = store::begin(connection)?;
        // Not before: another till may have held the store for seconds.
        let now = self.clock.now();
        let state = store::state(&tx)?;
        trust.follow(&tx, state.generation, &self.roots)?;
        job(Work {
            tx,
            state,
            trust,
            keys,
            now,
        })
    }

    /// Runs `job` in a transaction and commits it if the job succeeds.
    pub(crate) fn change<T>(
        &self,
        job: impl FnOnce(&Work<'_>) -> Result<T, TerminalError>,
    ) -> Result<T, TerminalError> {
        self.work(|work| {
            let done = job(&work)?;
            work.tx.commit()?;
            Ok(done)
        })
    }
}

impl<'a> Work<'a> {
    /// The certificate to make requests under, and its key.
    pub(crate) fn current(&self) -> Result<(&'a Certificate, &'a TerminalKey), TerminalError> {
        self.trust.current(self.keys, self.now)
    }
}

impl std::fmt::Debug for Terminal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Terminal").finish_non_exhaustive()
    }
}
