//! Two at once: two processes on one wallet, two threads in one wallet, two tills on one store. One waits or is told; nothing
//! is done twice.

#![allow(clippy::unwrap_used, clippy::panic)]

use std::collections::BTreeSet;
use std::time::Duration;

use skilling_protocol::message::{Expected as _, Token};
use skilling_protocol::reason::Reason;
use skilling_terminal::{Answer, Outcome};
use skilling_tests::kit;
use skilling_tests::town::{Town, Victim, asks, open_till, open_wallet};
use skilling_wallet::WalletError;

const VICTIM: &str = env!("CARGO_BIN_EXE_victim");

#[test]
fn a_second_process_on_one_wallet_waits_or_is_told() {
    let town = Town::new();
    let bank = town.bank("Nordbanken");
    town.phone_with("asta", &bank, 100_000).is_off();
    let (home, root, clock) = (town.home("asta"), town.root(), &town.clock);

    let mut first = Victim::new(VICTIM, "hold", &[&home], root, clock).lives();
    assert_eq!(first.says(), "open");

    let told = open_wallet(&home, root, clock, Duration::ZERO);
    assert!(matches!(told, Err(WalletError::Busy)), "told at once");
    let waits = std::thread::spawn({
        let (home, clock) = (home.clone(), clock.clone());
        move || open_wallet(&home, root, &clock, Duration::from_secs(30)).map(|_| ())
    });
    std::thread::sleep(Duration::from_millis(100));
    assert!(!waits.is_finished(), "it waits");
    first.ends();
    waits.join().unwrap().unwrap();
}

#[test]
fn two_processes_that_pay_from_one_wallet_use_no_number_twice() {
    let town = Town::new();
    let bank = town.bank("Nordbanken");
    let shop = town.shop("Netto", &bank);
    town.phone_with("asta", &bank, 100_000).is_off();
    let home = town.home("asta");
    let requests: Vec<String> = (0..10)
        .map(|at| hex::encode(shop.asks(100 + at).message))
        .collect();
    let start = |lines: &[String]| {
        let victim = Victim::new(VICTIM, "pay", &[&home], town.root(), &town.clock);
        let lines = lines.to_vec();
        std::thread::spawn(move || victim.runs(&lines))
    };
    let both = [start(&requests[..6]), start(&requests[4..])];
    let ended = both.map(|it| it.join().unwrap());
    let mut tokens = BTreeSet::new();
    for ended in &ended {
        assert!(ended.is_done, "{ended:?}");
        tokens.extend(ended.lines.iter().map(|line| hex::decode(line).unwrap()));
    }
    assert_eq!(
        tokens.len(),
        10,
        "one token a request, also where both were asked"
    );
    for token in &tokens {
        assert!(shop.till.accept(token).unwrap().is_paid_now());
    }
}

#[test]
fn threads_that_pay_at_once_use_no_number_twice_and_answer_one_request_once() {
    let town = Town::new();
    let bank = town.bank("Nordbanken");
    let shop = town.shop("Netto", &bank);
    let phone = town.phone_with("asta", &bank, 100_000);
    let requests: Vec<_> = (0..8).map(|at| shop.asks(100 + at)).collect();
    let tokens: Vec<Vec<u8>> = std::thread::scope(|scope| {
        // Each request is paid by two threads; one of them signs, the other repeats or finds the consent used up.
        let pays = |request: &[u8]| loop {
            match phone.tries_to_pay(request) {
                Ok(token) => break token.bytes,
                Err(WalletError::ConsentPassed) => {}
                Err(error) => panic!("{error}"),
            }
        };
        let threads: Vec<_> = requests
            .iter()
            .chain(&requests)
            .map(|it| scope.spawn(move || pays(&it.message)))
            .collect();
        threads.into_iter().map(|it| it.join().unwrap()).collect()
    });
    let different: BTreeSet<_> = tokens.iter().collect();
    assert_eq!(different.len(), requests.len(), "one token a request");
    let numbers: BTreeSet<_> = different
        .iter()
        .map(|it| Token::decode(it).unwrap().payment.unverified().sequence)
        .collect();
    assert_eq!(numbers.len(), requests.len());
    assert_eq!(
        phone.allowance().spent,
        kit::amount((0..8).map(|at| 100 + at).sum())
    );
}

#[test]
fn two_tills_on_one_store_take_one_token_once() {
    let town = Town::new();
    let bank = town.bank("Nordbanken");
    let shop = town.shop("Netto", &bank);
    let phone = town.phone_with("asta", &bank, 100_000);
    let beside = open_till(&shop.home, "till-1", town.root(), &town.clock);
    for amount in 100..110 {
        let token = phone.pays(&shop.asks(amount).message);
        let outcomes = std::thread::scope(|scope| {
            let tills = [&shop.till, &beside];
            let threads = tills.map(|till| scope.spawn(|| till.accept(&token).unwrap()));
            threads.map(|it| it.join().unwrap())
        });
        let paid = outcomes.iter().filter(|it| it.is_paid_now()).count();
        assert_eq!(paid, 1, "exactly one of them sells: {outcomes:?}");
        let receipts: BTreeSet<_> = outcomes.iter().map(|it| it.receipt().unwrap()).collect();
        assert_eq!(receipts.len(), 1, "and both give the same receipt");
    }
    let totals = beside
        .totals(kit::time(0), kit::time(u64::from(u32::MAX)))
        .unwrap();
    assert_eq!(totals[0].accepted.count, 10);
}

#[test]
fn two_tills_on_one_store_sell_at_once_and_count_one_exposure() {
    let town = Town::new();
    let bank = town.bank("Nordbanken");
    let shop = town.shop("Netto", &bank);
    let second = town.another_till(&shop, &bank);
    // 3000.00 from the bank, but no store takes more than 2000.00 under one allowance.
    let phone = town.phone_with("asta", &bank, 300_000);
    let tokens: Vec<_> = (0..12)
        .map(|at| {
            let till = if at % 2 == 0 { &shop.till } else { &second };
            (at, phone.pays(&asks(till, 25_000).message))
        })
        .collect();
    let paid: u64 = std::thread::scope(|scope| {
        let threads: Vec<_> = tokens
            .iter()
            .map(|(at, token)| {
                let till = if at % 2 == 0 { &shop.till } else { &second };
                scope.spawn(move || till.accept(token).unwrap())
            })
            .collect();
        let outcomes = threads.into_iter().map(|it| it.join().unwrap());
        outcomes
            .map(|outcome| match outcome {
                Outcome::Accepted(it) => it.amount.minor_units(),
                Outcome::Declined(it) => {
                    assert_eq!(it.reason(), Reason::OverExposure);
                    0
                }
                other => panic!("{other:?}"),
            })
            .sum()
    });
    assert_eq!(paid, 200_000, "to the øre what one store may take");
    let may_sell = second.can_accept(kit::amount(1), skilling_protocol::values::Currency::DKK);
    assert!(
        matches!(may_sell.unwrap(), Answer::Yes(_)),
        "others still may pay"
    );
}
