//! A scheme in a box: root, bank, acquirer, tills, and a phone in a temporary folder.
#![allow(
    dead_code,
    unreachable_pub,
    clippy::unwrap_used,
    clippy::panic,
    reason = "each test file uses what it needs of this module"
)]

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use skilling_platform::clock::{Clock as _, ManualClock};
use skilling_protocol::crypto::{DefaultVerifier, Signer as _, SoftwareKey};
use skilling_protocol::message::{Expected as _, PaymentRequest, Token};
use skilling_protocol::objects::{
    AcquirerEntry, Allowance, Amounted, IssuerEntry, Merchant, Outage, Outcome, Payment, Policy,
    Receipt, Request, TrustBundle,
};
use skilling_protocol::signed::{Signed, Verified};
use skilling_protocol::values::{
    Amount, Categories, Country, Currency, Decimals, Extensions, KeyProtection, Mcc, MerchantId,
    MerchantName, Nonce, ObjectId, RequestNonce, Seconds, StatusUri, TerminalId, Time, Uuid,
};
use skilling_wallet::ports::Ports;
use skilling_wallet::software::{FileGuard, FileVault, SoftwareKeys};
use skilling_wallet::{Authorised, Config, PaymentToken, Review, Reviewed, Wallet, WalletError};

pub const START: u64 = 1_800_000_000;

pub fn amount(minor: u64) -> Amount {
    Amount::new(minor).unwrap()
}

pub fn key(number: u8) -> SoftwareKey {
    SoftwareKey::from_scalar(&[number; 32]).unwrap()
}

pub fn block_on<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap()
        .block_on(future)
}

/// What can be changed about a grant.
#[derive(Clone)]
pub struct Terms {
    pub limit: u64,
    pub cap: u64,
    pub max_payments: u32,
    pub days: u16,
    pub user_auth: bool,
    pub categories: Option<Vec<u16>>,
}

impl Default for Terms {
    fn default() -> Self {
        Self {
            limit: 100_000,
            cap: 50_000,
            max_payments: 50,
            days: 30,
            user_auth: true,
            categories: None,
        }
    }
}

pub struct Scheme {
    pub root: SoftwareKey,
    pub bank: SoftwareKey,
    pub acquirer: SoftwareKey,
    pub clock: ManualClock,
}

impl Scheme {
    pub fn new() -> Self {
        Self {
            root: key(1),
            bank: key(2),
            acquirer: key(3),
            clock: ManualClock::at(Time::from_unix(START).unwrap()),
        }
    }

    pub fn policy() -> Policy {
        Policy {
            max_payment: amount(60_000),
            max_unauthenticated: amount(20_000),
            min_key_protection: KeyProtection::Software,
            skew: Seconds(120),
            max_status_age: Seconds::days(10),
            max_exposure: amount(200_000),
            categories: None,
            outage_only: false,
            deposit_window: Seconds::days(14),
            decimals: Decimals::TWO,
            extensions: Extensions::default(),
        }
    }

    pub fn bundle(&self, version: u32) -> TrustBundle {
        let now = self.clock.now();
        let name = |text| MerchantName::new(text).unwrap();
        TrustBundle {
            version,
            issued: now.minus(Seconds::hours(1)),
            expires: now.plus(Seconds::days(30)),
            issuers: vec![IssuerEntry {
                key: self.bank.public_key(),
                key_id: self.bank.public_key().key_id(),
                name: name("Bank"),
                currencies: vec![Currency::DKK],
                valid_from: Time::from_unix(0).unwrap(),
                valid_until: now.plus(Seconds::days(365)),
                suspended: false,
                status_uri: StatusUri::new("https://bank.example/v1/status/1").unwrap(),
                extensions: Extensions::default(),
            }],
            acquirers: vec![AcquirerEntry {
                key: self.acquirer.public_key(),
                key_id: self.acquirer.public_key().key_id(),
                name: name("Acquirer"),
                valid_from: Time::from_unix(0).unwrap(),
                valid_until: now.plus(Seconds::days(365)),
                suspended: false,
                extensions: Extensions::default(),
            }],
            policies: vec![(Currency::DKK, Self::policy())],
            lowest_protocol: None,
            extensions: Extensions::default(),
        }
    }

    pub fn bundle_message(&self, bundle: TrustBundle) -> Vec<u8> {
        Signed::sign(bundle, (), &self.root).unwrap().encode()
    }

    pub fn outage_message(&self, serial: u32, extension: Seconds) -> Vec<u8> {
        let now = self.clock.now();
        let outage = Outage {
            serial,
            currency: Currency::DKK,
            from: now,
            until: now.plus(Seconds::days(20)),
            extension,
        };
        Signed::sign(outage, (), &self.root).unwrap().encode()
    }

    pub fn till(&self, number: u8) -> Till {
        let key = key(100 + number);
        let now = self.clock.now();
        let merchant = Merchant {
            id: MerchantId([number; 8]),
            name: MerchantName::new("Netto Torvegade, København").unwrap(),
            mcc: Mcc::new(5411).unwrap(),
            country: Country::new("DK").unwrap(),
            terminal_key: key.public_key(),
            terminal_id: TerminalId([number; 8]),
            valid_from: now.minus(Seconds::days(1)),
            valid_until: now.plus(Seconds::days(89)),
            extensions: Extensions::default(),
        };
        let merchant = Signed::sign(merchant, (), &self.acquirer).unwrap();
        Till {
            key,
            merchant,
            clock: self.clock.clone(),
        }
    }

    /// A phone that trusts the scheme and has one allowance.
    pub fn phone(&self) -> Phone {
        let phone = self.empty_phone();
        phone
            .wallet()
            .take_bundle(&self.bundle_message(self.bundle(1)))
            .unwrap();
        self.grant(&phone, &Terms::default());
        phone
    }

    pub fn empty_phone(&self) -> Phone {
        let folder = tempfile::tempdir().unwrap();
        let config = self.config(folder.path());
        let (ports, keys) = self.ports(folder.path());
        let wallet = Arc::new(Wallet::open(config.clone(), ports.clone()).unwrap());
        wallet.set_in_front(true);
        Phone {
            wallet: Some(wallet),
            keys,
            ports,
            config,
            folder,
        }
    }

    pub fn config(&self, folder: &Path) -> Config {
        let mut config = Config::new(folder.join("wallet"), vec![self.root.public_key()]);
        config.patience = Duration::from_millis(100);
        config
    }

    pub fn ports(&self, folder: &Path) -> (Ports, Arc<SoftwareKeys>) {
        let keys = SoftwareKeys::new(folder.join("keys"), self.clock.clone()).unwrap();
        let keys = Arc::new(keys);
        let ports = Ports {
            keys: keys.clone(),
            vault: Arc::new(FileVault::new(folder.join("vault"))),
            guard: Arc::new(FileGuard::new(folder.join("guard"))),
            clock: Arc::new(self.clock.clone()),
        };
        (ports, keys)
    }

    pub fn grant(&self, phone: &Phone, terms: &Terms) -> ObjectId<Allowance> {
        let wallet = phone.wallet();
        let key = block_on(wallet.new_pay_key(&Nonce([9; 32]))).unwrap();
        let now = self.clock.now();
        let allowance = Allowance {
            uuid: Uuid([1; 16]),
            pay_key: key.public_key,
            currency: Currency::DKK,
            limit: amount(terms.limit),
            cap: amount(terms.cap),
            max_payments: terms.max_payments,
            valid_from: now.minus(Seconds::hours(1)),
            valid_until: now.plus(Seconds::days(terms.days)),
            key_protection: KeyProtection::Software,
            user_auth: terms.user_auth,
            status_index: 7,
            categories: terms.categories.as_ref().map(|codes| {
                let codes = codes.iter().map(|code| Mcc::new(*code).unwrap());
                Categories::new(codes.collect()).unwrap()
            }),
            extensions: Extensions::default(),
        };
        let granted = Signed::sign(allowance, (), &self.bank).unwrap();
        wallet.take_allowance(granted).unwrap().id
    }
}

pub struct Till {
    pub key: SoftwareKey,
    pub merchant: Signed<Merchant>,
    pub clock: ManualClock,
}

impl Till {
    pub fn asks(&self, minor: u64) -> Vec<u8> {
        self.asks_for(|request| {
            request.amounted = Some(Amounted {
                amount: amount(minor),
                answer_before: request.made_at.plus(Seconds(180)),
            });
        })
    }

    pub fn printed_code(&self) -> Vec<u8> {
        self.asks_for(|_| {})
    }

    pub fn asks_for(&self, change: impl FnOnce(&mut Request)) -> Vec<u8> {
        let mut request = Request {
            amounted: None,
            currency: Currency::DKK,
            nonce: RequestNonce(skilling_platform::random::bytes().unwrap()),
            made_at: self.clock.now(),
            reference: None,
            offline_since: None,
        };
        change(&mut request);
        let request = Signed::sign(request, self.merchant.id(()), &self.key).unwrap();
        let merchant = self.merchant.clone();
        PaymentRequest { merchant, request }.encode()
    }

    pub fn receipt(&self, payment: ObjectId<Payment>, outcome: Outcome) -> Vec<u8> {
        let time = self.clock.now();
        let receipt = Receipt { outcome, time };
        Signed::sign(receipt, payment, &self.key).unwrap().encode()
    }
}

pub struct Phone {
    wallet: Option<Arc<Wallet>>,
    pub keys: Arc<SoftwareKeys>,
    pub ports: Ports,
    pub config: Config,
    pub folder: tempfile::TempDir,
}

impl Phone {
    pub fn wallet(&self) -> &Arc<Wallet> {
        self.wallet.as_ref().unwrap()
    }

    /// The app is closed.
    pub fn close(&mut self) {
        self.wallet = None;
    }

    /// The app is closed and started again.
    pub fn reopen(&mut self) {
        self.close();
        let wallet = Wallet::open(self.config.clone(), self.ports.clone()).unwrap();
        wallet.set_in_front(true);
        self.wallet = Some(Arc::new(wallet));
    }

    pub fn reviews(&self, request: &[u8]) -> Review {
        match self.wallet().review(request).unwrap() {
            Reviewed::New(review) => *review,
            Reviewed::Answered(_) => panic!("it was answered before"),
        }
    }

    pub fn agrees(&self, request: &[u8]) -> Result<Authorised, WalletError> {
        block_on(self.wallet().agree(&self.reviews(request)))
    }

    pub fn pays(&self, request: &[u8]) -> Result<PaymentToken, WalletError> {
        self.wallet().pay(&self.agrees(request)?)
    }
}

/// The payment in a token, with both signatures verified.
pub fn verified(token: &PaymentToken, scheme: &Scheme) -> Verified<Payment> {
    let decoded = Token::decode(&token.bytes).unwrap();
    let allowance = decoded
        .allowance
        .verify((), &scheme.bank.public_key(), &DefaultVerifier {})
        .unwrap();
    let payment = decoded
        .payment
        .verify(allowance.id(), &allowance.pay_key, &DefaultVerifier {})
        .unwrap();
    assert_eq!(payment.id(), token.payment);
    payment
}
