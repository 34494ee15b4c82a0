//! A phone and a till on the exported surface, with a simulated scheme.
#![allow(
    dead_code,
    unreachable_pub,
    clippy::unwrap_used,
    clippy::panic,
    reason = "each test file uses what it needs of this module"
)]

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::thread::Thread;

use skilling_ffi::ports::{DeviceKeys, KeyVault, RollbackGuard, Transport};
use skilling_ffi::software::{
    SoftwareDeviceKeys, software_key_vault, software_rollback_guard, software_terminal_keys,
};
use skilling_ffi::terminal::{OpenRequest, Sale, TerminalConfig};
use skilling_ffi::values::Money;
use skilling_ffi::wallet::{Authorised, PaymentToken, Review, Reviewed, WalletConfig, Want};
use skilling_ffi::{CoreError, Simulator, Terminal, Wallet};

pub const DKK: u32 = 208;

struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

pub fn block_on<T>(future: impl Future<Output = T>) -> T {
    let waker = Waker::from(Arc::new(Unpark(std::thread::current())));
    let mut future = pin!(future);
    loop {
        match future.as_mut().poll(&mut Context::from_waker(&waker)) {
            Poll::Ready(done) => return done,
            Poll::Pending => std::thread::park(),
        }
    }
}

pub fn kroner(amount: u64) -> Money {
    Money {
        minor_units: amount * 100,
        currency: DKK,
    }
}

/// What a phone is made of; a test puts its own in.
#[derive(Clone)]
pub struct Parts {
    pub keys: Arc<dyn DeviceKeys>,
    pub vault: Arc<dyn KeyVault>,
    pub guard: Arc<dyn RollbackGuard>,
}

pub struct Town {
    pub simulator: Arc<Simulator>,
    pub server: Arc<dyn Transport>,
    pub folder: tempfile::TempDir,
}

impl Town {
    pub fn new() -> Self {
        Self::within(tempfile::tempdir().unwrap())
    }

    /// With all its files in this folder.
    pub fn within(folder: tempfile::TempDir) -> Self {
        let simulator = Simulator::create(None).unwrap();
        Self {
            server: Arc::clone(&simulator).server().unwrap(),
            simulator,
            folder,
        }
    }

    pub fn path(&self, name: &str) -> String {
        self.folder.path().join(name).to_str().unwrap().to_owned()
    }

    pub fn parts(&self) -> Parts {
        let keys = SoftwareDeviceKeys::open(self.path("keys"), None).unwrap();
        Parts {
            keys: keys.keys().unwrap(),
            vault: software_key_vault(self.path("vault")).unwrap(),
            guard: software_rollback_guard(self.path("guard")).unwrap(),
        }
    }

    pub fn open(&self, parts: &Parts) -> Result<Arc<Wallet>, CoreError> {
        let config = WalletConfig {
            folder: self.path("wallet"),
            roots: self.simulator.roots().unwrap(),
            patience_millis: Some(100),
            largest_command_data: None,
            port_patience_millis: Some(2_000),
        };
        let parts = parts.clone();
        let wallet = Wallet::open(config, parts.keys, parts.vault, parts.guard, None)?;
        wallet.set_in_front(true).unwrap();
        Ok(wallet)
    }

    /// Enrolled, with an allowance of 1000 kroner.
    pub fn phone(&self, parts: &Parts) -> Arc<Wallet> {
        let wallet = self.open(parts).unwrap();
        let code = self.simulator.enrolment_code().unwrap();
        block_on(wallet.enrol(Arc::clone(&self.server), code)).unwrap();
        self.grants(&wallet);
        wallet
    }

    /// An allowance of 1000 kroner: its id.
    pub fn grants(&self, wallet: &Wallet) -> String {
        let bank = wallet.banks().unwrap()[0].number;
        let want = Want {
            limit: kroner(1_000),
            categories: None,
        };
        let report = block_on(wallet.sync(Arc::clone(&self.server), bank, Some(want))).unwrap();
        assert_eq!((report.granted.len(), report.failure), (1, None));
        report.granted[0].clone()
    }

    pub fn till(&self) -> Arc<Terminal> {
        let config = TerminalConfig {
            store_path: self.path("till.db"),
            roots: self.simulator.roots().unwrap(),
            port_patience_millis: Some(2_000),
        };
        let keys = software_terminal_keys(self.path("till-keys")).unwrap();
        let till = Terminal::open(config, keys, None).unwrap();
        let key = till.create_key().unwrap();
        block_on(till.refresh(Arc::clone(&self.server))).unwrap();
        let name = "Netto Torvegade, Aarhus".to_owned();
        let certificate = self.simulator.certificate(key, name).unwrap();
        assert!(till.take_certificate(certificate).unwrap().is_new);
        till
    }
}

pub fn asks(till: &Terminal, amount: Money) -> OpenRequest {
    let sale = Sale {
        amount,
        reference: Some("Till 1, 17".to_owned()),
        answer_within_seconds: None,
    };
    till.request(sale).unwrap()
}

pub fn reviews(wallet: &Wallet, request: &[u8]) -> Arc<Review> {
    match wallet.review(request.to_vec()).unwrap() {
        Reviewed::New { review } => review,
        Reviewed::Answered { .. } => panic!("it was answered before"),
    }
}

pub fn agrees(wallet: &Wallet, request: &[u8]) -> Result<Arc<Authorised>, CoreError> {
    block_on(wallet.agree(reviews(wallet, request)))
}

pub fn pays(wallet: &Wallet, request: &[u8]) -> Result<PaymentToken, CoreError> {
    wallet.pay(agrees(wallet, request)?)
}
