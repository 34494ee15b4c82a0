//! The story of `conformance/story.json`, played by wallets and tills in Rust. Kotlin and Swift play the same file.

#![allow(clippy::unwrap_used, clippy::panic)]

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use serde_json::{Value, json};
use skilling_issuer::Funding;
use skilling_link::card::Card;
use skilling_link::reader::{LinkLost, Next, ReaderOptions, Transceiver};
use skilling_protocol::message::{Evidence, Expected as _};
use skilling_protocol::objects::{Payment, PaymentState};
use skilling_protocol::values::ObjectId;
use skilling_terminal::{OpenRequest, Outcome, TapReport};
use skilling_tests::town::{Bank, Phone, Shop, Town, tap, through_a_picture, wait};
use skilling_wallet::WalletError;
use skilling_wallet::tap::Tap;

#[test]
fn every_step_of_the_story_comes_out_as_it_is_written() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("conformance/story.json");
    let story: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let mut cast = Cast::assembled(&story);
    for step in story["steps"].as_array().unwrap() {
        let seen = cast.plays(step);
        assert_eq!(seen, step["expect"], "{step}");
    }
}

/// Everybody who plays, and what they paid.
struct Cast {
    town: Town,
    bank: Bank,
    phones: BTreeMap<String, Phone>,
    tills: BTreeMap<String, Shop>,
    paid: BTreeMap<String, Paid>,
}

/// A payment that a later step names.
struct Paid {
    phone: String,
    till: String,
    payment: ObjectId<Payment>,
    token: Vec<u8>,
}

fn text<'a>(step: &'a Value, key: &str) -> &'a str {
    step[key]
        .as_str()
        .unwrap_or_else(|| panic!("no {key} in {step}"))
}

fn number(step: &Value, key: &str) -> u64 {
    step[key]
        .as_u64()
        .unwrap_or_else(|| panic!("no {key} in {step}"))
}

impl Cast {
    fn assembled(story: &Value) -> Self {
        assert_eq!(
            number(story, "currency"),
            208,
            "the town's tills sell in kroner"
        );
        let town = Town::new();
        let bank = town.bank("Nordbanken");
        let tills = story["tills"].as_array().unwrap().iter();
        let tills = tills.map(|name| {
            let name = name.as_str().unwrap();
            (name.to_owned(), town.shop(name, &bank))
        });
        let phones = story["phones"].as_object().unwrap().iter();
        let phones = phones.map(|(name, has)| {
            let phone = town.phone(name);
            let _ = phone.enrols_at(&bank, Funding::Held, number(has, "account"));
            let _ = phone.is_granted(&bank, number(has, "allowance"));
            (name.clone(), phone)
        });
        Self {
            tills: tills.collect(),
            phones: phones.collect(),
            paid: BTreeMap::new(),
            town,
            bank,
        }
    }

    /// Plays one step; gives what is to be compared, nothing where the step only has to succeed.
    fn plays(&mut self, step: &Value) -> Value {
        match text(step, "do") {
            "network" if step["up"] == true => self.bank.comes_back(),
            "network" => self.bank.goes_away(),
            "days" => self
                .town
                .days_pass(u16::try_from(number(step, "days")).unwrap()),
            "clone" => {
                let copy = text(step, "as");
                let original = &self.phones[text(step, "phone")];
                let copied = original.is_cloned(&self.town.home(copy));
                self.phones.insert(copy.to_owned(), copied);
            }
            "refresh" => self.tills[text(step, "till")].refreshes(&self.bank),
            "pay" => return self.pays(step),
            "show_again" => {
                let paid = &self.paid[text(step, "payment")];
                let outcome = self.tills[&paid.till].till.accept(&paid.token).unwrap();
                return json!({ "outcome": name(&outcome) });
            }
            "void" => {
                let paid = &self.paid[text(step, "payment")];
                let voided = self.tills[&paid.till].till.void(&paid.payment).unwrap();
                let wallet = &self.phones[&paid.phone].wallet;
                let (_, stage) = wallet.take_receipt(&voided.receipt).unwrap();
                return json!({ "stage": stage.name(), "remaining": self.remaining(&paid.phone) });
            }
            "deposit" => {
                let till = &self.tills[text(step, "till")].till;
                let report = wait(till.deposit(&self.bank.transport())).unwrap();
                return json!({
                    "paid": report.paid, "given_back": report.given_back,
                    "refused": report.refused, "still_due": report.still_due,
                });
            }
            "sync" => return self.syncs(step),
            "books" => {
                return json!({
                    "merchant_payable": self.bank.account("merchant_payable"),
                    "sum": self.bank.server.report().unwrap().currencies.iter().map(|it| it.sum).sum::<i64>(),
                    "proofs": self.bank.server.proofs().unwrap().len(),
                });
            }
            other => panic!("nobody knows how to {other}"),
        }
        Value::Null
    }

    fn pays(&mut self, step: &Value) -> Value {
        let (phone, shop) = (
            &self.phones[text(step, "phone")],
            &self.tills[text(step, "till")],
        );
        let sale = shop.asks(number(step, "amount"));
        let met = match text(step, "by") {
            "code" => by_code(phone, shop, &sale),
            "tap" => Ok(by_tap(phone, shop, &sale)),
            "armed_tap" => Ok(by_armed_tap(phone, shop, &sale)),
            "torn_tap" => Ok(by_torn_tap(phone, shop, &sale)),
            other => panic!("nobody pays by {other}"),
        };
        let outcome = match met {
            Err(WalletError::Refused(reason)) => {
                return json!({ "refused_by_phone": reason.code() });
            }
            met => met.unwrap(),
        };
        let payment = payment(&outcome);
        let evidence = shop.till.evidence(&payment).unwrap();
        let token = Evidence::decode(&evidence).unwrap().token.encode();
        let stage = phone.wallet.stage(&payment).unwrap();
        let seen = json!({
            "outcome": name(&outcome), "code": outcome.reason().code(),
            "stage": stage.name(), "remaining": self.remaining(text(step, "phone")),
        });
        let paid = Paid {
            phone: text(step, "phone").to_owned(),
            till: text(step, "till").to_owned(),
            payment,
            token,
        };
        self.paid.insert(text(step, "as").to_owned(), paid);
        seen
    }

    fn syncs(&self, step: &Value) -> Value {
        let report = self.phones[text(step, "phone")].syncs(&self.bank);
        assert!(report.failed.is_none(), "{report:?}");
        let of = |state| report.payments.iter().filter(|it| it.1 == state).count();
        json!({ "paid": of(PaymentState::Paid), "given_back": of(PaymentState::GivenBack) })
    }

    fn remaining(&self, phone: &str) -> u64 {
        self.phones[phone].allowance().remaining.minor_units()
    }
}

fn name(outcome: &Outcome) -> &'static str {
    match outcome {
        Outcome::Accepted(_) => "accepted",
        Outcome::Again(_) => "again",
        Outcome::ConfirmAmount { .. } => "confirm_amount",
        Outcome::Declined(_) => "declined",
        Outcome::Refused { .. } => "refused",
    }
}

fn payment(outcome: &Outcome) -> ObjectId<Payment> {
    match outcome {
        Outcome::Accepted(it) | Outcome::Again(it) | Outcome::Declined(it) => it.payment,
        other => panic!("nothing was decided: {other:?}"),
    }
}

/// Each message is drawn, and read from the picture.
fn by_code(phone: &Phone, shop: &Shop, sale: &OpenRequest) -> Result<Outcome, WalletError> {
    let token = phone.tries_to_pay(&through_a_picture(&sale.message))?.bytes;
    let outcome = shop.till.accept(&through_a_picture(&token)).unwrap();
    if let Some(receipt) = outcome.receipt() {
        phone.wallet.take_receipt(&through_a_picture(receipt))?;
    }
    Ok(outcome)
}

/// The payer reads what the reader asks for, agrees, and taps again.
fn by_tap(phone: &Phone, shop: &Shop, sale: &OpenRequest) -> Outcome {
    let first = tap(&shop.till, phone, Some(sale));
    assert!(first.sale.is_none(), "nobody agreed yet: {first:?}");
    phone.agrees_to(&sale.message);
    outcome(tap(&shop.till, phone, Some(sale)))
}

fn by_armed_tap(phone: &Phone, shop: &Shop, sale: &OpenRequest) -> Outcome {
    phone.is_armed();
    outcome(tap(&shop.till, phone, Some(sale)))
}

/// The phone is taken away when its payment is on its way, and comes back.
fn by_torn_tap(phone: &Phone, shop: &Shop, sale: &OpenRequest) -> Outcome {
    phone.is_armed();
    let mut torn = TornAtPayment {
        card: Card::new(),
        wallet: Tap::new(phone.wallet.clone()),
        is_gone: false,
    };
    let mut pause = || {
        std::thread::sleep(Duration::from_millis(20));
        Next::AskAgain
    };
    let report = shop.till.tap(
        &mut torn,
        ReaderOptions::default(),
        Some(&sale.id),
        &mut pause,
    );
    assert!(torn.is_gone && report.end.is_err(), "{report:?}");
    assert_eq!(phone.wallet.allowances().unwrap().len(), 1);
    outcome(tap(&shop.till, phone, Some(sale)))
}

/// Whether it came as the sale's or as that of the request before it.
fn outcome(report: TapReport) -> Outcome {
    assert!(report.end.is_ok(), "{report:?}");
    let settled = report.settled.into_iter().map(|it| it.1);
    report.sale.into_iter().chain(settled).next().unwrap()
}

/// The answer that brings the payment gets lost with the phone.
struct TornAtPayment {
    card: Card,
    wallet: Tap,
    is_gone: bool,
}

impl Transceiver for &mut TornAtPayment {
    fn transceive(&mut self, command: &[u8]) -> Result<Vec<u8>, LinkLost> {
        const PAY: u8 = 0x40;
        const STATUS: usize = 2;
        if self.is_gone {
            return Err(LinkLost);
        }
        let response = self.card.process(&mut self.wallet, command);
        self.is_gone = command.get(1) == Some(&PAY) && response.len() > STATUS;
        if self.is_gone {
            return Err(LinkLost);
        }
        Ok(response)
    }
}
