//! A tap: one phone in front of the till's reader, from select to receipt.

use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

use skilling_link::reader::{
    Next, Pause, ReaderOptions, ReceiptGiven, TapEnd as CoreEnd, TapError,
};
use skilling_protocol::objects::Request;
use skilling_protocol::values::ObjectId;

use super::Terminal;
use super::sale::Outcome;
use crate::CoreError;
use crate::error::ErrorInfo;
use crate::ports::{HostTransceiver, Port, Transceiver};
use crate::reason::Reason;
use crate::values::id;

/// How long the till waits before it asks the phone again (protocol section 4: 0.5 to 1 s).
const PAUSE: Duration = Duration::from_millis(500);

/// Ends a tap from another thread: the cashier cancelled.
#[derive(uniffi::Object, Default)]
pub struct TapControl {
    is_stopped: Mutex<bool>,
    changed: Condvar,
}

#[uniffi::export]
impl TapControl {
    /// For one tap.
    ///
    /// # Errors
    /// None.
    #[uniffi::constructor]
    pub fn create() -> Result<Arc<Self>, CoreError> {
        Ok(Arc::default())
    }

    /// Ends the tap at its next pause. Any thread; short.
    ///
    /// # Errors
    /// None.
    pub fn stop(&self) -> Result<(), CoreError> {
        *self.lock() = true;
        self.changed.notify_all();
        Ok(())
    }
}

impl TapControl {
    fn lock(&self) -> std::sync::MutexGuard<'_, bool> {
        self.is_stopped
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits, and says whether to go on.
    fn waits(&self, pause: Duration) -> bool {
        let waited = self
            .changed
            .wait_timeout_while(self.lock(), pause, |is_stopped| !*is_stopped);
        let (is_stopped, _) = waited.unwrap_or_else(PoisonError::into_inner);
        !*is_stopped
    }
}

/// Pauses until it is stopped or its time is over.
struct Pausing<'a> {
    control: &'a TapControl,
    until: Option<Instant>,
}

impl Pause for Pausing<'_> {
    fn pause(&mut self) -> Next {
        let is_over = self.until.is_some_and(|until| Instant::now() >= until);
        if !is_over && self.control.waits(PAUSE) {
            Next::AskAgain
        } else {
            Next::Stop
        }
    }
}

/// How a tap ended.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Enum)]
pub enum TapEnd {
    /// All is done; the phone may leave.
    Done,
    /// Stopped while the payer had not agreed.
    StillWaiting,
    /// The phone left or its answer broke off: tap again. Whatever was on its way is asked for first.
    Torn {
        /// The phone may hold a token that did not arrive.
        must_repeat: bool,
    },
    /// The phone has no wallet, or it is not in front: ask the payer to open it.
    NoWallet,
    /// The phone cannot pay here.
    NotUsable {
        /// Why, in English, for a log.
        detail: String,
    },
}

impl From<Result<CoreEnd, TapError>> for TapEnd {
    fn from(end: Result<CoreEnd, TapError>) -> Self {
        match end {
            Ok(CoreEnd::Done) => Self::Done,
            Ok(CoreEnd::StillWaiting) => Self::StillWaiting,
            Err(TapError::NoApplication) => Self::NoWallet,
            Err(error) if error.torn().is_some() || error.must_repeat() => Self::Torn {
                must_repeat: error.must_repeat(),
            },
            Err(error) => Self::NotUsable {
                detail: error.to_string(),
            },
        }
    }
}

/// Another request of the shop that this tap settled.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct Settled {
    /// Which.
    pub request_id: String,
    /// How.
    pub outcome: Outcome,
}

/// What a phone said instead of taking a receipt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Enum)]
pub enum ReceiptRefusal {
    /// It fits none of the payments that the phone tried it on.
    FitsNone,
    /// The phone has no payment to try it on.
    NoPayment,
    /// The phone cannot read it.
    Unreadable,
}

/// What came of a tap.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct TapReport {
    /// Earlier requests, and whatever the phone answered instead of the sale.
    pub settled: Vec<Settled>,
    /// What became of the sale's token, if one came.
    pub sale: Option<Outcome>,
    /// The phone's refusal of the sale.
    pub refusal: Option<Reason>,
    /// The phone did not take a receipt that it was given: draw that receipt as a code for the payer.
    pub receipt_refused: Option<ReceiptRefusal>,
    /// How the tap ended.
    pub end: TapEnd,
    /// What the till or its reader could not do, if anything.
    pub problem: Option<ErrorInfo>,
}

#[uniffi::export]
impl Terminal {
    /// Serves one phone in front of a reader; `sale` is the request to be paid, if one is open. Returns when the phone may leave, when
    /// the link is lost, when `control` stops it, or after `give_up_after_millis`. Blocks meanwhile: on a thread of the reader's.
    ///
    /// # Errors
    /// `InvalidArgument`, `ShutDown`. What goes wrong with a phone is in the report.
    pub fn tap(
        &self,
        transceiver: Arc<dyn Transceiver>,
        sale: Option<String>,
        control: Arc<TapControl>,
        give_up_after_millis: Option<u32>,
    ) -> Result<TapReport, CoreError> {
        let sale = sale.map(|sale| id::<Request>(&sale, "sale")).transpose()?;
        let core = self.core()?;
        let mut reader = HostTransceiver::new(transceiver, self.patience);
        let wait = give_up_after_millis.map(|millis| Duration::from_millis(millis.into()));
        let mut pause = Pausing {
            control: &control,
            until: wait.and_then(|wait| Instant::now().checked_add(wait)),
        };
        let options = ReaderOptions::default();
        let report = core.tap(&mut reader, options, sale.as_ref(), &mut pause);
        Ok(tap_report(report, sale.as_ref(), &reader))
    }
}

fn refusal(given: ReceiptGiven) -> Option<ReceiptRefusal> {
    match given {
        ReceiptGiven::Taken => None,
        ReceiptGiven::FitsNone => Some(ReceiptRefusal::FitsNone),
        ReceiptGiven::NoPayment => Some(ReceiptRefusal::NoPayment),
        ReceiptGiven::Malformed => Some(ReceiptRefusal::Unreadable),
    }
}

fn tap_report(
    report: skilling_terminal::TapReport,
    sale: Option<&ObjectId<Request>>,
    reader: &HostTransceiver,
) -> TapReport {
    let settled = report
        .settled
        .into_iter()
        .map(|(request, outcome)| Settled {
            request_id: request.to_string(),
            outcome: Outcome::of(outcome, sale),
        });
    let of_till = report.problem.map(CoreError::from);
    let of_reader = reader
        .problem()
        .map(|problem| CoreError::port(Port::Transceiver, problem));
    TapReport {
        settled: settled.collect(),
        sale: report.sale.map(|outcome| Outcome::of(outcome, sale)),
        refusal: report.refusal.map(Reason::of_code),
        receipt_refused: report.receipt_refused.and_then(refusal),
        end: report.end.into(),
        problem: of_till.or(of_reader).map(|error| error.info().clone()),
    }
}
