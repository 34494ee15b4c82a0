//! Whatever an honest person does, in whatever order, no two of their tokens ever convict them (protocol section 7), and every
//! token stays within the allowance.

mod common;

use std::collections::BTreeMap;

use common::{Scheme, Terms, Till};
use proptest::prelude::*;
use skilling_link::card::{AskMode, CardApplication as _};
use skilling_protocol::fraud::PastPayment;
use skilling_protocol::message::{Expected as _, Token};
use skilling_protocol::objects::{Allowance, Outcome};
use skilling_protocol::rules::limit_holds;
use skilling_protocol::values::{ObjectId, Seconds};
use skilling_wallet::tap::Tap;
use skilling_wallet::{PaymentToken, Reviewed};

/// What a person or a till does next.
#[derive(Debug, Clone)]
enum Step {
    Pay { till: u8, minor: u64 },
    WalkOff { till: u8, minor: u64 },
    TapAgain { which: usize },
    Receipt { which: usize, outcome: u8 },
    Restart,
    Grant { limit: u64, days: u16 },
}

fn step() -> impl Strategy<Value = Step> {
    let any_payment = (1_u8..4, 1_u64..9_000);
    prop_oneof![
        6 => any_payment.clone().prop_map(|(till, minor)| Step::Pay { till, minor }),
        1 => any_payment.prop_map(|(till, minor)| Step::WalkOff { till, minor }),
        2 => any::<usize>().prop_map(|which| Step::TapAgain { which }),
        5 => (any::<usize>(), 0_u8..3).prop_map(|(which, outcome)| Step::Receipt { which, outcome }),
        1 => Just(Step::Restart),
        1 => (9_000_u64..40_000, 1_u16..40).prop_map(|(limit, days)| Step::Grant { limit, days }),
    ]
}

struct Made {
    token: PaymentToken,
    request: Vec<u8>,
    till: u8,
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn an_honest_wallet_never_makes_two_tokens_that_convict(steps in prop::collection::vec(step(), 1..40)) {
        let scheme = Scheme::new();
        let mut phone = scheme.phone();
        let tills: Vec<Till> = (0..4).map(|number| scheme.till(number)).collect();
        let mut made: Vec<Made> = Vec::new();
        for step in steps {
            scheme.clock.advance(Seconds(7));
            match step {
                Step::Pay { till, minor } => {
                    let request = tills[usize::from(till)].asks(minor);
                    if let Ok(token) = phone.pays(&request) {
                        made.push(Made { token, request, till });
                    }
                }
                Step::WalkOff { till, minor } => {
                    let request = tills[usize::from(till)].asks(minor);
                    let _ = phone.agrees(&request);
                    scheme.clock.advance(Seconds(61));
                }
                Step::TapAgain { which } => {
                    if let Some(old) = made.get(which % made.len().max(1)) {
                        let _ = Tap::new(phone.wallet().clone()).pay(&old.request, AskMode::Ask);
                        if let Ok(Reviewed::Answered(token)) = phone.wallet().review(&old.request) {
                            prop_assert_eq!(&token.bytes, &old.token.bytes);
                        }
                    }
                }
                Step::Receipt { which, outcome } => {
                    if let Some(old) = made.get(which % made.len().max(1)) {
                        let outcomes = [Outcome::Accepted, Outcome::Voided, Outcome::Declined { code: 23 }];
                        let outcome = outcomes[usize::from(outcome)];
                        let receipt = tills[usize::from(old.till)].receipt(old.token.payment, outcome);
                        let _ = phone.wallet().take_receipt(&receipt);
                    }
                }
                Step::Restart => phone.reopen(),
                Step::Grant { limit, days } => {
                    scheme.grant(&phone, &Terms { limit, cap: limit, days, ..Terms::default() });
                }
            }
        }
        let mut histories: BTreeMap<ObjectId<Allowance>, Vec<PastPayment>> = BTreeMap::new();
        for made in &made {
            let payment = common::verified(&made.token, &scheme);
            let token = Token::decode(&made.token.bytes).unwrap();
            prop_assert!(limit_holds(&payment, token.allowance.unverified().limit));
            histories.entry(token.allowance_id()).or_default().push(PastPayment::of(&payment));
        }
        for history in histories.values() {
            for a in history {
                for b in history {
                    prop_assert!(a.id == b.id || a.conflict_with(b).is_none());
                }
            }
        }
    }
}
