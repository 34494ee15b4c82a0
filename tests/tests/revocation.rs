//! A bank takes a promise back: whoever has the list refuses, whoever has not is paid, and the list reaches everybody in the end.

#![allow(clippy::unwrap_used)]

use skilling_issuer::Funding;
use skilling_protocol::reason::Reason;
use skilling_tests::town::{Town, wait};
use skilling_wallet::WalletError;

#[test]
fn a_revoked_allowance_is_refused_where_the_list_is_known_and_paid_where_it_could_not_be() {
    let town = Town::new();
    let bank = town.bank("Nordbanken");
    let (online, offline) = (town.shop("Netto", &bank), town.shop("Irma", &bank));
    let phone = town.phone_with("asta", &bank, 100_000);
    let others = town.phone_with("bo", &bank, 100_000);
    bank.server.revoke(phone.allowance().id).unwrap();
    online.refreshes(&bank);

    assert_eq!(online.sells(&phone, 100).reason(), Reason::AllowanceRevoked);
    assert!(
        online.sells(&others, 100).is_paid_now(),
        "and nobody else's"
    );
    assert!(
        offline.sells(&phone, 100).is_paid_now(),
        "a till that was offline could not know"
    );
    let deposited = wait(offline.till.deposit(&bank.transport())).unwrap();
    assert_eq!((deposited.paid, deposited.refused), (1, 0), "and is paid");
    offline.refreshes(&bank);
    assert_eq!(
        offline.sells(&phone, 100).reason(),
        Reason::AllowanceRevoked
    );
}

#[test]
fn a_stolen_phone_pays_small_amounts_until_it_is_reported_and_gets_no_new_money() {
    let town = Town::new();
    let bank = town.bank("Nordbanken");
    let shop = town.shop("Netto", &bank);
    let phone = town.phone("asta");
    let owner = phone.enrols_at(&bank, Funding::Held, 500_000);
    let _ = phone.is_granted(&bank, 100_000);
    // The thief has the phone, not the finger.
    phone
        .keys
        .answer(skilling_wallet::software::Answer::LockedOut);
    let locked = phone.tries_to_pay(&shop.asks(40_000).message);
    assert!(matches!(locked, Err(WalletError::LockedOut)));
    assert_eq!(phone.allowance().last_sequence, 0);

    assert_eq!(bank.server.report_lost(owner).unwrap(), 1);
    shop.refreshes(&bank);
    phone.keys.answer(skilling_wallet::software::Answer::Agree);
    assert_eq!(shop.sells(&phone, 100).reason(), Reason::AllowanceRevoked);
    assert_eq!(phone.is_refused(&bank, 100_000), Some(Reason::Blocked));

    // The owner's next phone.
    let code = bank.server.new_enrolment_code(owner).unwrap();
    let next = town.phone("asta's next");
    next.enrols_with(&bank, &code);
    let _ = next.is_granted(&bank, 100_000);
    assert!(shop.sells(&next, 100).is_paid_now());
}
