//! Two processes, or two threads, on one wallet: numbers and amounts are given out once.

mod common;

use std::collections::BTreeSet;
use std::thread;
use std::time::Duration;

use common::{Scheme, verified};
use skilling_wallet::{Wallet, WalletError};

#[test]
fn the_second_process_is_told_or_waits_until_the_first_is_done() {
    let scheme = Scheme::new();
    let mut phone = scheme.phone();
    let second = || Wallet::open(phone.config.clone(), phone.ports.clone());
    assert!(matches!(second(), Err(WalletError::Busy)));
    let (mut config, ports) = (phone.config.clone(), phone.ports.clone());
    config.patience = Duration::from_secs(10);
    let waiting = thread::spawn(move || Wallet::open(config, ports).map(|_| ()));
    thread::sleep(Duration::from_millis(50));
    phone.close();
    waiting.join().unwrap().unwrap();
}

#[test]
fn threads_that_pay_at_once_never_share_a_number() {
    let scheme = Scheme::new();
    let (phone, till) = (scheme.phone(), scheme.till(1));
    let tokens: Vec<_> = thread::scope(|scope| {
        let pay = |n: u64| {
            let request = till.asks(n);
            let phone = &phone;
            scope.spawn(move || phone.pays(&request).unwrap())
        };
        let threads: Vec<_> = (1..=16).map(pay).collect();
        threads.into_iter().map(|it| it.join().unwrap()).collect()
    });
    let payments: Vec<_> = tokens
        .iter()
        .map(|token| verified(token, &scheme))
        .collect();
    let numbers: BTreeSet<u32> = payments.iter().map(|it| it.sequence.get()).collect();
    assert_eq!(numbers, (1..=16).collect());
    let most = payments.iter().map(|it| it.spent.minor_units()).max();
    assert_eq!(most, Some((1..=16).sum()));
}

#[test]
fn one_request_agreed_to_twice_is_paid_once() {
    let scheme = Scheme::new();
    let (phone, till) = (scheme.phone(), scheme.till(1));
    let request = till.asks(1_000);
    let review = phone.reviews(&request);
    let agree = || common::block_on(phone.wallet().agree(&review)).unwrap();
    let first = phone.wallet().pay(&agree()).unwrap();
    let second = phone.wallet().pay(&agree()).unwrap();
    assert_eq!((first.bytes, second.is_repeat), (second.bytes, true));
}
