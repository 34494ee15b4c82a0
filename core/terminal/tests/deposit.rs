//! The network is back: a till deposits what it holds, renews its certificate and fetches trust (sync.md).
#![allow(clippy::unwrap_used)] // a test that cannot go on has failed

mod common;

use std::sync::Arc;

use common::*;
use skilling_protocol::message::Token;
use skilling_protocol::objects::{Outcome as Said, Payment, PaymentState};
use skilling_protocol::values::*;
use skilling_terminal::keys::TerminalKey;
use skilling_terminal::{DepositState, Problem, Renewed, Terminal};

fn sell(till: &Terminal, phone: &mut Phone, minor: u64) -> ObjectId<Payment> {
    let token = phone.pays(&asks(till, minor));
    assert!(till.accept(&token).unwrap().is_paid_now());
    id(&token)
}

fn id(token: &[u8]) -> ObjectId<Payment> {
    use skilling_protocol::message::Expected as _;
    Token::decode(token).unwrap().payment_id()
}

#[tokio::test]
async fn everything_accepted_is_deposited_once_and_stays_deposited() {
    let (shop, server) = (Shop::open(), Server::default());
    let mut phone = Phone::new(50);
    let sold: Vec<_> = (1..=3).map(|n| sell(&shop.till, &mut phone, n)).collect();
    let report = shop.till.deposit(&server).await.unwrap();
    assert_eq!((report.paid, report.still_due, report.failed), (3, 0, None));
    for payment in &sold {
        let stored = shop.till.payment(payment).unwrap();
        assert_eq!(stored.deposit, DepositState::Answered(PaymentState::Paid));
    }
    shop.till.deposit(&server).await.unwrap();
    assert_eq!(server.deposits().len(), 1, "nothing is left to send");
}

#[tokio::test]
async fn the_same_bytes_are_repeated_until_there_is_an_answer_even_after_a_crash() {
    let (shop, server) = (Shop::open(), Server::default());
    let mut phone = Phone::new(50);
    sell(&shop.till, &mut phone, 100);
    server.will(&[Behaviour::AnswerLost]);
    let report = shop.till.deposit(&server).await.unwrap();
    assert_eq!(report.still_due, 1);
    assert!(matches!(
        report.failed.unwrap().problem,
        Problem::NoAnswer(_)
    ));
    assert_eq!(shop.till.offline_since().unwrap(), Some(at(NOON)));
    // Another sale comes in between and must wait for its own call.
    sell(&shop.till, &mut phone, 200);
    let reopened = shop.reopened();
    let report = reopened.deposit(&server).await.unwrap();
    assert_eq!((report.paid, report.still_due), (2, 0));
    assert_eq!(reopened.offline_since().unwrap(), None);
    let bodies = server.bodies.lock().unwrap().clone();
    assert_eq!(bodies.len(), 3);
    assert_eq!(bodies[0], bodies[1]);
    assert_ne!(bodies[1], bodies[2]);
}

#[tokio::test]
async fn voids_before_and_after_the_deposit_travel_as_notices() {
    let (shop, server) = (Shop::open(), Server::default());
    let mut phone = Phone::new(50);
    let (before, after) = (
        sell(&shop.till, &mut phone, 100),
        sell(&shop.till, &mut phone, 200),
    );
    shop.till.void(&before).unwrap();
    let report = shop.till.deposit(&server).await.unwrap();
    assert_eq!((report.paid, report.given_back), (1, 1));
    shop.till.void(&after).unwrap();
    assert_eq!(
        shop.till.payment(&after).unwrap().deposit,
        DepositState::Due
    );
    let report = shop.till.deposit(&server).await.unwrap();
    assert_eq!(
        (report.paid, report.given_back, report.still_due),
        (0, 1, 0)
    );
    let notice = &server.deposits()[1].evidence[0];
    let said: Vec<_> = notice
        .receipts
        .iter()
        .map(|it| it.unverified().outcome)
        .collect();
    assert_eq!(said, [Said::Accepted, Said::Voided]);
}

#[tokio::test]
async fn a_void_while_the_deposit_is_on_its_way_is_not_lost() {
    let (shop, server) = (Shop::open(), Server::default());
    let payment = sell(&shop.till, &mut Phone::new(50), 100);
    server.will(&[Behaviour::AnswerLost]);
    shop.till.deposit(&server).await.unwrap();
    shop.till.void(&payment).unwrap();
    let report = shop.till.deposit(&server).await.unwrap();
    // First the old call is answered, then the void follows in its own.
    assert_eq!(
        (report.paid, report.given_back, report.still_due),
        (1, 1, 0)
    );
    let stored = shop.till.payment(&payment).unwrap();
    assert_eq!(
        stored.deposit,
        DepositState::Answered(PaymentState::GivenBack)
    );
}

#[tokio::test]
async fn an_answer_that_the_acquirer_did_not_sign_settles_nothing() {
    let (shop, server) = (Shop::open(), Server::default());
    sell(&shop.till, &mut Phone::new(50), 100);
    server.will(&[Behaviour::Forged]);
    let report = shop.till.deposit(&server).await.unwrap();
    assert_eq!(report.failed.unwrap().problem, Problem::BadAnswer);
    assert_eq!((report.paid, report.still_due), (0, 1));
    assert_eq!(shop.till.deposit(&server).await.unwrap().paid, 1);
}

#[tokio::test]
async fn errors_of_the_server_are_survived() {
    let (shop, server) = (Shop::open(), Server::default());
    sell(&shop.till, &mut Phone::new(50), 100);
    for code in [503, 429, 401, 400] {
        server.will(&[Behaviour::Status(code)]);
        let report = shop.till.deposit(&server).await.unwrap();
        let failed = report.failed.unwrap();
        assert!(matches!(failed.problem, Problem::Status { status, .. } if status == code));
        assert!(!failed.again_after.is_zero());
        assert_eq!(report.still_due, 1);
    }
    // A server that is never content is not asked for ever.
    server.will(&[Behaviour::Status(409); 2]);
    let report = shop.till.deposit(&server).await.unwrap();
    assert_eq!((report.paid, report.still_due), (0, 1));
    // Our id was used before with another body: a new call under a new id.
    server.will(&[Behaviour::Status(409)]);
    assert_eq!(shop.till.deposit(&server).await.unwrap().paid, 1);
}

#[tokio::test]
async fn a_call_too_large_is_split() {
    let (shop, server) = (Shop::open(), Server::default());
    for number in 0..4 {
        sell(&shop.till, &mut Phone::new(50 + number), 100);
    }
    server.will(&[Behaviour::Status(413)]);
    let report = shop.till.deposit(&server).await.unwrap();
    assert_eq!((report.paid, report.still_due), (4, 0));
    let sizes: Vec<_> = server
        .deposits()
        .iter()
        .map(|it| it.evidence.len())
        .collect();
    assert_eq!(sizes, [4, 2, 2]);
}

#[tokio::test]
async fn what_is_pending_at_the_bank_is_asked_again_in_the_next_run() {
    let (shop, server) = (Shop::open(), Server::default());
    let payment = sell(&shop.till, &mut Phone::new(50), 100);
    server
        .states
        .lock()
        .unwrap()
        .push((payment, PaymentState::Pending));
    let report = shop.till.deposit(&server).await.unwrap();
    assert_eq!((report.pending, report.still_due), (1, 1));
    assert_eq!(server.deposits().len(), 1);
    server.states.lock().unwrap().clear();
    assert_eq!(shop.till.deposit(&server).await.unwrap().paid, 1);
}

#[tokio::test]
async fn a_new_key_takes_over_and_the_old_one_stays_until_its_payments_are_in() {
    let (shop, server) = (Shop::open(), Server::default());
    let mut phone = Phone::new(50);
    sell(&shop.till, &mut phone, 100);
    let printed = shop.till.static_request(Currency::DKK, None).unwrap();
    assert!(!shop.till.renewal_is_due().unwrap());
    shop.clock.advance(Seconds::days(59));
    assert!(shop.till.renewal_is_due().unwrap());
    server.will(&[Behaviour::AnswerLost]);
    let new = || Some(TerminalKey::new(key(42)));
    let failed = shop.till.renew(&server, new()).await.unwrap();
    assert!(matches!(failed, Renewed::Failed(_)));
    let renewed = shop.till.renew(&server, None).await.unwrap();
    assert_eq!(renewed, Renewed::Until(at(NOON).plus(Seconds::days(149))));
    let bodies = server.bodies.lock().unwrap().clone();
    assert_eq!(bodies[0], bodies[1], "the very same call");
    let current = shop.till.certificate().unwrap();
    assert_eq!(current.terminal_key, TerminalKey::new(key(42)).public_key());
    assert!(!shop.till.renewal_is_due().unwrap());
    assert!(shop.till.spent_keys().unwrap().is_empty());
    assert_eq!(shop.till.deposit(&server).await.unwrap().paid, 1);
    assert!(
        shop.till.spent_keys().unwrap().is_empty(),
        "a code still hangs on the wall"
    );
    shop.till.cancel(&printed.id).unwrap();
    let old = TerminalKey::new(shop.till_key.clone()).public_key();
    assert_eq!(shop.till.spent_keys().unwrap(), [old]);
}

#[tokio::test]
async fn a_till_fetches_bundle_status_and_outage_and_asks_only_for_what_changed() {
    let (shop, server) = (Shop::open(), Server::default());
    let mut newer = bundle();
    newer.version = 2;
    server.pages.lock().unwrap().extend([
        ("/v1/trust".to_owned(), sign_bundle(newer)),
        ("/v1/status/1".to_owned(), status_list(at(NOON), &[7])),
        (
            "/v1/outage/208".to_owned(),
            outage(3, at(NOON), at(NOON + 60), Seconds(0)),
        ),
    ]);
    let refreshed = shop.till.refresh(&server).await.unwrap();
    assert!(refreshed.is_complete());
    assert_eq!(refreshed.taken.iter().filter(|it| it.is_new).count(), 3);
    let again = shop.till.refresh(&server).await.unwrap();
    assert!(again.is_complete() && again.taken.is_empty());
    server.will(&[Behaviour::Down]);
    let offline = shop.till.refresh(&server).await.unwrap();
    assert_eq!(offline.failed.len(), 1, "the rest is not even tried");
    assert_eq!(shop.till.offline_since().unwrap(), Some(at(NOON)));
}

#[tokio::test]
async fn several_tasks_may_deposit_at_once() {
    let (shop, server) = (Arc::new(Shop::open()), Arc::new(Server::default()));
    sell(&shop.till, &mut Phone::new(50), 100);
    let run = |_| {
        let (shop, server) = (shop.clone(), server.clone());
        tokio::spawn(async move { shop.till.deposit(&*server).await.unwrap() })
    };
    let mut paid = 0;
    for task in [1, 2, 3].map(run) {
        paid += task.await.unwrap().paid;
    }
    assert_eq!((paid, shop.till.still_due().unwrap()), (1, 0));
    let bodies = server.bodies.lock().unwrap();
    assert!(
        bodies.iter().all(|it| *it == bodies[0]),
        "one call, however often it was sent"
    );
}

#[test]
fn bundles_of_strangers_and_older_ones_are_not_taken() {
    use skilling_protocol::message::Expected as _;
    use skilling_protocol::signed::Signed;
    let shop = Shop::open();
    let mut newer = bundle();
    newer.version = 9;
    let forged = Signed::sign(newer.clone(), (), &bank()).unwrap().encode();
    assert!(shop.till.take(&forged).is_err());
    assert!(shop.till.take(&sign_bundle(newer)).unwrap().is_new);
    assert!(!shop.till.take(&sign_bundle(bundle())).unwrap().is_new);
    let future = status_list(at(NOON + 301), &[]);
    assert!(shop.till.take(&future).is_err());
}

#[tokio::test]
async fn a_till_whose_root_was_replaced_fetches_the_bundle_whatever_the_server_says_of_changes() {
    let shop = Shop::open();
    let server = Server::default();
    let serves = |message| *server.pages.lock().unwrap() = vec![("/v1/trust".into(), message)];
    serves(sign_bundle(bundle()));
    assert!(shop.till.refresh(&server).await.unwrap().is_complete());
    let new_root = key(77);
    let signed = skilling_protocol::signed::Signed::sign(bundle(), (), &new_root).unwrap();
    serves(skilling_protocol::message::Expected::encode(&signed));
    let till = Terminal::open(
        &shop.store(),
        vec![skilling_protocol::crypto::Signer::public_key(&new_root)],
        vec![TerminalKey::new(key(40))],
        Arc::new(shop.clock.clone()),
    )
    .unwrap();
    assert_eq!(till.policy(Currency::DKK).unwrap(), None);
    assert!(till.refresh(&server).await.unwrap().is_complete());
    assert!(till.policy(Currency::DKK).unwrap().is_some());
}
