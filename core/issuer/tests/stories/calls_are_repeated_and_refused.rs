//! Idempotency, nonces, signatures and limits: what a call over HTTP is answered, in the order that is promised.

use skilling_issuer::{Funding, Limits};
use skilling_protocol::message::{Expected, SyncCall};
use skilling_protocol::objects::{Deposited, PaymentState};
use skilling_protocol::signed::Signed;
use skilling_protocol::values::{Currency, Nonce, Seconds};

use crate::town::{Phone, Plan, Town, id, key, sign, wanted};

#[tokio::test(flavor = "multi_thread")]
async fn the_same_bytes_get_the_same_answer_and_one_grant() {
    let town = Town::new();
    let bank = town.bank().await;
    let phone = bank.customer(Funding::Held, 100_000).await;
    let plan = Plan {
        wanted: Some(wanted(&key(), Currency::DKK, 10_000)),
        ..Plan::default()
    };
    let (_, body) = phone.sync(bank.nonce().await, plan);
    let first = bank.post("/v1/sync", body.clone()).await;
    town.days_pass(30);
    let again = bank.post("/v1/sync", body).await;
    assert_eq!((first.status, again.status), (200, 200));
    assert_eq!(first.body, again.body);
    assert_eq!(bank.account("customer_reserve"), 10_000);
}

#[tokio::test(flavor = "multi_thread")]
async fn another_body_under_the_same_id_is_refused() {
    let town = Town::new();
    let bank = town.bank().await;
    let phone = bank.customer(Funding::Held, 100_000).await;
    let (sync, body) = phone.sync(bank.nonce().await, Plan::default());
    assert_eq!(bank.post("/v1/sync", body).await.status, 200);
    let mut other = sync.unverified().clone();
    other.nonce = bank.nonce().await;
    let call = SyncCall {
        sync: sign(other, (), &phone.link),
        evidence: Vec::new(),
    };
    let answer = bank.post("/v1/sync", call.encode()).await;
    assert_eq!(answer.problem(), (409, 51));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_nonce_serves_once_and_for_ten_minutes() {
    let town = Town::new();
    let bank = town.bank().await;
    let phone = bank.customer(Funding::Held, 100_000).await;
    let nonce = bank.nonce().await;
    let (_, body) = phone.sync(nonce, Plan::default());
    assert_eq!(bank.post("/v1/sync", body).await.status, 200);
    let (_, body) = phone.sync(nonce, Plan::default());
    assert_eq!(bank.post("/v1/sync", body).await.problem(), (401, 50));
    let stale = bank.nonce().await;
    town.clock.advance(Seconds(600));
    for refused in [nonce, stale, Nonce([7; 32])] {
        let (_, body) = phone.sync(refused, Plan::default());
        let answer = bank.post("/v1/sync", body.clone()).await;
        assert_eq!(answer.problem(), (401, 50));
        // Only what was answered 200 is stored.
        assert_eq!(bank.post("/v1/sync", body).await.problem(), (401, 50));
    }
    let (synced, _) = bank.sync(&phone, Plan::default()).await;
    let (_, body) = phone.sync(synced.next_nonce, Plan::default());
    assert_eq!(bank.post("/v1/sync", body).await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stranger_and_a_wrong_signature_are_told_apart() {
    let town = Town::new();
    let bank = town.bank().await;
    let phone = bank.customer(Funding::Held, 100_000).await;
    let stranger = Phone::new(phone.customer);
    let (_, body) = stranger.sync(bank.nonce().await, Plan::default());
    assert_eq!(bank.post("/v1/sync", body).await.problem(), (401, 56));

    let (sync, _) = phone.sync(bank.nonce().await, Plan::default());
    let forged = sign(sync.unverified().clone(), (), &stranger.link);
    let call = SyncCall {
        sync: forged,
        evidence: Vec::new(),
    };
    let answer = bank.post("/v1/sync", call.encode()).await;
    assert_eq!(answer.problem(), (401, 58));

    let (enrolment, _) = phone.enrolment(bank.nonce().await, "code");
    let forged = sign(enrolment.unverified().clone(), (), &stranger.link);
    let answer = bank.post("/v1/enrol", forged.encode()).await;
    assert_eq!(answer.problem(), (401, 58));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_enrolment_code_serves_one_phone() {
    let town = Town::new();
    let bank = town.bank().await;
    let added = bank
        .server
        .add_customer(
            "Bo",
            Currency::DKK,
            Funding::Held,
            crate::town::money(1),
            None,
        )
        .unwrap();
    let (first, second) = (Phone::new(added.customer), Phone::new(added.customer));
    assert_eq!(bank.enrol(&first, "wrong").await.problem(), (403, 53));
    assert_eq!(bank.enrol(&first, &added.enrolment_code).await.status, 200);
    assert_eq!(bank.enrol(&first, &added.enrolment_code).await.status, 200);
    let answer = bank.enrol(&second, &added.enrolment_code).await;
    assert_eq!(answer.problem(), (403, 53));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_attestation_that_a_test_scheme_does_not_take_is_refused() {
    let town = Town::new();
    let bank = town.bank().await;
    let phone = bank.customer(Funding::Held, 1_000).await;
    let (enrolment, _) = phone.enrolment(bank.nonce().await, "code");
    let mut other = enrolment.unverified().clone();
    other.kind = skilling_protocol::objects::AttestationKind::Android;
    let body = sign(other, (), &phone.link).encode();
    assert_eq!(bank.post("/v1/enrol", body).await.problem(), (403, 52));
    let mut bad = wanted(&key(), Currency::DKK, 1_000);
    bad.attestation = vec![0xff];
    let plan = Plan {
        wanted: Some(bad),
        ..Plan::default()
    };
    assert_eq!(bank.sync(&phone, plan).await.0.no_grant, Some(64));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_hardware_is_said_to_be_stands_in_the_allowance() {
    let town = Town::new();
    let bank = town.bank().await;
    let phone = bank.customer(Funding::Held, 1_000).await;
    let mut wanted = wanted(&key(), Currency::DKK, 1_000);
    wanted.attestation = vec![0x82, 2, 1];
    let plan = Plan {
        wanted: Some(wanted),
        ..Plan::default()
    };
    let (_, allowance) = bank.sync(&phone, plan).await;
    let allowance = allowance.unwrap();
    assert_eq!(allowance.unverified().key_protection.value(), 2);
    assert!(allowance.unverified().user_auth);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_currency_or_key_that_does_not_fit_gets_no_grant() {
    let town = Town::new();
    let bank = town.bank().await;
    let phone = bank.customer(Funding::Held, 100_000).await;
    let purse = bank.grant(&phone, 1_000).await;
    for (pay_key, currency, expected) in [
        (key(), Currency::SEK, 62),
        (purse.pay_key.clone(), Currency::DKK, 64),
        (phone.link.clone(), Currency::DKK, 64),
    ] {
        let plan = Plan {
            wanted: Some(wanted(&pay_key, currency, 1_000)),
            ..Plan::default()
        };
        let (synced, allowance) = bank.sync(&phone, plan).await;
        assert_eq!((synced.no_grant, allowance), (Some(expected), None));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn bytes_that_are_no_call_are_told_why() {
    let town = Town::new();
    let bank = town.bank().await;
    for path in [
        "/v1/enrol",
        "/v1/sync",
        "/v1/deposit",
        "/v1/renew",
        "/v1/present",
    ] {
        assert_eq!(bank.post(path, Vec::new()).await.problem(), (400, 1));
        assert_eq!(bank.post(path, vec![0x80]).await.problem(), (400, 1));
        assert_eq!(
            bank.post(path, vec![0x81, 0x18, 99]).await.problem(),
            (400, 2)
        );
        assert_eq!(bank.post(path, vec![0x82, 0, 1]).await.problem(), (400, 2));
        let large = vec![0; (1 << 20) + 1];
        assert_eq!(bank.post(path, large).await.problem(), (413, 54));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_asks_too_often_waits() {
    let town = Town::new();
    let few = Limits::new(5, std::time::Duration::from_secs(10));
    let bank = town.bank_with(|it| it, |it| it.with_limits(few)).await;
    let mut refused = None;
    for _ in 0..20 {
        let answer = bank.get("/v1/trust").await;
        if answer.status != 200 {
            refused = Some(answer);
        }
    }
    let refused = refused.expect("the sixth call within a second is too many");
    assert_eq!(refused.problem(), (429, 55));
    assert!(refused.headers.contains_key("retry-after"));
    assert_eq!(bank.get("/livez").await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deposit_may_be_repeated_and_pays_once() {
    let town = Town::new();
    let bank = town.bank().await;
    let phone = bank.customer(Funding::Held, 100_000).await;
    let mut purse = bank.grant(&phone, 50_000).await;
    let till = bank.till(&town.clock).await;
    let paid = purse.pay(&till, 5_000);
    let (deposit, body) = till.deposit(vec![paid.clone()]);
    let first = bank.post("/v1/deposit", body.clone()).await;
    let again = bank.post("/v1/deposit", body).await;
    assert_eq!((first.status, &first.body), (200, &again.body));
    // Under another id the same payment is still paid once.
    bank.deposit(&till, vec![paid.clone()]).await;
    assert_eq!(bank.account("merchant_payable"), 5_000);
    let mut other = deposit.unverified().clone();
    other.time = other.time.plus(Seconds(1));
    let call = skilling_protocol::message::DepositCall {
        merchant: till.merchant.clone(),
        deposit: sign(other, till.merchant.id(()), &till.key),
        evidence: vec![paid],
    };
    let answer = bank.post("/v1/deposit", call.encode()).await;
    assert_eq!(answer.problem(), (409, 51));
}

#[tokio::test(flavor = "multi_thread")]
async fn one_bad_item_never_spoils_the_others() {
    let town = Town::new();
    let bank = town.bank().await;
    let phone = bank.customer(Funding::Held, 200_000).await;
    let mut purse = bank.grant(&phone, 200_000).await;
    let till = bank.till(&town.clock).await;
    let (good, over_cap) = (purse.pay(&till, 5_000), purse.pay(&till, 100_001));
    let mut forged = purse.pay(&till, 6_000);
    let payment = forged.token.payment.unverified().clone();
    forged.token.payment = sign(payment, purse.id(), &key());
    let missing = purse.pay(&till, 7_000);
    let mut ids = vec![id(&good), id(&over_cap), id(&forged), id(&missing)];
    ids.sort_unstable();
    let evidence = vec![good.clone(), over_cap, forged];
    let (_, body) = till.deposit_of(ids, evidence);
    let answer = bank.post("/v1/deposit", body).await;
    let answer = <Signed<Deposited> as Expected>::decode(&answer.body).unwrap();
    for (payment, state) in &answer.unverified().payments {
        let expected = if *payment == id(&good) {
            PaymentState::Paid
        } else {
            PaymentState::Refused
        };
        assert_eq!(*state, expected);
    }
    assert_eq!(answer.unverified().payments.len(), 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_with_too_much_to_do_says_when_to_come_back() {
    let town = Town::new();
    let mut none = Limits::default();
    none.calls_at_once = 0;
    let bank = town.bank_with(|it| it, |it| it.with_limits(none)).await;
    let answer = bank.get("/v1/trust").await;
    assert_eq!(answer.problem(), (503, 55));
    assert!(answer.headers.contains_key("retry-after"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_never_finishes_its_call_is_not_waited_for() {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let town = Town::new();
    let short = Limits::new(100, std::time::Duration::from_millis(200));
    let bank = town.bank_with(|it| it, |it| it.with_limits(short)).await;
    let address = bank.url.strip_prefix("http://").unwrap();
    let mut line = tokio::net::TcpStream::connect(address).await.unwrap();
    let head = "POST /v1/sync HTTP/1.1\r\nhost: bank\r\ncontent-length: 1000\r\n\r\nhalf";
    line.write_all(head.as_bytes()).await.unwrap();
    let mut answer = [0; 12];
    line.read_exact(&mut answer).await.unwrap();
    assert_eq!(&answer, b"HTTP/1.1 503");
}

#[tokio::test(flavor = "multi_thread")]
async fn behind_a_proxy_each_client_has_a_limit_of_its_own() {
    let town = Town::new();
    let mut few = Limits::new(2, std::time::Duration::from_secs(10));
    few.behind_proxy = true;
    let bank = town.bank_with(|it| it, |it| it.with_limits(few)).await;
    let url = format!("{}/v1/trust", bank.url);
    let call = |from: &'static str| bank.client.get(&url).header("x-forwarded-for", from).send();
    let mut refused = 0;
    for _ in 0..10 {
        // What the client writes itself stands first and counts for nothing.
        let answer = call("10.9.9.9, 10.0.0.1").await.unwrap();
        refused += u32::from(answer.status() == 429);
    }
    assert!(refused > 0);
    assert_eq!(call("10.0.0.2").await.unwrap().status(), 200);
}
