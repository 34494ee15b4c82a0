//! Paid, paid again, voided, confirmed; the code as the scanner reads it; a disk that is full.

use super::*;

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
