//! What merchants, acquirers and finders of a proof learn of a payer: limit, cap, spent, number, key and index of an allowance,
//! and nothing that leads to the next allowance or to a person.

#![allow(clippy::unwrap_used)]

use std::path::Path;

use skilling_issuer::Funding;
use skilling_protocol::message::{Expected as _, Token};
use skilling_protocol::objects::Allowance;
use skilling_protocol::values::Currency;
use skilling_tests::kit;
use skilling_tests::town::{Phone, Town, wait};

/// Everything that lies in a folder, file after file.
fn stored(folder: &Path) -> Vec<u8> {
    let mut all = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        all.extend(if path.is_dir() {
            stored(&path)
        } else {
            std::fs::read(&path).unwrap()
        });
    }
    all
}

fn holds(bytes: &[u8], wanted: &[u8]) -> bool {
    bytes.windows(wanted.len()).any(|it| it == wanted)
}

#[test]
fn one_allowance_cannot_be_linked_to_the_next_by_anything_in_its_tokens() {
    let town = Town::new();
    let bank = town.bank("Nordbanken");
    let shop = town.shop("Netto", &bank);
    let (asta, bo) = (town.phone("asta"), town.phone("bo"));
    for phone in [&asta, &bo] {
        let _ = phone.enrols_at(&bank, Funding::Held, 500_000);
    }
    let pays_from_a_new_one = |phone: &Phone, amount: u64| {
        let granted = phone.is_granted(&bank, 50_000);
        let token = phone.pays(&shop.asks(amount).message);
        wait(phone.wallet.close(&granted.id)).unwrap();
        let _ = phone.syncs(&bank);
        token
    };
    let first = Token::decode(&pays_from_a_new_one(&asta, 4_100)).unwrap();
    let of_another = Token::decode(&pays_from_a_new_one(&bo, 5_200)).unwrap();
    town.seconds_pass(3_600);
    let second = Token::decode(&pays_from_a_new_one(&asta, 6_300)).unwrap();

    let [one, two, his] = [&first, &second, &of_another].map(|it| it.allowance.unverified());
    assert_ne!(one.uuid, two.uuid);
    assert_ne!(one.pay_key, two.pay_key);
    assert_ne!(one.status_index, two.status_index);
    for hers in [one, two] {
        let all_that_is_hers = Allowance {
            uuid: his.uuid,
            pay_key: his.pay_key,
            status_index: his.status_index,
            valid_from: his.valid_from,
            valid_until: his.valid_until,
            ..hers.clone()
        };
        assert_eq!(
            all_that_is_hers, *his,
            "the rest is the bank's product, the same for all"
        );
    }
    let payment = second.payment.unverified();
    let counts = (payment.sequence.get(), payment.spent, payment.released);
    let begins_anew = (1, kit::amount(6_300), kit::amount(0));
    assert_eq!(counts, begins_anew, "nothing is carried over");
}

#[test]
fn no_file_of_a_shop_or_of_its_acquirer_names_the_payer_or_the_payers_link_to_the_bank() {
    let town = Town::new();
    let bank = town.bank("Nordbanken");
    let acquirer = town.bank("Sydbanken");
    let shop = town.shop("Netto", &acquirer);
    let phone = town.phone("phone");
    let amount = kit::amount(500_000);
    let name = "Asta Pedersdatter";
    let added = bank
        .server
        .add_customer(name, Currency::DKK, Funding::Held, amount, None)
        .unwrap();
    phone.enrols_with(&bank, &added.enrolment_code);
    let _ = phone.is_granted(&bank, 100_000);
    assert!(shop.sells(&phone, 12_550).is_paid_now());
    assert_eq!(
        wait(shop.till.deposit(&acquirer.transport())).unwrap().paid,
        1
    );
    let _ = phone.syncs(&bank);

    let link_key = phone.wallet.banks().unwrap()[0].link_key;
    let customer = added.customer;
    let secrets = [name.as_bytes(), link_key.as_bytes().as_slice(), &customer.0];
    let at_the_bank = stored(&town.home("Nordbanken"));
    for secret in secrets {
        assert!(holds(&at_the_bank, secret), "the bank knows its customer");
        for place in ["Netto", "Sydbanken"] {
            assert!(!holds(&stored(&town.home(place)), secret), "{place}");
        }
    }
    let pay_key = phone.loses_its_key(&phone.pays(&shop.asks(100).message));
    let pay_key = pay_key.allowance.unverified().pay_key;
    assert!(
        holds(&stored(&town.home("Netto")), pay_key.as_bytes()),
        "what it does learn"
    );
}

#[test]
fn a_proof_names_an_allowance_and_a_key_and_only_the_bank_knows_whose() {
    let town = Town::new();
    let bank = town.bank("Nordbanken");
    let shops = [town.shop("Netto", &bank), town.shop("Irma", &bank)];
    let phone = town.phone("phone");
    let customer = phone.enrols_at(&bank, Funding::Held, 500_000);
    let _ = phone.is_granted(&bank, 100_000);
    let copy = phone.is_cloned(&town.home("copy"));
    for (phone, shop) in [(&phone, &shops[0]), (&copy, &shops[1])] {
        assert!(shop.sells(phone, 1_000).is_paid_now());
        assert_eq!(wait(shop.till.deposit(&bank.transport())).unwrap().paid, 1);
    }
    let proof = bank.server.proofs().unwrap().remove(0);
    assert_eq!(proof.allowance_id, phone.allowance().id.to_string());
    let link_key = phone.wallet.banks().unwrap()[0].link_key;
    for secret in [
        link_key.as_bytes().as_slice(),
        &customer.0,
        b"Asta",
        b"phone",
    ] {
        assert!(!holds(&proof.message, secret));
    }
}
