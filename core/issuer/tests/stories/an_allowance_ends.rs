//! Closing, losing, deadlines, late claims, outages and disputes.

use skilling_issuer::Funding;
use skilling_protocol::crypto::{DefaultVerifier, Signer as _};
use skilling_protocol::objects::{AllowanceState, Outcome, PaymentState, Sync};
use skilling_protocol::signed::Signed;
use skilling_protocol::values::{Currency, Seconds};

use crate::town::{Plan, Town, id, money};
use skilling_platform::clock::Clock as _;

#[tokio::test(flavor = "multi_thread")]
async fn closing_gives_back_what_was_never_spent_and_keeps_what_may_still_be_claimed() {
    let town = Town::new();
    let bank = town.bank().await;
    let phone = bank.customer(Funding::Held, 100_000).await;
    let mut purse = bank.grant(&phone, 100_000).await;
    let till = bank.till(&town.clock).await;
    let (paid, torn) = (purse.pay(&till, 10_000), purse.pay(&till, 20_000));
    bank.deposit(&till, vec![paid]).await;
    let plan = Plan {
        statements: vec![purse.statement(AllowanceState::Closed)],
        evidence: vec![torn.clone()],
        wanted: None,
    };
    let (synced, _) = bank.sync(&phone, plan).await;
    assert_eq!(synced.reserved, [(purse.id(), money(20_000))]);
    assert_eq!(bank.account("customer_account"), 70_000);
    bank.deposit(&till, vec![till.with(&torn, Outcome::Voided)])
        .await;
    assert_eq!(bank.account("customer_reserve"), 0);
    assert_eq!(bank.account("customer_account"), 90_000);
    // Closed is closed: a token signed after it is paid at the bank's loss.
    let later = purse.pay(&till, 5_000);
    let states = bank.deposit(&till, vec![later]).await;
    assert_eq!(states[0].1, PaymentState::Paid);
    assert_eq!(bank.account("payer_owes"), -5_000);
    let kept = bank.server.closing_sync(purse.id()).unwrap().unwrap();
    let link = phone.link.public_key();
    let signed = Signed::<Sync>::decode(&kept).unwrap();
    let verified = signed
        .verify((), &link, &DefaultVerifier::default())
        .unwrap();
    assert_eq!(verified.statements[0].state, AllowanceState::Closed);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_closed_in_a_call_is_granted_again_in_the_same_call() {
    let town = Town::new();
    let bank = town.bank().await;
    let phone = bank.customer(Funding::Held, 100_000).await;
    let purse = bank.grant(&phone, 100_000).await;
    let plan = Plan {
        statements: vec![purse.statement(AllowanceState::Closed)],
        evidence: Vec::new(),
        wanted: Some(crate::town::wanted(
            &crate::town::key(),
            Currency::DKK,
            100_000,
        )),
    };
    let (synced, allowance) = bank.sync(&phone, plan).await;
    assert_eq!(synced.no_grant, None);
    assert_eq!(allowance.unwrap().unverified().limit, money(100_000));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_phone_whose_storage_is_lost_waits_for_the_deadline() {
    let town = Town::new();
    let bank = town.bank().await;
    let phone = bank.customer(Funding::Held, 100_000).await;
    let purse = bank.grant(&phone, 60_000).await;
    let lost = Plan::statement(purse.statement(AllowanceState::Lost));
    let (synced, _) = bank.sync(&phone, lost).await;
    assert_eq!(synced.reserved, [(purse.id(), money(60_000))]);
    assert!(bank.is_revoked(&town.scheme, purse.status_index()).await);
    town.days_pass(44);
    assert_eq!(bank.server.run_due().unwrap(), 1);
    assert_eq!(bank.account("customer_account"), 100_000);
    let (synced, _) = bank.sync(&phone, Plan::default()).await;
    assert_eq!(synced.reserved, []);
}

#[tokio::test(flavor = "multi_thread")]
async fn at_the_deadline_what_nobody_claimed_is_given_back() {
    let town = Town::new();
    let bank = town.bank().await;
    let phone = bank.customer(Funding::Held, 100_000).await;
    let mut purse = bank.grant(&phone, 60_000).await;
    let till = bank.till(&town.clock).await;
    let torn = purse.pay(&till, 10_000);
    bank.sync(&phone, Plan::evidence(vec![torn.clone()])).await;
    // 30 days of validity and 14 to deposit: one second before, it is still pending.
    town.clock.advance(Seconds(44 * 86_400 - 1));
    let (synced, _) = bank.sync(&phone, Plan::default()).await;
    assert_eq!(synced.payments, []);
    town.clock.advance(Seconds(1));
    let (synced, _) = bank.sync(&phone, Plan::default()).await;
    assert_eq!(synced.payments, [(id(&torn), PaymentState::GivenBack)]);
    assert_eq!(bank.account("customer_account"), 100_000);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_claim_after_the_deadline_is_paid_only_if_the_account_covers_it() {
    let town = Town::new();
    let bank = town.bank().await;
    let phone = bank.customer(Funding::Held, 60_000).await;
    let mut purse = bank.grant(&phone, 60_000).await;
    let till = bank.till(&town.clock).await;
    let torn = purse.pay(&till, 10_000);
    let (unknown, other) = (purse.pay(&till, 15_000), purse.pay(&till, 30_000));
    bank.sync(&phone, Plan::evidence(vec![torn.clone()])).await;
    town.days_pass(45);
    assert_eq!(bank.server.run_due().unwrap(), 1);
    // All of it is granted anew: nothing covers the old claims.
    let next = bank.grant(&phone, 60_000).await;
    let states = bank
        .deposit(&till, vec![torn.clone(), unknown.clone()])
        .await;
    let state = |evidence| states.iter().find(|it| it.0 == id(evidence)).unwrap().1;
    assert_eq!(state(&torn), PaymentState::GivenBack);
    assert_eq!(state(&unknown), PaymentState::Refused);
    assert_eq!(bank.account("merchant_payable"), 0);
    // Given back to the account, it covers some.
    bank.sync(
        &phone,
        Plan::statement(next.statement(AllowanceState::Closed)),
    )
    .await;
    let states = bank.deposit(&till, vec![unknown, other]).await;
    assert!(states.iter().all(|it| it.1 == PaymentState::Paid));
    assert_eq!(bank.account("customer_account"), 15_000);
    assert_eq!(bank.account("merchant_payable"), 45_000);
    assert_eq!(bank.account("payer_owes"), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn after_the_deadline_a_void_changes_nothing() {
    let town = Town::new();
    let bank = town.bank().await;
    let phone = bank.customer(Funding::Held, 60_000).await;
    let mut purse = bank.grant(&phone, 60_000).await;
    let till = bank.till(&town.clock).await;
    let paid = purse.pay(&till, 10_000);
    bank.deposit(&till, vec![paid.clone()]).await;
    town.days_pass(45);
    let voided = till.with(&paid, Outcome::Voided);
    let states = bank.deposit(&till, vec![voided]).await;
    assert_eq!(states[0].1, PaymentState::Paid);
    assert_eq!(bank.account("merchant_payable"), 10_000);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_outage_in_between_moves_the_deadline_and_keeps_expired_money_good() {
    let town = Town::new();
    let bank = town.bank().await;
    let phone = bank.customer(Funding::Held, 60_000).await;
    let mut purse = bank.grant(&phone, 60_000).await;
    let till = bank.till(&town.clock).await;
    assert_eq!(bank.get("/v1/outage/208").await.status, 204);
    town.days_pass(29);
    let from = town.clock.now();
    let until = from.plus(Seconds::days(5));
    town.scheme
        .declare_outage(Currency::DKK, from, until, Seconds::days(7))
        .unwrap();
    assert_eq!(bank.get("/v1/outage/208").await.status, 200);
    assert_eq!(bank.get("/v1/outage/752").await.status, 204);
    town.days_pass(3);
    let paid = purse.pay(&till, 10_000);
    town.days_pass(6);
    let too_late = purse.pay(&till, 20_000);
    town.days_pass(10);
    let states = bank
        .deposit(&till, vec![paid.clone(), too_late.clone()])
        .await;
    let state = |evidence| states.iter().find(|it| it.0 == id(evidence)).unwrap().1;
    // Day 48: past 30 + 14, within 7 more.
    assert_eq!(state(&paid), PaymentState::Paid);
    assert_eq!(state(&too_late), PaymentState::Refused);
    assert_eq!(bank.account("customer_reserve"), 50_000);
    town.days_pass(3);
    assert_eq!(bank.server.run_due().unwrap(), 1);
    assert_eq!(bank.account("customer_reserve"), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dispute_halts_the_deadline_until_the_bank_ends_it() {
    let town = Town::new();
    let bank = town.bank().await;
    let phone = bank.customer(Funding::Held, 60_000).await;
    let mut purse = bank.grant(&phone, 60_000).await;
    let till = bank.till(&town.clock).await;
    let paid = purse.pay(&till, 10_000);
    bank.deposit(&till, vec![paid.clone()]).await;
    bank.server.dispute(id(&paid)).unwrap();
    assert_eq!(bank.account("merchant_payable"), 0);
    let (synced, _) = bank.sync(&phone, Plan::default()).await;
    assert_eq!(synced.payments, [(id(&paid), PaymentState::Disputed)]);
    town.days_pass(60);
    assert_eq!(bank.server.run_due().unwrap(), 0);
    bank.server.end_dispute(id(&paid), true).unwrap();
    assert!(bank.server.end_dispute(id(&paid), true).is_err());
    assert_eq!(bank.account("merchant_payable"), 10_000);
    assert_eq!(bank.account("customer_account"), 50_000);
    assert_eq!(bank.account("customer_reserve"), 0);
}
