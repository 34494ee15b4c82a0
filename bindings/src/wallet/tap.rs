//! The tap: command bytes in, response bytes out, answered in time.

use std::sync::PoisonError;
use std::sync::atomic::Ordering;

use skilling_wallet::tap::Tap;

use super::Wallet;
use crate::CoreError;

#[uniffi::export]
impl Wallet {
    /// Answers one command of an NFC reader; any bytes are allowed and are answered with a status. An ask is answered within 300 ms,
    /// whatever signing does meanwhile: what is not ready is answered "wait", and the next command gets it. A receipt is waited for
    /// until it is durable, behind a key or guard that hangs for as long as their deadlines. Never on the main thread; one thread at
    /// a time is served.
    ///
    /// # Errors
    /// `ShutDown`: answer the reader `6F00`.
    pub fn process_apdu(&self, command: Vec<u8>) -> Result<Vec<u8>, CoreError> {
        let mut tap = Tap::new(self.core()?);
        let mut card = self.card.lock().unwrap_or_else(PoisonError::into_inner);
        if self.is_field_lost.swap(false, Ordering::SeqCst) {
            card.field_lost();
        }
        Ok(card.process(&mut tap, &command))
    }

    /// The field is gone or another service was chosen (`onDeactivated`, the end of a card session). Never blocks, whatever a command
    /// under way waits for: for the main thread.
    ///
    /// # Errors
    /// None.
    pub fn deactivated(&self) -> Result<(), CoreError> {
        self.is_field_lost.store(true, Ordering::SeqCst);
        Ok(())
    }

    /// What a reader asks for and waits for the payer to see (message 1): review it, then agree or decline. Of several the newest, also
    /// one that came while the app was away; none that has run out, and none that was declined. Look after each command that was
    /// answered `6985`; off the main thread, for a key that signs holds the turn.
    ///
    /// # Errors
    /// `ShutDown`, `Storage`.
    pub fn asked(&self) -> Result<Option<Vec<u8>>, CoreError> {
        Ok(self.core()?.asked()?)
    }
}
