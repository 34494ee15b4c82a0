//! Scheme, bank, certificate, clock; signatures; allowances in force and revoked.

use super::*;

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
