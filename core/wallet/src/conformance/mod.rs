//! Does an implementation of a port keep its contract? Run these on a real device for real implementations, and in tests for
//! all others. Each gives the first MUST that is broken.

mod device_keys;
mod key_vault;
mod rollback_guard;

pub use device_keys::device_keys;
pub use key_vault::key_vault;
pub use rollback_guard::rollback_guard;

/// A MUST that an implementation breaks.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{port}: {broken}")]
pub struct Broken {
    /// Which port.
    pub port: &'static str,
    /// Which MUST, in words.
    pub broken: &'static str,
}

struct Suite(&'static str);

impl Suite {
    fn must(&self, holds: bool, broken: &'static str) -> Result<(), Broken> {
        if holds {
            Ok(())
        } else {
            Err(Broken {
                port: self.0,
                broken,
            })
        }
    }

    fn works<T, E>(&self, result: Result<T, E>, broken: &'static str) -> Result<T, Broken> {
        result.map_err(|_| Broken {
            port: self.0,
            broken,
        })
    }
}
