//! In place of a tap over PC/SC in a command that was built without it: there never is a reader.

use std::sync::{Arc, Mutex};

use skilling_link::reader::{LinkLost, Transceiver};

use super::cable::Held;

/// As where there is one, for the words of the demo.
pub(super) const READER: &str = "Virtual PCD 00 00";

/// No phone was ever laid on a reader.
pub(super) enum Radio {}

impl Radio {
    pub(super) fn lay(_: &Arc<Mutex<Held>>) -> Option<Self> {
        None
    }
}

impl Transceiver for Radio {
    fn transceive(&mut self, _: &[u8]) -> Result<Vec<u8>, LinkLost> {
        match *self {}
    }
}
