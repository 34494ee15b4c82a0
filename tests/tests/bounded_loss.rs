//! What a cheat can take: with the pay key itself in hand, whatever numbers it signs and wherever it shows them, at most what
//! each store takes under one allowance, for each store reached (protocol section 8).

#![allow(clippy::unwrap_used)]

use std::cell::Cell;

use proptest::prelude::*;
use skilling_platform::clock::Clock as _;
use skilling_protocol::objects::Outcome as Said;
use skilling_protocol::reason::Reason;
use skilling_protocol::values::Currency;
use skilling_terminal::Outcome;
use skilling_tests::kit;
use skilling_tests::town::{Bank, Claim, Shop, Stolen, Town, wait};

const SHOPS: usize = 3;
/// Policy 6 of kroner.
const EXPOSURE: u64 = 200_000;

struct Scene {
    town: Town,
    bank: Bank,
    shops: Vec<Shop>,
}

impl Scene {
    fn new() -> Self {
        let town = Town::new();
        let bank = town.bank("Nordbanken");
        let shops = (0..SHOPS)
            .map(|at| town.shop(&format!("Shop {at}"), &bank))
            .collect();
        Self { town, bank, shops }
    }

    /// Somebody with 3500.00 and the pay key in a file.
    fn cheat(&self, number: u32) -> Stolen {
        let phone = self
            .town
            .phone_with(&format!("cheat {number}"), &self.bank, 350_000);
        let token = phone.pays(&self.shops[0].asks(1).message);
        phone.loses_its_key(&token)
    }
}

/// One thing a cheat does.
#[derive(Debug, Clone)]
enum Act {
    Pays {
        shop: usize,
        claim: Claim,
    },
    /// As an honest phone would that knew this one shop alone.
    PaysOn {
        shop: usize,
    },
    /// The shop takes the n-th payment that it accepted back.
    IsVoided {
        shop: usize,
        at: usize,
    },
}

fn act() -> impl Strategy<Value = Act> {
    let claim = (1_u32..=50, 20_000_u64..=100_000, 0_u64..=6, 0_u64..=4);
    let pays = (0..SHOPS, claim).prop_map(|(shop, (sequence, amount, spent, released))| {
        let (spent, released) = (amount + spent * 50_000, released * 50_000);
        let claim = Claim {
            sequence,
            amount,
            spent,
            released,
        };
        Act::Pays { shop, claim }
    });
    let pays_on = (0..SHOPS).prop_map(|shop| Act::PaysOn { shop });
    let voided = (0..SHOPS, 0_usize..4).prop_map(|(shop, at)| Act::IsVoided { shop, at });
    prop_oneof![1 => pays, 6 => pays_on, 1 => voided]
}

#[test]
fn whatever_a_stolen_key_signs_no_store_loses_more_than_its_bound() {
    let config = ProptestConfig {
        cases: 24,
        max_shrink_iters: 100,
        failure_persistence: None,
        ..ProptestConfig::default()
    };
    // The shops stay, every cheat comes with an allowance of its own.
    let (scene, cheats) = (Scene::new(), Cell::new(0));
    proptest!(config, |(acts in prop::collection::vec(act(), 1..40))| {
        cheats.set(cheats.get() + 1);
        let cheat = scene.cheat(cheats.get());
        let now = scene.town.clock.now();
        let mut accepted: [Vec<(_, u64)>; SHOPS] = Default::default();
        let mut known = [0_u32; SHOPS];
        for act in acts {
            let (shop, claim) = match act {
                Act::Pays { shop, claim } => (shop, claim),
                Act::PaysOn { shop } => {
                    known[shop] += 1;
                    let spent = 45_000 * u64::from(known[shop]);
                    let (sequence, amount, released) = (known[shop] + 1, 45_000, 0);
                    (shop, Claim { sequence, amount, spent, released })
                }
                Act::IsVoided { shop, at } => {
                    if at < accepted[shop].len() {
                        let (payment, _) = accepted[shop].remove(at);
                        scene.shops[shop].till.void(&payment).unwrap();
                    }
                    continue;
                }
            };
            let till = &scene.shops[shop].till;
            let token = cheat.signs(&scene.shops[shop].asks(claim.amount), claim, now);
            if let Outcome::Accepted(it) = till.accept(&token).unwrap() {
                prop_assert_eq!(it.outcome, Said::Accepted);
                accepted[shop].push((it.payment, claim.amount));
            }
            for store in &accepted {
                let taken: u64 = store.iter().map(|(_, amount)| amount).sum();
                prop_assert!(taken <= EXPOSURE, "{taken} at one store");
            }
        }
    });
}

#[test]
fn the_bound_is_reached_at_every_store_paid_to_the_merchants_and_then_over() {
    let town = Town::new();
    let bank = town.bank("Nordbanken");
    let shops: Vec<_> = (0..SHOPS)
        .map(|at| town.shop(&format!("Shop {at}"), &bank))
        .collect();
    let phone = town.phone_with("cheat", &bank, 350_000);
    let token = phone.pays(&shops[0].asks(1).message);
    let cheat = phone.loses_its_key(&token);
    let now = town.clock.now();
    for shop in &shops {
        for sequence in 2..=4 {
            let spent = u64::from(sequence - 1) * 100_000;
            let claim = Claim {
                sequence,
                amount: 100_000,
                spent,
                released: 0,
            };
            let fits = sequence < 4;
            let outcome = shop
                .till
                .accept(&cheat.signs(&shop.asks(100_000), claim, now))
                .unwrap();
            assert_eq!(outcome.is_paid_now(), fits, "{:?}", outcome.reason());
        }
        let deposited = wait(shop.till.deposit(&bank.transport())).unwrap();
        assert_eq!(deposited.paid, 2);
    }
    let lost = i64::try_from(SHOPS as u64 * EXPOSURE).unwrap();
    assert_eq!(
        bank.account("merchant_payable"),
        lost,
        "every merchant is paid"
    );
    assert_eq!(
        bank.account("payer_owes"),
        350_000 - lost,
        "and the payer owes the rest"
    );
    assert!(!bank.server.proofs().unwrap().is_empty());
    for shop in &shops {
        shop.refreshes(&bank);
        let claim = Claim {
            sequence: 9,
            amount: 1,
            spent: 300_000,
            released: 0,
        };
        let after = shop
            .till
            .accept(&cheat.signs(&shop.asks(1), claim, now))
            .unwrap();
        assert!(!after.is_paid_now());
    }
    let policy = town.scheme.policy(Currency::DKK).unwrap().unwrap();
    assert_eq!(policy.max_exposure, kit::amount(EXPOSURE));
}

#[test]
fn releases_that_nobody_signed_reach_twice_the_limit_and_the_payer_owes_it() {
    const LIMIT: u64 = 100_000;
    let town = Town::new();
    let bank = town.bank("Nordbanken");
    let shops: Vec<_> = (0..SHOPS)
        .map(|at| town.shop(&format!("Shop {at}"), &bank))
        .collect();
    let phone = town.phone_with("cheat", &bank, LIMIT);
    let token = phone.pays(&shops[0].asks(1).message);
    let cheat = phone.loses_its_key(&token);
    let now = town.clock.now();
    // Each claims that all before came back, so that no two of them contradict each other.
    for (at, shop) in (0_u32..).zip(&shops) {
        let released = u64::from(at) * LIMIT;
        let claim = Claim {
            sequence: at + 2,
            amount: LIMIT,
            spent: released + LIMIT,
            released,
        };
        let token = cheat.signs(&shop.asks(LIMIT), claim, now);
        let outcome = shop.till.accept(&token).unwrap();
        let fits = released <= LIMIT;
        assert_eq!(outcome.is_paid_now(), fits, "{:?}", outcome.reason());
        assert!(fits || outcome.reason() == Reason::OverLimit);
        let deposited = wait(shop.till.deposit(&bank.transport())).unwrap();
        assert_eq!(deposited.paid, u64::from(fits));
    }
    assert!(
        bank.server.proofs().unwrap().is_empty(),
        "there is no proof, only the bank's books"
    );
    let owes = i64::try_from(LIMIT).unwrap();
    assert_eq!(
        bank.account("merchant_payable"),
        2 * owes,
        "the merchants are paid"
    );
    assert_eq!(
        bank.account("payer_owes"),
        -owes,
        "no receipt supports what was claimed"
    );
}
