//! A scheme, a bank and an acquirer in memory: for tests and for the simulators of sample apps. Its keys are made when it is made, so
//! nothing it signs is worth anything anywhere else.
//!
//! Magic numbers bring every reason code: the bank answers a want whose limit ends in `9`, two zeros and a code (`...9063`) with
//! that code, the simulated till answers a payment whose amount ends so with a declined receipt of that code, and a simulated
//! phone refuses a request so.

mod bank;
mod books;
mod papers;
mod till;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use skilling_platform::clock::Clock as _;
use skilling_protocol::crypto::{Signer as _, SoftwareKey};
use skilling_protocol::values::{Seconds, Time};

use crate::CoreError;
use crate::ports::{HostClock, Transport, WallClock};
use crate::values::{currency, id};
use books::Books;

/// The code that enrols: [`crate::Wallet::enrol`].
const ENROLMENT_CODE: &str = "A1B2-C3D4";

/// The simulated scheme. Safe to call from any thread.
#[derive(uniffi::Object)]
pub struct Simulator {
    keys: Keys,
    clock: Arc<HostClock>,
    books: Mutex<Books>,
}

struct Keys {
    root: SoftwareKey,
    bank: SoftwareKey,
    acquirer: SoftwareKey,
    till: SoftwareKey,
}

/// The code that a magic number asks for: `24` of `129024`.
fn magic(minor_units: u64) -> Option<u32> {
    let code = minor_units % 1_000;
    let is_magic = minor_units % 10_000 / 1_000 == 9 && (1..=99).contains(&code);
    is_magic.then(|| u32::try_from(code).ok()).flatten()
}

fn made() -> Result<SoftwareKey, CoreError> {
    let made = skilling_platform::keys::generate();
    made.map(|(key, _)| key)
        .map_err(|_| CoreError::from(skilling_wallet::WalletError::NoRandomness))
}

#[uniffi::export]
impl Simulator {
    /// A scheme for Danish kroner that starts now. Without a `clock` the system's is read.
    ///
    /// # Errors
    /// `NoRandomness`, `PortFailed` of the clock.
    #[uniffi::constructor]
    pub fn create(clock: Option<Arc<dyn WallClock>>) -> Result<Arc<Self>, CoreError> {
        let clock = HostClock::new(clock);
        clock.check()?;
        let keys = Keys {
            root: made()?,
            bank: made()?,
            acquirer: made()?,
            till: made()?,
        };
        let began = clock.now();
        Ok(Arc::new(Self {
            keys,
            clock,
            books: Mutex::new(Books::new(began)),
        }))
    }

    /// The pinned roots for [`crate::wallet::WalletConfig`] and [`crate::terminal::TerminalConfig`].
    ///
    /// # Errors
    /// None.
    pub fn roots(&self) -> Result<Vec<Vec<u8>>, CoreError> {
        Ok(vec![self.keys.root.public_key().as_bytes().to_vec()])
    }

    /// The code that enrols.
    ///
    /// # Errors
    /// None.
    pub fn enrolment_code(&self) -> Result<String, CoreError> {
        Ok(ENROLMENT_CODE.to_owned())
    }

    /// The server of bank, acquirer and scheme.
    ///
    /// # Errors
    /// None.
    pub fn server(self: Arc<Self>) -> Result<Arc<dyn Transport>, CoreError> {
        Ok(Arc::new(bank::Server(self)))
    }

    /// Switches the network: without it no call reaches the server.
    ///
    /// # Errors
    /// None.
    pub fn set_network(&self, is_up: bool) -> Result<(), CoreError> {
        self.books().is_down = !is_up;
        Ok(())
    }

    /// Answers to calls are lost on the way back: the server has done what was asked.
    ///
    /// # Errors
    /// None.
    pub fn set_answers_lost(&self, are_lost: bool) -> Result<(), CoreError> {
        self.books().loses_answers = are_lost;
        Ok(())
    }

    /// The certificate of a till with this key: for [`crate::Terminal::take_certificate`].
    ///
    /// # Errors
    /// `InvalidArgument`.
    pub fn certificate(
        &self,
        terminal_key: Vec<u8>,
        merchant: String,
    ) -> Result<Vec<u8>, CoreError> {
        self.merchant_certificate(&terminal_key, &merchant)
    }

    /// The trust bundle as it is now (message 4).
    ///
    /// # Errors
    /// `InvalidArgument`: never, with this scheme.
    pub fn bundle(&self) -> Result<Vec<u8>, CoreError> {
        self.trust_bundle()
    }

    /// Declares an outage that extends what expires by `extension_days` (0 to 30); gives the bulletin (message 8).
    ///
    /// # Errors
    /// `InvalidArgument`.
    pub fn declare_outage(&self, currency: u32, extension_days: u32) -> Result<Vec<u8>, CoreError> {
        let currency = self::currency(currency)?;
        let days = u16::try_from(extension_days.min(30)).unwrap_or(30);
        self.outage_bulletin(currency, Seconds::days(days))
    }

    /// Suspends the bank, or lets it sign again: a new version of the bundle says so.
    ///
    /// # Errors
    /// None.
    pub fn suspend_bank(&self, is_suspended: bool) -> Result<(), CoreError> {
        let mut books = self.books();
        books.is_bank_suspended = is_suspended;
        books.bundle_version = books.bundle_version.saturating_add(1);
        Ok(())
    }

    /// The bank decides that a payment it knows is disputed: the next sync says so.
    ///
    /// # Errors
    /// `InvalidArgument`.
    pub fn dispute(&self, payment_id: String) -> Result<(), CoreError> {
        let payment = id(&payment_id, "payment_id")?;
        self.books().dispute(payment);
        Ok(())
    }
}

impl Simulator {
    fn books(&self) -> MutexGuard<'_, Books> {
        self.books.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn now(&self) -> Time {
        self.clock.now()
    }
}
