//! Health, metrics, problem pages, caching, and acts beside a running server.

use std::sync::Arc;
use std::time::Duration;

use skilling_issuer::{Funding, Limits, Scheme, Server, Tier};
use skilling_platform::clock::Clock;
use skilling_protocol::crypto::DefaultVerifier;
use skilling_protocol::message::Expected;
use skilling_protocol::objects::TrustBundle;
use skilling_protocol::reason::Reason;
use skilling_protocol::signed::Signed;
use skilling_protocol::values::{Categories, Currency, KeyProtection, Mcc, Seconds};

use crate::town::{Plan, Town, key, money, wanted};

#[tokio::test(flavor = "multi_thread")]
async fn a_new_bank_is_alive_and_ready_and_says_what_is_not() {
    let town = Town::new();
    let bank = town.bank().await;
    assert_eq!(bank.get("/livez").await.status, 200);
    let ready = bank.get("/readyz").await;
    assert_eq!(
        ready.status,
        200,
        "{}",
        String::from_utf8_lossy(&ready.body)
    );
    bank.server.suspend(true).unwrap();
    let ready = bank.get("/readyz").await;
    assert_eq!(ready.status, 503);
    let body = String::from_utf8(ready.body).unwrap();
    assert!(
        body.contains("issuer_listed") && body.contains("suspended"),
        "{body}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_metrics_say_where_the_money_is() {
    let town = Town::new();
    let bank = town.bank().await;
    let phone = bank.customer(Funding::Held, 100_000).await;
    let mut purse = bank.grant(&phone, 50_000).await;
    let till = bank.till(&town.clock).await;
    let (paid, torn) = (purse.pay(&till, 4_000), purse.pay(&till, 3_000));
    bank.deposit(&till, vec![paid]).await;
    bank.sync(&phone, Plan::evidence(vec![torn])).await;
    let learned = bank.server.payments(None, 10).unwrap();
    let states: Vec<&str> = learned.iter().map(|it| it.state).collect();
    assert!(states.contains(&"paid") && states.contains(&"pending"));
    town.days_pass(2);
    let text = String::from_utf8(bank.get("/metrics").await.body).unwrap();
    for line in [
        "skilling_reserved_minor_units{currency=\"208\"} 46000",
        "skilling_outstanding_minor_units{currency=\"208\"} 4000",
        "skilling_pending_payments{currency=\"208\",age=\"7d\"} 1",
        "skilling_pending_minor_units{currency=\"208\",age=\"7d\"} 3000",
        "skilling_ledger_sum_minor_units{currency=\"208\"} 0",
        "skilling_calls_total{path=\"/v1/deposit\",status=\"200\"} 1",
    ] {
        assert!(
            text.lines().any(|it| it == line),
            "{line} is not in\n{text}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_problem_links_to_a_page_that_is_served() {
    let town = Town::new();
    let bank = town.bank().await;
    let answer = bank.post("/v1/sync", vec![0x80]).await;
    assert_eq!(answer.headers["content-type"], "application/problem+json");
    assert!(answer.headers.contains_key("x-request-id"));
    let problem: serde_json::Value = serde_json::from_slice(&answer.body).unwrap();
    assert_eq!(problem["type"], "/problems/1");
    assert_eq!(problem["status"], 400);
    for reason in Reason::all() {
        let page = bank.get(&format!("/problems/{}", reason.code())).await;
        let text = String::from_utf8(page.body).unwrap();
        assert_eq!(page.status, 200);
        for heading in ["What happened", "Who bears it", "What the app should do"] {
            assert!(text.contains(heading));
        }
    }
    assert_eq!(bank.get("/problems/99").await.status, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bundle_is_fetched_once_and_replaced_daily() {
    let town = Town::new();
    let bank = town.bank().await;
    let first = bank.get("/v1/trust").await;
    let etag = first.headers["etag"].to_str().unwrap().to_owned();
    assert!(first.headers.contains_key("cache-control"));
    let url = format!("{}/v1/trust", bank.url);
    let call = || bank.client.get(&url).header("if-none-match", &etag).send();
    assert_eq!(call().await.unwrap().status(), 304);
    town.days_pass(1);
    assert_eq!(call().await.unwrap().status(), 200);

    let bundle = <Signed<TrustBundle> as Expected>::decode(&first.body).unwrap();
    let root = town.scheme.root();
    let bundle = bundle
        .verify((), &root, &DefaultVerifier::default())
        .unwrap();
    let begun = town.clock.now().minus(Seconds::days(1));
    assert_eq!(bundle.issued, begun.minus(Seconds::hours(1)));
    assert!(bundle.expires >= bundle.issued.plus(Seconds::days(30)));
    assert_eq!(bundle.policies.len(), 5);
    let next = bank.get("/v1/trust").await;
    let next = <Signed<TrustBundle> as Expected>::decode(&next.body).unwrap();
    assert!(next.unverified().version > bundle.version);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_another_process_decides_is_in_the_next_answer() {
    let town = Town::new();
    let bank = town.bank().await;
    let phone = bank.customer(Funding::Held, 100_000).await;
    let purse = bank.grant(&phone, 50_000).await;
    assert!(!bank.is_revoked(&town.scheme, purse.status_index()).await);
    let clock: Arc<dyn Clock> = Arc::new(town.clock.clone());
    let beside = Server::open(&bank.home, clock).unwrap();
    beside.revoke(purse.id()).unwrap();
    assert!(bank.is_revoked(&town.scheme, purse.status_index()).await);
    beside.block_customer(phone.customer, true).unwrap();
    let plan = Plan {
        wanted: Some(wanted(&key(), Currency::DKK, 1_000)),
        ..Plan::default()
    };
    assert_eq!(bank.sync(&phone, plan).await.0.no_grant, Some(63));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tier_bounds_what_is_granted() {
    let town = Town::new();
    let bank = town.bank().await;
    let mcc = |code| Mcc::new(code).unwrap();
    let categories =
        |codes: &[u16]| Some(Categories::new(codes.iter().map(|it| mcc(*it)).collect()).unwrap());
    let tier = Tier {
        name: "small".to_owned(),
        max_limit: Some(money(20_000)),
        max_open: 1,
        min_key_protection: KeyProtection::Software,
        categories: categories(&[5411, 5912]),
    };
    bank.server.put_tier(&tier).unwrap();
    let added = bank
        .server
        .add_customer(
            "Bo",
            Currency::DKK,
            Funding::Held,
            money(90_000),
            Some("small"),
        )
        .unwrap();
    let phone = crate::town::Phone::new(added.customer);
    bank.enrol(&phone, &added.enrolment_code).await;
    let ask = |codes: &[u16]| {
        let mut wanted = wanted(&key(), Currency::DKK, 50_000);
        wanted.categories = categories(codes);
        Plan {
            wanted: Some(wanted),
            ..Plan::default()
        }
    };
    assert_eq!(bank.sync(&phone, ask(&[7995])).await.0.no_grant, Some(61));
    let (_, granted) = bank.sync(&phone, ask(&[5411, 7995])).await;
    let granted = granted.unwrap();
    assert_eq!(granted.unverified().limit, money(20_000));
    assert_eq!(granted.unverified().categories, categories(&[5411]));
    assert_eq!(bank.sync(&phone, ask(&[5411])).await.0.no_grant, Some(61));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_phone_reported_lost_is_stopped() {
    let town = Town::new();
    let bank = town.bank().await;
    let phone = bank.customer(Funding::Held, 100_000).await;
    let purse = bank.grant(&phone, 50_000).await;
    assert_eq!(bank.server.report_lost(phone.customer).unwrap(), 1);
    assert!(bank.is_revoked(&town.scheme, purse.status_index()).await);
    assert_eq!(bank.account("customer_reserve"), 50_000);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_home_or_scheme_is_not_made_twice() {
    let town = Town::new();
    let bank = town.bank().await;
    let clock: Arc<dyn Clock> = Arc::new(town.clock.clone());
    assert!(Scheme::init(town.scheme.folder(), clock.clone()).is_err());
    let again = Server::init(
        &bank.home,
        &town.scheme,
        &skilling_issuer::Setup::new("X"),
        clock,
    );
    assert!(again.is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hundred_revocations_in_one_second_do_not_date_the_list_into_the_future() {
    let town = Town::new();
    let unhurried = Limits::new(10_000, Duration::from_secs(30));
    let bank = town
        .bank_with(|setup| setup, |server| server.with_limits(unhurried))
        .await;
    let mut indices = Vec::new();
    for _ in 0..2 {
        let phone = bank.customer(Funding::Held, 100_000).await;
        for _ in 0..50 {
            let purse = bank.grant(&phone, 1_000).await;
            bank.server.revoke(purse.id()).unwrap();
            indices.push(purse.status_index());
            let list = bank.status_list(&town.scheme).await;
            // The default skew is 300 s: no holder may doubt the list.
            assert!(list.issued_at() <= town.clock.now().plus(Seconds(60)));
        }
    }
    assert!(bank.is_revoked(&town.scheme, indices[0]).await);
    town.clock.advance(Seconds(61));
    let list = bank.status_list(&town.scheme).await;
    assert!(indices.iter().all(|it| list.is_set(*it) == Some(true)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_policy_that_no_holder_would_take_is_never_published() {
    let town = Town::new();
    let bank = town.bank().await;
    let (version, _) = town.scheme.trust_bundle().unwrap();
    let mut policy = town.scheme.policy(Currency::DKK).unwrap().unwrap();
    policy.max_exposure = money(0);
    let refused = town.scheme.set_policy(Currency::DKK, &policy);
    assert!(matches!(
        refused,
        Err(skilling_issuer::Error::OutOfBounds(_))
    ));
    assert_eq!(town.scheme.trust_bundle().unwrap().0, version);
    let held = town.scheme.policy(Currency::DKK).unwrap().unwrap();
    assert_eq!(held.max_exposure, money(200_000));
    assert_eq!(bank.get("/v1/trust").await.status, 200);
}
