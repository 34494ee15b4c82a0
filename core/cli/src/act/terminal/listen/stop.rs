//! Ctrl-C and SIGTERM, heard on a thread of its own: the till ends between two commands.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::act::network;
use crate::status::Failure;

/// Whether the command was told to stop.
#[derive(Debug, Clone)]
pub(super) struct Stop(Arc<AtomicBool>);

impl Stop {
    /// From now on both signals only say so.
    ///
    /// # Errors
    /// The system gives no thread or no signals.
    pub(super) fn on_signals() -> Result<Self, Failure> {
        let told = Arc::new(AtomicBool::new(false));
        let stop = Self(Arc::clone(&told));
        let (ready, is_ready) = std::sync::mpsc::sync_channel(1);
        let thread = std::thread::Builder::new().spawn(move || {
            let heard = network::run(async {
                let signals = network::stopped();
                let failed = signals.as_ref().err().map(ToString::to_string);
                let _ = ready.send(failed);
                if let Ok(signals) = signals {
                    signals.await;
                }
                Ok(())
            });
            if heard.is_ok() {
                told.store(true, Ordering::SeqCst);
            }
        });
        let cannot = |error: String| Failure::file(format!("the program cannot start: {error}"));
        thread.map_err(|error| cannot(error.to_string()))?;
        match is_ready.recv() {
            Ok(None) => Ok(stop),
            Ok(Some(error)) => Err(cannot(error)),
            Err(error) => Err(cannot(error.to_string())),
        }
    }

    pub(super) fn is_told(&self) -> bool {
        self.0.load(Ordering::SeqCst)
    }
}
