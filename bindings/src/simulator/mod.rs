//! A scheme, a bank and an acquirer in memory, a shop for wallets and a phone for tills to practise on: for tests and for the
//! simulators of sample apps. The wallet and the till that practise are the real ones. Its keys are made when it is made, so nothing
//! it signs is worth anything anywhere else.
//!
//! # Magic amounts
//!
//! An amount that ends in `9` and a code of the registry in three digits (39024 minor units: code 24) brings that code. Use ports and clock
//! of the simulator ([`Simulator::clock`], [`Simulator::device_keys`], [`Simulator::rollback_guard`]).
//!
//! | codes | a wallet at a [`SimulatedShop`] shows | a till with a [`SimulatedPhone`] shows |
//! |---|---|---|
//! | 1, 2 | the request cannot be read or is of another version | the token likewise |
//! | 3, 17, 20, 27 | its refusal of the request: the bundle says so for a moment | the declined payment |
//! | 16 | its refusal of a request made an hour ago | the declined payment |
//! | 28 | its refusal of the request that was paid last | the declined payment: somebody else was quicker |
//! | 4 to 10, 12 to 15, 18, 19, 21 to 25 | the till's receipt: declined | the declined payment, or the refused one (4, 6, 10) |
//! | 11, 26, 29 | a receipt that no honest till signs | the refusal: another shop's request, a store that is held, a clock a day behind |
//! | 40, 41, 43, 47 | its error on agreeing or paying: refused, no allowance, locked out, guard failed | the phone's refusal |
//! | 42, 44 to 46 | its refusal: a clock a day behind, certificate, signature, acquirer | the phone's refusal |
//! | 50 to 58 | the answer to a sync that wants such a limit, or of every call ([`Simulator::set_server_problem`]) | of every call |
//! | 60 to 64 | the grant that a sync with such a limit does not bring | |

mod bank;
mod books;
mod field;
mod moment;
mod papers;
mod phone;
mod ports;
mod shop;
mod till;
mod time;
mod tokens;

use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use skilling_platform::clock::Clock as _;
use skilling_protocol::crypto::{Signer as _, SoftwareKey};
use skilling_protocol::values::{Seconds, Time};

use crate::CoreError;
use crate::ports::{HostClock, Transport, WallClock};
use crate::values::{currency, id};
use books::Books;
use time::{DeviceClock, Offsets, moved};

pub use field::TornTap;
pub use phone::{PhoneAnswer, PhoneDoes, SimulatedPhone};
pub use shop::{ShopTap, SimulatedShop};

/// In the status list from the start.
const REVOKED_INDEX: u32 = 1;

/// The code that enrols: [`crate::Wallet::enrol`].
const ENROLMENT_CODE: &str = "A1B2-C3D4";

/// The simulated scheme. Safe to call from any thread.
#[derive(uniffi::Object)]
pub struct Simulator {
    keys: Keys,
    clock: Arc<HostClock>,
    offsets: Offsets,
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
            offsets: Offsets::default(),
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

    /// The status list as it is now (message 5).
    ///
    /// # Errors
    /// `InvalidArgument`: never, with this scheme.
    pub fn status_list(&self) -> Result<Vec<u8>, CoreError> {
        self.signed_status_list()
    }

    /// Revokes an allowance that was granted here: the status list says so from now on, and tills that have it refuse (9).
    ///
    /// # Errors
    /// `InvalidArgument`; `NotFound`.
    pub fn revoke(&self, allowance_id: String) -> Result<(), CoreError> {
        let allowance = id(&allowance_id, "allowance_id")?;
        let mut books = self.books();
        let index = books.indices.get(&allowance).copied();
        let index = index.ok_or(skilling_wallet::WalletError::NoSuchAllowance)?;
        books.revoked.insert(index);
        Ok(())
    }

    /// A clock for wallets and tills of this scheme.
    ///
    /// # Errors
    /// None.
    pub fn clock(self: Arc<Self>) -> Result<Arc<dyn WallClock>, CoreError> {
        Ok(Arc::new(DeviceClock(self)))
    }

    /// Lets time pass, for everybody: allowances, bundles and certificates grow old. A refresh then brings a younger bundle.
    ///
    /// # Errors
    /// None.
    pub fn pass_time(&self, seconds: u32) -> Result<(), CoreError> {
        self.offsets
            .passed
            .fetch_add(seconds.into(), Ordering::SeqCst);
        let mut books = self.books();
        books.bundle_version = books.bundle_version.saturating_add(1);
        Ok(())
    }

    /// Sets the clock of [`Self::clock`] ahead (or behind, if negative) of the scheme's; 0 is right.
    ///
    /// # Errors
    /// None.
    pub fn set_clock_ahead(&self, seconds: i64) -> Result<(), CoreError> {
        self.offsets.device.store(seconds, Ordering::SeqCst);
        Ok(())
    }

    /// Every call is answered with this code of the registry until it is set to nothing.
    ///
    /// # Errors
    /// None.
    pub fn set_server_problem(&self, code: Option<u32>) -> Result<(), CoreError> {
        self.books().problem = code;
        Ok(())
    }

    /// Declares an outage that extends what expires by `extension_days` (0 to 14); gives the bulletin (message 8).
    ///
    /// # Errors
    /// `InvalidArgument`.
    pub fn declare_outage(&self, currency: u32, extension_days: u32) -> Result<Vec<u8>, CoreError> {
        let currency = self::currency(currency)?;
        let days = u16::try_from(extension_days.min(14)).unwrap_or(14);
        self.outage_bulletin(currency, Seconds::days(days), false)
    }

    /// Ends an outage: the newest bulletin (message 8) says that it is over.
    ///
    /// # Errors
    /// `InvalidArgument`.
    pub fn end_outage(&self, currency: u32) -> Result<Vec<u8>, CoreError> {
        self.outage_bulletin(self::currency(currency)?, Seconds(0), true)
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
        moved(self.clock.now(), self.offsets.passed.load(Ordering::SeqCst))
    }

    fn next_index(&self) -> u32 {
        self.books().next_index()
    }
}
