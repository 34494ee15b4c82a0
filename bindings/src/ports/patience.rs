//! Deadlines: nothing that an app implements may stop the core for good.
//!
//! A synchronous call runs on a thread of its port's own; an asynchronous one is dropped when its time is over. A port that hangs
//! costs one thread, however often it is called, and is told [`super::PortProblem::TooLate`] until it answers again.

use std::future::{Future, poll_fn};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError, SyncSender};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Poll, Waker};
use std::time::Duration;

use super::PortProblem;

/// How long each kind of call may take.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Patience {
    /// Signing, sealing, the guard, one APDU.
    pub(crate) short: Duration,
    /// Making a key.
    pub(crate) long: Duration,
    /// A person who is asked, or a server.
    pub(crate) person: Duration,
}

impl Patience {
    pub(crate) const USUAL: Self = Self {
        short: Duration::from_secs(10),
        long: Duration::from_secs(60),
        person: Duration::from_secs(180),
    };

    /// For tests of an app's own: everything takes at most this.
    pub(crate) fn at_most(millis: Option<u32>) -> Self {
        let Some(millis) = millis else {
            return Self::USUAL;
        };
        let most = Duration::from_millis(millis.into());
        Self {
            short: most.min(Self::USUAL.short),
            long: most.min(Self::USUAL.long),
            person: most.min(Self::USUAL.person),
        }
    }
}

/// It took too long.
#[derive(Debug)]
pub(crate) struct TooLate;

/// What the thread of a port is given to do.
struct Job {
    work: Box<dyn FnOnce() + Send>,
    returns: Returns,
    done: SyncSender<()>,
}

impl Job {
    /// A job that panics does not take the thread with it.
    fn run(self) {
        let _ = catch_unwind(AssertUnwindSafe(self.work));
        // In this order: who hears of the end may call again.
        drop(self.returns);
        // Nobody listens any more when it took too long.
        let _ = self.done.send(());
    }
}

/// The thread on which one port is called. Started at the first call, ended with its port.
#[derive(Default)]
pub(crate) struct Worker {
    sender: Mutex<Option<SyncSender<Job>>>,
    is_hanging: Arc<AtomicBool>,
}

impl Worker {
    /// Does `job` there and waits for it: [`PortProblem::TooLate`], also while an earlier call hangs; [`PortProblem::Undeclared`]
    /// where it panics.
    pub(crate) fn call<T: Send + 'static>(
        &self,
        patience: Duration,
        job: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, PortProblem> {
        let answer = Arc::new(Mutex::new(None));
        let given = Arc::clone(&answer);
        let work = move || {
            let done = job();
            *given.lock().unwrap_or_else(PoisonError::into_inner) = Some(done);
        };
        self.run(patience, Box::new(work))?;
        let mut answer = answer.lock().unwrap_or_else(PoisonError::into_inner);
        // Nothing there: it panicked.
        answer.take().ok_or(PortProblem::Undeclared)
    }

    /// One function for whatever an answer is: only `work` differs.
    fn run(&self, patience: Duration, work: Box<dyn FnOnce() + Send>) -> Result<(), PortProblem> {
        let mut sender = self.sender.lock().unwrap_or_else(PoisonError::into_inner);
        if self.is_hanging.load(Ordering::SeqCst) {
            return Err(PortProblem::TooLate);
        }
        let (done, is_done) = mpsc::sync_channel(1);
        let job = Job {
            work,
            returns: Returns(Arc::clone(&self.is_hanging)),
            done,
        };
        // Before the job runs: it clears this itself.
        self.is_hanging.store(true, Ordering::SeqCst);
        let handed_over = match &*sender {
            Some(worker) => worker.send(job).is_ok(),
            None => match start() {
                Some(worker) => sender.insert(worker).send(job).is_ok(),
                None => false,
            },
        };
        if !handed_over {
            *sender = None;
            self.is_hanging.store(false, Ordering::SeqCst);
            return Err(PortProblem::TooLate);
        }
        is_done.recv_timeout(patience).map_err(|error| match error {
            RecvTimeoutError::Timeout => PortProblem::TooLate,
            RecvTimeoutError::Disconnected => PortProblem::Undeclared,
        })
    }
}

/// The call came back, in whatever way: also when it panicked long after its time was over, and nobody was there to see it.
struct Returns(Arc<AtomicBool>);

impl Drop for Returns {
    fn drop(&mut self) {
        self.0.store(false, Ordering::SeqCst);
    }
}

fn start() -> Option<SyncSender<Job>> {
    let (sender, jobs) = mpsc::sync_channel::<Job>(1);
    let thread = std::thread::Builder::new().name("skilling-port".to_owned());
    let run = move || jobs.into_iter().for_each(Job::run);
    thread.spawn(run).ok().map(|_| sender)
}

/// What the timer and the waiting future share.
#[derive(Default)]
struct Deadline {
    is_over: AtomicBool,
    waker: Mutex<Option<Waker>>,
}

/// Waits for `work`, at most `patience`; after that it is dropped.
pub(crate) async fn within<T>(
    patience: Duration,
    work: impl Future<Output = T>,
) -> Result<T, TooLate> {
    let deadline = Arc::new(Deadline::default());
    // Dropped when the work is done: the timer's thread ends at once.
    let (_done, is_done) = mpsc::sync_channel::<()>(0);
    let timer = Arc::clone(&deadline);
    let run = move || {
        if is_done.recv_timeout(patience) == Err(RecvTimeoutError::Timeout) {
            timer.is_over.store(true, Ordering::SeqCst);
            let waker = timer
                .waker
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .take();
            waker.into_iter().for_each(Waker::wake);
        }
    };
    let thread = std::thread::Builder::new().name("skilling-timer".to_owned());
    // Without a thread to be had there is no deadline, and the call itself still works.
    let _ = thread.spawn(run);
    let mut work = pin!(work);
    poll_fn(move |context| {
        if let Poll::Ready(done) = work.as_mut().poll(context) {
            return Poll::Ready(Ok(done));
        }
        let mut waker = deadline
            .waker
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        *waker = Some(context.waker().clone());
        if deadline.is_over.load(Ordering::SeqCst) {
            return Poll::Ready(Err(TooLate));
        }
        Poll::Pending
    })
    .await
}
