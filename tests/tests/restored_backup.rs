//! A backup of a wallet is put back after payments were made: it opens, says why it signs nothing, and a sync brings a new
//! allowance under a new key. On another device nothing signs at all.

#![allow(clippy::unwrap_used, clippy::panic)]

use skilling_protocol::message::{Expected as _, Token};
use skilling_tests::kit;
use skilling_tests::town::{Phone, Town, copy_folder, wait};
use skilling_wallet::{AllowanceState, Reviewed, WalletError};

/// The wallet's folder as it was in the copy; keys, vault and guard stay where no backup reaches.
fn restores(phone: Phone, backup: &std::path::Path, town: &Town) -> Phone {
    let home = phone.home.clone();
    phone.is_off();
    std::fs::remove_dir_all(home.join("wallet")).unwrap();
    copy_folder(backup, &home.join("wallet"));
    Phone::open(&home, town.root(), &town.clock).unwrap()
}

#[test]
fn a_restored_backup_signs_nothing_says_why_and_a_sync_brings_a_new_allowance() {
    let town = Town::new();
    let bank = town.bank("Nordbanken");
    let shop = town.shop("Netto", &bank);
    let phone = town.phone_with("asta", &bank, 100_000);
    assert!(shop.sells(&phone, 10_000).is_paid_now());
    let backup = town.home("backup");
    let phone = phone.restarts().unwrap();
    copy_folder(&phone.home.join("wallet"), &backup);

    // Two more, one of which the shop has not even seen yet.
    assert!(shop.sells(&phone, 20_000).is_paid_now());
    let in_flight = phone.pays(&shop.asks(5_000).message);
    let old = phone.allowance();

    let phone = restores(phone, &backup, &town);
    assert_eq!(phone.allowance().state, AllowanceState::Lost);
    let request = shop.asks(100);
    let Reviewed::New(review) = phone.wallet.review(&request.message).unwrap() else {
        panic!("it is new");
    };
    let refused = wait(phone.wallet.agree(&review)).unwrap_err();
    assert!(matches!(refused, WalletError::RolledBack), "{refused}");
    assert!(
        refused.to_string().contains("sync"),
        "it says what to do: {refused}"
    );
    let armed = wait(phone.wallet.arm(&old.id, kit::amount(100)));
    assert!(matches!(armed, Err(WalletError::RolledBack)));
    let phone = phone.restarts().unwrap();
    assert!(
        matches!(
            phone.tries_to_pay(&request.message),
            Err(WalletError::RolledBack)
        ),
        "for good"
    );

    let granted = phone.is_granted(&bank, 50_000);
    assert_ne!(granted.id, old.id);
    let token = phone.pays(&request.message);
    let fresh = Token::decode(&token).unwrap().allowance;
    let before = Token::decode(&in_flight).unwrap().allowance;
    assert_ne!(
        fresh.unverified().pay_key,
        before.unverified().pay_key,
        "a new key"
    );
    assert!(shop.till.accept(&token).unwrap().is_paid_now());
    assert!(
        shop.till.accept(&in_flight).unwrap().is_paid_now(),
        "what was signed before is good"
    );

    let deposited = wait(shop.till.deposit(&bank.transport())).unwrap();
    assert_eq!((deposited.paid, deposited.refused), (4, 0));
    let _ = phone.syncs(&bank);
    assert!(
        bank.server.proofs().unwrap().is_empty(),
        "an honest payer is not accused"
    );
    assert_eq!(
        bank.account("merchant_payable"),
        10_000 + 20_000 + 5_000 + 100
    );
}

#[test]
fn a_backup_put_back_with_nothing_paid_in_between_is_no_rollback() {
    let town = Town::new();
    let bank = town.bank("Nordbanken");
    let shop = town.shop("Netto", &bank);
    let phone = town.phone_with("asta", &bank, 100_000);
    assert!(shop.sells(&phone, 10_000).is_paid_now());
    let phone = phone.restarts().unwrap();
    copy_folder(&phone.home.join("wallet"), &town.home("backup"));
    let phone = restores(phone, &town.home("backup"), &town);
    assert_eq!(phone.allowance().state, AllowanceState::Open);
    assert!(shop.sells(&phone, 100).is_paid_now());
}

#[test]
fn a_wallet_that_was_deleted_and_begun_anew_on_the_same_phone_pays_with_a_new_allowance_only() {
    let town = Town::new();
    let bank = town.bank("Nordbanken");
    let shop = town.shop("Netto", &bank);
    let phone = town.phone_with("asta", &bank, 100_000);
    let old = phone.pays(&shop.asks(10_000).message);
    let home = phone.home.clone();
    phone.is_off();
    std::fs::remove_dir_all(home.join("wallet")).unwrap();

    let phone = Phone::open(&home, town.root(), &town.clock).unwrap();
    let (_, bundle) = town.scheme.trust_bundle().unwrap();
    phone.wallet.take_bundle(&bundle).unwrap();
    assert!(phone.wallet.allowances().unwrap().is_empty());
    let _ = phone.enrols_at(&bank, skilling_issuer::Funding::Held, 100_000);
    let _ = phone.is_granted(&bank, 50_000);
    assert!(shop.sells(&phone, 100).is_paid_now());
    assert!(shop.till.accept(&old).unwrap().is_paid_now());
}

#[test]
fn a_phone_restored_to_another_device_has_no_key_and_does_not_open_what_is_sealed() {
    let town = Town::new();
    let bank = town.bank("Nordbanken");
    let shop = town.shop("Netto", &bank);
    let phone = town.phone_with("asta", &bank, 100_000);
    let phone = phone.restarts().unwrap();
    let next = town.home("another device");
    copy_folder(&phone.home.join("wallet"), &next.join("wallet"));
    let opened = Phone::open(&next, town.root(), &town.clock);
    assert!(opened.is_err(), "the vault's key stayed on the old device");

    // Even a vault and a guard that travelled: keys do not.
    for file in ["vault.key", "guard"] {
        std::fs::copy(phone.home.join(file), next.join(file)).unwrap();
    }
    let moved = Phone::open(&next, town.root(), &town.clock).unwrap();
    let paid = moved.tries_to_pay(&shop.asks(100).message);
    assert!(matches!(paid, Err(WalletError::KeyGone)));
    assert!(
        shop.sells(&phone, 100).is_paid_now(),
        "the old device pays as before"
    );
}
