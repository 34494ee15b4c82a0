//! Phone and reader held together: real APDUs between the terminal's reader and the wallet's card, and a field that can
//! break at any byte.

use skilling_link::apdu::SelectInfo;
use skilling_link::card::{AskMode, Card, CardApplication, CarryAnswer, PayAnswer, ReceiptAnswer};
use skilling_link::reader::{LinkLost, Transceiver};
use skilling_wallet::tap::Tap;

/// One phone in the field of one reader.
pub(super) struct Cable {
    card: Card,
    phone: Watched,
    /// Answer bytes until the phone leaves the field; `None`: it stays.
    answers_left: Option<usize>,
    /// Commands and bytes each way, for the tale.
    pub(super) commands: usize,
    pub(super) to_phone: usize,
    pub(super) to_till: usize,
    /// The trace, in the form that `skilling inspect` reads.
    pub(super) trace: String,
}

impl Cable {
    pub(super) fn new(tap: Tap) -> Self {
        Self {
            card: Card::new(),
            phone: Watched {
                tap,
                tokens: Vec::new(),
            },
            answers_left: None,
            commands: 0,
            to_phone: 0,
            to_till: 0,
            trace: String::new(),
        }
    }

    /// The phone leaves once this many answer bytes have crossed.
    pub(super) fn that_breaks_after(mut self, answer_bytes: usize) -> Self {
        self.answers_left = Some(answer_bytes);
        self
    }

    /// Every token the phone handed to its NFC stack.
    pub(super) fn tokens(&self) -> &[Vec<u8>] {
        &self.phone.tokens
    }

    fn note(&mut self, arrow: char, bytes: &[u8]) {
        self.trace.push(arrow);
        self.trace.push(' ');
        self.trace.push_str(&hex::encode(bytes));
        self.trace.push('\n');
    }
}

impl Transceiver for Cable {
    fn transceive(&mut self, command: &[u8]) -> Result<Vec<u8>, LinkLost> {
        if self.answers_left == Some(0) {
            return Err(LinkLost);
        }
        self.commands += 1;
        self.to_phone += command.len();
        self.note('>', command);
        let answer = self.card.process(&mut self.phone, command);
        if let Some(left) = &mut self.answers_left {
            if answer.len() > *left {
                *left = 0;
                self.card.field_lost();
                return Err(LinkLost);
            }
            *left -= answer.len();
        }
        self.to_till += answer.len();
        self.note('<', &answer);
        Ok(answer)
    }
}

/// The wallet's card application, and a note of what left it.
struct Watched {
    tap: Tap,
    tokens: Vec<Vec<u8>>,
}

impl CardApplication for Watched {
    fn select_info(&mut self) -> SelectInfo {
        self.tap.select_info()
    }

    fn pay(&mut self, request: &[u8], mode: AskMode) -> PayAnswer {
        let answer = self.tap.pay(request, mode);
        if let PayAnswer::Message(message) = &answer {
            self.tokens.push(message.clone());
        }
        answer
    }

    fn receipt(&mut self, receipt: &[u8]) -> ReceiptAnswer {
        self.tap.receipt(receipt)
    }

    fn carry(&mut self, message: &[u8]) -> CarryAnswer {
        self.tap.carry(message)
    }
}
