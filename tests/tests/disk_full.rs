//! The disk is full: nothing is lost, nothing is said paid, and it works again when there is space.

#![allow(clippy::unwrap_used, clippy::panic)]

use std::collections::BTreeSet;
use std::path::Path;

use skilling_protocol::message::{Expected as _, Token};
use skilling_tests::kit;
use skilling_tests::town::{Ended, Phone, Town, Victim, open_till};
use skilling_wallet::Reviewed;

const VICTIM: &str = env!("CARGO_BIN_EXE_victim");
const SALES: u64 = 40;

/// The size of the largest file of a folder, in blocks of 512 bytes: no file may grow beyond a little more than that.
fn blocks_of_largest(folder: &Path) -> u64 {
    let sizes = std::fs::read_dir(folder)
        .unwrap()
        .map(|it| it.unwrap().metadata().unwrap().len());
    sizes.max().unwrap().div_ceil(512)
}

fn said(ended: &Ended) -> (Vec<Vec<u8>>, usize) {
    let good = |line: &&String| !line.starts_with("error");
    let lines = ended.lines.iter().filter(good);
    let good: Vec<_> = lines
        .map(|line| hex::decode(line.rsplit(' ').next().unwrap()).unwrap())
        .collect();
    let bad = ended.lines.len() - good.len();
    (good, bad)
}

#[test]
fn a_phone_with_a_full_disk_gives_no_token_without_its_row_and_pays_again_later() {
    let town = Town::new();
    let bank = town.bank("Nordbanken");
    let shop = town.shop("Netto", &bank);
    town.phone_with("asta", &bank, 100_000).is_off();
    let home = town.home("asta");
    let requests: Vec<_> = (0..SALES).map(|at| shop.asks(100 + at)).collect();
    let lines: Vec<String> = requests.iter().map(|it| hex::encode(&it.message)).collect();

    let mut tokens = BTreeSet::new();
    let (mut failed, mut left) = (0, 0);
    // From "not a single page more" to "some payments still fit".
    for spare in [0, 8, 40, 160] {
        let blocks = blocks_of_largest(&home.join("wallet")) + spare;
        let victim = Victim::new(VICTIM, "pay", &[&home], town.root(), &town.clock);
        let (good, bad) = said(&victim.with_full_disk(blocks).runs(&lines));
        let phone = Phone::open(&home, town.root(), &town.clock).unwrap();
        for token in &good {
            let id = Token::decode(token)
                .unwrap()
                .payment
                .unverified()
                .request_id;
            let request = requests.iter().find(|it| it.id == id).unwrap();
            let Reviewed::Answered(again) = phone.wallet.review(&request.message).unwrap() else {
                panic!("a token is outside, and the wallet does not know it");
            };
            assert_eq!(again.bytes, *token);
        }
        left += good.len();
        failed += bad;
        tokens.extend(good);
        phone.is_off();
    }
    assert!(failed > 0, "the disk was never full");
    assert!(left > 0, "there was never space for even one payment");

    let phone = Phone::open(&home, town.root(), &town.clock).unwrap();
    tokens.extend(requests.iter().map(|it| phone.pays(&it.message)));
    assert_eq!(tokens.len(), requests.len(), "one token a request");
    let numbers: BTreeSet<_> = tokens
        .iter()
        .map(|it| Token::decode(it).unwrap().payment.unverified().sequence)
        .collect();
    assert_eq!(numbers.len(), requests.len(), "no number twice");
}

#[test]
fn a_till_with_a_full_disk_says_paid_of_nothing_that_it_has_not_kept_and_sells_again_later() {
    let town = Town::new();
    let bank = town.bank("Nordbanken");
    let shop = town.shop("Netto", &bank);
    let phone = town.phone_with("asta", &bank, 100_000);
    let tokens: Vec<_> = (0..SALES)
        .map(|at| phone.pays(&shop.asks(100 + at).message))
        .collect();
    let lines: Vec<String> = tokens.iter().map(hex::encode).collect();
    let home = shop.home.clone();
    // A till that is closed has put its log into its database.
    drop(shop);

    let (mut failed, mut receipts) = (0, BTreeSet::new());
    for spare in [0, 8, 40, 160] {
        let blocks = blocks_of_largest(&home) + spare;
        let victim = Victim::new(VICTIM, "accept", &[&home], town.root(), &town.clock);
        let (good, bad) = said(&victim.with_full_disk(blocks).runs(&lines));
        let till = open_till(&home, "till-1", town.root(), &town.clock);
        let stored = till.payments(None, 100).unwrap();
        let kept: BTreeSet<_> = stored
            .iter()
            .map(|it| till.receipt(&it.payment).unwrap().receipt)
            .collect();
        assert!(
            good.iter().all(|it| kept.contains(it)),
            "a receipt is outside without its row"
        );
        receipts.extend(good);
        failed += bad;
    }
    assert!(failed > 0, "the disk was never full");

    let till = open_till(&home, "till-1", town.root(), &town.clock);
    receipts.extend(
        tokens
            .iter()
            .map(|it| till.accept(it).unwrap().receipt().unwrap().to_vec()),
    );
    assert_eq!(receipts.len(), tokens.len(), "one receipt a payment");
    let totals = till
        .totals(kit::time(0), kit::time(u64::from(u32::MAX)))
        .unwrap();
    assert_eq!(totals[0].accepted.count, SALES);
}

#[test]
fn a_till_that_was_not_even_restarted_sells_again_when_there_is_space() {
    let town = Town::new();
    let bank = town.bank("Nordbanken");
    let shop = town.shop("Netto", &bank);
    let phone = town.phone_with("asta", &bank, 100_000);
    let tokens = (0..SALES).map(|at| hex::encode(phone.pays(&shop.asks(100 + at).message)));
    let tokens: Vec<String> = tokens.collect();
    let home = shop.home.clone();
    drop(shop);

    let blocks = blocks_of_largest(&home) + 40;
    let victim = Victim::new(VICTIM, "accept", &[&home], town.root(), &town.clock);
    let mut till = victim.with_full_disk(blocks).lives();
    let mut turned_away = None;
    for token in &tokens {
        let said = till.answers(token);
        if said.starts_with("error") {
            assert!(said.contains("StorageFailed"), "{said}");
            turned_away = Some(token);
            break;
        }
    }
    let token = turned_away.expect("the disk was never full");
    assert!(
        till.answers(token).contains("StorageFailed"),
        "and stays full"
    );
    till.has_space_again();
    assert!(till.answers(token).starts_with("paid"));
    assert!(till.answers(token).starts_with("again"));
    till.ends();
}
