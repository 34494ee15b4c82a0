//! Ports of a practice phone: like the software ones, with a person and a guard that do what a magic amount says.

use std::sync::Arc;

use skilling_wallet::software::SoftwareKeys;

use super::Simulator;
use crate::CoreError;
use crate::ports::{DeviceKeys, GuardMark, KeptMark, RollbackGuard, RollbackGuardError};
use crate::software::{SoftwarePort, keys_fault, software_rollback_guard};

#[uniffi::export]
impl Simulator {
    /// Device keys in `folder`, whose person agrees but where a magic amount asks for a refusal (`...9040`) or a locked device
    /// (`...9043`). Writes.
    ///
    /// # Errors
    /// `PortFailed`.
    pub fn device_keys(&self, folder: String) -> Result<Arc<dyn DeviceKeys>, CoreError> {
        let keys =
            SoftwareKeys::new(folder, self.clock.clone()).map_err(|error| keys_fault(&error))?;
        let keys = Arc::new(keys);
        self.books().people.push(Arc::clone(&keys));
        Ok(Arc::new(SoftwarePort(keys)))
    }

    /// A rollback guard whose mark is in a file outside the wallet's folder, and which fails where a magic amount asks for that
    /// (`...9047`).
    ///
    /// # Errors
    /// None.
    pub fn rollback_guard(
        self: Arc<Self>,
        path: String,
    ) -> Result<Arc<dyn RollbackGuard>, CoreError> {
        let inner = software_rollback_guard(path)?;
        Ok(Arc::new(Guard {
            simulator: self,
            inner,
        }))
    }
}

struct Guard {
    simulator: Arc<Simulator>,
    inner: Arc<dyn RollbackGuard>,
}

impl RollbackGuard for Guard {
    fn read(&self) -> Result<KeptMark, RollbackGuardError> {
        self.inner.read()
    }

    fn advance(&self, mark: GuardMark) -> Result<(), RollbackGuardError> {
        if self.simulator.books().does_guard_fail {
            return Err(RollbackGuardError::Fault { code: 47 });
        }
        self.inner.advance(mark)
    }
}
