//! A phone goes online: it enrols, gets an allowance, sends its evidence, hears what became of its payments.

mod bank;
mod common;

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

#[test]
fn a_newcomer_enrols_gets_an_allowance_and_pays() {
    let (scheme, bank, phone, _, _) = online();
    let till = scheme.till(1);
    assert_eq!(
        phone.wallet().banks().unwrap()[0].name.as_deref(),
        Some("Bank")
    );
    assert_eq!(phone.wallet().bundle_version().unwrap(), 1);
    phone.pays(&till.asks(1_000)).unwrap();
    assert_eq!(bank.grants(), 1);
}

#[test]
fn a_wrong_code_is_said_in_words_and_leaves_nothing() {
    let scheme = Scheme::new();
    let (bank, phone) = (Bank::of(&scheme), scheme.empty_phone());
    let error = block_on(phone.wallet().enrol(&bank, "wrong")).unwrap_err();
    let WalletError::Online(failed) = error else {
        panic!("{error}");
    };
    assert_eq!(failed.problem.reason(), Some(Reason::Customer));
    assert_eq!(failed.again_after, None);
    assert_eq!(key_files(&phone), 0);
    block_on(phone.wallet().enrol(&bank, "A1B2")).unwrap();
    assert_eq!(key_files(&phone), 1);
}

#[test]
fn an_enrolment_whose_answer_is_lost_is_repeated_byte_for_byte_after_a_restart() {
    let scheme = Scheme::new();
    let (bank, mut phone) = (Bank::of(&scheme), scheme.empty_phone());
    bank.next("/v1/enrol", Fault::LosesAnswer);
    assert!(block_on(phone.wallet().enrol(&bank, "A1B2")).is_err());
    assert!(phone.wallet().banks().unwrap().is_empty());
    phone.reopen();
    block_on(phone.wallet().enrol(&bank, "A1B2")).unwrap();
    let calls = bank.calls("/v1/enrol");
    assert_eq!(calls.len(), 2);
    assert_eq!(calls[0], calls[1]);
}

#[test]
fn only_an_issuer_of_the_bundle_may_answer_an_enrolment() {
    let scheme = Scheme::new();
    let (bank, phone) = (Bank::of(&scheme), scheme.empty_phone());
    bank.next("/v1/enrol", Fault::SignsWith(Box::new(common::key(77))));
    assert!(block_on(phone.wallet().enrol(&bank, "A1B2")).is_err());
    assert!(phone.wallet().banks().unwrap().is_empty());
    assert!(block_on(phone.wallet().enrol(&bank, "A1B2")).is_ok());
}

#[test]
fn a_lost_answer_brings_the_same_bytes_again_and_one_grant() {
    let (_, bank, phone, id, _) = online();
    bank.next(SYNC, Fault::LosesAnswer);
    let report = sync(&phone, &bank, id, want(50_000));
    assert!(matches!(
        report.failed.unwrap().problem,
        Problem::NoAnswer(_)
    ));
    assert!(report.granted.is_empty());
    assert!(phone.wallet().banks().unwrap()[0].is_call_open);

    let report = sync(&phone, &bank, id, want(50_000));
    assert_eq!(report.granted.len(), 1);
    assert_eq!(bank.grants(), 2);
    let calls = bank.calls(SYNC);
    assert_eq!(calls[1], calls[2]);
    assert_eq!(calls.len(), 3);
    assert_eq!(phone.wallet().allowances().unwrap().len(), 2);
}

#[test]
fn killed_between_sending_and_hearing_the_same_bytes_go_out_after_the_restart() {
    let (scheme, bank, mut phone, id, _) = online();
    let till = scheme.till(1);
    let paid = phone.pays(&till.asks(1_000)).unwrap();
    phone
        .wallet()
        .take_receipt(&till.receipt(paid.payment, Outcome::Accepted))
        .unwrap();
    bank.next(SYNC, Fault::LosesAnswer);
    sync(&phone, &bank, id, want(50_000));
    assert_eq!(
        phone.wallet().stage(&paid.payment).unwrap(),
        Stage::Accepted
    );
    phone.reopen();

    let report = sync(&phone, &bank, id, None);
    assert_eq!(report.payments, [(paid.payment, PaymentState::Paid)]);
    assert_eq!(report.granted.len(), 1);
    let calls = bank.calls(SYNC);
    assert_eq!(calls[1], calls[2]);
    assert_eq!(phone.wallet().stage(&paid.payment).unwrap(), Stage::Settled);
    assert_eq!(bank.grants(), 2);
    phone.reopen();
    assert_eq!(phone.wallet().stage(&paid.payment).unwrap(), Stage::Settled);
}

#[test]
fn an_expired_nonce_is_fetched_anew_and_the_grant_gets_a_key_attested_under_it() {
    let (_, bank, phone, id, _) = online();
    bank.forgets_nonces();
    let report = sync(&phone, &bank, id, want(50_000));
    assert_eq!(report.failed, None);
    assert_eq!(report.granted.len(), 1);
    let calls: Vec<SyncCall> = bank.calls(SYNC)[1..]
        .iter()
        .map(|body| SyncCall::decode(body).unwrap())
        .collect();
    let (refused, taken) = (calls[0].sync.unverified(), calls[1].sync.unverified());
    assert_ne!(refused.nonce, taken.nonce);
    assert_ne!(refused.idempotency_id, taken.idempotency_id);
    let key = |sync: &skilling_protocol::objects::Sync| sync.wanted.as_ref().unwrap().pay_key;
    assert_ne!(key(refused), key(taken));
    // Link key and two pay keys: the one of the refused call is deleted.
    assert_eq!(key_files(&phone), 3);
}

#[test]
fn a_nonce_is_kept_for_ten_minutes_and_not_longer() {
    let (scheme, bank, phone, id, _) = online();
    let fetched = bank.calls("/v1/nonce").len();
    sync(&phone, &bank, id, None);
    assert_eq!(bank.calls("/v1/nonce").len(), fetched);
    scheme.clock.advance(Seconds(601));
    let sent = bank.calls(SYNC).len();
    assert_eq!(sync(&phone, &bank, id, None).failed, None);
    assert_eq!(bank.calls("/v1/nonce").len(), fetched + 1);
    // Known to be over without asking.
    assert_eq!(bank.calls(SYNC).len(), sent + 1);
}

#[test]
fn a_busy_bank_says_how_long_to_wait_and_the_same_bytes_follow() {
    let (_, bank, phone, id, _) = online();
    bank.next(SYNC, Fault::Says(503, 55, Some(120)));
    let failed = sync(&phone, &bank, id, None).failed.unwrap();
    assert_eq!(failed.problem.reason(), Some(Reason::ServerBusy));
    let wait = failed.again_after.unwrap();
    assert!(wait >= Duration::from_secs(120) && wait <= Duration::from_secs(240));
    assert!(failed.to_string().contains("try again in"));
    assert_eq!(sync(&phone, &bank, id, None).failed, None);
    let calls = bank.calls(SYNC);
    assert_eq!(calls[1], calls[2]);
}

#[test]
fn a_loop_waits_as_told_until_the_bank_answers() {
    let (_, bank, phone, id, _) = online();
    for fault in [
        Fault::LosesRequest,
        Fault::Says(429, 55, Some(30)),
        Fault::LosesAnswer,
    ] {
        bank.next(SYNC, fault);
    }
    let mut waits = Vec::new();
    let report = block_on(
        phone
            .wallet()
            .sync_until_answered(&bank, id, want(9_000), |wait| {
                waits.push(wait);
                async { true }
            }),
    )
    .unwrap();
    assert_eq!(report.failed, None);
    assert_eq!(report.granted.len(), 1);
    assert_eq!(waits.len(), 3);
    assert!(waits[1] >= Duration::from_secs(30));
    assert!(waits[2] >= Duration::from_secs(4));
    assert_eq!(bank.grants(), 2);
}

#[test]
fn an_idempotency_id_that_was_used_is_replaced() {
    let (_, bank, phone, id, _) = online();
    bank.next(SYNC, Fault::Says(409, 51, None));
    let report = sync(&phone, &bank, id, want(5_000));
    assert_eq!((report.failed, report.granted.len()), (None, 1));
    let calls = bank.calls(SYNC);
    assert_ne!(calls[1], calls[2]);
}

#[test]
fn a_bank_that_does_not_know_the_phone_ends_the_run_with_what_to_do() {
    let (_, bank, phone, id, _) = online();
    bank.forgets_links();
    let failed = sync(&phone, &bank, id, None).failed.unwrap();
    assert_eq!(failed.problem.reason(), Some(Reason::UnknownLinkKey));
    assert_eq!(failed.again_after, None);
    assert_eq!(failed.action(), Reason::UnknownLinkKey.action());
    assert_eq!(
        phone.wallet().allowances().unwrap()[0].state,
        AllowanceState::Open
    );
}

#[test]
fn a_refused_grant_is_said_in_words_and_its_key_is_deleted() {
    let (_, bank, phone, id, _) = online();
    let before = key_files(&phone);
    for code in 60..=64 {
        bank.refuses(code);
        let report = sync(&phone, &bank, id, want(5_000));
        assert!(report.granted.is_empty());
        let refused = &report.not_granted[0];
        assert_eq!(refused.why, WhyNot::Bank { code });
        assert_eq!(
            refused.why.words(),
            Reason::from_code(code).unwrap().payer()
        );
        assert_eq!(key_files(&phone), before);
    }
    bank.refuses(0);
    assert_eq!(sync(&phone, &bank, id, want(5_000)).granted.len(), 1);
}

#[test]
fn a_grant_that_is_not_what_was_asked_for_is_not_taken_and_the_bank_is_told() {
    let (_, bank, phone, id, first) = online();
    bank.changes_grants(|allowance| allowance.limit = amount(5_001));
    let report = sync(&phone, &bank, id, want(5_000));
    assert_eq!(report.not_granted[0].why, WhyNot::Unsuitable);
    let held: Vec<_> = phone.wallet().allowances().unwrap();
    assert_eq!((held.len(), held[0].id), (1, first));
    let told = bank.calls(SYNC).pop().unwrap();
    let told = SyncCall::decode(&told).unwrap();
    let lost = told.sync.unverified().statements.iter();
    assert_eq!(lost.filter(|it| it.state == Stated::Lost).count(), 1);
}

#[test]
fn an_answer_that_the_bank_did_not_sign_changes_nothing() {
    let (scheme, bank, phone, id, _) = online();
    let till = scheme.till(1);
    let paid = phone.pays(&till.asks(1_000)).unwrap();
    bank.decides(paid.payment, PaymentState::Paid);
    bank.next(SYNC, Fault::SignsWith(Box::new(scheme.acquirer.clone())));
    let report = sync(&phone, &bank, id, want(5_000));
    assert_eq!(report.failed.unwrap().problem, Problem::BadAnswer);
    assert_eq!((report.calls, report.granted.len()), (0, 0));
    assert_eq!(
        phone.wallet().stage(&paid.payment).unwrap(),
        Stage::Committed
    );
}

#[test]
fn what_the_bank_says_settles_payments() {
    let (scheme, bank, phone, id, _) = online();
    let till = scheme.till(1);
    let pay = |minor| phone.pays(&till.asks(minor)).unwrap().payment;
    let (paid, torn, burnt, disputed) = (pay(1_000), pay(2_000), pay(3_000), pay(4_000));
    phone
        .wallet()
        .take_receipt(&till.receipt(paid, Outcome::Accepted))
        .unwrap();
    let report = sync(&phone, &bank, id, None);
    assert_eq!(report.calls, 1);
    assert_eq!(report.payments.len(), 4);
    let stage = |payment| phone.wallet().stage(&payment).unwrap();
    assert_eq!(stage(paid), Stage::Settled);
    assert_eq!(bank.knows(torn), Some(PaymentState::Pending));
    assert!(stage(torn).is_unanswered());
    let left = phone.wallet().allowances().unwrap()[0].remaining;
    assert_eq!(left, amount(90_000));

    // A deposit, a deadline, a complaint: told at the next sync, without the evidence being sent again.
    bank.decides(burnt, PaymentState::Paid);
    bank.decides(torn, PaymentState::GivenBack);
    bank.decides(disputed, PaymentState::Disputed);
    let report = sync(&phone, &bank, id, None);
    assert_eq!(report.payments.len(), 3);
    let call = SyncCall::decode(&bank.calls(SYNC).pop().unwrap()).unwrap();
    assert!(call.evidence.is_empty());
    assert_eq!(stage(burnt), Stage::Settled);
    assert_eq!(stage(torn), Stage::GivenBack);
    assert!(stage(disputed).is_unanswered());
    // What was given back may be spent again; once.
    let left = || phone.wallet().allowances().unwrap()[0].remaining;
    assert_eq!(left(), amount(92_000));
    bank.decides(torn, PaymentState::GivenBack);
    sync(&phone, &bank, id, None);
    assert_eq!(left(), amount(92_000));
    phone
        .wallet()
        .take_receipt(&till.receipt(torn, Outcome::Voided))
        .ok();
    assert_eq!(left(), amount(92_000));
}

#[test]
fn a_receipt_that_comes_after_the_evidence_is_sent_with_the_next() {
    let (scheme, bank, phone, id, _) = online();
    let till = scheme.till(1);
    let paid = phone.pays(&till.asks(1_000)).unwrap().payment;
    sync(&phone, &bank, id, None);
    assert_eq!(bank.knows(paid), Some(PaymentState::Pending));
    phone
        .wallet()
        .take_receipt(&till.receipt(paid, Outcome::Voided))
        .unwrap();
    let report = sync(&phone, &bank, id, None);
    assert_eq!(report.payments, [(paid, PaymentState::GivenBack)]);
    assert_eq!(phone.wallet().stage(&paid).unwrap(), Stage::Voided);
    assert_eq!(
        phone.wallet().allowances().unwrap()[0].remaining,
        amount(100_000)
    );

    // A receipt that comes while the call is under way is not taken for sent.
    let paid = phone.pays(&till.asks(1_000)).unwrap().payment;
    bank.next(SYNC, Fault::LosesAnswer);
    sync(&phone, &bank, id, None);
    phone
        .wallet()
        .take_receipt(&till.receipt(paid, Outcome::Accepted))
        .unwrap();
    sync(&phone, &bank, id, None);
    sync(&phone, &bank, id, None);
    assert_eq!(bank.knows(paid), Some(PaymentState::Paid));
    assert_eq!(phone.wallet().stage(&paid).unwrap(), Stage::Settled);
}

#[test]
fn more_evidence_than_the_bank_takes_at_once_goes_in_several_calls_with_the_wish_in_the_last() {
    let (scheme, bank, phone, id, _) = online();
    let till = scheme.till(1);
    for _ in 0..12 {
        phone.pays(&till.asks(1_000)).unwrap();
    }
    bank.takes_at_most(6_000);
    let before = bank.calls(SYNC).len();
    let report = sync(&phone, &bank, id, want(5_000));
    assert_eq!(report.failed, None);
    assert_eq!(report.payments.len(), 12);
    assert_eq!(report.granted.len(), 1);
    assert!(report.calls >= 2, "{}", report.calls);
    let calls = bank.calls(SYNC);
    let taken: Vec<_> = calls[before..]
        .iter()
        .filter(|it| it.len() <= 6_000)
        .collect();
    let wants: Vec<bool> = taken
        .iter()
        .map(|body| {
            SyncCall::decode(body)
                .unwrap()
                .sync
                .unverified()
                .wanted
                .is_some()
        })
        .collect();
    assert_eq!(wants.iter().filter(|it| **it).count(), 1);
    assert_eq!(wants.last(), Some(&true));
}

#[test]
fn a_closed_allowance_is_stated_closed_and_pays_nothing() {
    let (scheme, bank, mut phone, id, allowance) = online();
    let till = scheme.till(1);
    phone.pays(&till.asks(1_000)).unwrap();
    let before = key_files(&phone);
    block_on(phone.wallet().close(&allowance)).unwrap();
    assert_eq!(key_files(&phone), before - 1);
    assert!(phone.pays(&till.asks(1_000)).is_err());
    phone.reopen();
    assert!(phone.pays(&till.asks(1_000)).is_err());
    assert_eq!(sync(&phone, &bank, id, None).failed, None);
    assert_eq!(bank.state(allowance), Stated::Closed);
    assert_eq!(bank.spent(allowance), amount(1_000));
    assert!(phone.wallet().allowances().unwrap().is_empty());
    assert!(matches!(
        block_on(phone.wallet().close(&allowance)),
        Err(WalletError::NoSuchAllowance)
    ));
}

#[test]
fn an_allowance_that_ends_soon_is_renewed_before_it_is_closed() {
    let (scheme, bank, phone, id, first) = online();
    assert!(phone.wallet().renewal_due().unwrap().is_empty());
    scheme.clock.advance(Seconds::days(16));
    assert!(phone.wallet().renewal_due().unwrap().is_empty());
    scheme.clock.advance(Seconds(1));
    let due = phone.wallet().renewal_due().unwrap();
    assert_eq!(
        (due[0].allowance, due[0].why),
        (first, RenewalReason::Ending)
    );
    assert_eq!(due[0].bank, Some(id));

    // A bank that says no takes nothing away.
    bank.refuses(60);
    let report = block_on(phone.wallet().renew(&bank, id)).unwrap();
    assert_eq!(report.not_granted.len(), 1);
    assert_eq!(
        phone.wallet().allowances().unwrap()[0].state,
        AllowanceState::Open
    );
    bank.refuses(0);
    let report = block_on(phone.wallet().renew(&bank, id)).unwrap();
    assert_eq!(report.granted.len(), 1);
    assert_eq!(bank.state(first), Stated::Closed);
    let held = phone.wallet().allowances().unwrap();
    assert_eq!((held.len(), held[0].id), (1, report.granted[0]));
    assert!(phone.wallet().renewal_due().unwrap().is_empty());
}

#[test]
fn a_spent_allowance_is_closed_and_followed_in_one_call() {
    let (scheme, bank, phone, id, first) = online();
    let till = scheme.till(1);
    phone.pays(&till.asks(50_000)).unwrap();
    phone.pays(&till.asks(40_000)).unwrap();
    assert!(phone.wallet().renewal_due().unwrap().is_empty());
    phone.pays(&till.asks(1)).unwrap();
    assert_eq!(
        phone.wallet().renewal_due().unwrap()[0].why,
        RenewalReason::Spent
    );
    let before = bank.calls(SYNC).len();
    let report = block_on(phone.wallet().renew(&bank, id)).unwrap();
    assert_eq!(bank.calls(SYNC).len(), before + 1);
    assert_eq!(report.granted.len(), 1);
    assert_eq!(bank.state(first), Stated::Closed);
}

#[test]
fn a_restored_phone_states_everything_lost_and_gets_a_new_allowance_under_a_new_key() {
    let (scheme, bank, mut phone, id, first) = online();
    let till = scheme.till(1);
    phone.pays(&till.asks(1_000)).unwrap();
    let folder = phone.config.folder.clone();
    let backup = phone.folder.path().join("backup");
    let copy = |from: &std::path::Path, to: &std::path::Path| {
        let _ = fs::remove_dir_all(to);
        fs::create_dir_all(to).unwrap();
        for entry in fs::read_dir(from).unwrap() {
            let entry = entry.unwrap();
            fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
        }
    };
    // The backup holds a call that is open; it is answered, and its grant spent, before the backup comes back.
    bank.next(SYNC, Fault::LosesRequest);
    sync(&phone, &bank, id, want(7_000));
    phone.close();
    copy(&folder, &backup);
    phone.reopen();
    let second = sync(&phone, &bank, id, None).granted[0];
    phone.pays(&till.asks(2_000)).unwrap();
    phone.close();
    copy(&backup, &folder);
    phone.reopen();
    assert!(matches!(
        phone.pays(&till.asks(3_000)),
        Err(WalletError::RolledBack)
    ));

    let report = sync(&phone, &bank, id, None);
    assert_eq!(report.failed, None);
    assert_eq!(report.granted.len(), 1);
    assert_eq!(bank.state(first), Stated::Lost);
    assert_eq!(bank.state(second), Stated::Lost);
    assert_eq!(bank.grants(), 3);
    let held = phone.wallet().allowances().unwrap();
    assert_eq!((held.len(), held[0].id), (1, report.granted[0]));
    assert_eq!(held[0].limit, amount(100_000));
    phone.pays(&till.asks(3_000)).unwrap();
    assert_eq!(sync(&phone, &bank, id, None).failed, None);
    assert_eq!(bank.grants(), 3);
}

#[test]
fn a_restored_phone_whose_bank_says_no_is_told_and_not_asked_for_ever() {
    let (scheme, bank, mut phone, id, first) = online();
    phone.close();
    fs::remove_file(phone.folder.path().join("guard")).unwrap();
    phone.reopen();
    bank.refuses(63);
    let report = sync(&phone, &bank, id, None);
    assert_eq!(report.not_granted[0].why, WhyNot::Bank { code: 63 });
    assert_eq!(bank.state(first), Stated::Lost);
    let before = bank.calls(SYNC).len();
    let report = sync(&phone, &bank, id, None);
    assert_eq!((report.failed, report.not_granted.len()), (None, 0));
    assert_eq!(bank.calls(SYNC).len(), before + 1);
    let refused = phone.pays(&scheme.till(1).asks(1_000)).unwrap_err();
    assert_eq!(refused.reason(), Reason::NoAllowance);
}

#[test]
fn an_allowance_past_its_deadline_is_put_away() {
    let (scheme, bank, phone, id, _) = online();
    scheme.clock.advance(Seconds::days(45));
    assert_eq!(sync(&phone, &bank, id, None).failed, None);
    assert!(phone.wallet().allowances().unwrap().is_empty());
    assert_eq!(key_files(&phone), 1);
}

#[test]
fn a_refresh_takes_what_is_newer_and_never_goes_back() {
    let (scheme, bank, phone, _, _) = online();
    let refresh = || block_on(phone.wallet().refresh(&bank)).unwrap();
    assert_eq!(refresh(), Default::default());
    bank.publishes(
        "/v1/trust",
        scheme.bundle_message(scheme.bundle(3)),
        "\"3\"",
    );
    bank.publishes(
        "/v1/outage/208",
        scheme.outage_message(1, Seconds::days(7)),
        "\"o1\"",
    );
    let refreshed = refresh();
    assert!(refreshed.is_bundle_new);
    assert_eq!(refreshed.outages, [Currency::DKK]);
    bank.publishes(
        "/v1/trust",
        scheme.bundle_message(scheme.bundle(2)),
        "\"2\"",
    );
    assert_eq!(refresh(), Default::default());
    assert_eq!(phone.wallet().bundle_version().unwrap(), 3);
    // Signed by nobody this wallet trusts.
    let mut forged = Scheme::new();
    forged.root = common::key(66);
    bank.publishes(
        "/v1/trust",
        forged.bundle_message(forged.bundle(9)),
        "\"9\"",
    );
    assert_eq!(refresh().failed.unwrap().problem, Problem::BadAnswer);
    assert_eq!(phone.wallet().bundle_version().unwrap(), 3);
}

#[test]
fn a_sync_raises_the_high_water_mark_of_the_clock() {
    let (scheme, bank, phone, id, _) = online();
    let till = scheme.till(1);
    let now = scheme.clock.now();
    scheme.clock.advance(Seconds::days(2));
    sync(&phone, &bank, id, None);
    scheme.clock.set(now);
    let refused = phone.wallet().review(&till.asks(1_000)).unwrap_err();
    assert_eq!(refused.reason(), Reason::HighWaterMark);
}

#[test]
fn two_threads_that_sync_at_once_ask_for_one_allowance_each_at_most_and_lose_nothing() {
    let (scheme, bank, phone, id, _) = online();
    let till = scheme.till(1);
    let paid: Vec<_> = (0..10)
        .map(|_| phone.pays(&till.asks(100)).unwrap().payment)
        .collect();
    let reports: Vec<SyncReport> = std::thread::scope(|scope| {
        let run = || sync(&phone, &bank, id, want(5_000));
        let threads = [scope.spawn(run), scope.spawn(run), scope.spawn(run)];
        threads.map(|thread| thread.join().unwrap()).into()
    });
    assert!(reports.iter().all(|report| report.failed.is_none()));
    let granted: usize = reports.iter().map(|report| report.granted.len()).sum();
    assert_eq!(u32::try_from(granted + 1).unwrap(), bank.grants());
    assert_eq!(phone.wallet().allowances().unwrap().len(), granted + 1);
    assert!((1..=3).contains(&granted));
    for payment in paid {
        assert_eq!(bank.knows(payment), Some(PaymentState::Pending));
    }
    // Link key and one key for each allowance: none is left over.
    assert_eq!(key_files(&phone), granted + 2);
}

#[test]
fn a_sync_may_be_moved_to_another_thread_while_it_waits() {
    fn movable<T: Send>(future: T) -> T {
        future
    }
    let (_, bank, phone, id, _) = online();
    assert_eq!(
        block_on(movable(phone.wallet().sync(&bank, id, None)))
            .unwrap()
            .calls,
        1
    );
    block_on(movable(phone.wallet().renew(&bank, id))).unwrap();
    block_on(movable(phone.wallet().refresh(&bank))).unwrap();
    block_on(movable(phone.wallet().enrol(&bank, "A1B2"))).unwrap();
}

#[test]
fn a_bank_with_a_new_key_under_its_name_answers_and_grants() {
    let (mut scheme, bank, phone, id, first) = online();
    let mut bundle = scheme.bundle(2);
    let mut entry = bundle.issuers[0].clone();
    let old = scheme.bank.clone();
    scheme.bank = common::key(42);
    entry.key = scheme.bank.public_key();
    entry.key_id = entry.key.key_id();
    bundle.issuers.push(entry);
    let bank = bank.with_key(scheme.bank.clone());
    // Before the bundle lists it, its answer is nobody's.
    let failed = sync(&phone, &bank, id, want(5_000)).failed.unwrap();
    assert_eq!(failed.problem, Problem::BadAnswer);
    bank.publishes("/v1/trust", scheme.bundle_message(bundle), "\"2\"");
    assert!(
        block_on(phone.wallet().refresh(&bank))
            .unwrap()
            .is_bundle_new
    );
    let report = sync(&phone, &bank, id, None);
    assert_eq!((report.failed, report.granted.len()), (None, 1));
    let held = phone.wallet().allowances().unwrap();
    assert_eq!(held[0].id, first);
    assert_eq!(held[0].issuer_key, old.public_key());
    assert_eq!(held[1].issuer_key, scheme.bank.public_key());
    assert_eq!(
        phone.wallet().banks().unwrap()[0].issuer_key,
        scheme.bank.public_key()
    );
}

#[test]
fn another_bank_of_the_scheme_settles_nothing_here() {
    let (scheme, bank, phone, id, _) = online();
    let mut bundle = scheme.bundle(2);
    let mut other = bundle.issuers[0].clone();
    let key = common::key(43);
    other.key = key.public_key();
    other.key_id = other.key.key_id();
    other.name = MerchantName::new("Other bank").unwrap();
    bundle.issuers.push(other);
    phone
        .wallet()
        .take_bundle(&scheme.bundle_message(bundle))
        .unwrap();
    bank.next(SYNC, Fault::SignsWith(Box::new(key)));
    let report = sync(&phone, &bank, id, None);
    assert_eq!(report.failed.unwrap().problem, Problem::BadAnswer);
}
