//! Whatever honest people do convicts nobody; whatever a cheat does stays within the exposure of this store
//! (protocol section 8).
#![allow(clippy::unwrap_used)] // a test that cannot go on has failed

mod common;

use common::*;
use proptest::prelude::*;
use skilling_protocol::message::{Expected as _, Token};
use skilling_protocol::objects::Sequence;
use skilling_terminal::Outcome;

/// What an honest payer and an honest cashier may do next.
#[derive(Debug, Clone)]
enum Step {
    Pay(u64),
    PayAndVoid(u64),
    /// Declined, for the wrong amount; the phone gets its receipt.
    Declined(u64),
    /// The till never sees it: paid elsewhere, or torn and forgotten.
    Elsewhere(u64),
    /// Presented only at the end.
    Late(u64),
}

fn step() -> impl Strategy<Value = Step> {
    let amount = 1..2_000_u64;
    prop_oneof![
        amount.clone().prop_map(Step::Pay),
        amount.clone().prop_map(Step::PayAndVoid),
        amount.clone().prop_map(Step::Declined),
        amount.clone().prop_map(Step::Elsewhere),
        amount.prop_map(Step::Late),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 16, ..ProptestConfig::default() })]

    #[test]
    fn honest_histories_convict_nobody(steps in prop::collection::vec(step(), 1..25), reverse: bool) {
        let shop = Shop::open();
        let mut phone = Phone::new(50);
        let mut late = Vec::new();
        for step in steps {
            match step {
                Step::Pay(minor) => {
                    shop.till.accept(&phone.pays(&shop.asks(minor))).unwrap();
                }
                Step::PayAndVoid(minor) => {
                    let token = phone.pays(&shop.asks(minor));
                    if let Outcome::Accepted(paid) = shop.till.accept(&token).unwrap() {
                        shop.till.void(&paid.payment).unwrap();
                        phone.released += minor;
                    }
                }
                Step::Declined(minor) => {
                    let token = phone.types(&shop.asks(minor + 1), minor);
                    prop_assert!(matches!(shop.till.accept(&token).unwrap(), Outcome::Declined(_)));
                    phone.released += minor;
                }
                Step::Elsewhere(minor) => {
                    phone.pays(&shop.asks(minor));
                }
                Step::Late(minor) => late.push(phone.pays(&shop.asks(minor))),
            }
        }
        if reverse {
            late.reverse();
        }
        for token in late {
            prop_assert!(shop.till.accept(&token).unwrap().is_paid_now());
        }
        prop_assert!(shop.till.proofs(None, 10).unwrap().is_empty());
    }

    #[test]
    fn a_cheat_costs_one_store_no_more_than_its_exposure(
        tries in prop::collection::vec((1..40_u32, 1..90_000_u64, 0..400_000_u64, 0..50_000_u64, any::<bool>()), 1..40),
    ) {
        let shop = Shop::open();
        let second = shop.second_till();
        let mut phone = Phone::new(50);
        let mut accepted = Vec::new();
        for (sequence, amount, spent, released, at_second) in tries {
            let till = if at_second { &second } else { &shop.till };
            let token = phone.pays_as(&asks(till, amount), |it| {
                it.sequence = Sequence::new(sequence).unwrap();
                it.spent = dkk(spent);
                it.released = dkk(released);
            });
            let payment = Token::decode(&token).unwrap();
            if till.accept(&token).unwrap().is_paid_now() {
                accepted.push(payment.payment.unverified().clone());
            }
        }
        let total: u64 = accepted.iter().map(|it| it.amount.minor_units()).sum();
        prop_assert!(total <= 200_000);
        // What was accepted is a history that an honest phone might have signed.
        accepted.sort_by_key(|it| it.sequence);
        for pair in accepted.windows(2) {
            prop_assert!(pair[0].sequence < pair[1].sequence);
            prop_assert!(pair[1].spent.minor_units() >= pair[0].spent.minor_units() + pair[1].amount.minor_units());
            prop_assert!(pair[1].released >= pair[0].released);
        }
    }
}
