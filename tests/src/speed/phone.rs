//! A wallet with one allowance that is never used up, on the reference ports in files.

use std::path::Path;
use std::sync::Arc;

use skilling_platform::clock::ManualClock;
use skilling_protocol::crypto::Signer as _;
use skilling_protocol::objects::Allowance;
use skilling_protocol::signed::Signed;
use skilling_protocol::values::{Nonce, ObjectId};
use skilling_wallet::software::{FileGuard, FileVault, SoftwareKeys};
use skilling_wallet::{Authorised, Config, PaymentToken, Ports, Review, Reviewed, Wallet};

use super::{at_once, bundle_message};
use crate::kit;

/// The phone of one person.
#[derive(Debug)]
pub struct Phone {
    /// Open, in front, trusting the scheme.
    pub wallet: Arc<Wallet>,
    /// Its only allowance.
    pub allowance: ObjectId<Allowance>,
}

/// The reference ports, in files beside the wallet's own folder.
#[must_use]
pub fn ports(folder: &Path) -> Ports {
    let clock = ManualClock::at(kit::time(kit::NOW));
    Ports {
        keys: Arc::new(SoftwareKeys::new(folder.join("keys"), clock.clone()).unwrap()),
        vault: Arc::new(FileVault::new(folder.join("vault"))),
        guard: Arc::new(FileGuard::new(folder.join("guard"))),
        clock: Arc::new(clock),
    }
}

impl Phone {
    /// A new one in `folder`.
    #[must_use]
    pub fn new(folder: &Path) -> Self {
        std::fs::create_dir_all(folder).unwrap();
        let wallet = Self::start(folder);
        wallet.take_bundle(&bundle_message()).unwrap();
        let key = at_once(wallet.new_pay_key(&Nonce([9; 32]))).unwrap();
        let allowance = Allowance {
            pay_key: key.public_key,
            limit: kit::amount(1 << 52),
            max_payments: u32::MAX,
            ..kit::allowance()
        };
        let granted = Signed::sign(allowance, (), &kit::issuer()).unwrap();
        let allowance = wallet.take_allowance(granted).unwrap().id;
        Self { wallet, allowance }
    }

    /// The one in `folder`, after its app was closed.
    #[must_use]
    pub fn reopen(folder: &Path) -> Self {
        let wallet = Self::start(folder);
        let allowance = wallet.allowances().unwrap()[0].id;
        Self { wallet, allowance }
    }

    fn start(folder: &Path) -> Arc<Wallet> {
        let config = Config::new(folder.join("wallet"), vec![kit::root().public_key()]);
        let wallet = Wallet::open(config, ports(folder)).unwrap();
        wallet.set_in_front(true);
        Arc::new(wallet)
    }

    /// What is shown to the payer.
    #[must_use]
    pub fn reviews(&self, request: &[u8]) -> Review {
        match self.wallet.review(request).unwrap() {
            Reviewed::New(review) => *review,
            Reviewed::Answered(_) => panic!("a fresh request was answered before"),
        }
    }

    /// The payer sees it and agrees.
    #[must_use]
    pub fn agrees(&self, request: &[u8]) -> Authorised {
        at_once(self.wallet.agree(&self.reviews(request))).unwrap()
    }

    /// From the request to the token.
    #[must_use]
    pub fn pays(&self, request: &[u8]) -> PaymentToken {
        let authorised = self.agrees(request);
        self.wallet.pay(&authorised).unwrap()
    }
}
