//! What the application gives the wallet: keys, a vault, a rollback guard, the time, the network.
//!
//! Each trait states its contract as MUSTs. [`crate::conformance`] runs any implementation through them;
//! [`crate::software`] has reference implementations in files.

mod device_keys;
mod key_vault;
mod rollback_guard;

use std::sync::Arc;

pub use device_keys::{
    DeviceKeys, GeneratedKey, KeyAlias, KeyError, KeyUse, Operation, Prompt, Purpose,
};
pub use key_vault::{KeyVault, VaultError};
pub use rollback_guard::{GuardError, Mark, RollbackGuard};
pub use skilling_platform::clock::Clock;
pub use skilling_platform::transport::Transport;

/// Everything a wallet needs of the machine to pay. The network is handed to the calls that use it.
#[derive(Clone)]
pub struct Ports {
    /// Signing keys.
    pub keys: Arc<dyn DeviceKeys>,
    /// Seals the store's key.
    pub vault: Arc<dyn KeyVault>,
    /// Notices a restored store.
    pub guard: Arc<dyn RollbackGuard>,
    /// The time.
    pub clock: Arc<dyn Clock>,
}

impl std::fmt::Debug for Ports {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Ports").finish_non_exhaustive()
    }
}
