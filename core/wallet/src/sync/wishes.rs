//! What several runs at once ask for. Whichever run hears of a call, of its answer or that the server did nothing for it, acts on it; what
//! the call asked for stays with the run that made it, if that is still under way: two would ask for it otherwise, or none.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use skilling_protocol::values::PublicKey;

/// The pay keys in the calls of all runs that are under way.
#[derive(Debug, Default, Clone)]
pub(crate) struct Wishes(Arc<Mutex<Vec<PublicKey>>>);

impl Wishes {
    fn keys(&self) -> MutexGuard<'_, Vec<PublicKey>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Those of one run; forgotten when it ends, also where nobody waits for it to its end.
#[derive(Debug)]
pub(super) struct Own {
    all: Wishes,
    keys: Vec<PublicKey>,
}

impl Own {
    pub(super) const fn new(all: Wishes) -> Self {
        let keys = Vec::new();
        Self { all, keys }
    }

    /// Before a call with this key can be seen by another run.
    pub(super) fn note(&mut self, key: PublicKey) {
        self.keys.push(key);
        self.all.keys().push(key);
    }

    pub(super) fn has(&self, key: &PublicKey) -> bool {
        self.keys.contains(key)
    }

    /// Whether another run, which is still under way, asked with this key.
    pub(super) fn is_of_another(&self, key: &PublicKey) -> bool {
        !self.has(key) && self.all.keys().contains(key)
    }
}

impl Drop for Own {
    fn drop(&mut self) {
        self.all.keys().retain(|key| !self.keys.contains(key));
    }
}
