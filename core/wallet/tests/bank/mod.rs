//! A small bank behind a `Transport`: it does what sync.md says, in memory, and what a test tells it to do wrong.
#![allow(
    dead_code,
    unreachable_pub,
    clippy::unwrap_used,
    clippy::panic,
    reason = "each test file uses what it needs of this module"
)]

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::{Mutex, MutexGuard};

use async_trait::async_trait;
use skilling_platform::clock::{Clock as _, ManualClock};
use skilling_platform::transport::{HttpRequest, HttpResponse, Transport, TransportError};
use skilling_protocol::cbor::Writer;
use skilling_protocol::crypto::{DefaultVerifier, Signer as _, SoftwareKey};
use skilling_protocol::message::{Evidence, Expected as _, SyncAnswer, SyncCall};
use skilling_protocol::objects::{
    Allowance, AllowanceState, Enrolled, Enrolment, Outcome, Payment, PaymentState, Sync, Synced,
    Wanted,
};
use skilling_protocol::signed::{Signed, Verified};
use skilling_protocol::values::{
    Amount, Extensions, KeyProtection, Nonce, ObjectId, PublicKey, Seconds, Time, Uuid,
};

use crate::common::{Scheme, amount};

const VERIFIER: DefaultVerifier = DefaultVerifier {};

/// What goes wrong with the next call to a path.
#[derive(Debug, Clone)]
pub enum Fault {
    /// The request never arrives.
    LosesRequest,
    /// The request is executed; its answer is lost.
    LosesAnswer,
    /// Nothing is done.
    Says(u16, u32, Option<u32>),
    /// Executed, and answered under a key nobody knows.
    SignsWith(Box<SoftwareKey>),
}

/// Link key and idempotency id.
type CallId = (PublicKey, [u8; 16]);
/// Body and answer.
type Exchange = (Vec<u8>, Vec<u8>);

struct Granted {
    allowance: Allowance,
    state: AllowanceState,
    spent: Amount,
}

#[derive(Default)]
struct Books {
    nonces: BTreeMap<Nonce, Time>,
    links: BTreeSet<PublicKey>,
    answers: BTreeMap<CallId, Exchange>,
    allowances: BTreeMap<ObjectId<Allowance>, Granted>,
    payments: BTreeMap<ObjectId<Payment>, PaymentState>,
    news: BTreeSet<ObjectId<Payment>>,
    faults: VecDeque<(String, Fault)>,
    log: Vec<(String, Vec<u8>)>,
    refuses: Option<u32>,
    largest: Option<usize>,
    grants: u32,
    published: BTreeMap<String, (Vec<u8>, String)>,
    changes_grant: Option<fn(&mut Allowance)>,
}

/// One bank.
pub struct Bank {
    key: SoftwareKey,
    clock: ManualClock,
    books: Mutex<Books>,
}

impl Bank {
    pub fn of(scheme: &Scheme) -> Self {
        let bank = Self {
            key: scheme.bank.clone(),
            clock: scheme.clock.clone(),
            books: Mutex::default(),
        };
        bank.publishes(
            "/v1/trust",
            scheme.bundle_message(scheme.bundle(1)),
            "\"1\"",
        );
        bank
    }

    /// The same bank, which signs with another key from now on.
    pub fn with_key(self, key: SoftwareKey) -> Self {
        Self { key, ..self }
    }

    fn books(&self) -> MutexGuard<'_, Books> {
        self.books.lock().unwrap()
    }

    pub fn publishes(&self, path: &str, message: Vec<u8>, etag: &str) {
        let published = (message, etag.to_owned());
        self.books().published.insert(path.to_owned(), published);
    }

    /// The next calls to this path go wrong so, in order.
    pub fn next(&self, path: &str, fault: Fault) {
        self.books().faults.push_back((path.to_owned(), fault));
    }

    /// Grants nothing from now on, for this reason; 0: grants again.
    pub fn refuses(&self, code: u32) {
        self.books().refuses = (code != 0).then_some(code);
    }

    pub fn takes_at_most(&self, bytes: usize) {
        self.books().largest = Some(bytes);
    }

    /// What it grants is changed before it is signed.
    pub fn changes_grants(&self, change: fn(&mut Allowance)) {
        self.books().changes_grant = Some(change);
    }

    pub fn forgets_nonces(&self) {
        self.books().nonces.clear();
    }

    pub fn forgets_links(&self) {
        self.books().links.clear();
    }

    /// The bank's own act, or a deposit that came.
    pub fn decides(&self, payment: ObjectId<Payment>, state: PaymentState) {
        let mut books = self.books();
        books.payments.insert(payment, state);
        books.news.insert(payment);
    }

    pub fn grants(&self) -> u32 {
        self.books().grants
    }

    pub fn knows(&self, payment: ObjectId<Payment>) -> Option<PaymentState> {
        self.books().payments.get(&payment).copied()
    }

    pub fn state(&self, allowance: ObjectId<Allowance>) -> AllowanceState {
        self.books().allowances[&allowance].state
    }

    pub fn spent(&self, allowance: ObjectId<Allowance>) -> Amount {
        self.books().allowances[&allowance].spent
    }

    /// Every body that came to this path, arrived or lost.
    pub fn calls(&self, path: &str) -> Vec<Vec<u8>> {
        let books = self.books();
        let calls = books.log.iter().filter(|(to, _)| to == path);
        calls.map(|(_, body)| body.clone()).collect()
    }

    fn answer(&self, request: &HttpRequest<'_>, key: &SoftwareKey) -> Result<Vec<u8>, (u16, u32)> {
        let now = self.clock.now();
        let mut books = self.books();
        if books.largest.is_some_and(|most| request.body.len() > most) {
            return Err((413, 54));
        }
        match request.path {
            "/v1/nonce" => Ok(nonce_message(books.nonce(now))),
            "/v1/enrol" => books.enrol(request.body, key, now),
            "/v1/sync" => books.sync(request.body, &self.key, key, now),
            _ => panic!("no such path"),
        }
    }
}

fn nonce_message(nonce: Nonce) -> Vec<u8> {
    let mut writer = Writer::new();
    writer.bytes(nonce.as_bytes());
    writer.into_bytes()
}

impl Books {
    fn nonce(&mut self, now: Time) -> Nonce {
        let nonce = Nonce(skilling_platform::random::bytes().unwrap());
        self.nonces.insert(nonce, now.plus(Seconds(600)));
        nonce
    }

    fn take_nonce(&mut self, nonce: Nonce, now: Time) -> Result<(), (u16, u32)> {
        let until = self.nonces.remove(&nonce);
        until
            .filter(|until| now < *until)
            .map(|_| ())
            .ok_or((401, 50))
    }

    fn enrol(&mut self, body: &[u8], key: &SoftwareKey, now: Time) -> Result<Vec<u8>, (u16, u32)> {
        let signed = <Signed<Enrolment>>::decode_message(body);
        let link = signed.unverified().link_key;
        let enrolment = signed.verify((), &link, &VERIFIER).map_err(|_| (401, 58))?;
        let id = (link, [0; 16]);
        if let Some((before, answer)) = self.answers.get(&id) {
            assert_eq!(before, body);
            return Ok(answer.clone());
        }
        self.take_nonce(enrolment.nonce, now)?;
        if enrolment.customer_proof != b"A1B2" {
            return Err((403, 53));
        }
        self.links.insert(link);
        let enrolled = Signed::sign(Enrolled { time: now }, enrolment.id(), key).unwrap();
        let answer = enrolled.encode();
        self.answers.insert(id, (body.to_vec(), answer.clone()));
        Ok(answer)
    }

    fn sync(
        &mut self,
        body: &[u8],
        key: &SoftwareKey,
        signer: &SoftwareKey,
        now: Time,
    ) -> Result<Vec<u8>, (u16, u32)> {
        let call = SyncCall::decode(body).unwrap();
        let link = call.sync.unverified().link_key;
        if !self.links.contains(&link) {
            return Err((401, 56));
        }
        let sync = call.sync.clone().verify((), &link, &VERIFIER);
        let sync = sync.map_err(|_| (401, 58))?;
        let id = (link, sync.idempotency_id.0);
        if let Some((before, answer)) = self.answers.get(&id) {
            return if before == body {
                Ok(answer.clone())
            } else {
                Err((409, 51))
            };
        }
        self.take_nonce(sync.nonce, now)?;
        let mut said: BTreeMap<_, _> = BTreeMap::new();
        for evidence in &call.evidence {
            let (payment, state) = self.take_evidence(evidence, key);
            said.insert(payment, state);
        }
        for news in std::mem::take(&mut self.news) {
            said.insert(news, self.payments[&news]);
        }
        self.take_statements(&sync);
        let granted = sync
            .wanted
            .as_ref()
            .map(|wanted| self.grant(wanted, key, now));
        let (allowance, no_grant) = match granted {
            Some(Ok(allowance)) => (Some(allowance), None),
            Some(Err(code)) => (None, Some(code)),
            None => (None, None),
        };
        let reserved = self.allowances.iter();
        let reserved =
            reserved.filter(|(_, it)| it.allowance.valid_until.plus(Seconds::days(14)) > now);
        let synced = Synced {
            time: now,
            next_nonce: Nonce([0; 32]),
            payments: said.into_iter().collect(),
            reserved: reserved.map(|(id, it)| (*id, it.allowance.limit)).collect(),
            no_grant,
        };
        let synced = Synced {
            next_nonce: self.nonce(now),
            ..synced
        };
        let synced = Signed::sign(synced, sync.id(), signer).unwrap();
        let answer = SyncAnswer { synced, allowance }.encode();
        self.answers.insert(id, (body.to_vec(), answer.clone()));
        Ok(answer)
    }

    fn take_evidence(
        &mut self,
        evidence: &Evidence,
        key: &SoftwareKey,
    ) -> (ObjectId<Payment>, PaymentState) {
        let token = &evidence.token;
        let allowance: Verified<Allowance> = token
            .allowance
            .clone()
            .verify((), &key.public_key(), &VERIFIER)
            .unwrap();
        let payment = token.payment.clone();
        let payment = payment
            .verify(allowance.id(), &allowance.pay_key, &VERIFIER)
            .unwrap();
        let merchant = evidence.request.merchant.unverified();
        assert_eq!(
            evidence
                .request
                .request
                .id(evidence.request.merchant.id(())),
            payment.request_id
        );
        let mut state = self
            .payments
            .get(&payment.id())
            .copied()
            .unwrap_or(PaymentState::Pending);
        for receipt in &evidence.receipts {
            let receipt = receipt.clone();
            let receipt = receipt
                .verify(payment.id(), &merchant.terminal_key, &VERIFIER)
                .unwrap();
            state = match (receipt.outcome, state) {
                (Outcome::Voided | Outcome::Declined { .. }, _) => PaymentState::GivenBack,
                (Outcome::Accepted, PaymentState::Pending) => PaymentState::Paid,
                (Outcome::Accepted, other) => other,
            };
        }
        self.payments.insert(payment.id(), state);
        (payment.id(), state)
    }

    fn take_statements(&mut self, sync: &Sync) {
        for statement in &sync.statements {
            if let Some(granted) = self.allowances.get_mut(&statement.allowance) {
                granted.spent = granted.spent.max(statement.spent);
                if granted.state == AllowanceState::Open {
                    granted.state = statement.state;
                }
            }
        }
    }

    fn grant(
        &mut self,
        wanted: &Wanted,
        key: &SoftwareKey,
        now: Time,
    ) -> Result<Signed<Allowance>, u32> {
        if let Some(code) = self.refuses {
            return Err(code);
        }
        self.grants += 1;
        let mut allowance = Allowance {
            uuid: Uuid([self.grants as u8; 16]),
            pay_key: wanted.pay_key,
            currency: wanted.currency,
            limit: wanted.limit,
            cap: wanted.limit.min(amount(50_000)),
            max_payments: 2_000,
            valid_from: now,
            valid_until: now.plus(Seconds::days(30)),
            key_protection: KeyProtection::Software,
            user_auth: true,
            status_index: self.grants,
            categories: wanted.categories.clone(),
            extensions: Extensions::default(),
        };
        if let Some(change) = self.changes_grant {
            change(&mut allowance);
        }
        let signed = Signed::sign(allowance.clone(), (), key).unwrap();
        let granted = Granted {
            allowance,
            state: AllowanceState::Open,
            spent: Amount::ZERO,
        };
        self.allowances.insert(signed.id(()), granted);
        Ok(signed)
    }
}

/// Reads message 10.
trait DecodeMessage: Sized {
    fn decode_message(body: &[u8]) -> Self;
}

impl DecodeMessage for Signed<Enrolment> {
    fn decode_message(body: &[u8]) -> Self {
        <Self as skilling_protocol::message::Expected>::decode(body).unwrap()
    }
}

fn response(status: u16, body: Vec<u8>) -> HttpResponse {
    HttpResponse {
        status,
        body,
        retry_after: None,
        etag: None,
    }
}

fn problem(status: u16, code: u32, retry_after: Option<u32>) -> HttpResponse {
    let body = format!("{{\"type\":\"/problems/{code}\",\"code\":{code}}}").into_bytes();
    HttpResponse {
        retry_after,
        ..response(status, body)
    }
}

#[async_trait]
impl Transport for Bank {
    async fn send(&self, request: HttpRequest<'_>) -> Result<HttpResponse, TransportError> {
        let fault = {
            let mut books = self.books();
            books
                .log
                .push((request.path.to_owned(), request.body.to_vec()));
            let at = books
                .faults
                .iter()
                .position(|(path, _)| path == request.path);
            at.and_then(|at| books.faults.remove(at))
                .map(|(_, fault)| fault)
        };
        let key = match &fault {
            Some(Fault::LosesRequest) => return Err(TransportError::Unreachable),
            Some(Fault::Says(status, code, after)) => return Ok(problem(*status, *code, *after)),
            Some(Fault::SignsWith(key)) => SoftwareKey::clone(key),
            _ => self.key.clone(),
        };
        if request.body.is_empty() && request.path != "/v1/nonce" {
            let books = self.books();
            return Ok(match books.published.get(request.path) {
                Some((_, etag)) if request.etag == Some(etag) => response(304, Vec::new()),
                Some((message, etag)) => HttpResponse {
                    etag: Some(etag.clone()),
                    ..response(200, message.clone())
                },
                None => response(204, Vec::new()),
            });
        }
        let answer = self.answer(&request, &key);
        if matches!(fault, Some(Fault::SignsWith(_))) {
            self.books().answers.clear();
        }
        if matches!(fault, Some(Fault::LosesAnswer)) {
            return Err(TransportError::TimedOut);
        }
        Ok(match answer {
            Ok(body) => response(200, body),
            Err((status, code)) => problem(status, code, None),
        })
    }
}
