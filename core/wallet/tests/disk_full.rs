//! The disk fills up while a person pays: nothing that left is lost, nothing that was lost had left.
#![cfg(unix)]

mod common;

use std::env;
use std::fs;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::Command;

use common::{Scheme, amount, verified};
use skilling_protocol::reason::Reason;
use skilling_wallet::{PaymentToken, Reviewed, Wallet};

const FOLDER: &str = "SKILLING_TEST_FOLDER";
const REQUESTS: usize = 40;

/// Not a test: pays until the store can hold no more. The parent limits how large a file may grow.
#[test]
#[ignore = "run by the other test in a process of its own"]
fn child() {
    let folder = PathBuf::from(env::var_os(FOLDER).unwrap());
    let scheme = Scheme::new();
    let (ports, _) = scheme.ports(&folder);
    let wallet = Wallet::open(scheme.config(&folder), ports).unwrap();
    wallet.set_in_front(true);
    for number in 0..REQUESTS {
        let request = fs::read(folder.join(format!("request-{number}"))).unwrap();
        let Reviewed::New(review) = wallet.review(&request).unwrap() else {
            panic!("answered before");
        };
        let authorised = common::block_on(wallet.agree(&review)).unwrap();
        match wallet.pay(&authorised) {
            Ok(token) => fs::write(folder.join(format!("token-{number}")), token.bytes).unwrap(),
            Err(error) => {
                assert_eq!(error.reason(), Reason::WalletStorageFailed);
                let mut out = fs::File::create(folder.join("full")).unwrap();
                out.write_all(b"full").unwrap();
                return;
            }
        }
    }
}

#[test]
fn a_full_disk_loses_no_token_and_lets_none_out() {
    let scheme = Scheme::new();
    let (mut phone, till) = (scheme.phone(), scheme.till(1));
    let folder = phone.folder.path().to_owned();
    for number in 0..REQUESTS {
        let request = till.asks(100 + number as u64);
        fs::write(folder.join(format!("request-{number}")), request).unwrap();
    }
    phone.close();
    // Blocks of 512 bytes; the signal is ignored so that writing fails as on a full disk.
    let script = "trap '' XFSZ; ulimit -f 800; exec \"$0\" --exact child --ignored";
    let child = Command::new("sh")
        .args(["-c", script])
        .arg(env::current_exe().unwrap())
        .env(FOLDER, &folder)
        .output()
        .unwrap();
    assert!(
        child.status.success(),
        "{}",
        String::from_utf8_lossy(&child.stdout)
    );
    assert!(folder.join("full").exists(), "the disk never filled up");

    phone.reopen();
    let mut spent = 0;
    for number in 0..REQUESTS {
        let request = fs::read(folder.join(format!("request-{number}"))).unwrap();
        let left = fs::read(folder.join(format!("token-{number}"))).ok();
        match phone.wallet().review(&request).unwrap() {
            Reviewed::Answered(PaymentToken { bytes, .. }) => {
                spent += 100 + number as u64;
                assert!(left.is_none_or(|left| left == bytes));
            }
            Reviewed::New(_) => assert!(left.is_none(), "a token left without its row"),
        }
    }
    assert_eq!(phone.wallet().allowances().unwrap()[0].spent, amount(spent));
    let next = phone.pays(&till.asks(5_000)).unwrap();
    assert_eq!(verified(&next, &scheme).spent, amount(spent + 5_000));
}
