//! A wallet, a till and a breakable link, small enough to be obviously right, for the tests of this crate.
//!
//! The messages have the outer shape of protocol section 4 and no signatures: a request holds a number and padding,
//! a token holds the request and a sequence number, a receipt holds the token's sequence number.
#![allow(dead_code)]

use std::collections::BTreeMap;

use skilling_link::apdu::SelectInfo;
use skilling_link::card::{AskMode, Card, CardApplication, CarryAnswer, PayAnswer, ReceiptAnswer};
use skilling_link::reader::{
    LinkLost, Next, Reader, ReaderOptions, ReceiptGiven, TapEnd, TapError, Till, Transceiver, tap,
};

/// A message of a type, of exactly `size` bytes (3 or more), with a number in it.
pub(crate) fn message(kind: u8, number: u8, size: usize) -> Vec<u8> {
    let mut bytes = vec![0x82, kind, number];
    bytes.resize(size.max(3), number ^ 0xA5);
    bytes
}

/// Payments by request, in the order of their sequence numbers, and what became of them.
#[derive(Clone, Default)]
pub(crate) struct Wallet {
    pub(crate) payments: Vec<Payment>,
    pub(crate) selected: usize,
    pub(crate) carried: Vec<Vec<u8>>,
    /// How many asks are answered `6985` before the payer agrees to a request.
    pub(crate) asks_before_consent: usize,
    pub(crate) asks: BTreeMap<Vec<u8>, usize>,
    pub(crate) token_size: usize,
    pub(crate) largest_command_data: u32,
    pub(crate) outages: Vec<(u16, u32)>,
}

#[derive(Clone, Debug)]
pub(crate) struct Payment {
    pub(crate) request: Vec<u8>,
    pub(crate) token: Vec<u8>,
    pub(crate) receipts: Vec<Vec<u8>>,
}

impl Wallet {
    pub(crate) fn new(token_size: usize) -> Self {
        Self {
            token_size,
            largest_command_data: 4096,
            ..Self::default()
        }
    }
}

impl CardApplication for Wallet {
    fn select_info(&mut self) -> SelectInfo {
        self.selected += 1;
        SelectInfo {
            protocol_version: 1,
            largest_command_data: self.largest_command_data,
            bundle_version: 1,
            outages: self.outages.clone(),
        }
    }

    fn pay(&mut self, request: &[u8], mode: AskMode) -> PayAnswer {
        if skilling_link::message_type(request) != Some(1) {
            return PayAnswer::Message(vec![0x82, 0, 1]);
        }
        if let Some(known) = self.payments.iter().find(|known| known.request == request) {
            return match (mode, known.receipts.is_empty()) {
                (_, true) => PayAnswer::Message(known.token.clone()),
                (AskMode::Ask, false) => PayAnswer::Message(vec![0x82, 0, 0x18, 28]),
                (AskMode::RepeatOnly, false) => PayAnswer::NothingToRepeat,
            };
        }
        if mode == AskMode::RepeatOnly {
            return PayAnswer::NothingToRepeat;
        }
        let asks = self.asks.entry(request.to_vec()).or_default();
        *asks += 1;
        if *asks <= self.asks_before_consent {
            return PayAnswer::Waiting;
        }
        let sequence = u8::try_from(self.payments.len() + 1).unwrap();
        let token = message(2, sequence, self.token_size);
        self.payments.push(Payment {
            request: request.to_vec(),
            token: token.clone(),
            receipts: Vec::new(),
        });
        PayAnswer::Message(token)
    }

    fn receipt(&mut self, receipt: &[u8]) -> ReceiptAnswer {
        if skilling_link::message_type(receipt) != Some(3) {
            return ReceiptAnswer::Malformed;
        }
        if self.payments.is_empty() {
            return ReceiptAnswer::NoPayment;
        }
        let fits = |payment: &&mut Payment| payment.token.get(2) == receipt.get(2);
        match self.payments.iter_mut().find(fits) {
            Some(payment) => {
                if !payment.receipts.iter().any(|known| known == receipt) {
                    payment.receipts.push(receipt.to_vec());
                }
                ReceiptAnswer::Taken
            }
            None => ReceiptAnswer::FitsNone,
        }
    }

    fn carry(&mut self, message: &[u8]) -> CarryAnswer {
        if skilling_link::message_type(message) != Some(8) {
            return CarryAnswer::Malformed;
        }
        self.carried.push(message.to_vec());
        CarryAnswer::Taken
    }
}

/// A till with one sale open at a time.
#[derive(Clone, Default)]
pub(crate) struct ModelTill {
    pub(crate) current: Option<Vec<u8>>,
    /// Newest first.
    pub(crate) torn: Vec<Vec<u8>>,
    pub(crate) accepted: Vec<(Vec<u8>, Vec<u8>)>,
    pub(crate) tokens_seen: Vec<Vec<u8>>,
    pub(crate) refusals: Vec<u32>,
    pub(crate) receipts_made: Vec<Vec<u8>>,
    pub(crate) receipts_given: Vec<Option<ReceiptGiven>>,
    pub(crate) nothing_to_repeat: usize,
    pub(crate) receipt_size: usize,
    pub(crate) bulletin: Option<Vec<u8>>,
}

impl ModelTill {
    pub(crate) fn with_sale(request: Vec<u8>, receipt_size: usize) -> Self {
        Self {
            current: Some(request),
            receipt_size,
            ..Self::default()
        }
    }

    fn remember_torn(&mut self, request: &[u8]) {
        if !self.torn.iter().any(|known| known == request) {
            self.torn.insert(0, request.to_vec());
        }
    }
}

impl Till for ModelTill {
    fn torn_requests(&mut self) -> Vec<Vec<u8>> {
        self.torn.clone()
    }

    fn current_request(&mut self) -> Option<Vec<u8>> {
        self.current.clone()
    }

    fn on_token(&mut self, request: &[u8], token: Vec<u8>) -> Option<Vec<u8>> {
        self.tokens_seen.push(token.clone());
        let again = self.accepted.iter().any(|(known, _)| known == request);
        let receipt = message(3, token[2], self.receipt_size);
        if !again {
            self.accepted.push((request.to_vec(), token));
            self.receipts_made.push(receipt.clone());
        }
        if self.current.as_deref() == Some(request) {
            self.current = None;
        }
        Some(receipt)
    }

    fn on_refusal(&mut self, _request: &[u8], code: u32) {
        self.refusals.push(code);
        self.current = None;
    }

    fn on_nothing_to_repeat(&mut self, _request: &[u8]) {
        self.nothing_to_repeat += 1;
    }

    fn on_torn(&mut self, request: &[u8]) {
        self.remember_torn(request);
    }

    fn on_receipt(&mut self, request: &[u8], given: Option<ReceiptGiven>) {
        self.receipts_given.push(given);
        if given == Some(ReceiptGiven::Taken) {
            self.torn.retain(|known| known != request);
        } else {
            self.remember_torn(request);
        }
    }

    fn bulletin_for(&mut self, phone: &SelectInfo) -> Option<Vec<u8>> {
        self.bulletin.clone().filter(|_| phone.outages.is_empty())
    }
}

/// A card in a field that goes away after a number of bytes, counted over both directions.
///
/// A command of which a byte is missing never reaches the card; a response of which one is missing never reaches
/// the reader, though the card has answered: ISO-DEP delivers whole blocks or none.
pub(crate) struct Field<'a> {
    pub(crate) card: &'a mut Card,
    pub(crate) wallet: &'a mut Wallet,
    pub(crate) bytes_left: usize,
    pub(crate) commands: usize,
    pub(crate) bytes: usize,
}

impl<'a> Field<'a> {
    pub(crate) fn new(card: &'a mut Card, wallet: &'a mut Wallet, bytes_left: usize) -> Self {
        Self {
            card,
            wallet,
            bytes_left,
            commands: 0,
            bytes: 0,
        }
    }

    fn cross(&mut self, bytes: usize) -> Result<(), LinkLost> {
        self.bytes += bytes;
        match self.bytes_left.checked_sub(bytes) {
            Some(left) => self.bytes_left = left,
            None => {
                self.bytes_left = 0;
                self.card.field_lost();
                return Err(LinkLost);
            }
        }
        Ok(())
    }
}

impl Transceiver for Field<'_> {
    fn transceive(&mut self, command: &[u8]) -> Result<Vec<u8>, LinkLost> {
        self.commands += 1;
        assert!(
            self.commands < 100_000,
            "the reader does not come to an end"
        );
        self.cross(command.len())?;
        let response = self.card.process(self.wallet, command);
        self.cross(response.len())?;
        Ok(response)
    }
}

/// One tap, cut after `bytes_left` bytes; also says how many bytes went over the link.
pub(crate) fn one_tap(
    card: &mut Card,
    wallet: &mut Wallet,
    till: &mut ModelTill,
    options: ReaderOptions,
    bytes_left: usize,
) -> (Result<TapEnd, TapError>, usize) {
    let mut field = Field::new(card, wallet, bytes_left);
    let mut reader = Reader::new(&mut field, options);
    let result = tap(&mut reader, till, &mut || Next::AskAgain);
    let bytes = field.bytes;
    field.card.field_lost();
    (result, bytes)
}

pub(crate) fn short(command_data: u8) -> ReaderOptions {
    ReaderOptions {
        command_data: command_data.try_into().unwrap(),
        ..ReaderOptions::default()
    }
}

pub(crate) fn extended() -> ReaderOptions {
    ReaderOptions {
        extended: true,
        ..ReaderOptions::default()
    }
}
