//! Calls that may never return, waited for only so long.

use std::sync::mpsc;
use std::thread::JoinHandle;
use std::time::Duration;

/// A call that did not return in time, left to end by itself; none where there was no thread to be had.
#[derive(Debug)]
pub(super) struct Overdue(pub(super) Option<JoinHandle<()>>);

/// Runs `job` on a thread of its own and gives what it returns, unless that takes longer than `limit`. What an overdue
/// job returns later is dropped on its own thread.
pub(super) fn in_time<T: Send + 'static>(
    limit: Duration,
    job: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Overdue> {
    let (sender, receiver) = mpsc::sync_channel(1);
    let thread = std::thread::Builder::new()
        .name("pcsc".into())
        .spawn(move || {
            // Nobody listens any more when it took too long.
            let _ = sender.send(job());
        })
        .map_err(|_| Overdue(None))?;
    receiver
        .recv_timeout(limit)
        .map_err(|_| Overdue(Some(thread)))
}

/// The most calls to the service that are left behind at a time.
const MOST_LEFT_BEHIND: usize = 4;

/// Calls to a service that may hang. Each that is overdue holds a thread, so after a few no more are made until one ends.
#[derive(Debug, Default)]
pub(super) struct Calls {
    left_behind: Vec<JoinHandle<()>>,
}

impl Calls {
    /// As [`in_time`]; `None` where it is overdue, or at once where too many are.
    pub(super) fn run<T: Send + 'static>(
        &mut self,
        limit: Duration,
        job: impl FnOnce() -> T + Send + 'static,
    ) -> Option<T> {
        self.left_behind.retain(|thread| !thread.is_finished());
        if self.left_behind.len() >= MOST_LEFT_BEHIND {
            return None;
        }
        match in_time(limit, job) {
            Ok(value) => Some(value),
            Err(Overdue(thread)) => {
                self.left_behind.extend(thread);
                None
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    #[test]
    fn a_service_that_hangs_holds_a_few_threads_and_is_called_again_once_it_goes_on() {
        let mut calls = Calls::default();
        let begun = Arc::new(AtomicUsize::new(0));
        let (release, held) = crossed();
        for _ in 0..20 {
            let (begun, held) = (Arc::clone(&begun), Arc::clone(&held));
            let hangs = move || {
                begun.fetch_add(1, Ordering::SeqCst);
                let _ = held.lock().unwrap().recv();
            };
            assert_eq!(calls.run(Duration::from_millis(20), hangs), None);
        }
        drop(release);
        while calls.run(Duration::from_secs(60), || 7).is_none() {
            std::thread::sleep(Duration::from_millis(5));
        }
        assert!(begun.load(Ordering::SeqCst) <= MOST_LEFT_BEHIND);
    }

    /// What hangs until the first is dropped.
    fn crossed() -> (mpsc::Sender<()>, Arc<std::sync::Mutex<mpsc::Receiver<()>>>) {
        let (release, held) = mpsc::channel();
        (release, Arc::new(std::sync::Mutex::new(held)))
    }

    #[test]
    fn what_takes_too_long_is_left_behind_and_ends_by_itself() {
        assert_eq!(in_time(Duration::from_secs(60), || 7).unwrap(), 7);
        let (release, held) = mpsc::channel::<()>();
        let overdue = in_time(Duration::from_millis(1), move || held.recv()).unwrap_err();
        let thread = overdue.0.unwrap();
        assert!(!thread.is_finished());
        release.send(()).unwrap();
        thread.join().unwrap();
    }
}
