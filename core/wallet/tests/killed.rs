//! The process is killed at every named point between "agreed" and "presented", and started again.

mod common;

use std::env;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

use common::{Scheme, Terms, amount, verified};
use skilling_protocol::message::{Expected as _, Token};
use skilling_wallet::{Reviewed, Stage, fault};

const FOLDER: &str = "SKILLING_TEST_FOLDER";

/// Not a test: what the killed process does. The parent has prepared the folder.
#[test]
#[ignore = "run by the other test in a process of its own"]
fn child() {
    let folder = PathBuf::from(env::var_os(FOLDER).unwrap());
    let scheme = Scheme::new();
    let (ports, _) = scheme.ports(&folder);
    let wallet = skilling_wallet::Wallet::open(scheme.config(&folder), ports).unwrap();
    wallet.set_in_front(true);
    let request = fs::read(folder.join("request")).unwrap();
    let Reviewed::New(review) = wallet.review(&request).unwrap() else {
        panic!("answered before");
    };
    let authorised = common::block_on(wallet.agree(&review)).unwrap();
    let token = wallet.pay(&authorised).unwrap();
    fs::write(folder.join("token"), &token.bytes).unwrap();
    wallet.presented(&token.payment).unwrap();
}

#[test]
fn a_process_killed_anywhere_uses_no_number_twice_and_lets_no_token_out_without_its_row() {
    for point in fault::POINTS {
        let scheme = Scheme::new();
        let (mut phone, till) = (scheme.phone(), scheme.till(1));
        let first = phone.pays(&till.asks(1_000)).unwrap();
        let request = till.asks(2_000);
        fs::write(phone.folder.path().join("request"), &request).unwrap();
        phone.close();
        let child = Command::new(env::current_exe().unwrap())
            .args(["--exact", "child", "--ignored"])
            .env(FOLDER, phone.folder.path())
            .env("SKILLING_CRASH_AT", point)
            .output()
            .unwrap();
        assert!(!child.status.success(), "{point} was not passed");

        phone.reopen();
        let held = phone.wallet().allowances().unwrap()[0].clone();
        let is_committed = [fault::COMMITTED, fault::GUARDED, fault::RELEASED].contains(point);
        let spent = if is_committed { 3_000 } else { 1_000 };
        assert_eq!(held.spent, amount(spent), "{point}");
        let left = fs::read(phone.folder.path().join("token")).ok();
        assert_eq!(left.is_some(), *point == fault::RELEASED, "{point}");
        let after = match phone.wallet().review(&request).unwrap() {
            Reviewed::Answered(token) => {
                assert!(is_committed, "{point}");
                assert!(left.is_none_or(|left| left == token.bytes), "{point}");
                let stage = phone.wallet().stage(&token.payment).unwrap();
                assert_eq!(stage, Stage::Unconfirmed, "{point}");
                token
            }
            Reviewed::New(_) => {
                assert!(!is_committed, "{point}");
                phone.pays(&request).unwrap()
            }
        };
        let numbers = [&first, &after].map(|token| verified(token, &scheme).sequence.get());
        assert_eq!(numbers, [1, 2], "{point}");
        let next = phone.pays(&till.asks(3_000)).unwrap();
        assert_eq!(verified(&next, &scheme).sequence.get(), 3, "{point}");
        assert!(Token::decode(&next.bytes).is_ok());
        scheme.grant(&phone, &Terms::default());
    }
}
