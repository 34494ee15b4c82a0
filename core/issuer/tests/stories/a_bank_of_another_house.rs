//! Several banks in one scheme: deposits are presented to the issuer they belong to; suspension; a bank outside.

use std::sync::Arc;

use skilling_issuer::Funding;
use skilling_platform::HttpTransport;
use skilling_protocol::objects::{Outcome, PaymentState};

use crate::town::{Plan, Town, id};

#[tokio::test(flavor = "multi_thread")]
async fn a_shop_of_one_bank_is_paid_by_a_phone_of_another() {
    let town = Town::new();
    let (theirs, ours) = (town.bank().await, town.bank().await);
    let phone = theirs.customer(Funding::Held, 100_000).await;
    let mut purse = theirs.grant(&phone, 50_000).await;
    let till = ours.till(&town.clock).await;
    let paid = purse.pay(&till, 8_000);
    let states = ours.deposit(&till, vec![paid.clone()]).await;
    assert_eq!(states, [(id(&paid), PaymentState::Paid)]);
    // The shop's bank owes the shop, and the phone's bank owes the shop's bank.
    assert_eq!(ours.account("merchant_payable"), 8_000);
    assert_eq!(ours.account("suspense"), -8_000);
    assert_eq!(theirs.account("merchant_payable"), 8_000);
    assert_eq!(theirs.account("customer_reserve"), 42_000);
    let (synced, _) = theirs.sync(&phone, Plan::default()).await;
    assert_eq!(synced.payments, [(id(&paid), PaymentState::Paid)]);

    let voided = till.with(&paid, Outcome::Voided);
    let states = ours.deposit(&till, vec![voided]).await;
    assert_eq!(states, [(id(&paid), PaymentState::GivenBack)]);
    assert_eq!(ours.account("merchant_payable"), 0);
    assert_eq!(theirs.account("merchant_payable"), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_deposit_may_hold_payments_of_several_banks() {
    let town = Town::new();
    let (one, two) = (town.bank().await, town.bank().await);
    let (a, b) = (
        one.customer(Funding::Held, 100_000).await,
        two.customer(Funding::Risk, 100_000).await,
    );
    let (mut first, mut second) = (one.grant(&a, 50_000).await, two.grant(&b, 50_000).await);
    let till = one.till(&town.clock).await;
    let evidence = vec![first.pay(&till, 1_000), second.pay(&till, 2_000)];
    let states = one.deposit(&till, evidence).await;
    assert!(states.iter().all(|it| it.1 == PaymentState::Paid) && states.len() == 2);
    assert_eq!(one.account("merchant_payable"), 3_000);
    assert_eq!(two.account("merchant_payable"), 2_000);
}

#[tokio::test(flavor = "multi_thread")]
async fn while_the_other_bank_is_away_the_claim_waits() {
    let town = Town::new();
    let (mut theirs, ours) = (town.bank().await, town.bank().await);
    let phone = theirs.customer(Funding::Held, 100_000).await;
    let mut purse = theirs.grant(&phone, 50_000).await;
    let till = ours.till(&town.clock).await;
    let paid = purse.pay(&till, 8_000);
    theirs.stop().await;
    let states = ours.deposit(&till, vec![paid.clone()]).await;
    assert_eq!(states, [(id(&paid), PaymentState::Pending)]);
    let claims = ours.server.report().unwrap().claims;
    assert_eq!((claims.len(), claims[0].suspended), (1, false));
    assert_eq!(ours.server.forward_pending().await.unwrap(), 0);

    // It comes back under another address.
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let back = theirs.server.clone();
    tokio::spawn(async move { back.serve(listener, std::future::pending()).await });
    let transport = Arc::new(HttpTransport::new(&url).unwrap());
    ours.server.set_transport(&theirs.key(), transport);
    assert_eq!(ours.server.forward_pending().await.unwrap(), 1);
    assert_eq!(ours.server.forward_pending().await.unwrap(), 0);
    assert_eq!(ours.account("merchant_payable"), 8_000);
    assert_eq!(ours.server.report().unwrap().claims, []);
    let states = ours.deposit(&till, vec![paid.clone()]).await;
    assert_eq!(states, [(id(&paid), PaymentState::Paid)]);
    assert_eq!(ours.account("merchant_payable"), 8_000);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_accepted_before_a_bank_was_suspended_stays_claimed_and_listed() {
    let town = Town::new();
    let (mut broke, ours) = (town.bank().await, town.bank().await);
    let phone = broke.customer(Funding::Risk, 100_000).await;
    let mut purse = broke.grant(&phone, 50_000).await;
    let till = ours.till(&town.clock).await;
    let paid = purse.pay(&till, 8_000);
    broke.server.suspend(true).unwrap();
    broke.stop().await;
    let states = ours.deposit(&till, vec![paid.clone()]).await;
    assert_eq!(states, [(id(&paid), PaymentState::Pending)]);
    let claims = ours.server.report().unwrap().claims;
    assert_eq!(claims.len(), 1);
    assert!(claims[0].suspended);
    assert_eq!(claims[0].amount, 8_000);
    assert_eq!(claims[0].issuer, broke.key().key_id().to_string());
    let bundle = town.scheme.history().unwrap();
    let entry = bundle.latest().unwrap();
    assert!(
        entry
            .issuers
            .iter()
            .any(|it| it.key == broke.key() && it.suspended)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_suspended_bank_grants_nothing_but_still_settles() {
    let town = Town::new();
    let bank = town.bank().await;
    let phone = bank.customer(Funding::Held, 100_000).await;
    let mut purse = bank.grant(&phone, 50_000).await;
    let till = bank.till(&town.clock).await;
    let paid = purse.pay(&till, 8_000);
    bank.server.suspend(true).unwrap();
    let plan = Plan {
        wanted: Some(crate::town::wanted(
            &crate::town::key(),
            skilling_protocol::values::Currency::DKK,
            1_000,
        )),
        ..Plan::default()
    };
    assert_eq!(bank.sync(&phone, plan).await.0.no_grant, Some(62));
    let states = bank.deposit(&till, vec![paid]).await;
    assert_eq!(states[0].1, PaymentState::Paid);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bank_outside_the_scheme_is_nobody() {
    let town = Town::new();
    let bank = town.bank().await;
    let elsewhere = Town::new();
    let foreign = elsewhere.bank().await;
    let phone = foreign.customer(Funding::Held, 100_000).await;
    let mut purse = foreign.grant(&phone, 50_000).await;
    let till = bank.till(&town.clock).await;
    let paid = purse.pay(&till, 8_000);
    let states = bank.deposit(&till, vec![paid.clone()]).await;
    assert_eq!(states, [(id(&paid), PaymentState::Refused)]);
    // A till of another scheme is not taken in at all.
    let (_, body) = till.deposit(vec![paid]);
    assert_eq!(
        foreign.post("/v1/deposit", body.clone()).await.problem(),
        (403, 57)
    );
    assert_eq!(foreign.post("/v1/present", body).await.problem(), (403, 57));
}

#[tokio::test(flavor = "multi_thread")]
async fn one_address_serves_every_banks_status_list() {
    let town = Town::new();
    let (one, two) = (town.bank().await, town.bank().await);
    let path = format!("/v1/status/{}", two.key().key_id());
    let (direct, through) = (two.get(&path).await, one.get(&path).await);
    assert_eq!((direct.status, through.status), (200, 200));
    assert_eq!(direct.body, through.body);
    assert_eq!(one.get("/v1/status/unknown").await.status, 404);
}
