//! The till for apps: `skilling_terminal::Terminal` behind the app's own keys, clock, reader and network.

mod diagnostics;
mod events;
mod online;
mod sale;
mod show;
mod tap;

use std::path::Path;
use std::sync::{Arc, PoisonError, RwLock};

use skilling_terminal as core;

pub use events::{TerminalEvent, TerminalEventKind};
pub use online::{DepositReport, FetchFailure, RenewalResult, TerminalRefreshReport};
pub use sale::{
    Answered, CheckOutcome, CheckView, OpenRequest, Outcome, ReceiptOutcome, Sale, TakenMessage,
};
pub use show::{
    AcceptanceAnswer, AmountCount, CertificateView, DepositState, Headroom, OfflineDetails,
    OfflineStatus, StoredPayment, TerminalTotals,
};
pub use tap::{ReceiptRefusal, Settled, TapControl, TapEnd, TapReport};

use crate::CoreError;
use crate::ports::{HostClock, Patience, TerminalKeys, WallClock, Worker, host_keys};
use crate::values::roots;

/// What a terminal is opened with.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct TerminalConfig {
    /// The store's file; made if it is missing. Never restored from a backup. Several tills of a shop may share it.
    pub store_path: String,
    /// The scheme's pinned root keys, 1 to 3, each P-256 as 33 or 65 bytes.
    pub roots: Vec<Vec<u8>>,
    /// The most that any call of a port may take; for tests. Usually each has its own bound.
    pub port_patience_millis: Option<u32>,
}

/// One till. Safe to call from any thread; calls are put in order inside.
#[derive(uniffi::Object)]
pub struct Terminal {
    core: RwLock<Option<Arc<core::Terminal>>>,
    clock: Arc<HostClock>,
    keys: Arc<dyn TerminalKeys>,
    /// What the app says of them.
    protection: String,
    worker: Arc<Worker>,
    pub(crate) patience: Patience,
    /// For the simulator, which holds the store for a moment.
    pub(crate) store_path: String,
}

#[uniffi::export]
impl Terminal {
    /// Opens or makes the store. Without a `clock` the system's is read. Reads and writes the disk and calls the keys: not for the
    /// main thread.
    ///
    /// # Errors
    /// `Busy`, `Storage`, `PortFailed`, `InvalidArgument`.
    #[uniffi::constructor]
    pub fn open(
        config: TerminalConfig,
        keys: Arc<dyn TerminalKeys>,
        clock: Option<Arc<dyn WallClock>>,
    ) -> Result<Arc<Self>, CoreError> {
        if config.store_path.is_empty() {
            return Err(CoreError::argument("store_path", "none"));
        }
        let patience = Patience::at_most(config.port_patience_millis);
        let clock = HostClock::new(clock);
        clock.check()?;
        let worker = Arc::new(Worker::default());
        let (held, protection) = host_keys(&keys, &worker, patience)?;
        let path = Path::new(&config.store_path);
        let terminal = core::Terminal::open(path, roots(&config.roots)?, held, clock.clone())?;
        Ok(Arc::new(Self {
            core: RwLock::new(Some(Arc::new(terminal))),
            clock,
            keys,
            protection,
            worker,
            patience,
            store_path: config.store_path,
        }))
    }

    /// Leaves the store, as soon as calls under way have ended. Everything after is `ShutDown`. Any thread; short.
    ///
    /// # Errors
    /// None.
    pub fn shut_down(&self) -> Result<(), CoreError> {
        self.core
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        Ok(())
    }
}

impl Terminal {
    pub(crate) fn core(&self) -> Result<Arc<core::Terminal>, CoreError> {
        // The lock is gone before the app's clock is asked.
        let core = self
            .core
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
            .ok_or_else(CoreError::shut_down)?;
        self.clock.check()?;
        Ok(core)
    }
}
