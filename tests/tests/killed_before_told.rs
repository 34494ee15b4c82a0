//! A phone or a till dies between a commit and the app's word that it has dealt with it: after the restart the app is told, once, of
//! exactly the payments that were committed; also by a store of an app that knew no events.

#![allow(clippy::unwrap_used, clippy::panic)]

use std::collections::BTreeSet;
use std::path::Path;
use std::time::Duration;

use skilling_protocol::message::{Expected as _, Token};
use skilling_protocol::objects::{Outcome, Payment};
use skilling_protocol::values::ObjectId;
use skilling_terminal::{OpenRequest, Terminal};
use skilling_tests::kit;
use skilling_tests::town::{self, Bank, Phone, Shop, Town, Victim};
use skilling_wallet::events::What;

const VICTIM: &str = env!("CARGO_BIN_EXE_victim");
const RANDOM_KILLS: u64 = 6;

struct Street {
    town: Town,
    /// Its server answers for as long as it is held.
    _bank: Bank,
    shop: Shop,
}

impl Street {
    /// With a phone whose app has dealt with everything so far.
    fn new() -> Self {
        let town = Town::new();
        let bank = town.bank("Nordbanken");
        let shop = town.shop("Netto", &bank);
        let phone = town.phone_with("asta", &bank, 100_000);
        phone.wallet.acknowledge(i64::MAX).unwrap();
        phone.is_off();
        Self {
            town,
            _bank: bank,
            shop,
        }
    }

    fn asks(&self, count: u64) -> Vec<OpenRequest> {
        (0..count).map(|at| self.shop.asks(100 + at)).collect()
    }

    fn victim(&self, what: &str, homes: &[&Path]) -> Victim {
        Victim::new(VICTIM, what, homes, self.town.root(), &self.town.clock)
    }

    fn asta(&self) -> Phone {
        Phone::open(&self.town.home("asta"), self.town.root(), &self.town.clock).unwrap()
    }

    fn netto(&self) -> Terminal {
        town::open_till(
            &self.shop.home,
            "till-1",
            self.town.root(),
            &self.town.clock,
        )
    }
}

fn hex_of(requests: &[OpenRequest]) -> Vec<String> {
    requests.iter().map(|it| hex::encode(&it.message)).collect()
}

fn payment_of(token: &[u8]) -> ObjectId<Payment> {
    Token::decode(token).unwrap().payment_id()
}

/// Whom the phone's app is told of: `p` presented, `a` accepted.
fn told(phone: &Phone) -> Vec<(char, ObjectId<Payment>)> {
    let events = phone.wallet.events(0, 200).unwrap();
    let word = |what| match what {
        What::Presented(paid) => ('p', paid.payment),
        What::Receipt(paid, Outcome::Accepted) => ('a', paid.payment),
        other => panic!("{other:?}"),
    };
    events.into_iter().map(|event| word(event.what)).collect()
}

/// What the till's app is told was paid.
fn told_paid(till: &Terminal) -> Vec<ObjectId<Payment>> {
    let events = till.events(0, 200).unwrap();
    let paid = |event: skilling_terminal::Event| match event.what {
        skilling_terminal::What::Receipt(Outcome::Accepted) => event.payment,
        other => panic!("{other:?}"),
    };
    events.into_iter().map(paid).collect()
}

#[test]
fn the_app_is_told_of_a_payment_that_was_committed_before_the_phone_died_and_of_no_other() {
    use skilling_wallet::fault::{COMMITTED, GUARDED, POINTS, RELEASED};
    for point in POINTS {
        let street = Street::new();
        let requests = street.asks(1);
        let home = street.town.home("asta");
        let died = street
            .victim("pay", &[&home])
            .dies_at(point)
            .runs(&hex_of(&requests));
        assert!(!died.is_done, "it did not die at {point}");

        let phone = street.asta();
        let before = told(&phone);
        let phone = phone.restarts().unwrap();
        assert_eq!(told(&phone), before, "{point}: again until acknowledged");
        // The same request gives what was committed, or pays for the first time.
        let payment = payment_of(&phone.pays(&requests[0].message));
        let is_committed = [COMMITTED, GUARDED, RELEASED].contains(point);
        let expected = if is_committed {
            vec![('p', payment)]
        } else {
            vec![]
        };
        assert_eq!(before, expected, "{point}");
        phone.wallet.presented(&payment).unwrap();
        assert_eq!(told(&phone), [('p', payment)], "{point}: once");
        phone.wallet.acknowledge(i64::MAX).unwrap();
        assert_eq!(told(&phone.restarts().unwrap()), [], "{point}");
    }
}

#[test]
fn a_phone_killed_at_random_moments_tells_of_each_payment_once() {
    let street = Street::new();
    let requests = street.asks(30);
    let home = street.town.home("asta");
    for round in 0..RANDOM_KILLS {
        let while_ = Duration::from_millis(5 + 8 * round);
        let _ = street
            .victim("pay", &[&home])
            .is_killed_after(while_, &hex_of(&requests));
    }
    let phone = street.asta();
    let told = told(&phone);
    let committed = phone.allowance().last_sequence;
    assert_eq!(told.len(), usize::try_from(committed).unwrap());
    let told: BTreeSet<_> = told.into_iter().map(|it| it.1).collect();
    let paid = requests[..told.len()].iter();
    let paid: BTreeSet<_> = paid
        .map(|it| payment_of(&phone.pays(&it.message)))
        .collect();
    assert_eq!(told, paid);
}

#[test]
fn the_tills_app_is_told_of_a_payment_that_was_accepted_before_the_till_died_and_of_no_other() {
    let within_acceptance = |it: &&&str| !it.ends_with("before_receipt") && !it.ends_with("sent");
    let points = skilling_terminal::fault::POINTS.iter();
    for point in points.filter(within_acceptance) {
        let street = Street::new();
        let token = street.asta().pays(&street.shop.asks(12_550).message);
        let died = street
            .victim("accept", &[&street.shop.home])
            .dies_at(point)
            .runs(&[hex::encode(&token)]);
        assert!(!died.is_done, "it did not die at {point}");

        let payment = payment_of(&token);
        let till = street.netto();
        let is_committed = *point == "terminal.after_commit";
        let expected = if is_committed { vec![payment] } else { vec![] };
        assert_eq!(told_paid(&till), expected, "{point}");
        let _ = till.accept(&token).unwrap();
        let _ = till.accept(&token).unwrap();
        assert_eq!(told_paid(&till), [payment], "{point}: once");
        till.acknowledge(i64::MAX).unwrap();
        drop(till);
        assert_eq!(told_paid(&street.netto()), [], "{point}");
    }
}

#[test]
fn after_a_tap_in_which_both_died_both_apps_are_told_of_one_payment() {
    let of_both = skilling_wallet::fault::POINTS
        .iter()
        .chain(skilling_terminal::fault::POINTS);
    for point in of_both {
        let street = Street::new();
        let _ = street.shop.asks(12_550);
        let (asta, netto) = (street.town.home("asta"), street.shop.home.clone());
        let died = street
            .victim("tap", &[&asta, &netto])
            .dies_at(point)
            .runs(&[]);
        assert!(!died.is_done, "it did not die at {point}");
        let ended = street.victim("tap", &[&asta, &netto]).runs(&[]);
        assert!(ended.is_done, "{point}: {ended:?}");

        let paid = street.netto().payments(None, 1).unwrap()[0].payment;
        assert_eq!(told_paid(&street.netto()), [paid], "{point}");
        let told = told(&street.asta());
        assert_eq!(told, [('p', paid), ('a', paid)], "{point}");
    }
}

/// The store as the release before events left it.
fn knows_no_events(store: &Path, older: &str) {
    let db = rusqlite::Connection::open(store).unwrap();
    db.execute_batch(older).unwrap();
}

#[test]
fn an_app_of_before_events_is_updated_with_payments_under_way() {
    let street = Street::new();
    let requests = street.asks(2);
    let phone = street.asta();
    let token = phone.tries_to_pay(&requests[0].message).unwrap().bytes;
    let payment = payment_of(&token);
    let store = phone.home.join("wallet/wallet.db");
    phone.is_off();
    knows_no_events(
        &store,
        "DROP TABLE events; DROP TABLE acknowledged; PRAGMA user_version = 2;",
    );
    let phone = street.asta();
    assert_eq!(told(&phone), [('p', payment)]);
    assert_eq!(phone.pays(&requests[0].message), token);

    let Street { town, shop, .. } = &street;
    let Shop { till, home, .. } = shop;
    assert!(till.accept(&token).unwrap().is_paid_now());
    knows_no_events(
        &home.join("store.db"),
        "DROP TABLE event; ALTER TABLE store DROP COLUMN acknowledged; PRAGMA user_version = 1;",
    );
    let till = town::open_till(home, "till-1", town.root(), &town.clock);
    assert_eq!(told_paid(&till), []);
    let second = phone.pays(&requests[1].message);
    let outcome = till.accept(&second).unwrap();
    assert_eq!(told_paid(&till), [payment_of(&second)]);
    let taken = phone.wallet.take_receipt(outcome.receipt().unwrap());
    assert_eq!(taken.unwrap().0, payment_of(&second));
    let totals = till.totals(kit::time(0), kit::time(u64::from(u32::MAX)));
    assert_eq!(totals.unwrap()[0].accepted.count, 2);
}
