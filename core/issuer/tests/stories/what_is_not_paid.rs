//! Refused, item by item: each rule that an issuer looks at again.

use skilling_issuer::Funding;
use skilling_platform::clock::Clock as _;
use skilling_protocol::message::{Evidence, PaymentRequest};
use skilling_protocol::objects::{Payment, PaymentState, Request};
use skilling_protocol::values::{Categories, Currency, KeyProtection, Mcc, MerchantId, Seconds};

use crate::town::{Bank, Purse, Till, Town, id, key, money, sign};

struct Scene {
    town: Town,
    bank: Bank,
    purse: Purse,
    till: Till,
}

async fn scene() -> Scene {
    let town = Town::new();
    let bank = town.bank().await;
    let phone = bank.customer(Funding::Held, 300_000).await;
    let purse = bank.grant(&phone, 150_000).await;
    let till = bank.till(&town.clock).await;
    Scene {
        town,
        bank,
        purse,
        till,
    }
}

impl Scene {
    async fn refused(&self, evidence: Evidence) {
        let states = self.bank.deposit(&self.till, vec![evidence.clone()]).await;
        assert_eq!(states, [(id(&evidence), PaymentState::Refused)]);
        assert_eq!(self.bank.account("merchant_payable"), 0);
    }

    async fn paid(&self, evidence: Evidence) {
        let states = self.bank.deposit(&self.till, vec![evidence.clone()]).await;
        assert_eq!(states, [(id(&evidence), PaymentState::Paid)]);
    }

    /// A payment with something changed before the phone signs it.
    fn payment(&mut self, amount: u64, change: impl FnOnce(&mut Payment)) -> Evidence {
        let mut evidence = self.purse.pay(&self.till, amount);
        let mut payment = evidence.token.payment.unverified().clone();
        change(&mut payment);
        evidence.token.payment = sign(payment, self.purse.id(), &self.purse.pay_key);
        evidence
    }

    /// A payment of a request with something changed before the till signs it.
    fn request(&mut self, amount: u64, change: impl FnOnce(&mut Request)) -> Evidence {
        let asked = self.till.request(Some(amount));
        let mut request = asked.request.unverified().clone();
        change(&mut request);
        let asked = PaymentRequest {
            request: sign(request, self.till.merchant.id(()), &self.till.key),
            ..asked
        };
        self.purse.answer(&asked, amount, self.town.clock.now())
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_allowance_the_bank_did_not_sign() {
    let mut it = scene().await;
    let mut evidence = it.purse.pay(&it.till, 1_000);
    let allowance = evidence.token.allowance.unverified().clone();
    evidence.token.allowance = sign(allowance, (), &key());
    it.refused(evidence).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_payment_another_key_signed() {
    let mut it = scene().await;
    let mut evidence = it.purse.pay(&it.till, 1_000);
    let payment = evidence.token.payment.unverified().clone();
    evidence.token.payment = sign(payment, it.purse.id(), &key());
    it.refused(evidence).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn evidence_that_does_not_hang_together() {
    let mut it = scene().await;
    let mut evidence = it.purse.pay(&it.till, 1_000);
    let right = std::mem::replace(&mut evidence.request, it.till.request(Some(1_000)));
    it.refused(evidence.clone()).await;
    // The whole evidence is still good afterwards: nothing was stored of the half one.
    evidence.request = right;
    it.paid(evidence).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn another_merchant_currency_or_amount_than_asked_for() {
    let mut it = scene().await;
    let merchant = it.payment(1_000, |it| it.merchant_id = MerchantId([9; 8]));
    it.refused(merchant).await;
    let currency = it.request(1_000, |it| it.currency = Currency::SEK);
    it.refused(currency).await;
    let amount = it.payment(1_000, |it| it.amount = money(999));
    it.refused(amount).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn more_than_the_cap_the_limit_or_the_count() {
    let mut it = scene().await;
    let cap = it.payment(100_001, |_| ());
    it.refused(cap).await;
    it.purse.spent = 100_000;
    let limit = it.payment(50_001, |_| ());
    it.refused(limit).await;
    let released = it.payment(1, |it| it.released = money(150_002));
    it.refused(released).await;
    it.purse.spent = 0;
    it.purse.sequence = 50;
    let count = it.payment(1_000, |_| ());
    it.refused(count).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn before_it_is_valid_or_after_it_has_expired() {
    let mut it = scene().await;
    let from = it.purse.allowance.unverified().valid_from;
    let early = it.payment(1_000, |it| it.time = from.minus(Seconds(301)));
    it.refused(early).await;
    let skewed = it.payment(1_000, |it| it.time = from.minus(Seconds(300)));
    it.paid(skewed).await;
    let mut it = scene().await;
    it.town.days_pass(29);
    it.bank.server.run_due().unwrap();
    let until = it.purse.allowance.unverified().valid_until;
    let late = it.payment(1_000, |it| it.time = until);
    it.refused(late).await;
    let last = it.payment(1_000, |it| it.time = until.minus(Seconds(1)));
    it.paid(last).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_category_that_was_closed_at_the_time_and_one_that_was_opened_since() {
    let mut it = scene().await;
    let policy = it.town.scheme.policy(Currency::DKK).unwrap().unwrap();
    let mut closed = policy.clone();
    closed.categories = Some(Categories::new(vec![Mcc::new(5912).unwrap()]).unwrap());
    let open = it.purse.pay(&it.till, 1_000);
    it.town.days_pass(1);
    it.town.scheme.set_policy(Currency::DKK, &closed).unwrap();
    // Accepted while it was open, deposited when it is closed.
    it.paid(open).await;
    // A till that was offline since goes by the bundle it has, for as long as that lasts.
    let old_bundle = it.purse.pay(&it.till, 1_000);
    it.paid(old_bundle).await;
    it.town.days_pass(29);
    it.town.scheme.trust_bundle().unwrap();
    let phone = it.bank.customer(Funding::Held, 10_000).await;
    it.purse = it.bank.grant(&phone, 10_000).await;
    let before = it.bank.account("merchant_payable");
    let shut = it.purse.pay(&it.till, 1_000);
    let states = it.bank.deposit(&it.till, vec![shut.clone()]).await;
    assert_eq!(states, [(id(&shut), PaymentState::Refused)]);
    assert_eq!(it.bank.account("merchant_payable"), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_is_weaker_than_the_scheme_takes() {
    let town = Town::new();
    let mut policy = town.scheme.policy(Currency::DKK).unwrap().unwrap();
    policy.min_key_protection = KeyProtection::SecureElement;
    town.scheme.set_policy(Currency::DKK, &policy).unwrap();
    // Two hours on, the first bundle with the weaker policy is still in force; a month on, it is not.
    town.days_pass(31);
    town.scheme.trust_bundle().unwrap();
    let bank = town.bank().await;
    let phone = bank.customer(Funding::Held, 300_000).await;
    let mut purse = bank.grant(&phone, 150_000).await;
    let till = bank.till(&town.clock).await;
    let weak = purse.pay(&till, 1_000);
    let states = bank.deposit(&till, vec![weak]).await;
    assert_eq!(states[0].1, PaymentState::Refused);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_payment_id_without_its_one_evidence() {
    let mut it = scene().await;
    let (one, other) = (it.purse.pay(&it.till, 1_000), it.purse.pay(&it.till, 2_000));
    let mut ids = vec![id(&one), id(&other)];
    ids.sort_unstable();
    let (_, body) = it.till.deposit_of(ids, vec![one.clone(), one]);
    let answer = it.bank.post("/v1/deposit", body).await;
    assert_eq!(answer.status, 200);
    assert_eq!(it.bank.account("merchant_payable"), 0);
    // Evidence that the deposit does not name is no claim.
    let (_, body) = it.till.deposit_of(
        vec![id(&other)],
        vec![other.clone(), it.purse.pay(&it.till, 3_000)],
    );
    assert_eq!(it.bank.post("/v1/deposit", body).await.status, 200);
    assert_eq!(it.bank.account("merchant_payable"), 2_000);
}
