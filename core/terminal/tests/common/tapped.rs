//! A phone in front of a reader, and a field that goes away.

use skilling_link::apdu::SelectInfo;
use skilling_link::card::{AskMode, Card, CardApplication, CarryAnswer, PayAnswer, ReceiptAnswer};
use skilling_link::reader::{LinkLost, Transceiver};
use skilling_protocol::message::{Expected, PaymentRequest, Token, encode_refusal};
use skilling_protocol::objects::{Outcome as Said, Receipt};
use skilling_protocol::signed::Signed;
use skilling_terminal::OpenRequest;

use super::{Phone, key};

/// A phone on the reader: it pays each request once and repeats the token until it has a receipt.
pub struct Tapped {
    pub phone: Phone,
    pub card: Card,
    pub payments: Vec<Paid>,
    pub waits: usize,
    pub refuses: Option<u32>,
    pub bulletins: Vec<Vec<u8>>,
}

pub struct Paid {
    pub request: Vec<u8>,
    pub token: Vec<u8>,
    pub receipts: Vec<Vec<u8>>,
}

impl Tapped {
    pub fn new(number: u8) -> Self {
        Self {
            phone: Phone::new(number),
            card: Card::new(),
            payments: Vec::new(),
            waits: 0,
            refuses: None,
            bulletins: Vec::new(),
        }
    }

    pub fn said(&self) -> Vec<Said> {
        let receipts = self.payments.iter().flat_map(|it| &it.receipts);
        let read = |it: &Vec<u8>| <Signed<Receipt> as Expected>::decode(it).unwrap();
        receipts.map(|it| read(it).unverified().outcome).collect()
    }
}

impl CardApplication for Tapped {
    fn select_info(&mut self) -> SelectInfo {
        SelectInfo {
            protocol_version: 1,
            largest_command_data: 255,
            bundle_version: 1,
            outages: vec![],
        }
    }

    fn pay(&mut self, request: &[u8], mode: AskMode) -> PayAnswer {
        if let Some(paid) = self.payments.iter().find(|it| it.request == request) {
            return PayAnswer::Message(paid.token.clone());
        }
        if mode == AskMode::RepeatOnly {
            return PayAnswer::NothingToRepeat;
        }
        if let Some(code) = self.refuses {
            return PayAnswer::Message(encode_refusal(code));
        }
        if self.waits > 0 {
            self.waits -= 1;
            return PayAnswer::Waiting;
        }
        let message = PaymentRequest::decode(request).unwrap();
        let open = OpenRequest {
            id: message.request.id(message.merchant.id(())),
            message: request.to_vec(),
            request: message.request.unverified().clone(),
        };
        let token = self.phone.pays(&open);
        self.payments.push(Paid {
            request: request.to_vec(),
            token: token.clone(),
            receipts: Vec::new(),
        });
        PayAnswer::Message(token)
    }

    fn receipt(&mut self, receipt: &[u8]) -> ReceiptAnswer {
        let till = skilling_protocol::crypto::Signer::public_key(&key(40));
        for paid in self.payments.iter_mut().rev() {
            let id = Token::decode(&paid.token).unwrap().payment_id();
            let signed = <Signed<Receipt> as Expected>::decode(receipt).unwrap();
            let verifier = skilling_protocol::crypto::P256Verifier;
            if signed.verify(id, &till, &verifier).is_ok() {
                if !paid.receipts.iter().any(|it| it == receipt) {
                    paid.receipts.push(receipt.to_vec());
                }
                return ReceiptAnswer::Taken;
            }
        }
        ReceiptAnswer::NoPayment
    }

    fn carry(&mut self, message: &[u8]) -> CarryAnswer {
        self.bulletins.push(message.to_vec());
        CarryAnswer::Taken
    }
}

/// The field goes away after so many bytes, counted over both directions.
pub struct Field<'a> {
    pub phone: &'a mut Tapped,
    pub left: usize,
    pub crossed: usize,
}

impl Field<'_> {
    fn cross(&mut self, bytes: usize) -> Result<(), LinkLost> {
        self.crossed += bytes;
        self.left = self.left.checked_sub(bytes).ok_or(LinkLost)?;
        Ok(())
    }
}

impl Transceiver for Field<'_> {
    fn transceive(&mut self, command: &[u8]) -> Result<Vec<u8>, LinkLost> {
        self.cross(command.len())?;
        let mut card = std::mem::take(&mut self.phone.card);
        let response = card.process(self.phone, command);
        self.phone.card = card;
        self.cross(response.len())?;
        Ok(response)
    }
}
