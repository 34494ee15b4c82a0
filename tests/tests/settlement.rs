//! The table of sync.md, row by row, through real phones, tills and a real server: who is paid, who has it back, when it is
//! decided for good. Whenever anyone looks, the books sum to zero.

#![allow(clippy::unwrap_used)]

use skilling_issuer::Funding;
use skilling_protocol::objects::{Payment, PaymentState};
use skilling_protocol::values::ObjectId;
use skilling_terminal::{DepositReport, Outcome};
use skilling_tests::kit;
use skilling_tests::town::{Bank, Phone, Shop, Town, wait};
use skilling_wallet::Stage;

const AMOUNT: u64 = 12_550;
const LIMIT: u64 = 100_000;
const ACCOUNT: i64 = 500_000;

struct Scene {
    town: Town,
    bank: Bank,
    shop: Shop,
    phone: Phone,
}

/// A sale as far as the till.
struct Sale {
    id: ObjectId<Payment>,
    outcome: Outcome,
}

impl Scene {
    fn new() -> Self {
        let town = Town::new();
        let bank = town.bank("Nordbanken");
        let shop = town.shop("Netto", &bank);
        let phone = town.phone_with("asta", &bank, LIMIT);
        let scene = Self {
            town,
            bank,
            shop,
            phone,
        };
        scene.has(0, LIMIT);
        scene
    }

    /// Till and phone agree, or the receipt never reaches the phone.
    fn sells(&self, receipt_arrives: bool) -> Sale {
        let request = self.shop.asks(AMOUNT);
        let token = self.phone.tries_to_pay(&request.message).unwrap();
        let outcome = self.shop.till.accept(&token.bytes).unwrap();
        if receipt_arrives {
            self.phone
                .wallet
                .take_receipt(outcome.receipt().unwrap())
                .unwrap();
        }
        Sale {
            id: token.payment,
            outcome,
        }
    }

    /// The phone gives a token that no till ever takes.
    fn loses_a_token(&self) -> ObjectId<Payment> {
        let request = self.shop.asks(AMOUNT);
        self.phone.tries_to_pay(&request.message).unwrap().payment
    }

    fn voids(&self, sale: &Sale, receipt_arrives: bool) {
        let voided = self.shop.till.void(&sale.id).unwrap();
        if receipt_arrives {
            self.phone.wallet.take_receipt(&voided.receipt).unwrap();
        }
    }

    fn deposits(&self) -> DepositReport {
        let report = wait(self.shop.till.deposit(&self.bank.transport())).unwrap();
        assert_eq!(report.failed, None);
        report
    }

    /// What the bank says of this payment when the phone asks.
    fn syncs(&self, payment: &ObjectId<Payment>) -> Option<PaymentState> {
        let report = self.phone.syncs(&self.bank);
        assert_eq!(report.failed, None);
        let said = report.payments.iter().rev().find(|it| it.0 == *payment);
        said.map(|it| it.1)
    }

    /// The merchant has so much, and so much is kept for the allowance; the payer has the rest.
    fn has(&self, payable: u64, reserve: u64) {
        assert_eq!(
            self.bank.account("merchant_payable").unsigned_abs(),
            payable,
            "payable"
        );
        assert_eq!(
            self.bank.account("customer_reserve").unsigned_abs(),
            reserve,
            "reserve"
        );
        assert_eq!(self.bank.account("payer_owes"), 0);
        let left = ACCOUNT.unsigned_abs() - payable - reserve;
        assert_eq!(
            self.bank.account("customer_account").unsigned_abs(),
            left,
            "account"
        );
    }

    /// Everything is decided.
    fn deadline_passes(&self) {
        self.town.days_pass(45);
        self.bank.server.run_due().unwrap();
    }
}

#[test]
fn a_deposit_is_paid_whether_the_payer_says_nothing_has_only_the_token_or_the_receipt() {
    for (receipt_arrives, syncs_first) in
        [(false, false), (false, true), (true, false), (true, true)]
    {
        let scene = Scene::new();
        let sale = scene.sells(receipt_arrives);
        if syncs_first {
            let said = scene.syncs(&sale.id);
            let expected = if receipt_arrives {
                PaymentState::Paid
            } else {
                PaymentState::Pending
            };
            assert_eq!(said, Some(expected));
        }
        assert_eq!(scene.deposits().paid, 1);
        scene.has(AMOUNT, LIMIT - AMOUNT);
        let _ = scene.syncs(&sale.id);
        assert_eq!(scene.phone.wallet.stage(&sale.id).unwrap(), Stage::Settled);
        assert_eq!(scene.deposits(), DepositReport::default(), "and once");
        scene.deadline_passes();
        scene.has(AMOUNT, 0);
    }
}

#[test]
fn what_the_till_voided_is_given_back_though_it_was_paid_by_whoever_says_so_first() {
    for payer_says_it in [true, false] {
        let scene = Scene::new();
        let sale = scene.sells(true);
        assert_eq!(scene.deposits().paid, 1);
        scene.has(AMOUNT, LIMIT - AMOUNT);
        scene.voids(&sale, payer_says_it);
        if payer_says_it {
            // The merchant keeps quiet: its own signature is enough.
            assert_eq!(scene.syncs(&sale.id), Some(PaymentState::GivenBack));
        } else {
            assert_eq!(scene.deposits().given_back, 1);
            let _ = scene.syncs(&sale.id);
            assert_eq!(
                scene.phone.wallet.stage(&sale.id).unwrap(),
                Stage::GivenBack
            );
        }
        scene.has(0, LIMIT);
        scene.deadline_passes();
        scene.has(0, 0);
    }
}

#[test]
fn a_void_after_the_phone_was_told_paid_is_still_taken_and_gives_the_amount_back_once() {
    let scene = Scene::new();
    let sale = scene.sells(true);
    assert_eq!(scene.deposits().paid, 1);
    assert_eq!(scene.syncs(&sale.id), Some(PaymentState::Paid));
    assert_eq!(scene.phone.wallet.stage(&sale.id).unwrap(), Stage::Settled);
    for _ in 0..2 {
        scene.voids(&sale, true);
        assert_eq!(scene.phone.wallet.stage(&sale.id).unwrap(), Stage::Voided);
        assert_eq!(scene.phone.allowance().remaining, kit::amount(LIMIT));
    }
    assert_eq!(scene.syncs(&sale.id), Some(PaymentState::GivenBack));
    assert_eq!(scene.phone.allowance().remaining, kit::amount(LIMIT));
    scene.has(0, LIMIT);
}

#[test]
fn a_void_that_is_deposited_with_its_payment_is_a_notice_and_no_claim() {
    let scene = Scene::new();
    let sale = scene.sells(true);
    scene.voids(&sale, true);
    let deposited = scene.deposits();
    assert_eq!((deposited.paid, deposited.given_back), (0, 1));
    scene.has(0, LIMIT);
    assert_eq!(scene.phone.allowance().remaining, kit::amount(LIMIT));
    let _ = scene.syncs(&sale.id);
    scene.deadline_passes();
    scene.has(0, 0);
}

#[test]
fn a_void_that_nobody_could_prove_is_settled_by_the_tills_own_deposit() {
    let scene = Scene::new();
    let sale = scene.sells(false);
    // The till takes it back and gives no receipt; the payer knows nothing.
    scene.voids(&sale, false);
    assert_eq!(scene.syncs(&sale.id), Some(PaymentState::Pending));
    assert_eq!(scene.deposits().given_back, 1);
    let _ = scene.syncs(&sale.id);
    assert_eq!(
        scene.phone.wallet.stage(&sale.id).unwrap(),
        Stage::GivenBack
    );
    scene.has(0, LIMIT);
}

#[test]
fn a_receipt_alone_pays_the_merchant() {
    let scene = Scene::new();
    let sale = scene.sells(true);
    assert!(sale.outcome.is_paid_now());
    assert_eq!(scene.syncs(&sale.id), Some(PaymentState::Paid));
    scene.has(AMOUNT, LIMIT - AMOUNT);
    assert_eq!(scene.deposits().paid, 1);
    scene.has(AMOUNT, LIMIT - AMOUNT);
}

#[test]
fn a_token_alone_is_pending_until_it_is_claimed_or_the_deadline_passes() {
    let scene = Scene::new();
    let lost = scene.loses_a_token();
    assert_eq!(scene.syncs(&lost), Some(PaymentState::Pending));
    scene.has(0, LIMIT);
    let report = scene.bank.server.report().unwrap();
    assert_eq!(
        report.pending[0].payment_id,
        lost.to_string(),
        "the acquirer is told"
    );
    scene.deadline_passes();
    scene.has(0, 0);
    let _ = scene.syncs(&lost);
    assert_eq!(scene.phone.wallet.stage(&lost).unwrap(), Stage::GivenBack);
}

#[test]
fn a_decline_gives_the_amount_back_whoever_brings_it() {
    let scene = Scene::new();
    let request = scene.shop.asks(AMOUNT);
    scene.shop.till.cancel(&request.id).unwrap();
    let token = scene.phone.tries_to_pay(&request.message).unwrap();
    let declined = scene.shop.till.accept(&token.bytes).unwrap();
    assert!(matches!(declined, Outcome::Declined(_)));
    scene
        .phone
        .wallet
        .take_receipt(declined.receipt().unwrap())
        .unwrap();
    assert_eq!(
        scene.phone.wallet.stage(&token.payment).unwrap(),
        Stage::Declined
    );
    let said = scene.syncs(&token.payment);
    assert!(
        said.is_none_or(|it| it == PaymentState::GivenBack),
        "{said:?}"
    );
    assert_eq!(scene.deposits().given_back, 1);
    scene.has(0, LIMIT);
    scene.deadline_passes();
    scene.has(0, 0);
}

#[test]
fn a_late_deposit_is_paid_if_the_account_covers_it_and_a_late_void_changes_nothing() {
    let scene = Scene::new();
    let (kept, voided) = (scene.sells(false), scene.sells(true));
    assert_eq!(scene.syncs(&voided.id), Some(PaymentState::Paid));
    scene.deadline_passes();
    scene.has(AMOUNT, 0);
    scene.voids(&voided, true);
    let late = scene.deposits();
    assert_eq!((late.paid, late.given_back), (2, 0), "{late:?}");
    scene.has(2 * AMOUNT, 0);
    let _ = scene.syncs(&kept.id);
    assert_eq!(scene.phone.wallet.stage(&kept.id).unwrap(), Stage::Settled);
}

#[test]
fn a_disputed_payment_waits_for_the_bank_past_the_deadline() {
    let scene = Scene::new();
    let sale = scene.sells(true);
    assert_eq!(scene.deposits().paid, 1);
    scene.bank.server.dispute(sale.id).unwrap();
    assert_eq!(
        scene.bank.account("merchant_payable"),
        0,
        "taken back until it ends"
    );
    scene.deadline_passes();
    scene.bank.server.end_dispute(sale.id, true).unwrap();
    scene.bank.server.run_due().unwrap();
    scene.has(AMOUNT, 0);
}

#[test]
fn a_closed_allowance_frees_what_was_not_spent_at_once() {
    let scene = Scene::new();
    let sale = scene.sells(true);
    assert_eq!(scene.deposits().paid, 1);
    let lost = scene.loses_a_token();
    wait(scene.phone.wallet.close(&scene.phone.allowance().id)).unwrap();
    let _ = scene.syncs(&sale.id);
    // Of what was spent, one payment is paid and one may still be claimed.
    scene.has(AMOUNT, AMOUNT);
    assert!(
        scene
            .phone
            .tries_to_pay(&scene.shop.asks(100).message)
            .is_err(),
        "it signs no more"
    );
    scene.deadline_passes();
    scene.has(AMOUNT, 0);
    let _ = scene.syncs(&lost);
    assert_eq!(scene.phone.wallet.stage(&lost).unwrap(), Stage::GivenBack);
}

#[test]
fn what_the_bank_risked_comes_from_its_line_and_goes_back_to_it() {
    let town = Town::new();
    let bank = town.bank("Nordbanken");
    let shop = town.shop("Netto", &bank);
    let phone = town.phone("asta");
    let _ = phone.enrols_at(&bank, Funding::Risk, 300_000);
    let _ = phone.is_granted(&bank, LIMIT);
    assert_eq!(bank.account("bank_risk").unsigned_abs(), LIMIT);
    assert!(shop.sells(&phone, AMOUNT).is_paid_now());
    assert_eq!(wait(shop.till.deposit(&bank.transport())).unwrap().paid, 1);
    town.days_pass(45);
    bank.server.run_due().unwrap();
    assert_eq!(bank.account("merchant_payable").unsigned_abs(), AMOUNT);
    assert_eq!(
        bank.account("bank_risk").unsigned_abs(),
        AMOUNT,
        "what is out stays out"
    );
    assert_eq!(bank.account("customer_reserve"), 0);
}

#[test]
fn a_token_deposited_by_a_till_that_did_not_ask_for_it_counts_for_nothing() {
    let town = Town::new();
    let bank = town.bank("Nordbanken");
    let (netto, thief) = (town.shop("Netto", &bank), town.shop("Thief", &bank));
    let phone = town.phone_with("asta", &bank, LIMIT);
    let token = phone.pays(&netto.asks(AMOUNT).message);
    let refused = thief.till.accept(&token).unwrap();
    assert_eq!(refused.receipt(), None);
    let deposited = wait(thief.till.deposit(&bank.transport())).unwrap();
    assert_eq!(deposited, DepositReport::default());
    assert_eq!(bank.account("merchant_payable"), 0);
    assert!(netto.till.accept(&token).unwrap().is_paid_now());
    assert_eq!(wait(netto.till.deposit(&bank.transport())).unwrap().paid, 1);
}
