//! A double spend: both shops are paid, the two tokens are a proof, the phone is stopped.

use skilling_issuer::Funding;
use skilling_protocol::crypto::DefaultVerifier;
use skilling_protocol::fraud::prove;
use skilling_protocol::message::{Expected, Token};
use skilling_protocol::objects::PaymentState;
use skilling_protocol::values::Currency;

use crate::town::{Plan, Town, id, key, wanted};

#[tokio::test(flavor = "multi_thread")]
async fn both_shops_are_paid_and_the_clone_is_convicted() {
    let town = Town::new();
    let bank = town.bank().await;
    let phone = bank.customer(Funding::Held, 300_000).await;
    let mut purse = bank.grant(&phone, 100_000).await;
    let mut clone = purse.clone();
    let near = bank.till_of("Netto", 5411, &town.clock).await;
    let far = bank.till_of("Elgiganten", 5732, &town.clock).await;
    let (here, there) = (purse.pay(&near, 80_000), clone.pay(&far, 70_000));
    for (till, evidence) in [(&near, &here), (&far, &there)] {
        let states = bank.deposit(till, vec![evidence.clone()]).await;
        assert_eq!(states, [(id(evidence), PaymentState::Paid)]);
    }
    assert_eq!(bank.account("merchant_payable"), 150_000);
    assert_eq!(bank.account("customer_reserve"), 0);
    assert_eq!(bank.account("payer_owes"), -50_000);
    assert!(bank.is_revoked(&town.scheme, purse.status_index()).await);

    let proofs = bank.server.proofs().unwrap();
    assert_eq!(proofs.len(), 1);
    assert_eq!(proofs[0].kind, "conflicting_payment");
    assert_eq!(proofs[0].allowance_id, purse.id().to_string());
    let (a, b) = <(Token, Token) as Expected>::decode(&proofs[0].message).unwrap();
    let history = town.scheme.history().unwrap();
    let proof = prove(
        &a,
        &b,
        history.latest().unwrap(),
        &DefaultVerifier::default(),
    );
    assert_eq!(proof.unwrap().allowance.id(), purse.id());

    // The phone gets no more; its owner enrols another one.
    let plan = Plan {
        wanted: Some(wanted(&key(), Currency::DKK, 1_000)),
        ..Plan::default()
    };
    let (synced, _) = bank.sync(&phone, plan).await;
    assert_eq!(synced.no_grant, Some(63));
    let code = bank.server.new_enrolment_code(phone.customer).unwrap();
    let next = crate::town::Phone::new(phone.customer);
    assert_eq!(bank.enrol(&next, &code).await.status, 200);
    bank.grant(&next, 1_000).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_history_that_goes_down_is_a_proof_too_even_on_a_refused_token() {
    let town = Town::new();
    let bank = town.bank().await;
    let phone = bank.customer(Funding::Held, 300_000).await;
    let mut purse = bank.grant(&phone, 100_000).await;
    let till = bank.till(&town.clock).await;
    let first = purse.pay(&till, 60_000);
    purse.spent = 0;
    let second = purse.pay(&till, 150_000);
    let (synced, _) = bank.sync(&phone, Plan::evidence(vec![first])).await;
    assert_eq!(synced.payments[0].1, PaymentState::Pending);
    purse.spent = 10_000;
    let third = purse.pay(&till, 10_000);
    bank.deposit(&till, vec![second, third]).await;
    let kinds: Vec<String> = bank
        .server
        .proofs()
        .unwrap()
        .into_iter()
        .map(|it| it.kind)
        .collect();
    assert!(kinds.iter().all(|it| it == "inconsistent_history") && !kinds.is_empty());
    assert!(bank.is_revoked(&town.scheme, purse.status_index()).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shop_that_voids_one_of_two_leaves_the_books_right() {
    let town = Town::new();
    let bank = town.bank().await;
    let phone = bank.customer(Funding::Held, 100_000).await;
    let mut purse = bank.grant(&phone, 100_000).await;
    let mut clone = purse.clone();
    let till = bank.till(&town.clock).await;
    let (one, two) = (purse.pay(&till, 90_000), clone.pay(&till, 80_000));
    bank.deposit(&till, vec![one.clone(), two]).await;
    assert_eq!(bank.account("payer_owes"), -70_000);
    let voided = till.with(&one, skilling_protocol::objects::Outcome::Voided);
    bank.deposit(&till, vec![voided]).await;
    assert_eq!(bank.account("merchant_payable"), 80_000);
    assert_eq!(bank.account("payer_owes"), 0);
    assert_eq!(bank.account("customer_reserve"), 20_000);
}
