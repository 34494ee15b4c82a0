//! Two servers on one database, and a server that is stopped in the middle of its work.

use std::sync::Arc;

use skilling_issuer::{Funding, Server};
use skilling_platform::clock::Clock;
use skilling_protocol::objects::PaymentState;

use crate::town::{Plan, Town, id};

#[tokio::test(flavor = "multi_thread")]
async fn the_same_payments_through_both_at_once_are_paid_once() {
    let town = Town::new();
    let bank = town.bank().await;
    let phone = bank.customer(Funding::Held, 200_000).await;
    let mut purse = bank.grant(&phone, 200_000).await;
    let till = bank.till(&town.clock).await;
    let payments: Vec<_> = (0..8).map(|_| purse.pay(&till, 1_000)).collect();

    let clock: Arc<dyn Clock> = Arc::new(town.clock.clone());
    let second = Arc::new(Server::open(&bank.home, clock).unwrap());
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let other = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(second.serve(listener, std::future::pending()));

    let mut calls = tokio::task::JoinSet::new();
    for payment in &payments {
        for url in [&bank.url, &other] {
            let (_, body) = till.deposit(vec![payment.clone()]);
            let (client, url) = (bank.client.clone(), format!("{url}/v1/deposit"));
            calls.spawn(async move {
                let answer = client.post(url).body(body).send().await.unwrap();
                assert_eq!(answer.status(), 200);
            });
        }
    }
    calls.join_all().await;
    assert_eq!(bank.account("merchant_payable"), 8_000);
    assert_eq!(bank.account("customer_reserve"), 192_000);
    let (synced, _) = bank.sync(&phone, Plan::default()).await;
    assert_eq!(synced.payments.len(), 8);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_stopped_server_answered_is_there_when_it_is_opened_again() {
    let town = Town::new();
    let mut bank = town.bank().await;
    let phone = bank.customer(Funding::Held, 100_000).await;
    let mut purse = bank.grant(&phone, 50_000).await;
    let till = bank.till(&town.clock).await;
    let paid = purse.pay(&till, 5_000);
    let states = bank.deposit(&till, vec![paid.clone()]).await;
    assert_eq!(states, [(id(&paid), PaymentState::Paid)]);
    bank.stop().await;
    assert!(bank.client.get(&bank.url).send().await.is_err());
    let clock: Arc<dyn Clock> = Arc::new(town.clock.clone());
    let again = Server::open(&bank.home, clock).unwrap();
    let report = again.report().unwrap();
    assert_eq!(report.currencies[0].accounts["merchant_payable"], 5_000);
    assert_eq!(report.payable.len(), 1);
    assert_eq!(again.issuer_key(), bank.server.issuer_key());
}
