//! Real readers through PC/SC: which there are, whether a phone lies on one, and a [`Transceiver`] to it.
//!
//! A driver may hold a call for ever: with a silent card `SCardTransmit` does not return and `SCardCancel` does not free
//! it. So every call runs on a thread of its own and is waited for only so long. One that is overdue is left behind with
//! the context it belongs to; a fresh context goes on. Of exchanges with phones at most one is left behind at a time, because
//! no phone is connected to before it has ended, as it does when the phone is taken away; of other calls at most a few, and
//! then the service counts as away until one ends.
//!
//! Needs the service: `pcscd` on Linux, part of the system elsewhere.
//!
//! [`Transceiver`]: crate::reader::Transceiver

mod error;
mod in_time;
mod link;

pub use error::PcscError;
pub use link::Link;

use std::ffi::CString;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use pcsc::{Context, Error, Protocols, ReaderState, Scope, ShareMode, State};

use in_time::{Calls, in_time};

/// How long the service itself may take for anything but an exchange with a phone.
const SERVICE_TIME: Duration = Duration::from_secs(5);

/// The names of the readers that are plugged in, in the order of the service.
///
/// # Errors
/// [`PcscError::NoService`], or what else the service says.
pub fn readers() -> Result<Vec<String>, PcscError> {
    let listed = in_time(SERVICE_TIME, || list(&Context::establish(Scope::User)?));
    match listed {
        Ok(Ok(names)) => Ok(names.iter().map(lossy).collect()),
        Ok(Err(Error::NoReadersAvailable)) => Ok(Vec::new()),
        Ok(Err(error)) => Err(error.into()),
        Err(_) => Err(PcscError::NoService),
    }
}

fn list(context: &Context) -> Result<Vec<CString>, Error> {
    context.list_readers_owned()
}

fn lossy(name: &CString) -> String {
    name.to_string_lossy().into_owned()
}

/// What can be seen at a reader.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Seen {
    /// The reader itself is not plugged in.
    NoReader,
    /// No phone.
    Empty,
    /// A phone or a card, with its answer to reset.
    Phone {
        /// ISO 7816-3 bytes, made up by the reader for a contactless phone; at most 33.
        atr: Vec<u8>,
        /// Counts arrivals and departures: the same as before, it is the same phone and never left.
        arrival: u32,
    },
}

/// One reader, plugged in or not. Not synchronised: one thread waits for phones and serves them.
pub struct Station {
    name: CString,
    patience: Duration,
    service: Option<Watch>,
    calls: Calls,
    overdue: Option<JoinHandle<()>>,
}

/// A context, and what was seen last through it.
struct Watch {
    context: Arc<Context>,
    state: ReaderState,
    seen: Seen,
}

impl Station {
    /// The reader of that name. `patience` is how long a phone may take for one command; ISO 14443-4 allows it 5 s,
    /// protocol section 4 only 300 ms.
    ///
    /// # Errors
    /// [`PcscError::NoReader`] for a name that no reader can have.
    pub fn new(name: &str, patience: Duration) -> Result<Self, PcscError> {
        Ok(Self {
            name: CString::new(name).map_err(|_| PcscError::NoReader)?,
            patience,
            service: None,
            calls: Calls::default(),
            overdue: None,
        })
    }

    /// What is at the reader now. Returns early when that differs from the last answer, else after `at_most`; always at
    /// once for the first time.
    ///
    /// # Errors
    /// [`PcscError::NoService`] while the service is away: call again, it may come back. What else it says.
    pub fn look(&mut self, at_most: Duration) -> Result<Seen, PcscError> {
        let looked = self.look_once(at_most);
        if looked.is_err() {
            // A service that was started again knows nothing of the old context.
            self.service = None;
        }
        looked
    }

    fn look_once(&mut self, at_most: Duration) -> Result<Seen, PcscError> {
        let Watch {
            context,
            mut state,
            seen: before,
        } = match self.service.take() {
            Some(watch) => watch,
            None => self.watch()?,
        };
        let watching = Arc::clone(&context);
        let looked = self
            .calls
            .run(at_most.saturating_add(SERVICE_TIME), move || {
                let changed = watching.get_status_change(at_most, std::slice::from_mut(&mut state));
                (changed, state)
            });
        let (changed, mut state) = looked.ok_or(PcscError::NoService)?;
        let seen = match changed {
            Ok(()) => {
                state.sync_current_state();
                seen(&state)
            }
            Err(Error::Timeout) => before,
            Err(Error::UnknownReader | Error::ReaderUnavailable) => {
                if before == Seen::NoReader {
                    // The service answers at once, so the waiting is done here.
                    std::thread::sleep(at_most);
                }
                Seen::NoReader
            }
            Err(error) => return Err(error.into()),
        };
        if seen == Seen::NoReader {
            // One that is plugged in again counts from the start.
            state = ReaderState::new(self.name.clone(), State::UNAWARE);
        }
        self.service = Some(Watch {
            context,
            state,
            seen: seen.clone(),
        });
        Ok(seen)
    }

    fn watch(&mut self) -> Result<Watch, PcscError> {
        Ok(Watch {
            context: self.establish()?,
            state: ReaderState::new(self.name.clone(), State::UNAWARE),
            seen: Seen::NoReader,
        })
    }

    /// Connects to the phone that was seen, for this till alone.
    ///
    /// # Errors
    /// [`PcscError::PhoneLeft`], [`PcscError::InUse`], [`PcscError::Mute`]; [`PcscError::Silent`] while an earlier command
    /// is still not answered, or when connecting takes as long.
    pub fn connect(&mut self) -> Result<Link, PcscError> {
        self.forget_what_ended();
        if self.overdue.is_some() {
            return Err(PcscError::Silent);
        }
        // Of its own: should it be left behind, the one that watches the reader goes on.
        let (context, name) = (self.establish()?, self.name.clone());
        let connected = in_time(self.patience.saturating_add(SERVICE_TIME), move || {
            context.connect(&name, ShareMode::Exclusive, Protocols::ANY)
        });
        match connected {
            Ok(Ok(card)) => Ok(Link::new(card, self.patience)),
            Ok(Err(error)) => Err(error.into()),
            Err(overdue) => {
                self.leave_behind(overdue);
                Err(PcscError::Silent)
            }
        }
    }

    /// Ends a connection and lets the phone go. Says what broke it, if anything did.
    pub fn end(&mut self, link: Link) -> Option<PcscError> {
        let trouble = link.trouble().copied();
        if let Some(overdue) = link.finish() {
            self.leave_behind(overdue);
        }
        trouble
    }

    fn establish(&mut self) -> Result<Arc<Context>, PcscError> {
        let established = self
            .calls
            .run(SERVICE_TIME, || Context::establish(Scope::User));
        Ok(Arc::new(established.ok_or(PcscError::NoService)??))
    }

    fn leave_behind(&mut self, overdue: in_time::Overdue) {
        self.overdue = overdue.0;
        self.service = None;
    }

    fn forget_what_ended(&mut self) {
        self.overdue.take_if(|thread| thread.is_finished());
    }
}

impl std::fmt::Debug for Station {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Station")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

fn seen(state: &ReaderState) -> Seen {
    let flags = state.event_state();
    if flags.contains(State::PRESENT) {
        Seen::Phone {
            atr: state.atr().to_vec(),
            arrival: state.event_count(),
        }
    } else if flags.intersects(State::UNKNOWN | State::UNAVAILABLE | State::IGNORE) {
        Seen::NoReader
    } else {
        Seen::Empty
    }
}
