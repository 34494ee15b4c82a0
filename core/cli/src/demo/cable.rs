//! Phone and reader held together: real APDUs between the terminal's reader and the wallet's card, and a field that can
//! break at any byte. Over PC/SC where the machine has a virtual reader, else hand to hand in memory.

use std::sync::{Arc, Mutex, PoisonError};

use skilling_link::apdu::SelectInfo;
use skilling_link::apdu::budget::Budget;
use skilling_link::apdu::trace::{Direction, Transcript};
use skilling_link::card::{AskMode, Card, CardApplication, CarryAnswer, PayAnswer, ReceiptAnswer};
use skilling_link::reader::{LinkLost, Transceiver};
use skilling_wallet::tap::Tap;

use super::radio::{READER, Radio};

/// One phone in the field of one reader.
pub(super) struct Cable {
    held: Arc<Mutex<Held>>,
    /// What carries the commands; nothing where they are handed over in memory.
    radio: Option<Radio>,
    tokens: Tokens,
    said: Transcript,
}

type Tokens = Arc<Mutex<Vec<Vec<u8>>>>;

impl Cable {
    /// The phone stays until the tap is over.
    pub(super) fn new(tap: Tap) -> Self {
        Self::lay(tap, usize::MAX)
    }

    /// The phone leaves once this many answer bytes have crossed.
    pub(super) fn that_breaks_after(tap: Tap, answer_bytes: usize) -> Self {
        Self::lay(tap, answer_bytes)
    }

    fn lay(tap: Tap, answers_left: usize) -> Self {
        let tokens = Tokens::default();
        let held = Held {
            card: Card::new(),
            phone: Watched {
                tap,
                tokens: tokens.clone(),
            },
            answers_left,
        };
        let held = Arc::new(Mutex::new(held));
        Self {
            radio: Radio::lay(&held),
            held,
            tokens,
            said: Transcript::default(),
        }
    }

    /// What carries this tap, in words.
    pub(super) fn way(&self) -> String {
        match self.radio {
            Some(_) => format!("through PC/SC, phone and till at the reader \"{READER}\""),
            None => "in memory: no virtual PC/SC reader is free here (scripts/demo has one)".into(),
        }
    }

    /// Every token the phone handed to its NFC stack.
    pub(super) fn tokens(&self) -> Vec<Vec<u8>> {
        let tokens = self.tokens.lock();
        tokens.unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// What it cost.
    pub(super) fn budget(&self) -> Budget {
        Budget::of(&self.said)
    }

    /// The trace, in the form that `skilling inspect` reads.
    pub(super) fn trace(&self) -> String {
        self.said.to_string()
    }
}

impl Transceiver for Cable {
    fn transceive(&mut self, command: &[u8]) -> Result<Vec<u8>, LinkLost> {
        self.said.push(Direction::Command, command);
        let answer = match &mut self.radio {
            Some(radio) => radio.transceive(command)?,
            None => {
                let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
                held.answer(command).ok_or(LinkLost)?
            }
        };
        self.said.push(Direction::Response, &answer);
        Ok(answer)
    }
}

/// A phone that answers, and leaves when it has said so much.
pub(super) struct Held {
    card: Card,
    phone: Watched,
    answers_left: usize,
}

impl Held {
    /// The answer; nothing once the phone has left.
    pub(super) fn answer(&mut self, command: &[u8]) -> Option<Vec<u8>> {
        if self.answers_left == 0 {
            return None;
        }
        let answer = self.card.process(&mut self.phone, command);
        match self.answers_left.checked_sub(answer.len()) {
            Some(left) => {
                self.answers_left = left;
                Some(answer)
            }
            None => {
                self.answers_left = 0;
                self.card.field_lost();
                None
            }
        }
    }

    #[cfg_attr(
        not(feature = "pcsc"),
        allow(dead_code, reason = "only a reader loses its field")
    )]
    pub(super) fn field_lost(&mut self) {
        self.card.field_lost();
    }
}

/// The wallet's card application, and a note of what left it.
struct Watched {
    tap: Tap,
    tokens: Tokens,
}

impl CardApplication for Watched {
    fn select_info(&mut self) -> SelectInfo {
        self.tap.select_info()
    }

    fn pay(&mut self, request: &[u8], mode: AskMode) -> PayAnswer {
        let answer = self.tap.pay(request, mode);
        if let PayAnswer::Message(message) = &answer {
            let mut tokens = self.tokens.lock().unwrap_or_else(PoisonError::into_inner);
            tokens.push(message.clone());
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
