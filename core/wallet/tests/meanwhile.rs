//! What happens between an act and its use: the payer leaves, a new bundle comes, bank and till change their word, the app is
//! ended without being closed.

mod bank;
mod common;

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use bank::Bank;
use common::{Phone, Scheme, Terms, amount, block_on, key};
use skilling_link::card::{AskMode, CardApplication, PayAnswer, ReceiptAnswer};
use skilling_protocol::crypto::Signer as _;
use skilling_protocol::objects::{AttestationKind, Outcome, PaymentState};
use skilling_protocol::reason::Reason;
use skilling_protocol::values::{Currency, Nonce, Seconds};
use skilling_wallet::ports::{
    DeviceKeys, GeneratedKey, GuardError, KeyAlias, KeyError, KeyUse, Mark, Operation, Prompt,
    RollbackGuard,
};
use skilling_wallet::sync::{RenewalReason, Want};
use skilling_wallet::tap::Tap;
use skilling_wallet::{Stage, Wallet, WalletError};

/// Hardware that takes 600 ms for a signature.
struct Slow(Arc<dyn DeviceKeys>);

#[async_trait]
impl DeviceKeys for Slow {
    fn attestation_kind(&self) -> AttestationKind {
        self.0.attestation_kind()
    }
    async fn generate(
        &self,
        alias: &KeyAlias,
        usage: KeyUse,
        nonce: &Nonce,
    ) -> Result<GeneratedKey, KeyError> {
        self.0.generate(alias, usage, nonce).await
    }
    async fn authorize(
        &self,
        alias: &KeyAlias,
        prompt: Option<&Prompt>,
    ) -> Result<Operation, KeyError> {
        self.0.authorize(alias, prompt).await
    }
    fn sign(&self, operation: Operation, bytes: &[u8]) -> Result<[u8; 64], KeyError> {
        std::thread::sleep(Duration::from_millis(600));
        self.0.sign(operation, bytes)
    }
    async fn delete(&self, alias: &KeyAlias) -> Result<(), KeyError> {
        self.0.delete(alias).await
    }
}

/// A guard that fails when it is told to.
struct Failing {
    guard: Arc<dyn RollbackGuard>,
    fails: AtomicBool,
}

impl RollbackGuard for Failing {
    fn read(&self) -> Result<Option<Mark>, GuardError> {
        self.guard.read()
    }
    fn advance(&self, mark: &Mark) -> Result<(), GuardError> {
        if self.fails.load(Ordering::SeqCst) {
            return Err(GuardError::Fault("told to".into()));
        }
        self.guard.advance(mark)
    }
}

#[test]
fn a_payment_that_waited_for_slow_hardware_is_not_signed_after_the_payer_left() {
    let scheme = Scheme::new();
    let (mut phone, till) = (scheme.phone(), scheme.till(1));
    phone.ports.keys = Arc::new(Slow(phone.keys.clone()));
    phone.reopen();
    let first = phone.agrees(&till.asks(1_000)).unwrap();
    let second = phone.agrees(&till.asks(2_000)).unwrap();
    let pay = |what| {
        let wallet = phone.wallet().clone();
        std::thread::spawn(move || wallet.pay(&what))
    };
    let under_way = pay(first);
    std::thread::sleep(Duration::from_millis(150));
    let waits = pay(second);
    std::thread::sleep(Duration::from_millis(150));
    phone.wallet().set_in_front(false);
    assert!(under_way.join().unwrap().is_ok(), "it was under way");
    let refused = waits.join().unwrap();
    assert!(
        matches!(refused, Err(WalletError::NotInFront)),
        "{refused:?}"
    );
    assert_eq!(phone.wallet().allowances().unwrap()[0].last_sequence, 1);
}

#[test]
fn an_arming_ends_when_the_app_leaves_the_front() {
    let scheme = Scheme::new();
    let (phone, till) = (scheme.phone(), scheme.till(1));
    let allowance = phone.wallet().allowances().unwrap()[0].id;
    let mut tap = Tap::new(phone.wallet().clone());
    block_on(phone.wallet().arm(&allowance, amount(5_000))).unwrap();
    phone.wallet().set_in_front(false);
    // Somebody else's reader is the first to ask; it is not answered.
    assert_eq!(tap.pay(&till.asks(1_000), AskMode::Ask), PayAnswer::Waiting);
    phone.wallet().set_in_front(true);
    assert_eq!(tap.pay(&till.asks(2_000), AskMode::Ask), PayAnswer::Waiting);
    assert_eq!(phone.wallet().allowances().unwrap()[0].last_sequence, 0);
}

#[test]
fn an_acquirer_suspended_after_the_payer_agreed_is_not_paid() {
    let scheme = Scheme::new();
    let (phone, till) = (scheme.phone(), scheme.till(1));
    let authorised = phone.agrees(&till.asks(1_000)).unwrap();
    let mut bundle = scheme.bundle(2);
    bundle.acquirers[0].suspended = true;
    let wallet = phone.wallet();
    wallet.take_bundle(&scheme.bundle_message(bundle)).unwrap();
    assert!(matches!(
        wallet.pay(&authorised),
        Err(WalletError::Refused(Reason::UnknownAcquirer))
    ));
}

#[test]
fn a_root_that_is_no_longer_pinned_ends_the_bundle_it_signed() {
    let scheme = Scheme::new();
    let (mut phone, till) = (scheme.phone(), scheme.till(1));
    let outage = scheme.outage_message(1, Seconds(0));
    phone.wallet().take_outage(&outage).unwrap();
    phone.config.roots = vec![key(77).public_key()];
    phone.reopen();
    assert_eq!(phone.wallet().bundle_version().unwrap(), 0);
    assert!(phone.wallet().outage_serials().unwrap().is_empty());
    assert!(matches!(
        phone.wallet().review(&till.asks(1_000)),
        Err(WalletError::Refused(Reason::TrustExpired))
    ));
    // An older bundle of a root that is pinned now is better than none.
    let signed = skilling_protocol::signed::Signed::sign(scheme.bundle(1), (), &key(77)).unwrap();
    let message = skilling_protocol::message::Expected::encode(&signed);
    assert!(phone.wallet().take_bundle(&message).unwrap());
}

#[test]
fn an_allowance_more_than_whose_limit_came_back_counts_as_spent() {
    let scheme = Scheme::new();
    let (phone, till) = (scheme.empty_phone(), scheme.till(1));
    let bundle = scheme.bundle_message(scheme.bundle(1));
    phone.wallet().take_bundle(&bundle).unwrap();
    let terms = Terms {
        limit: 1_000,
        cap: 1_000,
        ..Terms::default()
    };
    scheme.grant(&phone, &terms);
    for _ in 0..2 {
        scheme.clock.advance(Seconds(1));
        let token = phone.pays(&till.asks(1_000)).unwrap();
        let receipt = till.receipt(token.payment, Outcome::Voided);
        phone.wallet().take_receipt(&receipt).unwrap();
    }
    assert_eq!(
        phone.reviews(&till.asks(1)).pays,
        Err(Reason::OverLimit),
        "rule 18: released is over the limit"
    );
    assert_eq!(phone.wallet().allowances().unwrap()[0].remaining, amount(0));
    let due = phone.wallet().renewal_due().unwrap();
    assert_eq!(due[0].why, RenewalReason::Spent);
}

#[allow(clippy::unwrap_used, reason = "a step of the tests below")]
fn online(scheme: &Scheme) -> (Bank, Phone, skilling_wallet::sync::BankId) {
    let (bank, phone) = (Bank::of(scheme), scheme.empty_phone());
    let id = block_on(phone.wallet().enrol(&bank, "A1B2")).unwrap();
    let want = Want {
        currency: Currency::DKK,
        limit: amount(100_000),
        categories: None,
    };
    block_on(phone.wallet().sync(&bank, id, Some(want))).unwrap();
    (bank, phone, id)
}

#[test]
fn an_amount_comes_back_once_whatever_bank_and_till_say_in_turn() {
    let scheme = Scheme::new();
    let (bank, phone, id) = online(&scheme);
    let (wallet, till) = (phone.wallet(), scheme.till(1));
    let token = phone.pays(&till.asks(1_000)).unwrap();
    let says = |outcome| wallet.take_receipt(&till.receipt(token.payment, outcome));
    says(Outcome::Accepted).unwrap();
    for state in [PaymentState::GivenBack, PaymentState::Paid] {
        bank.decides(token.payment, state);
        block_on(wallet.sync(&bank, id, None)).unwrap();
    }
    assert_eq!(wallet.stage(&token.payment).unwrap(), Stage::Settled);
    assert_eq!(says(Outcome::Voided).unwrap().1, Stage::Voided);
    assert_eq!(wallet.allowances().unwrap()[0].released, amount(1_000));
}

#[test]
fn no_token_goes_to_the_bank_either_while_the_guard_fails() {
    let scheme = Scheme::new();
    let (bank, mut phone, id) = online(&scheme);
    let guard = Arc::new(Failing {
        guard: phone.ports.guard.clone(),
        fails: AtomicBool::new(false),
    });
    phone.ports.guard = guard.clone();
    phone.reopen();
    let authorised = phone.agrees(&scheme.till(1).asks(1_000)).unwrap();
    guard.fails.store(true, Ordering::SeqCst);
    let refused = phone.wallet().pay(&authorised);
    assert!(matches!(refused, Err(WalletError::Guard(_))));
    let before = bank.calls("/v1/sync").len();
    let refused = block_on(phone.wallet().sync(&bank, id, None));
    assert!(matches!(refused, Err(WalletError::Guard(_))));
    assert_eq!(bank.calls("/v1/sync").len(), before);
    guard.fails.store(false, Ordering::SeqCst);
    let report = block_on(phone.wallet().sync(&bank, id, None)).unwrap();
    assert_eq!(report.payments.len(), 1);
}

#[test]
fn the_receipt_of_a_repeated_token_is_found_behind_however_many_newer_payments() {
    let scheme = Scheme::new();
    let (phone, till) = (scheme.empty_phone(), scheme.till(1));
    let bundle = scheme.bundle_message(scheme.bundle(1));
    phone.wallet().take_bundle(&bundle).unwrap();
    let terms = Terms {
        max_payments: 100,
        ..Terms::default()
    };
    scheme.grant(&phone, &terms);
    let torn = till.asks(500);
    let payment = phone.pays(&torn).unwrap().payment;
    for minor in 1..=65 {
        phone.pays(&scheme.till(2).asks(minor)).unwrap();
    }
    let mut tap = Tap::new(phone.wallet().clone());
    assert!(matches!(
        tap.pay(&torn, AskMode::RepeatOnly),
        PayAnswer::Message(_)
    ));
    let receipt = till.receipt(payment, Outcome::Accepted);
    assert_eq!(tap.receipt(&receipt), ReceiptAnswer::Taken);
    assert_eq!(phone.wallet().stage(&payment).unwrap(), Stage::Accepted);
}

#[allow(clippy::unwrap_used, reason = "a step of the test below")]
fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let (path, name) = entry.map(|it| (it.path(), it.file_name())).unwrap();
        if path.is_dir() {
            copy(&path, &to.join(name));
        } else {
            fs::copy(path, to.join(name)).unwrap();
        }
    }
}

#[test]
fn the_log_of_a_wallet_that_is_always_killed_and_never_closed_does_not_grow() {
    let scheme = Scheme::new();
    let (mut phone, till) = (scheme.phone(), scheme.till(1));
    let sessions = tempfile::tempdir().unwrap();
    phone.close();
    copy(phone.folder.path(), &sessions.path().join("0"));
    let mut longest = Vec::new();
    for session in 0..12 {
        let (here, next) = (session.to_string(), (session + 1).to_string());
        let here = sessions.path().join(here);
        let (ports, _) = scheme.ports(&here);
        let wallet = Arc::new(Wallet::open(scheme.config(&here), ports).unwrap());
        wallet.set_in_front(true);
        for minor in 1..=3 {
            let request = till.asks(session * 10 + minor);
            let skilling_wallet::Reviewed::New(review) = wallet.review(&request).unwrap() else {
                panic!("it is new");
            };
            let authorised = block_on(wallet.agree(&review)).unwrap();
            wallet.pay(&authorised).unwrap();
        }
        // As the disk is when the process is killed here.
        copy(&here, &sessions.path().join(next));
        longest.push(
            fs::metadata(here.join("wallet/wallet.db-wal"))
                .unwrap()
                .len(),
        );
    }
    assert!(longest[11] <= longest[1] * 2, "{longest:?}");
}

#[test]
fn a_review_from_before_the_same_amount_was_paid_is_shown_again_before_it_is_agreed_to() {
    let scheme = Scheme::new();
    let (phone, till) = (scheme.phone(), scheme.till(1));
    let (first, second) = (till.asks(1_000), till.asks(1_000));
    let (early, late) = (phone.reviews(&first), phone.reviews(&second));
    let authorised = block_on(phone.wallet().agree(&early)).unwrap();
    phone.wallet().pay(&authorised).unwrap();
    let refused = block_on(phone.wallet().agree(&late));
    assert!(matches!(refused, Err(WalletError::ConsentPassed)));
    // The request that was paid is no second payment, and whoever is warned may agree.
    block_on(phone.wallet().agree(&early)).unwrap();
    assert_eq!(phone.reviews(&second).warnings.len(), 1);
    phone.pays(&second).unwrap();
}
