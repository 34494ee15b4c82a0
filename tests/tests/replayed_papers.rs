//! Old bundles, lists and bulletins, shown again by whoever gains from it: versions, issue times and serials never go back.

#![allow(clippy::unwrap_used)]

use skilling_platform::clock::Clock as _;
use skilling_platform::transport::{HttpRequest, Transport as _};
use skilling_protocol::message::Expected as _;
use skilling_protocol::reason::Reason;
use skilling_protocol::signed::Signed;
use skilling_protocol::values::Seconds;
use skilling_terminal::TerminalError;
use skilling_tests::kit;
use skilling_tests::town::{Bank, Town, wait};
use skilling_wallet::WalletError;

fn status_list(bank: &Bank) -> Vec<u8> {
    let path = format!("/v1/status/{}", bank.key().key_id());
    wait(bank.transport().send(HttpRequest::get(&path)))
        .unwrap()
        .body
}

#[test]
fn an_old_bundle_brings_nobody_back_who_was_suspended() {
    let town = Town::new();
    let bank = town.bank("Nordbanken");
    let shop = town.shop("Netto", &bank);
    let phone = town.phone_with("asta", &bank, 100_000);
    let (_, before) = town.scheme.trust_bundle().unwrap();
    bank.server.suspend(true).unwrap();
    let (_, after) = town.scheme.trust_bundle().unwrap();
    let token = phone.pays(&shop.asks(100).message);

    assert!(shop.till.take(&after).unwrap().is_new);
    assert!(!shop.till.take(&before).unwrap().is_new);
    assert_eq!(
        shop.till.accept(&token).unwrap().reason(),
        Reason::IssuerSuspended
    );
    assert!(phone.wallet.take_bundle(&after).unwrap());
    assert!(matches!(
        phone.wallet.take_bundle(&before),
        Err(WalletError::Outdated)
    ));
    let phone = phone.restarts().unwrap();
    assert!(matches!(
        phone.wallet.take_bundle(&before),
        Err(WalletError::Outdated)
    ));
}

#[test]
fn an_old_status_list_revives_no_revoked_allowance() {
    let town = Town::new();
    let bank = town.bank("Nordbanken");
    let shop = town.shop("Netto", &bank);
    let phone = town.phone_with("asta", &bank, 100_000);
    let before = status_list(&bank);
    town.seconds_pass(60);
    bank.server.revoke(phone.allowance().id).unwrap();
    assert!(shop.till.take(&status_list(&bank)).unwrap().is_new);
    assert!(!shop.till.take(&before).unwrap().is_new);
    let refused = shop
        .till
        .accept(&phone.pays(&shop.asks(100).message))
        .unwrap();
    assert_eq!(refused.reason(), Reason::AllowanceRevoked);
}

#[test]
fn an_old_bulletin_ends_no_outage_and_lengthens_none() {
    let town = Town::new();
    let bank = town.bank("Nordbanken");
    let shop = town.shop("Netto", &bank);
    let phone = town.phone_with("asta", &bank, 100_000);
    let long = town.outage(14, Seconds::days(14));
    let short = town.outage(14, Seconds::days(1));
    for newer_first in [&short, &long] {
        let is_new = newer_first == &short;
        assert_eq!(shop.till.take(newer_first).unwrap().is_new, is_new);
        assert_eq!(phone.wallet.take_outage(newer_first).unwrap(), is_new);
    }
    // The bundle lasts 30 days; one more by the newer bulletin would have to be in force then, and two weeks are over.
    town.days_pass(31);
    let expired = shop
        .till
        .can_accept(kit::amount(100), skilling_protocol::values::Currency::DKK);
    assert!(matches!(expired.unwrap(), skilling_terminal::Answer::No(_)));
}

#[test]
fn papers_that_another_root_signed_are_thrown_away() {
    let town = Town::new();
    let bank = town.bank("Nordbanken");
    let shop = town.shop("Netto", &bank);
    let phone = town.phone_with("asta", &bank, 100_000);
    let mut forged = kit::bundle();
    forged.version = 1_000_000;
    forged.issued = town.clock.now();
    let forged = Signed::sign(forged, (), &kit::stranger()).unwrap().encode();
    assert!(matches!(
        shop.till.take(&forged),
        Err(TerminalError::UnknownRoot)
    ));
    assert!(matches!(
        phone.wallet.take_bundle(&forged),
        Err(WalletError::NotTrusted)
    ));
    let outage = Signed::sign(kit::outage(), (), &kit::stranger())
        .unwrap()
        .encode();
    assert!(matches!(
        shop.till.take(&outage),
        Err(TerminalError::UnknownRoot)
    ));
    assert!(matches!(
        phone.wallet.take_outage(&outage),
        Err(WalletError::NotTrusted)
    ));
    assert!(
        shop.sells(&phone, 100).is_paid_now(),
        "and nothing has changed"
    );
}
