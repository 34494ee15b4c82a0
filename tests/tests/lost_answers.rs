//! Calls whose answers are lost, repeated, or forged: one grant, one settlement, and nothing changes on anyone's word but the
//! bank's signature.

#![allow(clippy::unwrap_used)]

use std::sync::Mutex;

use async_trait::async_trait;
use skilling_issuer::Funding;
use skilling_platform::HttpTransport;
use skilling_platform::transport::{HttpRequest, HttpResponse, Transport, TransportError};
use skilling_protocol::values::Currency;
use skilling_terminal::Problem;
use skilling_tests::kit;
use skilling_tests::town::{Bank, Town, wait};
use skilling_wallet::sync::Want;

/// What happens to answers on their way back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    /// The call arrives, its answer does not.
    Lost,
    /// One byte of the answer is another.
    Changed,
    /// Somebody says "200", and nothing else.
    Empty,
    /// Somebody answers instead of the bank: everything is wrong.
    Problem,
    /// As it came.
    Whole,
}

/// A bad network: what becomes of the answers of `path`, one after the other; after the last they are whole.
struct BadNetwork {
    inner: HttpTransport,
    path: &'static str,
    fates: Mutex<Vec<Fate>>,
    sent: Mutex<Vec<Vec<u8>>>,
}

impl BadNetwork {
    fn new(bank: &Bank, path: &'static str, fates: &[Fate]) -> Self {
        Self {
            inner: bank.transport(),
            path,
            fates: Mutex::new(fates.iter().rev().copied().collect()),
            sent: Mutex::default(),
        }
    }

    /// The bodies that were sent, in order.
    fn sent(&self) -> Vec<Vec<u8>> {
        self.sent.lock().unwrap().clone()
    }
}

#[async_trait]
impl Transport for BadNetwork {
    async fn send(&self, request: HttpRequest<'_>) -> Result<HttpResponse, TransportError> {
        let mut answer = self.inner.send(request).await?;
        if request.path != self.path {
            return Ok(answer);
        }
        self.sent.lock().unwrap().push(request.body.to_vec());
        let fate = self.fates.lock().unwrap().pop().unwrap_or(Fate::Whole);
        match fate {
            Fate::Whole => {}
            Fate::Lost => return Err(TransportError::TimedOut),
            Fate::Changed => {
                let middle = answer.body.len() / 2;
                answer.body[middle] ^= 1;
            }
            Fate::Empty => answer.body.clear(),
            Fate::Problem => {
                answer.status = 503;
                answer.body.clear();
            }
        }
        Ok(answer)
    }
}

fn want(limit: u64) -> Want {
    Want {
        currency: Currency::DKK,
        limit: kit::amount(limit),
        categories: None,
    }
}

#[test]
fn a_grant_whose_answer_was_lost_is_fetched_again_and_given_once() {
    let town = Town::new();
    let bank = town.bank("Nordbanken");
    let phone = town.phone("asta");
    let _ = phone.enrols_at(&bank, Funding::Held, 500_000);
    let id = phone.bank_id(&bank);
    for fate in [Fate::Lost, Fate::Changed, Fate::Empty, Fate::Problem] {
        let before = phone.wallet.allowances().unwrap().len();
        let reserved = bank.account("customer_reserve");
        let network = BadNetwork::new(&bank, "/v1/sync", &[fate]);
        let lost = wait(phone.wallet.sync(&network, id, Some(want(10_000)))).unwrap();
        assert!(
            lost.granted.is_empty() && lost.failed.is_some(),
            "{fate:?}: {lost:?}"
        );
        assert_eq!(
            phone.wallet.allowances().unwrap().len(),
            before,
            "{fate:?}: not by a status"
        );

        let found = wait(phone.wallet.sync(&network, id, Some(want(10_000)))).unwrap();
        assert_eq!(found.failed, None, "{fate:?}");
        let sent = network.sent();
        assert_eq!(sent[0], sent[1], "{fate:?}: the same bytes again");
        assert_eq!(found.granted.len(), 1, "{fate:?}: {found:?}");
        let now_reserved = bank.account("customer_reserve") - reserved;
        assert_eq!(now_reserved.abs(), 10_000, "{fate:?}: reserved once");
    }
}

#[test]
fn a_lost_answer_survives_the_phone_being_switched_off() {
    let town = Town::new();
    let bank = town.bank("Nordbanken");
    let phone = town.phone("asta");
    let _ = phone.enrols_at(&bank, Funding::Held, 500_000);
    let id = phone.bank_id(&bank);
    let network = BadNetwork::new(&bank, "/v1/sync", &[Fate::Lost]);
    let lost = wait(phone.wallet.sync(&network, id, Some(want(10_000)))).unwrap();
    assert!(lost.failed.is_some());
    let phone = phone.restarts().unwrap();
    let found = wait(phone.wallet.sync(&network, id, None)).unwrap();
    assert_eq!(
        found.granted.len(),
        1,
        "the call of before is repeated first"
    );
    assert_eq!(network.sent()[0], network.sent()[1]);
    assert_eq!(bank.account("customer_reserve").abs(), 10_000);
}

#[test]
fn an_enrolment_whose_answer_was_lost_uses_its_code_once() {
    let town = Town::new();
    let bank = town.bank("Nordbanken");
    let phone = town.phone("asta");
    let amount = kit::amount(500_000);
    let added = bank
        .server
        .add_customer("Asta", Currency::DKK, Funding::Held, amount, None);
    let code = added.unwrap().enrolment_code;
    let network = BadNetwork::new(&bank, "/v1/enrol", &[Fate::Lost, Fate::Changed]);
    for _ in 0..2 {
        assert!(wait(phone.wallet.enrol(&network, &code)).is_err());
    }
    wait(phone.wallet.enrol(&network, &code)).unwrap();
    let sent = network.sent();
    assert!(
        sent.iter().all(|it| *it == sent[0]),
        "the same bytes until answered"
    );
    let _ = phone.is_granted(&bank, 10_000);

    let thief = town.phone("somebody who found the code");
    assert!(wait(thief.wallet.enrol(&bank.transport(), &code)).is_err());
}

#[test]
fn a_deposit_whose_answer_was_lost_changed_or_forged_is_paid_once() {
    let town = Town::new();
    let bank = town.bank("Nordbanken");
    let shop = town.shop("Netto", &bank);
    let phone = town.phone_with("asta", &bank, 100_000);
    for (at, fate) in [Fate::Lost, Fate::Changed, Fate::Empty, Fate::Problem]
        .into_iter()
        .enumerate()
    {
        assert!(shop.sells(&phone, 1_000).is_paid_now());
        let network = BadNetwork::new(&bank, "/v1/deposit", &[fate]);
        let lost = wait(shop.till.deposit(&network)).unwrap();
        assert_eq!((lost.paid, lost.still_due), (0, 1), "{fate:?}: {lost:?}");
        let expected = match fate {
            Fate::Lost => Problem::NoAnswer(TransportError::TimedOut),
            Fate::Problem => Problem::Status {
                status: 503,
                code: None,
            },
            _ => Problem::BadAnswer,
        };
        assert_eq!(lost.failed.unwrap().problem, expected);
        let found = wait(shop.till.deposit(&network)).unwrap();
        assert_eq!((found.paid, found.still_due), (1, 0), "{fate:?}: {found:?}");
        let paid = 1_000 * i64::try_from(at + 1).unwrap();
        assert_eq!(
            bank.account("merchant_payable"),
            paid,
            "{fate:?}: paid once"
        );
    }
}
