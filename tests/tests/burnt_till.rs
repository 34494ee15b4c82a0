//! A till burns with everything that it had accepted: the payers' receipts get the merchant paid, and the shop goes on with a
//! new store and a new key.

#![allow(clippy::unwrap_used)]

use skilling_protocol::objects::PaymentState;
use skilling_protocol::reason::Reason;
use skilling_tests::town::{Town, wait};
use skilling_wallet::Stage;

#[test]
fn what_a_burnt_till_had_accepted_is_paid_by_the_payers_receipts() {
    let town = Town::new();
    let bank = town.bank("Nordbanken");
    let shop = town.shop("Netto", &bank);
    let (asta, bo) = (
        town.phone_with("asta", &bank, 100_000),
        town.phone_with("bo", &bank, 100_000),
    );
    assert!(shop.sells(&asta, 12_550).is_paid_now());
    // Bo tapped, and never got the receipt.
    let token = bo.tries_to_pay(&shop.asks(7_000).message).unwrap();
    assert!(shop.till.accept(&token.bytes).unwrap().is_paid_now());
    let merchant = shop.merchant;
    let first_store = shop.till.store_id().unwrap();
    std::fs::remove_dir_all(&shop.home).unwrap();
    drop(shop);

    let of_asta = asta.syncs(&bank);
    assert_eq!(
        of_asta.payments[0].1,
        PaymentState::Paid,
        "her receipt is the shop's own signature"
    );
    assert_eq!(bank.account("merchant_payable"), 12_550);
    let owed = &bank.server.report().unwrap().payable[0];
    assert_eq!(
        (owed.merchant.clone(), owed.amount),
        (merchant.to_string(), 12_550)
    );

    let of_bo = bo.syncs(&bank);
    assert_eq!(of_bo.payments, [(token.payment, PaymentState::Pending)]);
    assert!(bo.wallet.stage(&token.payment).unwrap().is_unanswered());
    let pending = &bank.server.report().unwrap().pending;
    assert_eq!(pending.len(), 1, "the acquirer is told and may claim");
    assert_eq!(pending[0].payment_id, token.payment.to_string());

    // The shop goes on: never with the old store, always with a new key.
    let shop = town.shop("Netto again", &bank);
    assert_ne!(shop.till.store_id().unwrap(), first_store);
    assert!(shop.sells(&asta, 100).is_paid_now());
    let again = shop.till.accept(&token.bytes).unwrap();
    assert_eq!(
        again.reason(),
        Reason::UnknownRequest,
        "it knows nothing of before"
    );

    // Nobody claims Bo's: he has it again after the deadline.
    town.days_pass(45);
    bank.server.run_due().unwrap();
    let _ = bo.syncs(&bank);
    assert_eq!(bo.wallet.stage(&token.payment).unwrap(), Stage::GivenBack);
    assert!(bank.server.report().unwrap().pending.is_empty());
    let deposited = wait(shop.till.deposit(&bank.transport())).unwrap();
    assert_eq!(deposited.still_due, 0);
    assert_eq!(bank.account("customer_reserve"), 0);
}
