//! A person holds the phone to a till. The card of the link crate stands between, whole commands in, whole answers out.

mod common;

use std::sync::Arc;
use std::time::{Duration, Instant};

use common::{Scheme, Terms, amount, block_on, verified};
use skilling_link::card::{AskMode, CardApplication, CarryAnswer, PayAnswer, ReceiptAnswer};
use skilling_platform::clock::Clock as _;
use skilling_protocol::message::{Expected as _, encode_refusal};
use skilling_protocol::objects::{AttestationKind, Outcome};
use skilling_protocol::reason::Reason;
use skilling_protocol::values::{Nonce, Seconds};
use skilling_wallet::ports::{
    DeviceKeys, GeneratedKey, KeyAlias, KeyError, KeyUse, Operation, Prompt,
};
use skilling_wallet::software::SoftwareKeys;
use skilling_wallet::tap::Tap;
use skilling_wallet::{PaymentToken, Review, Reviewed, Stage, WalletError};

fn refusal(code: u32) -> PayAnswer {
    PayAnswer::Message(encode_refusal(code))
}

#[test]
fn the_till_waits_until_the_payer_agrees_and_then_gets_the_token() {
    let scheme = Scheme::new();
    let (phone, till) = (scheme.phone(), scheme.till(1));
    let mut tap = Tap::new(phone.wallet().clone());
    let info = tap.select_info();
    assert_eq!((info.protocol_version, info.bundle_version), (1, 1));
    let request = till.asks(12_550);
    assert_eq!(tap.pay(&request, AskMode::Ask), PayAnswer::Waiting);
    assert_eq!(
        tap.pay(&request, AskMode::RepeatOnly),
        PayAnswer::NothingToRepeat
    );
    let asked = phone.wallet().asked().unwrap().unwrap();
    assert_eq!(asked, request);
    let authorised = phone.agrees(&asked).unwrap();
    let PayAnswer::Message(bytes) = tap.pay(&request, AskMode::Ask) else {
        panic!("no token");
    };
    assert!(matches!(
        phone.wallet().pay(&authorised),
        Err(WalletError::ConsentPassed)
    ));
    assert_eq!(phone.wallet().asked().unwrap(), None);

    // The answer was torn: the same bytes, asked either way, even after a restart.
    for mode in [AskMode::RepeatOnly, AskMode::Ask] {
        assert_eq!(tap.pay(&request, mode), PayAnswer::Message(bytes.clone()));
    }
    let id = skilling_protocol::message::Token::decode(&bytes)
        .unwrap()
        .payment_id();
    let receipt = till.receipt(id, Outcome::Accepted);
    assert_eq!(phone.wallet().stage(&id).unwrap(), Stage::Presented);
    // A till that lost the answer gives its receipt again.
    for _ in 0..2 {
        assert_eq!(tap.receipt(&receipt), ReceiptAnswer::Taken);
    }
    assert_eq!(tap.pay(&request, AskMode::Ask), refusal(28));
    assert_eq!(
        tap.pay(&request, AskMode::RepeatOnly),
        PayAnswer::NothingToRepeat
    );
}

#[test]
fn a_torn_tap_is_repeated_after_a_restart_with_the_same_bytes() {
    let scheme = Scheme::new();
    let (mut phone, till) = (scheme.phone(), scheme.till(1));
    let request = till.asks(1_000);
    phone.agrees(&request).unwrap();
    let token = Tap::new(phone.wallet().clone()).pay(&request, AskMode::Ask);
    assert!(matches!(token, PayAnswer::Message(_)));
    phone.reopen();
    scheme.clock.advance(Seconds::hours(20));
    let again = Tap::new(phone.wallet().clone()).pay(&request, AskMode::RepeatOnly);
    assert_eq!(again, token);
    phone.wallet().set_in_front(false);
    let hidden = Tap::new(phone.wallet().clone()).pay(&request, AskMode::RepeatOnly);
    assert_eq!(hidden, PayAnswer::Waiting);
    phone.wallet().set_in_front(true);
    scheme.clock.advance(Seconds::hours(5));
    let late = Tap::new(phone.wallet().clone()).pay(&request, AskMode::RepeatOnly);
    assert_eq!(late, PayAnswer::NothingToRepeat);
}

#[test]
fn before_the_payer_acts_a_reader_learns_nothing_of_the_wallet() {
    let scheme = Scheme::new();
    let (rich, poor, till) = (scheme.phone(), scheme.empty_phone(), scheme.till(1));
    poor.wallet()
        .take_bundle(&scheme.bundle_message(scheme.bundle(1)))
        .unwrap();
    let mut taps = [rich, poor].map(|phone| (Tap::new(phone.wallet().clone()), phone));
    let stale = till.asks(1_000);
    scheme.clock.advance(Seconds(600));
    let stranger = Scheme {
        acquirer: common::key(66),
        clock: scheme.clock.clone(),
        ..Scheme::new()
    };
    let cases = [
        (till.asks(55_000), PayAnswer::Waiting),
        (till.asks(1_000), PayAnswer::Waiting),
        (till.asks(70_000), refusal(17)),
        (stale, refusal(16)),
        (stranger.till(1).asks(1_000), refusal(46)),
        (vec![0x81, 1], refusal(1)),
        (vec![0x82, 0, 1], refusal(2)),
    ];
    for (request, answer) in cases {
        for (tap, _) in &mut taps {
            assert_eq!(tap.pay(&request, AskMode::Ask), answer);
        }
    }
    // After the act the till hears 41.
    let request = till.asks(1_000);
    let (tap, poor) = &mut taps[1];
    let refused = poor.agrees(&request).unwrap_err();
    assert_eq!(refused.reason(), Reason::NoAllowance);
    assert_eq!(tap.pay(&request, AskMode::Ask), refusal(41));
}

#[test]
fn a_payer_who_declines_is_heard_at_the_till() {
    let scheme = Scheme::new();
    let (phone, till) = (scheme.phone(), scheme.till(1));
    let mut tap = Tap::new(phone.wallet().clone());
    let request = till.asks(1_000);
    assert_eq!(tap.pay(&request, AskMode::Ask), PayAnswer::Waiting);
    phone.wallet().decline(&phone.reviews(&request));
    assert_eq!(phone.wallet().asked().unwrap(), None);
    // The first answer may have been torn.
    for _ in 0..2 {
        assert_eq!(tap.pay(&request, AskMode::Ask), refusal(40));
    }
    assert_eq!(phone.wallet().asked().unwrap(), None);
}

#[test]
fn a_payer_who_changes_their_mind_pays_what_they_declined() {
    let scheme = Scheme::new();
    let (phone, till) = (scheme.phone(), scheme.till(1));
    let wallet = phone.wallet();
    let mut tap = Tap::new(wallet.clone());
    let request = till.asks(1_000);
    wallet.decline(&phone.reviews(&request));
    phone.agrees(&request).unwrap();
    let paid = tap.pay(&request, AskMode::Ask);
    assert!(matches!(paid, PayAnswer::Message(_)) && paid != refusal(40));

    let request = till.asks(1_100);
    wallet.decline(&phone.reviews(&request));
    let id = wallet.allowances().unwrap()[0].id;
    block_on(wallet.arm(&id, amount(2_000))).unwrap();
    let paid = tap.pay(&request, AskMode::Ask);
    assert!(matches!(paid, PayAnswer::Message(_)) && paid != refusal(40));
}

#[test]
fn a_payer_who_comes_back_sees_what_the_newest_reader_asks_for() {
    let scheme = Scheme::new();
    let (phone, till) = (scheme.phone(), scheme.till(1));
    let wallet = phone.wallet();
    let mut tap = Tap::new(wallet.clone());
    assert_eq!(tap.pay(&till.asks(1_000), AskMode::Ask), PayAnswer::Waiting);
    let paid = till.asks(1_100);
    phone.pays(&paid).unwrap();
    let declined = till.asks(1_200);
    wallet.decline(&phone.reviews(&declined));

    wallet.set_in_front(false);
    let newest = till.asks(1_300);
    assert_eq!(tap.pay(&newest, AskMode::Ask), PayAnswer::Waiting);
    // What was answered, what was refused and what must be refused is nothing to show, and the reader learns nothing of it.
    for other in [paid, declined, till.asks(70_000)] {
        assert_eq!(tap.pay(&other, AskMode::Ask), PayAnswer::Waiting);
    }
    let repeated = till.asks(1_400);
    assert_eq!(tap.pay(&repeated, AskMode::RepeatOnly), PayAnswer::Waiting);
    wallet.set_in_front(true);
    assert_eq!(wallet.asked().unwrap(), Some(newest));

    scheme.clock.advance(Seconds(600));
    assert_eq!(wallet.asked().unwrap(), None, "it has run out");
}

#[test]
fn an_armed_wallet_pays_the_first_request_up_to_the_ceiling_and_no_other() {
    let scheme = Scheme::new();
    let (phone, till) = (scheme.phone(), scheme.till(1));
    let wallet = phone.wallet();
    let mut tap = Tap::new(wallet.clone());
    let id = wallet.allowances().unwrap()[0].id;
    let arm = |ceiling| block_on(wallet.arm(&id, amount(ceiling)));
    assert!(matches!(
        arm(50_001),
        Err(WalletError::Refused(Reason::OverCap))
    ));

    arm(2_000).unwrap();
    let request = till.asks(1_500);
    assert!(matches!(
        tap.pay(&request, AskMode::Ask),
        PayAnswer::Message(_)
    ));
    assert_eq!(tap.pay(&till.asks(1_400), AskMode::Ask), PayAnswer::Waiting);

    arm(2_000).unwrap();
    assert_eq!(
        tap.pay(&till.asks(2_001), AskMode::Ask),
        PayAnswer::Waiting,
        "over the ceiling"
    );
    assert_eq!(
        tap.pay(&till.asks(1_000), AskMode::Ask),
        PayAnswer::Waiting,
        "not the first"
    );

    arm(2_000).unwrap();
    scheme.clock.advance(Seconds(61));
    assert_eq!(
        tap.pay(&till.asks(1_000), AskMode::Ask),
        PayAnswer::Waiting,
        "too late"
    );

    arm(2_000).unwrap();
    assert_eq!(
        tap.pay(&till.asks(1_500), AskMode::Ask),
        PayAnswer::Waiting,
        "the same again"
    );
    arm(2_000).unwrap();
    assert!(wallet.disarm().unwrap());
    assert_eq!(tap.pay(&till.asks(1_000), AskMode::Ask), PayAnswer::Waiting);
}

#[test]
fn an_armed_allowance_that_cannot_pay_is_41_and_no_other_steps_in() {
    let scheme = Scheme::new();
    let phone = scheme.phone();
    let narrow = Terms {
        categories: Some(vec![5912]),
        ..Terms::default()
    };
    let narrow = scheme.grant(&phone, &narrow);
    block_on(phone.wallet().arm(&narrow, amount(2_000))).unwrap();
    let mut tap = Tap::new(phone.wallet().clone());
    let request = scheme.till(1).asks(1_000);
    assert_eq!(tap.pay(&request, AskMode::Ask), refusal(41));
}

#[test]
fn a_receipt_finds_its_payment_among_many_and_a_strangers_finds_none() {
    let scheme = Scheme::new();
    let (phone, till) = (scheme.phone(), scheme.till(1));
    let mut tap = Tap::new(phone.wallet().clone());
    let unknown = till.receipt(
        skilling_protocol::values::ObjectId::from_digest(skilling_protocol::values::Digest(
            [3; 32],
        )),
        Outcome::Accepted,
    );
    assert_eq!(tap.receipt(&unknown), ReceiptAnswer::NoPayment);
    let tokens: Vec<PaymentToken> = (1..=5)
        .map(|n| phone.pays(&till.asks(n)).unwrap())
        .collect();
    assert_eq!(tap.receipt(&unknown), ReceiptAnswer::FitsNone);
    assert_eq!(tap.receipt(b"no receipt"), ReceiptAnswer::Malformed);
    let second = till.receipt(tokens[1].payment, Outcome::Accepted);
    assert_eq!(tap.receipt(&second), ReceiptAnswer::Taken);
    assert_eq!(
        phone.wallet().stage(&tokens[1].payment).unwrap(),
        Stage::Accepted
    );
    assert_eq!(
        phone.wallet().stage(&tokens[0].payment).unwrap(),
        Stage::Committed
    );
    assert_eq!(verified(&tokens[4], &scheme).sequence.get(), 5);
}

#[test]
fn a_till_passes_on_an_outage_bulletin() {
    let scheme = Scheme::new();
    let phone = scheme.phone();
    let mut tap = Tap::new(phone.wallet().clone());
    let bulletin = scheme.outage_message(3, Seconds::days(7));
    assert_eq!(tap.carry(&bulletin), CarryAnswer::Taken);
    assert_eq!(tap.select_info().outages, [(208, 3)]);
    let stranger = Scheme {
        root: common::key(66),
        clock: scheme.clock.clone(),
        ..Scheme::new()
    };
    let forged = stranger.outage_message(4, Seconds::days(7));
    assert_eq!(tap.carry(&forged), CarryAnswer::Malformed);
    assert_eq!(tap.carry(b"poster"), CarryAnswer::Malformed);
    assert!(scheme.clock.now().unix() >= common::START);
}

#[test]
fn a_static_request_is_repeated_until_the_payer_starts_a_new_payment() {
    let scheme = Scheme::new();
    let (phone, till) = (scheme.phone(), scheme.till(1));
    let wallet = phone.wallet();
    let mut tap = Tap::new(wallet.clone());
    let code = till.printed_code();
    let agree = |review: &Review| {
        let typed = wallet.enter_amount(review, amount(700)).unwrap();
        block_on(wallet.agree(&typed)).unwrap();
    };
    assert_eq!(tap.pay(&code, AskMode::Ask), PayAnswer::Waiting);
    agree(&phone.reviews(&code));
    let first = tap.pay(&code, AskMode::Ask);
    assert_eq!(tap.pay(&code, AskMode::Ask), first);
    let Reviewed::New(anew) = wallet.review_anew(&code).unwrap() else {
        panic!("no new payment");
    };
    agree(&anew);
    assert_eq!(tap.pay(&code, AskMode::RepeatOnly), first);
    let second = tap.pay(&code, AskMode::Ask);
    assert!(matches!(second, PayAnswer::Message(_)));
    assert_ne!(second, first);
    assert_eq!(tap.pay(&code, AskMode::RepeatOnly), second);
}

/// Keys in hardware that takes its time.
struct Slow(Arc<SoftwareKeys>);

#[async_trait::async_trait]
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

#[test]
fn slow_hardware_keeps_no_reader_waiting_and_the_next_ask_gets_the_token() {
    let scheme = Scheme::new();
    let (mut phone, till) = (scheme.phone(), scheme.till(1));
    phone.ports.keys = Arc::new(Slow(phone.keys.clone()));
    phone.reopen();
    let mut tap = Tap::new(phone.wallet().clone());
    let request = till.asks(1_000);
    phone.agrees(&request).unwrap();
    let mut asks = 0;
    let token = loop {
        let began = Instant::now();
        let answer = tap.pay(&request, AskMode::Ask);
        asks += 1;
        match answer {
            PayAnswer::Waiting => assert!(began.elapsed() < Duration::from_millis(300)),
            other => break other,
        }
    };
    assert!(matches!(token, PayAnswer::Message(_)) && asks > 1);
    assert_eq!(phone.wallet().allowances().unwrap()[0].last_sequence, 1);
}
