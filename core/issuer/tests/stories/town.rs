//! A town for tests: banks that really listen, phones and tills that sign with keys in memory and call over HTTP.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

use skilling_issuer::{AllowanceId, Funding, NewMerchant, PaymentId, Scheme, Server, Setup};
use skilling_platform::clock::{Clock, ManualClock};
use skilling_platform::{keys, random};
use skilling_protocol::cbor::Reader;
use skilling_protocol::crypto::{DefaultVerifier, Signer as _, SoftwareKey};
use skilling_protocol::message::{
    DepositCall, Evidence, Expected, PaymentRequest, RenewalCall, SyncAnswer, SyncCall, Token,
};
use skilling_protocol::objects::{
    Allowance, AllowanceState, Amounted, AttestationKind, Deposit, Deposited, Enrolled, Enrolment,
    Merchant, Outcome, Payment, PaymentState, Receipt, Renewal, Request, Sequence, Statement, Sync,
    Synced, Wanted,
};
use skilling_protocol::signed::{Object, Signed};
use skilling_protocol::status_list::StatusList;
use skilling_protocol::values::{
    Amount, Categories, Country, Currency, IdempotencyId, Mcc, Nonce, PublicKey, RequestNonce,
    Seconds, Time,
};

/// When every test begins.
pub const BEGINNING: u64 = 1_800_000_000;

pub fn money(minor_units: u64) -> Amount {
    Amount::new(minor_units).unwrap()
}

pub fn sign<T: Object>(object: T, parent: T::Parent, key: &SoftwareKey) -> Signed<T> {
    Signed::sign(object, parent, key).unwrap()
}

pub fn key() -> SoftwareKey {
    keys::generate().unwrap().0
}

pub struct Town {
    pub clock: ManualClock,
    pub folder: tempfile::TempDir,
    pub scheme: Scheme,
    banks: AtomicU8,
}

impl Town {
    pub fn new() -> Self {
        let clock = ManualClock::at(Time::from_unix(BEGINNING).unwrap());
        let folder = tempfile::tempdir().unwrap();
        let scheme = Scheme::init(&folder.path().join("scheme"), Arc::new(clock.clone())).unwrap();
        Self {
            clock,
            folder,
            scheme,
            banks: AtomicU8::new(0),
        }
    }

    pub fn days_pass(&self, days: u16) {
        self.clock.advance(Seconds::days(days));
    }

    /// A bank that grants and acquires, and listens.
    pub async fn bank(&self) -> Bank {
        self.bank_with(|setup| setup, |server| server).await
    }

    pub async fn bank_with(
        &self,
        setup: impl FnOnce(Setup) -> Setup,
        server: impl FnOnce(Server) -> Server,
    ) -> Bank {
        let number = self.banks.fetch_add(1, Ordering::SeqCst);
        let home = self.folder.path().join(format!("bank-{number}"));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let mut told = setup(Setup::new(&format!("Bank {number}")));
        told.url.clone_from(&url);
        let clock: Arc<dyn Clock> = Arc::new(self.clock.clone());
        let made = Server::init(&home, &self.scheme, &told, clock).unwrap();
        let made = Arc::new(server(made));
        let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
        let serving = made.clone();
        let task = tokio::spawn(async move {
            let stopped = async move { stopped.await.unwrap_or_default() };
            serving.serve(listener, stopped).await.unwrap();
        });
        Bank {
            server: made,
            url,
            client: reqwest::Client::new(),
            stop: Some(stop),
            task,
            home,
        }
    }
}

pub struct Bank {
    pub server: Arc<Server>,
    pub url: String,
    pub client: reqwest::Client,
    pub home: std::path::PathBuf,
    stop: Option<tokio::sync::oneshot::Sender<()>>,
    task: tokio::task::JoinHandle<()>,
}

/// Status, problem code if any, body.
pub struct Answer {
    pub status: u16,
    pub code: Option<u64>,
    pub body: Vec<u8>,
    pub headers: reqwest::header::HeaderMap,
}

impl Answer {
    /// What an error says: status and code.
    pub fn problem(&self) -> (u16, u64) {
        (self.status, self.code.expect("a problem document"))
    }
}

impl Bank {
    pub async fn post(&self, path: &str, body: Vec<u8>) -> Answer {
        let url = format!("{}{path}", self.url);
        answer(self.client.post(url).body(body).send().await.unwrap()).await
    }

    pub async fn get(&self, path: &str) -> Answer {
        let url = format!("{}{path}", self.url);
        answer(self.client.get(url).send().await.unwrap()).await
    }

    /// Stops the server; it finishes what it has begun.
    pub async fn stop(&mut self) {
        self.stop.take().unwrap().send(()).unwrap();
        (&mut self.task).await.unwrap();
    }

    pub async fn nonce(&self) -> Nonce {
        let answer = self.post("/v1/nonce", Vec::new()).await;
        assert_eq!(answer.status, 200);
        Nonce(Reader::whole(&answer.body, "nonce", |it| it.fixed()).unwrap())
    }

    pub fn key(&self) -> PublicKey {
        self.server.issuer_key().unwrap()
    }

    /// A customer with an account of so many crowns and øre, and their enrolled phone.
    pub async fn customer(&self, funding: Funding, amount: u64) -> Phone {
        let added = self
            .server
            .add_customer("Asta", Currency::DKK, funding, money(amount), None)
            .unwrap();
        let phone = Phone::new(added.customer);
        let answer = self.enrol(&phone, &added.enrolment_code).await;
        assert_eq!(answer.status, 200);
        phone
    }

    pub async fn enrol(&self, phone: &Phone, code: &str) -> Answer {
        let (enrolment, body) = phone.enrolment(self.nonce().await, code);
        let answer = self.post("/v1/enrol", body).await;
        if answer.status == 200 {
            let signed = <Signed<Enrolled> as Expected>::decode(&answer.body).unwrap();
            let verifier = DefaultVerifier::default();
            signed
                .verify(enrolment.id(()), &self.key(), &verifier)
                .unwrap();
        }
        answer
    }

    pub async fn till(&self, clock: &ManualClock) -> Till {
        self.till_of("Netto Torvegade", 5411, clock).await
    }

    pub async fn till_of(&self, name: &str, mcc: u16, clock: &ManualClock) -> Till {
        let terminal = key();
        let issued = self
            .server
            .add_merchant(&NewMerchant {
                name,
                mcc: Mcc::new(mcc).unwrap(),
                country: Country::new("DK").unwrap(),
                terminal_key: terminal.public_key(),
            })
            .unwrap();
        Till {
            key: terminal,
            merchant: issued.certificate,
            clock: clock.clone(),
        }
    }

    /// A sync whose answer is verified.
    pub async fn sync(&self, phone: &Phone, plan: Plan) -> (Synced, Option<Signed<Allowance>>) {
        let (sync, body) = phone.sync(self.nonce().await, plan);
        let answer = self.post("/v1/sync", body).await;
        assert_eq!(
            answer.status,
            200,
            "{}",
            String::from_utf8_lossy(&answer.body)
        );
        let answer = SyncAnswer::decode(&answer.body).unwrap();
        let verifier = DefaultVerifier::default();
        let synced = answer.synced.verify(sync.id(()), &self.key(), &verifier);
        let allowance = answer
            .allowance
            .map(|it| it.verify((), &self.key(), &verifier).unwrap().into_signed());
        ((*synced.unwrap()).clone(), allowance)
    }

    /// A grant that must be given.
    pub async fn grant(&self, phone: &Phone, limit: u64) -> Purse {
        let pay_key = key();
        let plan = Plan {
            wanted: Some(wanted(&pay_key, Currency::DKK, limit)),
            ..Plan::default()
        };
        let (synced, allowance) = self.sync(phone, plan).await;
        assert_eq!(synced.no_grant, None);
        Purse::new(allowance.unwrap(), pay_key)
    }

    pub async fn deposit(
        &self,
        till: &Till,
        evidence: Vec<Evidence>,
    ) -> Vec<(PaymentId, PaymentState)> {
        let (deposit, body) = till.deposit(evidence);
        let answer = self.post("/v1/deposit", body).await;
        assert_eq!(
            answer.status,
            200,
            "{}",
            String::from_utf8_lossy(&answer.body)
        );
        let signed = <Signed<Deposited> as Expected>::decode(&answer.body).unwrap();
        let key = self.server.acquirer_key().unwrap();
        let verified = signed.verify(
            deposit.id(till.merchant.id(())),
            &key,
            &DefaultVerifier::default(),
        );
        verified.unwrap().payments.clone()
    }

    /// The bit of an allowance in the list as published.
    pub async fn is_revoked(&self, scheme: &Scheme, index: u32) -> bool {
        let list = self.status_list(scheme).await;
        list.is_set(index).expect("the index is in the list")
    }

    /// The list as published.
    pub async fn status_list(&self, scheme: &Scheme) -> StatusList {
        let path = format!("/v1/status/{}", self.key().key_id());
        let body = self.get(&path).await.body;
        let cwt = skilling_protocol::message::decode_status_list(&body).unwrap();
        let history = scheme.history().unwrap();
        let issuers = &history.latest().unwrap().issuers;
        StatusList::verify(&cwt, issuers, &DefaultVerifier::default()).unwrap()
    }

    /// Balance of one kind of account in crowns' minor units; the sum must be zero whenever anyone looks.
    pub fn account(&self, kind: &str) -> i64 {
        let report = self.server.report().unwrap();
        for currency in &report.currencies {
            assert_eq!(currency.sum, 0);
            assert_eq!(currency.accounts.values().sum::<i64>(), 0);
        }
        let found = report.currencies.iter().find(|it| it.currency == 208);
        found.map_or(0, |it| it.accounts[kind])
    }
}

async fn answer(response: reqwest::Response) -> Answer {
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    let body = response.bytes().await.unwrap().to_vec();
    let problem: Option<serde_json::Value> = serde_json::from_slice(&body).ok();
    let code = problem.and_then(|it| it.get("code")?.as_u64());
    Answer {
        status,
        code,
        body,
        headers,
    }
}

pub fn wanted(pay_key: &SoftwareKey, currency: Currency, limit: u64) -> Wanted {
    Wanted {
        currency,
        limit: money(limit),
        pay_key: pay_key.public_key(),
        attestation: Vec::new(),
        categories: None::<Categories>,
    }
}

/// What a phone says in one sync.
#[derive(Default)]
pub struct Plan {
    pub statements: Vec<Statement>,
    pub evidence: Vec<Evidence>,
    pub wanted: Option<Wanted>,
}

impl Plan {
    pub fn evidence(evidence: Vec<Evidence>) -> Self {
        Self {
            evidence,
            ..Self::default()
        }
    }

    pub fn statement(statement: Statement) -> Self {
        Self {
            statements: vec![statement],
            ..Self::default()
        }
    }
}

pub struct Phone {
    pub link: SoftwareKey,
    pub customer: skilling_issuer::CustomerId,
}

impl Phone {
    pub fn new(customer: skilling_issuer::CustomerId) -> Self {
        Self {
            link: key(),
            customer,
        }
    }

    pub fn enrolment(&self, nonce: Nonce, code: &str) -> (Signed<Enrolment>, Vec<u8>) {
        let enrolment = Enrolment {
            nonce,
            link_key: self.link.public_key(),
            kind: AttestationKind::None,
            attestation: Vec::new(),
            customer_proof: code.as_bytes().to_vec(),
        };
        let signed = sign(enrolment, (), &self.link);
        let body = signed.encode();
        (signed, body)
    }

    pub fn sync(&self, nonce: Nonce, plan: Plan) -> (Signed<Sync>, Vec<u8>) {
        let sync = Sync {
            idempotency_id: IdempotencyId(random::bytes().unwrap()),
            nonce,
            time: Time::from_unix(BEGINNING).unwrap(),
            bundle_version: 1,
            statements: plan.statements,
            wanted: plan.wanted,
            link_key: self.link.public_key(),
        };
        let signed = sign(sync, (), &self.link);
        let call = SyncCall {
            sync: signed.clone(),
            evidence: plan.evidence,
        };
        (signed, call.encode())
    }
}

/// An allowance in a phone. `Clone` is what a thief of keys does.
#[derive(Clone)]
pub struct Purse {
    pub allowance: Signed<Allowance>,
    pub pay_key: SoftwareKey,
    pub sequence: u32,
    pub spent: u64,
    pub released: u64,
}

impl Purse {
    pub fn new(allowance: Signed<Allowance>, pay_key: SoftwareKey) -> Self {
        Self {
            allowance,
            pay_key,
            sequence: 0,
            spent: 0,
            released: 0,
        }
    }

    pub fn id(&self) -> AllowanceId {
        self.allowance.id(())
    }

    pub fn status_index(&self) -> u32 {
        self.allowance.unverified().status_index
    }

    /// Pays at a till: the evidence without a receipt, and the payment's id.
    pub fn pay(&mut self, till: &Till, amount: u64) -> Evidence {
        let request = till.request(Some(amount));
        self.answer(&request, amount, till.clock.now())
    }

    pub fn answer(&mut self, request: &PaymentRequest, amount: u64, time: Time) -> Evidence {
        self.sequence += 1;
        self.spent += amount;
        let payment = Payment {
            sequence: Sequence::new(self.sequence).unwrap(),
            amount: money(amount),
            spent: money(self.spent),
            merchant_id: request.merchant.unverified().id,
            request_id: request.request.id(request.merchant.id(())),
            time,
            released: money(self.released),
        };
        Evidence {
            token: Token {
                allowance: self.allowance.clone(),
                payment: sign(payment, self.id(), &self.pay_key),
            },
            request: request.clone(),
            receipts: Vec::new(),
        }
    }

    pub fn statement(&self, state: AllowanceState) -> Statement {
        Statement {
            allowance: self.id(),
            last_sequence: self.sequence,
            spent: money(self.spent),
            released: money(self.released),
            state,
        }
    }
}

pub fn id(evidence: &Evidence) -> PaymentId {
    evidence.token.payment_id()
}

pub struct Till {
    pub key: SoftwareKey,
    pub merchant: Signed<Merchant>,
    pub clock: ManualClock,
}

impl Till {
    pub fn request(&self, amount: Option<u64>) -> PaymentRequest {
        let now = self.clock.now();
        let request = Request {
            amounted: amount.map(|amount| Amounted {
                amount: money(amount),
                answer_before: now.plus(Seconds(180)),
            }),
            currency: Currency::DKK,
            nonce: RequestNonce(random::bytes().unwrap()),
            made_at: now,
            reference: None,
            offline_since: None,
        };
        PaymentRequest {
            request: sign(request, self.merchant.id(()), &self.key),
            merchant: self.merchant.clone(),
        }
    }

    pub fn receipt(&self, evidence: &Evidence, outcome: Outcome) -> Signed<Receipt> {
        let time = self.clock.now();
        sign(Receipt { outcome, time }, id(evidence), &self.key)
    }

    /// The evidence with a receipt.
    pub fn with(&self, evidence: &Evidence, outcome: Outcome) -> Evidence {
        let mut with = evidence.clone();
        with.receipts.push(self.receipt(evidence, outcome));
        with
    }

    pub fn deposit(&self, evidence: Vec<Evidence>) -> (Signed<Deposit>, Vec<u8>) {
        let mut payments: Vec<PaymentId> = evidence.iter().map(id).collect();
        payments.sort_unstable();
        self.deposit_of(payments, evidence)
    }

    pub fn deposit_of(
        &self,
        payments: Vec<PaymentId>,
        evidence: Vec<Evidence>,
    ) -> (Signed<Deposit>, Vec<u8>) {
        let deposit = Deposit {
            idempotency_id: IdempotencyId(random::bytes().unwrap()),
            time: self.clock.now(),
            payments,
        };
        let signed = sign(deposit, self.merchant.id(()), &self.key);
        let call = DepositCall {
            merchant: self.merchant.clone(),
            deposit: signed.clone(),
            evidence,
        };
        (signed, call.encode())
    }

    pub fn renewal(&self, new_key: Option<PublicKey>) -> Vec<u8> {
        let renewal = Renewal {
            idempotency_id: IdempotencyId(random::bytes().unwrap()),
            time: self.clock.now(),
            new_terminal_key: new_key,
        };
        let renewal = sign(renewal, self.merchant.id(()), &self.key);
        RenewalCall {
            merchant: self.merchant.clone(),
            renewal,
        }
        .encode()
    }
}
