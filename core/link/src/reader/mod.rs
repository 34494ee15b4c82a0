//! The terminal's side of NFC, over any transceiver (protocol section 4).
//!
//! [`Reader`] offers the steps one by one, so that the till decides between them; [`tap`] drives a whole tap over
//! the decisions of a [`Till`]. Nothing here sleeps: the pause between two asks is the caller's [`Pause`].
//!
//! # Torn taps
//!
//! Every error says through [`TapError::must_repeat`] whether the phone may have presented a token that did not
//! arrive whole. If so, the till remembers that request durably and sends it with [`Reader::repeat_only`] first at
//! the next tap, even if it is cancelled or expired by then.

mod error;
mod tap;

pub use error::{Step, TapError, Torn};
pub use tap::{MAX_TORN_REQUESTS, TapEnd, Till, tap};

use std::num::NonZeroU8;

use crate::MAX_MESSAGE;
use crate::apdu::trace::{Direction, Transcript};
use crate::apdu::{
    AID, CLA_CHAINED, CLA_ISO, Command, Form, Header, INS_CARRY, INS_GET_RESPONSE, INS_PAY,
    INS_RECEIPT, INS_SELECT, MAX_SHORT_DATA, P1_ASK, P1_REPEAT_ONLY, Response, SelectInfo,
    StatusWord, blocks,
};
use crate::cbor::{message_type, refusal_code};

/// A reader device with a phone in front of it.
pub trait Transceiver {
    /// Sends one command and returns the response to it, status bytes included.
    ///
    /// [`LinkLost`] is final for this tap: the phone is gone or the device failed. Blocks until either.
    fn transceive(&mut self, command: &[u8]) -> Result<Vec<u8>, LinkLost>;
}

impl<T: Transceiver + ?Sized> Transceiver for &mut T {
    fn transceive(&mut self, command: &[u8]) -> Result<Vec<u8>, LinkLost> {
        (**self).transceive(command)
    }
}

/// The phone left the field, or the reader device failed. Tap again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the link to the phone is lost")]
pub struct LinkLost;

/// How a reader frames what it sends. The default is short chained commands of 255 bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReaderOptions {
    /// The most data bytes of one short command; the phone's own limit is kept besides.
    pub command_data: NonZeroU8,
    /// The most response bytes asked for at once by a short command; nothing means 256.
    pub response_data: Option<NonZeroU8>,
    /// Send one extended command wherever the message fits what the phone's select response allows.
    pub extended: bool,
    /// Keep a [`Transcript`] of every command and response. It holds whole messages: treat it as they are.
    pub record: bool,
}

impl Default for ReaderOptions {
    fn default() -> Self {
        Self {
            command_data: NonZeroU8::MAX,
            response_data: None,
            extended: false,
            record: false,
        }
    }
}

/// What a phone answered to an ask.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// A payment token (message type 2), whole but unverified.
    Token(Vec<u8>),
    /// A refusal with its code.
    Refusal(u32),
    /// `6985`: ask again with the very same request in 0.5 to 1 s.
    Waiting,
}

/// What a phone answered when asked to repeat only.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RepeatAnswer {
    /// As to an ask.
    Answered(Answer),
    /// `6A88`: this phone has no token to repeat for that request. Another phone may.
    NothingToRepeat,
}

/// What a phone did with a receipt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReceiptGiven {
    /// `9000`: stored.
    Taken,
    /// `6982`: fits none of the payments tried. Show it as a code.
    FitsNone,
    /// `6A88`: the phone has no payment to try it on.
    NoPayment,
    /// `6A80`: the phone cannot read it.
    Malformed,
}

/// What a phone did with an outage bulletin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Carried {
    /// `9000`.
    Taken,
    /// `6A80`: malformed or not signed by a root that the phone knows.
    Malformed,
    /// `6D00`: this phone takes none; the command is optional.
    NotSupported,
}

/// Decides what happens between two asks while the payer has not agreed.
pub trait Pause {
    /// Waits 0.5 to 1 s and says whether to ask again; [`Next::Stop`] once the request is cancelled or expired.
    fn pause(&mut self) -> Next;
}

impl<F: FnMut() -> Next> Pause for F {
    fn pause(&mut self) -> Next {
        self()
    }
}

/// What follows a pause.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// Send the same request again.
    AskAgain,
    /// Leave it.
    Stop,
}

/// One tap of one phone. Made anew for each tap; [`Reader::select`] comes first.
#[derive(Debug)]
pub struct Reader<T> {
    transceiver: T,
    options: ReaderOptions,
    phone: Option<SelectInfo>,
    transcript: Transcript,
}

impl<T: Transceiver> Reader<T> {
    /// A reader that has sent nothing yet.
    pub fn new(transceiver: T, options: ReaderOptions) -> Self {
        Self {
            transceiver,
            options,
            phone: None,
            transcript: Transcript::default(),
        }
    }

    /// Selects the application. Every error but a lost link means that this phone cannot pay here.
    pub fn select(&mut self) -> Result<SelectInfo, TapError> {
        self.phone = None;
        let header = Header::new(CLA_ISO, INS_SELECT, 0x04, 0x00);
        let command = self.framed(header, &AID, Form::Short);
        let response = self.last_block(Step::Select, &command)?;
        match response.status {
            StatusWord::Success => {}
            StatusWord::FileNotFound => return Err(TapError::NoApplication),
            status => return Err(unexpected(Step::Select, status)),
        }
        let info = SelectInfo::decode(&response.data)?;
        if info.protocol_version == 0 {
            return Err(TapError::UnsupportedVersion);
        }
        Ok(self.phone.insert(info).clone())
    }

    /// Asks for payment with a payment request (message type 1).
    pub fn ask(&mut self, request: &[u8]) -> Result<Answer, TapError> {
        let response = self.pay(request, P1_ASK)?;
        answer(response)
    }

    /// Asks for the token already given for this request, and for nothing new.
    pub fn repeat_only(&mut self, request: &[u8]) -> Result<RepeatAnswer, TapError> {
        let response = self.pay(request, P1_REPEAT_ONLY)?;
        if response.status == StatusWord::ReferencedDataNotFound {
            return Ok(RepeatAnswer::NothingToRepeat);
        }
        answer(response).map(RepeatAnswer::Answered)
    }

    /// Asks until there is an answer or `pause` stops it; then the last answer is [`Answer::Waiting`].
    pub fn ask_until_answered(
        &mut self,
        request: &[u8],
        pause: &mut dyn Pause,
    ) -> Result<Answer, TapError> {
        loop {
            let answer = self.ask(request)?;
            if answer != Answer::Waiting || pause.pause() == Next::Stop {
                return Ok(answer);
            }
        }
    }

    /// Gives a receipt (message type 3). It was durable before this call (protocol section 6).
    pub fn give_receipt(&mut self, receipt: &[u8]) -> Result<ReceiptGiven, TapError> {
        let response = self.message(Step::Receipt, INS_RECEIPT, 0, receipt)?;
        match response.status {
            StatusWord::Success => Ok(ReceiptGiven::Taken),
            StatusWord::SecurityStatusNotSatisfied => Ok(ReceiptGiven::FitsNone),
            StatusWord::ReferencedDataNotFound => Ok(ReceiptGiven::NoPayment),
            StatusWord::WrongData => Ok(ReceiptGiven::Malformed),
            status => Err(unexpected(Step::Receipt, status)),
        }
    }

    /// Passes on an outage bulletin (message type 8).
    pub fn carry(&mut self, bulletin: &[u8]) -> Result<Carried, TapError> {
        let response = self.message(Step::Carry, INS_CARRY, 0, bulletin)?;
        match response.status {
            StatusWord::Success => Ok(Carried::Taken),
            StatusWord::WrongData => Ok(Carried::Malformed),
            StatusWord::InstructionNotSupported => Ok(Carried::NotSupported),
            status => Err(unexpected(Step::Carry, status)),
        }
    }

    /// What was said so far; empty unless [`ReaderOptions::record`] is set.
    pub fn transcript(&self) -> &Transcript {
        &self.transcript
    }

    /// As [`Self::transcript`], when the tap is over.
    pub fn into_transcript(self) -> Transcript {
        self.transcript
    }

    fn pay(&mut self, request: &[u8], p1: u8) -> Result<Response, TapError> {
        self.message(Step::Pay, INS_PAY, p1, request)
    }

    /// Sends one message, in one extended command or in short blocks, and returns the whole response.
    fn message(
        &mut self,
        step: Step,
        ins: u8,
        p1: u8,
        message: &[u8],
    ) -> Result<Response, TapError> {
        let phone = self.phone.as_ref().ok_or(TapError::NotSelected)?;
        if message_type(message) != Some(step.message_type()) {
            return Err(TapError::WrongMessage { step });
        }
        if message.len() > MAX_MESSAGE {
            return Err(TapError::MessageTooLong(message.len()));
        }
        let largest = usize::try_from(phone.largest_command_data).unwrap_or(usize::MAX);
        let (form, size) = if self.options.extended && message.len() <= largest {
            (Form::Extended, MAX_MESSAGE)
        } else {
            let size = usize::from(self.options.command_data.get());
            (Form::Short, size.min(largest).min(MAX_SHORT_DATA))
        };

        let mut commands: Vec<Vec<u8>> = blocks(ins, p1, message, size)
            .map(|(header, block)| self.framed(header, block, form))
            .collect();
        let last = commands.pop().unwrap_or_default();
        for command in &commands {
            self.earlier_block(step, command)?;
        }
        self.last_block(step, &last)
    }

    /// A command as this reader writes it: the last block says how much it wants back, earlier ones nothing.
    fn framed(&self, header: Header, data: &[u8], form: Form) -> Vec<u8> {
        let expected = match form {
            _ if header.cla == CLA_CHAINED => None,
            Form::Short => Some(self.response_size(256)),
            Form::Extended => Some(65_536),
        };
        let command = Command {
            header,
            data,
            expected,
            form,
        };
        // Cannot fail: every size above is within its form.
        command.to_bytes().unwrap_or_default()
    }

    fn response_size(&self, available: u16) -> u32 {
        let most = self
            .options
            .response_data
            .map_or(256, |most| u16::from(most.get()));
        u32::from(available.min(most))
    }

    /// Sends a block that others follow. Until the last one is sent the phone has been asked nothing.
    fn earlier_block(&mut self, step: Step, command: &[u8]) -> Result<(), TapError> {
        let response = self.exchange(command).map_err(|_| TapError::LinkLost {
            step,
            torn: Torn::NotAsked,
        })?;
        match Response::parse(&response).map(|response| response.status) {
            Ok(StatusWord::Success) => Ok(()),
            Ok(status) => Err(unexpected(step, status)),
            Err(_) => Err(TapError::BadResponse {
                step,
                torn: Torn::NotAsked,
            }),
        }
    }

    /// Sends the block that completes a command and fetches the response to its end.
    fn last_block(&mut self, step: Step, command: &[u8]) -> Result<Response, TapError> {
        let mut whole = self.one_response(step, command, Torn::NoAnswer)?;
        while let StatusWord::MoreData(left) = whole.status {
            let torn = Torn::PartAnswer;
            let header = Header::new(CLA_ISO, INS_GET_RESPONSE, 0, 0);
            let fetch = Command {
                header,
                data: &[],
                expected: Some(self.response_size(left.max(1))),
                form: Form::Short,
            };
            let fetch = fetch.to_bytes().unwrap_or_default();
            let next = self.one_response(step, &fetch, torn)?;
            let ended = !matches!(next.status, StatusWord::MoreData(_) | StatusWord::Success);
            if ended || next.data.is_empty() {
                return Err(TapError::BadResponse { step, torn });
            }
            if whole.data.len().saturating_add(next.data.len()) > MAX_MESSAGE {
                return Err(TapError::ResponseTooLong { step });
            }
            whole.data.extend_from_slice(&next.data);
            whole.status = next.status;
        }
        if whole.data.len() > MAX_MESSAGE {
            return Err(TapError::ResponseTooLong { step });
        }
        Ok(whole)
    }

    fn one_response(
        &mut self,
        step: Step,
        command: &[u8],
        torn: Torn,
    ) -> Result<Response, TapError> {
        let bytes = self
            .exchange(command)
            .map_err(|_| TapError::LinkLost { step, torn })?;
        Response::parse(&bytes).map_err(|_| TapError::BadResponse { step, torn })
    }

    fn exchange(&mut self, command: &[u8]) -> Result<Vec<u8>, LinkLost> {
        if self.options.record {
            self.transcript.push(Direction::Command, command);
        }
        let response = self.transceiver.transceive(command)?;
        if self.options.record {
            self.transcript.push(Direction::Response, &response);
        }
        Ok(response)
    }
}

fn unexpected(step: Step, status: StatusWord) -> TapError {
    TapError::Status { step, status }
}

/// What a whole response to pay says.
fn answer(response: Response) -> Result<Answer, TapError> {
    match response.status {
        StatusWord::Success => {}
        StatusWord::ConditionsNotSatisfied => return Ok(Answer::Waiting),
        status => return Err(unexpected(Step::Pay, status)),
    }
    match message_type(&response.data) {
        Some(2) => Ok(Answer::Token(response.data)),
        Some(0) => refusal_code(&response.data)
            .map(Answer::Refusal)
            .ok_or(TapError::UnreadableAnswer),
        _ => Err(TapError::UnreadableAnswer),
    }
}
