//! A town for tests: banks that really listen, shops with real tills, phones with real wallets, on real files and one clock
//! that is moved by hand. Everything blocks, so that a test reads like what people do.

mod field;
mod phone;
mod shop;
mod victim;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use skilling_issuer::{Limits, Scheme, Server, Setup};
use skilling_platform::HttpTransport;
use skilling_platform::clock::ManualClock;
use skilling_protocol::values::{Currency, PublicKey, Seconds};
use tokio::runtime::Runtime;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::kit;

pub use field::{Cut, tap, tap_until};
pub use phone::{Claim, Phone, Stolen, copy_folder, open_wallet, through_a_picture};
pub use shop::{Shop, asks, open_till};
pub use victim::{Alive, Ended, Victim};

static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap()
});

/// Waits for what is asynchronous.
pub fn wait<T>(future: impl Future<Output = T>) -> T {
    RUNTIME.block_on(future)
}

/// Real files, in memory where the system has such a place: nothing here pulls the plug, so a slow disk proves nothing.
fn quick_folder() -> tempfile::TempDir {
    tempfile::tempdir_in("/dev/shm")
        .or_else(|_| tempfile::tempdir())
        .unwrap()
}

/// One scheme, its folder and its time. 2027-01-15 08:00:00 UTC to begin with.
pub struct Town {
    /// Everybody's time.
    pub clock: ManualClock,
    /// Root key, policies, bundles, bulletins.
    pub scheme: Scheme,
    folder: tempfile::TempDir,
}

impl Town {
    /// A town without anyone in it.
    #[must_use]
    #[allow(clippy::new_without_default, reason = "it makes files")]
    pub fn new() -> Self {
        let clock = ManualClock::at(kit::time(kit::NOW));
        let folder = quick_folder();
        let scheme = Scheme::init(&folder.path().join("scheme"), Arc::new(clock.clone())).unwrap();
        Self {
            clock,
            scheme,
            folder,
        }
    }

    /// The pinned root.
    #[must_use]
    pub fn root(&self) -> PublicKey {
        self.scheme.root()
    }

    /// A folder of its own for each role.
    #[must_use]
    pub fn home(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Time passes for everybody.
    pub fn days_pass(&self, days: u16) {
        self.clock.advance(Seconds::days(days));
    }

    /// Time passes for everybody.
    pub fn seconds_pass(&self, seconds: u32) {
        self.clock.advance(Seconds(seconds));
    }

    /// A bank in the scheme, issuer and acquirer, that listens.
    #[must_use]
    pub fn bank(&self, name: &str) -> Bank {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        drop(listener);
        let mut setup = Setup::new(name);
        setup.url = format!("http://{address}");
        let clock = Arc::new(self.clock.clone());
        let server = Server::init(&self.home(name), &self.scheme, &setup, clock).unwrap();
        let mut bank = Bank {
            server: Arc::new(server),
            address,
            home: self.home(name),
            clock: self.clock.clone(),
            serving: None,
        };
        bank.takes_calls(1_000_000);
        bank
    }

    /// A bulletin for kroner from now on.
    #[must_use]
    pub fn outage(&self, days: u16, extension: Seconds) -> Vec<u8> {
        use skilling_platform::clock::Clock as _;
        let now = self.clock.now();
        self.scheme
            .declare_outage(Currency::DKK, now, now.plus(Seconds::days(days)), extension)
            .unwrap()
    }
}

/// A bank and its server.
pub struct Bank {
    /// What the bank decides by itself.
    pub server: Arc<Server>,
    address: SocketAddr,
    home: PathBuf,
    clock: ManualClock,
    serving: Option<(oneshot::Sender<()>, JoinHandle<()>)>,
}

impl Bank {
    /// How phones and tills reach it.
    #[must_use]
    pub fn transport(&self) -> HttpTransport {
        HttpTransport::new(&format!("http://{}", self.address)).unwrap()
    }

    /// The issuer's key.
    #[must_use]
    pub fn key(&self) -> PublicKey {
        self.server.issuer_key().unwrap()
    }

    /// The server is really stopped: calls to it really fail.
    pub fn goes_away(&mut self) {
        if let Some((stop, task)) = self.serving.take() {
            stop.send(()).unwrap();
            wait(task).unwrap();
        }
    }

    /// The server listens, where it did before.
    pub fn comes_back(&mut self) {
        let (stop, stopped) = oneshot::channel::<()>();
        let server = self.server.clone();
        let listener = wait(tokio::net::TcpListener::bind(self.address)).unwrap();
        let task = RUNTIME.spawn(async move {
            let stopped = async move { stopped.await.unwrap_or_default() };
            server.serve(listener, stopped).await.unwrap();
        });
        self.serving = Some((stop, task));
    }

    /// From now on it takes so many calls a second from one address.
    pub fn takes_calls(&mut self, a_second: u32) {
        self.goes_away();
        let server = Server::open(&self.home, Arc::new(self.clock.clone())).unwrap();
        let limits = Limits::new(a_second, Duration::from_secs(30));
        self.server = Arc::new(server.with_limits(limits));
        self.comes_back();
    }

    /// Balance of one kind of account in øre. Whenever anyone looks, the books sum to zero.
    #[must_use]
    pub fn account(&self, kind: &str) -> i64 {
        let report = self.server.report().unwrap();
        for currency in &report.currencies {
            assert_eq!(currency.sum, 0, "the movements sum to zero");
            assert_eq!(
                currency.accounts.values().sum::<i64>(),
                0,
                "the balances sum to zero"
            );
        }
        let kroner = report
            .currencies
            .iter()
            .find(|it| it.currency == Currency::DKK.numeric());
        kroner.map_or(0, |it| it.accounts[kind])
    }
}
