//! A phone: a real wallet on real files, with keys, vault and rollback guard beside it.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use skilling_issuer::{CustomerId, Funding};
use skilling_link::qr;
use skilling_platform::clock::ManualClock;
use skilling_platform::keys;
use skilling_protocol::crypto::{Signer as _, SoftwareKey};
use skilling_protocol::message::{Expected as _, PaymentRequest, Token};
use skilling_protocol::objects::{Allowance, Payment, Sequence};
use skilling_protocol::reason::Reason;
use skilling_protocol::signed::Signed;
use skilling_protocol::values::{Currency, KeyProtection, PublicKey, Time};
use skilling_terminal::{OpenRequest, Outcome};
use skilling_wallet::software::{FileGuard, FileVault, SoftwareKeys};
use skilling_wallet::sync::{BankId, SyncReport, Want};
use skilling_wallet::{AllowanceView, Config, PaymentToken, Ports, Reviewed, Wallet, WalletError};

use super::{Bank, Shop, Town, wait};
use crate::kit;

/// Somebody's phone. Its home holds `wallet` (what a backup takes), `keys`, `vault.key` and `guard`.
pub struct Phone {
    /// The wallet, in front on an unlocked phone.
    pub wallet: Arc<Wallet>,
    /// What the person answers when asked.
    pub keys: Arc<SoftwareKeys>,
    /// Where everything lies.
    pub home: PathBuf,
    root: PublicKey,
    clock: ManualClock,
}

/// Opens the wallet in `home`, waiting for another process as long as `patience`. Its keys claim a secure element that asks.
///
/// # Errors
/// The wallet's.
pub fn open_wallet(
    home: &Path,
    root: PublicKey,
    clock: &ManualClock,
    patience: Duration,
) -> Result<(Wallet, Arc<SoftwareKeys>), WalletError> {
    std::fs::create_dir_all(home).unwrap();
    let keys = SoftwareKeys::new(home.join("keys"), clock.clone()).unwrap();
    let keys = Arc::new(keys.claiming(KeyProtection::SecureElement, true));
    let ports = Ports {
        keys: keys.clone(),
        vault: Arc::new(FileVault::new(home.join("vault.key"))),
        guard: Arc::new(FileGuard::new(home.join("guard"))),
        clock: Arc::new(clock.clone()),
    };
    let config = Config {
        patience,
        ..Config::new(home.join("wallet"), vec![root])
    };
    Wallet::open(config, ports).map(|wallet| (wallet, keys))
}

impl Town {
    /// A phone with an empty wallet that has the bundle of the day.
    #[must_use]
    pub fn phone(&self, name: &str) -> Phone {
        let phone = Phone::open(&self.home(name), self.root(), &self.clock).unwrap();
        let (_, bundle) = self.scheme.trust_bundle().unwrap();
        phone.wallet.take_bundle(&bundle).unwrap();
        phone
    }

    /// A phone whose owner has 5000.00 DKK in the bank, and an allowance of so much.
    #[must_use]
    pub fn phone_with(&self, name: &str, bank: &Bank, limit: u64) -> Phone {
        let phone = self.phone(name);
        let _ = phone.enrols_at(bank, Funding::Held, 500_000);
        let _ = phone.is_granted(bank, limit);
        phone
    }
}

impl Phone {
    /// The phone of that home, restarted.
    ///
    /// # Errors
    /// The wallet's.
    pub fn open(home: &Path, root: PublicKey, clock: &ManualClock) -> Result<Self, WalletError> {
        let (wallet, keys) = open_wallet(home, root, clock, Duration::from_secs(5))?;
        wallet.set_in_front(true);
        Ok(Self {
            wallet: Arc::new(wallet),
            keys,
            home: home.to_owned(),
            root,
            clock: clock.clone(),
        })
    }

    /// The app is closed and opened again.
    ///
    /// # Errors
    /// The wallet's.
    pub fn restarts(self) -> Result<Self, WalletError> {
        let (home, root, clock) = (self.home.clone(), self.root, self.clock.clone());
        self.is_off();
        Self::open(&home, root, &clock)
    }

    /// The app is closed; its files stay.
    pub fn is_off(self) {
        // What a tap began beside its answer may still be ending.
        while Arc::strong_count(&self.wallet) > 1 {
            std::thread::sleep(Duration::from_millis(1));
        }
    }

    /// The only allowance, or the newest.
    #[must_use]
    pub fn allowance(&self) -> AllowanceView {
        self.wallet.allowances().unwrap().pop().unwrap()
    }

    /// The payer looks at a request and agrees; the token leaves.
    ///
    /// # Errors
    /// The wallet's.
    pub fn tries_to_pay(&self, request: &[u8]) -> Result<PaymentToken, WalletError> {
        match self.wallet.review(request)? {
            Reviewed::Answered(token) => Ok(token),
            Reviewed::New(review) => {
                let authorised = wait(self.wallet.agree(&review))?;
                self.wallet.pay(&authorised)
            }
        }
    }

    /// As [`Self::tries_to_pay`], where nothing can be wrong.
    #[must_use]
    pub fn pays(&self, request: &[u8]) -> Vec<u8> {
        let token = self.tries_to_pay(request).unwrap();
        self.wallet.presented(&token.payment).unwrap();
        token.bytes
    }

    /// The payer types the amount of a printed code.
    #[must_use]
    pub fn types(&self, request: &[u8], minor_units: u64) -> Vec<u8> {
        let Reviewed::New(review) = self.wallet.review_anew(request).unwrap() else {
            panic!("a printed code is paid anew");
        };
        let review = self
            .wallet
            .enter_amount(&review, kit::amount(minor_units))
            .unwrap();
        let authorised = wait(self.wallet.agree(&review)).unwrap();
        self.wallet.pay(&authorised).unwrap().bytes
    }

    /// The payer agrees to what a reader asks for, so that the next tap pays.
    pub fn agrees_to(&self, request: &[u8]) {
        let Reviewed::New(review) = self.wallet.review(request).unwrap() else {
            panic!("it is new");
        };
        let _ = wait(self.wallet.agree(&review)).unwrap();
    }

    /// The payer arms the wallet up to 350.00.
    pub fn is_armed(&self) {
        let allowance = self.allowance().id;
        let _ = wait(self.wallet.arm(&allowance, kit::amount(35_000))).unwrap();
    }

    /// Every file of it, keys and guard included, on another device: what no phone's hardware allows, and a thief would like.
    #[must_use]
    pub fn is_cloned(&self, home: &Path) -> Self {
        copy_folder(&self.home, home);
        Self::open(home, self.root, &self.clock).unwrap()
    }

    /// Its pay key, out of the file in which the software keys keep it.
    #[must_use]
    pub fn loses_its_key(&self, token: &[u8]) -> Stolen {
        let allowance = Token::decode(token).unwrap().allowance;
        let wanted = allowance.unverified().pay_key;
        let files = std::fs::read_dir(self.home.join("keys")).unwrap();
        let mut held = files.map(|it| keys::load(&it.unwrap().path()).unwrap());
        Stolen {
            key: held.find(|it| it.public_key() == wanted).unwrap(),
            allowance,
        }
    }

    /// A whole sale by pictures: each message is drawn as a PNG and read back from it.
    #[must_use]
    pub fn pays_by_qr(&self, shop: &Shop, minor_units: u64) -> Outcome {
        let request = shop.asks(minor_units);
        let token = self.pays(&through_a_picture(&request.message));
        let outcome = shop.till.accept(&through_a_picture(&token)).unwrap();
        if let Some(receipt) = outcome.receipt() {
            let _ = self
                .wallet
                .take_receipt(&through_a_picture(receipt))
                .unwrap();
        }
        outcome
    }

    /// A new customer of the bank, whose account holds (or whose line is) so much, enrols this phone.
    #[must_use]
    pub fn enrols_at(&self, bank: &Bank, funding: Funding, minor_units: u64) -> CustomerId {
        let amount = kit::amount(minor_units);
        let added = bank
            .server
            .add_customer("Asta", Currency::DKK, funding, amount, None);
        let added = added.unwrap();
        self.enrols_with(bank, &added.enrolment_code);
        added.customer
    }

    /// With a code that the bank gave.
    pub fn enrols_with(&self, bank: &Bank, code: &str) {
        let _ = wait(self.wallet.enrol(&bank.transport(), code)).unwrap();
    }

    /// A grant that must be given.
    #[must_use]
    pub fn is_granted(&self, bank: &Bank, limit: u64) -> AllowanceView {
        let report = self.wants(bank, limit);
        assert_eq!(report.granted.len(), 1, "{report:?}");
        self.wallet
            .allowances()
            .unwrap()
            .into_iter()
            .find(|it| it.id == report.granted[0])
            .unwrap()
    }

    /// A grant that must not be given, and why.
    #[must_use]
    pub fn is_refused(&self, bank: &Bank, limit: u64) -> Option<Reason> {
        let report = self.wants(bank, limit);
        assert!(report.granted.is_empty(), "{report:?}");
        report.not_granted.first().and_then(|it| it.why.reason())
    }

    fn wants(&self, bank: &Bank, limit: u64) -> SyncReport {
        let want = Want {
            currency: Currency::DKK,
            limit: kit::amount(limit),
            categories: None,
        };
        self.calls(bank, Some(want))
    }

    /// A sync that wants nothing.
    pub fn syncs(&self, bank: &Bank) -> SyncReport {
        self.calls(bank, None)
    }

    fn calls(&self, bank: &Bank, want: Option<Want>) -> SyncReport {
        wait(
            self.wallet
                .sync(&bank.transport(), self.bank_id(bank), want),
        )
        .unwrap()
    }

    /// What the wallet calls that bank.
    #[must_use]
    pub fn bank_id(&self, bank: &Bank) -> BankId {
        let banks = self.wallet.banks().unwrap();
        banks
            .iter()
            .find(|it| it.issuer_key == bank.key())
            .unwrap()
            .id
    }
}

/// A pay key in the wrong hands, with its allowance: it signs whatever it is told to.
pub struct Stolen {
    /// The key.
    pub key: SoftwareKey,
    /// The bank's promise to it.
    pub allowance: Signed<Allowance>,
}

impl Stolen {
    /// A token for a request, whatever its numbers.
    #[must_use]
    pub fn signs(&self, request: &OpenRequest, payment: Claim, time: Time) -> Vec<u8> {
        let message = PaymentRequest::decode(&request.message).unwrap();
        let payment = Payment {
            sequence: Sequence::new(payment.sequence).unwrap(),
            amount: kit::amount(payment.amount),
            spent: kit::amount(payment.spent),
            released: kit::amount(payment.released),
            merchant_id: message.merchant.unverified().id,
            request_id: request.id,
            time,
        };
        kit::token(&self.allowance, payment, &self.key).encode()
    }
}

/// What a payment says of itself.
#[derive(Debug, Clone, Copy)]
pub struct Claim {
    /// Its number.
    pub sequence: u32,
    /// What it pays.
    pub amount: u64,
    /// All that was ever paid, this included.
    pub spent: u64,
    /// All that ever came back.
    pub released: u64,
}

/// Copies a folder with everything in it over another.
pub fn copy_folder(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy_folder(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}

/// A message drawn as a picture and read back from it.
#[must_use]
pub fn through_a_picture(message: &[u8]) -> Vec<u8> {
    let drawing = qr::draw::Drawing::new(message, qr::draw::Level::M).unwrap();
    let texts = qr::read::picture(&drawing.png(4).unwrap()).unwrap();
    qr::text::decode(&texts[0]).unwrap()
}
