//! The wallet for apps: `skilling_wallet::Wallet` behind the app's own ports.

mod diagnostics;
mod events;
mod forecast;
mod history;
mod online;
mod pay;
mod show;
mod tap;

use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;

use skilling_link::card::Card;
use skilling_wallet as core;

pub use events::{EventKind, SyncReason, WalletEvent};
pub use forecast::{Advice, AdviceAct, Coverage, CoverageEnd, Forecast, Stretch};
pub use history::{HistoryCursor, HistoryEntry, HistoryPage, HistorySearch, Moment, MomentKind};
pub use online::{
    Bank, NotGranted, PaymentNews, RefreshReport, RenewalDue, RenewalReason, SyncReport, Want,
};
pub use pay::{
    Armed, Authorised, AuthorisedView, CannotPay, Paying, PaymentToken, ReceiptTaken, Review,
    ReviewView, Reviewed, SameAgain, Stage,
};
pub use show::{AllowanceState, AllowanceView, BankState, OutageView, PolicyView};

use crate::CoreError;
use crate::ports::{
    DeviceKeys, HostClock, HostGuard, HostKeys, HostVault, KeyVault, Patience, RollbackGuard,
    WallClock,
};
use crate::values::roots;

/// What a wallet is opened with.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct WalletConfig {
    /// A folder of the app's own that no backup carries; made if it is missing.
    pub folder: String,
    /// The scheme's pinned root keys, 1 to 3, each P-256 as 33 or 65 bytes.
    pub roots: Vec<Vec<u8>>,
    /// How long to wait for another process to leave the wallet; usually 5,000.
    pub patience_millis: Option<u32>,
    /// The most data bytes of one NFC command that this phone takes; usually 255.
    pub largest_command_data: Option<u32>,
    /// The most that any call of a port may take; for tests. Usually each has its own bound.
    pub port_patience_millis: Option<u32>,
}

/// One person's wallet. Safe to call from any thread; calls are put in order inside.
///
/// One process at a time has it open. [`Self::shut_down`] leaves it.
#[derive(uniffi::Object)]
pub struct Wallet {
    core: RwLock<Option<Arc<core::Wallet>>>,
    card: Mutex<Card>,
    /// Told since the last command; beside the lock, which a command may hold for long.
    is_field_lost: AtomicBool,
    clock: Arc<HostClock>,
    keys: Arc<HostKeys>,
    pub(crate) patience: Patience,
}

#[uniffi::export]
impl Wallet {
    /// Opens or makes the wallet in `config.folder` and brings every payment that was under way to a state. Without a `clock` the
    /// system's is read. Reads and writes the disk and calls keys, vault and guard: not for the main thread.
    ///
    /// # Errors
    /// `Busy`, `Storage`, `PortFailed`, `InvalidArgument`.
    #[uniffi::constructor]
    pub fn open(
        config: WalletConfig,
        keys: Arc<dyn DeviceKeys>,
        vault: Arc<dyn KeyVault>,
        guard: Arc<dyn RollbackGuard>,
        clock: Option<Arc<dyn WallClock>>,
    ) -> Result<Arc<Self>, CoreError> {
        if config.folder.is_empty() {
            return Err(CoreError::argument("folder", "none"));
        }
        let patience = Patience::at_most(config.port_patience_millis);
        let clock = HostClock::new(clock);
        clock.check()?;
        let keys = Arc::new(HostKeys::new(keys, patience)?);
        let mut opening = core::Config::new(config.folder, roots(&config.roots)?);
        if let Some(millis) = config.patience_millis {
            opening.patience = Duration::from_millis(millis.into());
        }
        if let Some(most) = config.largest_command_data {
            opening.largest_command_data = most;
        }
        let ports = core::Ports {
            keys: keys.clone(),
            vault: Arc::new(HostVault::new(vault, patience)),
            guard: Arc::new(HostGuard::new(guard, patience)),
            clock: clock.clone(),
        };
        let wallet = core::Wallet::open(opening, ports)?;
        Ok(Arc::new(Self {
            core: RwLock::new(Some(Arc::new(wallet))),
            card: Mutex::new(Card::new()),
            is_field_lost: AtomicBool::new(false),
            clock,
            keys,
            patience,
        }))
    }

    /// Leaves the wallet: files are closed and another process may open it, as soon as calls under way have ended. Everything after
    /// is `ShutDown`. A second time changes nothing. Any thread; short.
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

    /// Whether the app is in front on an unlocked phone. False until told; nothing is signed or repeated while it is false, and
    /// leaving ends an arming. Never blocks: for the main thread.
    ///
    /// # Errors
    /// `ShutDown`.
    pub fn set_in_front(&self, is_in_front: bool) -> Result<(), CoreError> {
        self.core()?.set_in_front(is_in_front);
        Ok(())
    }
}

impl Wallet {
    pub(crate) fn core(&self) -> Result<Arc<core::Wallet>, CoreError> {
        self.core
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
            .ok_or_else(CoreError::shut_down)
    }

    /// For whatever reads the time.
    pub(crate) fn on_time(&self) -> Result<Arc<core::Wallet>, CoreError> {
        let core = self.core()?;
        self.clock.check()?;
        Ok(core)
    }
}
