//! A phone or a till dies at any moment between "agreed" and "presented", or between "token received" and "receipt sent": no
//! number is used twice, no token is outside without its row, no receipt without its row, and the restart goes on to one
//! payment, one token, one receipt.

#![allow(clippy::unwrap_used, clippy::panic)]

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use skilling_protocol::message::{Expected as _, Token};
use skilling_protocol::values::ObjectId;
use skilling_terminal::{OpenRequest, Outcome, Terminal};
use skilling_tests::kit;
use skilling_tests::town::{self, Bank, Ended, Phone, Shop, Town, Victim};
use skilling_wallet::{Reviewed, Stage};

const VICTIM: &str = env!("CARGO_BIN_EXE_victim");
const RANDOM_KILLS: u64 = 12;

struct Street {
    town: Town,
    bank: Bank,
    shop: Shop,
}

impl Street {
    fn new() -> Self {
        let town = Town::new();
        let bank = town.bank("Nordbanken");
        let shop = town.shop("Netto", &bank);
        Self { town, bank, shop }
    }

    fn phone(&self) -> Phone {
        self.town.phone_with("asta", &self.bank, 100_000)
    }

    fn asks(&self, count: u64) -> Vec<OpenRequest> {
        (0..count).map(|at| self.shop.asks(100 + at)).collect()
    }

    fn victim(&self, what: &str, homes: &[&std::path::Path]) -> Victim {
        Victim::new(VICTIM, what, homes, self.town.root(), &self.town.clock)
    }

    /// The phone of that home after the crash.
    fn asta(&self) -> Phone {
        Phone::open(&self.town.home("asta"), self.town.root(), &self.town.clock).unwrap()
    }

    /// The till of that home after the crash.
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

fn bytes(lines: &[String]) -> Vec<Vec<u8>> {
    lines
        .iter()
        .map(|line| hex::decode(line).unwrap())
        .collect()
}

/// What every token that ever left the phone must satisfy together.
#[derive(Default)]
struct Outside {
    tokens: BTreeSet<Vec<u8>>,
}

impl Outside {
    fn saw(&mut self, tokens: Vec<Vec<u8>>) {
        self.tokens.extend(tokens);
    }

    fn has_no_number_twice(&self) {
        let mut by_number = BTreeMap::new();
        for token in &self.tokens {
            let token = Token::decode(token).unwrap();
            let number = token.payment.unverified().sequence;
            let other = by_number.insert(number, token.payment_id());
            assert_eq!(other, None, "number {number:?} is on two payments");
        }
    }

    /// A row for each: the same request gets the same bytes.
    fn is_known_to(&self, phone: &Phone, requests: &[OpenRequest]) {
        for token in &self.tokens {
            let id = Token::decode(token)
                .unwrap()
                .payment
                .unverified()
                .request_id;
            let request = requests.iter().find(|it| it.id == id).unwrap();
            match phone.wallet.review(&request.message).unwrap() {
                Reviewed::Answered(again) => assert_eq!(again.bytes, *token),
                Reviewed::New(_) => panic!("a token is outside, and the wallet does not know it"),
            }
        }
    }
}

#[test]
fn a_phone_that_dies_at_any_named_point_pays_once() {
    for point in skilling_wallet::fault::POINTS {
        let street = Street::new();
        street.phone().is_off();
        let requests = street.asks(2);
        let asta = street.town.home("asta");
        let mut outside = Outside::default();

        let died = street
            .victim("pay", &[&asta])
            .dies_at(point)
            .runs(&hex_of(&requests[..1]));
        assert!(!died.is_done, "it did not die at {point}");
        let has_left = *point == skilling_wallet::fault::RELEASED;
        assert_eq!(died.lines.len(), usize::from(has_left), "{point}");
        outside.saw(bytes(&died.lines));

        let phone = street.asta();
        outside.is_known_to(&phone, &requests);
        let commits = [
            skilling_wallet::fault::COMMITTED,
            skilling_wallet::fault::GUARDED,
            skilling_wallet::fault::RELEASED,
        ];
        let numbers = phone.allowance().last_sequence;
        assert_eq!(numbers, u32::from(commits.contains(point)), "{point}");
        let first = phone.pays(&requests[0].message);
        let second = phone.pays(&requests[1].message);
        outside.saw(vec![first.clone(), second]);
        outside.has_no_number_twice();
        outside.is_known_to(&phone, &requests);
        assert_eq!(outside.tokens.len(), 2, "{point}: one token a request");
        let held = phone.allowance();
        assert_eq!(
            (held.last_sequence, held.spent),
            (2, kit::amount(201)),
            "{point}"
        );

        let receipt = street.shop.till.accept(&first).unwrap();
        assert!(receipt.is_paid_now());
        let (_, stage) = phone
            .wallet
            .take_receipt(receipt.receipt().unwrap())
            .unwrap();
        assert_eq!(stage, Stage::Accepted);
    }
}

#[test]
fn a_phone_killed_at_random_moments_pays_each_request_once() {
    let street = Street::new();
    street.phone().is_off();
    let requests = street.asks(40);
    let asta = street.town.home("asta");
    let mut outside = Outside::default();
    for round in 0..RANDOM_KILLS {
        // From "not even started" to "half of them paid".
        let while_ = Duration::from_millis(3 + 4 * round);
        let ended = street
            .victim("pay", &[&asta])
            .is_killed_after(while_, &hex_of(&requests));
        assert!(
            ended.lines.iter().all(|line| !line.starts_with("error")),
            "{ended:?}"
        );
        outside.saw(bytes(&ended.lines));
        outside.has_no_number_twice();
    }
    let phone = street.asta();
    outside.is_known_to(&phone, &requests);
    outside.saw(requests.iter().map(|it| phone.pays(&it.message)).collect());
    outside.has_no_number_twice();
    assert_eq!(outside.tokens.len(), requests.len(), "one token a request");
    let held = phone.allowance();
    let spent: u64 = (0..40).map(|at| 100 + at).sum();
    assert_eq!((held.last_sequence, held.spent), (40, kit::amount(spent)));
    for token in &outside.tokens {
        assert!(street.shop.till.accept(token).unwrap().is_paid_now());
    }
}

/// The latest receipt of a payment, or none if the store does not know it.
fn receipt_of(till: &Terminal, token: &[u8]) -> Option<Vec<u8>> {
    let id = Token::decode(token).unwrap().payment_id();
    till.receipt(&id).ok().map(|it| it.receipt)
}

/// What a till said "paid" or "again" to, by its receipts.
fn receipts(ended: &Ended) -> Vec<Vec<u8>> {
    let said = ended.lines.iter().map(|line| line.split_once(' ').unwrap());
    said.map(|(word, hex)| {
        assert!(word == "paid" || word == "again", "{word} {hex}");
        hex::decode(hex).unwrap()
    })
    .collect()
}

#[test]
fn a_till_that_dies_at_any_named_point_of_acceptance_accepts_once() {
    let within_acceptance = |it: &&&str| !it.ends_with("before_receipt") && !it.ends_with("sent");
    for point in skilling_terminal::fault::POINTS
        .iter()
        .filter(within_acceptance)
    {
        let street = Street::new();
        let phone = street.phone();
        let token = phone.pays(&street.shop.asks(12_550).message);
        let line = [hex::encode(&token)];

        let died = street
            .victim("accept", &[&street.shop.home])
            .dies_at(point)
            .runs(&line);
        assert!(!died.is_done, "it did not die at {point}");
        assert_eq!(died.lines, [""; 0], "{point}: nobody was told");

        let till = street.netto();
        let stored = receipt_of(&till, &token);
        assert_eq!(
            stored.is_some(),
            *point == "terminal.after_commit",
            "{point}"
        );
        let outcome = till.accept(&token).unwrap();
        let again = matches!(outcome, Outcome::Again(_));
        assert_eq!(again, stored.is_some(), "{point}");
        assert_eq!(outcome.is_paid_now(), stored.is_none(), "{point}");
        if let Some(stored) = stored {
            assert_eq!(
                outcome.receipt(),
                Some(stored.as_slice()),
                "{point}: the same receipt"
            );
        }
        is_one_sale(&till, 12_550);
        let taken = phone
            .wallet
            .take_receipt(outcome.receipt().unwrap())
            .unwrap();
        assert_eq!(taken.1, Stage::Accepted);
    }
}

fn is_one_sale(till: &Terminal, amount: u64) {
    let stored = till.payments(None, 10).unwrap();
    assert_eq!(stored.len(), 1, "one payment");
    let totals = till
        .totals(kit::time(0), kit::time(u64::from(u32::MAX)))
        .unwrap();
    let accepted = totals[0].accepted;
    assert_eq!((accepted.count, accepted.amount), (1, kit::amount(amount)));
    assert!(till.open_requests().unwrap().is_empty());
}

#[test]
fn a_till_killed_at_random_moments_gives_each_payment_one_receipt() {
    let street = Street::new();
    let phone = street.phone();
    let tokens: Vec<Vec<u8>> = street
        .asks(40)
        .iter()
        .map(|it| phone.pays(&it.message))
        .collect();
    let lines: Vec<String> = tokens.iter().map(hex::encode).collect();
    let mut given: BTreeMap<usize, Vec<u8>> = BTreeMap::new();
    for round in 0..RANDOM_KILLS {
        let while_ = Duration::from_millis(3 + 4 * round);
        let ended = street
            .victim("accept", &[&street.shop.home])
            .is_killed_after(while_, &lines);
        for (at, receipt) in receipts(&ended).into_iter().enumerate() {
            let earlier = given.entry(at).or_insert_with(|| receipt.clone());
            assert_eq!(*earlier, receipt, "one receipt a payment");
        }
    }
    let till = street.netto();
    for (at, receipt) in &given {
        assert_eq!(
            receipt_of(&till, &tokens[*at]).as_ref(),
            Some(receipt),
            "it has its row"
        );
    }
    for token in &tokens {
        let outcome = till.accept(token).unwrap();
        phone
            .wallet
            .take_receipt(outcome.receipt().unwrap())
            .unwrap();
    }
    let stored: BTreeSet<ObjectId<_>> = till
        .payments(None, 100)
        .unwrap()
        .iter()
        .map(|it| it.payment)
        .collect();
    assert_eq!(stored.len(), tokens.len());
    assert!(till.open_requests().unwrap().is_empty());
}

#[test]
fn phone_and_till_that_die_together_at_any_named_point_of_a_tap_pay_once() {
    let of_both = skilling_wallet::fault::POINTS
        .iter()
        .chain(skilling_terminal::fault::POINTS);
    for point in of_both {
        let street = Street::new();
        street.phone().is_off();
        let request = street.shop.asks(12_550);
        let (asta, netto) = (street.town.home("asta"), street.shop.home.clone());

        let died = street
            .victim("tap", &[&asta, &netto])
            .dies_at(point)
            .runs(&[]);
        assert!(!died.is_done, "it did not die at {point}");
        // Whatever the till does first, the next tap settles it.
        let ended = street.victim("tap", &[&asta, &netto]).runs(&[]);
        assert!(ended.is_done, "{point}: {ended:?}");
        // And one more changes nothing, though the till may go on asking: another phone might have answered.
        assert!(
            street.victim("tap", &[&asta, &netto]).runs(&[]).is_done,
            "{point}"
        );

        let (phone, till) = (street.asta(), street.netto());
        is_one_sale(&till, 12_550);
        let held = phone.allowance();
        assert_eq!(
            (held.last_sequence, held.spent),
            (1, kit::amount(12_550)),
            "{point}"
        );
        let paid = till.payments(None, 1).unwrap()[0].payment;
        assert_eq!(
            phone.wallet.stage(&paid).unwrap(),
            Stage::Accepted,
            "{point}"
        );
        let again = phone.wallet.review(&request.message).unwrap_err();
        assert_eq!(again.reason().name(), "request_already_paid");
    }
}
