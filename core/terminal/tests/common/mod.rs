//! A small town for tests: a scheme, a bank, an acquirer, shops and phones, all with keys in memory and one clock.
#![allow(dead_code, unreachable_pub, clippy::unwrap_used, missing_docs)]

pub mod tapped;

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use skilling_platform::clock::ManualClock;
use skilling_platform::transport::{HttpRequest, HttpResponse, Transport, TransportError};
use skilling_protocol::crypto::{Signer as _, SoftwareKey};
use skilling_protocol::message::{
    DepositCall, Expected as _, PaymentRequest, RenewalCall, Token, encode_status_list,
};
use skilling_protocol::objects::*;
use skilling_protocol::signed::Signed;
use skilling_protocol::status_list::StatusBits;
use skilling_protocol::values::*;
use skilling_terminal::keys::TerminalKey;
use skilling_terminal::{OpenRequest, Sale, Terminal};

pub const NOON: u64 = 1_790_000_000;
pub const STATUS_URI: &str = "https://bank.example/v1/status/1";
pub const GROCERY: u16 = 5411;
pub const PHARMACY: u16 = 5912;

pub fn at(seconds: u64) -> Time {
    Time::from_unix(seconds).unwrap()
}

pub fn dkk(minor: u64) -> Amount {
    Amount::new(minor).unwrap()
}

pub fn mcc(code: u16) -> Mcc {
    Mcc::new(code).unwrap()
}

pub fn key(number: u8) -> SoftwareKey {
    SoftwareKey::from_scalar(&[number; 32]).unwrap()
}

pub fn root() -> SoftwareKey {
    key(1)
}
pub fn bank() -> SoftwareKey {
    key(2)
}
pub fn acquirer() -> SoftwareKey {
    key(3)
}

pub fn policy() -> Policy {
    Policy {
        max_payment: dkk(100_000),
        max_unauthenticated: dkk(35_000),
        min_key_protection: KeyProtection::Software,
        skew: Seconds(300),
        max_status_age: Seconds::days(10),
        max_exposure: dkk(200_000),
        categories: None,
        outage_only: false,
        deposit_window: Seconds::days(14),
        decimals: Decimals::TWO,
        extensions: Extensions::default(),
    }
}

pub fn bundle() -> TrustBundle {
    let (bank, acquirer) = (bank().public_key(), acquirer().public_key());
    TrustBundle {
        version: 1,
        issued: at(NOON - 3_600),
        expires: at(NOON).plus(Seconds::days(30)),
        issuers: vec![IssuerEntry {
            key: bank,
            key_id: bank.key_id(),
            name: MerchantName::new("First Bank").unwrap(),
            currencies: vec![Currency::DKK, Currency::SEK],
            valid_from: at(0),
            valid_until: at(NOON).plus(Seconds::days(700)),
            suspended: false,
            status_uri: StatusUri::new(STATUS_URI).unwrap(),
            extensions: Extensions::default(),
        }],
        acquirers: vec![AcquirerEntry {
            key: acquirer,
            key_id: acquirer.key_id(),
            name: MerchantName::new("Acquirer").unwrap(),
            valid_from: at(0),
            valid_until: at(NOON).plus(Seconds::days(700)),
            suspended: false,
            extensions: Extensions::default(),
        }],
        policies: vec![(Currency::DKK, policy())],
        lowest_protocol: None,
        extensions: Extensions::default(),
    }
}

pub fn sign_bundle(bundle: TrustBundle) -> Vec<u8> {
    Signed::sign(bundle, (), &root()).unwrap().encode()
}

pub fn status_list(issued_at: Time, revoked: &[u32]) -> Vec<u8> {
    let mut bits = StatusBits::new(1_000).unwrap();
    for index in revoked {
        bits.revoke(*index).unwrap();
    }
    let uri = StatusUri::new(STATUS_URI).unwrap();
    encode_status_list(
        &bits
            .sign(&uri, issued_at, Seconds::days(1), &bank())
            .unwrap(),
    )
}

pub fn outage(serial: u32, from: Time, until: Time, extension: Seconds) -> Vec<u8> {
    let outage = Outage {
        serial,
        currency: Currency::DKK,
        from,
        until,
        extension,
    };
    Signed::sign(outage, (), &root()).unwrap().encode()
}

pub fn merchant(terminal_key: &SoftwareKey, category: u16) -> Merchant {
    Merchant {
        id: MerchantId(*b"merchant"),
        name: MerchantName::new("Netto Torvegade, København").unwrap(),
        mcc: mcc(category),
        country: Country::new("DK").unwrap(),
        terminal_key: terminal_key.public_key(),
        terminal_id: TerminalId(*b"till-001"),
        valid_from: at(NOON - 86_400),
        valid_until: at(NOON).plus(Seconds::days(89)),
        extensions: Extensions::default(),
    }
}

pub fn certify(merchant: Merchant) -> Vec<u8> {
    Signed::sign(merchant, (), &acquirer()).unwrap().to_bytes()
}

/// A shop: its store in a folder of its own, and its first till.
pub struct Shop {
    pub folder: tempfile::TempDir,
    pub clock: ManualClock,
    pub till: Terminal,
    pub till_key: SoftwareKey,
}

impl Shop {
    /// Open for business: bundle, fresh status list and certificate are there.
    pub fn open() -> Self {
        Self::with(bundle(), |_| {})
    }

    pub fn with(bundle: TrustBundle, change: impl FnOnce(&mut Merchant)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let clock = ManualClock::at(at(NOON));
        let till_key = key(40);
        let till = open_till(&folder.path().join("till.db"), &clock, &till_key);
        let mut merchant = merchant(&till_key, GROCERY);
        change(&mut merchant);
        till.take(&sign_bundle(bundle)).unwrap();
        till.take(&status_list(at(NOON - 60), &[])).unwrap();
        till.take_certificate(&certify(merchant)).unwrap();
        Self {
            folder,
            clock,
            till,
            till_key,
        }
    }

    pub fn store(&self) -> PathBuf {
        self.folder.path().join("till.db")
    }

    /// Another till beside this one, on the same store, with its own key and certificate.
    pub fn second_till(&self) -> Terminal {
        let own = key(41);
        let till = open_till(&self.store(), &self.clock, &own);
        let mut merchant = merchant(&own, GROCERY);
        merchant.terminal_id = TerminalId(*b"till-002");
        till.take_certificate(&certify(merchant)).unwrap();
        till
    }

    /// The same till after its process ended.
    pub fn reopened(&self) -> Terminal {
        open_till(&self.store(), &self.clock, &self.till_key)
    }

    pub fn asks(&self, minor: u64) -> OpenRequest {
        asks(&self.till, minor)
    }
}

pub fn open_till(path: &Path, clock: &ManualClock, key: &SoftwareKey) -> Terminal {
    let keys = vec![TerminalKey::new(key.clone())];
    Terminal::open(
        path,
        vec![root().public_key()],
        keys,
        Arc::new(clock.clone()),
    )
    .unwrap()
}

pub fn asks(till: &Terminal, minor: u64) -> OpenRequest {
    till.request(&Sale::new(dkk(minor), Currency::DKK)).unwrap()
}

/// A phone with one allowance. It signs whatever it is told to: an honest wallet is the test's own business.
#[derive(Clone)]
pub struct Phone {
    pub key: SoftwareKey,
    pub allowance: Signed<Allowance>,
    pub sequence: u32,
    pub spent: u64,
    pub released: u64,
}

impl Phone {
    pub fn new(number: u8) -> Self {
        Self::granted(number, |_| {})
    }

    pub fn granted(number: u8, change: impl FnOnce(&mut Allowance)) -> Self {
        let key = key(number);
        let mut allowance = Allowance {
            uuid: Uuid([number; 16]),
            pay_key: key.public_key(),
            currency: Currency::DKK,
            limit: dkk(500_000),
            cap: dkk(150_000),
            max_payments: 50,
            valid_from: at(NOON - 86_400),
            valid_until: at(NOON).plus(Seconds::days(29)),
            key_protection: KeyProtection::SecureElement,
            user_auth: true,
            status_index: u32::from(number),
            categories: None,
            extensions: Extensions::default(),
        };
        change(&mut allowance);
        Self {
            key,
            allowance: Signed::sign(allowance, (), &bank()).unwrap(),
            sequence: 0,
            spent: 0,
            released: 0,
        }
    }

    pub fn pays(&mut self, request: &OpenRequest) -> Vec<u8> {
        let amount = request.request.amount().unwrap();
        self.pays_as(request, |payment| payment.amount = amount)
    }

    pub fn types(&mut self, request: &OpenRequest, minor: u64) -> Vec<u8> {
        self.pays_as(request, |payment| payment.amount = dkk(minor))
    }

    /// Signs the payment after `change`; `spent` counts the changed amount unless `change` set it.
    pub fn pays_as(&mut self, request: &OpenRequest, change: impl FnOnce(&mut Payment)) -> Vec<u8> {
        let message = PaymentRequest::decode(&request.message).unwrap();
        self.sequence += 1;
        let mut payment = Payment {
            sequence: Sequence::new(self.sequence).unwrap(),
            amount: request.request.amount().unwrap_or(dkk(1)),
            spent: Amount::MAX,
            merchant_id: message.merchant.unverified().id,
            request_id: request.id,
            time: request.request.made_at,
            released: dkk(self.released),
        };
        change(&mut payment);
        if payment.spent == Amount::MAX {
            self.spent += payment.amount.minor_units();
            payment.spent = dkk(self.spent);
        }
        let parent = self.allowance.id(());
        Token {
            allowance: self.allowance.clone(),
            payment: Signed::sign(payment, parent, &self.key).unwrap(),
        }
        .encode()
    }
}

/// What a receipt message says, checked as the phone would.
pub fn read_receipt(receipt: &[u8], token: &[u8], terminal_key: &SoftwareKey) -> Receipt {
    let payment = Token::decode(token).unwrap().payment_id();
    let verifier = skilling_protocol::crypto::P256Verifier;
    **<Signed<Receipt> as skilling_protocol::message::Expected>::decode(receipt)
        .unwrap()
        .verify(payment, &terminal_key.public_key(), &verifier)
        .as_ref()
        .unwrap()
}

/// The acquirer's server, as far as a till sees it: it answers what it is told to.
#[derive(Default)]
pub struct Server {
    /// Every body that came, in order.
    pub bodies: Mutex<Vec<Vec<u8>>>,
    /// Taken from the back; when empty, it answers well.
    pub next: Mutex<Vec<Behaviour>>,
    /// What it says of payments it knows nothing special of.
    pub states: Mutex<Vec<(ObjectId<Payment>, PaymentState)>>,
    /// What GET answers.
    pub pages: Mutex<Vec<(String, Vec<u8>)>>,
}

#[derive(Clone, Copy)]
pub enum Behaviour {
    /// Nothing arrives.
    Down,
    /// It hears the call, and its answer is lost.
    AnswerLost,
    /// An error.
    Status(u16),
    /// An answer signed by somebody else.
    Forged,
}

impl Server {
    pub fn will(&self, behaviours: &[Behaviour]) {
        let mut next = self.next.lock().unwrap();
        next.extend(behaviours.iter().rev());
    }

    pub fn deposits(&self) -> Vec<DepositCall> {
        let bodies = self.bodies.lock().unwrap();
        bodies
            .iter()
            .filter_map(|it| DepositCall::decode(it).ok())
            .collect()
    }

    fn answer(&self, request: HttpRequest<'_>, signer: &SoftwareKey) -> HttpResponse {
        if request.path == "/v1/deposit" {
            return good(self.deposited(request.body, signer));
        }
        if request.path == "/v1/renew" {
            return good(renewed(request.body, signer));
        }
        let pages = self.pages.lock().unwrap();
        let page = pages.iter().find(|(path, _)| path == request.path);
        match page {
            None => status(204),
            Some(_) if request.etag == Some("\"1\"") => status(304),
            Some((_, body)) => good(body.clone()),
        }
    }

    fn deposited(&self, body: &[u8], signer: &SoftwareKey) -> Vec<u8> {
        let call = DepositCall::decode(body).unwrap();
        let parent = call.merchant.id(());
        let told = self.states.lock().unwrap();
        let state = |id: &ObjectId<Payment>| {
            let evidence = call
                .evidence
                .iter()
                .find(|it| it.token.payment_id() == *id)
                .unwrap();
            let latest = evidence.receipts.last().unwrap().unverified().outcome;
            let told = told.iter().find(|(it, _)| it == id).map(|it| it.1);
            told.unwrap_or(if latest.releases() {
                PaymentState::GivenBack
            } else {
                PaymentState::Paid
            })
        };
        let ids = &call.deposit.unverified().payments;
        let answer = Deposited {
            time: at(NOON),
            payments: ids.iter().map(|id| (*id, state(id))).collect(),
        };
        Signed::sign(answer, call.deposit.id(parent), signer)
            .unwrap()
            .encode()
    }
}

fn renewed(body: &[u8], signer: &SoftwareKey) -> Vec<u8> {
    let call = RenewalCall::decode(body).unwrap();
    let asked = call.renewal.unverified();
    let mut merchant = call.merchant.unverified().clone();
    merchant.valid_from = asked.time;
    merchant.valid_until = asked.time.plus(Seconds::days(90));
    merchant.terminal_key = asked.new_terminal_key.unwrap_or(merchant.terminal_key);
    Signed::sign(merchant, (), signer).unwrap().encode()
}

fn good(body: Vec<u8>) -> HttpResponse {
    HttpResponse {
        body,
        etag: Some("\"1\"".into()),
        ..status(200)
    }
}

fn status(status: u16) -> HttpResponse {
    HttpResponse {
        status,
        body: Vec::new(),
        retry_after: None,
        etag: None,
    }
}

#[async_trait]
impl Transport for Server {
    async fn send(&self, request: HttpRequest<'_>) -> Result<HttpResponse, TransportError> {
        let behaviour = self.next.lock().unwrap().pop();
        if !matches!(behaviour, Some(Behaviour::Down)) && !request.body.is_empty() {
            self.bodies.lock().unwrap().push(request.body.to_vec());
        }
        match behaviour {
            Some(Behaviour::Down) => Err(TransportError::Unreachable),
            Some(Behaviour::AnswerLost) => Err(TransportError::TimedOut),
            Some(Behaviour::Status(code)) => Ok(status(code)),
            Some(Behaviour::Forged) => Ok(self.answer(request, &key(98))),
            None => Ok(self.answer(request, &acquirer())),
        }
    }
}
