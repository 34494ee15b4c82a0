//! A person scans a request, reads the review, agrees, and shows the token; the till's receipt is scanned.

mod common;

use common::{Scheme, Terms, amount, block_on, verified};
use skilling_platform::clock::Clock as _;
use skilling_protocol::objects::Outcome;
use skilling_protocol::reason::Reason;
use skilling_protocol::values::{ObjectId, Seconds};
use skilling_wallet::software::Answer;
use skilling_wallet::{Reviewed, Stage, WalletError, Warning};

#[test]
fn the_review_shows_everything_and_the_token_pays_exactly_that() {
    let scheme = Scheme::new();
    let (phone, till) = (scheme.phone(), scheme.till(1));
    let request = till.asks(12_550);
    let review = phone.reviews(&request);
    assert_eq!(review.merchant().as_str(), "Netto Torvegade, København");
    assert_eq!(
        (review.mcc().code(), review.country().as_str()),
        (5411, "DK")
    );
    assert_eq!(review.amount, Some(amount(12_550)));
    assert_eq!(review.decimals.format(amount(12_550)), "125.50");
    let paying = review.pays.as_ref().unwrap();
    assert_eq!(paying.remaining_after, amount(87_450));
    assert_eq!(paying.payments_after, 49);
    assert!(review.warnings.is_empty());

    let authorised = block_on(phone.wallet().agree(&review)).unwrap();
    let token = phone.wallet().pay(&authorised).unwrap();
    let payment = verified(&token, &scheme);
    assert_eq!(payment.sequence.get(), 1);
    assert_eq!(
        (payment.amount, payment.spent),
        (amount(12_550), amount(12_550))
    );
    assert_eq!(payment.request_id, review.request_id());
    phone.wallet().presented(&token.payment).unwrap();
    assert_eq!(
        phone.wallet().stage(&token.payment).unwrap(),
        Stage::Presented
    );

    let receipt = till.receipt(token.payment, Outcome::Accepted);
    let (id, stage) = phone.wallet().take_receipt(&receipt).unwrap();
    assert_eq!((id, stage), (token.payment, Stage::Accepted));
    let again = phone.wallet().review(&request);
    assert!(matches!(
        again,
        Err(WalletError::Refused(Reason::RequestAlreadyPaid))
    ));
}

#[test]
fn the_same_request_gets_the_same_bytes_for_a_day_after_its_end() {
    let scheme = Scheme::new();
    let (mut phone, till) = (scheme.phone(), scheme.till(1));
    let request = till.asks(1_000);
    let token = phone.pays(&request).unwrap();
    for wait in [Seconds(1), Seconds::hours(23)] {
        scheme.clock.advance(wait);
        phone.reopen();
        let Reviewed::Answered(again) = phone.wallet().review(&request).unwrap() else {
            panic!("a second payment was offered");
        };
        assert_eq!(again.bytes, token.bytes);
        assert!(again.is_repeat);
    }
    scheme.clock.advance(Seconds::hours(2));
    let late = phone.wallet().review(&request);
    assert!(matches!(
        late,
        Err(WalletError::Refused(
            Reason::ClockSkew | Reason::RequestExpired
        ))
    ));
}

#[test]
fn a_payment_is_shown_again_from_the_history_after_a_restart_until_somebody_answers() {
    let scheme = Scheme::new();
    let (mut phone, till) = (scheme.phone(), scheme.till(1));
    let request = till.asks(1_000);
    let token = phone.pays(&request).unwrap();
    phone.reopen();
    let again = phone.wallet().repeat(&token.payment).unwrap().unwrap();
    assert_eq!((again.bytes, again.is_repeat), (token.bytes.clone(), true));

    phone.wallet().set_in_front(false);
    let behind = phone.wallet().repeat(&token.payment);
    assert!(matches!(behind, Err(WalletError::NotInFront)));
    phone.wallet().set_in_front(true);

    let receipt = till.receipt(token.payment, Outcome::Accepted);
    phone.wallet().take_receipt(&receipt).unwrap();
    assert_eq!(phone.wallet().repeat(&token.payment).unwrap(), None);
    let unknown = phone
        .wallet()
        .repeat(&ObjectId::try_from([7; 32].as_slice()).unwrap());
    assert!(matches!(unknown, Err(WalletError::NoSuchPayment)));
}

#[test]
fn who_says_no_or_walks_off_owes_nothing() {
    let scheme = Scheme::new();
    let (phone, till) = (scheme.phone(), scheme.till(1));
    phone.keys.answer(Answer::Refuse);
    assert!(matches!(
        phone.agrees(&till.asks(1_000)),
        Err(WalletError::PayerRefused)
    ));
    phone.keys.answer(Answer::LockedOut);
    assert!(matches!(
        phone.agrees(&till.asks(1_000)),
        Err(WalletError::LockedOut)
    ));
    phone.keys.answer(Answer::NoScreenLock);
    assert!(matches!(
        phone.agrees(&till.asks(1_000)),
        Err(WalletError::NoScreenLock)
    ));
    phone.keys.answer(Answer::Agree);
    let authorised = phone.agrees(&till.asks(1_000)).unwrap();
    scheme.clock.advance(Seconds(61));
    assert!(matches!(
        phone.wallet().pay(&authorised),
        Err(WalletError::ConsentPassed)
    ));
    let authorised = phone.agrees(&till.asks(1_000)).unwrap();
    assert!(phone.wallet().abandon(&authorised).unwrap());
    assert!(matches!(
        phone.wallet().pay(&authorised),
        Err(WalletError::ConsentPassed)
    ));
    // Nobody waited for the payer's yes any more.
    let review = phone.reviews(&till.asks(1_000));
    let authorised = block_on(phone.wallet().agree(&review)).unwrap();
    assert!(phone.wallet().withdraw(&review).unwrap());
    assert!(!phone.wallet().withdraw(&review).unwrap());
    assert!(matches!(
        phone.wallet().pay(&authorised),
        Err(WalletError::ConsentPassed)
    ));
    let held = &phone.wallet().allowances().unwrap()[0];
    assert_eq!((held.spent, held.last_sequence), (amount(0), 0));
}

#[test]
fn nothing_is_signed_while_the_app_is_not_in_front() {
    let scheme = Scheme::new();
    let (phone, till) = (scheme.phone(), scheme.till(1));
    let request = till.asks(1_000);
    let authorised = phone.agrees(&request).unwrap();
    phone.wallet().set_in_front(false);
    assert!(matches!(
        phone.wallet().pay(&authorised),
        Err(WalletError::NotInFront)
    ));
    phone.wallet().set_in_front(true);
    phone.wallet().pay(&authorised).unwrap();
    phone.wallet().set_in_front(false);
    assert!(matches!(
        phone.wallet().review(&request),
        Err(WalletError::NotInFront)
    ));
}

#[test]
fn what_was_reviewed_is_refused_when_it_no_longer_holds_once_the_payer_agrees() {
    let scheme = Scheme::new();
    let (phone, till) = (scheme.phone(), scheme.till(1));
    let refusal = |review| match block_on(phone.wallet().agree(review)) {
        Err(WalletError::Refused(reason)) => Some(reason),
        _ => None,
    };
    let review = phone.reviews(&till.asks(1_000));
    scheme.clock.advance(Seconds(481));
    assert_eq!(refusal(&review), Some(Reason::ClockSkew));

    let review = phone.reviews(&till.asks(1_000));
    let mut bundle = scheme.bundle(2);
    bundle.acquirers[0].suspended = true;
    let bundle = scheme.bundle_message(bundle);
    phone.wallet().take_bundle(&bundle).unwrap();
    assert_eq!(refusal(&review), Some(Reason::UnknownAcquirer));
}

#[test]
fn a_void_gives_the_amount_back_once_and_the_next_payment_says_so() {
    let scheme = Scheme::new();
    let (mut phone, till) = (scheme.phone(), scheme.till(1));
    let request = till.asks(30_000);
    let token = phone.pays(&request).unwrap();
    let wallet = phone.wallet().clone();
    wallet
        .take_receipt(&till.receipt(token.payment, Outcome::Accepted))
        .unwrap();
    let void = till.receipt(token.payment, Outcome::Voided);
    for _ in 0..2 {
        assert_eq!(wallet.take_receipt(&void).unwrap().1, Stage::Voided);
    }
    // A late "accepted" changes nothing any more.
    let late = till.receipt(token.payment, Outcome::Accepted);
    assert_eq!(wallet.take_receipt(&late).unwrap().1, Stage::Voided);
    drop(wallet);
    phone.reopen();
    let held = &phone.wallet().allowances().unwrap()[0];
    assert_eq!(
        (held.spent, held.released),
        (amount(30_000), amount(30_000))
    );
    assert_eq!(held.remaining, amount(100_000));
    // The same request is a new consent now.
    let next = verified(&phone.pays(&request).unwrap(), &scheme);
    assert_eq!(next.sequence.get(), 2);
    assert_eq!(
        (next.spent, next.released),
        (amount(60_000), amount(30_000))
    );
}

#[test]
fn a_declined_receipt_releases_too_and_another_tills_receipt_fits_nothing() {
    let scheme = Scheme::new();
    let (phone, till, other) = (scheme.phone(), scheme.till(1), scheme.till(2));
    let token = phone.pays(&till.asks(5_000)).unwrap();
    let outcome = Outcome::Declined { code: 23 };
    let forged = phone
        .wallet()
        .take_receipt(&other.receipt(token.payment, outcome));
    assert!(matches!(forged, Err(WalletError::ReceiptFitsNone)));
    let (_, stage) = phone
        .wallet()
        .take_receipt(&till.receipt(token.payment, outcome))
        .unwrap();
    assert_eq!(stage, Stage::Declined);
    assert_eq!(
        phone.wallet().allowances().unwrap()[0].released,
        amount(5_000)
    );
}

#[test]
fn paying_the_same_again_within_ten_minutes_is_asked_about() {
    let scheme = Scheme::new();
    let (mut phone, till) = (scheme.phone(), scheme.till(1));
    let paid_at = scheme.clock.now();
    phone.pays(&till.asks(1_000)).unwrap();
    scheme.clock.advance(Seconds(300));
    phone.reopen();
    assert_eq!(
        phone.reviews(&till.asks(1_000)).warnings,
        [Warning::SameAgain { paid_at }]
    );
    assert!(phone.reviews(&till.asks(1_001)).warnings.is_empty());
    assert!(
        phone
            .reviews(&scheme.till(2).asks(1_000))
            .warnings
            .is_empty()
    );
    scheme.clock.advance(Seconds(301));
    assert!(phone.reviews(&till.asks(1_000)).warnings.is_empty());
}

#[test]
fn a_printed_code_is_paid_with_a_typed_amount_and_anew_only_by_choice() {
    let scheme = Scheme::new();
    let (phone, till) = (scheme.phone(), scheme.till(1));
    let wallet = phone.wallet();
    let code = till.printed_code();
    let review = phone.reviews(&code);
    assert!(matches!(
        block_on(wallet.agree(&review)),
        Err(WalletError::AmountNeeded)
    ));
    for wrong in [0, 60_001] {
        let refused = wallet.enter_amount(&review, amount(wrong));
        assert!(matches!(
            refused,
            Err(WalletError::Refused(Reason::OverCap))
        ));
    }
    let typed = wallet.enter_amount(&review, amount(2_500)).unwrap();
    let first = wallet
        .pay(&block_on(wallet.agree(&typed)).unwrap())
        .unwrap();
    assert_eq!(verified(&first, &scheme).amount, amount(2_500));
    scheme.clock.advance(Seconds::days(3));
    let Reviewed::Answered(again) = wallet.review(&code).unwrap() else {
        panic!("a second payment was offered");
    };
    assert_eq!(again.bytes, first.bytes);
    let Reviewed::New(anew) = wallet.review_anew(&code).unwrap() else {
        panic!("the payer may pay a printed code once more");
    };
    let typed = wallet.enter_amount(&anew, amount(2_500)).unwrap();
    let second = wallet
        .pay(&block_on(wallet.agree(&typed)).unwrap())
        .unwrap();
    assert_ne!(second.payment, first.payment);
    wallet
        .take_receipt(&till.receipt(second.payment, Outcome::Accepted))
        .unwrap();
    assert!(matches!(wallet.review(&code).unwrap(), Reviewed::New(_)));
}

#[test]
fn the_allowance_that_ends_first_pays_and_what_it_cannot_pay_another_does() {
    let scheme = Scheme::new();
    let phone = scheme.phone();
    let short = Terms {
        days: 10,
        limit: 20_000,
        cap: 20_000,
        ..Terms::default()
    };
    let short = scheme.grant(&phone, &short);
    let till = scheme.till(1);
    assert_eq!(
        phone.reviews(&till.asks(15_000)).pays.unwrap().allowance,
        short
    );
    phone.pays(&till.asks(15_000)).unwrap();
    assert_ne!(
        phone.reviews(&till.asks(15_000)).pays.unwrap().allowance,
        short
    );
}

#[test]
fn what_an_allowance_cannot_pay_is_refused_as_41_and_the_payer_learns_why() {
    let scheme = Scheme::new();
    let cases: [(Terms, u64, Reason); 4] = [
        (
            Terms {
                cap: 900,
                ..Terms::default()
            },
            1_000,
            Reason::OverCap,
        ),
        (
            Terms {
                categories: Some(vec![5912]),
                ..Terms::default()
            },
            1_000,
            Reason::CategoryClosed,
        ),
        (
            Terms {
                user_auth: false,
                ..Terms::default()
            },
            20_001,
            Reason::UserAuthRequired,
        ),
        (
            Terms {
                limit: 2_000,
                cap: 2_000,
                ..Terms::default()
            },
            1_500,
            Reason::OverLimit,
        ),
    ];
    for (terms, minor, why) in cases {
        let phone = scheme.empty_phone();
        phone
            .wallet()
            .take_bundle(&scheme.bundle_message(scheme.bundle(1)))
            .unwrap();
        scheme.grant(&phone, &terms);
        let till = scheme.till(1);
        if why == Reason::OverLimit {
            phone.pays(&till.asks(1_000)).unwrap();
        }
        assert_eq!(phone.reviews(&till.asks(minor)).pays, Err(why));
        let refused = phone.pays(&till.asks(minor)).unwrap_err();
        assert_eq!(refused.reason(), Reason::NoAllowance, "{why}");
    }
}

#[test]
fn a_clock_behind_the_high_water_mark_is_refused_and_a_poster_keeps_an_allowance_paying() {
    let scheme = Scheme::new();
    let (phone, till) = (scheme.phone(), scheme.till(1));
    scheme.clock.advance(Seconds::days(29));
    phone
        .wallet()
        .take_bundle(&scheme.bundle_message(scheme.bundle(2)))
        .unwrap();
    scheme.clock.advance(Seconds::days(2));
    let refused = phone.pays(&till.asks(1_000)).unwrap_err();
    assert_eq!(refused.reason(), Reason::NoAllowance);
    assert!(
        phone
            .wallet()
            .take_outage(&scheme.outage_message(1, Seconds::days(7)))
            .unwrap()
    );
    assert!(
        !phone
            .wallet()
            .take_outage(&scheme.outage_message(1, Seconds::days(9)))
            .unwrap()
    );
    phone.pays(&till.asks(1_000)).unwrap();
    let now = scheme.clock.now();
    scheme.clock.set(now.minus(Seconds::days(5)));
    let refused = phone.wallet().review(&till.asks(1_000)).unwrap_err();
    assert_eq!(refused.reason(), Reason::HighWaterMark);
}

#[test]
fn an_older_bundle_or_one_of_another_root_is_not_taken() {
    let scheme = Scheme::new();
    let phone = scheme.phone();
    let wallet = phone.wallet();
    assert!(
        wallet
            .take_bundle(&scheme.bundle_message(scheme.bundle(5)))
            .unwrap()
    );
    assert!(matches!(
        wallet.take_bundle(&scheme.bundle_message(scheme.bundle(4))),
        Err(WalletError::Outdated)
    ));
    let stranger = Scheme {
        root: common::key(77),
        ..Scheme::new()
    };
    assert!(matches!(
        wallet.take_bundle(&stranger.bundle_message(stranger.bundle(9))),
        Err(WalletError::NotTrusted)
    ));
    assert_eq!(wallet.bundle_version().unwrap(), 5);
}
