//! The main job: a phone enrols, is granted money, pays a till, and the shop is paid.

use crate::town::{Plan, Town, id, key, money, wanted};
use skilling_issuer::Funding;
use skilling_protocol::objects::{AllowanceState, Outcome, PaymentState};
use skilling_protocol::values::{Currency, Seconds};

#[tokio::test(flavor = "multi_thread")]
async fn what_is_granted_is_reserved_and_what_is_deposited_is_paid() {
    let town = Town::new();
    let bank = town.bank().await;
    let phone = bank.customer(Funding::Held, 500_000).await;
    let mut purse = bank.grant(&phone, 200_000).await;
    let allowance = purse.allowance.unverified().clone();
    assert_eq!(allowance.limit, money(200_000));
    assert_eq!(allowance.cap, money(100_000));
    assert_eq!(allowance.max_payments, 50);
    assert_eq!(
        allowance.valid_until,
        allowance.valid_from.plus(Seconds::days(30))
    );
    assert_eq!(bank.account("customer_account"), 300_000);
    assert_eq!(bank.account("customer_reserve"), 200_000);
    assert!(!bank.is_revoked(&town.scheme, purse.status_index()).await);

    let till = bank.till(&town.clock).await;
    let paid = purse.pay(&till, 12_550);
    let states = bank.deposit(&till, vec![paid.clone()]).await;
    assert_eq!(states, [(id(&paid), PaymentState::Paid)]);
    assert_eq!(bank.account("merchant_payable"), 12_550);
    assert_eq!(bank.account("customer_reserve"), 187_450);

    let told = till.with(&paid, Outcome::Accepted);
    let (synced, _) = bank.sync(&phone, Plan::evidence(vec![told])).await;
    assert_eq!(synced.payments, [(id(&paid), PaymentState::Paid)]);
    assert_eq!(synced.reserved, [(purse.id(), money(187_450))]);

    let close = Plan::statement(purse.statement(AllowanceState::Closed));
    let (synced, _) = bank.sync(&phone, close).await;
    assert_eq!(synced.payments, []);
    assert_eq!(synced.reserved, [(purse.id(), money(0))]);
    assert_eq!(bank.account("customer_account"), 487_450);
    assert!(bank.is_revoked(&town.scheme, purse.status_index()).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn at_the_banks_risk_nothing_is_held_and_the_line_is_the_most() {
    let town = Town::new();
    let bank = town.bank().await;
    let phone = bank.customer(Funding::Risk, 150_000).await;
    let first = bank.grant(&phone, 100_000).await;
    let second = bank.grant(&phone, 100_000).await;
    assert_eq!(first.allowance.unverified().limit, money(100_000));
    assert_eq!(second.allowance.unverified().limit, money(50_000));
    assert_eq!(bank.account("bank_risk"), -150_000);
    let plan = Plan {
        wanted: Some(wanted(&key(), Currency::DKK, 1)),
        ..Plan::default()
    };
    let (synced, allowance) = bank.sync(&phone, plan).await;
    assert_eq!((synced.no_grant, allowance), (Some(60), None));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_phone_is_told_what_happened_to_its_payments_meanwhile() {
    let town = Town::new();
    let bank = town.bank().await;
    let phone = bank.customer(Funding::Held, 500_000).await;
    let mut purse = bank.grant(&phone, 200_000).await;
    let till = bank.till(&town.clock).await;
    let torn = purse.pay(&till, 10_000);
    let (synced, _) = bank.sync(&phone, Plan::evidence(vec![torn.clone()])).await;
    assert_eq!(synced.payments, [(id(&torn), PaymentState::Pending)]);
    assert_eq!(bank.server.report().unwrap().pending.len(), 1);

    bank.deposit(&till, vec![torn.clone()]).await;
    let (synced, _) = bank.sync(&phone, Plan::default()).await;
    assert_eq!(synced.payments, [(id(&torn), PaymentState::Paid)]);
    let (synced, _) = bank.sync(&phone, Plan::default()).await;
    assert_eq!(synced.payments, []);
}
