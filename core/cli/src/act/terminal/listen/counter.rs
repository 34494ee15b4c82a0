//! The counter: waits for a phone, serves it, waits until it leaves; goes on whatever phone, reader or service do.

use std::thread::sleep;
use std::time::{Duration, Instant};

use skilling_link::pcsc::{Link, PcscError, Seen, Station};
use skilling_link::reader::{Next, ReaderOptions, TapEnd, TapError};
use skilling_protocol::message::{Expected as _, PaymentRequest};
use skilling_terminal::{OpenRequest, Outcome, TapReport};

use super::stop::Stop;
use super::told::Told;
use crate::act::tape::Tape;
use crate::act::terminal::till::{Till, failed};
use crate::status::{Failure, Status};

/// How long one look at the reader lasts: after a signal the command ends within it.
const LOOK: Duration = Duration::from_millis(250);
/// Between two asks of a phone whose payer decides (protocol section 4: 0.5 to 1 s).
const ASK_AGAIN: Duration = Duration::from_millis(500);
/// Until a phone is tried again whose tap broke, or whose wallet was not open.
const TRY_AGAIN: Duration = Duration::from_millis(500);
/// The steps in which a pause looks whether it should end.
const STEP: Duration = Duration::from_millis(50);

/// One reader and what is asked at it.
pub(super) struct Counter<'a> {
    till: &'a Till,
    told: Told<'a>,
    stop: Stop,
    tape: Option<Tape>,
    /// The one sale to be paid; without it the newest open request is.
    sale: Option<OpenRequest>,
    options: ReaderOptions,
    once: bool,
    /// What was last said of the reader, so that it is said once.
    trouble: Option<PcscError>,
}

/// Why a phone was not served to the end.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Failed {
    Connect(PcscError),
    Tap(TapError),
}

impl<'a> Counter<'a> {
    pub(super) fn new(
        till: &'a Till,
        told: Told<'a>,
        stop: Stop,
        tape: Option<Tape>,
        sale: Option<OpenRequest>,
    ) -> Self {
        let options = ReaderOptions {
            record: tape.is_some(),
            ..ReaderOptions::default()
        };
        Self {
            till,
            told,
            stop,
            tape,
            sale,
            options,
            once: false,
            trouble: None,
        }
    }

    pub(super) fn with_extended(mut self, extended: bool) -> Self {
        self.options.extended = extended;
        self
    }

    pub(super) fn only_once(mut self, once: bool) -> Self {
        self.once = once;
        self
    }

    /// Serves phones until the sale is paid (here or elsewhere) or expired, until the first whole tap where only one is wanted, or until told
    /// to stop.
    pub(super) fn serve(mut self, station: &mut Station) -> Result<Status, Failure> {
        loop {
            if self.stop.is_told() {
                self.told.stopped(self.sale.as_ref())?;
                return Ok(self.unpaid());
            }
            if let Some(status) = self.ended_without_us()? {
                return Ok(status);
            }
            let Seen::Phone { atr, arrival } = self.look(station)? else {
                continue;
            };
            self.told.phone(&atr)?;
            if let Some(status) = self.serve_phone(station, arrival)? {
                return Ok(status);
            }
        }
    }

    /// The status to end with once the sale can be paid no more. Paid goes first: it may have been at another reader of
    /// this store just before the end.
    fn ended_without_us(&self) -> Result<Option<Status>, Failure> {
        let Some(sale) = &self.sale else {
            return Ok(None);
        };
        if self.till.terminal.is_paid(&sale.id).map_err(failed)? {
            self.told.paid_elsewhere(sale)?;
            return Ok(Some(Status::Good));
        }
        if has_expired(self.till, sale) {
            self.told.expired(sale)?;
            return Ok(Some(Status::Refused));
        }
        Ok(None)
    }

    /// A sale that was to be paid and was not.
    fn unpaid(&self) -> Status {
        match self.sale {
            Some(_) => Status::Refused,
            None => Status::Good,
        }
    }

    /// One phone until it leaves; the status to end with, if it ends the command. Where a tap broke or could not begin it
    /// is tried again as long as something lies there: a phone that came back at once, or another, looks the same.
    fn serve_phone(
        &mut self,
        station: &mut Station,
        arrival: u32,
    ) -> Result<Option<Status>, Failure> {
        let mut said = None;
        loop {
            let failed = match station.connect() {
                Ok(link) => {
                    let report = self.tap(station, link)?;
                    let failed = report.end.as_ref().err().copied().map(Failed::Tap);
                    if failed.is_none() || failed != said {
                        self.told.tap(&report)?;
                    }
                    self.keep_trace(&report);
                    if let Some(status) = self.ending(&report)? {
                        return Ok(Some(status));
                    }
                    failed
                }
                Err(error) => {
                    let failed = Some(Failed::Connect(error));
                    if failed != said {
                        self.told.trouble(error)?;
                    }
                    failed
                }
            };
            said = failed;
            if !self.stays(station, arrival, failed.map(|_| TRY_AGAIN))? {
                return Ok(None);
            }
        }
    }

    fn tap(&mut self, station: &mut Station, mut link: Link) -> Result<TapReport, Failure> {
        let sale = match &self.sale {
            Some(sale) => Some(sale.clone()),
            None => newest(self.till)?,
        };
        let id = sale.as_ref().map(|it| it.id);
        let mut waits = false;
        let (till, told, stop) = (self.till, &self.told, &self.stop);
        let mut pause = || {
            if !waits {
                waits = true;
                told.waits();
            }
            pause(stop, || sale.as_ref().is_some_and(|it| is_over(till, it)))
        };
        let report = till
            .terminal
            .tap(&mut link, self.options, id.as_ref(), &mut pause);
        if let Some(error) = station.end(link)
            && error != PcscError::PhoneLeft
        {
            self.told.trouble(error)?;
        }
        self.fall_back(&report);
        Ok(report)
    }

    /// After the outcome was said, and no reason to stop: a full disk costs the trace, never the word "paid".
    fn keep_trace(&mut self, report: &TapReport) {
        let Some(tape) = &mut self.tape else {
            return;
        };
        let at = self.till.clock.now().unix();
        let kept = tape
            .remark(&format!("a tap, ended at {at} (Unix seconds)"))
            .and_then(|()| tape.add_all(&report.transcript));
        if let Err(failure) = kept {
            self.told.without_trace(&failure);
            self.tape = None;
            self.options.record = false;
        }
    }

    /// A reader that cannot send long commands shows it by losing the phone, or by 6700.
    fn fall_back(&mut self, report: &TapReport) {
        let is_refused = matches!(
            report.end,
            Err(TapError::LinkLost { .. } | TapError::Status { .. })
        );
        if self.options.extended && is_refused {
            self.options.extended = false;
            self.told.falls_back();
        }
    }

    /// Whether this tap ends the command.
    fn ending(&self, report: &TapReport) -> Result<Option<Status>, Failure> {
        let outcomes = || {
            let settled = report.settled.iter().map(|(_, outcome)| outcome);
            settled.chain(&report.sale)
        };
        let is_paid = match &self.sale {
            Some(sale) => outcomes().any(|it| it.completes(&sale.id)),
            None => self.once && outcomes().any(Outcome::is_paid_now),
        };
        if is_paid {
            return Ok(Some(Status::Good));
        }
        let is_whole = report.end == Ok(TapEnd::Done);
        if self.once && is_whole {
            let is_answered = report.refusal.is_some() || outcomes().next().is_some();
            return Ok(Some(match is_answered {
                true => Status::Refused,
                false => self.unpaid(),
            }));
        }
        Ok(None)
    }

    /// Waits until this phone leaves. True if it is to be asked again because it stayed for so long.
    fn stays(
        &mut self,
        station: &mut Station,
        arrival: u32,
        ask_after: Option<Duration>,
    ) -> Result<bool, Failure> {
        let begun = Instant::now();
        while !self.stop.is_told() {
            match self.look(station)? {
                Seen::Phone { arrival: now, .. } if now == arrival => {}
                _ => {
                    self.told.left()?;
                    return Ok(false);
                }
            }
            if self.sale.as_ref().is_some_and(|it| is_over(self.till, it)) {
                return Ok(false);
            }
            if ask_after.is_some_and(|length| begun.elapsed() >= length) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Looks at the reader; says once when it or the service goes, and when it is back.
    fn look(&mut self, station: &mut Station) -> Result<Seen, Failure> {
        let (seen, trouble) = match station.look(LOOK) {
            Ok(Seen::NoReader) => (Seen::NoReader, Some(PcscError::NoReader)),
            Ok(seen) => (seen, None),
            Err(error) => {
                sleep(LOOK);
                (Seen::NoReader, Some(error))
            }
        };
        if trouble != self.trouble {
            match trouble {
                Some(error) => self.told.trouble(error)?,
                None => self.told.is_back()?,
            }
            self.trouble = trouble;
        }
        Ok(seen)
    }
}

/// Between two asks.
fn pause(stop: &Stop, is_over: impl Fn() -> bool) -> Next {
    let begun = Instant::now();
    while begun.elapsed() < ASK_AGAIN {
        if stop.is_told() {
            return Next::Stop;
        }
        sleep(STEP);
    }
    match is_over() {
        true => Next::Stop,
        false => Next::AskAgain,
    }
}

/// Nobody needs to be asked for it any more. A store that cannot be read now is asked again later.
fn is_over(till: &Till, sale: &OpenRequest) -> bool {
    has_expired(till, sale) || till.terminal.is_paid(&sale.id).unwrap_or(false)
}

fn has_expired(till: &Till, sale: &OpenRequest) -> bool {
    let end = sale.request.amounted.as_ref().map(|it| it.answer_before);
    end.is_some_and(|end| end <= till.clock.now())
}

/// The newest request of this very till that can be paid by a tap.
fn newest(till: &Till) -> Result<Option<OpenRequest>, Failure> {
    let own = till.terminal.certificate().map_err(failed)?.terminal_id;
    let is_own = |it: &OpenRequest| {
        PaymentRequest::decode(&it.message)
            .is_ok_and(|message| message.merchant.unverified().terminal_id == own)
    };
    let open = till.terminal.open_requests().map_err(failed)?;
    Ok(open
        .into_iter()
        .rev()
        .find(|it| it.request.amounted.is_some() && is_own(it)))
}
