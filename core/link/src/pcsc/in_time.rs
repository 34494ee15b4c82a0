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

#[cfg(test)]
mod tests {
    use super::*;

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
