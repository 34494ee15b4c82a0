//! A phone goes online: it enrols, gets an allowance, sends its evidence, hears what became of its payments.

#[path = "../bank/mod.rs"]
mod bank;
#[path = "../common/mod.rs"]
mod common;

mod allowances;
mod at_once;
mod calls;
mod enrolment;
mod payments;
mod trust;

use std::fs;
use std::time::Duration;

use bank::{Bank, Fault};
use common::{Phone, Scheme, amount, block_on};
use skilling_platform::clock::Clock as _;
use skilling_protocol::crypto::Signer as _;
use skilling_protocol::message::{Expected as _, SyncCall};
use skilling_protocol::objects::{Allowance, AllowanceState as Stated, Outcome, PaymentState};
use skilling_protocol::reason::Reason;
use skilling_protocol::values::{Currency, MerchantName, ObjectId, Seconds};
use skilling_wallet::software::Answer;
use skilling_wallet::sync::{BankId, Problem, RenewalReason, SyncReport, Want, WhyNot};
use skilling_wallet::{AllowanceState, Stage, WalletError};

const SYNC: &str = "/v1/sync";

fn want(limit: u64) -> Option<Want> {
    Some(Want {
        currency: Currency::DKK,
        limit: amount(limit),
        categories: None,
    })
}

#[allow(clippy::unwrap_used, reason = "a step of the tests below")]
fn sync(phone: &Phone, bank: &Bank, id: BankId, want: Option<Want>) -> SyncReport {
    block_on(phone.wallet().sync(bank, id, want)).unwrap()
}

/// Enrolled, with one allowance of 1000.00.
#[allow(clippy::unwrap_used, reason = "a step of the tests below")]
fn online() -> (Scheme, Bank, Phone, BankId, ObjectId<Allowance>) {
    let scheme = Scheme::new();
    let (bank, phone) = (Bank::of(&scheme), scheme.empty_phone());
    let id = block_on(phone.wallet().enrol(&bank, "A1B2")).unwrap();
    let report = sync(&phone, &bank, id, want(100_000));
    assert_eq!(report.failed, None);
    (scheme, bank, phone, id, report.granted[0])
}

#[allow(clippy::unwrap_used, reason = "a step of the tests below")]
fn key_files(phone: &Phone) -> usize {
    fs::read_dir(phone.folder.path().join("keys"))
        .unwrap()
        .count()
}
