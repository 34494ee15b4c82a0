//! The wallet as one value: opening, and the order of everything that happens inside.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard};
use std::time::Duration;

use skilling_protocol::crypto::DefaultVerifier;
use skilling_protocol::objects::{Outage, TrustBundle};
use skilling_protocol::rules::RequestContext;
use skilling_protocol::signed::Verified;
use skilling_protocol::values::{Currency, PublicKey, Time};

use crate::error::WalletError;
use crate::payment::{Acts, Recent};
use crate::ports::Ports;
use crate::store::{HeldAllowance, Store};
use crate::sync::Wishes;
use crate::tap::Asked;
use crate::{guard, payment, trust};

pub(crate) static VERIFIER: DefaultVerifier = DefaultVerifier {};

/// What a wallet is opened with.
#[derive(Debug, Clone)]
pub struct Config {
    /// The wallet's own folder; made if it is missing.
    pub folder: PathBuf,
    /// The pinned root keys, 1 to 3.
    pub roots: Vec<PublicKey>,
    /// How long to wait for another process to leave the wallet.
    pub patience: Duration,
    /// The most data bytes of one NFC command that this phone takes; 255 where extended commands are not safe to use.
    pub largest_command_data: u32,
}

impl Config {
    /// The usual: five seconds of patience, short commands.
    #[must_use]
    pub fn new(folder: impl Into<PathBuf>, roots: Vec<PublicKey>) -> Self {
        Self {
            folder: folder.into(),
            roots,
            patience: Duration::from_secs(5),
            largest_command_data: 255,
        }
    }
}

/// One person's wallet. `Send` and `Sync`; share it in an `Arc`.
pub struct Wallet {
    pub(crate) config: Config,
    pub(crate) ports: Ports,
    in_front: AtomicBool,
    /// The app has left the front since the last turn.
    has_left: AtomicBool,
    pub(crate) wishes: Wishes,
    inner: Mutex<Inner>,
}

/// What the operations take turns at. Small: nothing here grows with history.
pub(crate) struct Inner {
    pub(crate) store: Store,
    pub(crate) bundle: Option<Verified<TrustBundle>>,
    pub(crate) outages: BTreeMap<Currency, Verified<Outage>>,
    pub(crate) high_water_mark: Time,
    pub(crate) allowances: Vec<HeldAllowance>,
    pub(crate) acts: Acts,
    pub(crate) recent: Recent,
    /// What an NFC reader asks for and the payer has not answered: the newest alone.
    pub(crate) asked: Option<Asked>,
    /// The guard is known to be where the store is.
    pub(crate) is_guarded: bool,
}

impl Wallet {
    /// Opens or makes the wallet in `config.folder`, compares store and rollback guard, and brings every payment that was under
    /// way to a state ([`crate::payment`], On opening). After a rollback the wallet opens, shows everything and signs nothing with the
    /// allowances of before ([`crate::AllowanceState::Lost`]).
    ///
    /// # Errors
    /// [`WalletError::Busy`]: another process has it open. [`WalletError::Storage`]: the store is unreadable (it is then set
    /// aside, never deleted), of a newer version, or its key does not open. [`WalletError::Guard`].
    pub fn open(config: Config, ports: Ports) -> Result<Self, WalletError> {
        let mut store = Store::open(&config.folder, &*ports.vault, config.patience)?;
        guard::reconcile(&mut store, &*ports.guard, ports.clock.now())?;
        let recent = payment::recover(&mut store, ports.clock.now())?;
        let (bundle, outages) = trust::kept(&mut store, &config.roots)?;
        let inner = Inner {
            bundle,
            outages: outages.into_iter().map(|it| (it.currency, it)).collect(),
            high_water_mark: store.high_water_mark()?,
            allowances: store.live_allowances()?,
            acts: Acts::default(),
            recent,
            asked: None,
            is_guarded: true,
            store,
        };
        Ok(Self {
            config,
            ports,
            in_front: AtomicBool::new(false),
            has_left: AtomicBool::new(false),
            wishes: Wishes::default(),
            inner: Mutex::new(inner),
        })
    }

    /// Whether the app is in front on an unlocked phone. False until told; nothing is signed or repeated while it is false.
    /// Leaving ends an arming: it is for the first request since, and nobody knows what was asked meanwhile. Never blocks.
    pub fn set_in_front(&self, in_front: bool) {
        if !in_front {
            self.has_left.store(true, Ordering::SeqCst);
        }
        self.in_front.store(in_front, Ordering::SeqCst);
    }

    pub(crate) fn is_in_front(&self) -> bool {
        self.in_front.load(Ordering::SeqCst)
    }

    pub(crate) fn demand_in_front(&self) -> Result<(), WalletError> {
        if self.is_in_front() {
            Ok(())
        } else {
            Err(WalletError::NotInFront)
        }
    }

    pub(crate) fn now(&self) -> Time {
        self.ports.clock.now()
    }

    /// Takes a turn. After a panic inside a turn nobody knows what memory says: the wallet must be opened again.
    pub(crate) fn turn(&self) -> Result<MutexGuard<'_, Inner>, WalletError> {
        let mut inner = self
            .inner
            .lock()
            .map_err(|_| WalletError::Storage(crate::StoreError::ReopenNeeded))?;
        if self.has_left.swap(false, Ordering::SeqCst) {
            inner.acts.take_arming(self.now());
        }
        Ok(inner)
    }
}

impl std::fmt::Debug for Wallet {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Wallet").finish_non_exhaustive()
    }
}

impl Inner {
    /// What section 5 looks at besides the request.
    pub(crate) fn context(&self, currency: Currency, now: Time) -> RequestContext<'_> {
        RequestContext {
            now,
            high_water_mark: self.high_water_mark,
            bundle: self.bundle.as_ref(),
            outage: self.outages.get(&currency),
        }
    }

    /// Brings the guard to where the store is. Before a commit too: the guard is never two behind.
    pub(crate) fn advance_guard(&mut self, ports: &Ports) -> Result<(), WalletError> {
        if !self.is_guarded {
            ports.guard.advance(&self.store.mark())?;
            self.is_guarded = true;
        }
        Ok(())
    }

    /// One guarded transaction. The caller brings memory up to date and then calls [`Self::advance_guard`].
    pub(crate) fn write_guarded<T>(
        &mut self,
        ports: &Ports,
        event: &[u8],
        change: impl FnOnce(&crate::store::Tx<'_>) -> Result<T, crate::StoreError>,
    ) -> Result<T, WalletError> {
        self.advance_guard(ports)?;
        let done = self.store.write_guarded(event, change)?;
        self.is_guarded = false;
        Ok(done)
    }
}
