//! Merchant certificates: issued, renewed, rekeyed, and deposits under old ones.

use skilling_issuer::Funding;
use skilling_protocol::crypto::Signer as _;
use skilling_protocol::message::Expected;
use skilling_protocol::objects::{Merchant, PaymentState};
use skilling_protocol::signed::Signed;
use skilling_protocol::values::Seconds;

use crate::town::{Till, Town, key};

fn renewed(body: &[u8]) -> Signed<Merchant> {
    <Signed<Merchant> as Expected>::decode(body).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_lasts_90_days_and_is_renewed_for_90_more() {
    let town = Town::new();
    let bank = town.bank().await;
    let till = bank.till(&town.clock).await;
    let first = till.merchant.unverified().clone();
    assert_eq!(first.valid_until, first.valid_from.plus(Seconds::days(90)));
    town.days_pass(60);
    let body = till.renewal(None);
    let answer = bank.post("/v1/renew", body.clone()).await;
    let second = renewed(&answer.body);
    assert_eq!(second.unverified().id, first.id);
    assert_eq!(second.unverified().terminal_key, first.terminal_key);
    assert_eq!(
        second.unverified().valid_from,
        first.valid_from.plus(Seconds::days(60))
    );
    assert_eq!(bank.post("/v1/renew", body).await.body, answer.body);
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_rekey_the_old_key_deposits_but_renews_nothing() {
    let town = Town::new();
    let bank = town.bank().await;
    let phone = bank.customer(Funding::Held, 100_000).await;
    let mut purse = bank.grant(&phone, 50_000).await;
    let old = bank.till(&town.clock).await;
    let paid = purse.pay(&old, 5_000);
    let new_key = key();
    let answer = bank
        .post("/v1/renew", old.renewal(Some(new_key.public_key())))
        .await;
    let new = Till {
        key: new_key,
        merchant: renewed(&answer.body),
        clock: town.clock.clone(),
    };
    assert_eq!(
        bank.post("/v1/renew", old.renewal(None)).await.problem(),
        (403, 57)
    );
    assert_eq!(bank.post("/v1/renew", new.renewal(None)).await.status, 200);
    let next = purse.pay(&new, 6_000);
    assert_eq!(
        bank.deposit(&old, vec![paid]).await[0].1,
        PaymentState::Paid
    );
    assert_eq!(
        bank.deposit(&new, vec![next]).await[0].1,
        PaymentState::Paid
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_expired_certificate_still_deposits_what_was_asked_for_in_time() {
    let town = Town::new();
    let bank = town.bank().await;
    let phone = bank.customer(Funding::Held, 100_000).await;
    let till = bank.till(&town.clock).await;
    town.days_pass(85);
    let mut purse = bank.grant(&phone, 50_000).await;
    let in_time = purse.pay(&till, 5_000);
    town.days_pass(6);
    let too_late = purse.pay(&till, 6_000);
    assert_eq!(
        bank.deposit(&till, vec![in_time]).await[0].1,
        PaymentState::Paid
    );
    assert_eq!(
        bank.deposit(&till, vec![too_late]).await[0].1,
        PaymentState::Refused
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn who_signs_with_another_key_is_no_terminal() {
    let town = Town::new();
    let bank = town.bank().await;
    let phone = bank.customer(Funding::Held, 100_000).await;
    let mut purse = bank.grant(&phone, 50_000).await;
    let till = bank.till(&town.clock).await;
    let paid = purse.pay(&till, 5_000);
    let thief = Till {
        key: key(),
        merchant: till.merchant.clone(),
        clock: town.clock.clone(),
    };
    let (_, body) = thief.deposit(vec![paid]);
    assert_eq!(bank.post("/v1/deposit", body).await.problem(), (403, 57));
    assert_eq!(
        bank.post("/v1/renew", thief.renewal(None)).await.problem(),
        (403, 57)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_merchant_gets_another_till() {
    let town = Town::new();
    let bank = town.bank().await;
    let till = bank.till(&town.clock).await;
    let merchant = till.merchant.unverified().id;
    let second = bank
        .server
        .add_terminal(merchant, key().public_key())
        .unwrap();
    assert_eq!(second.id, merchant);
    assert_ne!(second.terminal_id, till.merchant.unverified().terminal_id);
    let taken = bank.server.add_terminal(merchant, till.key.public_key());
    assert!(taken.is_err());
}
