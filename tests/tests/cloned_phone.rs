//! A phone and its copy. A store that sees both refuses the second; shops far apart are taken in, and their two tokens are a
//! proof that anyone can check. Both shops are paid, and the key is finished.

#![allow(clippy::unwrap_used)]

use skilling_protocol::crypto::DefaultVerifier;
use skilling_protocol::fraud;
use skilling_protocol::message::{Expected as _, Token};
use skilling_protocol::reason::Reason;
use skilling_protocol::rules::Conflict;
use skilling_terminal::Outcome;
use skilling_tests::town::{Town, asks, wait};

#[test]
fn a_copy_is_refused_where_the_original_paid_and_convicts_itself_where_it_did_not() {
    let town = Town::new();
    let bank = town.bank("Nordbanken");
    let grocery = town.shop("Netto", &bank);
    let second_till = town.another_till(&grocery, &bank);
    let pharmacy = town.shop_of("Apotek", 5912, &bank);
    let phone = town.phone_with("asta", &bank, 100_000);
    let copy = phone.is_cloned(&town.home("copy"));

    assert!(grocery.sells(&phone, 12_550).is_paid_now());
    let refused = second_till
        .accept(&copy.pays(&asks(&second_till, 9_900).message))
        .unwrap();
    assert!(matches!(refused, Outcome::Declined(_)));
    assert_eq!(refused.reason(), Reason::ConflictingPayment);
    assert_eq!(
        grocery.till.proofs(None, 10).unwrap().len(),
        1,
        "and the store has the proof"
    );

    let another = phone.is_cloned(&town.home("another copy"));
    let taken_in = pharmacy.sells(&another, 8_000);
    // The original has gone on to number 1; another copy pays number 2 as well, far away.
    assert!(taken_in.is_paid_now(), "far away nobody can know");
    let original = phone.pays(&grocery.asks(5_000).message);
    let original = grocery.till.accept(&original).unwrap();
    assert_eq!(
        original.reason(),
        Reason::AllowanceRevoked,
        "the proof is enough, with no list"
    );

    let paid = bank.account("merchant_payable");
    for shop in [&grocery, &pharmacy] {
        let deposited = wait(shop.till.deposit(&bank.transport())).unwrap();
        assert_eq!(
            (deposited.refused, deposited.still_due),
            (0, 0),
            "{deposited:?}"
        );
    }
    assert_eq!(
        bank.account("merchant_payable") - paid,
        12_550 + 8_000,
        "both shops are paid"
    );
    let proofs = bank.server.proofs().unwrap();
    assert!(!proofs.is_empty());
    pharmacy.refreshes(&bank);
    let later = pharmacy
        .till
        .accept(&another.pays(&pharmacy.asks(1_000).message))
        .unwrap();
    assert_eq!(
        later.reason(),
        Reason::AllowanceRevoked,
        "the list says so everywhere"
    );
}

#[test]
fn two_tokens_of_one_cheat_are_a_proof_for_anyone_and_for_a_till_that_saw_neither() {
    let town = Town::new();
    let bank = town.bank("Nordbanken");
    let shops = [town.shop("Netto", &bank), town.shop("Irma", &bank)];
    let phone = town.phone_with("asta", &bank, 100_000);
    let copy = phone.is_cloned(&town.home("copy"));
    let one = phone.pays(&shops[0].asks(12_550).message);
    let two = copy.pays(&shops[1].asks(7_000).message);
    assert!(shops[0].till.accept(&one).unwrap().is_paid_now());
    assert!(shops[1].till.accept(&two).unwrap().is_paid_now());

    let tokens = (Token::decode(&one).unwrap(), Token::decode(&two).unwrap());
    let history = town.scheme.history().unwrap();
    let bundle = history.latest().unwrap();
    let proof = fraud::prove(&tokens.0, &tokens.1, bundle, &DefaultVerifier::default()).unwrap();
    assert_eq!(proof.conflict, Conflict::ConflictingPayment);

    let third = town.shop("Brugsen", &bank);
    assert!(third.till.take(&tokens.encode()).unwrap().is_new);
    let refused = third
        .till
        .accept(&copy.pays(&third.asks(100).message))
        .unwrap();
    assert_eq!(refused.reason(), Reason::AllowanceRevoked);
}

/// ES256 has two signatures for everything that was signed once.
fn with_the_other_signature(token: &[u8]) -> Vec<u8> {
    use p256::elliptic_curve::PrimeField as _;
    let mut bytes = token.to_vec();
    let at = bytes.len() - 32;
    let s: [u8; 32] = bytes[at..].try_into().unwrap();
    let s = p256::Scalar::from_repr(s.into()).unwrap();
    bytes[at..].copy_from_slice(&(-s).to_repr());
    bytes
}

#[test]
fn the_same_payment_with_its_other_signature_is_no_second_payment_and_no_proof() {
    let town = Town::new();
    let bank = town.bank("Nordbanken");
    let shop = town.shop("Netto", &bank);
    let phone = town.phone_with("asta", &bank, 100_000);
    let token = phone.pays(&shop.asks(12_550).message);
    let twin = with_the_other_signature(&token);
    assert_ne!(token, twin);
    assert!(
        shop.till.accept(&twin).unwrap().is_paid_now(),
        "it is as good as the first"
    );
    assert!(matches!(
        shop.till.accept(&token).unwrap(),
        Outcome::Again(_)
    ));
    assert!(shop.till.proofs(None, 10).unwrap().is_empty());
    assert!(
        shop.sells(&phone, 1_000).is_paid_now(),
        "and the payer is trusted as before"
    );

    let history = town.scheme.history().unwrap();
    let tokens = [&token, &twin].map(|it| Token::decode(it).unwrap());
    let bundle = history.latest().unwrap();
    assert!(fraud::prove(&tokens[0], &tokens[1], bundle, &DefaultVerifier::default()).is_err());
    let deposited = wait(shop.till.deposit(&bank.transport())).unwrap();
    assert_eq!(deposited.paid, 2);
    assert!(bank.server.proofs().unwrap().is_empty());
}
