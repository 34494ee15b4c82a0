//! The phone's NFC service: answers the reader at once, and tells what happened.

use std::sync::Arc;
use std::sync::mpsc::SyncSender;

use skilling_link::apdu::SelectInfo;
use skilling_link::apdu::trace::Direction;
use skilling_link::card::{AskMode, Card, CardApplication, CarryAnswer, PayAnswer, ReceiptAnswer};
use skilling_link::vpcd::{Signal, VirtualReader};
use skilling_protocol::message::Message;
use skilling_wallet::Wallet;
use skilling_wallet::tap::Tap;

use crate::act::tape::Tape;
use crate::status::Failure;

/// What happened at the reader.
pub(super) enum Event {
    /// A request waits for the payer.
    Asked(Vec<u8>),
    /// A token was handed to the reader.
    Gave(Vec<u8>),
    /// A refusal was, with this code.
    Refused(u32),
    /// A receipt came: whether it belongs to a payment.
    Receipt(bool),
    /// An outage bulletin came: whether it is good.
    Carried(bool),
}

/// The card and the wallet behind it.
pub(super) struct Field {
    watched: Watched,
    tape: Option<Tape>,
    once: bool,
}

impl Field {
    /// Tells `events`; leaves after the first tap with an answer if only `once`.
    pub(super) fn new(
        wallet: Arc<Wallet>,
        events: SyncSender<Event>,
        tape: Option<Tape>,
        once: bool,
    ) -> Self {
        let watched = Watched {
            tap: Tap::new(wallet),
            events,
            answered: false,
        };
        Self {
            watched,
            tape,
            once,
        }
    }

    /// Answers until the reader goes, or the phone has paid and leaves.
    pub(super) fn answer(mut self, mut reader: VirtualReader) -> Result<(), Failure> {
        let broken = |error: std::io::Error| {
            Failure::file(format!(
                "the connection to the virtual reader broke: {error}"
            ))
        };
        let mut card = Card::new();
        while let Some(signal) = reader.signal().map_err(broken)? {
            match signal {
                Signal::PowerOn => {}
                Signal::FieldLost => {
                    card.field_lost();
                    if self.once && self.watched.answered {
                        return Ok(());
                    }
                }
                Signal::Command(command) => {
                    let response = card.process(&mut self.watched, &command);
                    if let Some(tape) = &mut self.tape {
                        // Before it leaves: a trace that is cut shows at least as much as was said.
                        tape.add(Direction::Command, &command)?;
                        tape.add(Direction::Response, &response)?;
                    }
                    reader.answer(&response).map_err(broken)?;
                }
            }
        }
        Ok(())
    }
}

struct Watched {
    tap: Tap,
    events: SyncSender<Event>,
    /// A token, a refusal or an answer to a receipt was given.
    answered: bool,
}

impl Watched {
    fn tell(&mut self, event: Event) {
        self.answered |= matches!(event, Event::Gave(_) | Event::Refused(_));
        // The reader is never made to wait for a person. A flood that nobody hears yet is told in part; nobody listens at all
        // when the command is about to end.
        let _ = self.events.try_send(event);
    }
}

impl CardApplication for Watched {
    fn select_info(&mut self) -> SelectInfo {
        self.tap.select_info()
    }

    fn pay(&mut self, request: &[u8], mode: AskMode) -> PayAnswer {
        let answer = self.tap.pay(request, mode);
        match &answer {
            PayAnswer::Waiting if mode == AskMode::Ask => self.tell(Event::Asked(request.to_vec())),
            PayAnswer::Message(message) => match Message::decode(message) {
                Ok(Message::Refusal(refusal)) => self.tell(Event::Refused(refusal)),
                _ => self.tell(Event::Gave(message.clone())),
            },
            PayAnswer::Waiting | PayAnswer::NothingToRepeat => {}
        }
        answer
    }

    fn receipt(&mut self, receipt: &[u8]) -> ReceiptAnswer {
        let answer = self.tap.receipt(receipt);
        self.tell(Event::Receipt(answer == ReceiptAnswer::Taken));
        answer
    }

    fn carry(&mut self, message: &[u8]) -> CarryAnswer {
        let answer = self.tap.carry(message);
        self.tell(Event::Carried(answer == CarryAnswer::Taken));
        answer
    }
}
