//! A wallet's folder is put back from a copy, or copied to another phone: the guard notices and nothing is signed.

mod common;

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::sync::Mutex;

use common::{Scheme, Terms, amount};
use skilling_protocol::reason::Reason;
use skilling_wallet::ports::{GuardError, Mark, RollbackGuard};
use skilling_wallet::{AllowanceState, Reviewed, Wallet, WalletError};

#[allow(clippy::unwrap_used, reason = "a step of the tests below")]
fn copy(from: &Path, to: &Path) {
    let _ = fs::remove_dir_all(to);
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
    }
}

#[test]
fn a_restored_copy_signs_nothing_says_why_and_a_new_grant_pays_again() {
    let scheme = Scheme::new();
    let (mut phone, till) = (scheme.phone(), scheme.till(1));
    phone.pays(&till.asks(1_000)).unwrap();
    let (folder, backup) = (
        phone.config.folder.clone(),
        phone.folder.path().join("backup"),
    );
    phone.close();
    copy(&folder, &backup);
    phone.reopen();
    let paid_since = till.asks(2_000);
    phone.pays(&paid_since).unwrap();
    phone.close();
    copy(&backup, &folder);

    phone.reopen();
    let held = phone.wallet().allowances().unwrap();
    assert_eq!(held[0].state, AllowanceState::Lost);
    let refused = phone.pays(&till.asks(3_000)).unwrap_err();
    assert!(matches!(refused, WalletError::RolledBack));
    assert_eq!(refused.reason(), Reason::WalletStorageFailed);
    assert_eq!(
        phone.reviews(&till.asks(3_000)).pays,
        Err(Reason::WalletStorageFailed)
    );

    // It stays lost, and nothing else is: a fresh allowance under a fresh key pays.
    phone.reopen();
    assert_eq!(
        phone.wallet().allowances().unwrap()[0].state,
        AllowanceState::Lost
    );
    let fresh = scheme.grant(&phone, &Terms::default());
    assert_eq!(
        phone.reviews(&till.asks(3_000)).pays.unwrap().allowance,
        fresh
    );
    phone.pays(&till.asks(3_000)).unwrap();
    phone.reopen();
    phone.pays(&till.asks(3_100)).unwrap();
}

#[test]
fn a_folder_copied_to_a_phone_without_its_guard_is_lost_too() {
    let scheme = Scheme::new();
    let (mut phone, till) = (scheme.phone(), scheme.till(1));
    phone.close();
    fs::remove_file(phone.folder.path().join("guard")).unwrap();
    phone.reopen();
    assert!(matches!(
        phone.pays(&till.asks(1_000)),
        Err(WalletError::RolledBack)
    ));
}

/// A guard that can be made to fail.
#[derive(Default)]
struct Fragile {
    kept: Mutex<Option<Mark>>,
    fails: Mutex<bool>,
}

#[allow(clippy::unwrap_used, reason = "nobody panics while holding the lock")]
impl RollbackGuard for Fragile {
    fn read(&self) -> Result<Option<Mark>, GuardError> {
        Ok(*self.kept.lock().unwrap())
    }

    fn advance(&self, mark: &Mark) -> Result<(), GuardError> {
        if *self.fails.lock().unwrap() {
            return Err(GuardError::Fault("no".into()));
        }
        let mut kept = self.kept.lock().unwrap();
        assert!(kept.is_none_or(|kept| kept.counter < mark.counter || kept == *mark));
        *kept = Some(*mark);
        Ok(())
    }
}

#[test]
fn no_token_leaves_while_the_guard_fails_and_the_same_token_does_afterwards() {
    let scheme = Scheme::new();
    let mut phone = scheme.empty_phone();
    phone.close();
    let guard = Arc::new(Fragile::default());
    phone.ports.guard = guard.clone();
    phone.config.folder = phone.folder.path().join("another");
    phone.reopen();
    phone
        .wallet()
        .take_bundle(&scheme.bundle_message(scheme.bundle(1)))
        .unwrap();
    scheme.grant(&phone, &Terms::default());
    let (till, request) = (scheme.till(1), scheme.till(1).asks(1_000));
    let authorised = phone.agrees(&request).unwrap();
    *guard.fails.lock().unwrap() = true;
    assert!(matches!(
        phone.wallet().pay(&authorised),
        Err(WalletError::Guard(_))
    ));
    assert!(matches!(
        phone.wallet().review(&request),
        Err(WalletError::Guard(_))
    ));
    // The guard is never two behind.
    let next = phone.agrees(&till.asks(2_000)).unwrap();
    assert!(matches!(
        phone.wallet().pay(&next),
        Err(WalletError::Guard(_))
    ));
    assert_eq!(phone.wallet().allowances().unwrap()[0].spent, amount(1_000));
    // Killed like this, it goes on where it was.
    *guard.fails.lock().unwrap() = false;
    phone.reopen();
    let Reviewed::Answered(token) = phone.wallet().review(&request).unwrap() else {
        panic!("the payment was committed");
    };
    assert!(token.is_repeat);
    assert_eq!(
        phone.wallet().allowances().unwrap()[0].state,
        AllowanceState::Open
    );
    phone.pays(&till.asks(2_000)).unwrap();
}

#[test]
fn a_store_whose_vault_is_gone_does_not_open_and_is_not_touched() {
    let scheme = Scheme::new();
    let mut phone = scheme.phone();
    phone.close();
    fs::remove_file(phone.folder.path().join("vault")).unwrap();
    let opened = Wallet::open(phone.config.clone(), phone.ports.clone());
    assert!(matches!(opened, Err(WalletError::Storage(_))));
    assert!(phone.config.folder.join("wallet.db").exists());
}
