//! The simulated server: enrolment, grants, sync, deposits (sync.md), without a ledger.

use std::sync::Arc;

use async_trait::async_trait;
use sha2::{Digest as _, Sha256};
use skilling_platform::random;
use skilling_protocol::cbor::Writer;
use skilling_protocol::crypto::DefaultVerifier;
use skilling_protocol::message::{
    DepositCall, Evidence, Expected, RenewalCall, SyncAnswer, SyncCall,
};
use skilling_protocol::objects::{
    Allowance, Deposited, Enrolled, Enrolment, Merchant, Outcome, Payment, PaymentState, Synced,
    Wanted,
};
use skilling_protocol::reason::Reason;
use skilling_protocol::signed::Signed;
use skilling_protocol::values::{
    Amount, Extensions, KeyProtection, Nonce, ObjectId, Seconds, Uuid,
};

use super::books::{Books, CallId};
use super::papers::signed;
use super::{ENROLMENT_CODE, Simulator, magic};
use crate::ports::{HttpAnswer, HttpCall, Transport, TransportPortError};

const VERIFIER: DefaultVerifier = DefaultVerifier {};

/// The server behind a [`Transport`].
pub(super) struct Server(pub(super) Arc<Simulator>);

/// HTTP status and code of the registry.
type Problem = (u32, u32);
type Answer = Result<Vec<u8>, Problem>;

const FAULT: Problem = (500, 55);
const MALFORMED: Problem = (400, 1);

#[async_trait]
impl Transport for Server {
    async fn send(&self, call: HttpCall) -> Result<HttpAnswer, TransportPortError> {
        if self.0.books().is_down {
            return Err(TransportPortError::Unreachable);
        }
        let problem = self.0.books().problem;
        let answer = problem.map_or_else(|| self.answer(&call), |code| Err(problem_of(code)));
        if self.0.books().loses_answers {
            return Err(TransportPortError::TimedOut);
        }
        let (status, body) = match answer {
            Ok(Some(body)) => (200, body),
            Ok(None) => (204, Vec::new()),
            Err((status, code)) => (status, format!("{{\"code\":{code}}}").into_bytes()),
        };
        Ok(HttpAnswer {
            status,
            body,
            retry_after_seconds: None,
            etag: None,
        })
    }
}

impl Server {
    fn answer(&self, call: &HttpCall) -> Result<Option<Vec<u8>>, Problem> {
        let town = &self.0;
        match call.path.as_str() {
            "/v1/trust" => town.trust_bundle().map(Some).map_err(|_| FAULT),
            "/v1/nonce" => self.nonce().map(Some),
            "/v1/enrol" => self.enrol(&call.body).map(Some),
            "/v1/sync" => self.sync(&call.body).map(Some),
            "/v1/deposit" => self.deposit(&call.body).map(Some),
            "/v1/renew" => self.renew(&call.body).map(Some),
            path if path.starts_with("/v1/outage/") => {
                let outage = town.books().outage.clone();
                let is_asked = |code: u16| path.ends_with(&format!("/{code}"));
                let outage = outage.filter(|(currency, _)| is_asked(currency.numeric()));
                Ok(outage.map(|(_, message)| message))
            }
            path if path.starts_with("/v1/status/") => {
                town.signed_status_list().map(Some).map_err(|_| FAULT)
            }
            _ => Err((404, 1)),
        }
    }

    fn fresh_nonce(&self, books: &mut Books) -> Result<Nonce, Problem> {
        let nonce = Nonce(random::bytes().map_err(|_| FAULT)?);
        let until = self.0.now().plus(Seconds(600));
        books.nonces.insert(nonce, until);
        Ok(nonce)
    }

    fn nonce(&self) -> Answer {
        let nonce = self.fresh_nonce(&mut self.0.books())?;
        let mut message = Writer::new();
        message.bytes(nonce.as_bytes());
        Ok(message.into_bytes())
    }

    fn take_nonce(&self, books: &mut Books, nonce: Nonce) -> Result<(), Problem> {
        let until = books.nonces.remove(&nonce);
        let is_fresh = until.is_some_and(|until| self.0.now() < until);
        if is_fresh { Ok(()) } else { Err((401, 50)) }
    }

    fn enrol(&self, body: &[u8]) -> Answer {
        let call = <Signed<Enrolment> as Expected>::decode(body).map_err(|_| MALFORMED)?;
        let link = call.unverified().link_key;
        let enrolment = call.verify((), &link, &VERIFIER).map_err(|_| (401, 58))?;
        let mut books = self.0.books();
        let id: CallId = (link, [0; 16]);
        if let Some(answer) = before(&books, &id, body)? {
            return Ok(answer);
        }
        self.take_nonce(&mut books, enrolment.nonce)?;
        if enrolment.customer_proof != ENROLMENT_CODE.as_bytes() {
            return Err((403, 53));
        }
        books.links.insert(link);
        let enrolled = Enrolled { time: self.0.now() };
        let enrolled = signed(enrolled, enrolment.id(), &self.0.keys.bank).map_err(|_| FAULT)?;
        let answer = enrolled.encode();
        books.answers.insert(id, (digest(body), answer.clone()));
        Ok(answer)
    }

    fn sync(&self, body: &[u8]) -> Answer {
        let call = SyncCall::decode(body).map_err(|_| MALFORMED)?;
        let link = call.sync.unverified().link_key;
        let mut books = self.0.books();
        if !books.links.contains(&link) {
            return Err((401, 56));
        }
        let sync = call
            .sync
            .verify((), &link, &VERIFIER)
            .map_err(|_| (401, 58))?;
        let id = (link, sync.idempotency_id.0);
        if let Some(answer) = before(&books, &id, body)? {
            return Ok(answer);
        }
        let wanted = sync.wanted.as_ref().map(|it| it.limit.minor_units());
        let refused = wanted.and_then(magic).filter(|code| is_of_calls(*code));
        if let Some(code) = refused
            && books.told.insert(id)
        {
            return Err(problem_of(code));
        }
        self.take_nonce(&mut books, sync.nonce)?;
        let mut said = std::collections::BTreeMap::new();
        for evidence in &call.evidence {
            let state = take_evidence(&mut books, evidence);
            said.insert(evidence.token.payment_id(), state);
        }
        for news in std::mem::take(&mut books.news) {
            let state = books.payments.get(&news).copied();
            said.insert(news, state.unwrap_or(PaymentState::Pending));
        }
        let granted = sync
            .wanted
            .as_ref()
            .map(|wanted| self.grant(&mut books, wanted));
        let (allowance, no_grant) = match granted {
            Some(Ok(allowance)) => (Some(allowance), None),
            Some(Err(code)) => (None, Some(code)),
            None => (None, None),
        };
        let now = self.0.now();
        let held = books
            .allowances
            .iter()
            .filter(|(_, (_, until))| *until > now);
        let reserved = held.map(|(id, (limit, _))| (*id, *limit)).collect();
        let synced = Synced {
            time: now,
            next_nonce: self.fresh_nonce(&mut books)?,
            payments: said.into_iter().collect(),
            reserved,
            no_grant,
        };
        let synced = signed(synced, sync.id(), &self.0.keys.bank).map_err(|_| FAULT)?;
        let answer = SyncAnswer { synced, allowance }.encode();
        books.answers.insert(id, (digest(body), answer.clone()));
        Ok(answer)
    }

    fn grant(&self, books: &mut Books, wanted: &Wanted) -> Result<Signed<Allowance>, u32> {
        let code = magic(wanted.limit.minor_units()).filter(|code| !is_of_calls(*code));
        if let Some(code) = code {
            return Err(code);
        }
        let index = books.next_index();
        let cap = Amount::new(100_000).map_err(|_| 61_u32)?;
        let now = self.0.now();
        let allowance = Allowance {
            uuid: Uuid(random::bytes().map_err(|_| 61_u32)?),
            pay_key: wanted.pay_key,
            currency: wanted.currency,
            limit: wanted.limit,
            cap: wanted.limit.min(cap),
            max_payments: 500,
            valid_from: now,
            valid_until: now.plus(Seconds::days(30)),
            key_protection: KeyProtection::Software,
            user_auth: true,
            status_index: index,
            categories: wanted.categories.clone(),
            extensions: Extensions::default(),
        };
        let until = allowance.valid_until.plus(Seconds::days(14));
        let granted = signed(allowance, (), &self.0.keys.bank).map_err(|_| 61_u32)?;
        let figures = (granted.unverified().limit, until);
        books.allowances.insert(granted.id(()), figures);
        books.indices.insert(granted.id(()), index);
        Ok(granted)
    }

    fn renew(&self, body: &[u8]) -> Answer {
        let call = RenewalCall::decode(body).map_err(|_| MALFORMED)?;
        let held = call.merchant.unverified().clone();
        let (id, key) = (call.merchant.id(()), held.terminal_key);
        let renewal = call.renewal.verify(id, &key, &VERIFIER);
        let renewal = renewal.map_err(|_| (401, 58))?;
        let now = self.0.now();
        let renewed = Merchant {
            terminal_key: renewal.new_terminal_key.unwrap_or(key),
            valid_from: now,
            valid_until: now.plus(Seconds::days(90)),
            ..held
        };
        let renewed = signed(renewed, (), &self.0.keys.acquirer).map_err(|_| FAULT)?;
        Ok(renewed.encode())
    }

    fn deposit(&self, body: &[u8]) -> Answer {
        let call = DepositCall::decode(body).map_err(|_| MALFORMED)?;
        let id = call.deposit.id(call.merchant.id(()));
        let mut books = self.0.books();
        let mut payments: Vec<(ObjectId<Payment>, PaymentState)> = Vec::new();
        for evidence in &call.evidence {
            let state = take_evidence(&mut books, evidence);
            payments.push((evidence.token.payment_id(), state));
        }
        payments.sort_unstable_by_key(|payment| payment.0);
        let deposited = Deposited {
            time: self.0.now(),
            payments,
        };
        let deposited = signed(deposited, id, &self.0.keys.acquirer).map_err(|_| FAULT)?;
        Ok(deposited.encode())
    }
}

/// Codes that a server answers a call with, rather than a bank a wish.
fn is_of_calls(code: u32) -> bool {
    Reason::from_code(code).is_some_and(|it| it.http_status().is_some())
}

fn problem_of(code: u32) -> Problem {
    let status = Reason::from_code(code).and_then(Reason::http_status);
    (status.unwrap_or(503).into(), code)
}

fn digest(body: &[u8]) -> [u8; 32] {
    Sha256::digest(body).into()
}

/// The answer that the same call got before; another body under its id is refused.
fn before(books: &Books, id: &CallId, body: &[u8]) -> Result<Option<Vec<u8>>, Problem> {
    match books.answers.get(id) {
        Some((before, answer)) if *before == digest(body) => Ok(Some(answer.clone())),
        Some(_) => Err((409, 51)),
        None => Ok(None),
    }
}

/// What becomes of a payment by its receipts. Nothing is verified: nothing here is worth anything.
fn take_evidence(books: &mut Books, evidence: &Evidence) -> PaymentState {
    let id = evidence.token.payment_id();
    let mut state = books
        .payments
        .get(&id)
        .copied()
        .unwrap_or(PaymentState::Pending);
    for receipt in &evidence.receipts {
        state = match (receipt.unverified().outcome, state) {
            (Outcome::Voided | Outcome::Declined { .. }, _) => PaymentState::GivenBack,
            (Outcome::Accepted, PaymentState::Pending) => PaymentState::Paid,
            (Outcome::Accepted, other) => other,
        };
    }
    if books.payments.insert(id, state) != Some(state) {
        books.news.insert(id);
    }
    state
}
