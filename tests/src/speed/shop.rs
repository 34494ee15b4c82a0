//! A till with its store, and payers who sign what it asks for without a wallet around the key.

use std::path::Path;
use std::sync::Arc;

use skilling_platform::clock::ManualClock;
use skilling_platform::random;
use skilling_protocol::crypto::Signer as _;
use skilling_protocol::message::{Expected as _, PaymentRequest, Token, encode_status_list};
use skilling_protocol::objects::{Allowance, Payment, Sequence};
use skilling_protocol::signed::Signed;
use skilling_protocol::values::{Currency, Uuid};
use skilling_terminal::keys::TerminalKey;
use skilling_terminal::{OpenRequest, Outcome, Sale, Terminal};

use super::bundle_message;
use crate::kit;

/// The file of the acceptance store in its folder.
pub const STORE: &str = "till.db";

/// A shop with one till, open for business.
#[derive(Debug)]
pub struct Shop {
    /// Its till.
    pub till: Terminal,
}

impl Shop {
    /// A new one in `folder`.
    #[must_use]
    pub fn new(folder: &Path) -> Self {
        std::fs::create_dir_all(folder).unwrap();
        let shop = Self::reopen(folder);
        let till = &shop.till;
        till.take(&bundle_message()).unwrap();
        let list = encode_status_list(&kit::status_list(&[], kit::NOW - 60));
        till.take(&list).unwrap();
        let certificate = Signed::sign(kit::merchant(), (), &kit::acquirer()).unwrap();
        till.take_certificate(&certificate.to_bytes()).unwrap();
        shop
    }

    /// The one in `folder`, after its process ended.
    #[must_use]
    pub fn reopen(folder: &Path) -> Self {
        let clock = Arc::new(ManualClock::at(kit::time(kit::NOW)));
        let (roots, keys) = (
            vec![kit::root().public_key()],
            vec![TerminalKey::new(kit::terminal())],
        );
        let till = Terminal::open(&folder.join(STORE), roots, keys, clock).unwrap();
        Self { till }
    }

    /// A fresh request over 125.50.
    #[must_use]
    pub fn asks(&self) -> OpenRequest {
        self.till
            .request(&Sale::new(kit::amount(12_550), Currency::DKK))
            .unwrap()
    }

    /// Says "paid" to the token and gives the receipt.
    #[must_use]
    pub fn accepts(&self, token: &[u8]) -> Vec<u8> {
        match self.till.accept(token).unwrap() {
            Outcome::Accepted(answered) => answered.receipt,
            other => panic!("an honest token was not accepted: {other:?}"),
        }
    }
}

/// Somebody with one allowance.
#[derive(Debug)]
pub struct Payer {
    allowance: Signed<Allowance>,
    sequence: u32,
    spent: u64,
}

impl Default for Payer {
    fn default() -> Self {
        let allowance = Allowance {
            uuid: Uuid(random::bytes().unwrap()),
            limit: kit::amount(1 << 52),
            max_payments: u32::MAX,
            ..kit::allowance()
        };
        Self {
            allowance: Signed::sign(allowance, (), &kit::issuer()).unwrap(),
            sequence: 0,
            spent: 0,
        }
    }
}

impl Payer {
    /// The token for a request.
    #[must_use]
    pub fn pays(&mut self, request: &OpenRequest) -> Vec<u8> {
        let message = PaymentRequest::decode(&request.message).unwrap();
        self.sequence += 1;
        self.spent += 12_550;
        let payment = Payment {
            sequence: Sequence::new(self.sequence).unwrap(),
            spent: kit::amount(self.spent),
            ..kit::payment(kit::request_id(&message))
        };
        kit::token(&self.allowance, payment, &kit::pay()).encode()
    }

    /// Their token as it is decoded.
    #[must_use]
    pub fn token(&mut self, request: &OpenRequest) -> Token {
        Token::decode(&self.pays(request)).unwrap()
    }
}
