//! A cheat at the till: cloned phones and totals that went down are noticed, refused and kept as proof (sections 6 and 7).
#![allow(clippy::unwrap_used)] // a test that cannot go on has failed

mod common;

use common::*;
use skilling_protocol::crypto::P256Verifier;
use skilling_protocol::fraud;
use skilling_protocol::message::{Expected as _, Token};
use skilling_protocol::objects::{Outcome as Said, Sequence, TrustBundle};
use skilling_protocol::reason::Reason;
use skilling_protocol::rules::Conflict;
use skilling_protocol::signed::{Signed, Verified};
use skilling_protocol::values::*;
use skilling_terminal::{Outcome, Terminal, TerminalError};

fn verified_bundle() -> Verified<TrustBundle> {
    use skilling_protocol::crypto::Signer as _;
    let signed = Signed::sign(bundle(), (), &root()).unwrap();
    signed
        .verify((), &root().public_key(), &P256Verifier)
        .unwrap()
}

/// The proofs of a till, each checked from its bytes alone.
fn convictions(till: &Terminal) -> Vec<Conflict> {
    let proofs = till.proofs(None, 100).unwrap();
    let convict = |message: &[u8]| {
        let (a, b) = <(Token, Token)>::decode(message).unwrap();
        fraud::prove(&a, &b, &verified_bundle(), &P256Verifier)
            .unwrap()
            .conflict
    };
    proofs.iter().map(|(_, message)| convict(message)).collect()
}

#[test]
fn a_cloned_phone_is_refused_by_the_second_till_of_the_shop() {
    let shop = Shop::open();
    let second = shop.second_till();
    let mut phone = Phone::new(50);
    let mut clone = phone.clone();
    let first = phone.pays(&shop.asks(100));
    assert!(shop.till.accept(&first).unwrap().is_paid_now());
    let cheat = clone.pays(&asks(&second, 200));
    let outcome = second.accept(&cheat).unwrap();
    assert_eq!(outcome.reason(), Reason::ConflictingPayment);
    assert!(matches!(outcome, Outcome::Declined(_)));
    assert_eq!(convictions(&shop.till), [Conflict::ConflictingPayment]);
    // From now on the key is convicted, at both tills.
    let next = phone.pays(&shop.asks(100));
    assert_eq!(
        shop.till.accept(&next).unwrap().reason(),
        Reason::AllowanceRevoked
    );
}

#[test]
fn a_clone_that_jumps_ahead_is_caught_by_its_totals() {
    let shop = Shop::open();
    let mut phone = Phone::new(50);
    let mut clone = phone.clone();
    assert!(
        shop.till
            .accept(&phone.pays(&shop.asks(100)))
            .unwrap()
            .is_paid_now()
    );
    let ahead = clone.pays_as(&shop.asks(50), |it| {
        it.sequence = Sequence::new(2).unwrap();
        it.amount = dkk(50);
    });
    let outcome = shop.till.accept(&ahead).unwrap();
    assert_eq!(outcome.reason(), Reason::InconsistentHistory);
    assert_eq!(convictions(&shop.till), [Conflict::InconsistentHistory]);
}

#[test]
fn a_payment_that_comes_late_is_compared_with_what_came_after_it() {
    let shop = Shop::open();
    let mut phone = Phone::new(50);
    let tokens: Vec<_> = (0..6).map(|n| phone.pays(&shop.asks(100 + n))).collect();
    // Reordering convicts nobody.
    for index in [5, 0, 3, 1, 4] {
        assert!(
            shop.till.accept(&tokens[index]).unwrap().is_paid_now(),
            "{index}"
        );
    }
    // A number in the gap, with totals that leave the others too little.
    let late = phone.pays_as(&shop.asks(102), |it| {
        it.sequence = Sequence::new(3).unwrap();
        it.spent = dkk(304);
    });
    let outcome = shop.till.accept(&late).unwrap();
    assert_eq!(outcome.reason(), Reason::InconsistentHistory);
}

#[test]
fn a_payment_declined_for_another_reason_is_evidence_too() {
    let shop = Shop::open();
    let mut phone = Phone::new(50);
    let mut clone = phone.clone();
    let request = shop.asks(100);
    let wrong = phone.pays_as(&request, |it| it.amount = dkk(99));
    assert_eq!(
        shop.till.accept(&wrong).unwrap().reason(),
        Reason::AmountMismatch
    );
    // The clone's own failure is reported first; the proof is kept all the same.
    let cheat = clone.pays_as(&request, |it| it.time = at(NOON + 9_999));
    assert_eq!(
        shop.till.accept(&cheat).unwrap().reason(),
        Reason::ClockSkew
    );
    assert_eq!(convictions(&shop.till), [Conflict::ConflictingPayment]);
}

#[test]
fn evidence_is_kept_even_while_the_clock_is_wrong_or_the_request_unknown() {
    let (shop, far) = (Shop::open(), Shop::open());
    let mut phone = Phone::new(50);
    let mut clone = phone.clone();
    let here = phone.pays(&shop.asks(100));
    let there = clone.pays(&far.asks(100));
    shop.clock.set(at(NOON - 10_000));
    assert_eq!(
        shop.till.accept(&there).unwrap().reason(),
        Reason::TerminalClock
    );
    shop.clock.set(at(NOON));
    assert_eq!(
        shop.till.accept(&there).unwrap().reason(),
        Reason::UnknownRequest
    );
    assert_eq!(
        shop.till.accept(&here).unwrap().reason(),
        Reason::ConflictingPayment
    );
    assert_eq!(convictions(&shop.till), [Conflict::ConflictingPayment]);
}

#[test]
fn a_proof_brought_from_elsewhere_convicts_here_as_well() {
    let (shop, far) = (Shop::open(), Shop::open());
    let mut phone = Phone::new(50);
    let mut clone = phone.clone();
    let far_token = phone.pays(&far.asks(100));
    assert!(far.till.accept(&far_token).unwrap().is_paid_now());
    assert!(
        !far.till
            .accept(&clone.pays(&far.asks(100)))
            .unwrap()
            .is_paid_now()
    );
    let (_, proof) = far.till.proofs(None, 1).unwrap().remove(0);
    assert!(shop.till.take(&proof).unwrap().is_new);
    assert!(!shop.till.take(&proof).unwrap().is_new);
    let outcome = shop.till.accept(&phone.pays(&shop.asks(100))).unwrap();
    assert_eq!(outcome.reason(), Reason::AllowanceRevoked);
}

#[test]
fn a_token_for_the_other_till_is_sent_there_and_paid_there() {
    let shop = Shop::open();
    let second = shop.second_till();
    let request = asks(&second, 100);
    let token = Phone::new(50).pays(&request);
    let refused = shop.till.accept(&token);
    let Err(TerminalError::MadeByAnotherTill { terminal }) = refused else {
        panic!("{refused:?}");
    };
    assert_eq!(terminal, TerminalId(*b"till-002"));
    let paid = second.accept(&token).unwrap();
    assert!(paid.is_paid_now());
    let receipt = read_receipt(paid.receipt().unwrap(), &token, &key(41));
    assert_eq!(receipt.outcome, Said::Accepted);
    // The answer itself may be shown anywhere in the shop.
    assert_eq!(shop.till.accept(&token).unwrap().receipt(), paid.receipt());
    assert!(matches!(
        shop.till.void(&Token::decode(&token).unwrap().payment_id()),
        Err(TerminalError::MadeByAnotherTill { .. })
    ));
}

#[test]
fn tills_that_share_a_store_share_exposure_and_trust() {
    let shop = Shop::open();
    let second = shop.second_till();
    let mut phone = Phone::new(50);
    for till in [&shop.till, &second] {
        assert!(
            till.accept(&phone.pays(&asks(till, 100_000)))
                .unwrap()
                .is_paid_now()
        );
    }
    let more = phone.pays(&shop.asks(1));
    assert_eq!(
        shop.till.accept(&more).unwrap().reason(),
        Reason::OverExposure
    );
    second.take(&status_list(at(NOON), &[51])).unwrap();
    let revoked = Phone::new(51).pays(&shop.asks(1));
    assert_eq!(
        shop.till.accept(&revoked).unwrap().reason(),
        Reason::AllowanceRevoked
    );
}

#[test]
fn many_tills_at_once_accept_each_request_once() {
    let shop = Shop::open();
    let request = shop.asks(100);
    let tokens: Vec<_> = (50..58)
        .map(|number| Phone::new(number).pays(&request))
        .collect();
    let paid: usize = std::thread::scope(|scope| {
        let run = |token: &Vec<u8>| {
            let (till, token) = (shop.reopened(), token.clone());
            scope.spawn(move || usize::from(till.accept(&token).unwrap().is_paid_now()))
        };
        let threads: Vec<_> = tokens.iter().map(run).collect();
        threads.into_iter().map(|it| it.join().unwrap()).sum()
    });
    assert_eq!(paid, 1);
}

#[test]
fn a_token_whose_amount_the_cashier_never_confirmed_still_convicts_its_clone() {
    let shop = Shop::open();
    let printed = shop.till.static_request(Currency::DKK, None).unwrap();
    let mut phone = Phone::new(50);
    let mut clone = phone.clone();
    // Shown to the till; the customer walks off before anybody confirms it.
    let shown = shop.till.accept(&phone.types(&printed, 4_200)).unwrap();
    assert!(matches!(shown, Outcome::ConfirmAmount { .. }));
    let outcome = shop.till.accept(&clone.pays(&shop.asks(100))).unwrap();
    assert_eq!(outcome.reason(), Reason::ConflictingPayment);
    assert_eq!(convictions(&shop.till), [Conflict::ConflictingPayment]);
}

#[test]
fn a_token_that_came_while_the_terminal_key_was_gone_still_convicts_its_clone() {
    struct Locked;
    impl skilling_protocol::crypto::Signer for Locked {
        type Error = &'static str;
        fn public_key(&self) -> PublicKey {
            skilling_protocol::crypto::Signer::public_key(&key(40))
        }
        fn sign(&self, _: &[u8]) -> Result<Signature, &'static str> {
            Err("locked")
        }
    }
    let shop = Shop::open();
    let sale = shop.asks(100);
    let locked = Terminal::open(
        &shop.store(),
        vec![skilling_protocol::crypto::Signer::public_key(&root())],
        vec![skilling_terminal::keys::TerminalKey::new(Locked)],
        std::sync::Arc::new(shop.clock.clone()),
    )
    .unwrap();
    let mut phone = Phone::new(50);
    let mut clone = phone.clone();
    let first = phone.pays(&sale);
    let refused = locked.accept(&first).unwrap_err();
    assert!(
        matches!(&refused, TerminalError::Key(fault) if fault.0 == "locked"),
        "{refused}"
    );
    let second = shop.till.accept(&clone.pays(&shop.asks(200))).unwrap();
    assert_eq!(second.reason(), Reason::ConflictingPayment);
    assert_eq!(convictions(&shop.till), [Conflict::ConflictingPayment]);
}

#[test]
fn a_cheat_who_signs_one_number_again_and_again_is_convicted_and_fills_no_store_with_proofs() {
    let shop = Shop::open();
    let phone = Phone::new(50);
    for minor in 1..=20 {
        let token = phone.clone().pays(&shop.asks(minor));
        shop.till.accept(&token).unwrap();
    }
    assert_eq!(shop.till.payments(None, 100).unwrap().len(), 20);
    let convictions = convictions(&shop.till);
    assert!((1..=16).contains(&convictions.len()), "{convictions:?}");
}
