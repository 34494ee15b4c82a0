//! The phone's side of NFC: command bytes in, response bytes out (protocol section 4).
//!
//! A pure state machine. It does the framing (SELECT, chaining, GET RESPONSE, every status and limit) and asks the
//! wallet, a [`CardApplication`], for everything that has a meaning. It holds at most one unfinished command and
//! one response not yet fetched, and nothing outlives the field.
//!
//! Not synchronised: one card belongs to one NFC service, which calls it from one thread at a time.
//!
//! # The 300 ms rule
//!
//! A response is due within 300 ms. [`Card::process`] adds only copying, so the time is the application's: it
//! never holds a command while the payer decides or slow hardware signs. It answers [`PayAnswer::Waiting`]
//! (`6985`) at once, and the next ask gets the finished token.
//!
//! # Presented
//!
//! The phone cannot know whether its last answer arrived. A token counts as *presented* from the first byte that
//! is handed to the NFC stack, and [`Card::process`] returns only to be handed there: the moment the application
//! returns [`PayAnswer::Message`] with a token, that token is presented, so everything that must be durable
//! before that (the committed payment) is durable by then. No later notice comes, not even when the field is lost.

use crate::apdu::{
    AID, CLA_APPLICATION, CLA_CHAINED, CLA_ISO, ChainAssembler, ChainError, Command, Fed, Form,
    Header, INS_CARRY, INS_GET_RESPONSE, INS_PAY, INS_RECEIPT, INS_SELECT, MAX_SHORT_DATA, P1_ASK,
    P1_REPEAT_ONLY, Response, SelectInfo, StatusWord,
};

/// What the wallet does behind the card. Every method answers at once, see the 300 ms rule in [`crate::card`].
///
/// The bytes come from whoever holds a reader: untrusted, at most [`crate::MAX_MESSAGE`] long, possibly empty.
pub trait CardApplication {
    /// A terminal selected the application: a new session begins, a receipt is tried on its payments first.
    ///
    /// What is told here is the same for every reader and says nothing of balance or customer.
    fn select_info(&mut self) -> SelectInfo;

    /// A terminal asks for payment with a payment request (message type 1).
    ///
    /// A malformed request is answered by a refusal, `[0, 1]`, as any other reason not to pay is. The answer is at
    /// most [`crate::MAX_MESSAGE`] bytes.
    fn pay(&mut self, request: &[u8], mode: AskMode) -> PayAnswer;

    /// A terminal gives a receipt (message type 3), which names no payment. Durable before it is taken.
    fn receipt(&mut self, receipt: &[u8]) -> ReceiptAnswer;

    /// A terminal passes on an outage bulletin (message type 8).
    fn carry(&mut self, message: &[u8]) -> CarryAnswer;
}

/// How a request is asked: P1 of pay.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AskMode {
    /// `00`: pay it, or repeat the answer already given.
    Ask,
    /// `01`: repeat the token already given for it; never make one, never ask the payer.
    RepeatOnly,
}

/// The wallet's answer to [`CardApplication::pay`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PayAnswer {
    /// A payment token (type 2), presented from now on, or a refusal (type 0).
    Message(Vec<u8>),
    /// The payer has not agreed or the hardware has not signed yet: `6985`.
    Waiting,
    /// Asked to repeat only, and there is nothing: `6A88`.
    NothingToRepeat,
}

/// The wallet's answer to [`CardApplication::receipt`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReceiptAnswer {
    /// It belongs to a payment and is stored: `9000`.
    Taken,
    /// It fits no payment tried: `6982`.
    FitsNone,
    /// There is no payment to try: `6A88`.
    NoPayment,
    /// It is malformed: `6A80`.
    Malformed,
}

/// The wallet's answer to [`CardApplication::carry`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CarryAnswer {
    /// Signed by a root, and looked at: `9000`.
    Taken,
    /// Malformed or not signed by a root: `6A80`.
    Malformed,
}

/// The card that a terminal sees. See [`crate::card`].
///
/// An open chain and an unfetched response never stand together: each command that begins the one ends the other.
#[derive(Debug, Default)]
pub struct Card {
    selected: Option<Selected>,
    chain: ChainAssembler,
    unfetched: Vec<u8>,
}

/// What a session needs to remember of the select response.
#[derive(Debug)]
struct Selected {
    largest_command_data: usize,
}

enum Instruction {
    Select,
    GetResponse,
    Pay(AskMode),
    Receipt,
    Carry,
}

impl Card {
    /// A card out of the field.
    pub fn new() -> Self {
        Self::default()
    }

    /// Answers one command. Any bytes are allowed and are answered with a status; nothing panics.
    pub fn process(&mut self, app: &mut dyn CardApplication, command: &[u8]) -> Vec<u8> {
        self.answer(app, command)
            .unwrap_or_else(|status| {
                self.chain.clear();
                Response::status(status)
            })
            .into_bytes()
    }

    /// The field is gone, or the system deactivated the application: selection, chain and response are forgotten.
    pub fn field_lost(&mut self) {
        *self = Self::default();
    }

    fn answer(
        &mut self,
        app: &mut dyn CardApplication,
        command: &[u8],
    ) -> Result<Response, StatusWord> {
        let header =
            Header::of(command).map_err(|_| self.drop_response(StatusWord::WrongLength))?;
        if !is_get_response(header) {
            self.unfetched.clear();
        }
        let instruction = instruction(header)?;
        let command = Command::parse(command).map_err(|_| StatusWord::WrongLength)?;
        match instruction {
            Instruction::Select => self.select(app, &command),
            Instruction::GetResponse => self.get_response(&command),
            Instruction::Pay(mode) => {
                self.whole(&command, |message| match app.pay(message, mode) {
                    PayAnswer::Message(answer) => Ok(answer),
                    PayAnswer::Waiting => Err(StatusWord::ConditionsNotSatisfied),
                    PayAnswer::NothingToRepeat => Err(StatusWord::ReferencedDataNotFound),
                })
            }
            Instruction::Receipt => self.whole(&command, |message| match app.receipt(message) {
                ReceiptAnswer::Taken => Ok(Vec::new()),
                ReceiptAnswer::FitsNone => Err(StatusWord::SecurityStatusNotSatisfied),
                ReceiptAnswer::NoPayment => Err(StatusWord::ReferencedDataNotFound),
                ReceiptAnswer::Malformed => Err(StatusWord::WrongData),
            }),
            Instruction::Carry => self.whole(&command, |message| match app.carry(message) {
                CarryAnswer::Taken => Ok(Vec::new()),
                CarryAnswer::Malformed => Err(StatusWord::WrongData),
            }),
        }
    }

    fn select(
        &mut self,
        app: &mut dyn CardApplication,
        command: &Command<'_>,
    ) -> Result<Response, StatusWord> {
        self.chain.clear();
        self.selected = None;
        if command.data != AID {
            return Err(StatusWord::FileNotFound);
        }
        let info = app.select_info();
        self.selected = Some(Selected {
            largest_command_data: usize::try_from(info.largest_command_data).unwrap_or(usize::MAX),
        });
        Ok(self.deliver(info.encode(), command.expected))
    }

    fn get_response(&mut self, command: &Command<'_>) -> Result<Response, StatusWord> {
        if !command.data.is_empty() || command.expected.is_none() {
            return Err(StatusWord::WrongLength);
        }
        if self.unfetched.is_empty() {
            return Err(StatusWord::ReferencedDataNotFound);
        }
        let rest = std::mem::take(&mut self.unfetched);
        Ok(self.deliver(rest, command.expected))
    }

    /// Collects the blocks of one of the application's commands and carries it out once it is whole.
    fn whole(
        &mut self,
        command: &Command<'_>,
        carry_out: impl FnOnce(&[u8]) -> Result<Vec<u8>, StatusWord>,
    ) -> Result<Response, StatusWord> {
        let selected = self
            .selected
            .as_ref()
            .ok_or(StatusWord::InstructionNotSupported)?;
        let most = selected.largest_command_data.max(MAX_SHORT_DATA);
        if command.form == Form::Extended && command.data.len() > most {
            return Err(StatusWord::WrongLength);
        }
        match self.chain.feed(command.header, command.data) {
            Ok(Fed::More) => Ok(Response::status(StatusWord::Success)),
            Ok(Fed::Whole(message)) => Ok(self.deliver(carry_out(&message)?, command.expected)),
            Err(ChainError::TooLong) => Err(StatusWord::WrongLength),
            Err(ChainError::ParametersChanged) => Err(StatusWord::WrongParameters),
        }
    }

    /// Hands out as much as the command expects and keeps the rest for GET RESPONSE.
    fn deliver(&mut self, mut data: Vec<u8>, expected: Option<u32>) -> Response {
        let expected = usize::try_from(expected.unwrap_or(0)).unwrap_or(usize::MAX);
        self.unfetched = data.split_off(expected.min(data.len()));
        Response {
            data,
            status: StatusWord::for_remaining(self.unfetched.len()),
        }
    }

    fn drop_response(&mut self, status: StatusWord) -> StatusWord {
        self.unfetched.clear();
        status
    }
}

fn is_get_response(header: Header) -> bool {
    (header.cla, header.ins) == (CLA_ISO, INS_GET_RESPONSE)
}

/// Which instruction a header asks for: class first, then instruction, then parameters.
fn instruction(header: Header) -> Result<Instruction, StatusWord> {
    let Header { cla, ins, p1, p2 } = header;
    match (cla, ins, p1, p2) {
        (CLA_ISO, INS_SELECT, 0x04, 0x00) => Ok(Instruction::Select),
        (CLA_ISO, INS_GET_RESPONSE, 0, 0) => Ok(Instruction::GetResponse),
        (CLA_ISO, INS_SELECT | INS_GET_RESPONSE, ..) => Err(StatusWord::WrongParameters),
        (CLA_APPLICATION | CLA_CHAINED, INS_PAY, P1_ASK, 0) => Ok(Instruction::Pay(AskMode::Ask)),
        (CLA_APPLICATION | CLA_CHAINED, INS_PAY, P1_REPEAT_ONLY, 0) => {
            Ok(Instruction::Pay(AskMode::RepeatOnly))
        }
        (CLA_APPLICATION | CLA_CHAINED, INS_RECEIPT, 0, 0) => Ok(Instruction::Receipt),
        (CLA_APPLICATION | CLA_CHAINED, INS_CARRY, 0, 0) => Ok(Instruction::Carry),
        (CLA_APPLICATION | CLA_CHAINED, INS_PAY | INS_RECEIPT | INS_CARRY, ..) => {
            Err(StatusWord::WrongParameters)
        }
        (CLA_ISO | CLA_APPLICATION | CLA_CHAINED, ..) => Err(StatusWord::InstructionNotSupported),
        _ => Err(StatusWord::ClassNotSupported),
    }
}
