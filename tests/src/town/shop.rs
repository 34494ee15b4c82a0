//! A shop: the store that its tills share, and its first till.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use skilling_issuer::NewMerchant;
use skilling_platform::clock::ManualClock;
use skilling_protocol::values::{Country, Currency, Mcc, MerchantId, PublicKey};
use skilling_terminal::{OpenRequest, Outcome, Sale, Terminal, keys};

use super::{Bank, Phone, Town, wait};
use crate::kit;

/// A shop with one till. Its folder holds the store and a folder of keys for each till.
pub struct Shop {
    /// The first till.
    pub till: Terminal,
    /// Where everything lies.
    pub home: PathBuf,
    /// What the acquirer calls it.
    pub merchant: MerchantId,
}

/// Opens a till of the shop in `home` with the keys in the folder `till`.
#[must_use]
pub fn open_till(home: &Path, till: &str, root: PublicKey, clock: &ManualClock) -> Terminal {
    let keys = keys::load_all(&home.join(till)).unwrap();
    let store = home.join("store.db");
    Terminal::open(&store, vec![root], keys, Arc::new(clock.clone())).unwrap()
}

fn new_key(home: &Path, till: &str) -> PublicKey {
    std::fs::create_dir_all(home.join(till)).unwrap();
    keys::create_in(&home.join(till)).unwrap().public_key()
}

/// A sale in kroner.
#[must_use]
pub fn asks(till: &Terminal, minor_units: u64) -> OpenRequest {
    let sale = Sale::new(kit::amount(minor_units), Currency::DKK);
    till.request(&sale).unwrap()
}

impl Town {
    /// A grocery that is open for business: certificate, bundle and status lists are there.
    #[must_use]
    pub fn shop(&self, name: &str, bank: &Bank) -> Shop {
        self.shop_of(name, 5411, bank)
    }

    /// A shop of any category.
    #[must_use]
    pub fn shop_of(&self, name: &str, category: u16, bank: &Bank) -> Shop {
        let home = self.home(name);
        let terminal_key = new_key(&home, "till-1");
        let issued = bank.server.add_merchant(&NewMerchant {
            name,
            mcc: Mcc::new(category).unwrap(),
            country: Country::new("DK").unwrap(),
            terminal_key,
        });
        let issued = issued.unwrap();
        let till = open_till(&home, "till-1", self.root(), &self.clock);
        let shop = Shop {
            till,
            home,
            merchant: issued.id,
        };
        shop.refreshes(bank);
        shop.till
            .take_certificate(&issued.certificate.to_bytes())
            .unwrap();
        shop
    }

    /// One more till beside the first, on the same store, with its own key and certificate.
    #[must_use]
    pub fn another_till(&self, shop: &Shop, bank: &Bank) -> Terminal {
        let terminal_key = new_key(&shop.home, "till-2");
        let issued = bank.server.add_terminal(shop.merchant, terminal_key);
        let till = open_till(&shop.home, "till-2", self.root(), &self.clock);
        till.take_certificate(&issued.unwrap().certificate.to_bytes())
            .unwrap();
        till
    }
}

impl Shop {
    /// A sale in kroner at the first till.
    #[must_use]
    pub fn asks(&self, minor_units: u64) -> OpenRequest {
        asks(&self.till, minor_units)
    }

    /// Bundle, status lists and bulletins of the day.
    pub fn refreshes(&self, bank: &Bank) {
        let refreshed = wait(self.till.refresh(&bank.transport())).unwrap();
        assert!(refreshed.is_complete(), "{refreshed:?}");
    }

    /// A whole sale, its messages handed over as bytes.
    pub fn sells(&self, phone: &Phone, minor_units: u64) -> Outcome {
        let request = self.asks(minor_units);
        let token = phone.pays(&request.message);
        let outcome = self.till.accept(&token).unwrap();
        if let Some(receipt) = outcome.receipt() {
            phone.wallet.take_receipt(receipt).unwrap();
        }
        outcome
    }
}
