//! Every row of the table "Who is paid", from both sides and in both orders.

use skilling_issuer::Funding;
use skilling_protocol::message::Evidence;
use skilling_protocol::objects::{Outcome, PaymentState};

use crate::town::{Bank, Phone, Plan, Purse, Till, Town, id};

const VOID: Outcome = Outcome::Voided;
const DECLINE: Outcome = Outcome::Declined { code: 23 };

struct Scene {
    town: Town,
    bank: Bank,
    phone: Phone,
    purse: Purse,
    till: Till,
}

async fn scene() -> Scene {
    let town = Town::new();
    let bank = town.bank().await;
    let phone = bank.customer(Funding::Held, 200_000).await;
    let purse = bank.grant(&phone, 200_000).await;
    let till = bank.till(&town.clock).await;
    Scene {
        town,
        bank,
        phone,
        purse,
        till,
    }
}

impl Scene {
    async fn payer_says(&self, evidence: Evidence) -> PaymentState {
        let payment = id(&evidence);
        let plan = Plan::evidence(vec![evidence]);
        let (synced, _) = self.bank.sync(&self.phone, plan).await;
        let found = synced.payments.iter().find(|it| it.0 == payment);
        found.expect("every payment in the call is answered").1
    }

    async fn terminal_says(&self, evidence: Evidence) -> PaymentState {
        self.bank.deposit(&self.till, vec![evidence]).await[0].1
    }

    fn payable(&self) -> i64 {
        self.bank.account("merchant_payable")
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_till_burns_and_the_shop_is_paid_by_the_payers_receipt() {
    let mut it = scene().await;
    let paid = it.purse.pay(&it.till, 5_000);
    let kept = it.till.with(&paid, Outcome::Accepted);
    assert_eq!(it.payer_says(kept).await, PaymentState::Paid);
    assert_eq!(it.payable(), 5_000);
    // A deposit that turns up after all pays nothing twice.
    assert_eq!(it.terminal_says(paid).await, PaymentState::Paid);
    assert_eq!(it.payable(), 5_000);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_torn_tap_is_pending_until_the_terminal_claims_it() {
    let mut it = scene().await;
    let torn = it.purse.pay(&it.till, 5_000);
    assert_eq!(it.payer_says(torn.clone()).await, PaymentState::Pending);
    assert_eq!(it.payable(), 0);
    assert_eq!(it.terminal_says(torn).await, PaymentState::Paid);
    assert_eq!(it.payable(), 5_000);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_void_or_decline_the_payer_holds_gives_back_what_was_claimed() {
    for outcome in [VOID, DECLINE] {
        let mut it = scene().await;
        let paid = it.purse.pay(&it.till, 5_000);
        assert_eq!(it.terminal_says(paid.clone()).await, PaymentState::Paid);
        let released = it.till.with(&paid, outcome);
        assert_eq!(it.payer_says(released).await, PaymentState::GivenBack);
        assert_eq!(it.payable(), 0);
        assert_eq!(it.bank.account("customer_reserve"), 200_000);
        assert_eq!(it.terminal_says(paid).await, PaymentState::GivenBack);
        assert_eq!(it.payable(), 0);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_void_that_only_the_payer_shows_gives_back() {
    for outcome in [VOID, DECLINE] {
        let mut it = scene().await;
        let paid = it.purse.pay(&it.till, 5_000);
        let released = it.till.with(&paid, outcome);
        assert_eq!(it.payer_says(released).await, PaymentState::GivenBack);
        assert_eq!(it.payable(), 0);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deposit_with_its_own_void_is_a_notice_and_no_claim() {
    let mut it = scene().await;
    let paid = it.purse.pay(&it.till, 5_000);
    let voided = it.till.with(&paid, VOID);
    assert_eq!(it.terminal_says(voided).await, PaymentState::GivenBack);
    let accepted = it.till.with(&paid, Outcome::Accepted);
    assert_eq!(it.payer_says(accepted).await, PaymentState::GivenBack);
    assert_eq!(it.payable(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_declined_payment_that_breaks_a_rule_is_given_back_not_refused() {
    let mut it = scene().await;
    let over_the_cap = it.purse.pay(&it.till, 150_000);
    let declined = it.till.with(&over_the_cap, Outcome::Declined { code: 17 });
    assert_eq!(it.payer_says(declined).await, PaymentState::GivenBack);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_receipt_that_another_till_signed_counts_as_absent() {
    let mut it = scene().await;
    let other = it.bank.till_of("Irma", 5411, &it.town.clock).await;
    let paid = it.purse.pay(&it.till, 5_000);
    for outcome in [VOID, Outcome::Accepted] {
        let forged = other.with(&paid, outcome);
        assert_eq!(it.payer_says(forged).await, PaymentState::Pending);
    }
    assert_eq!(it.terminal_says(paid).await, PaymentState::Paid);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_counts_only_for_its_own_terminal_and_its_own_payer() {
    let mut it = scene().await;
    let other_till = it.bank.till_of("Irma", 5411, &it.town.clock).await;
    let other_phone = it.bank.customer(Funding::Held, 1_000).await;
    let paid = it.purse.pay(&it.till, 5_000);
    let stolen = it.bank.deposit(&other_till, vec![paid.clone()]).await;
    assert_eq!(stolen, [(id(&paid), PaymentState::Refused)]);
    let kept = it.till.with(&paid, Outcome::Accepted);
    let (synced, _) = it.bank.sync(&other_phone, Plan::evidence(vec![kept])).await;
    assert_eq!(synced.payments, [(id(&paid), PaymentState::Refused)]);
    assert_eq!(it.payable(), 0);
    assert_eq!(it.terminal_says(paid).await, PaymentState::Paid);
}

#[tokio::test(flavor = "multi_thread")]
async fn money_given_back_by_a_void_is_spent_again_and_convicts_nobody() {
    let mut it = scene().await;
    for _ in 0..2 {
        let paid = it.purse.pay(&it.till, 90_000);
        let voided = it.till.with(&paid, VOID);
        assert_eq!(it.payer_says(voided).await, PaymentState::GivenBack);
        it.purse.released += 90_000;
    }
    for _ in 0..2 {
        let paid = it.purse.pay(&it.till, 100_000);
        assert_eq!(it.terminal_says(paid).await, PaymentState::Paid);
    }
    assert_eq!(it.payable(), 200_000);
    assert_eq!(it.bank.account("payer_owes"), 0);
    assert_eq!(it.bank.server.proofs().unwrap(), []);
}
