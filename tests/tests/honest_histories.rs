//! Whatever an honest payer lives through (voids, declines, torn taps, gaps, tokens that reach tills late or never), no
//! two of the payments convict; and whatever a dishonest one signs, what passes without a proof is bounded (protocol
//! section 8).

#![allow(clippy::unwrap_used)]

use proptest::prelude::*;
use skilling_protocol::fraud::PastPayment;
use skilling_protocol::objects::{Payment, Sequence};
use skilling_protocol::rules;
use skilling_protocol::values::{Amount, Digest, ObjectId};
use skilling_tests::kit;

/// What can happen to an honest wallet between two payments.
#[derive(Debug, Clone)]
enum Event {
    Pay(u64),
    /// A voided or declined receipt for the n-th payment (if it is not released yet) arrives.
    Release(usize),
    /// A number is lost: a crash after the commit, before anyone saw the token.
    Gap(u64),
}

fn event() -> impl Strategy<Value = Event> {
    prop_oneof![
        4 => (1_u64..50_000).prop_map(Event::Pay),
        2 => (0_usize..40).prop_map(Event::Release),
        1 => (1_u64..50_000).prop_map(Event::Gap),
    ]
}

/// What rules 18 and 25 look at, for one payment an adversary or a payer signs.
fn payment(sequence: u32, amount: u64, spent: u64, released: u64) -> Payment {
    Payment {
        sequence: Sequence::new(sequence).unwrap(),
        amount: kit::amount(amount),
        spent: kit::amount(spent),
        released: kit::amount(released),
        ..kit::payment(ObjectId::from_digest(Digest([0; 32])))
    }
}

fn past(payment: &Payment, id: u8) -> PastPayment {
    PastPayment {
        id: ObjectId::from_digest(Digest([id; 32])),
        sequence: payment.sequence,
        amount: payment.amount,
        spent: payment.spent,
        released: payment.released,
    }
}

/// Section 5 in a few lines: numbers ascend, `spent` counts every payment committed, `released` every one given back.
fn honest_wallet(events: &[Event], limit: u64) -> Vec<Payment> {
    let (mut sequence, mut spent, mut released) = (0_u32, 0_u64, 0_u64);
    let mut payments: Vec<Payment> = Vec::new();
    let mut given_back = Vec::new();
    for event in events {
        match event {
            Event::Pay(amount) | Event::Gap(amount) => {
                if spent + amount - released > limit {
                    continue;
                }
                sequence += 1;
                spent += amount;
                if matches!(event, Event::Pay(_)) {
                    payments.push(payment(sequence, *amount, spent, released));
                }
            }
            Event::Release(index) => {
                let Some(found) = payments.get(*index) else {
                    continue;
                };
                let fits = released + found.amount.minor_units() <= limit;
                if fits && !given_back.contains(index) {
                    given_back.push(*index);
                    released += found.amount.minor_units();
                }
            }
        }
    }
    payments
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn no_two_payments_of_an_honest_wallet_convict(events in prop::collection::vec(event(), 0..60)) {
        let limit = 200_000;
        let payments = honest_wallet(&events, limit);
        for (at, a) in payments.iter().enumerate() {
            prop_assert!(rules::limit_holds(a, kit::amount(limit)));
            for (later, b) in payments.iter().enumerate().skip(at + 1) {
                let (a, b) = (past(a, at as u8), past(b, later as u8));
                prop_assert_eq!(a.conflict_with(&b), None);
                prop_assert_eq!(b.conflict_with(&a), None);
            }
        }
    }

    #[test]
    fn a_cheat_who_leaves_no_proof_stays_within_twice_the_limit(
        signed in prop::collection::vec((1_u32..30, 1_u64..3_000, 0_u64..9_000, 0_u64..4_000), 0..60),
    ) {
        let limit = 2_000;
        // What tills accept: the limit holds, and no two of them convict. The adversary chooses the order.
        let mut accepted: Vec<(Payment, PastPayment)> = Vec::new();
        for (at, (sequence, amount, spent, released)) in signed.into_iter().enumerate() {
            let payment = payment(sequence, amount, spent, released);
            let facts = past(&payment, at as u8);
            let silent = accepted.iter().all(|(_, other)| facts.conflict_with(other).is_none());
            if silent && rules::limit_holds(&payment, kit::amount(limit)) {
                accepted.push((payment, facts));
            }
        }
        let total: u64 = accepted.iter().map(|(payment, _)| payment.amount.minor_units()).sum();
        prop_assert!(total <= 2 * limit);
    }

    #[test]
    fn sums_at_the_edge_of_what_an_amount_can_be_never_pass(
        amount in 1..=Amount::MAX.minor_units(),
        spent in 0..=Amount::MAX.minor_units(),
        released in 0..=Amount::MAX.minor_units(),
        limit in 1..=Amount::MAX.minor_units(),
    ) {
        let holds = rules::limit_holds(&payment(1, amount, spent, released), kit::amount(limit));
        let (amount, spent, released, limit) =
            (u128::from(amount), u128::from(spent), u128::from(released), u128::from(limit));
        let expected = spent >= amount + released && spent - released <= limit && released <= limit;
        prop_assert_eq!(holds, expected);
    }
}
