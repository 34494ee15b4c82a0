//! A whole tap against this terminal: what is torn is settled first, a bulletin is passed on, the sale is asked for, the
//! receipt is given (protocol section 4).
//!
//! A request counts as torn, durably, from before it is sent until the phone has said that it has what it is owed. A
//! process that dies at any byte therefore repeats it at the next tap.

use skilling_link::apdu::SelectInfo;
use skilling_link::apdu::trace::Transcript;
use skilling_link::reader::{
    self, Pause, Reader, ReaderOptions, ReceiptGiven, TapEnd, TapError, Till, Transceiver,
};
use skilling_protocol::message::{Expected as _, PaymentRequest};
use skilling_protocol::objects::Request;
use skilling_protocol::reason::Reason;
use skilling_protocol::values::{Currency, ObjectId};

use crate::error::TerminalError;
use crate::fault;
use crate::outcome::Outcome;
use crate::store::requests;
use crate::terminal::Terminal;

/// What came of a tap.
#[derive(Debug)]
pub struct TapReport {
    /// Other requests of this shop that this tap settled: earlier ones, and whatever the phone answered instead of the sale.
    pub settled: Vec<(ObjectId<Request>, Outcome)>,
    /// What became of the sale's token, if one came.
    pub sale: Option<Outcome>,
    /// The phone's refusal of the sale: a code of [`Reason`], or one of a later version.
    pub refusal: Option<u32>,
    /// What a phone said instead of taking a receipt that it was given: show that receipt as a code.
    pub receipt_refused: Option<ReceiptGiven>,
    /// How the tap ended: done, still waiting for the payer, or torn (tap again).
    pub end: Result<TapEnd, TapError>,
    /// What the terminal itself could not do.
    pub problem: Option<TerminalError>,
    /// Every command and response, where [`ReaderOptions::record`] asked for them. It holds whole messages.
    pub transcript: Transcript,
}

impl TapReport {
    /// Why the phone refused, where the code is known.
    #[must_use]
    pub fn refused_because(&self) -> Option<Reason> {
        self.refusal.and_then(Reason::from_code)
    }
}

impl Terminal {
    /// Serves one phone in front of a reader. `sale` is the request to be paid, if one is open. Returns when the phone may
    /// leave, when the link is lost, or when `pause` stops it.
    pub fn tap<T: Transceiver>(
        &self,
        transceiver: T,
        options: ReaderOptions,
        sale: Option<&ObjectId<Request>>,
        pause: &mut dyn Pause,
    ) -> TapReport {
        let mut till = Tap {
            terminal: self,
            sale,
            report: TapReport {
                settled: Vec::new(),
                sale: None,
                refusal: None,
                receipt_refused: None,
                end: Ok(TapEnd::Done),
                problem: None,
                transcript: Transcript::default(),
            },
            asked: None,
            is_other: false,
        };
        let mut reader = Reader::new(transceiver, options);
        let end = reader::tap(&mut reader, &mut till, pause);
        let unanswered = match &end {
            Ok(end) => *end == TapEnd::StillWaiting,
            Err(error) => !error.must_repeat(),
        };
        // Whole answers came to every ask so far, and none of them was a token: nothing is on its way.
        if unanswered && till.report.sale.is_none() {
            till.settle_sale();
        }
        TapReport {
            end,
            transcript: reader.into_transcript(),
            ..till.report
        }
    }
}

struct Tap<'a> {
    terminal: &'a Terminal,
    sale: Option<&'a ObjectId<Request>>,
    report: TapReport,
    asked: Option<Asked>,
    /// The last token answered another request than the one that was sent: what became of it says nothing of that one.
    is_other: bool,
}

/// The sale was sent to this phone. `torn_before`: an earlier phone's token may be on its way, so what this phone says
/// settles nothing for that one.
#[derive(Clone, Copy)]
struct Asked {
    torn_before: bool,
}

impl Tap<'_> {
    /// This request is the sale, and this phone was asked for it and not only to repeat it.
    fn is_asked(&self, id: &ObjectId<Request>) -> bool {
        self.asked.is_some() && self.sale == Some(id)
    }

    fn keep<T>(&mut self, result: Result<T, TerminalError>) -> Option<T> {
        result
            .map_err(|error| self.report.problem = Some(error))
            .ok()
    }

    fn settle(&mut self, id: &ObjectId<Request>) {
        let result = self.terminal.mark_settled(id);
        self.keep(result);
    }

    fn settle_sale(&mut self) {
        if let (Some(id), Some(Asked { torn_before: false })) = (self.sale, self.asked) {
            self.settle(id);
        }
    }
}

/// A token that will never get a receipt, and not because of this terminal's own trouble.
fn is_no_answer(outcome: &Outcome) -> bool {
    let own_trouble = [Reason::StorageFailed, Reason::TerminalClock];
    matches!(outcome, Outcome::Refused { reason, .. } if !own_trouble.contains(reason))
}

/// The id of a request of our own.
fn id_of(message: &[u8]) -> Option<ObjectId<Request>> {
    let message = PaymentRequest::decode(message).ok()?;
    Some(message.request.id(message.merchant.id(())))
}

impl Till for Tap<'_> {
    fn torn_requests(&mut self) -> Vec<Vec<u8>> {
        let torn = self.terminal.torn_requests();
        let torn = self.keep(torn).unwrap_or_default();
        torn.into_iter().map(|it| it.message).collect()
    }

    /// Marked before it is sent: a crash while the answer is on its way forgets nothing.
    fn current_request(&mut self) -> Option<Vec<u8>> {
        let id = self.sale?;
        if self.report.settled.iter().any(|(settled, _)| settled == id) {
            return None;
        }
        let handed_out = self.terminal.hand_out(id);
        let (message, asked) = self.keep(handed_out)?;
        self.asked = Some(asked);
        Some(message)
    }

    fn on_token(&mut self, request: &[u8], token: Vec<u8>) -> Option<Vec<u8>> {
        let id = id_of(request)?;
        let outcome = self.terminal.accept(&token);
        let outcome = self.keep(outcome)?;
        let receipt = outcome.receipt().map(<[u8]>::to_vec);
        let other = outcome.request().filter(|answered| *answered != id);
        self.is_other = other.is_some();
        if let Some(other) = other {
            self.report.settled.push((other, outcome));
        } else if self.is_asked(&id) {
            if is_no_answer(&outcome) {
                self.settle_sale();
            }
            self.report.sale = Some(outcome);
        } else {
            self.report.settled.push((id, outcome));
        }
        fault::point("terminal.before_receipt");
        receipt
    }

    /// Of a torn one it settles nothing: another phone may hold its token.
    fn on_refusal(&mut self, request: &[u8], code: u32) {
        if id_of(request).is_some_and(|id| self.is_asked(&id)) {
            self.report.refusal = Some(code);
            self.settle_sale();
        }
    }

    fn on_nothing_to_repeat(&mut self, _request: &[u8]) {}

    fn on_torn(&mut self, request: &[u8]) {
        if let Some(id) = id_of(request) {
            let result = self.terminal.mark_torn(&id);
            self.keep(result);
        }
    }

    /// A receipt that the phone did not acknowledge is given again at the next tap.
    fn on_receipt(&mut self, request: &[u8], given: Option<ReceiptGiven>) {
        fault::point("terminal.receipt_sent");
        let (Some(given), Some(id)) = (given, id_of(request)) else {
            return;
        };
        if given != ReceiptGiven::Taken {
            self.report.receipt_refused = Some(given);
        }
        if self.is_other {
            return;
        }
        if self.is_asked(&id) {
            self.settle_sale();
        } else {
            self.settle(&id);
        }
    }

    fn bulletin_for(&mut self, phone: &SelectInfo) -> Option<Vec<u8>> {
        let bulletin = self.terminal.bulletin_newer_than(&phone.outages);
        self.keep(bulletin)?
    }
}

impl Terminal {
    /// The message of a request that is about to be sent to a phone, marked as torn until it is settled. A static request
    /// is for printing only.
    fn hand_out(&self, id: &ObjectId<Request>) -> Result<(Vec<u8>, Asked), TerminalError> {
        self.change(|work| {
            let row = requests::find(&work.tx, id)?.ok_or(TerminalError::NoSuchRequest)?;
            if row.request.unverified().is_static() {
                return Err(TerminalError::NoSuchRequest);
            }
            let torn_before = !requests::set_torn(&work.tx, row.row, true)?;
            Ok((work.open_request(&row)?.message, Asked { torn_before }))
        })
    }

    /// A bulletin in force that a phone with these serials lacks.
    fn bulletin_newer_than(&self, held: &[(u16, u32)]) -> Result<Option<Vec<u8>>, TerminalError> {
        self.work(|work| {
            let held_serial = |currency: Currency| {
                held.iter()
                    .find(|(code, _)| *code == currency.numeric())
                    .map(|(_, serial)| *serial)
            };
            let lacking = work.trust.outages.iter().find(|outage| {
                outage.is_in_force(work.now)
                    && held_serial(outage.currency).is_none_or(|it| it < outage.serial)
            });
            Ok(lacking.map(|outage| outage.signed().encode()))
        })
    }
}
