//! A cashier takes payments: what is paid, what is not, and why (protocol section 6).
#![allow(clippy::unwrap_used)] // a test that cannot go on has failed

mod common;

use common::*;
use skilling_protocol::message::{Expected as _, Token};
use skilling_protocol::objects::{Outcome as Said, Sequence};
use skilling_protocol::reason::Reason;
use skilling_protocol::signed::Signed;
use skilling_protocol::values::*;
use skilling_terminal::{Outcome, Sale, TerminalError};

/// Presents a token that must be declined with a signed receipt for this reason.
#[track_caller]
fn declined(shop: &Shop, token: &[u8], reason: Reason) {
    let outcome = shop.till.accept(token).unwrap();
    assert_eq!(outcome.reason(), reason, "{outcome:?}");
    assert!(matches!(outcome, Outcome::Declined(_)), "{outcome:?}");
    let receipt = read_receipt(outcome.receipt().unwrap(), token, &shop.till_key);
    let code = reason.code();
    assert_eq!(receipt.outcome, Said::Declined { code });
    // Final, whatever comes later.
    assert!(matches!(
        shop.till.accept(token).unwrap(),
        Outcome::Again(_)
    ));
}

/// Presents a token that must be refused without a receipt for this reason.
#[track_caller]
fn refused(shop: &Shop, token: &[u8], reason: Reason) {
    let outcome = shop.till.accept(token).unwrap();
    assert_eq!(outcome.reason(), reason, "{outcome:?}");
    assert!(matches!(outcome, Outcome::Refused { .. }), "{outcome:?}");
}

#[test]
fn a_phone_pays_and_gets_a_receipt_that_verifies() {
    let shop = Shop::open();
    let token = Phone::new(50).pays(&shop.asks(12_550));
    let outcome = shop.till.accept(&token).unwrap();
    assert!(outcome.is_paid_now(), "{outcome:?}");
    let receipt = read_receipt(outcome.receipt().unwrap(), &token, &shop.till_key);
    assert_eq!((receipt.outcome, receipt.time), (Said::Accepted, at(NOON)));
}

#[test]
fn the_same_code_shown_again_gets_the_same_receipt_and_completes_no_other_sale() {
    let shop = Shop::open();
    let token = Phone::new(50).pays(&shop.asks(100));
    let first = shop.till.accept(&token).unwrap();
    // Even when nothing could be accepted any more.
    shop.clock.advance(Seconds::days(60));
    let again = shop.till.accept(&token).unwrap();
    let Outcome::Again(answered) = &again else {
        panic!("{again:?}");
    };
    assert_eq!(answered.at, at(NOON));
    assert_eq!(Some(answered.receipt.as_slice()), first.receipt());
    assert!(!again.is_paid_now());
    assert_eq!(shop.till.payments(None, 10).unwrap().len(), 1);
}

#[test]
fn the_customer_changes_their_mind_and_the_next_payment_convicts_nobody() {
    let shop = Shop::open();
    let mut phone = Phone::new(50);
    let token = phone.pays(&shop.asks(30_000));
    let Outcome::Accepted(paid) = shop.till.accept(&token).unwrap() else {
        panic!();
    };
    let voided = shop.till.void(&paid.payment).unwrap();
    let receipt = read_receipt(&voided.receipt, &token, &shop.till_key);
    assert_eq!(receipt.outcome, Said::Voided);
    assert_eq!(
        shop.till.void(&paid.payment).unwrap(),
        voided,
        "twice is once"
    );
    // The latest receipt is what the phone gets from now on.
    let again = shop.till.accept(&token).unwrap();
    assert_eq!(again.receipt(), Some(voided.receipt.as_slice()));
    // The request stays closed, the amount is released, the exposure is free again.
    phone.released = 30_000;
    let next = phone.pays(&shop.asks(100_000));
    assert!(shop.till.accept(&next).unwrap().is_paid_now());
    let last = phone.pays(&shop.asks(100_000));
    assert!(shop.till.accept(&last).unwrap().is_paid_now());
    assert!(shop.till.proofs(None, 10).unwrap().is_empty());
}

#[test]
fn a_declined_payment_cannot_be_voided_and_an_unknown_one_neither() {
    let shop = Shop::open();
    let token = Phone::new(50).pays_as(&shop.asks(100), |it| it.amount = dkk(99));
    declined(&shop, &token, Reason::AmountMismatch);
    let id = Token::decode(&token).unwrap().payment_id();
    assert!(matches!(
        shop.till.void(&id),
        Err(TerminalError::NotAccepted)
    ));
    let unknown = ObjectId::from_digest(Digest([7; 32]));
    assert!(matches!(
        shop.till.void(&unknown),
        Err(TerminalError::NoSuchPayment)
    ));
}

#[test]
fn bytes_that_are_no_token_are_refused_and_change_nothing() {
    let shop = Shop::open();
    let token = Phone::new(50).pays(&shop.asks(100));
    for end in 0..token.len() {
        refused(&shop, &token[..end], Reason::Malformed);
    }
    let request = shop.asks(100);
    refused(&shop, &request.message, Reason::Unsupported);
    assert!(shop.till.payments(None, 10).unwrap().is_empty());
    assert!(shop.till.accept(&token).unwrap().is_paid_now());
}

#[test]
fn a_scheme_that_has_moved_on_to_the_next_version_takes_nothing_of_this_one() {
    let mut next = bundle();
    next.lowest_protocol = Some(2);
    let shop = Shop::with(next, |_| {});
    let token = Phone::new(50).pays(&shop.asks(100));
    refused(&shop, &token, Reason::Unsupported);
    refused(&shop, &token[1..], Reason::Malformed);
}

#[test]
fn the_next_certificate_waits_for_its_time() {
    let shop = Shop::open();
    let mut next = merchant(&shop.till_key, GROCERY);
    next.valid_from = at(NOON + 60);
    shop.till.take_certificate(&certify(next)).unwrap();
    assert!(
        shop.till
            .accept(&Phone::new(50).pays(&shop.asks(1)))
            .unwrap()
            .is_paid_now()
    );
    shop.clock.advance(Seconds(60));
    shop.asks(1);
    assert_eq!(shop.till.certificate().unwrap().valid_from, at(NOON + 60));
    shop.clock.advance(Seconds::days(89));
    let sale = Sale::new(dkk(1), Currency::DKK);
    let ended = shop.till.request(&sale);
    assert!(matches!(ended, Err(TerminalError::CertificateNotValid)));
}

#[test]
fn a_wrong_clock_asks_for_the_time_instead_of_declining_everybody() {
    let shop = Shop::open();
    let mut phone = Phone::new(50);
    let token = phone.pays(&shop.asks(100));
    shop.clock.set(at(NOON - 3_601));
    refused(&shop, &token, Reason::TerminalClock);
    refused(&shop, b"", Reason::TerminalClock);
    let sale = Sale::new(dkk(1), Currency::DKK);
    assert!(matches!(
        shop.till.request(&sale),
        Err(TerminalError::Clock)
    ));
    shop.clock.set(at(NOON));
    assert!(shop.till.accept(&token).unwrap().is_paid_now());
    // More than 300 s before the last acceptance.
    let next = phone.pays(&shop.asks(100));
    shop.clock.set(at(NOON - 301));
    refused(&shop, &next, Reason::TerminalClock);
    shop.clock.set(at(NOON - 300));
    assert!(shop.till.accept(&next).unwrap().is_paid_now());
}

#[test]
fn without_a_bundle_in_force_nothing_is_accepted() {
    let mut short = bundle();
    short.expires = at(NOON + 60);
    let shop = Shop::with(short, |_| {});
    let token = Phone::new(50).pays(&shop.asks(100));
    shop.clock.advance(Seconds(60));
    declined(&shop, &token, Reason::TrustExpired);
}

#[test]
fn an_outage_bulletin_keeps_bundle_and_allowance_paying() {
    let mut short = bundle();
    short.expires = at(NOON + 60);
    let shop = Shop::with(short, |_| {});
    let mut phone = Phone::granted(50, |it| it.valid_until = at(NOON + 60));
    shop.clock.advance(Seconds(100));
    let poster = outage(1, at(NOON), at(NOON + 86_400), Seconds::days(2));
    assert!(shop.till.take(&poster).unwrap().is_new);
    assert!(!shop.till.take(&poster).unwrap().is_new);
    let token = phone.pays(&shop.asks(100));
    assert!(shop.till.accept(&token).unwrap().is_paid_now());
}

#[test]
fn a_bank_outside_the_scheme_is_unknown() {
    let shop = Shop::open();
    let mut phone = Phone::new(50);
    let foreign = phone.allowance.unverified().clone();
    phone.allowance = Signed::sign(foreign, (), &key(99)).unwrap();
    let token = phone.pays(&shop.asks(100));
    refused(&shop, &token, Reason::UnknownIssuer);
}

#[test]
fn a_suspended_bank_is_declined() {
    let mut changed = bundle();
    changed.issuers[0].suspended = true;
    let shop = Shop::with(changed, |_| {});
    let token = Phone::new(50).pays(&shop.asks(100));
    declined(&shop, &token, Reason::IssuerSuspended);
}

#[test]
fn forged_signatures_get_no_receipt() {
    let shop = Shop::open();
    let mut phone = Phone::new(50);
    let token = Token::decode(&phone.pays(&shop.asks(100))).unwrap();
    let other = Token::decode(&Phone::new(51).pays(&shop.asks(100))).unwrap();

    let mut raised = token.allowance.unverified().clone();
    raised.limit = dkk(900_000);
    let forged = skilling_protocol::signed::ToBeSigned::new(raised, (), &bank_key()).unwrap();
    let allowance = forged.attach(*token.allowance.signature());
    let forged = Token {
        allowance,
        ..token.clone()
    };
    refused(&shop, &forged.encode(), Reason::BadAllowanceSignature);

    let swapped = Token {
        payment: other.payment,
        ..token.clone()
    };
    refused(&shop, &swapped.encode(), Reason::BadPaymentSignature);
    assert!(
        shop.till.payments(None, 10).unwrap().is_empty(),
        "nothing is kept of a forgery"
    );
    assert!(shop.till.accept(&token.encode()).unwrap().is_paid_now());
}

#[test]
fn a_known_allowance_with_another_signature_is_not_taken_for_known() {
    let shop = Shop::open();
    let mut phone = Phone::new(50);
    assert!(
        shop.till
            .accept(&phone.pays(&shop.asks(100)))
            .unwrap()
            .is_paid_now()
    );
    let next = Token::decode(&phone.pays(&shop.asks(100))).unwrap();
    let same = next.allowance.unverified().clone();
    let stranger = *Phone::new(51).allowance.signature();
    let same = skilling_protocol::signed::ToBeSigned::new(same, (), &bank_key()).unwrap();
    let forged = Token {
        allowance: same.attach(stranger),
        ..next.clone()
    };
    assert_eq!(forged.payment_id(), next.payment_id());
    refused(&shop, &forged.encode(), Reason::BadAllowanceSignature);
    assert!(shop.till.accept(&next.encode()).unwrap().is_paid_now());
}

fn bank_key() -> PublicKey {
    use skilling_protocol::crypto::Signer as _;
    bank().public_key()
}

#[test]
fn allowances_are_good_in_their_time_only() {
    let shop = Shop::open();
    let mut early = Phone::granted(50, |it| it.valid_from = at(NOON + 301));
    declined(
        &shop,
        &early.pays(&shop.asks(100)),
        Reason::AllowanceNotValidYet,
    );
    let mut late = Phone::granted(51, |it| it.valid_until = at(NOON));
    declined(&shop, &late.pays(&shop.asks(100)), Reason::AllowanceExpired);
}

#[test]
fn a_revoked_allowance_is_declined() {
    let shop = Shop::open();
    let mut phone = Phone::new(50);
    assert!(
        shop.till
            .accept(&phone.pays(&shop.asks(100)))
            .unwrap()
            .is_paid_now()
    );
    shop.till.take(&status_list(at(NOON), &[50])).unwrap();
    declined(
        &shop,
        &phone.pays(&shop.asks(100)),
        Reason::AllowanceRevoked,
    );
    // An older list brings nothing back.
    assert!(
        !shop
            .till
            .take(&status_list(at(NOON - 90), &[]))
            .unwrap()
            .is_new
    );
    declined(
        &shop,
        &phone.pays(&shop.asks(100)),
        Reason::AllowanceRevoked,
    );
}

#[test]
fn a_payment_for_another_shop_is_unknown_here_and_kept_as_evidence() {
    let (shop, other) = (Shop::open(), Shop::open());
    let mut phone = Phone::new(50);
    let there = phone.pays(&other.asks(100));
    refused(&shop, &there, Reason::UnknownRequest);
    let kept = shop.till.payments(None, 10).unwrap();
    assert_eq!((kept.len(), kept[0].outcome), (1, None));
    refused(&shop, &there, Reason::UnknownRequest);
}

#[test]
fn no_receipt_is_signed_for_another_shop_whatever_failed_first() {
    let (shop, other) = (Shop::open(), Shop::open());
    let mut late = Phone::granted(50, |it| it.valid_until = at(NOON));
    let there = late.pays(&other.asks(100));
    refused(&shop, &there, Reason::AllowanceExpired);
    assert_eq!(shop.till.payments(None, 10).unwrap().len(), 1);
}

#[test]
fn a_code_is_read_as_it_is_shown() {
    let shop = Shop::open();
    let token = Phone::new(50).pays(&shop.asks(100));
    let code = skilling_link::qr::text::encode(&token).unwrap();
    let newer = code.replace("SKL1:", "SKL2:");
    let outcome = shop.till.accept_text(&newer).unwrap();
    assert_eq!(outcome.reason(), Reason::Unsupported);
    let outcome = shop.till.accept_text(&code[..code.len() - 1]).unwrap();
    assert_eq!(outcome.reason(), Reason::Malformed);
    assert!(shop.till.accept_text(&code).unwrap().is_paid_now());
}

#[test]
fn a_request_is_paid_once() {
    let shop = Shop::open();
    let request = shop.asks(100);
    let (first, second) = (Phone::new(50).pays(&request), Phone::new(51).pays(&request));
    let Outcome::Accepted(paid) = shop.till.accept(&first).unwrap() else {
        panic!();
    };
    declined(&shop, &second, Reason::RequestAlreadyPaid);
    shop.till.void(&paid.payment).unwrap();
    declined(
        &shop,
        &Phone::new(52).pays(&request),
        Reason::RequestAlreadyPaid,
    );
}

#[test]
fn a_declined_payment_leaves_the_request_open() {
    let shop = Shop::open();
    let request = shop.asks(100);
    let wrong = Phone::new(50).pays_as(&request, |it| it.amount = dkk(99));
    declined(&shop, &wrong, Reason::AmountMismatch);
    assert_eq!(
        shop.till.open_requests().unwrap(),
        std::slice::from_ref(&request)
    );
    assert!(
        shop.till
            .accept(&Phone::new(51).pays(&request))
            .unwrap()
            .is_paid_now()
    );
    assert!(shop.till.open_requests().unwrap().is_empty());
}

#[test]
fn a_request_can_be_cancelled_and_ends_by_itself() {
    let shop = Shop::open();
    let cancelled = shop.asks(100);
    shop.till.cancel(&cancelled.id).unwrap();
    declined(
        &shop,
        &Phone::new(50).pays(&cancelled),
        Reason::RequestExpired,
    );
    let request = shop.asks(100);
    assert_eq!(request.request.answer_before(), Some(at(NOON + 180)));
    shop.clock.advance(Seconds(180));
    assert!(shop.till.open_requests().unwrap().is_empty());
    declined(
        &shop,
        &Phone::new(51).pays(&request),
        Reason::RequestExpired,
    );
}

#[test]
fn the_payment_must_be_for_this_merchant_in_this_currency_over_this_amount() {
    let shop = Shop::open();
    let wrong_merchant = Phone::new(50).pays_as(&shop.asks(100), |it| {
        it.merchant_id = MerchantId(*b"somebody");
    });
    declined(&shop, &wrong_merchant, Reason::MerchantMismatch);
    let mut swedish = Phone::granted(51, |it| it.currency = Currency::SEK);
    declined(
        &shop,
        &swedish.pays(&shop.asks(100)),
        Reason::CurrencyMismatch,
    );
    let less = Phone::new(52).pays_as(&shop.asks(100), |it| it.amount = dkk(1));
    declined(&shop, &less, Reason::AmountMismatch);
}

#[test]
fn a_scheme_for_outages_only_takes_payments_only_then() {
    let mut changed = bundle();
    changed.policies[0].1.outage_only = true;
    let shop = Shop::with(changed, |_| {});
    let online = Phone::new(50).pays(&shop.asks(100));
    declined(&shop, &online, Reason::OutageRequired);
    shop.till.declare_offline(true).unwrap();
    let request = shop.asks(100);
    assert_eq!(request.request.offline_since, Some(at(NOON)));
    assert!(
        shop.till
            .accept(&Phone::new(51).pays(&request))
            .unwrap()
            .is_paid_now()
    );
    shop.till.declare_offline(false).unwrap();
    shop.till
        .take(&outage(1, at(NOON), at(NOON + 600), Seconds(0)))
        .unwrap();
    let declared = Phone::new(52).pays(&shop.asks(100));
    assert!(shop.till.accept(&declared).unwrap().is_paid_now());
}

#[test]
fn a_payer_whose_clock_is_far_off_is_declined() {
    let shop = Shop::open();
    let token = Phone::new(50).pays_as(&shop.asks(100), |it| it.time = at(NOON + 301));
    declined(&shop, &token, Reason::ClockSkew);
}

#[test]
fn cap_limit_and_count_hold() {
    let shop = Shop::open();
    let mut capped = Phone::granted(50, |it| it.cap = dkk(99));
    declined(&shop, &capped.pays(&shop.asks(100)), Reason::OverCap);
    declined(
        &shop,
        &Phone::new(51).pays(&shop.asks(100_001)),
        Reason::OverCap,
    );
    let over = Phone::new(52).pays_as(&shop.asks(100), |it| it.spent = dkk(500_001));
    declined(&shop, &over, Reason::OverLimit);
    let less = Phone::new(53).pays_as(&shop.asks(100), |it| it.spent = dkk(99));
    declined(&shop, &less, Reason::OverLimit);
    let many = Phone::new(54).pays_as(&shop.asks(100), |it| {
        it.sequence = Sequence::new(51).unwrap();
    });
    declined(&shop, &many, Reason::OverCount);
}

#[test]
fn closed_categories_are_closed() {
    let mut changed = bundle();
    changed.policies[0].1.categories = Some(Categories::new(vec![mcc(GROCERY)]).unwrap());
    let shop = Shop::with(changed.clone(), |it| it.mcc = mcc(PHARMACY));
    declined(
        &shop,
        &Phone::new(50).pays(&shop.asks(100)),
        Reason::CategoryClosed,
    );
    let only_pharmacy = |it: &mut skilling_protocol::objects::Allowance| {
        it.categories = Some(Categories::new(vec![mcc(PHARMACY)]).unwrap());
    };
    let grocery = Shop::open();
    let mut phone = Phone::granted(51, only_pharmacy);
    declined(
        &grocery,
        &phone.pays(&grocery.asks(100)),
        Reason::CategoryClosed,
    );
    // A new bundle opens it.
    changed.policies[0].1.categories = None;
    changed.version = 2;
    assert!(shop.till.take(&sign_bundle(changed)).unwrap().is_new);
    assert!(
        shop.till
            .accept(&Phone::new(52).pays(&shop.asks(100)))
            .unwrap()
            .is_paid_now()
    );
}

#[test]
fn large_amounts_need_the_user_and_a_fresh_status_list() {
    let shop = Shop::open();
    let mut tapped = Phone::granted(50, |it| it.user_auth = false);
    declined(
        &shop,
        &tapped.pays(&shop.asks(35_001)),
        Reason::UserAuthRequired,
    );
    assert!(
        shop.till
            .accept(&tapped.pays(&shop.asks(35_000)))
            .unwrap()
            .is_paid_now()
    );
    shop.clock.advance(Seconds::days(11));
    let mut phone = Phone::new(51);
    declined(
        &shop,
        &phone.pays(&shop.asks(35_001)),
        Reason::UserAuthRequired,
    );
}

#[test]
fn weak_keys_are_declined_where_the_scheme_says_so() {
    let mut changed = bundle();
    changed.policies[0].1.min_key_protection = KeyProtection::SecureElement;
    let shop = Shop::with(changed, |_| {});
    let mut weak = Phone::granted(50, |it| {
        it.key_protection = KeyProtection::TrustedEnvironment
    });
    declined(
        &shop,
        &weak.pays(&shop.asks(100)),
        Reason::KeyProtectionTooWeak,
    );
}

#[test]
fn one_allowance_can_only_cost_the_shop_so_much() {
    let shop = Shop::open();
    let mut phone = Phone::new(50);
    for _ in 0..2 {
        let token = phone.pays(&shop.asks(100_000));
        assert!(shop.till.accept(&token).unwrap().is_paid_now());
    }
    declined(&shop, &phone.pays(&shop.asks(1)), Reason::OverExposure);
}

#[test]
fn a_full_disk_says_not_paid_and_keeps_nothing() {
    let shop = Shop::open();
    let request = shop.asks(100);
    let token = Phone::new(50).pays(&request);
    let blocker = rusqlite::Connection::open(shop.store()).unwrap();
    // The store refuses to write, as it would on a full disk.
    blocker
        .execute_batch(
            "CREATE TRIGGER full BEFORE INSERT ON payment BEGIN SELECT RAISE(ABORT, 'disk full'); END",
        )
        .unwrap();
    refused(&shop, &token, Reason::StorageFailed);
    blocker.execute_batch("DROP TRIGGER full").unwrap();
    assert!(shop.till.payments(None, 10).unwrap().is_empty());
    assert!(shop.till.accept(&token).unwrap().is_paid_now());
}

#[test]
fn the_cashier_confirms_the_amount_of_a_printed_code() {
    let shop = Shop::open();
    let printed = shop.till.static_request(Currency::DKK, None).unwrap();
    let token = Phone::new(50).types(&printed, 4_200);
    let shown = shop.till.accept(&token).unwrap();
    let Outcome::ConfirmAmount { amount, .. } = shown else {
        panic!("{shown:?}");
    };
    assert_eq!(amount, dkk(4_200));
    assert!(matches!(
        shop.till.confirm(&token, dkk(42)),
        Err(TerminalError::OtherAmount)
    ));
    assert!(shop.till.confirm(&token, amount).unwrap().is_paid_now());
    // Nothing is to be confirmed where the till itself asked for the amount.
    let asked = Phone::new(52).pays(&shop.asks(100));
    for answer in [
        shop.till.confirm(&asked, dkk(100)),
        shop.till.reject(&asked),
    ] {
        assert!(matches!(answer, Err(TerminalError::NotPrinted)));
    }
    assert!(shop.till.accept(&asked).unwrap().is_paid_now());
    // It stays open for the next customer, and the cashier may say no.
    let next = Phone::new(51).types(&printed, 1);
    let rejected = shop.till.reject(&next).unwrap();
    assert_eq!(rejected.reason(), Reason::AmountMismatch);
    assert!(matches!(rejected, Outcome::Declined(_)));
    assert_eq!(shop.till.open_requests().unwrap().len(), 1);
}
